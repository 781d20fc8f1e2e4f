/*
 * The Python type BodyReader: the body of one message as it comes.
 *
 * In: how its head frames it, and the bytes that follow the head, in pieces.  Out: its
 * content, where it ends, or its first defect.  Always: no exception for what the bytes
 * say; a call that raises leaves the reader as it was.  It keeps no content.
 */
#ifndef U101_PY_BODY_READER_H
#define U101_PY_BODY_READER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "upgrade101.h"

extern PyType_Spec u101_py_body_reader_spec;

/* Its tp_vectorcall. */
PyObject *u101_py_body_reader_create(PyObject *type, PyObject *const *args, size_t count,
                                     PyObject *keywords);

#endif
