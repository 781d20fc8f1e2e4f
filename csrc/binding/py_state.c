/*
 * The life of the module's state.
 *
 * In: the module.  Out: nothing.  Always: a state that was filled in part only,
 * or cleared before, is taken too.  It does not fill one.
 */
#include "py_state.h"

int u101_py_state_traverse(PyObject *module, visitproc visit, void *arg)
{
    u101_py_state *state = PyModule_GetState(module);
    for (size_t i = 0; i < U101_PY_TYPES; i++) {
        Py_VISIT(state->types[i]);
    }
    for (size_t i = 0; i < U101_REASON_COUNT; i++) {
        Py_VISIT(state->reasons[i]);
    }
    for (size_t i = 0; i < U101_PY_ACTIONS; i++) {
        Py_VISIT(state->actions[i]);
    }
    for (size_t i = 0; i < U101_PY_NAMES; i++) {
        Py_VISIT(state->names[i]);
    }
    return 0;
}

int u101_py_state_clear(PyObject *module)
{
    u101_py_state *state = PyModule_GetState(module);
    for (size_t i = 0; i < U101_PY_TYPES; i++) {
        Py_CLEAR(state->types[i]);
    }
    for (size_t i = 0; i < U101_REASON_COUNT; i++) {
        Py_CLEAR(state->reasons[i]);
    }
    for (size_t i = 0; i < U101_PY_ACTIONS; i++) {
        Py_CLEAR(state->actions[i]);
    }
    for (size_t i = 0; i < U101_PY_NAMES; i++) {
        Py_CLEAR(state->names[i]);
    }
    return 0;
}

void u101_py_state_free(void *module)
{
    u101_py_state_clear(module);
    u101_py_state *state = PyModule_GetState(module);
    u101_hasher_free(state->hasher);
    state->hasher = NULL;
}
