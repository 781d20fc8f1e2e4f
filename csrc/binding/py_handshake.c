/*
 * The Python type Handshake: see py_handshake.h.
 *
 * Strategy: a first piece is read where it is, because most often it is the
 * whole request.  Otherwise pieces are gathered in `gathered`.  The core reads
 * on with a copy of the progress, which is kept last, when nothing can fail any
 * more.  Python code runs only while a buffer is opened or closed, thus never
 * between two of these steps: a feed within a feed comes before or after it.
 */
#include "py_handshake.h"

#include "py_decision.h"
#include "py_input.h"
#include "py_reason.h"
#include "py_state.h"
#include "py_immutable.h"

PyDoc_STRVAR(
    handshake_doc,
    "One connection until its final decision [RFC 9112 2.2].\n"
    "\n"
    "It is made by Negotiator.handshake only, and belongs to one connection and one thread at a\n"
    "time.");

PyObject *u101_py_handshake_new(u101_py_negotiator *negotiator, bool secure)
{
    PyTypeObject *type = u101_py_state_of(Py_TYPE(negotiator))->types[U101_PY_HANDSHAKE];
    u101_py_handshake *self = PyObject_New(u101_py_handshake, type);
    if (self != NULL) {
        self->negotiator = (u101_py_negotiator *)Py_NewRef(negotiator);
        self->gathered = NULL;
        self->size = 0;
        self->capacity = 0;
        self->secure = secure;
        self->over = false;
        u101_handshake_init(&self->progress);
    }
    return (PyObject *)self;
}

static void drop_gathered(u101_py_handshake *self)
{
    PyMem_Free(self->gathered);
    self->gathered = NULL;
    self->size = 0;
    self->capacity = 0;
}

static void release(PyObject *object)
{
    u101_py_handshake *self = (u101_py_handshake *)object;
    drop_gathered(self);
    Py_DECREF(self->negotiator);
    u101_py_immutable_free(object);
}

/* Makes `gathered` hold the first `size` bytes received, but does not count them in yet. */
static bool gather(u101_py_handshake *self, u101_slice piece, size_t size)
{
    if (size > self->capacity) {
        /* Twice as much each time, so that a byte is moved twice at most on average. */
        const size_t capacity = size > 2 * self->capacity ? size : 2 * self->capacity;
        char *grown = PyMem_Realloc(self->gathered, capacity);
        if (grown == NULL) {
            PyErr_NoMemory();
            return false;
        }
        self->gathered = grown;
        self->capacity = capacity;
    }
    if (size > self->size) {
        memcpy(self->gathered + self->size, piece.at, size - self->size);
    }
    return true;
}

/* A new reference to bytes that begin with the first `size` bytes received. */
static PyObject *keep(const u101_py_handshake *self, const u101_py_input *input, size_t size)
{
    if (self->size == 0) {
        return u101_py_input_keep(input, size);
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (bytes != NULL) {
        const size_t earlier = size < self->size ? size : self->size;
        memcpy(PyBytes_AS_STRING(bytes), self->gathered, earlier);
        memcpy(PyBytes_AS_STRING(bytes) + earlier, input->bytes.at, size - earlier);
    }
    return bytes;
}

typedef enum { FAILED, UNDECIDED, DECIDED } outcome;

static outcome read_in_place(const u101_py_handshake *self, u101_slice piece,
                             u101_handshake *progress, u101_decision *verdict)
{
    u101_hasher *hasher = u101_py_state_of(Py_TYPE(self))->hasher;
    const bool decided =
        u101_handshake_decide(self->negotiator->compiled, progress, piece, self->secure, hasher, verdict);
    return decided ? DECIDED : UNDECIDED;
}

/* A head that is completed tells how much of a body is wanted as well: hence the loop. */
static outcome read_gathered(u101_py_handshake *self, u101_slice piece, u101_handshake *progress,
                             u101_decision *verdict)
{
    const u101_negotiator *negotiator = self->negotiator->compiled;
    u101_hasher *hasher = u101_py_state_of(Py_TYPE(self))->hasher;
    const size_t total = self->size + piece.size;
    size_t looked = 0;
    while (looked < total) {
        const size_t wanted = u101_handshake_wanted(negotiator, progress);
        looked = wanted < total ? wanted : total;
        if (!gather(self, piece, looked)) {
            return FAILED;
        }
        const u101_slice received = {self->gathered, looked};
        if (u101_handshake_decide(negotiator, progress, received, self->secure, hasher, verdict)) {
            return DECIDED;
        }
    }
    return UNDECIDED;
}

/* Ends the handshake, or counts the piece in.  What was read in place is not gathered yet. */
static bool commit(u101_py_handshake *self, u101_slice piece, const u101_handshake *progress,
                   bool over)
{
    if (over) {
        self->over = true;
        drop_gathered(self);
        return true;
    }
    if (self->size == 0 && !gather(self, piece, piece.size)) {
        return false;
    }
    self->size += piece.size;
    self->progress = *progress;
    return true;
}

static PyObject *read_on(u101_py_handshake *self, const u101_py_input *input)
{
    if (self->over) {
        PyErr_SetString(PyExc_RuntimeError, "the final decision of this handshake is made");
        return NULL;
    }
    u101_handshake progress = self->progress;
    u101_decision verdict;
    const outcome result = self->size == 0 ? read_in_place(self, input->bytes, &progress, &verdict)
                                           : read_gathered(self, input->bytes, &progress, &verdict);
    if (result == FAILED) {
        return NULL;
    }
    PyObject *answer = NULL;
    if (result == DECIDED) {
        const size_t needed = u101_py_needed(&verdict, self->size + input->bytes.size);
        answer = u101_py_decision_new(self->negotiator, keep(self, input, needed), &verdict);
    } else {
        answer = Py_NewRef(Py_None);
    }
    /* After a CONTINUE more is to come. */
    const bool over = result == DECIDED && verdict.action != U101_ACTION_CONTINUE;
    if (answer != NULL && !commit(self, input->bytes, &progress, over)) {
        Py_CLEAR(answer);
    }
    return answer;
}

PyDoc_STRVAR(
    feed_doc,
    "feed($self, data, /)\n"
    "--\n"
    "\n"
    "Reads on: a Decision, or None where more bytes are needed.\n"
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
    if (!u101_py_input_open(&input, data)) {
        return NULL;
    }
    PyObject *answer = read_on((u101_py_handshake *)self, &input);
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
    if (self->over) {
        PyErr_SetString(PyExc_RuntimeError, "the final decision of this handshake is made");
        return NULL;
    }
    u101_decision verdict;
    u101_handshake_refuse(&self->progress, reason, self->secure, &verdict);
    PyObject *head = PyBytes_FromStringAndSize(self->gathered, (Py_ssize_t)verdict.head_size);
    PyObject *decision = u101_py_decision_new(self->negotiator, head, &verdict);
    if (decision != NULL) {
        self->over = true;
        drop_gathered(self);
    }
    return decision;
}

static PyObject *represent(PyObject *object)
{
    const u101_py_handshake *self = (u101_py_handshake *)object;
    if (self->over) {
        return PyUnicode_FromString("<Handshake decided>");
    }
    return PyUnicode_FromFormat("<Handshake of %zu bytes>", self->size);
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
