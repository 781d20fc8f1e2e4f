/*
 * Field lines, from Python to C and back.
 *
 * In: an iterable of (name, value) pairs, each a str or bytes.  Out: a tuple of
 * (str, str) pairs and a u101_field for each, which points into it.  Always: one
 * that is all zeros is empty and may be cleared.  And the other way: the lines of a
 * head as pairs of bytes.  It does not judge the lines.
 */
#ifndef U101_PY_FIELDS_H
#define U101_PY_FIELDS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "upgrade101.h"

typedef struct {
    PyObject *pairs; /* a tuple */
    u101_field *at;
    size_t count;
} u101_py_fields;

/* False: TypeError, or ValueError for text that is not latin-1. */
bool u101_py_fields_read(u101_py_fields *fields, PyObject *headers);
void u101_py_fields_clear(u101_py_fields *fields);

/* An iterator over `headers`, or TypeError if it is one str, a dict or no iterable. */
PyObject *u101_py_fields_iterate(PyObject *headers);

/* Converts the name or the value of a field line, which a message calls `name`. */
typedef PyObject *u101_py_convert(PyObject *text, const char *name);

/* A new pair of what `convert` makes of the name and the value of `item`, any
 * iterable of two but a str, a bytes-like object, a dict or a set.  It is number
 * `index` of `headers`.  NULL: TypeError, or what `convert` raises. */
PyObject *u101_py_fields_pair(PyObject *headers, PyObject *item, Py_ssize_t index,
                              u101_py_convert *convert);

/* A new tuple of (bytes, bytes) for the lines of a head of `size` bytes, which begin
 * at `begin`. */
PyObject *u101_py_fields_list(const char *head, size_t size, size_t begin);

#endif
