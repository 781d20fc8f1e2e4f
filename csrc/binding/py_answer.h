/*
 * The caller's last word on a decision: the methods accept, reject and _refusal.
 *
 * In: a Decision and what the caller adds to its response.  Out: a new Decision,
 * or an exception.  Always: the Decision that was asked is unchanged.
 */
#ifndef U101_PY_ANSWER_H
#define U101_PY_ANSWER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "py_decision.h"

/* Py_tp_methods of Decision. */
extern PyMethodDef u101_py_answer_methods[];

/* The caller's answer as the core takes it; it points into the decision. */
u101_answer u101_py_answer_of(const u101_py_decision *decision);

#endif
