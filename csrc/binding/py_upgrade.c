/*
 * The Python type UpgradeBase: see py_upgrade.h.
 */
#include "py_upgrade.h"

#include <structmember.h>

#include "py_arguments.h"
#include "py_call.h"

PyDoc_STRVAR(upgrade_doc, "One upgrade, before its 101, for the asyncio layer alone.");

PyObject *u101_py_upgrade_new(u101_py_connection *connection, PyObject *decision,
                              PyObject *transport)
{
    PyTypeObject *type = connection->shared->upgrade_type;
    u101_py_upgrade *self = (u101_py_upgrade *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->connection = (u101_py_connection *)Py_NewRef(connection);
        self->decision = Py_NewRef(decision);
        self->transport = Py_NewRef(transport);
    }
    return (PyObject *)self;
}

static int traverse(PyObject *object, visitproc visit, void *arg)
{
    u101_py_upgrade *self = (u101_py_upgrade *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->connection);
    Py_VISIT(self->decision);
    Py_VISIT(self->transport);
    return 0;
}

/* Not `decision`, which reaches nothing but values. */
static int clear(PyObject *object)
{
    u101_py_upgrade *self = (u101_py_upgrade *)object;
    Py_CLEAR(self->connection);
    Py_CLEAR(self->transport);
    return 0;
}

static void release(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    clear(object);
    Py_DECREF(((u101_py_upgrade *)object)->decision);
    type->tp_free(object);
    Py_DECREF(type);
}

/* Sets `*connection` to a new reference to what waits for the answer, or to NULL where an answer is
 * late.  False: RuntimeError where there was one before, or what the transport raised. */
static bool find_waiting(const u101_py_upgrade *self, u101_py_connection **connection)
{
    *connection = NULL;
    if (self->connection == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the upgrade has been answered");
        return false;
    }
    if (self->connection->transport == NULL) {
        return true;
    }
    u101_py_connection *waiting = (u101_py_connection *)Py_NewRef(self->connection);
    PyObject *const *names = u101_py_shared_state(waiting->shared)->names;
    const int closing = u101_py_ask(self->transport, names[U101_PY_IS_CLOSING]);
    if (closing == 0) {
        *connection = waiting;
    } else {
        Py_DECREF(waiting);
    }
    return closing >= 0;
}

/* The same, and there is no answer after it. */
static bool take_waiting(u101_py_upgrade *self, u101_py_connection **connection)
{
    const bool found = find_waiting(self, connection);
    if (*connection != NULL) {
        Py_CLEAR(self->connection);
    }
    return found;
}

/* A new reference to the decision with what the caller adds to it. */
static PyObject *add(const u101_py_upgrade *self, PyObject *name, PyObject *headers,
                     PyObject *subprotocol)
{
    PyObject *none = PyTuple_New(0);
    if (none == NULL) {
        return NULL;
    }
    PyObject *const arguments[] = {self->decision, headers == NULL ? none : headers,
                                   subprotocol == NULL ? Py_Ellipsis : subprotocol};
    PyObject *decision = PyObject_VectorcallMethod(name, arguments, 3, NULL);
    Py_DECREF(none);
    return decision;
}

/* The same, where an answer is waited for.  NULL without an exception: it is late. */
static PyObject *add_if_waiting(const u101_py_upgrade *self, PyObject *name, PyObject *headers,
                                PyObject *subprotocol)
{
    u101_py_connection *connection = NULL;
    if (!find_waiting(self, &connection) || connection == NULL) {
        return NULL;
    }
    PyObject *decision = add(self, name, headers, subprotocol);
    Py_DECREF(connection);
    return decision;
}

/* False: TypeError where it is no protocol object, or what the look-up raised, MemoryError too. */
static bool check_protocol(PyObject *protocol, PyObject *name)
{
    PyObject *method = PyType_Check(protocol) ? NULL : PyObject_GetAttr(protocol, name);
    if (method == NULL && (!PyErr_Occurred() || PyErr_ExceptionMatches(PyExc_AttributeError))) {
        PyErr_Format(PyExc_TypeError, "a protocol object is needed, not %R", protocol);
    }
    Py_XDECREF(method);
    return method != NULL;
}

PyDoc_STRVAR(
    accept_doc,
    "accept($self, /, protocol, headers=(), subprotocol=...)\n"
    "--\n"
    "\n"
    "Write the 101 and hand the connection to `protocol` [RFC 9110 7.8].\n"
    "\n"
    "`protocol` is an `asyncio.Protocol` or `BufferedProtocol`, not connected yet; `subprotocol`\n"
    "another one of those that the client offers, or None for none [RFC 6455 4.2.2]. After a\n"
    "`TLS()` offer it is the protocol that has to speak TLS; `accept_tls` does it for one.\n"
    "\n"
    "Returns True when the connection is the protocol's, False where the answer is late. Raises\n"
    "`TypeError` and `ValueError` for the arguments, `RuntimeError` for a further answer, and\n"
    "what the protocol raises when it gets the connection, which is aborted then.");

static PyObject *accept(PyObject *object, PyObject *const *args, Py_ssize_t count,
                        PyObject *keywords)
{
    static const char *const names[] = {"protocol", "headers", "subprotocol"};
    static const u101_py_signature signature = {"accept", names, 3, 3, 1};
    u101_py_upgrade *self = (u101_py_upgrade *)object;
    PyObject *values[3];
    if (!u101_py_bind(&signature, args, count, keywords, values)) {
        return NULL;
    }
    PyObject *const *methods = u101_py_state_of(Py_TYPE(self->decision))->names;
    PyObject *protocol = values[0];
    if (!check_protocol(protocol, methods[U101_PY_CONNECTION_MADE])) {
        return NULL;
    }
    const bool adds = values[1] != NULL || (values[2] != NULL && values[2] != Py_Ellipsis);
    PyObject *decision = adds ? add_if_waiting(self, methods[U101_PY_ACCEPT], values[1], values[2])
                              : Py_NewRef(self->decision);
    if (decision == NULL) {
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_False);
    }
    /* Asked once more where something is added, for `headers` may have run the caller's code. */
    u101_py_connection *connection = NULL;
    bool done = take_waiting(self, &connection);
    PyObject *answer = done ? PyBool_FromLong(connection != NULL) : NULL;
    if (connection != NULL) {
        done = u101_py_connection_accept(connection, decision, self->transport, protocol);
        Py_DECREF(connection);
    }
    Py_DECREF(decision);
    if (!done) {
        Py_CLEAR(answer);
    }
    return answer;
}

static PyObject *or_none(bool found, u101_py_connection *connection)
{
    if (!found) {
        return NULL;
    }
    return connection == NULL ? Py_NewRef(Py_None) : (PyObject *)connection;
}

PyDoc_STRVAR(open_doc, "_open($self, /)\n"
                       "--\n"
                       "\n"
                       "The connection that waits for the answer, None where an answer is late.\n"
                       "\n"
                       "Raises RuntimeError where there was an answer before.");

static PyObject *open_answer(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    u101_py_connection *connection = NULL;
    const bool found = find_waiting((u101_py_upgrade *)object, &connection);
    return or_none(found, connection);
}

PyDoc_STRVAR(take_doc, "_take($self, /)\n"
                       "--\n"
                       "\n"
                       "The same; there is no answer after it.");

static PyObject *take_answer(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    u101_py_connection *connection = NULL;
    const bool found = take_waiting((u101_py_upgrade *)object, &connection);
    return or_none(found, connection);
}

static PyMemberDef members[] = {
    {"_connection", T_OBJECT, offsetof(u101_py_upgrade, connection), READONLY, NULL},
    {"decision", T_OBJECT_EX, offsetof(u101_py_upgrade, decision), READONLY,
     "Decision: the negotiator's SWITCH."},
    {"transport", T_OBJECT_EX, offsetof(u101_py_upgrade, transport), READONLY,
     "The connection's transport, for its addresses and TLS facts and not for writing."},
    {.name = NULL},
};

static PyMethodDef methods[] = {
    {"accept", (PyCFunction)(void (*)(void))accept, METH_FASTCALL | METH_KEYWORDS, accept_doc},
    {"_open", open_answer, METH_NOARGS, open_doc},
    {"_take", take_answer, METH_NOARGS, take_doc},
    {.ml_name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)upgrade_doc},
    {Py_tp_traverse, traverse},
    {Py_tp_clear, clear},
    {Py_tp_dealloc, release},
    {Py_tp_members, members},
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec u101_py_upgrade_spec = {
    .name = "upgrade101._core.UpgradeBase",
    .basicsize = sizeof(u101_py_upgrade),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
             Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};
