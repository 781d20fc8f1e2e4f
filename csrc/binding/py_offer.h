/*
 * What the four types of offers have in common: the paths, and the core's form of
 * the offer.
 *
 * In: the argument `paths`.  Out: an object to be filled on by its type.  Always: the
 * offer points into what the object holds.  It decides nothing.
 */
#ifndef U101_PY_OFFER_H
#define U101_PY_OFFER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "py_strings.h"
#include "upgrade101.h"

typedef struct {
    PyObject_HEAD u101_py_strings paths;
    u101_offer offer; /* which points into `paths` and into what the type adds */
} u101_py_offer;

/* A new object of `type`, an offer's, whose members that follow u101_py_offer are all
 * zeros.  `paths` is None, NULL or an iterable of str.  NULL: an exception. */
u101_py_offer *u101_py_offer_new(PyTypeObject *type, u101_offer_kind kind, PyObject *paths);

/* Py_tp_dealloc of a type that adds nothing, and the last of it for others. */
void u101_py_offer_free(PyObject *self);

/* The attribute `paths`, first of each type. */
PyObject *u101_py_offer_get_paths(PyObject *self, void *closure);
extern const char u101_py_offer_paths_doc[];

/* What a constructor's docstring says of it. */
#define U101_PY_PATHS_DOC                                                                          \
    "paths: iterable of str, patterns of the path of the request's target, or None: any target.\n" \
    "    A pattern begins with '/'; one that ends in '/*' matches every path that begins so\n"     \
    "    [RFC 3986 3.3].\n"

#endif
