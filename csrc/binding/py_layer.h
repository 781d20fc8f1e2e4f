/*
 * What the asyncio layer alone asks of a decision.
 *
 * In: a Decision, and a reason of the layer's own.  Out: another Decision on the same
 * request, or what follows it on the connection.  Always: the Decision that is asked
 * stays as it is.  It does not carry anything out.
 */
#ifndef U101_PY_LAYER_H
#define U101_PY_LAYER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern const char u101_py_layer_refusal_doc[];
extern const char u101_py_layer_passed_doc[];

/* Methods and an attribute of Decision. */
PyObject *u101_py_layer_refuse(PyObject *decision, PyObject *member);
PyObject *u101_py_layer_pass(PyObject *decision, PyObject *member);
PyObject *u101_py_layer_framing(PyObject *decision, void *closure);

#endif
