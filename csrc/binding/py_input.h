/*
 * The bytes that a caller hands in.
 *
 * In: a C-contiguous bytes-like object.  Out: a slice that is valid until it is
 * closed.  Always: an exact bytes object is read in place without a buffer, for
 * the caller's reference keeps it and nothing can change it; of any other the
 * buffer is held.  Opening and closing may run Python code, nothing between does.
 */
#ifndef U101_PY_INPUT_H
#define U101_PY_INPUT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "../upgrade101.h"

typedef struct {
    u101_slice bytes;
    PyObject *exact; /* borrowed: the object where it is exact bytes, or NULL */
    Py_buffer view;  /* held where `exact` is NULL */
} u101_py_input;

/* False: TypeError for what has no buffer, BufferError for one that is not contiguous. */
bool u101_py_input_open(u101_py_input *input, PyObject *data);

/* A new reference to bytes that begin with the first `size` bytes: the very object where it
 * is exact bytes and `size` is not 0. */
PyObject *u101_py_input_keep(const u101_py_input *input, size_t size);

void u101_py_input_close(u101_py_input *input);

#endif
