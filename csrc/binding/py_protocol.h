/*
 * The Python type Protocol.
 *
 * In: the arguments of the constructor.  Out: an object that holds an offer
 * which the core has found sound.  It decides nothing.
 */
#ifndef U101_PY_PROTOCOL_H
#define U101_PY_PROTOCOL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "../upgrade101.h"
#include "py_fields.h"
#include "py_strings.h"

typedef struct {
    PyObject_HEAD PyObject *name;
    PyObject *version; /* a str, or None */
    u101_py_strings methods;
    u101_py_fields headers;
    u101_protocol offer; /* which points into the four */
} u101_py_protocol;

extern PyType_Spec u101_py_protocol_spec;

#endif
