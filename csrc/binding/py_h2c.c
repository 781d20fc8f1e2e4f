/*
 * The Python type H2C: see py_h2c.h.
 */
#include "py_h2c.h"

#include "py_arguments.h"
#include "py_immutable.h"
#include "py_offer.h"

PyDoc_STRVAR(
    h2c_doc,
    "H2C(*, paths=None, upgrade=True, prior_knowledge=False)\n"
    "--\n"
    "\n"
    "The offer of HTTP/2 over cleartext TCP [RFC 7540 3.2; deprecated by RFC 9113 3.1].\n"
    "\n" U101_PY_PATHS_DOC "    They have no say about prior knowledge.\n"
    "upgrade: bool, a request that asks for h2c is a switch [RFC 7540 3.2].\n"
    "prior_knowledge: bool, a connection that begins with the HTTP/2 preface is a switch\n"
    "    [RFC 9113 3.3].\n"
    "\n"
    "Raises TypeError for a wrong type, and ValueError for paths that are no patterns and for\n"
    "upgrade=False without prior_knowledge=True.");

PyObject *u101_py_h2c_create(PyObject *type, PyObject *const *args, size_t count,
                             PyObject *keywords)
{
    static const char *const names[] = {"paths", "upgrade", "prior_knowledge"};
    static const u101_py_signature signature = {"H2C", names, 3, 0, 0};
    PyObject *values[3];
    if (!u101_py_bind(&signature, args, PyVectorcall_NARGS(count), keywords, values)) {
        return NULL;
    }
    u101_py_offer *self = u101_py_offer_new((PyTypeObject *)type, U101_OFFER_H2C, values[0]);
    if (self == NULL) {
        return NULL;
    }
    u101_h2c *h2c = &self->offer.as.h2c;
    h2c->upgrade = true;
    if (!u101_py_flag(values[1], names[1], &h2c->upgrade) ||
        !u101_py_flag(values[2], names[2], &h2c->prior_knowledge) ||
        !u101_py_is_sound(u101_check_h2c(h2c))) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static PyObject *get_upgrade(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((u101_py_offer *)self)->offer.as.h2c.upgrade);
}

static PyObject *get_prior_knowledge(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((u101_py_offer *)self)->offer.as.h2c.prior_knowledge);
}

static PyGetSetDef attributes[] = {
    {"paths", u101_py_offer_get_paths, NULL, u101_py_offer_paths_doc, NULL},
    {"upgrade", get_upgrade, NULL, "bool: a request that asks for h2c is a switch.", NULL},
    {"prior_knowledge", get_prior_knowledge, NULL,
     "bool: a connection that begins with the HTTP/2 preface is a switch.", NULL},
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)h2c_doc},
    {Py_tp_new, u101_py_new},
    {Py_tp_dealloc, u101_py_offer_free},
    {Py_tp_repr, u101_py_immutable_repr},
    {Py_tp_richcompare, u101_py_immutable_compare},
    {Py_tp_hash, u101_py_immutable_hash},
    {Py_tp_getset, attributes},
    {Py_tp_methods, u101_py_immutable_methods},
    {0, NULL},
};

PyType_Spec u101_py_h2c_spec = {
    .name = "upgrade101._core.H2C",
    .basicsize = sizeof(u101_py_offer),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
