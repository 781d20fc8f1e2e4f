/*
 * The Python type UpgradeBase: what a handler sees of one upgrade, and how it
 * accepts it.
 *
 * In: a decision to switch, and the connection that waits for the answer.  Out:
 * the handler's answer.  Always: one answer at most; a late one changes nothing.
 * The answers that few handlers give are its subtype's.
 */
#ifndef U101_PY_UPGRADE_H
#define U101_PY_UPGRADE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "py_connection.h"

typedef struct {
    PyObject_HEAD u101_py_connection *connection; /* NULL once it is answered */
    PyObject *decision;                           /* a Decision */
    PyObject *transport;
} u101_py_upgrade;

extern PyType_Spec u101_py_upgrade_spec;

/* A new upgrade of the type that the connection's factory says. */
PyObject *u101_py_upgrade_new(u101_py_connection *connection, PyObject *decision,
                              PyObject *transport);

#endif
