/*
 * The Python type WebSocket.
 *
 * In: the arguments of the constructor.  Out: an object that holds an offer which
 * the core has found sound.  It decides nothing.
 */
#ifndef U101_PY_WEBSOCKET_H
#define U101_PY_WEBSOCKET_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern PyType_Spec u101_py_websocket_spec;

/* Its tp_vectorcall. */
PyObject *u101_py_websocket_create(PyObject *type, PyObject *const *args, size_t count,
                                   PyObject *keywords);

#endif
