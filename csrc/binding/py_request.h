/*
 * The Python type Request: a head that was read whole.
 *
 * In: the bytes that begin with it, and the decision on them.  Out: an object
 * that makes each of its attributes when it is asked for.  Always: it holds the
 * bytes, so that nothing is copied before.  It reads no body.
 */
#ifndef U101_PY_REQUEST_H
#define U101_PY_REQUEST_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "../upgrade101.h"

typedef struct {
    PyObject_HEAD PyObject *received; /* bytes that begin with the head */
    PyObject *headers;                /* a tuple, or NULL before it was asked for */
    size_t head_size;
    u101_span method;
    u101_span target;
    uint32_t fields; /* where the field lines begin */
    char minor;
} u101_py_request;

extern PyType_Spec u101_py_request_spec;

/* A new Request of `type`, which is that type. */
PyObject *u101_py_request_new(PyTypeObject *type, PyObject *received, const u101_decision *verdict);

#endif
