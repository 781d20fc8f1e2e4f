/*
 * The Python type SharedBase: what a connection looks at on its way to an answer.
 *
 * In: the settings of a factory that each connection needs.  Out: connections;
 * those settings without a look-up; how often each reason was the final one.
 * Always: its parts are there, and of the types that C takes them for.  The other
 * settings are its subtype's, Shared of the asyncio layer.
 */
#ifndef U101_PY_SHARED_H
#define U101_PY_SHARED_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#include "py_negotiator.h"
#include "py_state.h"
#include "py_sweep.h"
#include "upgrade101.h"

typedef struct {
    PyObject_HEAD u101_py_negotiator *negotiator;
    PyObject *handler;
    u101_py_sweep *sweep;
    PyTypeObject *connection_type; /* a subtype of ConnectionBase */
    PyTypeObject *upgrade_type;    /* a subtype of UpgradeBase */
    PyObject *deliver;             /* see py_handover.h */
    PyObject *time;                /* returns the time in seconds; NULL before it is known */
    double handshake_timeout;      /* seconds */
    char plain;                    /* whether it is known that no transport is one of TLS */
    char limited;                  /* whether a connection may find no room */
    char observed;                 /* whether final decisions are to be told to the subtype */
    char closed;
    uint64_t counts[U101_REASON_COUNT];
} u101_py_shared;

extern PyType_Spec u101_py_shared_spec;

static inline u101_py_state *u101_py_shared_state(const u101_py_shared *shared)
{
    return u101_py_state_of(Py_TYPE(shared->negotiator));
}

#endif
