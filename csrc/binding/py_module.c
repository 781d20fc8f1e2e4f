/*
 * The module upgrade101._core.
 *
 * In: an interpreter that imports it.  Out: the types and enums, each made for
 * that interpreter alone.  Always: no state is outside the module's, so that any
 * number of interpreters may have one, each under its own lock (PEP 684).  It
 * does not run without that lock: a hasher is shared by all calls.
 */
#include "py_body_reader.h"
#include "py_decision.h"
#include "py_deflate.h"
#include "py_h2c.h"
#include "py_handover.h"
#include "py_handshake.h"
#include "py_limits.h"
#include "py_negotiator.h"
#include "py_protocol.h"
#include "py_reason.h"
#include "py_request.h"
#include "py_response_head.h"
#include "py_response_reader.h"
#include "py_state.h"
#include "py_tls.h"
#include "py_websocket.h"

PyDoc_STRVAR(
    module_doc,
    "Decides in C whether an HTTP/1.1 connection may become something else [RFC 9110 7.8].");

/* The constructor of a type is its tp_vectorcall, which no spec can set before 3.14. */
static const struct {
    PyType_Spec *spec;
    vectorcallfunc create; /* NULL: none, or one that is inherited */
} types[U101_PY_TYPES] = {
    [U101_PY_LIMITS] = {&u101_py_limits_spec, u101_py_limits_create},
    [U101_PY_DEFLATE] = {&u101_py_deflate_spec, u101_py_deflate_create},
    [U101_PY_WEBSOCKET] = {&u101_py_websocket_spec, u101_py_websocket_create},
    [U101_PY_H2C] = {&u101_py_h2c_spec, u101_py_h2c_create},
    [U101_PY_PROTOCOL] = {&u101_py_protocol_spec, u101_py_protocol_create},
    [U101_PY_TLS] = {&u101_py_tls_spec, u101_py_tls_create},
    [U101_PY_NEGOTIATOR] = {&u101_py_negotiator_spec, u101_py_negotiator_create},
    [U101_PY_HANDSHAKE] = {&u101_py_handshake_spec, NULL},
    [U101_PY_DECISION] = {&u101_py_decision_spec, NULL},
    [U101_PY_REQUEST] = {&u101_py_request_spec, NULL},
    [U101_PY_BODY_READER] = {&u101_py_body_reader_spec, u101_py_body_reader_create},
    [U101_PY_RESPONSE_READER] = {&u101_py_response_reader_spec, u101_py_response_reader_create},
    [U101_PY_RESPONSE_HEAD] = {&u101_py_response_head_spec, NULL},
};

static const char *const names[U101_PY_NAMES] = {
    [U101_PY_ABORT] = "abort",
    [U101_PY_CONNECTION_MADE] = "connection_made",
    [U101_PY_IS_CLOSING] = "is_closing",
    [U101_PY_IS_READING] = "is_reading",
    [U101_PY_PAUSE_WRITING] = "pause_writing",
    [U101_PY_RESUME_READING] = "resume_reading",
    [U101_PY_SET_PROTOCOL] = "set_protocol",
};

static PyMethodDef functions[] = {
    {"attach", (PyCFunction)(void (*)(void))u101_py_attach, METH_FASTCALL, u101_py_attach_doc},
    {.ml_name = NULL},
};

static int execute(PyObject *module)
{
    u101_py_state *state = PyModule_GetState(module);
    for (size_t i = 0; i < U101_PY_TYPES; i++) {
        PyObject *type = PyType_FromModuleAndSpec(module, types[i].spec, NULL);
        if (type == NULL) {
            return -1;
        }
        state->types[i] = (PyTypeObject *)type;
        state->types[i]->tp_vectorcall = types[i].create;
        if (PyModule_AddType(module, state->types[i]) < 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < U101_PY_NAMES; i++) {
        state->names[i] = PyUnicode_InternFromString(names[i]);
        if (state->names[i] == NULL) {
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

PyModuleDef u101_py_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "upgrade101._core",
    .m_doc = module_doc,
    .m_size = sizeof(u101_py_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = u101_py_state_traverse,
    .m_clear = u101_py_state_clear,
    .m_free = u101_py_state_free,
};

PyMODINIT_FUNC PyInit__core(void);

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&u101_py_module);
}
