/*
 * The content of a body, out of pieces of the input.
 *
 * In: a body as far as it has been read, and the next piece.  Out: what the core says,
 * and the content of the piece as one bytes object.  Always: content that is all of the
 * piece is that object, and content in one part of it is copied once.  It runs no Python
 * code.
 */
#ifndef U101_PY_CONTENT_H
#define U101_PY_CONTENT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "upgrade101.h"

/* Reads on in `rest`, which is moved past what was read, until more is needed, the body
 * ends or shows a defect. */
u101_body_result u101_py_content_skip(u101_body *body, u101_slice *rest, u101_reason *reason);

/* The same, and sets `content`, a new reference.  `rest` is a part of `piece`, exact
 * bytes.  False: MemoryError. */
bool u101_py_content_read(u101_body *body, u101_slice *rest, PyObject *piece,
                          u101_body_result *result, u101_reason *reason, PyObject **content);

/* A new reference to bytes with the last `size` bytes of `piece`. */
PyObject *u101_py_content_tail(PyObject *piece, size_t size);

#endif
