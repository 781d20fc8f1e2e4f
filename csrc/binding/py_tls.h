/*
 * The Python type TLS.
 *
 * In: the arguments of the constructor.  Out: an object that holds the offer.  It
 * encrypts nothing.
 */
#ifndef U101_PY_TLS_H
#define U101_PY_TLS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern PyType_Spec u101_py_tls_spec;

/* Its tp_vectorcall. */
PyObject *u101_py_tls_create(PyObject *type, PyObject *const *args, size_t count,
                             PyObject *keywords);

#endif
