/*
 * What offers and limits have in common: see py_immutable.h.
 */
#include "py_immutable.h"

/* The values of the attributes in order, as a tuple. */
static PyObject *collect(PyObject *self)
{
    const PyGetSetDef *attributes = Py_TYPE(self)->tp_getset;
    Py_ssize_t count = 0;
    while (attributes[count].name != NULL) {
        count++;
    }
    PyObject *values = PyTuple_New(count);
    for (Py_ssize_t i = 0; values != NULL && i < count; i++) {
        PyObject *value = attributes[i].get(self, attributes[i].closure);
        if (value == NULL) {
            Py_CLEAR(values);
        } else {
            PyTuple_SET_ITEM(values, i, value);
        }
    }
    return values;
}

/* ["name=value", ...] */
static PyObject *describe(PyObject *self)
{
    PyObject *values = collect(self);
    PyObject *parts = values == NULL ? NULL : PyList_New(0);
    const Py_ssize_t count = parts == NULL ? 0 : PyTuple_GET_SIZE(values);
    for (Py_ssize_t i = 0; parts != NULL && i < count; i++) {
        PyObject *part = PyUnicode_FromFormat("%s=%R", Py_TYPE(self)->tp_getset[i].name,
                                              PyTuple_GET_ITEM(values, i));
        if (part == NULL || PyList_Append(parts, part) < 0) {
            Py_CLEAR(parts);
        }
        Py_XDECREF(part);
    }
    Py_XDECREF(values);
    return parts;
}

PyObject *u101_py_immutable_repr(PyObject *self)
{
    PyObject *parts = describe(self);
    PyObject *separator = PyUnicode_FromString(", ");
    PyObject *name = PyType_GetName(Py_TYPE(self));
    PyObject *list = parts == NULL || separator == NULL ? NULL : PyUnicode_Join(separator, parts);
    PyObject *repr =
        list == NULL || name == NULL ? NULL : PyUnicode_FromFormat("%U(%U)", name, list);
    Py_XDECREF(parts);
    Py_XDECREF(separator);
    Py_XDECREF(name);
    Py_XDECREF(list);
    return repr;
}

PyObject *u101_py_immutable_compare(PyObject *self, PyObject *other, int operation)
{
    if (!Py_IS_TYPE(other, Py_TYPE(self)) || (operation != Py_EQ && operation != Py_NE)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *ours = collect(self);
    PyObject *theirs = collect(other);
    PyObject *result =
        ours == NULL || theirs == NULL ? NULL : PyObject_RichCompare(ours, theirs, operation);
    Py_XDECREF(ours);
    Py_XDECREF(theirs);
    return result;
}

Py_hash_t u101_py_immutable_hash(PyObject *self)
{
    PyObject *values = collect(self);
    if (values == NULL) {
        return -1;
    }
    const Py_hash_t hash = PyObject_Hash(values);
    Py_DECREF(values);
    return hash;
}

void u101_py_immutable_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_Free(self);
    Py_DECREF(type);
}
