/*
 * Negotiator.decide_request: deciding on a head that others have parsed.
 *
 * In: the method, target, version and field lines as Python objects.  Out: a
 * Decision, or an exception for a wrong type.  Always: nothing that text says
 * raises, and no more field lines are read than the limit and one.
 */
#ifndef U101_PY_DECIDE_REQUEST_H
#define U101_PY_DECIDE_REQUEST_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern const char u101_py_decide_request_doc[];

PyObject *u101_py_decide_request(PyObject *negotiator, PyObject *const *args, Py_ssize_t count,
                                 PyObject *keywords);

#endif
