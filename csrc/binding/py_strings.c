/*
 * Several texts of an offer: see py_strings.h.
 */
#include "py_strings.h"

#include "py_arguments.h"

static PyObject *convert(PyObject *several, const char *name)
{
    if (u101_py_is_single(several)) {
        u101_py_wrong_type(name, "an iterable of str", several);
        return NULL;
    }
    PyObject *given = PySequence_Tuple(several);
    if (given == NULL) {
        return NULL;
    }
    PyObject *items = PyTuple_New(PyTuple_GET_SIZE(given));
    for (Py_ssize_t i = 0; items != NULL && i < PyTuple_GET_SIZE(given); i++) {
        PyObject *text = u101_py_text(PyTuple_GET_ITEM(given, i), name);
        if (text == NULL) {
            Py_CLEAR(items);
        } else {
            PyTuple_SET_ITEM(items, i, text);
        }
    }
    Py_DECREF(given);
    return items;
}

bool u101_py_strings_read(u101_py_strings *texts, PyObject *several, const char *name)
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
    *texts = (u101_py_strings){items, at, count};
    return true;
}

void u101_py_strings_clear(u101_py_strings *texts)
{
    Py_CLEAR(texts->items);
    PyMem_Free(texts->at);
    *texts = (u101_py_strings){0};
}
