/*
 * The Python type Negotiator.
 *
 * In: offers and policy.  Out: an object that holds the core's negotiator and
 * what it was made of.  Always: it never changes, so that connections share it.
 */
#ifndef U101_PY_NEGOTIATOR_H
#define U101_PY_NEGOTIATOR_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "py_strings.h"
#include "upgrade101.h"

typedef struct {
    PyObject_HEAD u101_negotiator *compiled;
    PyObject *offers; /* a tuple of the very objects that were given */
    PyObject *limits; /* a Limits */
    u101_py_strings hosts;
    bool required;
} u101_py_negotiator;

extern PyType_Spec u101_py_negotiator_spec;

/* Its tp_vectorcall. */
PyObject *u101_py_negotiator_create(PyObject *object, PyObject *const *args, size_t vector,
                                    PyObject *keywords);

#endif
