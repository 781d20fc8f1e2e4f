/*
 * The Python type WebSocket: see py_websocket.h.
 */
#include "py_websocket.h"

#include "py_arguments.h"
#include "py_deflate.h"
#include "py_state.h"
#include "py_immutable.h"

PyDoc_STRVAR(
    websocket_doc,
    "WebSocket(*, subprotocols=(), subprotocol_required=False, origins='same-origin',\n"
    "          origin_required=False, deflate=None)\n"
    "--\n"
    "\n"
    "The offer of WebSocket, version 13 [RFC 6455 4.2].\n"
    "\n"
    "subprotocols: iterable of str, those spoken here, the preferred one first [RFC 6455 1.9].\n"
    "subprotocol_required: bool, a client that offers none of them is refused.\n"
    "origins: the pages that may connect [RFC 6455 10.2].  'same-origin': those of the host that\n"
    "    Host names.  None: any.  An iterable of str: serialized origins, of which a first label\n"
    "    '*' stands for one or more labels ('https://*.example.com'), and 'null'.\n"
    "origin_required: bool, a request without Origin, which no browser sends, is refused.\n"
    "deflate: PerMessageDeflate or None, whether and how messages may be compressed [RFC 7692].\n"
    "\n"
    "Raises TypeError for a wrong type, one str where several are meant included, and ValueError\n"
    "for what is no token or no origin, a repeated subprotocol, and subprotocol_required without\n"
    "subprotocols.");

static bool read_origins(u101_py_websocket *self, PyObject *origins)
{
    if (origins == Py_None) {
        self->offer.origin_rule = U101_ORIGINS_ANY;
        self->origins = Py_NewRef(origins);
        return true;
    }
    if (origins == NULL || (PyUnicode_Check(origins) &&
                            PyUnicode_CompareWithASCIIString(origins, "same-origin") == 0)) {
        self->offer.origin_rule = U101_ORIGINS_SAME;
        self->origins = PyUnicode_FromString("same-origin");
        return self->origins != NULL;
    }
    if (u101_py_is_single(origins)) {
        u101_py_wrong_type("origins", "'same-origin', None or an iterable of str", origins);
        return false;
    }
    if (!u101_py_strings_read(&self->listed, origins, "origins")) {
        return false;
    }
    self->offer.origin_rule = U101_ORIGINS_LISTED;
    self->offer.origins = self->listed.at;
    self->offer.origin_count = self->listed.count;
    self->origins = Py_NewRef(self->listed.items);
    return true;
}

static bool read_subprotocols(u101_py_websocket *self, PyObject *subprotocols)
{
    if (subprotocols != NULL) {
        if (!u101_py_strings_read(&self->subprotocols, subprotocols, "subprotocols")) {
            return false;
        }
    } else {
        self->subprotocols.items = PyTuple_New(0);
    }
    self->offer.subprotocols = self->subprotocols.at;
    self->offer.subprotocol_count = self->subprotocols.count;
    return self->subprotocols.items != NULL;
}

static bool read_deflate(u101_py_websocket *self, PyObject *deflate)
{
    self->deflate = Py_NewRef(deflate == NULL ? Py_None : deflate);
    if (self->deflate == Py_None) {
        return true;
    }
    if (!Py_IS_TYPE(deflate, u101_py_state_of(Py_TYPE(self))->types[U101_PY_DEFLATE])) {
        u101_py_wrong_type("deflate", "a PerMessageDeflate or None", deflate);
        return false;
    }
    self->offer.deflate_enabled = true;
    self->offer.deflate = ((u101_py_deflate *)deflate)->deflate;
    return true;
}

static PyObject *create(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static const char *const names[] = {"subprotocols", "subprotocol_required", "origins",
                                        "origin_required", "deflate"};
    static const u101_py_signature signature = {"WebSocket", names, 5, 0, 0};
    PyObject *values[5];
    if (!u101_py_bind_tuple(&signature, args, keywords, values)) {
        return NULL;
    }
    u101_py_websocket *self = PyObject_New(u101_py_websocket, type);
    if (self == NULL) {
        return NULL;
    }
    self->origins = NULL;
    self->deflate = NULL;
    self->subprotocols = (u101_py_strings){0};
    self->listed = (u101_py_strings){0};
    self->offer = (u101_websocket){0};
    if (!read_subprotocols(self, values[0]) ||
        !u101_py_flag(values[1], names[1], &self->offer.subprotocol_required) ||
        !read_origins(self, values[2]) ||
        !u101_py_flag(values[3], names[3], &self->offer.origin_required) ||
        !read_deflate(self, values[4]) || !u101_py_is_sound(u101_check_websocket(&self->offer))) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static void release(PyObject *object)
{
    u101_py_websocket *self = (u101_py_websocket *)object;
    Py_XDECREF(self->origins);
    Py_XDECREF(self->deflate);
    u101_py_strings_clear(&self->subprotocols);
    u101_py_strings_clear(&self->listed);
    u101_py_immutable_free(object);
}

static PyObject *get_subprotocols(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_websocket *)self)->subprotocols.items);
}

static PyObject *get_subprotocol_required(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((u101_py_websocket *)self)->offer.subprotocol_required);
}

static PyObject *get_origins(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_websocket *)self)->origins);
}

static PyObject *get_origin_required(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((u101_py_websocket *)self)->offer.origin_required);
}

static PyObject *get_deflate(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_websocket *)self)->deflate);
}

static PyGetSetDef attributes[] = {
    {"subprotocols", get_subprotocols, NULL,
     "tuple[str, ...]: the subprotocols spoken here, the preferred one first.", NULL},
    {"subprotocol_required", get_subprotocol_required, NULL,
     "bool: a client that offers none of the subprotocols is refused.", NULL},
    {"origins", get_origins, NULL,
     "str | tuple[str, ...] | None: 'same-origin', the origins that may connect, or any.", NULL},
    {"origin_required", get_origin_required, NULL, "bool: a request without Origin is refused.",
     NULL},
    {"deflate", get_deflate, NULL,
     "PerMessageDeflate | None: whether and how messages may be compressed.", NULL},
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)websocket_doc},
    {Py_tp_new, create},
    {Py_tp_dealloc, release},
    {Py_tp_repr, u101_py_immutable_repr},
    {Py_tp_richcompare, u101_py_immutable_compare},
    {Py_tp_hash, u101_py_immutable_hash},
    {Py_tp_getset, attributes},
    {0, NULL},
};

PyType_Spec u101_py_websocket_spec = {
    .name = "upgrade101._core.WebSocket",
    .basicsize = sizeof(u101_py_websocket),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
