/*
 * The Python type TLS: see py_tls.h.
 */
#include "py_tls.h"

#include "py_arguments.h"
#include "py_immutable.h"

PyDoc_STRVAR(tls_doc,
             "TLS()\n"
             "--\n"
             "\n"
             "The offer of TLS on the connection that has carried the request [RFC 2817 3].\n"
             "\n"
             "Raises TypeError for any argument.");

static PyObject *create(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static const u101_py_signature signature = {"TLS", NULL, 0, 0, 0};
    if (!u101_py_bind_tuple(&signature, args, keywords, NULL)) {
        return NULL;
    }
    return (PyObject *)PyObject_New(PyObject, type);
}

static PyGetSetDef attributes[] = {
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)tls_doc},
    {Py_tp_new, create},
    {Py_tp_dealloc, u101_py_immutable_free},
    {Py_tp_repr, u101_py_immutable_repr},
    {Py_tp_richcompare, u101_py_immutable_compare},
    {Py_tp_hash, u101_py_immutable_hash},
    {Py_tp_getset, attributes},
    {0, NULL},
};

PyType_Spec u101_py_tls_spec = {
    .name = "upgrade101._core.TLS",
    .basicsize = sizeof(PyObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
