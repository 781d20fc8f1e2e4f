/*
 * The caller's last word on a decision: see py_answer.h.
 */
#include "py_answer.h"

#include "py_arguments.h"
#include "py_input.h"
#include "py_reason.h"
#include "py_state.h"

u101_answer u101_py_answer_of(const u101_py_decision *decision)
{
    u101_answer answer = {.fields = decision->fields.at, .field_count = decision->fields.count};
    if (decision->body != NULL) {
        answer.body = (u101_slice){PyBytes_AS_STRING(decision->body),
                                   (size_t)PyBytes_GET_SIZE(decision->body)};
    }
    return answer;
}

/* A new Decision on the same request, without an answer. */
static u101_py_decision *copy(const u101_py_decision *self)
{
    u101_py_decision *decision = (u101_py_decision *)u101_py_decision_new(
        self->negotiator, Py_NewRef(self->received), &self->verdict);
    if (decision != NULL) {
        decision->request = Py_XNewRef(self->request);
    }
    return decision;
}

PyDoc_STRVAR(
    accept_doc,
    "accept($self, headers=(), subprotocol=...)\n"
    "--\n"
    "\n"
    "The switch with fields and a subprotocol of the caller's, as a new Decision.\n"
    "\n"
    "headers: iterable of (name, value), each a str or bytes: further fields of the 101\n"
    "    [RFC 9110 5].\n"
    "subprotocol: str, one of those the client offered, or None for none; left out, the one that\n"
    "    was negotiated stays [RFC 6455 4.2.2].\n"
    "\n"
    "Raises TypeError for a wrong type, and ValueError where this is no SWITCH, where a name is "
    "no\n"
    "token or the library's own (Upgrade, Connection, Content-Length, Transfer-Encoding, Trailer,\n"
    "Sec-WebSocket-*), where a value has a control character or white space at an end, where the\n"
    "client did not offer the subprotocol, and for fields where the response is empty.  Then this\n"
    "decision is as before.");

static bool read_acceptance(u101_py_decision *decision, PyObject *headers, PyObject *subprotocol)
{
    if (headers != NULL && !u101_py_fields_read(&decision->fields, headers)) {
        return false;
    }
    decision->answered = true;
    const u101_answer answer = u101_py_answer_of(decision);
    const char *received = PyBytes_AS_STRING(decision->received);
    if (subprotocol == NULL || subprotocol == Py_Ellipsis) {
        return u101_py_is_sound(u101_answer_accept(&decision->verdict, received, &answer, NULL));
    }
    if (subprotocol == Py_None) {
        const u101_slice none = {"", 0};
        return u101_py_is_sound(u101_answer_accept(&decision->verdict, received, &answer, &none));
    }
    PyObject *text = u101_py_text(subprotocol, "subprotocol");
    if (text == NULL) {
        return false;
    }
    const u101_slice chosen = u101_py_slice(text);
    bool sound = false;
    if (chosen.size == 0) {
        /* The core takes a subprotocol of no bytes for none. */
        PyErr_SetString(PyExc_ValueError, "a subprotocol must be a token");
    } else {
        sound = u101_py_is_sound(u101_answer_accept(&decision->verdict, received, &answer, &chosen));
    }
    Py_DECREF(text);
    return sound;
}

static PyObject *accept(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords)
{
    static const char *const names[] = {"headers", "subprotocol"};
    static const u101_py_signature signature = {"accept", names, 2, 2, 0};
    PyObject *values[2];
    if (!u101_py_bind_vector(&signature, args, count, keywords, values)) {
        return NULL;
    }
    u101_py_decision *decision = copy((u101_py_decision *)self);
    if (decision != NULL && !read_acceptance(decision, values[0], values[1])) {
        Py_CLEAR(decision);
    }
    return (PyObject *)decision;
}

PyDoc_STRVAR(
    reject_doc,
    "reject($self, status, headers=(), body=b'')\n"
    "--\n"
    "\n"
    "A refusal of the caller's, as a new Decision: a REJECT with the reason REFUSED.\n"
    "\n"
    "status: int, 300 to 599 [RFC 9110 15].\n"
    "headers: iterable of (name, value), each a str or bytes: further fields; Date and\n"
    "    Content-Type replace the library's [RFC 9110 5].\n"
    "body: bytes-like, the content; it is not sent to HEAD [RFC 9110 9.3.2].\n"
    "\n"
    "Raises TypeError for a wrong type, and ValueError on a CONTINUE, for a status out of range, "
    "a\n"
    "body with 304 [RFC 9110 15.4.5], and fields as accept() does.  Then this decision is as\n"
    "before.");

static bool read_rejection(u101_py_decision *decision, int status, PyObject *headers,
                           PyObject *body)
{
    if (headers != NULL && !u101_py_fields_read(&decision->fields, headers)) {
        return false;
    }
    if (body != NULL) {
        u101_py_input input;
        if (!u101_py_input_open(&input, body)) {
            return false;
        }
        decision->body = u101_py_input_keep(&input, input.bytes.size);
        u101_py_input_close(&input);
        if (decision->body == NULL) {
            return false;
        }
    }
    decision->answered = true;
    const u101_answer answer = u101_py_answer_of(decision);
    return u101_py_is_sound(u101_answer_reject(&decision->verdict, status, &answer));
}

static PyObject *reject(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords)
{
    static const char *const names[] = {"status", "headers", "body"};
    static const u101_py_signature signature = {"reject", names, 3, 3, 1};
    PyObject *values[3];
    int status = 0;
    if (!u101_py_bind_vector(&signature, args, count, keywords, values) ||
        !u101_py_number(values[0], names[0], &status)) {
        return NULL;
    }
    u101_py_decision *decision = copy((u101_py_decision *)self);
    if (decision != NULL && !read_rejection(decision, status, values[1], values[2])) {
        Py_CLEAR(decision);
    }
    return (PyObject *)decision;
}

PyDoc_STRVAR(
    refusal_doc,
    "_refusal($self, reason, /)\n"
    "--\n"
    "\n"
    "A refusal for a reason of the server's own, as a new Decision: a REJECT.\n"
    "\n"
    "reason: Reason.  Raises TypeError for anything else, and ValueError for a reason that is no\n"
    "refusal or that only a request can give.");

static PyObject *refuse(PyObject *self, PyObject *member)
{
    u101_reason reason = U101_REFUSED;
    if (!u101_py_refusal_read(u101_py_state_of(Py_TYPE(self)), member, &reason)) {
        return NULL;
    }
    u101_py_decision *decision = copy((u101_py_decision *)self);
    if (decision != NULL) {
        u101_decision_refuse(&decision->verdict, reason);
    }
    return (PyObject *)decision;
}

PyMethodDef u101_py_answer_methods[] = {
    {"accept", (PyCFunction)(void (*)(void))accept, METH_FASTCALL | METH_KEYWORDS, accept_doc},
    {"reject", (PyCFunction)(void (*)(void))reject, METH_FASTCALL | METH_KEYWORDS, reject_doc},
    {"_refusal", refuse, METH_O, refusal_doc},
    {.ml_name = NULL},
};
