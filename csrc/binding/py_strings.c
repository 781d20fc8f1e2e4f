/*
 * Several texts of an offer: see py_strings.h.
 */
#include "py_strings.h"

#include "py_arguments.h"

/* A new tuple of what is in `several`, or TypeError. */
static PyObject *list_members(PyObject *several, const char *name)
{
    if (u101_py_is_single(several)) {
        PyErr_Format(PyExc_TypeError,
                     "%s must be an iterable of str, not one %.60s: put it into a list", name,
                     Py_TYPE(several)->tp_name);
        return NULL;
    }
    if (!u101_py_is_iterable(several)) {
        u101_py_wrong_type(name, "an iterable of str", several);
        return NULL;
    }
    return PySequence_Tuple(several);
}

static PyObject *convert(PyObject *several, const char *name)
{
    PyObject *given = list_members(several, name);
    PyObject *items = given == NULL ? NULL : PyTuple_New(PyTuple_GET_SIZE(given));
    for (Py_ssize_t i = 0; items != NULL && i < PyTuple_GET_SIZE(given); i++) {
        char member[U101_PY_MEMBER_ROOM];
        u101_py_member(member, name, i);
        PyObject *text = u101_py_text(PyTuple_GET_ITEM(given, i), member, "a str");
        if (text == NULL) {
            Py_CLEAR(items);
        } else {
            PyTuple_SET_ITEM(items, i, text);
        }
    }
    Py_XDECREF(given);
    return items;
}

bool u101_py_strings_read(u101_py_strings *strings, PyObject *several, const char *name)
{
    PyObject *items = convert(several, name);
    if (items == NULL) {
        return false;
    }
    const size_t count = (size_t)PyTuple_GET_SIZE(items);
    u101_slice *at = PyMem_New(u101_slice, count);
    if (at == NULL) {
        Py_DECREF(items);
        PyErr_NoMemory();
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        at[i] = u101_py_slice(PyTuple_GET_ITEM(items, (Py_ssize_t)i));
    }
    *strings = (u101_py_strings){items, at, count};
    return true;
}

bool u101_py_strings_read_some(u101_py_strings *strings, PyObject *several, const char *name,
                               const char *none)
{
    if (several == NULL || several == Py_None) {
        return true;
    }
    if (!u101_py_strings_read(strings, several, name)) {
        return false;
    }
    if (strings->count == 0) {
        PyErr_Format(PyExc_ValueError, "%s must not be empty: use None for %s", name, none);
        return false;
    }
    return true;
}

PyObject *u101_py_strings_or_none(const u101_py_strings *strings)
{
    return Py_NewRef(strings->items == NULL ? Py_None : strings->items);
}

void u101_py_strings_clear(u101_py_strings *strings)
{
    Py_CLEAR(strings->items);
    PyMem_Free(strings->at);
    *strings = (u101_py_strings){0};
}
