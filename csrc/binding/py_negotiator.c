/*
 * The Python type Negotiator: see py_negotiator.h.
 */
#include "py_negotiator.h"

#include "py_arguments.h"
#include "py_decision.h"
#include "py_h2c.h"
#include "py_handshake.h"
#include "py_input.h"
#include "py_limits.h"
#include "py_decide_request.h"
#include "py_protocol.h"
#include "py_state.h"
#include "py_strings.h"
#include "py_immutable.h"
#include "py_websocket.h"

PyDoc_STRVAR(
    negotiator_doc,
    "Negotiator(*offers, required=False, hosts=None, limits=None)\n"
    "--\n"
    "\n"
    "What a server offers, and on which terms [RFC 9110 7.8].\n"
    "\n"
    "offers: WebSocket, H2C, Protocol and TLS objects, at least one; no two may match one element\n"
    "    of Upgrade.\n"
    "required: bool, a request that would be served as HTTP/1.x is refused with 426\n"
    "    [RFC 9110 15.5.22].\n"
    "hosts: iterable of str, the Host values that are ours, or None: any.  A uri-host with or\n"
    "    without a port, of which a first label '*' stands for one or more labels; any other is\n"
    "    HOST_FORBIDDEN (421) [RFC 9110 7.4].\n"
    "limits: Limits, or None: the defaults.\n"
    "\n"
    "It is immutable and may be shared by all connections and threads.  Raises TypeError for a\n"
    "wrong type, and ValueError for no offer, two that match one element, no hosts, and a host "
    "that\n"
    "is none.");

/* The offer that `object` stands for.  False: TypeError. */
static bool read_offer(const u101_py_state *state, PyObject *object, u101_offer *offer)
{
    if (Py_IS_TYPE(object, state->types[U101_PY_WEBSOCKET])) {
        offer->kind = U101_OFFER_WEBSOCKET;
        offer->as.websocket = ((u101_py_websocket *)object)->offer;
    } else if (Py_IS_TYPE(object, state->types[U101_PY_H2C])) {
        offer->kind = U101_OFFER_H2C;
        offer->as.h2c = ((u101_py_h2c *)object)->offer;
    } else if (Py_IS_TYPE(object, state->types[U101_PY_PROTOCOL])) {
        offer->kind = U101_OFFER_PROTOCOL;
        offer->as.protocol = ((u101_py_protocol *)object)->offer;
    } else if (Py_IS_TYPE(object, state->types[U101_PY_TLS])) {
        offer->kind = U101_OFFER_TLS;
    } else {
        u101_py_wrong_type("an offer", "a WebSocket, H2C, Protocol or TLS", object);
        return false;
    }
    return true;
}

/* Fills `compiled` from the rest of `self`, which is whole. */
static bool compile(u101_py_negotiator *self, const u101_py_strings *hosts)
{
    const u101_py_state *state = u101_py_state_of(Py_TYPE(self));
    const size_t count = (size_t)PyTuple_GET_SIZE(self->offers);
    u101_offer *offers = PyMem_New(u101_offer, count);
    if (offers == NULL) {
        PyErr_NoMemory();
        return false;
    }
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        done = read_offer(state, PyTuple_GET_ITEM(self->offers, (Py_ssize_t)i), &offers[i]);
    }
    if (done) {
        const u101_config config = {.offers = offers,
                                    .offer_count = count,
                                    .hosts = hosts->at,
                                    .host_count = hosts->count,
                                    .limits = ((u101_py_limits *)self->limits)->limits,
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

static bool read_hosts(PyObject *hosts, u101_py_strings *texts)
{
    if (hosts == NULL || hosts == Py_None) {
        return true;
    }
    if (!u101_py_strings_read(texts, hosts, "hosts")) {
        return false;
    }
    if (texts->count == 0) {
        /* The core takes no hosts for any. */
        PyErr_SetString(PyExc_ValueError, "hosts must not be empty");
        return false;
    }
    return true;
}

/* A new reference to `limits`, or to the default ones where it is NULL or None. */
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

static PyObject *create(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static const char *const names[] = {"required", "hosts", "limits"};
    static const u101_py_signature signature = {"Negotiator", names, 3, 0, 0};
    PyObject *values[3];
    u101_py_strings hosts = {0};
    bool required = false;
    if (!u101_py_bind_tuple(&signature, NULL, keywords, values) ||
        !u101_py_flag(values[0], names[0], &required)) {
        return NULL;
    }
    PyObject *limits = read_limits(u101_py_state_of(type), values[2]);
    u101_py_negotiator *self = NULL;
    if (limits != NULL && read_hosts(values[1], &hosts)) {
        self = PyObject_New(u101_py_negotiator, type);
    }
    if (self != NULL) {
        self->compiled = NULL;
        self->offers = Py_NewRef(args);
        self->hosts = Py_NewRef(hosts.items == NULL ? Py_None : hosts.items);
        self->limits = Py_NewRef(limits);
        self->required = required;
        if (!compile(self, &hosts)) {
            Py_CLEAR(self);
        }
    }
    Py_XDECREF(limits);
    u101_py_strings_clear(&hosts);
    return (PyObject *)self;
}

static void release(PyObject *object)
{
    u101_py_negotiator *self = (u101_py_negotiator *)object;
    u101_negotiator_free(self->compiled);
    Py_DECREF(self->offers);
    Py_DECREF(self->hosts);
    Py_DECREF(self->limits);
    u101_py_immutable_free(object);
}

PyDoc_STRVAR(
    decide_doc,
    "decide($self, data, *, secure=False)\n"
    "--\n"
    "\n"
    "Decides on the bytes of one connection so far: a Decision, or None where more are needed.\n"
    "\n"
    "data: C-contiguous bytes-like, everything since the first byte of the request.\n"
    "secure: bool, whether the transport is TLS.\n"
    "\n"
    "Raises TypeError or BufferError for another object, and MemoryError.  Never raises for what\n"
    "the bytes say [RFC 9112 2.2, RFC 9110 7.8].");

static PyObject *decide(PyObject *object, PyObject *const *args, Py_ssize_t count,
                        PyObject *keywords)
{
    static const char *const names[] = {"data", "secure"};
    static const u101_py_signature signature = {"decide", names, 2, 1, 1};
    u101_py_negotiator *self = (u101_py_negotiator *)object;
    PyObject *values[2];
    bool secure = false;
    u101_py_input input;
    if (!u101_py_bind_vector(&signature, args, count, keywords, values) ||
        !u101_py_flag(values[1], names[1], &secure) || !u101_py_input_open(&input, values[0])) {
        return NULL;
    }
    u101_handshake handshake;
    u101_handshake_init(&handshake);
    u101_decision verdict;
    u101_hasher *hasher = u101_py_state_of(Py_TYPE(self))->hasher;
    PyObject *answer = NULL;
    if (u101_handshake_decide(self->compiled, &handshake, input.bytes, secure, hasher, &verdict)) {
        const size_t needed = u101_py_needed(&verdict, input.bytes.size);
        answer = u101_py_decision_new(self, u101_py_input_keep(&input, needed), &verdict);
    } else {
        answer = Py_NewRef(Py_None);
    }
    u101_py_input_close(&input);
    return answer;
}

PyDoc_STRVAR(handshake_doc,
             "handshake($self, *, secure=False)\n"
             "--\n"
             "\n"
             "A new Handshake, for one connection whose bytes come in pieces.\n"
             "\n"
             "secure: bool, whether the transport is TLS.  Raises TypeError for a wrong type.");

static PyObject *begin_handshake(PyObject *self, PyObject *const *args, Py_ssize_t count,
                                 PyObject *keywords)
{
    static const char *const names[] = {"secure"};
    static const u101_py_signature signature = {"handshake", names, 1, 0, 0};
    PyObject *values[1];
    bool secure = false;
    if (!u101_py_bind_vector(&signature, args, count, keywords, values) ||
        !u101_py_flag(values[0], names[0], &secure)) {
        return NULL;
    }
    return u101_py_handshake_new((u101_py_negotiator *)self, secure);
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
    return Py_NewRef(((u101_py_negotiator *)self)->hosts);
}

static PyObject *get_limits(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((u101_py_negotiator *)self)->limits);
}

static PyGetSetDef attributes[] = {
    {"offers", get_offers, NULL, "tuple: the very offers that were given, in order.", NULL},
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
    {.ml_name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)negotiator_doc},
    {Py_tp_new, create},
    {Py_tp_dealloc, release},
    {Py_tp_repr, u101_py_immutable_repr},
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
