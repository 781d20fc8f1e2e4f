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

#include "../upgrade101.h"

typedef struct {
    PyObject_HEAD u101_negotiator *compiled;
    PyObject *offers; /* a tuple of the very objects that were given */
    PyObject *hosts;  /* a tuple of str, or None */
    PyObject *limits; /* a Limits */
    bool required;
} u101_py_negotiator;

extern PyType_Spec u101_py_negotiator_spec;

#endif
