/*
 * The Python type WebSocket.
 *
 * In: the arguments of the constructor.  Out: an object that holds an offer
 * which the core has found sound.  It decides nothing.
 */
#ifndef U101_PY_WEBSOCKET_H
#define U101_PY_WEBSOCKET_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "../upgrade101.h"
#include "py_strings.h"

typedef struct {
    PyObject_HEAD PyObject *origins; /* "same-origin", None, or the tuple of `listed` */
    PyObject *deflate;               /* a PerMessageDeflate, or None */
    u101_py_strings subprotocols;
    u101_py_strings listed;
    u101_websocket offer; /* which points into the two */
} u101_py_websocket;

extern PyType_Spec u101_py_websocket_spec;

#endif
