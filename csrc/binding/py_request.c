/*
 * The Python type Request: see py_request.h.
 */
#include "py_request.h"

#include "py_head.h"
#include "py_immutable.h"

typedef struct {
    PyObject_HEAD PyObject *received; /* bytes that begin with the head */
    PyObject *headers;                /* a tuple, or NULL before it was asked for */
    size_t head_size;
    u101_decision verdict;
} u101_py_request;

PyDoc_STRVAR(request_doc, "The head of a request, as it was received [RFC 9112 2.1].\n"
                          "\n"
                          "It is made by a decision only, and immutable.  Text is latin-1.");

bool u101_py_request_exists(const u101_decision *verdict)
{
    return verdict->head_size > 0 || verdict->preface;
}

PyObject *u101_py_request_new(PyTypeObject *type, PyObject *received, const u101_decision *verdict)
{
    u101_py_request *self = PyObject_New(u101_py_request, type);
    if (self != NULL) {
        self->received = Py_NewRef(received);
        self->headers = NULL;
        self->head_size = verdict->preface ? U101_PREFACE_HEAD_SIZE : verdict->head_size;
        self->verdict = *verdict;
    }
    return (PyObject *)self;
}

static u101_py_request *request_of(PyObject *object)
{
    return (u101_py_request *)object;
}

static void release(PyObject *object)
{
    Py_DECREF(request_of(object)->received);
    Py_XDECREF(request_of(object)->headers);
    u101_py_immutable_free(object);
}

/* The bytes that begin with the head. */
static const char *bytes_of(const u101_py_request *self)
{
    return PyBytes_AS_STRING(self->received);
}

static PyObject *decode_span(PyObject *self, u101_span span)
{
    return u101_py_head_decode((u101_slice){bytes_of(request_of(self)) + span.at, span.size});
}

static PyObject *get_method(PyObject *self, void *Py_UNUSED(closure))
{
    return decode_span(self, request_of(self)->verdict.method);
}

static PyObject *get_target(PyObject *self, void *Py_UNUSED(closure))
{
    return decode_span(self, request_of(self)->verdict.target);
}

static PyObject *get_path(PyObject *self, void *Py_UNUSED(closure))
{
    u101_slice path;
    u101_slice query;
    (void)u101_target_parts(&request_of(self)->verdict, bytes_of(request_of(self)), &path, &query);
    return u101_py_head_decode(path);
}

static PyObject *get_query(PyObject *self, void *Py_UNUSED(closure))
{
    u101_slice path;
    u101_slice query;
    if (!u101_target_parts(&request_of(self)->verdict, bytes_of(request_of(self)), &path, &query)) {
        Py_RETURN_NONE;
    }
    return u101_py_head_decode(query);
}

static PyObject *get_version(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_decision *verdict = &request_of(self)->verdict;
    return PyUnicode_FromFormat("%c.%c", verdict->preface ? '2' : '1', verdict->minor);
}

static PyObject *get_head(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_request *request = request_of(self);
    if ((size_t)PyBytes_GET_SIZE(request->received) == request->head_size) {
        return Py_NewRef(request->received);
    }
    return PyBytes_FromStringAndSize(bytes_of(request), (Py_ssize_t)request->head_size);
}

static u101_py_head head_of(const u101_py_request *self)
{
    return (u101_py_head){bytes_of(self), self->head_size, self->verdict.fields};
}

static PyObject *get_headers(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_head head = head_of(request_of(self));
    return u101_py_head_headers(&head, &request_of(self)->headers);
}

static PyObject *get(PyObject *self, PyObject *name)
{
    const u101_py_head head = head_of(request_of(self));
    return u101_py_head_get(&head, name);
}

static PyObject *get_all(PyObject *self, PyObject *name)
{
    const u101_py_head head = head_of(request_of(self));
    return u101_py_head_get_all(&head, name);
}

static PyObject *get_list(PyObject *self, PyObject *name)
{
    const u101_py_head head = head_of(request_of(self));
    return u101_py_head_get_list(&head, name);
}

static PyObject *represent(PyObject *self)
{
    PyObject *method = get_method(self, NULL);
    PyObject *target = get_target(self, NULL);
    PyObject *version = get_version(self, NULL);
    PyObject *repr = NULL;
    if (method != NULL && target != NULL && version != NULL) {
        repr = PyUnicode_FromFormat("<Request %U %R HTTP/%U>", method, target, version);
    }
    Py_XDECREF(method);
    Py_XDECREF(target);
    Py_XDECREF(version);
    return repr;
}

static PyGetSetDef attributes[] = {
    {"method", get_method, NULL, "str: the method [RFC 9110 9.1].", NULL},
    {"target", get_target, NULL, "str: the request target [RFC 9112 3.2].", NULL},
    {"path", get_path, NULL,
     "str: the target's path, not decoded; empty if the target is in neither origin-form nor\n"
     "absolute-form [RFC 9112 3.2].",
     NULL},
    {"query", get_query, NULL,
     "str | None: what follows the first '?' of the target, not decoded, or None if it has none\n"
     "[RFC 3986 3.4].",
     NULL},
    {"version", get_version, NULL,
     "str: the version, '1.0' or '1.1'; '2.0' of the HTTP/2 preface [RFC 9112 2.3, RFC 9113 3.4].",
     NULL},
    {"headers", get_headers, NULL,
     "tuple[tuple[bytes, bytes], ...]: the field lines as they came, in order [RFC 9110 5.2].",
     NULL},
    {"head", get_head, NULL,
     "bytes: the head from its first byte to its last LF, exactly as it came.", NULL},
    {.name = NULL},
};

static PyMethodDef methods[] = {
    {"get", get, METH_O, U101_PY_HEAD_GET_DOC("request")},
    {"get_all", get_all, METH_O, u101_py_head_get_all_doc},
    {"get_list", get_list, METH_O, u101_py_head_get_list_doc},
    {.ml_name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)request_doc}, {Py_tp_dealloc, release}, {Py_tp_repr, represent},
    {Py_tp_getset, attributes},       {Py_tp_methods, methods}, {0, NULL},
};

PyType_Spec u101_py_request_spec = {
    .name = "upgrade101._core.Request",
    .basicsize = sizeof(u101_py_request),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};
