/*
 * The Python enums Reason and Action: see py_reason.h.
 */
#include "py_reason.h"

#include "py_arguments.h"

static const char *const action_names[U101_PY_ACTIONS] = {
    [U101_ACTION_PASS] = "PASS",
    [U101_ACTION_SWITCH] = "SWITCH",
    [U101_ACTION_REJECT] = "REJECT",
    [U101_ACTION_CONTINUE] = "CONTINUE",
};

static const char action_doc[] =
    "What is done with a connection.\n"
    "\n"
    "SWITCH: write the response, then hand the transport over [RFC 9110 15.2.2].\n"
    "PASS: serve the request as HTTP/1.1 [RFC 9110 7.8].\n"
    "REJECT: write the response, then close.\n"
    "CONTINUE: write the response, then feed on [RFC 9110 10.1.1].\n";

static const char reason_doc[] =
    "Why a decision was made: one row of a closed table.\n"
    "\n"
    "Names and codes are stable, and the code is the member's value.  Each member has name,\n"
    "code, status (of the response; for a PASS the one it gets if an upgrade is required; 0 if it\n"
    "is the caller's), rfc (the section it rests on), text (one sentence) and field (the one that\n"
    "it is about, or None).\n";

const char *u101_py_action_name(u101_action action)
{
    return action_names[action];
}

/* The row of a member, found by its value.  NULL: ValueError, or what reading the value raised. */
static const u101_reason_row *find_row(PyObject *member)
{
    /* Interned, because CPython's cache of attributes keeps each name that it is asked for. */
    PyObject *name = PyUnicode_InternFromString("value");
    PyObject *value = name == NULL ? NULL : PyObject_GetAttr(member, name);
    const long code = value == NULL ? -1 : PyLong_AsLong(value);
    Py_XDECREF(value);
    Py_XDECREF(name);
    if (code == -1 && PyErr_Occurred()) {
        return NULL;
    }
    for (u101_reason reason = 0; reason < U101_REASON_COUNT; reason++) {
        const u101_reason_row *row = u101_reason_row_of(reason);
        if (row->code == code) {
            return row;
        }
    }
    PyErr_Format(PyExc_ValueError, "%ld is not the code of a reason", code);
    return NULL;
}

static PyObject *get_code(PyObject *member, void *Py_UNUSED(closure))
{
    const u101_reason_row *row = find_row(member);
    return row == NULL ? NULL : PyLong_FromLong(row->code);
}

static PyObject *get_status(PyObject *member, void *Py_UNUSED(closure))
{
    const u101_reason_row *row = find_row(member);
    return row == NULL ? NULL : PyLong_FromLong(row->status);
}

static PyObject *get_rfc(PyObject *member, void *Py_UNUSED(closure))
{
    const u101_reason_row *row = find_row(member);
    return row == NULL ? NULL : PyUnicode_FromString(row->rfc);
}

static PyObject *get_text(PyObject *member, void *Py_UNUSED(closure))
{
    const u101_reason_row *row = find_row(member);
    return row == NULL ? NULL : PyUnicode_FromString(row->text);
}

static PyObject *get_field(PyObject *member, void *Py_UNUSED(closure))
{
    const u101_reason_row *row = find_row(member);
    if (row == NULL) {
        return NULL;
    }
    return row->field[0] == '\0' ? Py_NewRef(Py_None) : PyUnicode_FromString(row->field);
}

static PyGetSetDef attributes[] = {
    {"code", get_code, NULL, "int: the stable number of four digits; its thousands are the group.",
     NULL},
    {"status", get_status, NULL, "int: the status of the response, or 0.", NULL},
    {"rfc", get_rfc, NULL, "str: the section of an RFC.", NULL},
    {"text", get_text, NULL, "str: one sentence without its full stop.", NULL},
    {"field", get_field, NULL, "str | None: the field that it is about.", NULL},
    {.name = NULL},
};

/* Appends (name, value) to a list; on failure an exception is set, and the list becomes NULL. */
static void append_member(PyObject **list, const char *name, int value)
{
    PyObject *item = Py_BuildValue("(si)", name, value);
    if (item == NULL || PyList_Append(*list, item) < 0) {
        Py_CLEAR(*list);
    }
    Py_XDECREF(item);
}

/* A new list of (name, code). */
static PyObject *list_reasons(void)
{
    PyObject *list = PyList_New(0);
    for (u101_reason reason = 0; list != NULL && reason < U101_REASON_COUNT; reason++) {
        const u101_reason_row *row = u101_reason_row_of(reason);
        append_member(&list, row->name, row->code);
    }
    return list;
}

/* A new list of (name, number). */
static PyObject *list_actions(void)
{
    PyObject *list = PyList_New(0);
    for (int action = 0; list != NULL && action < U101_PY_ACTIONS; action++) {
        append_member(&list, action_names[action], action);
    }
    return list;
}

/* Has members hashed as what they are, one object each: Enum hashes their names, in Python. */
static bool hash_by_identity(PyObject *class)
{
    PyObject *hash = PyObject_GetAttrString((PyObject *)&PyBaseObject_Type, "__hash__");
    const bool done = hash != NULL && PyObject_SetAttrString(class, "__hash__", hash) == 0;
    Py_XDECREF(hash);
    return done;
}

/* A new enum.Enum class with these members, in the module; `members` is released. */
static PyObject *add_enum(PyObject *module, PyObject *base, const char *name, const char *doc,
                          PyObject *members)
{
    PyObject *args = members == NULL ? NULL : Py_BuildValue("(sO)", name, members);
    PyObject *keywords = Py_BuildValue("{s:s,s:s}", "module", "upgrade101._core", "qualname", name);
    PyObject *class = args == NULL || keywords == NULL ? NULL : PyObject_Call(base, args, keywords);
    PyObject *text = class == NULL ? NULL : PyUnicode_FromString(doc);
    if (text == NULL || PyObject_SetAttrString(class, "__doc__", text) < 0 ||
        !hash_by_identity(class) || PyModule_AddObjectRef(module, name, class) < 0) {
        Py_CLEAR(class);
    }
    Py_XDECREF(text);
    Py_XDECREF(keywords);
    Py_XDECREF(args);
    Py_XDECREF(members);
    return class;
}

static bool add_attributes(PyObject *class)
{
    for (PyGetSetDef *attribute = attributes; attribute->name != NULL; attribute++) {
        PyObject *descriptor = PyDescr_NewGetSet((PyTypeObject *)class, attribute);
        if (descriptor == NULL) {
            return false;
        }
        const int failed = PyObject_SetAttrString(class, attribute->name, descriptor);
        Py_DECREF(descriptor);
        if (failed < 0) {
            return false;
        }
    }
    return true;
}

static bool add_reason(PyObject *module, PyObject *base, u101_py_state *state)
{
    PyObject *class = add_enum(module, base, "Reason", reason_doc, list_reasons());
    bool done = class != NULL && add_attributes(class);
    for (u101_reason reason = 0; done && reason < U101_REASON_COUNT; reason++) {
        state->reasons[reason] = PyObject_GetAttrString(class, u101_reason_row_of(reason)->name);
        done = state->reasons[reason] != NULL;
    }
    Py_XDECREF(class);
    return done;
}

static bool add_action(PyObject *module, PyObject *base, u101_py_state *state)
{
    PyObject *class = add_enum(module, base, "Action", action_doc, list_actions());
    bool done = class != NULL;
    for (size_t i = 0; done && i < U101_PY_ACTIONS; i++) {
        state->actions[i] = PyObject_GetAttrString(class, action_names[i]);
        done = state->actions[i] != NULL;
    }
    Py_XDECREF(class);
    return done;
}

bool u101_py_enums_add(PyObject *module, u101_py_state *state)
{
    PyObject *library = PyImport_ImportModule("enum");
    PyObject *base = library == NULL ? NULL : PyObject_GetAttrString(library, "Enum");
    const bool done =
        base != NULL && add_reason(module, base, state) && add_action(module, base, state);
    Py_XDECREF(base);
    Py_XDECREF(library);
    return done;
}

bool u101_py_refusal_read(const u101_py_state *state, PyObject *member, u101_reason *reason)
{
    u101_reason found = 0;
    while (found < U101_REASON_COUNT && state->reasons[found] != member) {
        found++;
    }
    if (found == U101_REASON_COUNT) {
        u101_py_wrong_type("reason", "a Reason", member);
        return false;
    }
    /* The Allow of METHOD_NOT_ALLOWED is that of the offer which gave the reason. */
    if (u101_reason_row_of(found)->status < 400 || found == U101_METHOD_NOT_ALLOWED) {
        PyErr_Format(PyExc_ValueError, "reason: a server cannot refuse for %R", member);
        return false;
    }
    *reason = found;
    return true;
}
