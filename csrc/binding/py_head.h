/*
 * What the heads of requests and of responses have in common in Python: their field
 * lines.
 *
 * In: a head that the core has read whole.  Out: its field lines as pairs, and the
 * values of one field, as new objects.  Always: text is latin-1.  It keeps nothing.
 */
#ifndef U101_PY_HEAD_H
#define U101_PY_HEAD_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "upgrade101.h"

typedef struct {
    const char *bytes;
    size_t size;   /* up to the last LF */
    size_t fields; /* where the field lines begin */
} u101_py_head;

/* A new str. */
PyObject *u101_py_head_decode(u101_slice text);

/* A new reference to the tuple of (bytes, bytes) that `kept` has, which is made and kept
 * if it is NULL. */
PyObject *u101_py_head_headers(const u101_py_head *head, PyObject **kept);

/* The combined value of a field [RFC 9110 5.3], a new str, or None if there is no line of
 * that name.  Here and below NULL: TypeError for a name that is no str. */
PyObject *u101_py_head_get(const u101_py_head *head, PyObject *name);

/* A new tuple of str: the values of the lines of a field, or the elements of a list
 * field over all its lines [RFC 9110 5.2, 5.6.1]. */
PyObject *u101_py_head_get_all(const u101_py_head *head, PyObject *name);
PyObject *u101_py_head_get_list(const u101_py_head *head, PyObject *name);

/* The docstrings of the methods that return these. */
#define U101_PY_HEAD_GET_DOC(message)                                                              \
    "get($self, name, /)\n"                                                                        \
    "--\n"                                                                                         \
    "\n"                                                                                           \
    "The value of a field, as str, or None if the " message " has no such field.\n"                \
    "\n"                                                                                           \
    "name: str, letter case aside.  Several lines of one field are joined by ', ', which is\n"     \
    "their combined value [RFC 9110 5.3].  Raises TypeError for a name that is no str."
extern const char u101_py_head_get_all_doc[];
extern const char u101_py_head_get_list_doc[];

#endif
