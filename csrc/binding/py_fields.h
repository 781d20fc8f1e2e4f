/*
 * Field lines that the caller wants in a response.
 *
 * In: an iterable of (name, value) pairs, each a str or bytes.  Out: a tuple of
 * (str, str) pairs and a u101_field for each, which points into it.  Always: one
 * that is all zeros is empty and may be cleared.  It does not judge the lines.
 */
#ifndef U101_PY_FIELDS_H
#define U101_PY_FIELDS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "../upgrade101.h"

typedef struct {
    PyObject *pairs; /* a tuple */
    u101_field *at;
    size_t count;
} u101_py_fields;

/* False: TypeError, or ValueError for text that is not latin-1. */
bool u101_py_fields_read(u101_py_fields *fields, PyObject *headers);
void u101_py_fields_clear(u101_py_fields *fields);

/* An iterator over `headers`, or TypeError where it is one str or no iterable. */
PyObject *u101_py_fields_iterate(PyObject *headers);

/* A new pair of what `convert` makes of the name and the value of `item`, any
 * iterable of two but a str or bytes; or TypeError, or what `convert` raises. */
PyObject *u101_py_convert_pair(PyObject *item, PyObject *(*convert)(PyObject *, const char *));

#endif
