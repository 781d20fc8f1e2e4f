/*
 * The Python type Handshake: one request of a connection until its final decision.
 *
 * In: bytes as they come.  Out: None, or a Decision.  Always: what has been
 * received is kept only while no decision is made; a call that raises leaves
 * everything as it was.
 */
#ifndef U101_PY_HANDSHAKE_H
#define U101_PY_HANDSHAKE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "py_input.h"
#include "py_negotiator.h"
#include "upgrade101.h"

extern PyType_Spec u101_py_handshake_spec;

/* A new Handshake; `first`: for the first request of its connection. */
PyObject *u101_py_handshake_new(u101_py_negotiator *negotiator, bool secure, bool first);

/* Reads on in an input: a new reference to None or to a Decision. */
PyObject *u101_py_handshake_read(PyObject *object, const u101_py_input *input);

/* Its method `feed`: a new reference to None or to a Decision. */
PyObject *u101_py_handshake_feed(PyObject *self, PyObject *data);

#endif
