/*
 * The Python type Decision: see py_decision.h.
 */
#include "py_decision.h"

#include "py_answer.h"
#include "py_deflate.h"
#include "py_immutable.h"
#include "py_layer.h"
#include "py_negotiated.h"
#include "py_reason.h"
#include "py_request.h"
#include "py_response.h"
#include "py_state.h"

typedef struct {
    PyObject_HEAD u101_py_negotiator *negotiator;
    PyObject *received; /* bytes that begin with the request */
    PyObject *response; /* bytes, or NULL before it was asked for */
    PyObject *request;  /* a Request, or NULL before it was asked for */
    u101_py_answer answer;
    u101_decision verdict;
} u101_py_decision;

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
    self->answer = (u101_py_answer){0};
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
    u101_py_answer_clear(&self->answer);
    u101_py_immutable_free(object);
}

static u101_py_decision *decision_of(PyObject *object)
{
    return (u101_py_decision *)object;
}

const u101_decision *u101_py_decision_verdict(PyObject *decision)
{
    return &decision_of(decision)->verdict;
}

/* The bytes that begin with the request. */
static const char *bytes_of(const u101_py_decision *self)
{
    return PyBytes_AS_STRING(self->received);
}

static bool is_switch(const u101_py_decision *self)
{
    return self->verdict.action == U101_ACTION_SWITCH;
}

static PyObject *no_bytes(void)
{
    return PyBytes_FromStringAndSize(NULL, 0);
}

/* ---- why */

static PyObject *get_action(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_state *state = u101_py_state_of(Py_TYPE(self));
    return Py_NewRef(state->actions[decision_of(self)->verdict.action]);
}

static PyObject *get_reason(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_state *state = u101_py_state_of(Py_TYPE(self));
    return Py_NewRef(state->reasons[decision_of(self)->verdict.reason]);
}

static PyObject *get_offset(PyObject *self, void *Py_UNUSED(closure))
{
    const size_t offset = decision_of(self)->verdict.offset;
    return offset == U101_NO_OFFSET ? Py_NewRef(Py_None) : PyLong_FromSize_t(offset);
}

static PyObject *get_detail(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = decision_of(object);
    const u101_slice received = {bytes_of(self), (size_t)PyBytes_GET_SIZE(self->received)};
    char line[U101_DETAIL_SIZE];
    const size_t size =
        u101_detail_write(self->negotiator->compiled, &self->verdict, received, line);
    return PyUnicode_DecodeLatin1(line, (Py_ssize_t)size, NULL);
}

static PyObject *get_offer(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = decision_of(object);
    if (self->verdict.offer == U101_NO_OFFER) {
        Py_RETURN_NONE;
    }
    return Py_NewRef(PyTuple_GET_ITEM(self->negotiator->offers, (Py_ssize_t)self->verdict.offer));
}

/* ---- the response */

static PyObject *get_response(PyObject *object, void *Py_UNUSED(closure))
{
    u101_py_decision *self = decision_of(object);
    if (self->response == NULL) {
        u101_answer room;
        self->response =
            u101_py_response_write(self->negotiator->compiled, &self->verdict, bytes_of(self),
                                   u101_py_answer_of(&self->answer, &room));
    }
    return Py_XNewRef(self->response);
}

static PyObject *get_status(PyObject *self, void *Py_UNUSED(closure))
{
    const int status = decision_of(self)->verdict.status;
    return status == 0 ? Py_NewRef(Py_None) : PyLong_FromLong(status);
}

static PyObject *get_part(PyObject *self, PyObject *(*take)(const u101_decision *, PyObject *))
{
    PyObject *response = get_response(self, NULL);
    PyObject *part = response == NULL ? NULL : take(&decision_of(self)->verdict, response);
    Py_XDECREF(response);
    return part;
}

static PyObject *get_headers(PyObject *self, void *Py_UNUSED(closure))
{
    return get_part(self, u101_py_response_headers);
}

static PyObject *get_content(PyObject *self, void *Py_UNUSED(closure))
{
    return get_part(self, u101_py_response_content);
}

/* ---- what was negotiated */

static PyObject *get_protocol(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = decision_of(object);
    return u101_py_negotiated_protocol(self->negotiator->compiled, &self->verdict);
}

static PyObject *get_extensions(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = decision_of(object);
    u101_answer room;
    return u101_py_negotiated_extensions(&self->verdict, u101_py_answer_of(&self->answer, &room));
}

static PyObject *get_subprotocol(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = decision_of(object);
    return u101_py_negotiated_subprotocol(&self->verdict, bytes_of(self));
}

static PyObject *get_settings(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = decision_of(object);
    return u101_py_negotiated_settings(&self->verdict, bytes_of(self));
}

static PyObject *get_deflate(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = decision_of(object);
    if (!is_switch(self) || !self->verdict.deflate_agreed) {
        Py_RETURN_NONE;
    }
    return u101_py_deflate_new(u101_py_state_of(Py_TYPE(self))->types[U101_PY_DEFLATE],
                               &self->verdict.deflate);
}

/* ---- the bytes of the request */

static PyObject *get_request(PyObject *object, void *Py_UNUSED(closure))
{
    u101_py_decision *self = decision_of(object);
    if (!u101_py_request_exists(&self->verdict)) {
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
    const u101_py_decision *self = decision_of(object);
    if (!is_switch(self)) {
        return no_bytes();
    }
    PyObject *body = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)self->verdict.content_size);
    if (body != NULL && self->verdict.content_size > 0) {
        u101_decision_copy_content(&self->verdict, bytes_of(self), PyBytes_AS_STRING(body));
    }
    return body;
}

static PyObject *get_leftover(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = decision_of(object);
    const size_t begin = self->verdict.request_size;
    if (!is_switch(self) && self->verdict.action != U101_ACTION_PASS) {
        return no_bytes();
    }
    if (begin == 0) {
        return Py_NewRef(self->received);
    }
    return PyBytes_FromStringAndSize(bytes_of(self) + begin,
                                     PyBytes_GET_SIZE(self->received) - (Py_ssize_t)begin);
}

static PyObject *get_forward(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_decision *self = decision_of(object);
    if (self->verdict.action != U101_ACTION_PASS) {
        return no_bytes();
    }
    /* It is never larger than the head. */
    const size_t room = self->verdict.head_size;
    PyObject *head = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)room);
    if (head == NULL) {
        return NULL;
    }
    const size_t size = u101_decision_write_forward(self->negotiator->compiled, &self->verdict,
                                                    bytes_of(self), PyBytes_AS_STRING(head), room);
    if (size < room) {
        _PyBytes_Resize(&head, (Py_ssize_t)size);
    }
    return head;
}

/* ---- the caller's last word */

/* A new Decision on the same request; takes what is in `answer`, also on failure. */
static PyObject *copy(const u101_py_decision *self, const u101_decision *verdict,
                      u101_py_answer *answer)
{
    PyObject *decision = u101_py_decision_new(self->negotiator, Py_NewRef(self->received), verdict);
    if (decision == NULL) {
        u101_py_answer_clear(answer);
        return NULL;
    }
    decision_of(decision)->request = Py_XNewRef(self->request);
    decision_of(decision)->answer = *answer;
    return decision;
}

PyObject *u101_py_decision_with(PyObject *decision, const u101_decision *verdict)
{
    u101_py_answer answer = {0};
    return copy(decision_of(decision), verdict, &answer);
}

static PyObject *accept(PyObject *object, PyObject *const *args, Py_ssize_t count,
                        PyObject *keywords)
{
    const u101_py_decision *self = decision_of(object);
    u101_decision verdict = self->verdict;
    u101_py_answer answer = {0};
    if (!u101_py_answer_accept(&answer, &verdict, bytes_of(self), &self->answer, args, count,
                               keywords)) {
        u101_py_answer_clear(&answer);
        return NULL;
    }
    return copy(self, &verdict, &answer);
}

static PyObject *reject(PyObject *object, PyObject *const *args, Py_ssize_t count,
                        PyObject *keywords)
{
    const u101_py_decision *self = decision_of(object);
    u101_decision verdict = self->verdict;
    u101_py_answer answer = {0};
    if (!u101_py_answer_reject(&answer, &verdict, args, count, keywords)) {
        u101_py_answer_clear(&answer);
        return NULL;
    }
    return copy(self, &verdict, &answer);
}

static PyObject *represent(PyObject *object)
{
    const u101_py_decision *self = decision_of(object);
    const char *action = u101_py_action_name(self->verdict.action);
    const char *reason = u101_reason_row_of(self->verdict.reason)->name;
    if (self->verdict.action == U101_ACTION_REJECT) {
        return PyUnicode_FromFormat("<Decision %s %s %d>", action, reason, self->verdict.status);
    }
    if (!is_switch(self)) {
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
    {"offset", get_offset, NULL,
     "int | None: the index, from the first byte of the request, of the byte that shows a defect\n"
     "of syntax; None for every other reason, and if others have parsed the head [RFC 9112 2.2].",
     NULL},
    {"detail", get_detail, NULL,
     "str: one line for a log, at most 200 characters of printable ASCII, with the values that\n"
     "decided it; it is no part of a response.",
     NULL},
    {"response", get_response, NULL,
     "bytes: what is to be written, with the Date of when it was first asked for; empty for a\n"
     "PASS and for HTTP/2 with prior knowledge [RFC 9112 6, RFC 9110 6.6.1].",
     NULL},
    {"status", get_status, NULL,
     "int | None: the status of the response, or None if there is none [RFC 9110 15].", NULL},
    {"headers", get_headers, NULL,
     "tuple[tuple[bytes, bytes], ...]: the fields of the response, in order, for a server that\n"
     "writes it itself; if a 100 precedes a 101, those of the 101 [RFC 9110 5.2].",
     NULL},
    {"content", get_content, NULL, "bytes: the content of the response [RFC 9110 6.4].", NULL},
    {"protocol", get_protocol, NULL,
     "str | None: on a SWITCH, what the connection becomes: 'websocket', 'h2c', 'TLS/1.2',\n"
     "'name' or 'name/version' [RFC 9110 7.8].",
     NULL},
    {"offer", get_offer, NULL,
     "The offer that decided, the very object given to the negotiator, or None.", NULL},
    {"request", get_request, NULL,
     "Request | None: None if no head was completed; of the HTTP/2 preface the request that it\n"
     "writes [RFC 9113 3.4].",
     NULL},
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
    {"body", get_body, NULL,
     "bytes: on a SWITCH, the body of the request, without the framing of its chunks\n"
     "[RFC 9110 6.4, RFC 9112 7.1].",
     NULL},
    {"leftover", get_leftover, NULL,
     "bytes: what was received after the request on a SWITCH, after the head on a PASS.", NULL},
    {"forward", get_forward, NULL,
     "bytes: on a PASS, the head for whoever serves HTTP: without an upgrade that was decided\n"
     "here already; empty otherwise [RFC 9110 7.6.1, 7.8].",
     NULL},
    {"_framing", u101_py_layer_framing, NULL,
     "int | None: bytes of the request's body, or None if it is in chunks [RFC 9112 6.3].", NULL},
    {.name = NULL},
};

static PyMethodDef methods[] = {
    {"accept", (PyCFunction)(void (*)(void))accept, METH_FASTCALL | METH_KEYWORDS,
     u101_py_accept_doc},
    {"reject", (PyCFunction)(void (*)(void))reject, METH_FASTCALL | METH_KEYWORDS,
     u101_py_reject_doc},
    {"_refusal", u101_py_layer_refuse, METH_O, u101_py_layer_refusal_doc},
    {"_passed", u101_py_layer_pass, METH_O, u101_py_layer_passed_doc},
    {.ml_name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)decision_doc}, {Py_tp_dealloc, release}, {Py_tp_repr, represent},
    {Py_tp_getset, attributes},        {Py_tp_methods, methods}, {0, NULL},
};

PyType_Spec u101_py_decision_spec = {
    .name = "upgrade101._core.Decision",
    .basicsize = sizeof(u101_py_decision),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};
