/*
 * The Python type Negotiator: see py_negotiator.h.
 */
#include "py_negotiator.h"

#include "py_arguments.h"
#include "py_decide_request.h"
#include "py_decision.h"
#include "py_handshake.h"
#include "py_immutable.h"
#include "py_input.h"
#include "py_limits.h"
#include "py_offer.h"
#include "py_received.h"
#include "py_state.h"

PyDoc_STRVAR(
    negotiator_doc,
    "Negotiator(*offers, required=False, hosts=None, limits=None)\n"
    "--\n"
    "\n"
    "What a server offers, and on which terms [RFC 9110 7.8].\n"
    "\n"
    "offers: WebSocket, H2C, Protocol and TLS objects, at least one.  Several of one name and\n"
    "    version may differ in their paths; the first that matches a request is taken.\n"
    "required: bool, a request that would be served as HTTP/1.x is refused, mostly with 426\n"
    "    [RFC 9110 15.5.22].\n"
    "hosts: iterable of str, the Host values that are ours, or None: any.  A uri-host with or\n"
    "    without a port, of which a first label '*' stands for one or more labels; any other is\n"
    "    HOST_FORBIDDEN (421) [RFC 9110 7.4].\n"
    "limits: Limits, or None: the defaults.\n"
    "\n"
    "It is immutable and may be shared by all connections and threads.  Raises TypeError for a\n"
    "wrong type, and ValueError for no offer, for one that an earlier one hides, for no hosts, "
    "and\n"
    "for an entry that is no host.");

/* TypeError for an argument that is no offer, with what may be meant by it. */
static void raise_no_offer(PyObject *object, Py_ssize_t index)
{
    const char *hint = "";
    if (PyType_Check(object)) {
        hint = ": call the class";
    } else if (PyList_Check(object) || PyTuple_Check(object)) {
        hint = ": give each offer as an argument of its own";
    }
    PyErr_Format(PyExc_TypeError,
                 "offers[%zd] must be a WebSocket, H2C, Protocol or TLS, not %.60s%s", index,
                 Py_TYPE(object)->tp_name, hint);
}

static bool is_offer(const u101_py_state *state, PyObject *object)
{
    static const u101_py_type types[] = {U101_PY_WEBSOCKET, U101_PY_H2C, U101_PY_PROTOCOL,
                                         U101_PY_TLS};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (Py_IS_TYPE(object, state->types[types[i]])) {
            return true;
        }
    }
    return false;
}

/* Fills `compiled` from the rest of `self`, which is whole. */
static bool compile(u101_py_negotiator *self)
{
    const u101_py_state *state = u101_py_state_of(Py_TYPE(self));
    const Py_ssize_t count = PyTuple_GET_SIZE(self->offers);
    u101_offer *offers = PyMem_New(u101_offer, (size_t)count);
    if (offers == NULL) {
        PyErr_NoMemory();
        return false;
    }
    bool done = true;
    for (Py_ssize_t i = 0; done && i < count; i++) {
        PyObject *object = PyTuple_GET_ITEM(self->offers, i);
        done = is_offer(state, object);
        if (done) {
            offers[i] = ((u101_py_offer *)object)->offer;
        } else {
            raise_no_offer(object, i);
        }
    }
    if (done) {
        const u101_config config = {.offers = offers,
                                    .offer_count = (size_t)count,
                                    .hosts = self->hosts.at,
                                    .host_count = self->hosts.count,
                                    .limits = *u101_py_limits_of(self->limits),
                                    .required = self->required};
        u101_defect defect;
        self->compiled = u101_negotiator_new(&config, &defect);
        done = self->compiled != NULL;
        if (!done && u101_py_is_sound(defect)) {
            PyErr_NoMemory();
        }
    }
    PyMem_Free(offers);
    return done;
}

/* A new reference to `limits`, or to the default ones if it is NULL or None. */
static PyObject *read_limits(const u101_py_state *state, PyObject *limits)
{
    PyTypeObject *type = state->types[U101_PY_LIMITS];
    if (limits == NULL || limits == Py_None) {
        return PyObject_CallNoArgs((PyObject *)type);
    }
    if (!Py_IS_TYPE(limits, type)) {
        u101_py_wrong_type("limits", "a Limits or None", limits);
        return NULL;
    }
    return Py_NewRef(limits);
}

/* A new tuple of the arguments by position. */
static PyObject *list_offers(PyObject *const *args, Py_ssize_t count)
{
    PyObject *offers = PyTuple_New(count);
    for (Py_ssize_t i = 0; offers != NULL && i < count; i++) {
        PyTuple_SET_ITEM(offers, i, Py_NewRef(args[i]));
    }
    return offers;
}

PyObject *u101_py_negotiator_create(PyObject *object, PyObject *const *args, size_t vector,
                                    PyObject *keywords)
{
    static const char *const names[] = {"required", "hosts", "limits"};
    static const u101_py_signature signature = {"Negotiator", names, 3, 0, 0};
    PyTypeObject *type = (PyTypeObject *)object;
    const Py_ssize_t count = PyVectorcall_NARGS(vector);
    PyObject *values[3];
    if (!u101_py_bind(&signature, args + count, 0, keywords, values)) {
        return NULL;
    }
    u101_py_negotiator *self = PyObject_New(u101_py_negotiator, type);
    if (self == NULL) {
        return NULL;
    }
    self->compiled = NULL;
    self->limits = NULL;
    self->hosts = (u101_py_strings){0};
    self->required = false;
    self->offers = list_offers(args, count);
    if (self->offers == NULL || !u101_py_flag(values[0], names[0], &self->required) ||
        !u101_py_strings_read_some(&self->hosts, values[1], names[1], "any host") ||
        (self->limits = read_limits(u101_py_state_of(type), values[2])) == NULL || !compile(self)) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static void release(PyObject *object)
{
    u101_py_negotiator *self = (u101_py_negotiator *)object;
    u101_negotiator_free(self->compiled);
    Py_XDECREF(self->offers);
    Py_XDECREF(self->limits);
    u101_py_strings_clear(&self->hosts);
    u101_py_immutable_free(object);
}

PyDoc_STRVAR(
    decide_doc,
    "decide($self, data, *, secure=False)\n"
    "--\n"
    "\n"
    "Decides on the bytes of one connection so far: a Decision, or None if more are needed.\n"
    "\n"
    "data: C-contiguous bytes-like, everything since the first byte of the request.\n"
    "secure: bool, whether the transport is TLS.\n"
    "\n"
    "Raises TypeError or BufferError for another object, and MemoryError.  Never raises for what\n"
    "the bytes say [RFC 9112 2.2, RFC 9110 7.8].");

/* Decides on exact bytes, where they are. */
static PyObject *decide_in_place(u101_py_negotiator *self, PyObject *data, bool secure)
{
    const u101_slice bytes = {PyBytes_AS_STRING(data), (size_t)PyBytes_GET_SIZE(data)};
    u101_handshake handshake;
    u101_handshake_init(&handshake, true);
    u101_decision verdict;
    u101_hasher *hasher = u101_py_state_of(Py_TYPE(self))->hasher;
    if (!u101_handshake_decide(self->compiled, &handshake, bytes, secure, hasher, &verdict)) {
        Py_RETURN_NONE;
    }
    return u101_py_decision_new(self, u101_py_received_keep(data, &verdict), &verdict);
}

/* Decides on a copy of bytes that somebody else may write. */
static PyObject *decide_on_copy(u101_py_negotiator *self, PyObject *data, bool secure)
{
    u101_py_input input;
    if (!u101_py_input_open(&input, data, "data")) {
        return NULL;
    }
    PyObject *handshake = u101_py_handshake_new(self, secure, true);
    PyObject *answer = handshake == NULL ? NULL : u101_py_handshake_read(handshake, &input);
    Py_XDECREF(handshake);
    u101_py_input_close(&input);
    return answer;
}

static PyObject *decide(PyObject *object, PyObject *const *args, Py_ssize_t count,
                        PyObject *keywords)
{
    static const char *const names[] = {"data", "secure"};
    static const u101_py_signature signature = {"decide", names, 2, 1, 1};
    u101_py_negotiator *self = (u101_py_negotiator *)object;
    PyObject *values[2];
    bool secure = false;
    if (!u101_py_bind(&signature, args, count, keywords, values) ||
        !u101_py_flag(values[1], names[1], &secure)) {
        return NULL;
    }
    return PyBytes_CheckExact(values[0]) ? decide_in_place(self, values[0], secure)
                                         : decide_on_copy(self, values[0], secure);
}

PyDoc_STRVAR(
    handshake_doc,
    "handshake($self, *, secure=False, first=True)\n"
    "--\n"
    "\n"
    "A new Handshake, for one request whose bytes come in pieces.\n"
    "\n"
    "secure: bool, whether the transport is TLS.\n"
    "first: bool, whether the request is the first one of its connection.  Only that one may be\n"
    "    the HTTP/2 preface, or begin with a PROXY protocol header of version 2 [RFC 9113 3.4].\n"
    "\n"
    "Raises TypeError for a wrong type.");

static PyObject *begin_handshake(PyObject *self, PyObject *const *args, Py_ssize_t count,
                                 PyObject *keywords)
{
    static const char *const names[] = {"secure", "first"};
    static const u101_py_signature signature = {"handshake", names, 2, 0, 0};
    PyObject *values[2];
    bool secure = false;
    bool first = true;
    if (!u101_py_bind(&signature, args, count, keywords, values) ||
        !u101_py_flag(values[0], names[0], &secure) || !u101_py_flag(values[1], names[1], &first)) {
        return NULL;
    }
    return u101_py_handshake_new((u101_py_negotiator *)self, secure, first);
}

static PyObject *get_offers(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_negotiator *)self)->offers);
}

static PyObject *get_required(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((u101_py_negotiator *)self)->required);
}

static PyObject *get_hosts(PyObject *self, void *Py_UNUSED(closure))
{
    return u101_py_strings_or_none(&((u101_py_negotiator *)self)->hosts);
}

static PyObject *get_limits(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_negotiator *)self)->limits);
}

static PyGetSetDef attributes[] = {
    {"offers", get_offers, NULL, "tuple: the very offers that were given, in order.",
     (void *)u101_py_immutable_positional},
    {"required", get_required, NULL, "bool: whether an upgrade is required.", NULL},
    {"hosts", get_hosts, NULL, "tuple[str, ...] | None: the Host values that are ours, or any.",
     NULL},
    {"limits", get_limits, NULL, "Limits: how much of a request is read.", NULL},
    {.name = NULL},
};

static PyMethodDef methods[] = {
    {"decide", (PyCFunction)(void (*)(void))decide, METH_FASTCALL | METH_KEYWORDS, decide_doc},
    {"decide_request", (PyCFunction)(void (*)(void))u101_py_decide_request,
     METH_FASTCALL | METH_KEYWORDS, u101_py_decide_request_doc},
    {"handshake", (PyCFunction)(void (*)(void))begin_handshake, METH_FASTCALL | METH_KEYWORDS,
     handshake_doc},
    U101_PY_IMMUTABLE_METHODS,
    {.ml_name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)negotiator_doc},
    {Py_tp_new, u101_py_new},
    {Py_tp_dealloc, release},
    {Py_tp_repr, u101_py_immutable_repr},
    {Py_tp_richcompare, u101_py_immutable_compare},
    {Py_tp_hash, u101_py_immutable_hash},
    {Py_tp_getset, attributes},
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec u101_py_negotiator_spec = {
    .name = "upgrade101._core.Negotiator",
    .basicsize = sizeof(u101_py_negotiator),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
