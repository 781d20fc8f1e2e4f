/*
 * The arguments of a call, one at a time: see py_arguments.h.
 */
#include "py_arguments.h"

#include <py_limits.h>
#include <string.h>

/* Whether a str is this ASCII name; PyUnicode_CompareWithASCIIString costs far more. */
static bool is_named(PyObject *text, const char *name)
{
    const size_t size = strlen(name);
    return PyUnicode_IS_ASCII(text) && (size_t)PyUnicode_GET_LENGTH(text) == size &&
           memcmp(PyUnicode_1BYTE_DATA(text), name, size) == 0;
}

static bool place(const u101_py_signature *signature, PyObject *name, PyObject *value,
                  PyObject **values)
{
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "%s() keywords must be strings", signature->function);
        return false;
    }
    for (Py_ssize_t i = 0; i < signature->count; i++) {
        if (!is_named(name, signature->names[i])) {
            continue;
        }
        if (values[i] != NULL) {
            PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%U'",
                         signature->function, name);
            return false;
        }
        values[i] = value;
        return true;
    }
    PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'",
                 signature->function, name);
    return false;
}

static bool place_positional(const u101_py_signature *signature, PyObject *const *args,
                             Py_ssize_t count, PyObject **values)
{
    if (count > signature->positional) {
        PyErr_Format(PyExc_TypeError, "%s() takes at most %zd positional arguments (%zd given)",
                     signature->function, signature->positional, count);
        return false;
    }
    for (Py_ssize_t i = 0; i < signature->count; i++) {
        values[i] = i < count ? args[i] : NULL;
    }
    return true;
}

static bool has_required(const u101_py_signature *signature, PyObject *const *values)
{
    for (Py_ssize_t i = 0; i < signature->required; i++) {
        if (values[i] == NULL) {
            PyErr_Format(PyExc_TypeError, "%s() missing required argument '%s'",
                         signature->function, signature->names[i]);
            return false;
        }
    }
    return true;
}

bool u101_py_bind_vector(const u101_py_signature *signature, PyObject *const *args,
                         Py_ssize_t count, PyObject *keywords, PyObject **values)
{
    if (!place_positional(signature, args, count, values)) {
        return false;
    }
    const Py_ssize_t named = keywords == NULL ? 0 : PyTuple_GET_SIZE(keywords);
    for (Py_ssize_t i = 0; i < named; i++) {
        if (!place(signature, PyTuple_GET_ITEM(keywords, i), args[count + i], values)) {
            return false;
        }
    }
    return has_required(signature, values);
}

bool u101_py_bind_tuple(const u101_py_signature *signature, PyObject *args, PyObject *keywords,
                        PyObject **values)
{
    PyObject *const *items = args == NULL ? NULL : PySequence_Fast_ITEMS(args);
    const Py_ssize_t count = args == NULL ? 0 : PyTuple_GET_SIZE(args);
    if (!place_positional(signature, items, count, values)) {
        return false;
    }
    PyObject *name = NULL;
    PyObject *value = NULL;
    Py_ssize_t position = 0;
    while (keywords != NULL && PyDict_Next(keywords, &position, &name, &value)) {
        if (!place(signature, name, value, values)) {
            return false;
        }
    }
    return has_required(signature, values);
}

void u101_py_wrong_type(const char *name, const char *expected, PyObject *value)
{
    PyErr_Format(PyExc_TypeError, "%s must be %s, not %.200s", name, expected,
                 Py_TYPE(value)->tp_name);
}

bool u101_py_is_sound(u101_defect defect)
{
    if (defect.text == NULL) {
        return true;
    }
    if (defect.value.size == 0) {
        PyErr_SetString(PyExc_ValueError, defect.text);
        return false;
    }
    PyObject *value = PyUnicode_DecodeLatin1(defect.value.at, (Py_ssize_t)defect.value.size, NULL);
    if (value != NULL) {
        PyErr_Format(PyExc_ValueError, "%s: %R", defect.text, value);
        Py_DECREF(value);
    }
    return false;
}

bool u101_py_flag(PyObject *value, const char *name, bool *flag)
{
    if (value == NULL) {
        return true;
    }
    if (!PyBool_Check(value)) {
        u101_py_wrong_type(name, "a bool", value);
        return false;
    }
    *flag = value == Py_True;
    return true;
}

/* The value of an integer, clamped to LLONG_MIN and LLONG_MAX. */
static bool read_integer(PyObject *value, const char *name, long long *integer)
{
    if (!PyIndex_Check(value)) {
        u101_py_wrong_type(name, "an int", value);
        return false;
    }
    PyObject *number = PyNumber_Index(value);
    if (number == NULL) {
        return false;
    }
    int overflow = 0;
    *integer = PyLong_AsLongLongAndOverflow(number, &overflow);
    Py_DECREF(number);
    if (overflow != 0) {
        *integer = overflow < 0 ? LLONG_MIN : LLONG_MAX;
    }
    return true;
}

bool u101_py_size(PyObject *value, const char *name, size_t *size)
{
    if (value == NULL) {
        return true;
    }
    long long integer = 0;
    if (!read_integer(value, name, &integer)) {
        return false;
    }
    const bool fits = integer >= 0 && (unsigned long long)integer <= SIZE_MAX;
    *size = fits ? (size_t)integer : SIZE_MAX;
    return true;
}

bool u101_py_number(PyObject *value, const char *name, int *number)
{
    if (value == NULL) {
        return true;
    }
    long long integer = 0;
    if (!read_integer(value, name, &integer)) {
        return false;
    }
    if (integer < 0) {
        integer = 0;
    } else if (integer > INT_MAX) {
        integer = INT_MAX;
    }
    *number = (int)integer;
    return true;
}

bool u101_py_number_or_none(PyObject *value, const char *name, int absent, int *number)
{
    if (value == Py_None) {
        *number = absent;
        return true;
    }
    return u101_py_number(value, name, number);
}

PyObject *u101_py_text(PyObject *value, const char *name)
{
    if (!PyUnicode_Check(value)) {
        u101_py_wrong_type(name, "a str", value);
        return NULL;
    }
    PyObject *text = PyUnicode_FromObject(value);
    if (text != NULL && PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND) {
        PyErr_Format(PyExc_ValueError, "%s has a character above U+00FF: %R", name, text);
        Py_CLEAR(text);
    }
    return text;
}

bool u101_py_is_single(PyObject *value)
{
    return PyUnicode_Check(value) || PyBytes_Check(value) || PyByteArray_Check(value) ||
           PyMemoryView_Check(value);
}
