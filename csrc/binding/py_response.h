/*
 * The response of a decision: its bytes, and its parts.
 *
 * In: what the core has decided and the caller's answer.  Out: Python objects.
 * Always: what it makes is made anew.
 */
#ifndef U101_PY_RESPONSE_H
#define U101_PY_RESPONSE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "upgrade101.h"

/* A new reference to the bytes of the response, with the Date of now.  `received` begins
 * with the request; `answer` may be NULL. */
PyObject *u101_py_response_write(const u101_negotiator *negotiator, const u101_decision *verdict,
                                 const char *received, const u101_answer *answer);

/* Of those bytes: the field lines of the final response, as pairs of bytes, and its
 * content, as bytes. */
PyObject *u101_py_response_headers(const u101_decision *verdict, PyObject *response);
PyObject *u101_py_response_content(const u101_decision *verdict, PyObject *response);

#endif
