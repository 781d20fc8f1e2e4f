/*
 * The Python type Limits.
 *
 * In: the arguments of the constructor.  Out: an object that holds limits which
 * the core has found sound.  It measures nothing.
 */
#ifndef U101_PY_LIMITS_H
#define U101_PY_LIMITS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "py_state.h"
#include "upgrade101.h"

extern PyType_Spec u101_py_limits_spec;

/* Its tp_vectorcall. */
PyObject *u101_py_limits_create(PyObject *type, PyObject *const *args, size_t count,
                                PyObject *keywords);

/* The limits that a Limits holds. */
const u101_limits *u101_py_limits_of(PyObject *limits);

/* Those of the argument `limits`: the default ones if it is NULL or None.  False: TypeError
 * for what is no Limits. */
bool u101_py_limits_read(const u101_py_state *state, PyObject *limits, u101_limits *read);

#endif
