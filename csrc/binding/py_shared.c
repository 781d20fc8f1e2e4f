/*
 * The Python type SharedBase: see py_shared.h.
 */
#include "py_shared.h"

#include <stdbool.h>
#include <structmember.h>

#include "py_connection.h"

PyDoc_STRVAR(shared_doc,
             "What the connections of a factory have in common, for the asyncio layer alone.");

/* Once, so that no part is let go of that C is using. */
static int initialize(PyObject *object, PyObject *args, PyObject *keywords)
{
    u101_py_shared *self = (u101_py_shared *)object;
    static char *names[] = {"negotiator", "handler",           "sweep", "connection", "upgrade",
                            "deliver",    "handshake_timeout", NULL};
    PyObject *module = PyType_GetModuleByDef(Py_TYPE(object), &u101_py_module);
    if (module == NULL) {
        return -1;
    }
    const u101_py_state *state = PyModule_GetState(module);
    PyObject *negotiator = NULL;
    PyObject *handler = NULL;
    PyObject *sweep = NULL;
    PyObject *connection = NULL;
    PyObject *upgrade = NULL;
    PyObject *deliver = NULL;
    double timeout = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O!OO!O!O!Od", names,
                                     state->types[U101_PY_NEGOTIATOR], &negotiator, &handler,
                                     state->types[U101_PY_SWEEP], &sweep, &PyType_Type, &connection,
                                     &PyType_Type, &upgrade, &deliver, &timeout)) {
        return -1;
    }
    if (!PyType_IsSubtype((PyTypeObject *)connection, state->types[U101_PY_CONNECTION]) ||
        !PyType_IsSubtype((PyTypeObject *)upgrade, state->types[U101_PY_UPGRADE])) {
        PyErr_SetString(PyExc_TypeError,
                        "a subtype of ConnectionBase and of UpgradeBase is needed");
        return -1;
    }
    if (self->negotiator != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "it is initialized already");
        return -1;
    }
    self->negotiator = (u101_py_negotiator *)Py_NewRef(negotiator);
    self->handler = Py_NewRef(handler);
    self->sweep = (u101_py_sweep *)Py_NewRef(sweep);
    self->connection_type = (PyTypeObject *)Py_NewRef(connection);
    self->upgrade_type = (PyTypeObject *)Py_NewRef(upgrade);
    self->deliver = Py_NewRef(deliver);
    self->handshake_timeout = timeout;
    return 0;
}

/* False: RuntimeError. */
static bool is_initialized(const u101_py_shared *self)
{
    if (self->negotiator == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "it is not initialized");
    }
    return self->negotiator != NULL;
}

static int traverse(PyObject *object, visitproc visit, void *arg)
{
    u101_py_shared *self = (u101_py_shared *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->negotiator);
    Py_VISIT(self->handler);
    Py_VISIT(self->sweep);
    Py_VISIT(self->connection_type);
    Py_VISIT(self->upgrade_type);
    Py_VISIT(self->deliver);
    Py_VISIT(self->time);
    return 0;
}

static int clear(PyObject *object)
{
    u101_py_shared *self = (u101_py_shared *)object;
    /* What a user's objects can be reached by; the rest has to stay for C. */
    Py_XSETREF(self->handler, Py_NewRef(Py_None));
    Py_CLEAR(self->time);
    return 0;
}

static void release(PyObject *object)
{
    u101_py_shared *self = (u101_py_shared *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    Py_XDECREF(self->negotiator);
    Py_XDECREF(self->handler);
    Py_XDECREF(self->sweep);
    Py_XDECREF(self->connection_type);
    Py_XDECREF(self->upgrade_type);
    Py_XDECREF(self->deliver);
    Py_XDECREF(self->time);
    type->tp_free(object);
    Py_DECREF(type);
}

/* tp_call: the protocol of a connection that is accepted now. */
static PyObject *call(PyObject *object, PyObject *args, PyObject *keywords)
{
    u101_py_shared *self = (u101_py_shared *)object;
    if (PyTuple_GET_SIZE(args) != 0 || (keywords != NULL && PyDict_GET_SIZE(keywords) != 0)) {
        PyErr_SetString(PyExc_TypeError, "a protocol factory takes no arguments");
        return NULL;
    }
    if (!is_initialized(self)) {
        return NULL;
    }
    if (self->time == NULL) {
        PyObject *time =
            PyObject_CallMethodNoArgs(object, u101_py_shared_state(self)->names[U101_PY_BIND]);
        if (time == NULL) {
            return NULL;
        }
        Py_XSETREF(self->time, time);
    }
    PyObject *time = PyObject_CallNoArgs(self->time);
    const double now = time == NULL ? -1 : PyFloat_AsDouble(time);
    Py_XDECREF(time);
    if (now == -1 && PyErr_Occurred()) {
        return NULL;
    }
    return u101_py_connection_new(self, now + self->handshake_timeout);
}

static PyObject *get_counts(PyObject *object, void *Py_UNUSED(closure))
{
    const u101_py_shared *self = (u101_py_shared *)object;
    if (!is_initialized(self)) {
        return NULL;
    }
    const u101_py_state *state = u101_py_shared_state(self);
    PyObject *counts = PyDict_New();
    for (size_t i = 0; counts != NULL && i < U101_REASON_COUNT; i++) {
        if (self->counts[i] == 0) {
            continue;
        }
        PyObject *count = PyLong_FromUnsignedLongLong(self->counts[i]);
        if (count == NULL || PyDict_SetItem(counts, state->reasons[i], count) < 0) {
            Py_CLEAR(counts);
        }
        Py_XDECREF(count);
    }
    return counts;
}

static PyMemberDef members[] = {
    {"negotiator", T_OBJECT_EX, offsetof(u101_py_shared, negotiator), READONLY, NULL},
    {"sweep", T_OBJECT_EX, offsetof(u101_py_shared, sweep), READONLY, NULL},
    {"plain", T_BOOL, offsetof(u101_py_shared, plain), 0, NULL},
    {"limited", T_BOOL, offsetof(u101_py_shared, limited), 0, NULL},
    {"observed", T_BOOL, offsetof(u101_py_shared, observed), 0, NULL},
    {"closed", T_BOOL, offsetof(u101_py_shared, closed), 0, NULL},
    {.name = NULL},
};

static PyGetSetDef attributes[] = {
    {"counts", get_counts, NULL, "dict[Reason, int]: the final decisions so far.", NULL},
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)shared_doc}, {Py_tp_new, PyType_GenericNew},
    {Py_tp_init, initialize},        {Py_tp_call, call},
    {Py_tp_traverse, traverse},      {Py_tp_clear, clear},
    {Py_tp_dealloc, release},        {Py_tp_members, members},
    {Py_tp_getset, attributes},      {0, NULL},
};

PyType_Spec u101_py_shared_spec = {
    .name = "upgrade101._core.SharedBase",
    .basicsize = sizeof(u101_py_shared),
    .flags =
        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
