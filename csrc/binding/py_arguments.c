/*
 * The arguments of a call, one at a time: see py_arguments.h.
 */
#include "py_arguments.h"

#include <limits.h>
#include <string.h>

/* Characters of a value that a message shows. */
#define SHOWN 60

/* Bytes for the names of all parameters of a function. */
#define NAMES_ROOM 256

/* Whether a str is this ASCII name; PyUnicode_CompareWithASCIIString costs far more. */
static bool is_named(PyObject *text, const char *name)
{
    const size_t size = strlen(name);
    return PyUnicode_IS_ASCII(text) && (size_t)PyUnicode_GET_LENGTH(text) == size &&
           memcmp(PyUnicode_1BYTE_DATA(text), name, size) == 0;
}

/* Writes the names of the parameters from number `first` on, with commas between. */
static void list_names(const u101_py_signature *signature, Py_ssize_t first, char out[NAMES_ROOM])
{
    size_t size = 0;
    out[0] = '\0';
    for (Py_ssize_t i = first; i < signature->count && size < NAMES_ROOM; i++) {
        const int added = PyOS_snprintf(out + size, NAMES_ROOM - size, "%s%s",
                                        i == first ? "" : ", ", signature->names[i]);
        size += added > 0 ? (size_t)added : 0;
    }
}

static bool place(const u101_py_signature *signature, PyObject *name, PyObject *value,
                  PyObject **values)
{
    for (Py_ssize_t i = 0; i < signature->count; i++) {
        if (!is_named(name, signature->names[i])) {
            continue;
        }
        if (values[i] != NULL) {
            PyErr_Format(PyExc_TypeError, "%s() got the argument %s twice", signature->function,
                         signature->names[i]);
            return false;
        }
        values[i] = value;
        return true;
    }
    char names[NAMES_ROOM];
    list_names(signature, 0, names);
    PyErr_Format(PyExc_TypeError, "%s() has no argument '%.60U': its arguments are %s",
                 signature->function, name, names);
    return false;
}

static bool place_positional(const u101_py_signature *signature, PyObject *const *args,
                             Py_ssize_t count, PyObject **values)
{
    if (count > signature->positional) {
        char names[NAMES_ROOM];
        list_names(signature, signature->positional, names);
        if (signature->positional == 0) {
            PyErr_Format(PyExc_TypeError, "%s() takes its arguments by keyword only: %s",
                         signature->function, names);
        } else {
            PyErr_Format(
                PyExc_TypeError, "%s() takes at most %zd argument%s by position, not %zd%s%s",
                signature->function, signature->positional, signature->positional == 1 ? "" : "s",
                count, names[0] == '\0' ? "" : "; by keyword only: ", names);
        }
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
            PyErr_Format(PyExc_TypeError, "%s() needs the argument %s", signature->function,
                         signature->names[i]);
            return false;
        }
    }
    return true;
}

bool u101_py_bind(const u101_py_signature *signature, PyObject *const *args, Py_ssize_t count,
                  PyObject *keywords, PyObject **values)
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

PyObject *u101_py_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    return PyObject_VectorcallDict((PyObject *)type, PySequence_Fast_ITEMS(args),
                                   (size_t)PyTuple_GET_SIZE(args), keywords);
}

void u101_py_wrong_type(const char *name, const char *expected, PyObject *value)
{
    PyErr_Format(PyExc_TypeError, "%s must be %s, not %.60s", name, expected,
                 Py_TYPE(value)->tp_name);
}

/* ValueError: "{before}: {the beginning of the text's repr}{after}" */
static void raise_with(const char *before, PyObject *text, const char *after)
{
    const bool whole = PyUnicode_GET_LENGTH(text) <= SHOWN;
    PyObject *begin = PyUnicode_Substring(text, 0, SHOWN);
    if (begin != NULL) {
        PyErr_Format(PyExc_ValueError, "%s: %R%s%s", before, begin, whole ? "" : "...", after);
        Py_DECREF(begin);
    }
}

bool u101_py_is_sound(u101_defect defect)
{
    if (defect.text == NULL) {
        return true;
    }
    if (defect.value.at == NULL) {
        PyErr_SetString(PyExc_ValueError, defect.text);
        return false;
    }
    PyObject *value = PyUnicode_DecodeLatin1(defect.value.at, (Py_ssize_t)defect.value.size, NULL);
    if (value != NULL) {
        raise_with(defect.text, value, "");
        Py_DECREF(value);
    }
    return false;
}

/* The number of the parameter whose name `text` begins with, or -1. */
static Py_ssize_t find_named(const u101_py_signature *signature, const char *text)
{
    for (Py_ssize_t i = 0; i < signature->count; i++) {
        const size_t size = strlen(signature->names[i]);
        if (strncmp(text, signature->names[i], size) == 0 &&
            (text[size] == ':' || text[size] == ' ')) {
            return i;
        }
    }
    return -1;
}

bool u101_py_are_sound(u101_defect defect, const u101_py_signature *signature,
                       PyObject *const *values)
{
    const Py_ssize_t at = defect.text == NULL ? -1 : find_named(signature, defect.text);
    if (at < 0 || values[at] == NULL || !PyLong_Check(values[at])) {
        return u101_py_is_sound(defect);
    }
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(values[at], &overflow);
    if (overflow != 0) {
        return u101_py_is_sound(defect);
    }
    PyErr_Format(PyExc_ValueError, "%s, not %lld", defect.text, number);
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
static bool read_integer(PyObject *value, const char *name, const char *expected,
                         long long *integer)
{
    if (!PyIndex_Check(value)) {
        u101_py_wrong_type(name, expected, value);
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
    if (!read_integer(value, name, "an int", &integer)) {
        return false;
    }
    const bool fits = integer >= 0 && (unsigned long long)integer <= SIZE_MAX;
    *size = fits ? (size_t)integer : SIZE_MAX;
    return true;
}

static bool read_number(PyObject *value, const char *name, const char *expected, int *number)
{
    long long integer = 0;
    if (!read_integer(value, name, expected, &integer)) {
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

bool u101_py_number(PyObject *value, const char *name, int *number)
{
    return value == NULL || read_number(value, name, "an int", number);
}

bool u101_py_number_or_none(PyObject *value, const char *name, int absent, int *number)
{
    if (value == Py_None) {
        *number = absent;
        return true;
    }
    return value == NULL || read_number(value, name, "an int or None", number);
}

PyObject *u101_py_text(PyObject *value, const char *name, const char *expected)
{
    if (!PyUnicode_Check(value)) {
        u101_py_wrong_type(name, expected, value);
        return NULL;
    }
    PyObject *text = PyUnicode_FromObject(value);
    if (text != NULL && PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND) {
        raise_with(name, text, " is not latin-1: it must have no character above U+00FF");
        Py_CLEAR(text);
    }
    return text;
}

bool u101_py_is_single(PyObject *value)
{
    return PyUnicode_Check(value) || PyBytes_Check(value) || PyByteArray_Check(value) ||
           PyMemoryView_Check(value);
}

bool u101_py_is_iterable(PyObject *value)
{
    return Py_TYPE(value)->tp_iter != NULL || PySequence_Check(value);
}

void u101_py_member(char member[U101_PY_MEMBER_ROOM], const char *name, Py_ssize_t index)
{
    PyOS_snprintf(member, U101_PY_MEMBER_ROOM, "%s[%zd]", name, index);
}
