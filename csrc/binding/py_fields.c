/*
 * Field lines that the caller wants in a response: see py_fields.h.
 */
#include "py_fields.h"

#include "py_arguments.h"

static PyObject *convert_text(PyObject *value, const char *name)
{
    if (PyBytes_Check(value)) {
        return PyUnicode_DecodeLatin1(PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value), NULL);
    }
    if (!PyUnicode_Check(value)) {
        u101_py_wrong_type(name, "a str or bytes", value);
        return NULL;
    }
    return u101_py_text(value, name);
}

PyObject *u101_py_fields_iterate(PyObject *headers)
{
    if (u101_py_is_single(headers)) {
        u101_py_wrong_type("headers", "an iterable of (name, value) pairs", headers);
        return NULL;
    }
    return PyObject_GetIter(headers);
}

/* A new tuple of two from any iterable of two but a str or bytes, or TypeError. */
static PyObject *make_pair(PyObject *item)
{
    if (u101_py_is_single(item)) {
        u101_py_wrong_type("a member of headers", "a (name, value) pair", item);
        return NULL;
    }
    PyObject *pair = PySequence_Tuple(item);
    if (pair != NULL && PyTuple_GET_SIZE(pair) != 2) {
        PyErr_Format(PyExc_TypeError, "a member of headers must be a (name, value) pair, not %R",
                     item);
        Py_CLEAR(pair);
    }
    return pair;
}

PyObject *u101_py_convert_pair(PyObject *item, PyObject *(*convert)(PyObject *, const char *))
{
    PyObject *given = make_pair(item);
    if (given == NULL) {
        return NULL;
    }
    PyObject *name = convert(PyTuple_GET_ITEM(given, 0), "a field name");
    PyObject *value = name == NULL ? NULL : convert(PyTuple_GET_ITEM(given, 1), "a field value");
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
        PyObject *pair = u101_py_convert_pair(item, convert_text);
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

bool u101_py_fields_read(u101_py_fields *fields, PyObject *headers)
{
    PyObject *pairs = convert(headers);
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

void u101_py_fields_clear(u101_py_fields *fields)
{
    Py_CLEAR(fields->pairs);
    PyMem_Free(fields->at);
    *fields = (u101_py_fields){0};
}
