/*
 * The last step of an upgrade: a transport goes on with another protocol.
 *
 * In: a transport, the protocol that takes it, and what was read of it too far.
 * Out: nothing; the transport is the protocol's.  Always: set_protocol,
 * connection_made, pause_writing if writing is paused, the leftover, in this
 * order, and no call for a leftover of no bytes.  It does not know what kinds of
 * protocols there are: `deliver` does.
 */
#ifndef U101_PY_HANDOVER_H
#define U101_PY_HANDOVER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "py_state.h"

/*
 * `leftover` is bytes.  If it is not empty, `deliver` is called with transport,
 * leftover and a bool, whether the transport was closing before all this.
 * False: what was raised is set, and the transport was aborted.
 */
bool u101_py_hand_over(const u101_py_state *state, PyObject *transport, PyObject *protocol,
                       PyObject *leftover, bool write_paused, PyObject *deliver);

/* The module's function `attach`, with those arguments in that order. */
PyObject *u101_py_attach(PyObject *module, PyObject *const *args, Py_ssize_t count);

extern const char u101_py_attach_doc[];

#endif
