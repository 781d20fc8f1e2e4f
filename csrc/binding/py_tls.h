/*
 * The Python type TLS, an offer without arguments.
 *
 * In: nothing.  Out: an object.  It encrypts nothing.
 */
#ifndef U101_PY_TLS_H
#define U101_PY_TLS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern PyType_Spec u101_py_tls_spec;

#endif
