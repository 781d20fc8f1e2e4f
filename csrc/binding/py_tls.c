/*
 * The Python type TLS: see py_tls.h.
 */
#include "py_tls.h"

#include "py_arguments.h"
#include "py_immutable.h"
#include "py_offer.h"

PyDoc_STRVAR(tls_doc,
             "TLS(*, paths=None)\n"
             "--\n"
             "\n"
             "The offer of TLS on the connection that has carried the request [RFC 2817 3].\n"
             "\n" U101_PY_PATHS_DOC "\n"
             "Raises TypeError for a wrong type, and ValueError for paths that are no patterns.");

PyObject *u101_py_tls_create(PyObject *type, PyObject *const *args, size_t count,
                             PyObject *keywords)
{
    static const char *const names[] = {"paths"};
    static const u101_py_signature signature = {"TLS", names, 1, 0, 0};
    PyObject *values[1];
    if (!u101_py_bind(&signature, args, PyVectorcall_NARGS(count), keywords, values)) {
        return NULL;
    }
    return (PyObject *)u101_py_offer_new((PyTypeObject *)type, U101_OFFER_TLS, values[0]);
}

static PyGetSetDef attributes[] = {
    {"paths", u101_py_offer_get_paths, NULL, u101_py_offer_paths_doc, NULL},
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)tls_doc},
    {Py_tp_new, u101_py_new},
    {Py_tp_dealloc, u101_py_offer_free},
    {Py_tp_repr, u101_py_immutable_repr},
    {Py_tp_richcompare, u101_py_immutable_compare},
    {Py_tp_hash, u101_py_immutable_hash},
    {Py_tp_getset, attributes},
    {Py_tp_methods, u101_py_immutable_methods},
    {0, NULL},
};

PyType_Spec u101_py_tls_spec = {
    .name = "upgrade101._core.TLS",
    .basicsize = sizeof(u101_py_offer),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
