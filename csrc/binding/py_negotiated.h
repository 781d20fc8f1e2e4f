/*
 * What a SWITCH has negotiated, as Python objects.
 *
 * In: what the core has decided.  Out: a new reference to each part, or to None if
 * the decision has no such part.  `received` begins with the request.
 */
#ifndef U101_PY_NEGOTIATED_H
#define U101_PY_NEGOTIATED_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "upgrade101.h"

/* A str: what the connection becomes. */
PyObject *u101_py_negotiated_protocol(const u101_negotiator *negotiator,
                                      const u101_decision *verdict);

/* A str: the value of Sec-WebSocket-Extensions.  `answer` may be NULL. */
PyObject *u101_py_negotiated_extensions(const u101_decision *verdict, const u101_answer *answer);

/* A str. */
PyObject *u101_py_negotiated_subprotocol(const u101_decision *verdict, const char *received);

/* A tuple of (identifier, value). */
PyObject *u101_py_negotiated_settings(const u101_decision *verdict, const char *received);

#endif
