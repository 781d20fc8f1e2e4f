/*
 * The Python type ConnectionBase: the protocol of a transport until there is a
 * final decision, as far as most connections go.
 *
 * In: what the event loop calls a protocol with.  Out: the handler's upgrade, the
 * final decision's bytes, and the transport, given to the protocol that goes on
 * with it.  Always: at most one final decision; once there is one `transport` is
 * NULL and no queue refers to the connection.  What few connections need, and
 * what takes time anyway, is its subtype's: refusals, the fallback, coroutine
 * handlers, deadlines and the peer's end.
 */
#ifndef U101_PY_CONNECTION_H
#define U101_PY_CONNECTION_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "py_shared.h"

typedef struct {
    PyObject_HEAD u101_py_shared *shared;
    PyObject
        *transport; /* NULL before it is made, and after the final decision or the peer's end */
    PyObject *handshake; /* a Handshake; NULL before the first byte */
    PyObject *decision;  /* what a coroutine handler decides on until it ends, or NULL */
    PyObject *kept;      /* a bytearray of what is behind the request once more arrives, or NULL */
    PyObject *task;      /* the coroutine handler until it ends, or NULL */
    double deadline;     /* seconds of the event loop's clock, for the head */
    char asked;          /* whether the handler has been called */
    char deciding;       /* whether it waits for a coroutine handler's answer */
    char write_paused;
} u101_py_connection;

extern PyType_Spec u101_py_connection_spec;

/* A new connection of the type that `shared` says. */
PyObject *u101_py_connection_new(u101_py_shared *shared, double deadline);

/* Writes the 101 and gives the transport to `protocol`.  False: what was raised is set. */
bool u101_py_connection_accept(u101_py_connection *self, PyObject *decision, PyObject *transport,
                               PyObject *protocol);

#endif
