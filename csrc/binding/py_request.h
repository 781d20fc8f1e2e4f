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
#include <stdbool.h>

#include "upgrade101.h"

extern PyType_Spec u101_py_request_spec;

/* Whether a decision has a request: a head was completed, or is that of the preface. */
bool u101_py_request_exists(const u101_decision *verdict);

/* A new Request of `type`, which is that type. */
PyObject *u101_py_request_new(PyTypeObject *type, PyObject *received, const u101_decision *verdict);

#endif
