/*
 * The Python type Decision: see py_decision.h.
 */
#include "py_decision.h"

#include <time.h>

#include "py_answer.h"
#include "py_deflate.h"
#include "py_reason.h"
#include "py_request.h"
#include "py_state.h"
#include "py_immutable.h"

/* Bytes on the stack; what is written is rarely longer. */
#define RESPONSE_ROOM 1024
#define TEXT_ROOM 256

PyDoc_STRVAR(
    decision_doc,
    "What becomes of a connection, and why [RFC 9110 7.8].\n"
    "\n"
    "It is made by Negotiator.decide, Negotiator.decide_request and Handshake.feed only, and\n"
    "immutable.");

PyObject *u101_py_decision_new(u101_py_negotiator *negotiator, PyObject *received,
                               const u101_decision *verdict)
{
    if (received == NULL) {
        return NULL;
    }
    PyTypeObject *type = u101_py_state_of(Py_TYPE(negotiator))->types[U101_PY_DECISION];
    u101_py_decision *self = PyObject_New(u101_py_decision, type);
    if (self == NULL) {
        Py_DECREF(received);
        return NULL;
    }
    self->negotiator = (u101_py_negotiator *)Py_NewRef(negotiator);
    self->received = received;
    self->response = NULL;
    self->request = NULL;
    self->body = NULL;
    self->fields = (u101_py_fields){0};
    self->answered = false;
    self->verdict = *verdict;
    return (PyObject *)self;
}

static void release(PyObject *object)
{
    u101_py_decision *self = (u101_py_decision *)object;
    Py_DECREF(self->negotiator);
    Py_DECREF(self->received);
    Py_XDECREF(self->response);
    Py_XDECREF(self->request);
    Py_XDECREF(self->body);
    u101_py_fields_clear(&self->fields);
    u101_py_immutable_free(object);
}

static PyObject *get_action(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_state *state = u101_py_state_of(Py_TYPE(self));
    return Py_NewRef(state->actions[((u101_py_decision *)self)->verdict.action]);
}

static PyObject *get_reason(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_state *state = u101_py_state_of(Py_TYPE(self));
    return Py_NewRef(state->reasons[((u101_py_decision *)self)->verdict.reason]);
}

static PyObject *write_response(const u101_py_decision *self)
{
    const u101_answer answer = u101_py_answer_of(self);
    const u101_answer *given = self->answered ? &answer : NULL;
    const char *received = PyBytes_AS_STRING(self->received);
    /* Only a refusal is dated. */
    const bool dated = self->verdict.action == U101_ACTION_REJECT;
    const int64_t now = dated ? (int64_t)time(NULL) : 0;
    char room[RESPONSE_ROOM];
    const size_t size = u101_decision_write_response(self->negotiator->compiled, &self->verdict, received,
                                            given, now, room, sizeof room);
    if (size <= sizeof room) {
        return PyBytes_FromStringAndSize(room, (Py_ssize_t)size);
    }
    PyObject *response = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (response != NULL) {
        u101_decision_write_response(self->negotiator->compiled, &self->verdict, received, given, now,
                            PyBytes_AS_STRING(response), size);
    }
    return response;
}

PyObject *u101_py_decision_response(PyObject *object)
{
    u101_py_decision *self = (u101_py_decision *)object;
    if (self->response == NULL) {
        self->response = write_response(self);
    }
    return Py_XNewRef(self->response);
}

static PyObject *get_response(PyObject *self, void *Py_UNUSED(closure))
{
    return u101_py_decision_response(self);
}

static size_t write_protocol(const u101_py_decision *self, char *out, size_t capacity)
{
    return u101_decision_write_protocol(self->negotiator->compiled, &self->verdict, out, capacity);
}

static size_t write_extensions(const u101_py_decision *self, char *out, size_t capacity)
{
    return u101_decision_write_extensions(&self->verdict, out, capacity);
}

/* What `write` writes, as a new str, or None where that is nothing. */
static PyObject *text_or_none(const u101_py_decision *self,
                              size_t (*write)(const u101_py_decision *, char *, size_t))
{
    char room[TEXT_ROOM];
    const size_t size = write(self, room, sizeof room);
    if (size == 0) {
        Py_RETURN_NONE;
    }
    if (size <= sizeof room) {
        return PyUnicode_DecodeLatin1(room, (Py_ssize_t)size, NULL);
    }
    char *larger = PyMem_Malloc(size);
    if (larger == NULL) {
        return PyErr_NoMemory();
    }
    write(self, larger, size);
    PyObject *text = PyUnicode_DecodeLatin1(larger, (Py_ssize_t)size, NULL);
    PyMem_Free(larger);
    return text;
}

static PyObject *get_protocol(PyObject *self, void *Py_UNUSED(closure))
{
    return text_or_none((u101_py_decision *)self, write_protocol);
}

static PyObject *get_extensions(PyObject *self, void *Py_UNUSED(closure))
{
    return text_or_none((u101_py_decision *)self, write_extensions);
}

static PyObject *get_subprotocol(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = (u101_py_decision *)object;
    const u101_span chosen = self->verdict.subprotocol;
    if (self->verdict.action != U101_ACTION_SWITCH || chosen.size == 0) {
        Py_RETURN_NONE;
    }
    return PyUnicode_DecodeLatin1(PyBytes_AS_STRING(self->received) + chosen.at,
                                  (Py_ssize_t)chosen.size, NULL);
}

static PyObject *get_deflate(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = (u101_py_decision *)object;
    if (self->verdict.action != U101_ACTION_SWITCH || !self->verdict.deflate_agreed) {
        Py_RETURN_NONE;
    }
    return u101_py_deflate_new(u101_py_state_of(Py_TYPE(self))->types[U101_PY_DEFLATE],
                               &self->verdict.deflate);
}

static PyObject *get_settings(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = (u101_py_decision *)object;
    if (self->verdict.action != U101_ACTION_SWITCH || !self->verdict.settings_present) {
        Py_RETURN_NONE;
    }
    const u101_slice value = {PyBytes_AS_STRING(self->received) + self->verdict.settings.at,
                              self->verdict.settings.size};
    u101_setting settings[U101_MAX_SETTINGS];
    const int count = u101_h2c_read_settings(value, settings);
    PyObject *pairs = PyTuple_New(count);
    for (int i = 0; pairs != NULL && i < count; i++) {
        PyObject *pair =
            Py_BuildValue("(Hk)", settings[i].identifier, (unsigned long)settings[i].value);
        if (pair == NULL) {
            Py_CLEAR(pairs);
        } else {
            PyTuple_SET_ITEM(pairs, i, pair);
        }
    }
    return pairs;
}

static PyObject *get_offer(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = (u101_py_decision *)object;
    if (self->verdict.offer == U101_NO_OFFER) {
        Py_RETURN_NONE;
    }
    return Py_NewRef(PyTuple_GET_ITEM(self->negotiator->offers, (Py_ssize_t)self->verdict.offer));
}

static PyObject *get_request(PyObject *object, void *Py_UNUSED(closure))
{
    u101_py_decision *self = (u101_py_decision *)object;
    if (self->verdict.head_size == 0) {
        Py_RETURN_NONE;
    }
    if (self->request == NULL) {
        self->request = u101_py_request_new(u101_py_state_of(Py_TYPE(self))->types[U101_PY_REQUEST],
                                            self->received, &self->verdict);
    }
    return Py_XNewRef(self->request);
}

static PyObject *get_body(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = (u101_py_decision *)object;
    if (self->verdict.action != U101_ACTION_SWITCH) {
        return PyBytes_FromStringAndSize(NULL, 0);
    }
    return PyBytes_FromStringAndSize(
        PyBytes_AS_STRING(self->received) + self->verdict.head_size,
        (Py_ssize_t)(self->verdict.request_size - self->verdict.head_size));
}

PyObject *u101_py_decision_leftover(PyObject *object)
{
    const u101_py_decision *self = (u101_py_decision *)object;
    const size_t begin = self->verdict.request_size;
    if (!u101_py_delivers(&self->verdict)) {
        return PyBytes_FromStringAndSize(NULL, 0);
    }
    if (begin == 0) {
        return Py_NewRef(self->received);
    }
    return PyBytes_FromStringAndSize(PyBytes_AS_STRING(self->received) + begin,
                                     PyBytes_GET_SIZE(self->received) - (Py_ssize_t)begin);
}

static PyObject *get_leftover(PyObject *self, void *Py_UNUSED(closure))
{
    return u101_py_decision_leftover(self);
}

static PyObject *represent(PyObject *object)
{
    const u101_py_decision *self = (u101_py_decision *)object;
    const char *action = u101_py_action_name(self->verdict.action);
    const char *reason = u101_reason_row_of(self->verdict.reason)->name;
    if (self->verdict.action == U101_ACTION_REJECT) {
        return PyUnicode_FromFormat("<Decision %s %s %d>", action, reason, self->verdict.status);
    }
    if (self->verdict.action != U101_ACTION_SWITCH) {
        return PyUnicode_FromFormat("<Decision %s %s>", action, reason);
    }
    PyObject *protocol = get_protocol(object, NULL);
    if (protocol == NULL) {
        return NULL;
    }
    PyObject *repr = PyUnicode_FromFormat("<Decision %s %s %S>", action, reason, protocol);
    Py_DECREF(protocol);
    return repr;
}

static PyGetSetDef attributes[] = {
    {"action", get_action, NULL, "Action: what is done with the connection.", NULL},
    {"reason", get_reason, NULL, "Reason: why.", NULL},
    {"response", get_response, NULL,
     "bytes: what is to be written, with the Date of when it was first asked for; empty for a\n"
     "PASS and for HTTP/2 with prior knowledge [RFC 9112 6, RFC 9110 6.6.1].",
     NULL},
    {"protocol", get_protocol, NULL,
     "str | None: on a SWITCH, what the connection becomes: 'websocket', 'h2c', 'TLS/1.2',\n"
     "'name' or 'name/version' [RFC 9110 7.8].",
     NULL},
    {"offer", get_offer, NULL,
     "The offer that decided, the very object given to the negotiator, or None.", NULL},
    {"request", get_request, NULL, "Request | None: None where no head was completed.", NULL},
    {"subprotocol", get_subprotocol, NULL,
     "str | None: the WebSocket subprotocol that is answered [RFC 6455 4.2.2].", NULL},
    {"extensions", get_extensions, NULL,
     "str | None: the Sec-WebSocket-Extensions that is answered [RFC 6455 9.1].", NULL},
    {"deflate", get_deflate, NULL,
     "PerMessageDeflate | None: the parameters that are answered [RFC 7692 7.1].", NULL},
    {"settings", get_settings, NULL,
     "tuple[tuple[int, int], ...] | None: on a SWITCH to h2c by a request, the client's\n"
     "(identifier, value) pairs in order; the raw value is the request's HTTP2-Settings\n"
     "[RFC 7540 3.2.1].",
     NULL},
    {"body", get_body, NULL, "bytes: on a SWITCH, the body of the request [RFC 9110 6.4].", NULL},
    {"leftover", get_leftover, NULL,
     "bytes: what was received behind the request on a SWITCH, behind the head on a PASS.", NULL},
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)decision_doc},
    {Py_tp_dealloc, release},
    {Py_tp_repr, represent},
    {Py_tp_getset, attributes},
    {Py_tp_methods, u101_py_answer_methods},
    {0, NULL},
};

PyType_Spec u101_py_decision_spec = {
    .name = "upgrade101._core.Decision",
    .basicsize = sizeof(u101_py_decision),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};
