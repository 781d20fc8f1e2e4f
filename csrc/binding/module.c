/*
 * The module upgrade101._core.
 *
 * In: an interpreter that imports it.  Out: the types and enums, each made for
 * that interpreter alone.  Always: no state is outside the module's, so that any
 * number of interpreters may have one, each under its own lock (PEP 684).  It
 * does not run without that lock: a hasher is shared by all calls.
 */
#include "decision.h"
#include "deflate.h"
#include "h2c.h"
#include "handshake.h"
#include "limits.h"
#include "negotiator.h"
#include "protocol.h"
#include "reason.h"
#include "request.h"
#include "state.h"
#include "tls.h"
#include "websocket.h"

PyDoc_STRVAR(
    module_doc,
    "Decides in C whether an HTTP/1.1 connection may become something else [RFC 9110 7.8].");

static PyType_Spec *const specs[U101_PY_TYPES] = {
    [U101_PY_LIMITS] = &u101_py_limits_spec,         [U101_PY_DEFLATE] = &u101_py_deflate_spec,
    [U101_PY_WEBSOCKET] = &u101_py_websocket_spec,   [U101_PY_H2C] = &u101_py_h2c_spec,
    [U101_PY_PROTOCOL] = &u101_py_protocol_spec,     [U101_PY_TLS] = &u101_py_tls_spec,
    [U101_PY_NEGOTIATOR] = &u101_py_negotiator_spec, [U101_PY_HANDSHAKE] = &u101_py_handshake_spec,
    [U101_PY_DECISION] = &u101_py_decision_spec,     [U101_PY_REQUEST] = &u101_py_request_spec,
};

static int execute(PyObject *module)
{
    u101_py_state *state = PyModule_GetState(module);
    for (size_t i = 0; i < U101_PY_TYPES; i++) {
        PyObject *type = PyType_FromModuleAndSpec(module, specs[i], NULL);
        if (type == NULL) {
            return -1;
        }
        state->types[i] = (PyTypeObject *)type;
        if (PyModule_AddType(module, state->types[i]) < 0) {
            return -1;
        }
    }
    state->hasher = u101_hasher_new();
    if (state->hasher == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return u101_py_enums_add(module, state) ? 0 : -1;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "upgrade101._core",
    .m_doc = module_doc,
    .m_size = sizeof(u101_py_state),
    .m_slots = slots,
    .m_traverse = u101_py_state_traverse,
    .m_clear = u101_py_state_clear,
    .m_free = u101_py_state_free,
};

PyMODINIT_FUNC PyInit__core(void);

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&definition);
}
