/*
 * What offers, limits and negotiators have in common: they are values.
 *
 * In: an object whose type lists its attributes as Py_tp_getset, in the order of
 * the constructor's arguments, by whose names it takes them.  Out: its repr,
 * comparison, hash, copies and pickle, all made of those attributes, and its end.
 * Always: no attribute can be set and no type be inherited from, so that an object
 * reaches nothing but immutable values and its type.  No cycle can be built of them,
 * and they need no garbage collection.
 */
#ifndef U101_PY_IMMUTABLE_H
#define U101_PY_IMMUTABLE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* The closure of an attribute, the first one, that is a tuple whose members are the
 * positional arguments of the constructor. */
extern const char u101_py_immutable_positional[];

/* Py_tp_repr: "Name(attribute=value, ...)", which evaluates to an equal object. */
PyObject *u101_py_immutable_repr(PyObject *self);

/* Py_tp_richcompare: equal if the type and every attribute are. */
PyObject *u101_py_immutable_compare(PyObject *self, PyObject *other, int operation);

/* Py_tp_hash, which agrees with the comparison. */
Py_hash_t u101_py_immutable_hash(PyObject *self);

/* Methods: a copy is the object itself, and a pickle calls the constructor. */
PyObject *u101_py_immutable_copy(PyObject *self, PyObject *unused);
PyObject *u101_py_immutable_deepcopy(PyObject *self, PyObject *memo);
PyObject *u101_py_immutable_reduce(PyObject *self, PyObject *unused);

/* Their rows in Py_tp_methods. */
#define U101_PY_IMMUTABLE_METHODS                                                                  \
    {"__copy__", u101_py_immutable_copy, METH_NOARGS, NULL},                                       \
        {"__deepcopy__", u101_py_immutable_deepcopy, METH_O, NULL},                                \
    {                                                                                              \
        "__reduce__", u101_py_immutable_reduce, METH_NOARGS, NULL                                  \
    }

/* Py_tp_methods of a type that has no others. */
extern PyMethodDef u101_py_immutable_methods[];

/* The last of Py_tp_dealloc, for any type of the module without Py_TPFLAGS_HAVE_GC:
 * frees the object and its hold on its type. */
void u101_py_immutable_free(PyObject *self);

#endif
