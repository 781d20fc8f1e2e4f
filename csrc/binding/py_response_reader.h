/*
 * The Python type ResponseReader: the response to one request as it comes.
 *
 * In: the request's method, and the bytes that answer it, in pieces.  Out: the heads of
 * the responses, the content, where the response ends, or its first defect.  Always: no
 * exception for what the bytes say; a call that raises leaves the reader as it was.  It
 * keeps no content.
 */
#ifndef U101_PY_RESPONSE_READER_H
#define U101_PY_RESPONSE_READER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "upgrade101.h"

extern PyType_Spec u101_py_response_reader_spec;

/* Its tp_vectorcall. */
PyObject *u101_py_response_reader_create(PyObject *type, PyObject *const *args, size_t count,
                                         PyObject *keywords);

#endif
