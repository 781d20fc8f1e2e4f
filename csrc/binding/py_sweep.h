/*
 * The Python type SweepBase: what the connections of a factory wait for.
 *
 * In: connections, each with an absolute deadline.  Out: two dicts and the time
 * of the next sweep, which the asyncio layer's Sweep goes by.  Always: the dicts
 * are the same two as long as it lives.  It has no timer: its subtype does.
 */
#ifndef U101_PY_SWEEP_H
#define U101_PY_SWEEP_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

typedef struct {
    PyObject_HEAD PyObject *heads; /* a dict from connections whose head is not complete */
    PyObject *handlers;            /* a dict from connections whose handler decides */
    double wake;  /* seconds of the event loop's clock: when the timer fires, or will */
    char armed;   /* whether there is a timer */
    char looking; /* whether the loop is about to look for what waits */
} u101_py_sweep;

extern PyType_Spec u101_py_sweep_spec;

#endif
