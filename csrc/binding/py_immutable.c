/*
 * What offers, limits and negotiators have in common: see py_immutable.h.
 */
#include "py_immutable.h"

#include <stdbool.h>

const char u101_py_immutable_positional[] = "positional";

static bool is_positional(const PyGetSetDef *attribute)
{
    return attribute->closure == u101_py_immutable_positional;
}

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

/* Appends a part to a list; on failure an exception is set, and the list becomes NULL.
 * Takes the reference to `part`, which may be NULL. */
static void append(PyObject **parts, PyObject *part)
{
    if (part == NULL || PyList_Append(*parts, part) < 0) {
        Py_CLEAR(*parts);
    }
    Py_XDECREF(part);
}

/* ["positional", ..., "name=value", ...] */
static PyObject *describe(PyObject *self)
{
    PyObject *values = collect(self);
    PyObject *parts = values == NULL ? NULL : PyList_New(0);
    const Py_ssize_t count = parts == NULL ? 0 : PyTuple_GET_SIZE(values);
    for (Py_ssize_t i = 0; parts != NULL && i < count; i++) {
        const PyGetSetDef *attribute = &Py_TYPE(self)->tp_getset[i];
        PyObject *value = PyTuple_GET_ITEM(values, i);
        if (!is_positional(attribute)) {
            append(&parts, PyUnicode_FromFormat("%s=%R", attribute->name, value));
            continue;
        }
        for (Py_ssize_t j = 0; parts != NULL && j < PyTuple_GET_SIZE(value); j++) {
            append(&parts, PyObject_Repr(PyTuple_GET_ITEM(value, j)));
        }
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

PyObject *u101_py_immutable_copy(PyObject *self, PyObject *Py_UNUSED(unused))
{
    return Py_NewRef(self);
}

PyObject *u101_py_immutable_deepcopy(PyObject *self, PyObject *Py_UNUSED(memo))
{
    return Py_NewRef(self);
}

/* Sorts the attributes into `positional`, a tuple, and `keywords`, a dict. */
static bool sort(PyObject *self, PyObject **positional, PyObject **keywords)
{
    PyObject *values = collect(self);
    *positional = values == NULL ? NULL : PyTuple_New(0);
    *keywords = *positional == NULL ? NULL : PyDict_New();
    bool done = *keywords != NULL;
    for (Py_ssize_t i = 0; done && i < PyTuple_GET_SIZE(values); i++) {
        const PyGetSetDef *attribute = &Py_TYPE(self)->tp_getset[i];
        PyObject *value = PyTuple_GET_ITEM(values, i);
        if (is_positional(attribute)) {
            Py_SETREF(*positional, Py_NewRef(value));
        } else {
            done = PyDict_SetItemString(*keywords, attribute->name, value) == 0;
        }
    }
    Py_XDECREF(values);
    return done;
}

/* copyreg.__newobj_ex__ calls the constructor, and each protocol of pickle knows it. */
PyObject *u101_py_immutable_reduce(PyObject *self, PyObject *Py_UNUSED(unused))
{
    PyObject *positional = NULL;
    PyObject *keywords = NULL;
    PyObject *reduced = NULL;
    PyObject *library = PyImport_ImportModule("copyreg");
    PyObject *make = library == NULL ? NULL : PyObject_GetAttrString(library, "__newobj_ex__");
    if (make != NULL && sort(self, &positional, &keywords)) {
        reduced = Py_BuildValue("(O(OOO))", make, Py_TYPE(self), positional, keywords);
    }
    Py_XDECREF(positional);
    Py_XDECREF(keywords);
    Py_XDECREF(library);
    Py_XDECREF(make);
    return reduced;
}

PyMethodDef u101_py_immutable_methods[] = {
    U101_PY_IMMUTABLE_METHODS,
    {.ml_name = NULL},
};

void u101_py_immutable_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_Free(self);
    Py_DECREF(type);
}
