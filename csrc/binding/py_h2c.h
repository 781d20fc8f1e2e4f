/*
 * The Python type H2C.
 *
 * In: the arguments of the constructor.  Out: an object that holds the offer.
 * It decides nothing.
 */
#ifndef U101_PY_H2C_H
#define U101_PY_H2C_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "../upgrade101.h"

typedef struct {
    PyObject_HEAD u101_h2c offer;
} u101_py_h2c;

extern PyType_Spec u101_py_h2c_spec;

#endif
