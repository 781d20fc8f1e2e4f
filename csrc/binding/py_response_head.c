/*
 * The Python type Response: see py_response_head.h.
 */
#include "py_response_head.h"

#include "py_head.h"
#include "py_immutable.h"

typedef struct {
    PyObject_HEAD PyObject *head; /* bytes */
    PyObject *headers;            /* a tuple, or NULL before it was asked for */
    u101_span phrase;
    uint32_t fields; /* where the field lines begin */
    int status;
    char minor;
} u101_py_response_head;

PyDoc_STRVAR(response_doc, "The head of a response, as it was received [RFC 9112 4].\n"
                           "\n"
                           "It is made by a ResponseReader only, and immutable.  Text is latin-1.");

PyObject *u101_py_response_head_new(PyTypeObject *type, const char *at, const u101_response *read)
{
    PyObject *head = PyBytes_FromStringAndSize(at, (Py_ssize_t)read->head.next);
    u101_py_response_head *self = head == NULL ? NULL : PyObject_New(u101_py_response_head, type);
    if (self == NULL) {
        Py_XDECREF(head);
        return NULL;
    }
    self->head = head;
    self->headers = NULL;
    self->phrase = read->phrase;
    self->fields = read->head.fields;
    self->status = read->status;
    self->minor = read->head.minor;
    return (PyObject *)self;
}

static u101_py_response_head *response_of(PyObject *object)
{
    return (u101_py_response_head *)object;
}

static void release(PyObject *object)
{
    Py_DECREF(response_of(object)->head);
    Py_XDECREF(response_of(object)->headers);
    u101_py_immutable_free(object);
}

static u101_py_head head_of(PyObject *object)
{
    const u101_py_response_head *self = response_of(object);
    return (u101_py_head){PyBytes_AS_STRING(self->head), (size_t)PyBytes_GET_SIZE(self->head),
                          self->fields};
}

static PyObject *get_status(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(response_of(self)->status);
}

static PyObject *get_phrase(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_span phrase = response_of(self)->phrase;
    return u101_py_head_decode((u101_slice){head_of(self).bytes + phrase.at, phrase.size});
}

static PyObject *get_version(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromFormat("1.%c", response_of(self)->minor);
}

static PyObject *get_headers(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_head head = head_of(self);
    return u101_py_head_headers(&head, &response_of(self)->headers);
}

static PyObject *get_head(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(response_of(self)->head);
}

static PyObject *get(PyObject *self, PyObject *name)
{
    const u101_py_head head = head_of(self);
    return u101_py_head_get(&head, name);
}

static PyObject *get_all(PyObject *self, PyObject *name)
{
    const u101_py_head head = head_of(self);
    return u101_py_head_get_all(&head, name);
}

static PyObject *get_list(PyObject *self, PyObject *name)
{
    const u101_py_head head = head_of(self);
    return u101_py_head_get_list(&head, name);
}

static PyObject *represent(PyObject *self)
{
    PyObject *phrase = get_phrase(self, NULL);
    PyObject *repr = phrase == NULL ? NULL
                                    : PyUnicode_FromFormat("<Response %d %R HTTP/1.%c>",
                                                           response_of(self)->status, phrase,
                                                           response_of(self)->minor);
    Py_XDECREF(phrase);
    return repr;
}

static PyGetSetDef attributes[] = {
    {"status", get_status, NULL, "int: the status code, 100 to 599 [RFC 9110 15].", NULL},
    {"phrase", get_phrase, NULL, "str: the reason phrase, which may be empty [RFC 9112 4].", NULL},
    {"version", get_version, NULL, "str: the version, '1.0' or '1.1' [RFC 9112 2.3].", NULL},
    {"headers", get_headers, NULL,
     "tuple[tuple[bytes, bytes], ...]: the field lines as they came, in order [RFC 9110 5.2].",
     NULL},
    {"head", get_head, NULL,
     "bytes: the head from its first byte to its last LF, exactly as it came.", NULL},
    {.name = NULL},
};

static PyMethodDef methods[] = {
    {"get", get, METH_O, U101_PY_HEAD_GET_DOC("response")},
    {"get_all", get_all, METH_O, u101_py_head_get_all_doc},
    {"get_list", get_list, METH_O, u101_py_head_get_list_doc},
    {.ml_name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)response_doc}, {Py_tp_dealloc, release}, {Py_tp_repr, represent},
    {Py_tp_getset, attributes},        {Py_tp_methods, methods}, {0, NULL},
};

PyType_Spec u101_py_response_head_spec = {
    .name = "upgrade101._core.Response",
    .basicsize = sizeof(u101_py_response_head),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};
