/*
 * Negotiator.decide_request: see py_decide_request.h.
 *
 * Strategy: text is read in place, as bytes or as a str of one byte a character.
 * Lines in a list or tuple of lists or tuples are too, because nothing that is
 * called until the decision runs Python code, which could take them away.  All
 * other lines, and those with a wider str, are first converted to such a list.
 */
#include "py_decide_request.h"

#include <stdbool.h>

#include "py_arguments.h"
#include "py_decision.h"
#include "py_fields.h"
#include "py_limits.h"
#include "py_negotiator.h"
#include "py_state.h"

/* Field lines that need no allocation. */
#define LINES_ROOM 64

const char u101_py_decide_request_doc[] =
    "decide_request($self, method, target, headers, *, version='1.1', secure=False)\n"
    "--\n"
    "\n"
    "Decides on a head that others have parsed: the same verdict as on its bytes.\n"
    "\n"
    "method, target, version: str or bytes; version is '1.0' or '1.1' [RFC 9112 3].\n"
    "headers: iterable of (name, value), each a str or bytes, in the order they came; no more are\n"
    "    read than the limit of field lines and one.\n"
    "secure: bool, whether the transport is TLS.\n"
    "\n"
    "The limit of the head does not bind.  A body and leftover are empty: they are the caller's,\n"
    "who reads a body before the switch.  The decision's request.head is written out anew.\n"
    "Raises TypeError for a wrong type.  For text that is not HTTP the decision is a REJECT, also\n"
    "for a character above U+00FF.";

/* Reads text in place.  False: it cannot be. */
static inline bool read_text(PyObject *text, u101_slice *slice)
{
    if (PyBytes_CheckExact(text)) {
        *slice = (u101_slice){PyBytes_AS_STRING(text), (size_t)PyBytes_GET_SIZE(text)};
        return true;
    }
    if (PyUnicode_CheckExact(text) && PyUnicode_KIND(text) == PyUnicode_1BYTE_KIND) {
        *slice = u101_py_slice(text);
        return true;
    }
    return false;
}

/* A new reference to what can be read in place.  A character above U+00FF becomes NUL, which no
 * part of a head may have.  Runs no Python code. */
static PyObject *make_plain_text(PyObject *value, const char *name)
{
    u101_slice slice;
    if (read_text(value, &slice)) {
        return Py_NewRef(value);
    }
    if (PyBytes_Check(value)) {
        return PyBytes_FromStringAndSize(PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value));
    }
    if (!PyUnicode_Check(value)) {
        u101_py_wrong_type(name, "a str or bytes", value);
        return NULL;
    }
    const Py_ssize_t size = PyUnicode_GET_LENGTH(value);
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
    for (Py_ssize_t i = 0; bytes != NULL && i < size; i++) {
        const Py_UCS4 character = PyUnicode_READ_CHAR(value, i);
        PyBytes_AS_STRING(bytes)[i] = character > 0xFF ? '\0' : (char)character;
    }
    return bytes;
}

/* Reads text of any kind; `made` is what must live as long as the slice, or NULL.  False: TypeError
 * or MemoryError. */
static bool read_any_text(PyObject *value, const char *name, PyObject **made, u101_slice *slice)
{
    if (read_text(value, slice)) {
        return true;
    }
    *made = make_plain_text(value, name);
    return *made != NULL && read_text(*made, slice);
}

static bool is_list_or_tuple(PyObject *object)
{
    return PyList_CheckExact(object) || PyTuple_CheckExact(object);
}

/* Where the members of a tuple or list of two are; NULL: it is neither. */
static inline PyObject *const *pair_of(PyObject *line)
{
    if (PyTuple_CheckExact(line)) {
        return PyTuple_GET_SIZE(line) == 2 ? &PyTuple_GET_ITEM(line, 0) : NULL;
    }
    return PyList_CheckExact(line) && PyList_GET_SIZE(line) == 2 ? &PyList_GET_ITEM(line, 0) : NULL;
}

/* Reads one line in place.  False: it cannot be. */
static inline bool read_line(PyObject *line, u101_field *field)
{
    PyObject *const *pair = pair_of(line);
    return pair != NULL && read_text(pair[0], &field->name) && read_text(pair[1], &field->value);
}

static bool read_lines(PyObject *const *lines, u101_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!read_line(lines[i], &fields[i])) {
            return false;
        }
    }
    return true;
}

/* A new list of at most `most` lines that can be read in place. */
static PyObject *convert_lines(PyObject *headers, size_t most)
{
    PyObject *iterator = u101_py_fields_iterate(headers);
    PyObject *lines = iterator == NULL ? NULL : PyList_New(0);
    while (lines != NULL && (size_t)PyList_GET_SIZE(lines) < most) {
        PyObject *line = PyIter_Next(iterator);
        if (line == NULL) {
            break;
        }
        PyObject *pair =
            u101_py_fields_pair(headers, line, PyList_GET_SIZE(lines), make_plain_text);
        Py_DECREF(line);
        if (pair == NULL || PyList_Append(lines, pair) < 0) {
            Py_CLEAR(lines);
        }
        Py_XDECREF(pair);
    }
    Py_XDECREF(iterator);
    if (PyErr_Occurred()) {
        Py_CLEAR(lines);
    }
    return lines;
}

static PyObject *decide(u101_py_negotiator *negotiator, const u101_request *request, bool secure)
{
    const size_t size = u101_request_size(request);
    /* Lines may share one value, so that more is asked for than there is memory. */
    const size_t room = size <= U101_MAX_HEAD_SIZE ? size : 0;
    PyObject *head = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)room);
    if (head == NULL) {
        return NULL;
    }
    u101_decision verdict;
    u101_request_decide(negotiator->compiled, request, secure,
                        u101_py_state_of(Py_TYPE(negotiator))->hasher, PyBytes_AS_STRING(head),
                        size, &verdict);
    if (verdict.head_size < room) {
        _PyBytes_Resize(&head, (Py_ssize_t)verdict.head_size);
    }
    return u101_py_decision_new(negotiator, head, &verdict);
}

/* Decides if the lines can be read in place; otherwise NULL without an exception. */
static PyObject *decide_in_place(u101_py_negotiator *negotiator, const u101_request *request_line,
                                 PyObject *lines, bool secure)
{
    const size_t most = u101_py_limits_of(negotiator->limits)->fields + 1;
    const size_t size = (size_t)PySequence_Fast_GET_SIZE(lines);
    const size_t count = size < most ? size : most;
    u101_field room[LINES_ROOM];
    u101_field *fields = count > LINES_ROOM ? PyMem_New(u101_field, count) : room;
    if (fields == NULL) {
        return PyErr_NoMemory();
    }
    u101_request request = *request_line;
    request.fields = fields;
    request.field_count = count;
    PyObject *decision = NULL;
    if (read_lines(PySequence_Fast_ITEMS(lines), fields, count)) {
        decision = decide(negotiator, &request, secure);
    }
    if (fields != room) {
        PyMem_Free(fields);
    }
    return decision;
}

static PyObject *decide_on_lines(u101_py_negotiator *negotiator, const u101_request *request_line,
                                 PyObject *headers, bool secure)
{
    if (is_list_or_tuple(headers)) {
        PyObject *decision = decide_in_place(negotiator, request_line, headers, secure);
        if (decision != NULL || PyErr_Occurred()) {
            return decision;
        }
    }
    const size_t most = u101_py_limits_of(negotiator->limits)->fields + 1;
    PyObject *lines = convert_lines(headers, most);
    if (lines == NULL) {
        return NULL;
    }
    PyObject *decision = decide_in_place(negotiator, request_line, lines, secure);
    Py_DECREF(lines);
    return decision;
}

PyObject *u101_py_decide_request(PyObject *negotiator, PyObject *const *args, Py_ssize_t count,
                                 PyObject *keywords)
{
    static const char *const names[] = {"method", "target", "headers", "version", "secure"};
    static const u101_py_signature signature = {"decide_request", names, 5, 3, 3};
    PyObject *values[5];
    bool secure = false;
    if (!u101_py_bind(&signature, args, count, keywords, values) ||
        !u101_py_flag(values[4], names[4], &secure)) {
        return NULL;
    }
    u101_request request = {.version = {"1.1", 3}};
    PyObject *made[3] = {NULL, NULL, NULL};
    PyObject *decision = NULL;
    if (read_any_text(values[0], names[0], &made[0], &request.method) &&
        read_any_text(values[1], names[1], &made[1], &request.target) &&
        (values[3] == NULL || read_any_text(values[3], names[3], &made[2], &request.version))) {
        decision = decide_on_lines((u101_py_negotiator *)negotiator, &request, values[2], secure);
    }
    for (size_t i = 0; i < 3; i++) {
        Py_XDECREF(made[i]);
    }
    return decision;
}
