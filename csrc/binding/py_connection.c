/*
 * The Python type ConnectionBase: see py_connection.h.
 *
 * Strategy: on the way of a request that comes in one read and is accepted before
 * its handler returns, nothing of the asyncio layer's own Python code runs; each
 * turn off that way is a method of the subtype.
 */
#include "py_connection.h"

#include <structmember.h>

#include "py_call.h"
#include "py_decision.h"
#include "py_exception.h"
#include "py_handover.h"
#include "py_handshake.h"
#include "py_upgrade.h"

PyDoc_STRVAR(connection_doc, "A connection before its decision, for the asyncio layer alone.");

PyObject *u101_py_connection_new(u101_py_shared *shared, double deadline)
{
    PyTypeObject *type = shared->connection_type;
    u101_py_connection *self = (u101_py_connection *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->shared = (u101_py_shared *)Py_NewRef(shared);
        self->deadline = deadline;
    }
    return (PyObject *)self;
}

static int traverse(PyObject *object, visitproc visit, void *arg)
{
    u101_py_connection *self = (u101_py_connection *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->shared);
    Py_VISIT(self->transport);
    Py_VISIT(self->handshake);
    Py_VISIT(self->decision);
    Py_VISIT(self->kept);
    Py_VISIT(self->task);
    return 0;
}

/* Not `shared`, which C reads without asking whether it is there. */
static int clear(PyObject *object)
{
    u101_py_connection *self = (u101_py_connection *)object;
    Py_CLEAR(self->transport);
    Py_CLEAR(self->handshake);
    Py_CLEAR(self->decision);
    Py_CLEAR(self->kept);
    Py_CLEAR(self->task);
    return 0;
}

static void release(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    clear(object);
    Py_DECREF(((u101_py_connection *)object)->shared);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyObject *const *names_of(const u101_py_connection *self)
{
    return u101_py_shared_state(self->shared)->names;
}

/* ---- the steps --------------------------------------------------------- */

/* Whether the transport is one of TLS: 1, 0, or -1 where it raised. */
static int is_secure(const u101_py_connection *self, PyObject *transport)
{
    if (self->shared->plain) {
        return 0;
    }
    PyObject *const *names = names_of(self);
    PyObject *const arguments[] = {transport, names[U101_PY_SSLCONTEXT]};
    PyObject *context =
        PyObject_VectorcallMethod(names[U101_PY_GET_EXTRA_INFO], arguments, 2, NULL);
    const int secure = context == NULL ? -1 : context != Py_None;
    Py_XDECREF(context);
    return secure;
}

/* Makes the handshake.  False: what was raised is set. */
static bool begin(u101_py_connection *self, PyObject *transport)
{
    const int secure = is_secure(self, transport);
    if (secure < 0) {
        return false;
    }
    PyObject *handshake = u101_py_handshake_new(self->shared->negotiator, secure > 0, true);
    if (handshake != NULL) {
        Py_XSETREF(self->handshake, handshake);
    }
    return handshake != NULL;
}

/* Begins to wait for a head. */
static bool enter(u101_py_connection *self)
{
    u101_py_sweep *sweep = self->shared->sweep;
    PyObject *deadline = PyFloat_FromDouble(self->deadline);
    if (deadline == NULL) {
        return false;
    }
    bool done = PyDict_SetItem(sweep->heads, (PyObject *)self, deadline) == 0;
    if (done && self->deadline < sweep->wake) {
        sweep->wake = self->deadline;
        /* Whoever is about to look will see this one too. */
        done = sweep->looking || u101_py_tell((PyObject *)sweep, names_of(self)[U101_PY_EXPECT]);
    }
    Py_DECREF(deadline);
    return done;
}

/* Takes the connection out of its queue: it waits for nothing any more. */
static bool leave(u101_py_connection *self)
{
    u101_py_shared *shared = self->shared;
    PyObject *queue = self->deciding ? shared->sweep->handlers : shared->sweep->heads;
    if (PyDict_DelItem(queue, (PyObject *)self) < 0) {
        return false;
    }
    Py_CLEAR(self->transport);
    self->deciding = false;
    /* Its handler may go on for as long as the upgraded connection lives. */
    Py_CLEAR(self->kept);
    if (PyDict_GET_SIZE(shared->sweep->heads) > 0 || PyDict_GET_SIZE(shared->sweep->handlers) > 0) {
        return true;
    }
    if (!shared->sweep->armed && !shared->closed) {
        /* Somebody is about to look whether anything waits. */
        return true;
    }
    return u101_py_tell((PyObject *)shared, names_of(self)[U101_PY_SETTLE]);
}

/* Writes the final decision and counts it. */
static bool conclude(u101_py_connection *self, PyObject *decision, PyObject *transport)
{
    PyObject *const *names = names_of(self);
    PyObject *response = leave(self) ? u101_py_decision_response(decision) : NULL;
    if (response == NULL) {
        return false;
    }
    /* Empty for a fallback and for HTTP/2 with prior knowledge. */
    const bool written = PyBytes_GET_SIZE(response) == 0 ||
                         u101_py_tell_one(transport, names[U101_PY_WRITE], response);
    Py_DECREF(response);
    if (!written) {
        return false;
    }
    self->shared->counts[u101_py_decision_verdict(decision)->reason]++;
    return !self->shared->observed ||
           u101_py_tell_two((PyObject *)self->shared, names[U101_PY_OBSERVE], decision, transport);
}

/* A new reference to the bytes behind the request. */
static PyObject *take_leftover(const u101_py_connection *self, PyObject *decision)
{
    return self->kept == NULL ? u101_py_decision_leftover(decision)
                              : PyBytes_FromObject(self->kept);
}

bool u101_py_connection_accept(u101_py_connection *self, PyObject *decision, PyObject *transport,
                               PyObject *protocol)
{
    u101_py_shared *shared = self->shared;
    PyObject *leftover = take_leftover(self, decision);
    const bool done = leftover != NULL && conclude(self, decision, transport) &&
                      u101_py_hand_over(u101_py_shared_state(shared), transport, protocol, leftover,
                                        self->write_paused, shared->deliver);
    Py_XDECREF(leftover);
    return done;
}

/* Calls the handler with its upgrade. */
static bool ask_handler(u101_py_connection *self, PyObject *decision, PyObject *transport)
{
    PyObject *const *names = names_of(self);
    PyObject *upgrade = u101_py_upgrade_new(self, decision, transport);
    if (upgrade == NULL) {
        return false;
    }
    self->asked = true;
    PyObject *handler = Py_NewRef(self->shared->handler);
    PyObject *answer = PyObject_CallOneArg(handler, upgrade);
    Py_DECREF(handler);
    Py_DECREF(upgrade);
    bool done = true;
    if (answer == NULL) {
        PyObject *error = u101_py_exception_take();
        done = u101_py_tell_two((PyObject *)self, names[U101_PY_HANDLER_RAISED], decision, error);
        Py_DECREF(error);
    } else if (answer != Py_None || self->transport != NULL) {
        done =
            u101_py_tell_two((PyObject *)self, names[U101_PY_HANDLER_RETURNED], answer, decision);
    }
    Py_XDECREF(answer);
    return done;
}

static bool follow(u101_py_connection *self, PyObject *decision, PyObject *transport)
{
    PyObject *const *names = names_of(self);
    PyObject *response = NULL;
    bool done = false;
    switch (u101_py_decision_verdict(decision)->action) {
    case U101_ACTION_SWITCH:
        if (self->shared->limited) {
            return u101_py_tell_two((PyObject *)self, names[U101_PY_ASK_IF_ROOM], decision,
                                    transport);
        }
        return ask_handler(self, decision, transport);
    case U101_ACTION_CONTINUE:
        response = u101_py_decision_response(decision);
        done = response != NULL && u101_py_tell_one(transport, names[U101_PY_WRITE], response);
        Py_XDECREF(response);
        return done;
    case U101_ACTION_PASS:
        return u101_py_tell_two((PyObject *)self, names[U101_PY_FALL_BACK], decision, transport);
    case U101_ACTION_REJECT:
    default:
        return u101_py_tell_two((PyObject *)self, names[U101_PY_REFUSE], decision, transport);
    }
}

/* Reads on.  False: what was raised is set. */
static bool receive(u101_py_connection *self, PyObject *transport, PyObject *data)
{
    if (self->deciding) {
        return u101_py_tell_two((PyObject *)self, names_of(self)[U101_PY_KEEP], data, transport);
    }
    if (self->handshake == NULL && !begin(self, transport)) {
        return false;
    }
    PyObject *handshake = Py_NewRef(self->handshake);
    PyObject *decision = u101_py_handshake_feed(handshake, data);
    Py_DECREF(handshake);
    const bool done =
        decision != NULL && (decision == Py_None || follow(self, decision, transport));
    Py_XDECREF(decision);
    return done;
}

/* ---- what the event loop calls ----------------------------------------- */

static PyObject *none_if(bool done)
{
    return done ? Py_NewRef(Py_None) : NULL;
}

PyDoc_STRVAR(connection_made_doc, "connection_made($self, transport, /)\n"
                                  "--\n"
                                  "\n"
                                  "Begins to wait for a head.");

static PyObject *connection_made(PyObject *object, PyObject *transport)
{
    u101_py_connection *self = (u101_py_connection *)object;
    Py_XSETREF(self->transport, Py_NewRef(transport));
    bool done = enter(self);
    if (done && self->shared->limited) {
        done = u101_py_tell_one(object, names_of(self)[U101_PY_LOOK_FOR_ROOM], transport);
    }
    return none_if(done);
}

PyDoc_STRVAR(data_received_doc, "data_received($self, data, /)\n"
                                "--\n"
                                "\n"
                                "Reads on in the head, or keeps what is behind it.");

static PyObject *data_received(PyObject *object, PyObject *data)
{
    u101_py_connection *self = (u101_py_connection *)object;
    if (self->transport == NULL) {
        /* There is a final decision: nothing is answered after it. */
        Py_RETURN_NONE;
    }
    PyObject *transport = Py_NewRef(self->transport);
    const bool done = receive(self, transport, data);
    Py_DECREF(transport);
    return none_if(done);
}

/* ---- what the subtype calls -------------------------------------------- */

PyDoc_STRVAR(begin_doc, "_begin($self, transport, /)\n"
                        "--\n"
                        "\n"
                        "Makes the Handshake and returns it.");

static PyObject *begin_handshake(PyObject *object, PyObject *transport)
{
    u101_py_connection *self = (u101_py_connection *)object;
    return begin(self, transport) ? Py_NewRef(self->handshake) : NULL;
}

PyDoc_STRVAR(leave_doc, "_leave($self, /)\n"
                        "--\n"
                        "\n"
                        "Takes the connection out of its queue.");

static PyObject *leave_queue(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    return none_if(leave((u101_py_connection *)object));
}

/* False: TypeError. */
static bool takes_decision(const u101_py_connection *self, PyObject *const *args, Py_ssize_t count)
{
    PyTypeObject *type = u101_py_shared_state(self->shared)->types[U101_PY_DECISION];
    if (count == 2 && Py_IS_TYPE(args[0], type)) {
        return true;
    }
    PyErr_SetString(PyExc_TypeError, "a Decision and a transport are needed");
    return false;
}

PyDoc_STRVAR(conclude_doc,
             "conclude($self, decision, transport, /)\n"
             "--\n"
             "\n"
             "Writes the final decision; what the transport goes on with is the caller's to set.");

static PyObject *conclude_with(PyObject *object, PyObject *const *args, Py_ssize_t count)
{
    u101_py_connection *self = (u101_py_connection *)object;
    return none_if(takes_decision(self, args, count) && conclude(self, args[0], args[1]));
}

PyDoc_STRVAR(ask_handler_doc, "_ask_handler($self, decision, transport, /)\n"
                              "--\n"
                              "\n"
                              "Calls the handler with its upgrade.");

static PyObject *ask_handler_of(PyObject *object, PyObject *const *args, Py_ssize_t count)
{
    u101_py_connection *self = (u101_py_connection *)object;
    return none_if(takes_decision(self, args, count) && ask_handler(self, args[0], args[1]));
}

static PyMemberDef members[] = {
    {"_shared", T_OBJECT_EX, offsetof(u101_py_connection, shared), READONLY, NULL},
    {"transport", T_OBJECT, offsetof(u101_py_connection, transport), READONLY,
     "None before the transport is made and after the final decision or the peer's end."},
    {"_handshake", T_OBJECT, offsetof(u101_py_connection, handshake), READONLY, NULL},
    {"_asked", T_BOOL, offsetof(u101_py_connection, asked), READONLY, NULL},
    {"_write_paused", T_BOOL, offsetof(u101_py_connection, write_paused), 0, NULL},
    {"_decision", T_OBJECT, offsetof(u101_py_connection, decision), 0, NULL},
    {"_deciding", T_BOOL, offsetof(u101_py_connection, deciding), 0, NULL},
    {"_kept", T_OBJECT, offsetof(u101_py_connection, kept), 0, NULL},
    {"_task", T_OBJECT, offsetof(u101_py_connection, task), 0, NULL},
    {.name = NULL},
};

static PyMethodDef methods[] = {
    {"connection_made", connection_made, METH_O, connection_made_doc},
    {"data_received", data_received, METH_O, data_received_doc},
    {"_begin", begin_handshake, METH_O, begin_doc},
    {"_leave", leave_queue, METH_NOARGS, leave_doc},
    {"conclude", (PyCFunction)(void (*)(void))conclude_with, METH_FASTCALL, conclude_doc},
    {"_ask_handler", (PyCFunction)(void (*)(void))ask_handler_of, METH_FASTCALL, ask_handler_doc},
    {.ml_name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)connection_doc},
    {Py_tp_traverse, traverse},
    {Py_tp_clear, clear},
    {Py_tp_dealloc, release},
    {Py_tp_members, members},
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec u101_py_connection_spec = {
    .name = "upgrade101._core.ConnectionBase",
    .basicsize = sizeof(u101_py_connection),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
             Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};
