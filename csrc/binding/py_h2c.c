/*
 * The Python type H2C: see py_h2c.h.
 */
#include "py_h2c.h"

#include "py_arguments.h"
#include "py_immutable.h"

PyDoc_STRVAR(
    h2c_doc,
    "H2C(*, prior_knowledge=False)\n"
    "--\n"
    "\n"
    "The offer of HTTP/2 over cleartext TCP [RFC 7540 3.2; deprecated by RFC 9113 3.1].\n"
    "\n"
    "prior_knowledge: bool, a connection that begins with the HTTP/2 preface is a switch too\n"
    "    [RFC 9113 3.3].\n"
    "\n"
    "Raises TypeError for a wrong type.");

static PyObject *create(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static const char *const names[] = {"prior_knowledge"};
    static const u101_py_signature signature = {"H2C", names, 1, 0, 0};
    PyObject *values[1];
    u101_h2c offer = {0};
    if (!u101_py_bind_tuple(&signature, args, keywords, values) ||
        !u101_py_flag(values[0], names[0], &offer.prior_knowledge)) {
        return NULL;
    }
    u101_py_h2c *self = PyObject_New(u101_py_h2c, type);
    if (self != NULL) {
        self->offer = offer;
    }
    return (PyObject *)self;
}

static PyObject *get_prior_knowledge(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((u101_py_h2c *)self)->offer.prior_knowledge);
}

static PyGetSetDef attributes[] = {
    {"prior_knowledge", get_prior_knowledge, NULL,
     "bool: a connection that begins with the HTTP/2 preface is a switch too.", NULL},
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)h2c_doc},
    {Py_tp_new, create},
    {Py_tp_dealloc, u101_py_immutable_free},
    {Py_tp_repr, u101_py_immutable_repr},
    {Py_tp_richcompare, u101_py_immutable_compare},
    {Py_tp_hash, u101_py_immutable_hash},
    {Py_tp_getset, attributes},
    {0, NULL},
};

PyType_Spec u101_py_h2c_spec = {
    .name = "upgrade101._core.H2C",
    .basicsize = sizeof(u101_py_h2c),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
