/*
 * The Python type PerMessageDeflate.
 *
 * In: the arguments of the constructor, or what the core has agreed on.  Out: an
 * object that holds them.  It compresses nothing.
 */
#ifndef U101_PY_DEFLATE_H
#define U101_PY_DEFLATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "upgrade101.h"

extern PyType_Spec u101_py_deflate_spec;

/* Its tp_vectorcall. */
PyObject *u101_py_deflate_create(PyObject *type, PyObject *const *args, size_t count,
                                 PyObject *keywords);

/* A new PerMessageDeflate of `type`, which is that type. */
PyObject *u101_py_deflate_new(PyTypeObject *type, const u101_deflate *deflate);

/* The parameters that a PerMessageDeflate holds. */
const u101_deflate *u101_py_deflate_of(PyObject *deflate);

#endif
