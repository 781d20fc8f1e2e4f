/*
 * Field lines, from Python to C and back: see py_fields.h.
 */
#include "py_fields.h"

#include "py_arguments.h"

#define EXPECTED "an iterable of (name, value) pairs"

static PyObject *convert_text(PyObject *value, const char *name)
{
    if (PyBytes_Check(value)) {
        return PyUnicode_DecodeLatin1(PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value), NULL);
    }
    return u101_py_text(value, name, "a str or bytes");
}

/* TypeError for a dict and its like, which yields names alone. */
static void raise_mapping(PyObject *headers)
{
    PyErr_Format(PyExc_TypeError, "headers must be " EXPECTED ", not %.60s: use its items()",
                 Py_TYPE(headers)->tp_name);
}

PyObject *u101_py_fields_iterate(PyObject *headers)
{
    if (PyDict_Check(headers)) {
        raise_mapping(headers);
        return NULL;
    }
    if (u101_py_is_single(headers) || !u101_py_is_iterable(headers)) {
        u101_py_wrong_type("headers", EXPECTED, headers);
        return NULL;
    }
    return PyObject_GetIter(headers);
}

/* A new tuple of two from any iterable of two that has an order, or TypeError. */
static PyObject *split(PyObject *headers, PyObject *item, const char *member)
{
    if (u101_py_is_single(item) && PyObject_HasAttrString(headers, "items")) {
        raise_mapping(headers);
        return NULL;
    }
    if (u101_py_is_single(item) || PyDict_Check(item) || PyAnySet_Check(item) ||
        !u101_py_is_iterable(item)) {
        u101_py_wrong_type(member, "a (name, value) pair", item);
        return NULL;
    }
    PyObject *pair = PySequence_Tuple(item);
    if (pair != NULL && PyTuple_GET_SIZE(pair) != 2) {
        PyErr_Format(PyExc_TypeError, "%s must be a (name, value) pair, not a %.60s of %zd", member,
                     Py_TYPE(item)->tp_name, PyTuple_GET_SIZE(pair));
        Py_CLEAR(pair);
    }
    return pair;
}

PyObject *u101_py_fields_pair(PyObject *headers, PyObject *item, Py_ssize_t index,
                              u101_py_convert *convert)
{
    char member[U101_PY_MEMBER_ROOM];
    u101_py_member(member, "headers", index);
    PyObject *given = split(headers, item, member);
    if (given == NULL) {
        return NULL;
    }
    char part[U101_PY_MEMBER_ROOM];
    u101_py_member(part, member, 0);
    PyObject *name = convert(PyTuple_GET_ITEM(given, 0), part);
    u101_py_member(part, member, 1);
    PyObject *value = name == NULL ? NULL : convert(PyTuple_GET_ITEM(given, 1), part);
    PyObject *pair = value == NULL ? NULL : PyTuple_Pack(2, name, value);
    Py_DECREF(given);
    Py_XDECREF(name);
    Py_XDECREF(value);
    return pair;
}

static PyObject *convert(PyObject *headers)
{
    PyObject *lines = u101_py_fields_iterate(headers);
    PyObject *pairs = lines == NULL ? NULL : PyList_New(0);
    while (pairs != NULL) {
        PyObject *item = PyIter_Next(lines);
        if (item == NULL) {
            break;
        }
        PyObject *pair = u101_py_fields_pair(headers, item, PyList_GET_SIZE(pairs), convert_text);
        Py_DECREF(item);
        if (pair == NULL || PyList_Append(pairs, pair) < 0) {
            Py_CLEAR(pairs);
        }
        Py_XDECREF(pair);
    }
    Py_XDECREF(lines);
    PyObject *converted = pairs == NULL || PyErr_Occurred() ? NULL : PyList_AsTuple(pairs);
    Py_XDECREF(pairs);
    return converted;
}

/* Takes the reference to `pairs`, which may be NULL. */
static bool fill(u101_py_fields *fields, PyObject *pairs)
{
    if (pairs == NULL) {
        return false;
    }
    const size_t count = (size_t)PyTuple_GET_SIZE(pairs);
    u101_field *at = PyMem_New(u101_field, count);
    if (at == NULL) {
        Py_DECREF(pairs);
        PyErr_NoMemory();
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        PyObject *pair = PyTuple_GET_ITEM(pairs, (Py_ssize_t)i);
        at[i].name = u101_py_slice(PyTuple_GET_ITEM(pair, 0));
        at[i].value = u101_py_slice(PyTuple_GET_ITEM(pair, 1));
    }
    *fields = (u101_py_fields){pairs, at, count};
    return true;
}

bool u101_py_fields_read(u101_py_fields *fields, PyObject *headers)
{
    return fill(fields, convert(headers));
}

void u101_py_fields_clear(u101_py_fields *fields)
{
    Py_CLEAR(fields->pairs);
    PyMem_Free(fields->at);
    *fields = (u101_py_fields){0};
}

static PyObject *pair_of(u101_field field)
{
    PyObject *name = PyBytes_FromStringAndSize(field.name.at, (Py_ssize_t)field.name.size);
    PyObject *value = PyBytes_FromStringAndSize(field.value.at, (Py_ssize_t)field.value.size);
    PyObject *pair = name == NULL || value == NULL ? NULL : PyTuple_Pack(2, name, value);
    Py_XDECREF(name);
    Py_XDECREF(value);
    return pair;
}

PyObject *u101_py_fields_list(const char *head, size_t size, size_t begin)
{
    u101_field field;
    Py_ssize_t count = 0;
    for (size_t cursor = begin; u101_fields_next(head, size, &cursor, &field);) {
        count++;
    }
    PyObject *lines = PyTuple_New(count);
    size_t cursor = begin;
    for (Py_ssize_t i = 0; lines != NULL && u101_fields_next(head, size, &cursor, &field); i++) {
        PyObject *pair = pair_of(field);
        if (pair == NULL) {
            Py_CLEAR(lines);
        } else {
            PyTuple_SET_ITEM(lines, i, pair);
        }
    }
    return lines;
}
