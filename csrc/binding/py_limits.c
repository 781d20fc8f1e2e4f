/*
 * The Python type Limits: see py_limits.h.
 */
#include "py_limits.h"

#include <stddef.h>
#include <string.h>

#include "py_arguments.h"
#include "py_immutable.h"

typedef struct {
    PyObject_HEAD u101_limits limits;
} u101_py_limits;

PyDoc_STRVAR(limits_doc,
             "Limits(*, head=16384, target=None, fields=100, body=65536)\n"
             "--\n"
             "\n"
             "How much of a request is read.\n"
             "\n"
             "head: int, bytes of the head from its first byte to its last LF, 256 to 1048576;\n"
             "    more is HEAD_TOO_LARGE (431) [RFC 6585 5].\n"
             "target: int, bytes of the request target, 16 to `head`; more is TARGET_TOO_LONG\n"
             "    (414) [RFC 9110 15.5.15].  None: the lesser of 8192 and `head`.\n"
             "fields: int, field lines, 4 to 1000; more is TOO_MANY_FIELDS (431) [RFC 6585 5].\n"
             "body: int, bytes of a body that precedes a switch, 0 to 67108864; more is\n"
             "    BODY_TOO_LARGE (413) [RFC 9110 15.5.14].\n"
             "\n"
             "Raises TypeError for what is no int and ValueError for an int of any size that is\n"
             "out of range.");

const u101_limits *u101_py_limits_of(PyObject *limits)
{
    return &((u101_py_limits *)limits)->limits;
}

bool u101_py_limits_read(const u101_py_state *state, PyObject *limits, u101_limits *read)
{
    const bool given = limits != NULL && limits != Py_None;
    if (given && !Py_IS_TYPE(limits, state->types[U101_PY_LIMITS])) {
        u101_py_wrong_type("limits", "a Limits or None", limits);
        return false;
    }
    *read = given ? *u101_py_limits_of(limits) : u101_default_limits;
    return true;
}

PyObject *u101_py_limits_create(PyObject *type, PyObject *const *args, size_t count,
                                PyObject *keywords)
{
    static const char *const names[] = {"head", "target", "fields", "body"};
    static const u101_py_signature signature = {"Limits", names, 4, 0, 0};
    PyObject *values[4];
    u101_limits limits = u101_default_limits;
    if (!u101_py_bind(&signature, args, PyVectorcall_NARGS(count), keywords, values) ||
        !u101_py_size(values[0], names[0], &limits.head)) {
        return NULL;
    }
    if (limits.target > limits.head) {
        limits.target = limits.head;
    }
    if ((values[1] != Py_None && !u101_py_size(values[1], names[1], &limits.target)) ||
        !u101_py_size(values[2], names[2], &limits.fields) ||
        !u101_py_size(values[3], names[3], &limits.body) ||
        !u101_py_are_sound(u101_check_limits(&limits), &signature, values)) {
        return NULL;
    }
    u101_py_limits *self = PyObject_New(u101_py_limits, (PyTypeObject *)type);
    if (self != NULL) {
        self->limits = limits;
    }
    return (PyObject *)self;
}

/* `closure` is the offset of a size in u101_limits. */
static PyObject *get_size(PyObject *self, void *closure)
{
    const char *limits = (const char *)u101_py_limits_of(self);
    size_t size = 0;
    memcpy(&size, limits + (uintptr_t)closure, sizeof size);
    return PyLong_FromSize_t(size);
}

static PyGetSetDef attributes[] = {
    {"head", get_size, NULL, "int: bytes of the head.", (void *)offsetof(u101_limits, head)},
    {"target", get_size, NULL, "int: bytes of the request target.",
     (void *)offsetof(u101_limits, target)},
    {"fields", get_size, NULL, "int: field lines.", (void *)offsetof(u101_limits, fields)},
    {"body", get_size, NULL, "int: bytes of the body.", (void *)offsetof(u101_limits, body)},
    {.name = NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)limits_doc},
    {Py_tp_new, u101_py_new},
    {Py_tp_dealloc, u101_py_immutable_free},
    {Py_tp_repr, u101_py_immutable_repr},
    {Py_tp_richcompare, u101_py_immutable_compare},
    {Py_tp_hash, u101_py_immutable_hash},
    {Py_tp_getset, attributes},
    {Py_tp_methods, u101_py_immutable_methods},
    {0, NULL},
};

PyType_Spec u101_py_limits_spec = {
    .name = "upgrade101._core.Limits",
    .basicsize = sizeof(u101_py_limits),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
