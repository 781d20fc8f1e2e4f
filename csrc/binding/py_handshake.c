/*
 * The Python type Handshake: see py_handshake.h.
 *
 * Python code runs only while a buffer is opened or closed, and never between two
 * steps of a feed: a feed within a feed comes before or after it.
 */
#include "py_handshake.h"

#include "py_decision.h"
#include "py_immutable.h"
#include "py_input.h"
#include "py_reason.h"
#include "py_received.h"
#include "py_state.h"

typedef struct {
    PyObject_HEAD u101_py_negotiator *negotiator;
    u101_py_received received;
    bool secure;
    bool over; /* the final decision is made */
} u101_py_handshake;

PyDoc_STRVAR(
    handshake_doc,
    "One request of a connection until its final decision [RFC 9112 2.2].\n"
    "\n"
    "It is made by Negotiator.handshake only, and belongs to one request and to one thread at a\n"
    "time.");

PyObject *u101_py_handshake_new(u101_py_negotiator *negotiator, bool secure, bool first)
{
    PyTypeObject *type = u101_py_state_of(Py_TYPE(negotiator))->types[U101_PY_HANDSHAKE];
    u101_py_handshake *self = PyObject_New(u101_py_handshake, type);
    if (self != NULL) {
        self->negotiator = (u101_py_negotiator *)Py_NewRef(negotiator);
        u101_py_received_init(&self->received, first);
        self->secure = secure;
        self->over = false;
    }
    return (PyObject *)self;
}

static void release(PyObject *object)
{
    u101_py_handshake *self = (u101_py_handshake *)object;
    u101_py_received_clear(&self->received);
    Py_DECREF(self->negotiator);
    u101_py_immutable_free(object);
}

static bool is_over(const u101_py_handshake *self)
{
    if (self->over) {
        PyErr_SetString(PyExc_RuntimeError, "the final decision of this handshake is made");
    }
    return self->over;
}

static void end(u101_py_handshake *self)
{
    self->over = true;
    u101_py_received_clear(&self->received);
}

PyObject *u101_py_handshake_read(PyObject *object, const u101_py_input *input)
{
    u101_py_handshake *self = (u101_py_handshake *)object;
    if (is_over(self)) {
        return NULL;
    }
    const u101_py_terms terms = {self->negotiator->compiled,
                                 u101_py_state_of(Py_TYPE(self))->hasher, self->secure};
    u101_py_step step;
    u101_decision verdict;
    PyObject *kept = NULL;
    PyObject *answer = NULL;
    bool final = false;
    switch (u101_py_received_read(&self->received, &terms, input, &step, &verdict, &kept)) {
    case U101_PY_FAILED:
        return NULL;
    case U101_PY_UNDECIDED:
        answer = Py_NewRef(Py_None);
        break;
    case U101_PY_DECIDED:
        answer = u101_py_decision_new(self->negotiator, kept, &verdict);
        /* After a CONTINUE more is to come. */
        final = verdict.action != U101_ACTION_CONTINUE;
        break;
    }
    if (answer == NULL) {
        u101_py_received_undo(&self->received, &step);
    } else if (final) {
        end(self);
    } else if (!u101_py_received_take(&self->received, input, &step)) {
        u101_py_received_undo(&self->received, &step);
        Py_CLEAR(answer);
    }
    return answer;
}

PyDoc_STRVAR(
    feed_doc,
    "feed($self, data, /)\n"
    "--\n"
    "\n"
    "Reads on: a Decision, or None if more bytes are needed.\n"
    "\n"
    "data: C-contiguous bytes-like, the next bytes of the connection, of any size; it is the\n"
    "caller's again when the call returns.  After a CONTINUE feeding goes on.\n"
    "\n"
    "Raises TypeError or BufferError for another object, RuntimeError after the final decision,\n"
    "and MemoryError; then the handshake is as it was.  Never raises for what the bytes say\n"
    "[RFC 9112 2].");

PyObject *u101_py_handshake_feed(PyObject *self, PyObject *data)
{
    u101_py_input input;
    if (!u101_py_input_open(&input, data, "data")) {
        return NULL;
    }
    PyObject *answer = u101_py_handshake_read(self, &input);
    u101_py_input_close(&input);
    return answer;
}

PyDoc_STRVAR(
    refusal_doc,
    "_refusal($self, reason, /)\n"
    "--\n"
    "\n"
    "The final decision for a reason of the server's own: a REJECT.\n"
    "\n"
    "reason: Reason.  Raises TypeError for anything else, ValueError for a reason that is no\n"
    "refusal or that only a request can give, and RuntimeError after the final decision.");

static PyObject *refuse(PyObject *object, PyObject *member)
{
    u101_py_handshake *self = (u101_py_handshake *)object;
    u101_reason reason = U101_REFUSED;
    if (!u101_py_refusal_read(u101_py_state_of(Py_TYPE(self)), member, &reason)) {
        return NULL;
    }
    if (is_over(self)) {
        return NULL;
    }
    u101_decision verdict;
    u101_handshake_refuse(&self->received.progress, reason, self->secure, &verdict);
    PyObject *head = u101_py_received_head(&self->received, &verdict);
    PyObject *decision = u101_py_decision_new(self->negotiator, head, &verdict);
    if (decision != NULL) {
        end(self);
    }
    return decision;
}

static PyObject *represent(PyObject *object)
{
    const u101_py_handshake *self = (u101_py_handshake *)object;
    if (self->over) {
        return PyUnicode_FromString("<Handshake decided>");
    }
    return PyUnicode_FromFormat("<Handshake of %zu bytes>", self->received.size);
}

static PyMethodDef methods[] = {
    {"feed", u101_py_handshake_feed, METH_O, feed_doc},
    {"_refusal", refuse, METH_O, refusal_doc},
    {.ml_name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)handshake_doc},
    {Py_tp_dealloc, release},
    {Py_tp_repr, represent},
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec u101_py_handshake_spec = {
    .name = "upgrade101._core.Handshake",
    .basicsize = sizeof(u101_py_handshake),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};
