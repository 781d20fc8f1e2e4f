/*
 * The bytes that a caller hands in.
 *
 * In: a C-contiguous bytes-like object.  Out: a slice of it that is valid until it
 * is closed.  Always: an exact bytes object needs no buffer, for the caller's
 * reference keeps it and nothing can change it.  Of any other the buffer is held, and
 * somebody else may write into it at any time: whoever reads it copies first, and
 * then looks at the copy alone.  Opening and closing may run Python code; nothing
 * between does.
 */
#ifndef U101_PY_INPUT_H
#define U101_PY_INPUT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "upgrade101.h"

typedef struct {
    u101_slice bytes;
    PyObject *exact; /* borrowed: the object if it is exact bytes, or NULL */
    Py_buffer view;  /* held if `exact` is NULL */
} u101_py_input;

/* `name` is the argument's.  False: TypeError for what has no buffer, BufferError for one
 * that is not contiguous. */
bool u101_py_input_open(u101_py_input *input, PyObject *data, const char *name);

void u101_py_input_close(u101_py_input *input);

/* A new reference to exact bytes with what a bytes-like object holds now: itself if it is
 * exact bytes.  NULL as above, or MemoryError. */
PyObject *u101_py_input_copy(PyObject *data, const char *name);

#endif
