/*
 * The Python type SweepBase: see py_sweep.h.
 */
#include "py_sweep.h"

#include <math.h>
#include <structmember.h>

PyDoc_STRVAR(sweep_doc, "The queues of connections that wait, for the asyncio layer alone.");

static PyObject *create(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(names))
{
    u101_py_sweep *self = (u101_py_sweep *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->wake = HUGE_VAL;
    self->heads = PyDict_New();
    self->handlers = PyDict_New();
    if (self->heads == NULL || self->handlers == NULL) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static int traverse(PyObject *object, visitproc visit, void *arg)
{
    u101_py_sweep *self = (u101_py_sweep *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->heads);
    Py_VISIT(self->handlers);
    return 0;
}

/* The dicts are emptied and not let go of, for C reads them without asking whether they are there.
 */
static int clear(PyObject *object)
{
    u101_py_sweep *self = (u101_py_sweep *)object;
    PyDict_Clear(self->heads);
    PyDict_Clear(self->handlers);
    return 0;
}

static void release(PyObject *object)
{
    u101_py_sweep *self = (u101_py_sweep *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    Py_XDECREF(self->heads);
    Py_XDECREF(self->handlers);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyMemberDef members[] = {
    {"heads", T_OBJECT_EX, offsetof(u101_py_sweep, heads), READONLY, NULL},
    {"handlers", T_OBJECT_EX, offsetof(u101_py_sweep, handlers), READONLY, NULL},
    {"wake", T_DOUBLE, offsetof(u101_py_sweep, wake), 0, NULL},
    {"armed", T_BOOL, offsetof(u101_py_sweep, armed), 0, NULL},
    {"looking", T_BOOL, offsetof(u101_py_sweep, looking), 0, NULL},
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)sweep_doc},
    {Py_tp_new, create},
    {Py_tp_traverse, traverse},
    {Py_tp_clear, clear},
    {Py_tp_dealloc, release},
    {Py_tp_members, members},
    {0, NULL},
};

PyType_Spec u101_py_sweep_spec = {
    .name = "upgrade101._core.SweepBase",
    .basicsize = sizeof(u101_py_sweep),
    .flags =
        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
