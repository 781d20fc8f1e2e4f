/*
 * The Python type Request: see py_request.h.
 */
#include "py_request.h"

#include "py_arguments.h"
#include "py_immutable.h"

PyDoc_STRVAR(request_doc, "The head of a request, as it was received [RFC 9112 2.1].\n"
                          "\n"
                          "It is made by a decision only, and immutable.  Text is latin-1.");

PyObject *u101_py_request_new(PyTypeObject *type, PyObject *received, const u101_decision *verdict)
{
    u101_py_request *self = PyObject_New(u101_py_request, type);
    if (self != NULL) {
        self->received = Py_NewRef(received);
        self->headers = NULL;
        self->head_size = verdict->head_size;
        self->method = verdict->method;
        self->target = verdict->target;
        self->fields = verdict->fields;
        self->minor = verdict->minor;
    }
    return (PyObject *)self;
}

static void release(PyObject *object)
{
    u101_py_request *self = (u101_py_request *)object;
    Py_DECREF(self->received);
    Py_XDECREF(self->headers);
    u101_py_immutable_free(object);
}

/* The next field line, as u101_fields_next reads it. */
static bool next_field(const u101_py_request *self, size_t *cursor, u101_field *field)
{
    return u101_fields_next(PyBytes_AS_STRING(self->received), self->head_size, cursor, field);
}

static PyObject *decode(const u101_py_request *self, u101_span span)
{
    return PyUnicode_DecodeLatin1(PyBytes_AS_STRING(self->received) + span.at,
                                  (Py_ssize_t)span.size, NULL);
}

static PyObject *get_method(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_request *request = (u101_py_request *)self;
    return decode(request, request->method);
}

static PyObject *get_target(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_request *request = (u101_py_request *)self;
    return decode(request, request->target);
}

static PyObject *get_version(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromFormat("1.%c", ((u101_py_request *)self)->minor);
}

static PyObject *get_head(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_request *request = (u101_py_request *)self;
    if ((size_t)PyBytes_GET_SIZE(request->received) == request->head_size) {
        return Py_NewRef(request->received);
    }
    return PyBytes_FromStringAndSize(PyBytes_AS_STRING(request->received),
                                     (Py_ssize_t)request->head_size);
}

static PyObject *pair_of(u101_field field)
{
    PyObject *name = PyBytes_FromStringAndSize(field.name.at, (Py_ssize_t)field.name.size);
    PyObject *value = PyBytes_FromStringAndSize(field.value.at, (Py_ssize_t)field.value.size);
    PyObject *pair = name == NULL || value == NULL ? NULL : PyTuple_Pack(2, name, value);
    Py_XDECREF(name);
    Py_XDECREF(value);
    return pair;
}

static PyObject *list_headers(const u101_py_request *self)
{
    u101_field field;
    Py_ssize_t count = 0;
    for (size_t cursor = self->fields; next_field(self, &cursor, &field);) {
        count++;
    }
    PyObject *headers = PyTuple_New(count);
    size_t cursor = self->fields;
    for (Py_ssize_t i = 0; headers != NULL && next_field(self, &cursor, &field); i++) {
        PyObject *pair = pair_of(field);
        if (pair == NULL) {
            Py_CLEAR(headers);
        } else {
            PyTuple_SET_ITEM(headers, i, pair);
        }
    }
    return headers;
}

static PyObject *get_headers(PyObject *self, void *Py_UNUSED(closure))
{
    u101_py_request *request = (u101_py_request *)self;
    PyObject *headers = request->headers;
    if (headers != NULL) {
        return Py_NewRef(headers);
    }
    headers = list_headers(request);
    /* Making the tuple may have run a finalizer that asked for it too: the first one stays. */
    if (headers != NULL && request->headers == NULL) {
        request->headers = Py_NewRef(headers);
    }
    return headers;
}

/* Letter case does not count in a field name [RFC 9110 5.1]. */
static bool is_same_name(u101_slice ours, u101_slice theirs)
{
    if (ours.size != theirs.size) {
        return false;
    }
    for (size_t i = 0; i < ours.size; i++) {
        if (Py_TOLOWER(Py_CHARMASK(ours.at[i])) != Py_TOLOWER(Py_CHARMASK(theirs.at[i]))) {
            return false;
        }
    }
    return true;
}

/* A new list of the values of the field, as str. */
static PyObject *list_values(const u101_py_request *self, PyObject *name)
{
    if (!PyUnicode_Check(name)) {
        u101_py_wrong_type("name", "a str", name);
        return NULL;
    }
    PyObject *values = PyList_New(0);
    if (values == NULL || PyUnicode_KIND(name) != PyUnicode_1BYTE_KIND) {
        /* No field name has a character above U+00FF. */
        return values;
    }
    u101_field field;
    for (size_t cursor = self->fields; values != NULL && next_field(self, &cursor, &field);) {
        if (!is_same_name(u101_py_slice(name), field.name)) {
            continue;
        }
        PyObject *value =
            PyUnicode_DecodeLatin1(field.value.at, (Py_ssize_t)field.value.size, NULL);
        if (value == NULL || PyList_Append(values, value) < 0) {
            Py_CLEAR(values);
        }
        Py_XDECREF(value);
    }
    return values;
}

PyDoc_STRVAR(
    get_doc,
    "get($self, name, /)\n"
    "--\n"
    "\n"
    "The value of a field, as str, or None where the request has no such field.\n"
    "\n"
    "name: str, letter case aside.  Several lines of one field are joined by ', ', which is\n"
    "their combined value [RFC 9110 5.3].  Raises TypeError for a name that is no str.");

static PyObject *get(PyObject *self, PyObject *name)
{
    PyObject *values = list_values((u101_py_request *)self, name);
    if (values == NULL) {
        return NULL;
    }
    PyObject *value = NULL;
    if (PyList_GET_SIZE(values) == 0) {
        value = Py_NewRef(Py_None);
    } else if (PyList_GET_SIZE(values) == 1) {
        value = Py_NewRef(PyList_GET_ITEM(values, 0));
    } else {
        PyObject *separator = PyUnicode_FromString(", ");
        value = separator == NULL ? NULL : PyUnicode_Join(separator, values);
        Py_XDECREF(separator);
    }
    Py_DECREF(values);
    return value;
}

PyDoc_STRVAR(get_all_doc,
             "get_all($self, name, /)\n"
             "--\n"
             "\n"
             "The values of the lines of a field, in order, as a tuple of str [RFC 9110 5.2].\n"
             "\n"
             "name: str, letter case aside.  Raises TypeError for a name that is no str.");

static PyObject *get_all(PyObject *self, PyObject *name)
{
    PyObject *values = list_values((u101_py_request *)self, name);
    PyObject *all = values == NULL ? NULL : PyList_AsTuple(values);
    Py_XDECREF(values);
    return all;
}

static PyObject *represent(PyObject *self)
{
    PyObject *method = get_method(self, NULL);
    PyObject *target = get_target(self, NULL);
    PyObject *repr = NULL;
    if (method != NULL && target != NULL) {
        repr = PyUnicode_FromFormat("<Request %U %R HTTP/1.%c>", method, target,
                                    ((u101_py_request *)self)->minor);
    }
    Py_XDECREF(method);
    Py_XDECREF(target);
    return repr;
}

static PyGetSetDef attributes[] = {
    {"method", get_method, NULL, "str: the method [RFC 9110 9.1].", NULL},
    {"target", get_target, NULL, "str: the request target [RFC 9112 3.2].", NULL},
    {"version", get_version, NULL, "str: the version, '1.0' or '1.1' [RFC 9112 2.3].", NULL},
    {"headers", get_headers, NULL,
     "tuple[tuple[bytes, bytes], ...]: the field lines as they came, in order [RFC 9110 5.2].",
     NULL},
    {"head", get_head, NULL,
     "bytes: the head from its first byte to its last LF, exactly as it came.", NULL},
    {.name = NULL},
};

static PyMethodDef methods[] = {
    {"get", get, METH_O, get_doc},
    {"get_all", get_all, METH_O, get_all_doc},
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
