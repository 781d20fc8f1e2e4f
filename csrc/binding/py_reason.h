/*
 * The Python enums Reason and Action.
 *
 * In: reasons.def, through the core.  Out: two enum.Enum classes in the module,
 * and their members in its state.  Always: a member's place in the state is the
 * core's number for it.
 */
#ifndef U101_PY_REASON_H
#define U101_PY_REASON_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "py_state.h"

/* False: an exception is set, and what was made is in the module or the state. */
bool u101_py_enums_add(PyObject *module, u101_py_state *state);

/* The name of an action's member. */
const char *u101_py_action_name(u101_action action);

/* The core's number for a member of Reason that a server may refuse with.  False: TypeError
 * for what is no member, ValueError for another reason. */
bool u101_py_refusal_read(const u101_py_state *state, PyObject *member, u101_reason *reason);

#endif
