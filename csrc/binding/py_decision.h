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
#include <stdbool.h>

#include "../upgrade101.h"
#include "py_fields.h"
#include "py_negotiator.h"

typedef struct {
    PyObject_HEAD u101_py_negotiator *negotiator;
    PyObject *received;    /* bytes that begin with the request */
    PyObject *response;    /* bytes, or NULL before it was asked for */
    PyObject *request;     /* a Request, or NULL before it was asked for */
    PyObject *body;        /* bytes of the caller's refusal, or NULL */
    u101_py_fields fields; /* of the caller's answer */
    bool answered;         /* whether the answer is the caller's */
    u101_decision verdict;
} u101_py_decision;

extern PyType_Spec u101_py_decision_spec;

/* Whether what follows the request is the decision's leftover. */
static inline bool u101_py_delivers(const u101_decision *verdict)
{
    return verdict->action == U101_ACTION_SWITCH || verdict->action == U101_ACTION_PASS;
}

/* How many of `available` bytes a decision has use for: all, or those of the head. */
static inline size_t u101_py_needed(const u101_decision *verdict, size_t available)
{
    return u101_py_delivers(verdict) ? available : verdict->head_size;
}

/* A new Decision; `received` is released, also on failure, and may be NULL, which is one. */
PyObject *u101_py_decision_new(u101_py_negotiator *negotiator, PyObject *received,
                               const u101_decision *verdict);

/* Its attributes, as new references to bytes. */
PyObject *u101_py_decision_response(PyObject *object);
PyObject *u101_py_decision_leftover(PyObject *object);

#endif
