/*
 * The caller's last word on a decision: the arguments of accept and reject.
 *
 * In: what the core has decided, and the arguments.  Out: the verdict changed and
 * what the caller adds to the response, or an exception.  It makes no Decision.
 */
#ifndef U101_PY_ANSWER_H
#define U101_PY_ANSWER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "py_fields.h"
#include "upgrade101.h"

/* All zeros: no answer.  It may be cleared at any time. */
typedef struct {
    u101_py_fields fields;
    PyObject *body;       /* exact bytes, or NULL */
    PyObject *extensions; /* a str whose data are latin-1, or NULL */
    bool given;
} u101_py_answer;

void u101_py_answer_clear(u101_py_answer *answer);

/* The answer as the core takes it: `room`, which points into `answer`, or NULL for none. */
const u101_answer *u101_py_answer_of(const u101_py_answer *answer, u101_answer *room);

/* Fills `answer`, which is all zeros, and changes `verdict` as Decision.accept and
 * Decision.reject do.  `received` begins with the request; `earlier` is the answer that
 * the verdict has got already, or all zeros.  False: an exception. */
bool u101_py_answer_accept(u101_py_answer *answer, u101_decision *verdict, const char *received,
                           const u101_py_answer *earlier, PyObject *const *args, Py_ssize_t count,
                           PyObject *keywords);
bool u101_py_answer_reject(u101_py_answer *answer, u101_decision *verdict, PyObject *const *args,
                           Py_ssize_t count, PyObject *keywords);

extern const char u101_py_accept_doc[];
extern const char u101_py_reject_doc[];

#endif
