/*
 * The Python type ResponseReader: see py_response_reader.h.
 *
 * Python code runs only while the input is copied, before anything is read: a read
 * within a read comes before it.
 */
#include "py_response_reader.h"

#include "py_arguments.h"
#include "py_exchange.h"
#include "py_immutable.h"
#include "py_input.h"
#include "py_limits.h"
#include "py_state.h"

typedef struct {
    PyObject_HEAD u101_py_exchange exchange;
} u101_py_response_reader;

PyDoc_STRVAR(
    response_reader_doc,
    "ResponseReader(method='GET', *, limits=None)\n"
    "--\n"
    "\n"
    "The response to one request, as its bytes come: the interim ones, the final one's head and\n"
    "its body [RFC 9112 4, 6.3].\n"
    "\n"
    "method: str, that of the request: after HEAD no body follows, and a 2xx to CONNECT ends "
    "HTTP.\n"
    "limits: Limits, or None: the defaults.  Each head is bound by `head` and `fields`, and so\n"
    "    are chunk extensions and trailer section; a body may have any length.\n"
    "\n"
    "It belongs to one thread at a time.  Raises TypeError for a wrong type, and ValueError for a\n"
    "method that is not latin-1.");

static const u101_py_exchange *exchange_of(PyObject *object)
{
    return &((u101_py_response_reader *)object)->exchange;
}

static void release(PyObject *object)
{
    u101_py_exchange_clear(&((u101_py_response_reader *)object)->exchange);
    u101_py_immutable_free(object);
}

/* Takes no reference to `method`, a str that is exact and latin-1. */
static PyObject *make(PyTypeObject *type, PyObject *method, const u101_limits *limits)
{
    u101_py_response_reader *self = PyObject_New(u101_py_response_reader, type);
    if (self != NULL && !u101_py_exchange_init(&self->exchange, u101_py_slice(method), limits)) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

PyObject *u101_py_response_reader_create(PyObject *type, PyObject *const *args, size_t count,
                                         PyObject *keywords)
{
    static const char *const names[] = {"method", "limits"};
    static const u101_py_signature signature = {"ResponseReader", names, 2, 1, 0};
    PyTypeObject *own = (PyTypeObject *)type;
    PyObject *values[2];
    u101_limits limits;
    if (!u101_py_bind(&signature, args, PyVectorcall_NARGS(count), keywords, values) ||
        !u101_py_limits_read(u101_py_state_of(own), values[1], &limits)) {
        return NULL;
    }
    PyObject *method = values[0] == NULL ? PyUnicode_FromString("GET")
                                         : u101_py_text(values[0], "method", "a str");
    PyObject *self = method == NULL ? NULL : make(own, method, &limits);
    Py_XDECREF(method);
    return self;
}

static bool is_over(const u101_py_exchange *exchange)
{
    static const char *const messages[] = {
        [U101_PY_WHOLE] = "the response has ended",
        [U101_PY_SWITCHED] = "the connection has switched",
        [U101_PY_CUT] = "the connection has ended",
        [U101_PY_DEFECTIVE] = "the response has a defect: see its reason",
    };
    if (u101_py_exchange_goes_on(exchange)) {
        return false;
    }
    PyErr_SetString(PyExc_RuntimeError, messages[exchange->phase]);
    return true;
}

/* Reads on in `data`.  False: an exception is set. */
static bool read_on(PyObject *object, PyObject *data, size_t *used, PyObject **content)
{
    u101_py_response_reader *self = (u101_py_response_reader *)object;
    PyObject *piece = u101_py_input_copy(data, "data");
    if (piece == NULL) {
        return false;
    }
    PyTypeObject *type = u101_py_state_of(Py_TYPE(self))->types[U101_PY_RESPONSE_HEAD];
    const bool done = !is_over(&self->exchange) &&
                      u101_py_exchange_read(&self->exchange, type, piece, used, content);
    Py_DECREF(piece);
    return done;
}

PyDoc_STRVAR(
    read_doc,
    "read($self, data, /)\n"
    "--\n"
    "\n"
    "Reads on: the content of the final response in this piece, as bytes, without chunk framing\n"
    "[RFC 9112 7.1].\n"
    "\n"
    "data: C-contiguous bytes-like, the next bytes of the connection, of any size.  It is what\n"
    "is returned if it is exact bytes and nothing but content.\n"
    "\n"
    "Raises TypeError or BufferError for another object, RuntimeError after the end or a defect,\n"
    "and MemoryError; then the reader is as it was.  Never raises for what the bytes say: then\n"
    "`reason` is set, and what is returned precedes the defect.");

static PyObject *read_data(PyObject *self, PyObject *data)
{
    PyObject *content = NULL;
    size_t used = 0;
    return read_on(self, data, &used, &content) ? content : NULL;
}

PyDoc_STRVAR(
    skip_doc,
    "skip($self, data, /)\n"
    "--\n"
    "\n"
    "Reads on without the content: how many bytes of this piece belong to the response, the\n"
    "interim ones included, as int.\n"
    "\n"
    "data: as of `read`, of which it raises the same; exact bytes are not copied.  What follows\n"
    "the response is not in `leftover`: it is what is left of `data`.  A byte that shows a defect\n"
    "is not counted.");

static PyObject *skip(PyObject *self, PyObject *data)
{
    size_t used = 0;
    return read_on(self, data, &used, NULL) ? PyLong_FromSize_t(used) : NULL;
}

PyDoc_STRVAR(eof_doc,
             "eof($self, /)\n"
             "--\n"
             "\n"
             "The connection has ended: whether the response is whole, as bool [RFC 9112 8].\n"
             "\n"
             "Nothing can be read after it.");

static PyObject *eof(PyObject *self, PyObject *Py_UNUSED(unused))
{
    return PyBool_FromLong(u101_py_exchange_end(&((u101_py_response_reader *)self)->exchange));
}

static PyObject *get_object(PyObject *object)
{
    return Py_NewRef(object == NULL ? Py_None : object);
}

static PyObject *get_response(PyObject *self, void *Py_UNUSED(closure))
{
    return get_object(exchange_of(self)->final);
}

static PyObject *get_interim(PyObject *self, void *Py_UNUSED(closure))
{
    return get_object(exchange_of(self)->interim);
}

static PyObject *get_done(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_phase phase = exchange_of(self)->phase;
    return PyBool_FromLong(phase == U101_PY_WHOLE || phase == U101_PY_SWITCHED);
}

static PyObject *get_switched(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(exchange_of(self)->phase == U101_PY_SWITCHED);
}

static PyObject *get_until_close(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_exchange *exchange = exchange_of(self);
    return PyBool_FromLong(exchange->final != NULL &&
                           exchange->response.framing == U101_FRAMING_CLOSE);
}

static PyObject *get_keeps_alive(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_exchange *exchange = exchange_of(self);
    const bool sound = exchange->phase == U101_PY_IN_BODY || exchange->phase == U101_PY_WHOLE;
    return PyBool_FromLong(sound && exchange->response.keeps_alive);
}

static PyObject *get_reason(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_reason reason = exchange_of(self)->reason;
    return Py_NewRef(reason == U101_SOUND ? Py_None
                                          : u101_py_state_of(Py_TYPE(self))->reasons[reason]);
}

static PyObject *get_offset(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_exchange *exchange = exchange_of(self);
    if (exchange->reason == U101_SOUND) {
        Py_RETURN_NONE;
    }
    return PyLong_FromUnsignedLongLong(exchange->offset);
}

static PyObject *get_leftover(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(exchange_of(self)->leftover);
}

static PyObject *represent(PyObject *self)
{
    static const char *const phases[] = {
        [U101_PY_IN_HEAD] = "in the head",
        [U101_PY_IN_BODY] = "in the body",
        [U101_PY_WHOLE] = "done",
        [U101_PY_SWITCHED] = "switched",
        [U101_PY_CUT] = "cut",
        [U101_PY_DEFECTIVE] = "defective",
    };
    return PyUnicode_FromFormat("<ResponseReader: %s>", phases[exchange_of(self)->phase]);
}

static PyGetSetDef attributes[] = {
    {"response", get_response, NULL,
     "Response | None: the final head, or the 101; None before it is complete.", NULL},
    {"interim", get_interim, NULL,
     "Response | None: the last interim head, a 1xx other than 101 [RFC 9110 15.2].", NULL},
    {"done", get_done, NULL, "bool: the response has been read to its end.", NULL},
    {"switched", get_switched, NULL,
     "bool: HTTP has ended after the head: a 101, or a 2xx to CONNECT [RFC 9110 7.8, 9.3.6].",
     NULL},
    {"until_close", get_until_close, NULL,
     "bool: the body lasts until the connection ends, which `eof` tells [RFC 9112 6.3].", NULL},
    {"keeps_alive", get_keeps_alive, NULL,
     "bool: a further response may follow on the connection [RFC 9112 9.3]; False before the\n"
     "final head is complete.",
     NULL},
    {"reason", get_reason, NULL, "Reason | None: the first defect.", NULL},
    {"offset", get_offset, NULL,
     "int | None: the index, from the first byte of all, of the byte that shows the defect.  If\n"
     "the whole head shows it, that of the byte after the head.",
     NULL},
    {"leftover", get_leftover, NULL,
     "bytes: what follows the response in the piece that was read last.", NULL},
    {.name = NULL},
};

static PyMethodDef methods[] = {
    {"read", read_data, METH_O, read_doc},
    {"skip", skip, METH_O, skip_doc},
    {"eof", eof, METH_NOARGS, eof_doc},
    {.ml_name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)response_reader_doc},
    {Py_tp_new, u101_py_new},
    {Py_tp_dealloc, release},
    {Py_tp_repr, represent},
    {Py_tp_getset, attributes},
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec u101_py_response_reader_spec = {
    .name = "upgrade101._core.ResponseReader",
    .basicsize = sizeof(u101_py_response_reader),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
