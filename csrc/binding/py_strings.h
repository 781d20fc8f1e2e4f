/*
 * Several texts of an offer: paths, subprotocols, origins, methods, hosts.
 *
 * In: an iterable of str.  Out: a tuple of exact str and a slice for each, which
 * points into it.  Always: one that is all zeros is empty and may be cleared.
 * It does not judge the texts.
 */
#ifndef U101_PY_STRINGS_H
#define U101_PY_STRINGS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "upgrade101.h"

typedef struct {
    PyObject *items; /* a tuple, or NULL: nothing was read */
    u101_slice *at;
    size_t count;
} u101_py_strings;

/* False: TypeError, also for one str; ValueError for text that is not latin-1. */
bool u101_py_strings_read(u101_py_strings *strings, PyObject *several, const char *name);

/* The same if `several` is not NULL or None, which are read as nothing.  ValueError too
 * if there is no text in it: "{name} must not be empty: use None for {none}". */
bool u101_py_strings_read_some(u101_py_strings *strings, PyObject *several, const char *name,
                               const char *none);

/* A new reference to the tuple, or to None if nothing was read. */
PyObject *u101_py_strings_or_none(const u101_py_strings *strings);

void u101_py_strings_clear(u101_py_strings *strings);

#endif
