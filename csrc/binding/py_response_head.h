/*
 * The Python type Response: the head of a response that was read whole.
 *
 * In: its bytes, and what the core has found in them.  Out: an object that makes each of
 * its attributes when it is asked for.  Always: it holds the bytes of the head and
 * nothing else.  It reads no body.
 */
#ifndef U101_PY_RESPONSE_HEAD_H
#define U101_PY_RESPONSE_HEAD_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "upgrade101.h"

extern PyType_Spec u101_py_response_head_spec;

/* A new Response of `type`, which is that type.  `read` has the head at `at`. */
PyObject *u101_py_response_head_new(PyTypeObject *type, const char *at, const u101_response *read);

#endif
