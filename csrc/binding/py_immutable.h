/*
 * What offers and limits have in common: they are values.
 *
 * In: an object whose type lists its attributes as Py_tp_getset, in the order
 * of the constructor's arguments.  Out: its repr, comparison and hash, all made
 * of those attributes, and its end.  Always: no attribute can be set and no type
 * be inherited from, so that an object reaches nothing but immutable values and
 * its type.  No cycle can be built of them, and they need no garbage collection.
 */
#ifndef U101_PY_IMMUTABLE_H
#define U101_PY_IMMUTABLE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Py_tp_repr: "Name(attribute=value, ...)". */
PyObject *u101_py_immutable_repr(PyObject *self);

/* Py_tp_richcompare: equal where the type and every attribute are. */
PyObject *u101_py_immutable_compare(PyObject *self, PyObject *other, int operation);

/* Py_tp_hash, which agrees with the comparison. */
Py_hash_t u101_py_immutable_hash(PyObject *self);

/* The last of Py_tp_dealloc, for any type of the module without Py_TPFLAGS_HAVE_GC:
 * frees the object and its hold on its type. */
void u101_py_immutable_free(PyObject *self);

#endif
