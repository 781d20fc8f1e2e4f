/*
 * What one interpreter's `upgrade101._core` owns: its types, the members of its
 * two enums, the names that it calls methods by, and its hasher.
 *
 * In: a type of the module, or the module.  Out: the state.  Always: it lives
 * as long as any type of the module; it is used under its interpreter's lock,
 * which makes one hasher enough.  It does not make what it
 * holds: py_module.c does.
 */
#ifndef U101_PY_STATE_H
#define U101_PY_STATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "upgrade101.h"

typedef enum {
    U101_PY_LIMITS,
    U101_PY_DEFLATE,
    U101_PY_WEBSOCKET,
    U101_PY_H2C,
    U101_PY_PROTOCOL,
    U101_PY_TLS,
    U101_PY_NEGOTIATOR,
    U101_PY_HANDSHAKE,
    U101_PY_DECISION,
    U101_PY_REQUEST,
    U101_PY_BODY_READER,
    U101_PY_RESPONSE_READER,
    U101_PY_RESPONSE_HEAD,
    U101_PY_TYPES,
} u101_py_type;

/* What C calls and reads of Python objects, by its interned name: see py_module.c. */
typedef enum {
    U101_PY_ABORT,
    U101_PY_CONNECTION_MADE,
    U101_PY_IS_CLOSING,
    U101_PY_IS_READING,
    U101_PY_PAUSE_WRITING,
    U101_PY_RESUME_READING,
    U101_PY_SET_PROTOCOL,
    U101_PY_NAMES,
} u101_py_name;

#define U101_PY_ACTIONS (U101_ACTION_CONTINUE + 1)

typedef struct {
    PyTypeObject *types[U101_PY_TYPES];
    PyObject *reasons[U101_REASON_COUNT]; /* the members of Reason, by u101_reason */
    PyObject *actions[U101_PY_ACTIONS];   /* the members of Action, by u101_action */
    PyObject *names[U101_PY_NAMES];       /* str, by u101_py_name */
    u101_hasher *hasher;
} u101_py_state;

extern PyModuleDef u101_py_module;

/* The state that `type`, one of the module's own, belongs to. */
static inline u101_py_state *u101_py_state_of(PyTypeObject *type)
{
    return PyType_GetModuleState(type);
}

/* m_traverse, m_clear and m_free of the module. */
int u101_py_state_traverse(PyObject *module, visitproc visit, void *arg);
int u101_py_state_clear(PyObject *module);
void u101_py_state_free(void *module);

#endif
