/*
 * The Python type PerMessageDeflate: see py_deflate.h.
 */
#include "py_deflate.h"

#include "py_arguments.h"
#include "py_immutable.h"

typedef struct {
    PyObject_HEAD u101_deflate deflate;
} u101_py_deflate;

PyDoc_STRVAR(
    deflate_doc,
    "PerMessageDeflate(*, server_no_context_takeover=False, client_no_context_takeover=False,\n"
    "                  server_max_window_bits=None, client_max_window_bits=None,\n"
    "                  require_client_max_window_bits=False)\n"
    "--\n"
    "\n"
    "permessage-deflate, as a server offers it or as a decision has agreed on it [RFC 7692 7.1].\n"
    "\n"
    "server_no_context_takeover: bool, the server forgets its window after each message\n"
    "    [RFC 7692 7.1.1.1].\n"
    "client_no_context_takeover: bool, the client does [RFC 7692 7.1.1.2].\n"
    "server_max_window_bits: int, base-2 logarithm of the bytes of the server's window, 9 to 15,\n"
    "    or None [RFC 7692 7.1.2.1].\n"
    "client_max_window_bits: int, the same of the client's, 8 to 15, or None [RFC 7692 7.1.2.2].\n"
    "require_client_max_window_bits: bool, a client that does not offer client_max_window_bits is\n"
    "    answered without compression; otherwise the bound binds only clients that offer it.\n"
    "\n"
    "Raises TypeError for a wrong type, and ValueError for bits out of range and for\n"
    "require_client_max_window_bits without client_max_window_bits.");

PyObject *u101_py_deflate_new(PyTypeObject *type, const u101_deflate *deflate)
{
    u101_py_deflate *self = PyObject_New(u101_py_deflate, type);
    if (self != NULL) {
        self->deflate = *deflate;
    }
    return (PyObject *)self;
}

const u101_deflate *u101_py_deflate_of(PyObject *deflate)
{
    return &((u101_py_deflate *)deflate)->deflate;
}

PyObject *u101_py_deflate_create(PyObject *type, PyObject *const *args, size_t count,
                                 PyObject *keywords)
{
    static const char *const names[] = {"server_no_context_takeover", "client_no_context_takeover",
                                        "server_max_window_bits", "client_max_window_bits",
                                        "require_client_max_window_bits"};
    static const u101_py_signature signature = {"PerMessageDeflate", names, 5, 0, 0};
    PyObject *values[5];
    u101_deflate deflate = {.server_max_window_bits = U101_NO_WINDOW_BITS,
                            .client_max_window_bits = U101_NO_WINDOW_BITS};
    if (!u101_py_bind(&signature, args, PyVectorcall_NARGS(count), keywords, values) ||
        !u101_py_flag(values[0], names[0], &deflate.server_no_context_takeover) ||
        !u101_py_flag(values[1], names[1], &deflate.client_no_context_takeover) ||
        !u101_py_number_or_none(values[2], names[2], U101_NO_WINDOW_BITS,
                                &deflate.server_max_window_bits) ||
        !u101_py_number_or_none(values[3], names[3], U101_NO_WINDOW_BITS,
                                &deflate.client_max_window_bits) ||
        !u101_py_flag(values[4], names[4], &deflate.require_client_max_window_bits) ||
        !u101_py_are_sound(u101_check_deflate(&deflate), &signature, values)) {
        return NULL;
    }
    return u101_py_deflate_new((PyTypeObject *)type, &deflate);
}

static PyObject *bits_or_none(int bits)
{
    return bits == U101_NO_WINDOW_BITS ? Py_NewRef(Py_None) : PyLong_FromLong(bits);
}

static PyObject *get_server_no_context_takeover(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(u101_py_deflate_of(self)->server_no_context_takeover);
}

static PyObject *get_client_no_context_takeover(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(u101_py_deflate_of(self)->client_no_context_takeover);
}

static PyObject *get_server_max_window_bits(PyObject *self, void *Py_UNUSED(closure))
{
    return bits_or_none(u101_py_deflate_of(self)->server_max_window_bits);
}

static PyObject *get_client_max_window_bits(PyObject *self, void *Py_UNUSED(closure))
{
    return bits_or_none(u101_py_deflate_of(self)->client_max_window_bits);
}

static PyObject *get_require_client_max_window_bits(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(u101_py_deflate_of(self)->require_client_max_window_bits);
}

static PyGetSetDef attributes[] = {
    {"server_no_context_takeover", get_server_no_context_takeover, NULL,
     "bool: the server forgets its window after each message [RFC 7692 7.1.1.1].", NULL},
    {"client_no_context_takeover", get_client_no_context_takeover, NULL,
     "bool: the client forgets its window after each message [RFC 7692 7.1.1.2].", NULL},
    {"server_max_window_bits", get_server_max_window_bits, NULL,
     "int | None: base-2 logarithm of the bytes of the server's window [RFC 7692 7.1.2.1].", NULL},
    {"client_max_window_bits", get_client_max_window_bits, NULL,
     "int | None: base-2 logarithm of the bytes of the client's window [RFC 7692 7.1.2.2].", NULL},
    {"require_client_max_window_bits", get_require_client_max_window_bits, NULL,
     "bool: a client that does not offer client_max_window_bits is answered without it; False of\n"
     "what was agreed.",
     NULL},
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)deflate_doc},
    {Py_tp_new, u101_py_new},
    {Py_tp_dealloc, u101_py_immutable_free},
    {Py_tp_repr, u101_py_immutable_repr},
    {Py_tp_richcompare, u101_py_immutable_compare},
    {Py_tp_hash, u101_py_immutable_hash},
    {Py_tp_getset, attributes},
    {Py_tp_methods, u101_py_immutable_methods},
    {0, NULL},
};

PyType_Spec u101_py_deflate_spec = {
    .name = "upgrade101._core.PerMessageDeflate",
    .basicsize = sizeof(u101_py_deflate),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
