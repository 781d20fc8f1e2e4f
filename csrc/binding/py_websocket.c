/*
 * The Python type WebSocket: see py_websocket.h.
 */
#include "py_websocket.h"

#include "py_arguments.h"
#include "py_deflate.h"
#include "py_immutable.h"
#include "py_offer.h"
#include "py_state.h"

typedef struct {
    u101_py_offer base; /* whose offer points into the four */
    PyObject *origins;  /* None, a str, or the tuple of `listed` */
    PyObject *deflate;  /* a PerMessageDeflate, or None */
    u101_slice origin;  /* the str */
    u101_py_strings listed;
    u101_py_strings subprotocols;
} u101_py_websocket;

PyDoc_STRVAR(
    websocket_doc,
    "WebSocket(*, paths=None, subprotocols=(), subprotocol_required=False,\n"
    "          origins='same-origin', origin_required=False, deflate=None)\n"
    "--\n"
    "\n"
    "The offer of WebSocket, version 13 [RFC 6455 4.2].\n"
    "\n" U101_PY_PATHS_DOC
    "subprotocols: iterable of str, those spoken here, the preferred one first [RFC 6455 1.9].\n"
    "subprotocol_required: bool, a client that offers none of them is refused.\n"
    "origins: None, a str or an iterable of str, the pages that may connect [RFC 6455 10.2].\n"
    "    None is any origin.  Otherwise each str admits some: 'same-origin' those of the host and\n"
    "    port that Host names, 'same-host' those of the host, 'null' that value, a pattern such "
    "as\n"
    "    'https://*.example.com' or 'http://localhost:*' what it matches, and any other text\n"
    "    without '*' that very value.  No str at all admits no browser.\n"
    "origin_required: bool, a request without Origin, which no browser sends, is refused.\n"
    "deflate: PerMessageDeflate or None, whether and how messages may be compressed [RFC 7692].\n"
    "\n"
    "Raises TypeError for a wrong type, and ValueError for paths that are no patterns; for a\n"
    "subprotocol that is repeated or is not visible ASCII without ',', ';' and '\"'; for an "
    "origin\n"
    "that is none of the above; and for subprotocol_required without subprotocols.");

static u101_websocket *offer_of(u101_py_websocket *self)
{
    return &self->base.offer.as.websocket;
}

/* One entry alone. */
static bool read_origin(u101_py_websocket *self, PyObject *origin)
{
    self->origins = origin == NULL ? PyUnicode_FromString("same-origin")
                                   : u101_py_text(origin, "origins", "a str");
    if (self->origins == NULL) {
        return false;
    }
    self->origin = u101_py_slice(self->origins);
    offer_of(self)->origins = &self->origin;
    offer_of(self)->origin_count = 1;
    return true;
}

static bool read_origins(u101_py_websocket *self, PyObject *origins)
{
    if (origins == NULL || PyUnicode_Check(origins)) {
        return read_origin(self, origins);
    }
    if (origins == Py_None) {
        offer_of(self)->any_origin = true;
        self->origins = Py_NewRef(origins);
        return true;
    }
    if (u101_py_is_single(origins) || !u101_py_is_iterable(origins)) {
        u101_py_wrong_type("origins", "None for any origin, a str or an iterable of str", origins);
        return false;
    }
    if (!u101_py_strings_read(&self->listed, origins, "origins")) {
        return false;
    }
    self->origins = Py_NewRef(self->listed.items);
    offer_of(self)->origins = self->listed.at;
    offer_of(self)->origin_count = self->listed.count;
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
    offer_of(self)->subprotocols = self->subprotocols.at;
    offer_of(self)->subprotocol_count = self->subprotocols.count;
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
    offer_of(self)->deflate_enabled = true;
    offer_of(self)->deflate = *u101_py_deflate_of(deflate);
    return true;
}

PyObject *u101_py_websocket_create(PyObject *type, PyObject *const *args, size_t count,
                                   PyObject *keywords)
{
    static const char *const names[] = {"paths",   "subprotocols",    "subprotocol_required",
                                        "origins", "origin_required", "deflate"};
    static const u101_py_signature signature = {"WebSocket", names, 6, 0, 0};
    PyObject *values[6];
    if (!u101_py_bind(&signature, args, PyVectorcall_NARGS(count), keywords, values)) {
        return NULL;
    }
    u101_py_websocket *self = (u101_py_websocket *)u101_py_offer_new(
        (PyTypeObject *)type, U101_OFFER_WEBSOCKET, values[0]);
    if (self == NULL) {
        return NULL;
    }
    if (!read_subprotocols(self, values[1]) ||
        !u101_py_flag(values[2], names[2], &offer_of(self)->subprotocol_required) ||
        !read_origins(self, values[3]) ||
        !u101_py_flag(values[4], names[4], &offer_of(self)->origin_required) ||
        !read_deflate(self, values[5]) || !u101_py_is_sound(u101_check_websocket(offer_of(self)))) {
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
    u101_py_offer_free(object);
}

static PyObject *get_subprotocols(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_websocket *)self)->subprotocols.items);
}

static PyObject *get_subprotocol_required(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(offer_of((u101_py_websocket *)self)->subprotocol_required);
}

static PyObject *get_origins(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_websocket *)self)->origins);
}

static PyObject *get_origin_required(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(offer_of((u101_py_websocket *)self)->origin_required);
}

static PyObject *get_deflate(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_websocket *)self)->deflate);
}

static PyGetSetDef attributes[] = {
    {"paths", u101_py_offer_get_paths, NULL, u101_py_offer_paths_doc, NULL},
    {"subprotocols", get_subprotocols, NULL,
     "tuple[str, ...]: the subprotocols spoken here, the preferred one first.", NULL},
    {"subprotocol_required", get_subprotocol_required, NULL,
     "bool: a client that offers none of the subprotocols is refused.", NULL},
    {"origins", get_origins, NULL,
     "str | tuple[str, ...] | None: the entry or entries that admit a page, or any.", NULL},
    {"origin_required", get_origin_required, NULL, "bool: a request without Origin is refused.",
     NULL},
    {"deflate", get_deflate, NULL,
     "PerMessageDeflate | None: whether and how messages may be compressed.", NULL},
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)websocket_doc},
    {Py_tp_new, u101_py_new},
    {Py_tp_dealloc, release},
    {Py_tp_repr, u101_py_immutable_repr},
    {Py_tp_richcompare, u101_py_immutable_compare},
    {Py_tp_hash, u101_py_immutable_hash},
    {Py_tp_getset, attributes},
    {Py_tp_methods, u101_py_immutable_methods},
    {0, NULL},
};

PyType_Spec u101_py_websocket_spec = {
    .name = "upgrade101._core.WebSocket",
    .basicsize = sizeof(u101_py_websocket),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
