/*
 * Heads: see py_head.h.
 */
#include "py_head.h"

#include <stdbool.h>

#include "py_arguments.h"
#include "py_fields.h"

PyObject *u101_py_head_decode(u101_slice text)
{
    return PyUnicode_DecodeLatin1(text.at, (Py_ssize_t)text.size, NULL);
}

PyObject *u101_py_head_headers(const u101_py_head *head, PyObject **kept)
{
    if (*kept != NULL) {
        return Py_NewRef(*kept);
    }
    PyObject *headers = u101_py_fields_list(head->bytes, head->size, head->fields);
    /* Making the tuple may have run a finalizer that asked for it too: the first one stays. */
    if (headers != NULL && *kept == NULL) {
        *kept = Py_NewRef(headers);
    }
    return headers;
}

/* Appends what is in the value of one field line to a list of str.  False: MemoryError. */
typedef bool add_value(PyObject *list, u101_slice value);

static bool add(PyObject *list, u101_slice value)
{
    PyObject *text = u101_py_head_decode(value);
    const bool done = text != NULL && PyList_Append(list, text) == 0;
    Py_XDECREF(text);
    return done;
}

static bool add_elements(PyObject *list, u101_slice value)
{
    u101_slice element;
    bool done = true;
    while (done && u101_fields_next_quoted(&value, &element)) {
        done = add(list, element);
    }
    return done;
}

/* A new list of what `add_to` takes from the lines of the field. */
static PyObject *list_values(const u101_py_head *head, PyObject *name, add_value *add_to)
{
    if (!PyUnicode_Check(name)) {
        u101_py_wrong_type("name", "a str", name);
        return NULL;
    }
    PyObject *values = PyList_New(0);
    if (values == NULL || PyUnicode_KIND(name) != PyUnicode_1BYTE_KIND) {
        /* No field name has a character above U+00FF. */
        return values;
    }
    size_t cursor = head->fields;
    u101_slice value;
    while (u101_fields_next_named(head->bytes, head->size, &cursor, u101_py_slice(name), &value)) {
        if (!add_to(values, value)) {
            Py_DECREF(values);
            return NULL;
        }
    }
    return values;
}

PyObject *u101_py_head_get(const u101_py_head *head, PyObject *name)
{
    PyObject *values = list_values(head, name, add);
    if (values == NULL) {
        return NULL;
    }
    PyObject *value = NULL;
    if (PyList_GET_SIZE(values) == 0) {
        value = Py_NewRef(Py_None);
    } else if (PyList_GET_SIZE(values) == 1) {
        value = Py_NewRef(PyList_GET_ITEM(values, 0));
    } else {
        PyObject *separator = PyUnicode_FromString(U101_FIELDS_SEPARATOR);
        value = separator == NULL ? NULL : PyUnicode_Join(separator, values);
        Py_XDECREF(separator);
    }
    Py_DECREF(values);
    return value;
}

static PyObject *tuple_of(const u101_py_head *head, PyObject *name, add_value *add_to)
{
    PyObject *values = list_values(head, name, add_to);
    PyObject *all = values == NULL ? NULL : PyList_AsTuple(values);
    Py_XDECREF(values);
    return all;
}

PyObject *u101_py_head_get_all(const u101_py_head *head, PyObject *name)
{
    return tuple_of(head, name, add);
}

PyObject *u101_py_head_get_list(const u101_py_head *head, PyObject *name)
{
    return tuple_of(head, name, add_elements);
}

const char u101_py_head_get_all_doc[] =
    "get_all($self, name, /)\n"
    "--\n"
    "\n"
    "The values of the lines of a field, in order, as a tuple of str [RFC 9110 5.2].\n"
    "\n"
    "name: str, letter case aside.  Raises TypeError for a name that is no str.";

const char u101_py_head_get_list_doc[] =
    "get_list($self, name, /)\n"
    "--\n"
    "\n"
    "The elements of a list field over all its lines, in order, as a tuple of str.\n"
    "\n"
    "Empty elements are left out, and a comma in a quoted string ends none [RFC 9110 5.6.1].\n"
    "name: str, letter case aside.  Raises TypeError for a name that is no str.";
