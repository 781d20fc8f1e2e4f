/*
 * The Python type Handshake: one connection until its final decision.
 *
 * In: bytes as they come.  Out: None, or a Decision.  Always: what has been
 * received is gathered only while no decision is made, and never more of it than
 * the core still looks at; a call that raises leaves everything as it was.
 */
#ifndef U101_PY_HANDSHAKE_H
#define U101_PY_HANDSHAKE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "../upgrade101.h"
#include "py_negotiator.h"

typedef struct {
    PyObject_HEAD u101_py_negotiator *negotiator;
    char *gathered;  /* `size` bytes, and room for `capacity` */
    size_t size;     /* all that was received */
    size_t capacity; /* bytes */
    bool secure;
    bool over; /* the final decision is made */
    u101_handshake progress;
} u101_py_handshake;

extern PyType_Spec u101_py_handshake_spec;

/* A new Handshake. */
PyObject *u101_py_handshake_new(u101_py_negotiator *negotiator, bool secure);

/* Its method `feed`: a new reference to None or to a Decision. */
PyObject *u101_py_handshake_feed(PyObject *self, PyObject *data);

#endif
