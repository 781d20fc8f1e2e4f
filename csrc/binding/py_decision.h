/*
 * The Python type Decision.
 *
 * In: what the core has decided, and the bytes that begin with the request.
 * Out: an object that makes each of its attributes when it is asked for.
 * Always: it is one allocation until then, and what it says never changes.
 */
#ifndef U101_PY_DECISION_H
#define U101_PY_DECISION_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "py_negotiator.h"
#include "upgrade101.h"

extern PyType_Spec u101_py_decision_spec;

/* A new Decision; `received` is released, also on failure, and may be NULL, which is one. */
PyObject *u101_py_decision_new(u101_py_negotiator *negotiator, PyObject *received,
                               const u101_decision *verdict);

/* What the core has decided. */
const u101_decision *u101_py_decision_verdict(PyObject *decision);

/* A new Decision on the same request, with nothing of the caller's. */
PyObject *u101_py_decision_with(PyObject *decision, const u101_decision *verdict);

#endif
