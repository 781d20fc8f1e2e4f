/*
 * The Python type Protocol: see py_protocol.h.
 */
#include "py_protocol.h"

#include "py_arguments.h"
#include "py_immutable.h"

PyDoc_STRVAR(
    protocol_doc,
    "Protocol(name, version=None, *, methods=None, headers=(), body=False)\n"
    "--\n"
    "\n"
    "The offer of any other protocol, registered or private [RFC 9110 7.8, 16.7].\n"
    "\n"
    "name: str, a token; a client's is compared without regard to letter case.\n"
    "version: str, a token that a client's must be exactly, or None: the client names none.\n"
    "methods: iterable of str, those that a request may have, or None: any but CONNECT.  Another\n"
    "    is METHOD_NOT_ALLOWED (405).\n"
    "headers: iterable of (name, value), each a str or bytes, fields of each 101.\n"
    "body: bool, whether the request may have a body, which is then read before the switch.\n"
    "\n"
    "Raises TypeError for a wrong type, one str where several are meant included, and ValueError\n"
    "for what is no token, CONNECT, no or a repeated method, a field that is the library's own,\n"
    "and a value with a control character or white space at an end.");

static bool read_version(u101_py_protocol *self, PyObject *version)
{
    if (version == NULL || version == Py_None) {
        self->version = Py_NewRef(Py_None);
        return true;
    }
    self->version = u101_py_text(version, "version");
    if (self->version == NULL) {
        return false;
    }
    self->offer.version = u101_py_slice(self->version);
    if (self->offer.version.size == 0) {
        /* The core takes a version of no bytes for none. */
        PyErr_SetString(PyExc_ValueError, "a protocol version must be a token");
        return false;
    }
    return true;
}

static bool read_methods(u101_py_protocol *self, PyObject *methods)
{
    self->offer.any_method = methods == NULL || methods == Py_None;
    if (self->offer.any_method) {
        return true;
    }
    if (!u101_py_strings_read(&self->methods, methods, "methods")) {
        return false;
    }
    self->offer.methods = self->methods.at;
    self->offer.method_count = self->methods.count;
    return true;
}

static bool read_headers(u101_py_protocol *self, PyObject *headers)
{
    if (headers != NULL) {
        if (!u101_py_fields_read(&self->headers, headers)) {
            return false;
        }
    } else {
        self->headers.pairs = PyTuple_New(0);
    }
    self->offer.fields = self->headers.at;
    self->offer.field_count = self->headers.count;
    return self->headers.pairs != NULL;
}

static PyObject *create(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static const char *const names[] = {"name", "version", "methods", "headers", "body"};
    static const u101_py_signature signature = {"Protocol", names, 5, 2, 1};
    PyObject *values[5];
    if (!u101_py_bind_tuple(&signature, args, keywords, values)) {
        return NULL;
    }
    PyObject *name = u101_py_text(values[0], "name");
    u101_py_protocol *self = name == NULL ? NULL : PyObject_New(u101_py_protocol, type);
    if (self == NULL) {
        Py_XDECREF(name);
        return NULL;
    }
    self->name = name;
    self->version = NULL;
    self->methods = (u101_py_strings){0};
    self->headers = (u101_py_fields){0};
    self->offer = (u101_protocol){.name = u101_py_slice(name)};
    if (!read_version(self, values[1]) || !read_methods(self, values[2]) ||
        !read_headers(self, values[3]) || !u101_py_flag(values[4], names[4], &self->offer.body) ||
        !u101_py_is_sound(u101_check_protocol(&self->offer))) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static void release(PyObject *object)
{
    u101_py_protocol *self = (u101_py_protocol *)object;
    Py_XDECREF(self->name);
    Py_XDECREF(self->version);
    u101_py_strings_clear(&self->methods);
    u101_py_fields_clear(&self->headers);
    u101_py_immutable_free(object);
}

static PyObject *get_name(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_protocol *)self)->name);
}

static PyObject *get_version(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_protocol *)self)->version);
}

static PyObject *get_methods(PyObject *self, void *Py_UNUSED(closure))
{
    const u101_py_protocol *protocol = (u101_py_protocol *)self;
    return Py_NewRef(protocol->offer.any_method ? Py_None : protocol->methods.items);
}

static PyObject *get_headers(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_protocol *)self)->headers.pairs);
}

static PyObject *get_body(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((u101_py_protocol *)self)->offer.body);
}

static PyGetSetDef attributes[] = {
    {"name", get_name, NULL, "str: the protocol's name, as it is answered.", NULL},
    {"version", get_version, NULL, "str | None: the protocol's version.", NULL},
    {"methods", get_methods, NULL, "tuple[str, ...] | None: the methods of a request, or any.",
     NULL},
    {"headers", get_headers, NULL, "tuple[tuple[str, str], ...]: the fields of each 101.", NULL},
    {"body", get_body, NULL, "bool: whether the request may have a body.", NULL},
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)protocol_doc},
    {Py_tp_new, create},
    {Py_tp_dealloc, release},
    {Py_tp_repr, u101_py_immutable_repr},
    {Py_tp_richcompare, u101_py_immutable_compare},
    {Py_tp_hash, u101_py_immutable_hash},
    {Py_tp_getset, attributes},
    {0, NULL},
};

PyType_Spec u101_py_protocol_spec = {
    .name = "upgrade101._core.Protocol",
    .basicsize = sizeof(u101_py_protocol),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
