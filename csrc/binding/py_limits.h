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

#include "../upgrade101.h"

typedef struct {
    PyObject_HEAD u101_limits limits;
} u101_py_limits;

extern PyType_Spec u101_py_limits_spec;

#endif
