/*
 * The Python type BodyReader: see py_body_reader.h.
 *
 * Python code runs only while the input is copied, before anything is read: a read
 * within a read comes before it.
 */
#include "py_body_reader.h"

#include "py_arguments.h"
#include "py_content.h"
#include "py_immutable.h"
#include "py_input.h"
#include "py_limits.h"
#include "py_state.h"

typedef struct {
    PyObject_HEAD u101_body body;
    PyObject *leftover; /* bytes */
    u101_reason reason; /* of the defect, or U101_SOUND */
    bool done;
} u101_py_body_reader;

PyDoc_STRVAR(
    body_reader_doc,
    "BodyReader(*, length=None, chunked=False, until_close=False, limits=None, max_size=None)\n"
    "--\n"
    "\n"
    "The body of one message, as the bytes come that follow its head [RFC 9112 6.3].\n"
    "\n"
    "length: int, bytes of the body as Content-Length says, or None [RFC 9112 6.2].\n"
    "chunked: bool, the body is in chunks [RFC 9112 7.1].\n"
    "until_close: bool, it lasts until the connection ends, which is the caller's to see.\n"
    "    At most one of these three is given; without any there is no body.\n"
    "limits: Limits, or None: the defaults.  Chunk extensions and trailer section together may\n"
    "    have as many bytes as a head, and the trailer section as many lines; more is\n"
    "    CHUNK_INVALID.\n"
    "max_size: int, bytes of content, or None: any number.  More is BODY_TOO_LARGE, told before\n"
    "    the content is there.\n"
    "\n"
    "It belongs to one thread at a time.  Raises TypeError for a wrong type, and ValueError for\n"
    "more than one of the three and for a negative number.");

/* None, or an int of any size; ValueError if it is negative or above 2^63-1. */
static bool read_count(PyObject *value, const char *name, uint64_t *count)
{
    if (value == NULL || value == Py_None) {
        return true;
    }
    if (!PyLong_Check(value)) {
        u101_py_wrong_type(name, "an int or None", value);
        return false;
    }
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow != 0) {
        PyErr_Format(PyExc_ValueError, "%s must be 0 to %lld", name, (long long)INT64_MAX);
        return false;
    }
    if (number < 0) {
        PyErr_Format(PyExc_ValueError, "%s must be 0 to %lld, not %lld", name, (long long)INT64_MAX,
                     number);
        return false;
    }
    *count = (uint64_t)number;
    return true;
}

/* How the arguments frame the body; the number of them that do is 1 at most. */
static bool read_framing(PyObject *const *values, u101_framing *framing)
{
    bool chunked = false;
    bool until_close = false;
    const bool length = values[0] != NULL && values[0] != Py_None;
    if (!u101_py_flag(values[1], "chunked", &chunked) ||
        !u101_py_flag(values[2], "until_close", &until_close)) {
        return false;
    }
    if ((int)length + (int)chunked + (int)until_close > 1) {
        PyErr_SetString(PyExc_ValueError,
                        "length, chunked and until_close must not be given together");
        return false;
    }
    if (length) {
        *framing = U101_FRAMING_LENGTH;
    } else if (chunked) {
        *framing = U101_FRAMING_CHUNKED;
    } else {
        *framing = until_close ? U101_FRAMING_CLOSE : U101_FRAMING_NONE;
    }
    return true;
}

static void finish(u101_py_body_reader *self, u101_body_result result, u101_reason reason)
{
    self->done = result == U101_BODY_DONE;
    self->reason = result == U101_BODY_DEFECT ? reason : U101_SOUND;
}

static PyObject *make(PyTypeObject *type, u101_framing framing, uint64_t length,
                      const u101_body_limits *limits)
{
    PyObject *leftover = PyBytes_FromStringAndSize(NULL, 0);
    u101_py_body_reader *self = leftover == NULL ? NULL : PyObject_New(u101_py_body_reader, type);
    if (self == NULL) {
        Py_XDECREF(leftover);
        return NULL;
    }
    u101_slice nothing = {"", 0};
    u101_reason reason = U101_SOUND;
    self->leftover = leftover;
    u101_body_init(&self->body, framing, length, limits);
    /* A body of no bytes ends at once. */
    finish(self, u101_py_content_skip(&self->body, &nothing, &reason), reason);
    return (PyObject *)self;
}

PyObject *u101_py_body_reader_create(PyObject *type, PyObject *const *args, size_t count,
                                     PyObject *keywords)
{
    static const char *const names[] = {"length", "chunked", "until_close", "limits", "max_size"};
    static const u101_py_signature signature = {"BodyReader", names, 5, 0, 0};
    PyTypeObject *own = (PyTypeObject *)type;
    PyObject *values[5];
    u101_framing framing = U101_FRAMING_NONE;
    uint64_t length = 0;
    uint64_t most = UINT64_MAX;
    u101_limits limits;
    if (!u101_py_bind(&signature, args, PyVectorcall_NARGS(count), keywords, values) ||
        !read_framing(values, &framing) || !read_count(values[0], names[0], &length) ||
        !u101_py_limits_read(u101_py_state_of(own), values[3], &limits) ||
        !read_count(values[4], names[4], &most)) {
        return NULL;
    }
    const u101_body_limits bounds = {
        .size = most, .overhead = limits.head, .fields = limits.fields};
    return make(own, framing, length, &bounds);
}

static void release(PyObject *object)
{
    Py_DECREF(((u101_py_body_reader *)object)->leftover);
    u101_py_immutable_free(object);
}

static bool is_over(const u101_py_body_reader *self)
{
    const bool over = self->done || self->reason != U101_SOUND;
    if (over) {
        PyErr_SetString(PyExc_RuntimeError, self->done ? "the body has ended"
                                                       : "the body has a defect: see its reason");
    }
    return over;
}

/* Reads on in `piece`, exact bytes; `content` is NULL if it is not asked for. */
static bool read_piece(u101_py_body_reader *self, PyObject *piece, u101_slice *rest,
                       PyObject **content)
{
    u101_body body = self->body;
    u101_body_result result = U101_BODY_MORE;
    u101_reason reason = U101_SOUND;
    if (content == NULL) {
        result = u101_py_content_skip(&body, rest, &reason);
    } else if (!u101_py_content_read(&body, rest, piece, &result, &reason, content)) {
        return false;
    }
    const size_t after = content != NULL && result == U101_BODY_DONE ? rest->size : 0;
    PyObject *leftover = u101_py_content_tail(piece, after);
    if (leftover == NULL) {
        if (content != NULL) {
            Py_CLEAR(*content);
        }
        return false;
    }
    self->body = body;
    Py_SETREF(self->leftover, leftover);
    finish(self, result, reason);
    return true;
}

PyDoc_STRVAR(
    read_doc,
    "read($self, data, /)\n"
    "--\n"
    "\n"
    "Reads on: the content of this piece, as bytes, without chunk framing [RFC 9112 7.1].\n"
    "\n"
    "data: C-contiguous bytes-like, the next bytes of the connection, of any size.  It is what\n"
    "is returned if it is exact bytes and nothing but content.\n"
    "\n"
    "Raises TypeError or BufferError for another object, RuntimeError after the end or a defect,\n"
    "and MemoryError; then the reader is as it was.  Never raises for what the bytes say: then\n"
    "`reason` is set, and what is returned precedes the defect.");

static PyObject *read_data(PyObject *object, PyObject *data)
{
    u101_py_body_reader *self = (u101_py_body_reader *)object;
    PyObject *piece = u101_py_input_copy(data, "data");
    PyObject *content = NULL;
    if (piece == NULL) {
        return NULL;
    }
    u101_slice rest = {PyBytes_AS_STRING(piece), (size_t)PyBytes_GET_SIZE(piece)};
    if (!is_over(self)) {
        (void)read_piece(self, piece, &rest, &content);
    }
    Py_DECREF(piece);
    return content;
}

PyDoc_STRVAR(
    skip_doc,
    "skip($self, data, /)\n"
    "--\n"
    "\n"
    "Reads on without the content: how many bytes of this piece belong to the body, as int.\n"
    "\n"
    "data: as of `read`, of which it raises the same; exact bytes are not copied.  What\n"
    "follows the body is not in `leftover`: it is what is left of `data`.  A byte that shows\n"
    "a defect is not counted.");

static PyObject *skip(PyObject *object, PyObject *data)
{
    u101_py_body_reader *self = (u101_py_body_reader *)object;
    PyObject *piece = u101_py_input_copy(data, "data");
    PyObject *skipped = NULL;
    if (piece == NULL) {
        return NULL;
    }
    u101_slice rest = {PyBytes_AS_STRING(piece), (size_t)PyBytes_GET_SIZE(piece)};
    if (!is_over(self) && read_piece(self, piece, &rest, NULL)) {
        skipped = PyLong_FromSize_t((size_t)PyBytes_GET_SIZE(piece) - rest.size);
    }
    Py_DECREF(piece);
    return skipped;
}

static PyObject *get_done(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((u101_py_body_reader *)self)->done);
}

static PyObject *get_reason(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_reason reason = ((u101_py_body_reader *)self)->reason;
    return Py_NewRef(reason == U101_SOUND ? Py_None
                                          : u101_py_state_of(Py_TYPE(self))->reasons[reason]);
}

static PyObject *get_offset(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_body_reader *reader = (u101_py_body_reader *)self;
    if (reader->reason == U101_SOUND) {
        Py_RETURN_NONE;
    }
    return PyLong_FromUnsignedLongLong(reader->body.read);
}

static PyObject *get_leftover(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_body_reader *)self)->leftover);
}

static PyObject *get_decoded(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromUnsignedLongLong(((u101_py_body_reader *)self)->body.decoded);
}

static PyObject *represent(PyObject *object)
{
    const u101_py_body_reader *self = (u101_py_body_reader *)object;
    const char *end = self->done ? ", done" : "";
    if (self->reason != U101_SOUND) {
        return PyUnicode_FromFormat("<BodyReader: %s at %llu>",
                                    u101_reason_row_of(self->reason)->name, self->body.read);
    }
    return PyUnicode_FromFormat("<BodyReader of %llu bytes%s>", self->body.decoded, end);
}

static PyGetSetDef attributes[] = {
    {"done", get_done, NULL, "bool: the body has been read to its end.", NULL},
    {"reason", get_reason, NULL,
     "Reason | None: the defect of the body, CHUNK_INVALID or BODY_TOO_LARGE.", NULL},
    {"offset", get_offset, NULL,
     "int | None: the index, from the body's first byte, of the byte that shows the defect.", NULL},
    {"leftover", get_leftover, NULL,
     "bytes: what follows the body in the piece that was read last.", NULL},
    {"decoded", get_decoded, NULL, "int: bytes of content that have been read.", NULL},
    {.name = NULL},
};

static PyMethodDef methods[] = {
    {"read", read_data, METH_O, read_doc},
    {"skip", skip, METH_O, skip_doc},
    {.ml_name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)body_reader_doc},
    {Py_tp_new, u101_py_new},
    {Py_tp_dealloc, release},
    {Py_tp_repr, represent},
    {Py_tp_getset, attributes},
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec u101_py_body_reader_spec = {
    .name = "upgrade101._core.BodyReader",
    .basicsize = sizeof(u101_py_body_reader),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
