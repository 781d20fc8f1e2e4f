/*
 * The Python type Protocol: see py_protocol.h.
 */
#include "py_protocol.h"

#include "py_arguments.h"
#include "py_fields.h"
#include "py_immutable.h"
#include "py_offer.h"

typedef struct {
    u101_py_offer base; /* whose offer points into the four */
    PyObject *name;
    PyObject *version; /* a str, or NULL: none */
    u101_py_strings methods;
    u101_py_fields headers;
} u101_py_protocol;

PyDoc_STRVAR(
    protocol_doc,
    "Protocol(name, version=None, *, paths=None, methods=None, headers=(), body=False)\n"
    "--\n"
    "\n"
    "The offer of any other protocol, registered or private [RFC 9110 7.8, 16.7].\n"
    "\n"
    "name: str, a token but websocket and TLS; a client's is compared letter case aside.\n"
    "version: str, a token that a client's must be exactly, or None: the client names "
    "none.\n" U101_PY_PATHS_DOC
    "methods: iterable of str, those that a request may have, or None: any but CONNECT.\n"
    "headers: iterable of (name, value), each a str or bytes, fields of each 101.\n"
    "body: bool, whether the request may have a body, which is then read before the switch.\n"
    "\n"
    "Raises TypeError for a wrong type, also for one str instead of several.  Raises\n"
    "ValueError for what is no token or no pattern; for websocket or TLS as the name; for no or a\n"
    "repeated method, CONNECT, or a registered method in lower case; for a field that is the\n"
    "library's own, and a value with a control character or white space at an end.");

static u101_protocol *offer_of(u101_py_protocol *self)
{
    return &self->base.offer.as.protocol;
}

static bool read_name(u101_py_protocol *self, PyObject *name)
{
    self->name = u101_py_text(name, "name", "a str");
    if (self->name != NULL) {
        offer_of(self)->name = u101_py_slice(self->name);
    }
    return self->name != NULL;
}

static bool read_version(u101_py_protocol *self, PyObject *version)
{
    if (version == NULL || version == Py_None) {
        return true;
    }
    self->version = u101_py_text(version, "version", "a str or None");
    if (self->version == NULL) {
        return false;
    }
    offer_of(self)->version = u101_py_slice(self->version);
    if (offer_of(self)->version.size == 0) {
        /* The core takes a version of no bytes for none. */
        PyErr_SetString(PyExc_ValueError, "version must not be empty: use None for no version");
        return false;
    }
    return true;
}

static bool read_methods(u101_py_protocol *self, PyObject *methods)
{
    const bool done = u101_py_strings_read_some(&self->methods, methods, "methods", "any method");
    offer_of(self)->methods = self->methods.at;
    offer_of(self)->method_count = self->methods.count;
    return done;
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
    offer_of(self)->fields = self->headers.at;
    offer_of(self)->field_count = self->headers.count;
    return self->headers.pairs != NULL;
}

PyObject *u101_py_protocol_create(PyObject *type, PyObject *const *args, size_t count,
                                  PyObject *keywords)
{
    static const char *const names[] = {"name", "version", "paths", "methods", "headers", "body"};
    static const u101_py_signature signature = {"Protocol", names, 6, 2, 1};
    PyObject *values[6];
    if (!u101_py_bind(&signature, args, PyVectorcall_NARGS(count), keywords, values)) {
        return NULL;
    }
    u101_py_protocol *self =
        (u101_py_protocol *)u101_py_offer_new((PyTypeObject *)type, U101_OFFER_PROTOCOL, values[2]);
    if (self == NULL) {
        return NULL;
    }
    if (!read_name(self, values[0]) || !read_version(self, values[1]) ||
        !read_methods(self, values[3]) || !read_headers(self, values[4]) ||
        !u101_py_flag(values[5], names[5], &offer_of(self)->body) ||
        !u101_py_is_sound(u101_check_protocol(offer_of(self)))) {
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
    u101_py_offer_free(object);
}

static PyObject *get_name(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_protocol *)self)->name);
}

static PyObject *get_version(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *version = ((u101_py_protocol *)self)->version;
    return Py_NewRef(version == NULL ? Py_None : version);
}

static PyObject *get_methods(PyObject *self, void *Py_UNUSED(closure))
{
    return u101_py_strings_or_none(&((u101_py_protocol *)self)->methods);
}

static PyObject *get_headers(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_protocol *)self)->headers.pairs);
}

static PyObject *get_body(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(offer_of((u101_py_protocol *)self)->body);
}

static PyGetSetDef attributes[] = {
    {"name", get_name, NULL, "str: the protocol's name, as it is answered.", NULL},
    {"version", get_version, NULL, "str | None: the protocol's version.", NULL},
    {"paths", u101_py_offer_get_paths, NULL, u101_py_offer_paths_doc, NULL},
    {"methods", get_methods, NULL, "tuple[str, ...] | None: the methods of a request, or any.",
     NULL},
    {"headers", get_headers, NULL, "tuple[tuple[str, str], ...]: the fields of each 101.", NULL},
    {"body", get_body, NULL, "bool: whether the request may have a body.", NULL},
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)protocol_doc},
    {Py_tp_new, u101_py_new},
    {Py_tp_dealloc, release},
    {Py_tp_repr, u101_py_immutable_repr},
    {Py_tp_richcompare, u101_py_immutable_compare},
    {Py_tp_hash, u101_py_immutable_hash},
    {Py_tp_getset, attributes},
    {Py_tp_methods, u101_py_immutable_methods},
    {0, NULL},
};

PyType_Spec u101_py_protocol_spec = {
    .name = "upgrade101._core.Protocol",
    .basicsize = sizeof(u101_py_protocol),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
