/*
 * The arguments of a call, one at a time.
 *
 * In: Python objects.  Out: C values, or an exception: TypeError for a wrong
 * type, ValueError for text that is not latin-1 and for what the core finds
 * wrong.  Always: a str that is returned is exact and has one byte a character,
 * so that its data are its latin-1 bytes.  A message names the argument, says what
 * was wrong and what is allowed, and shows at most 80 characters of a value
 * [contract 7].  It knows no protocol: ranges and tokens are the core's.
 */
#ifndef U101_PY_ARGUMENTS_H
#define U101_PY_ARGUMENTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "upgrade101.h"

typedef struct {
    const char *function;
    const char *const *names; /* of the parameters, in order */
    Py_ssize_t count;
    Py_ssize_t positional; /* the first ones, which may be given by position */
    Py_ssize_t required;   /* the first ones, which must be given */
} u101_py_signature;

/* Sets values[i] to the argument for names[i], borrowed, or to NULL.  `args` are the
 * `count` positional arguments, then those by keyword, whose names are in
 * `keywords`, a tuple or NULL.  False: TypeError. */
bool u101_py_bind(const u101_py_signature *signature, PyObject *const *args, Py_ssize_t count,
                  PyObject *keywords, PyObject **values);

/* Py_tp_new of a type whose tp_vectorcall makes its objects: it calls that. */
PyObject *u101_py_new(PyTypeObject *type, PyObject *args, PyObject *keywords);

/* TypeError: "{name} must be {expected}, not {type of value}". */
void u101_py_wrong_type(const char *name, const char *expected, PyObject *value);

/* ValueError: "{text}" or "{text}: {value!r}".  True if there is no defect. */
bool u101_py_is_sound(u101_defect defect);

/* The same for numbers among the arguments of a call: "{text}, not {argument}", if
 * `text` begins with the name of one that was given. */
bool u101_py_are_sound(u101_defect defect, const u101_py_signature *signature,
                       PyObject *const *values);

/* The four below leave their target as it is if `value` is NULL. */

/* A bool. */
bool u101_py_flag(PyObject *value, const char *name, bool *flag);

/* An integer of any size as a size; SIZE_MAX if it is negative or larger. */
bool u101_py_size(PyObject *value, const char *name, size_t *size);

/* An integer of any size, clamped to 0 and INT_MAX. */
bool u101_py_number(PyObject *value, const char *name, int *number);

/* None, which sets `number` to `absent`, or an integer as above. */
bool u101_py_number_or_none(PyObject *value, const char *name, int absent, int *number);

/* A new reference to a str as described above. */
PyObject *u101_py_text(PyObject *value, const char *name, const char *expected);

/* Whether `value` is one str or bytes-like object. */
bool u101_py_is_single(PyObject *value);

/* Whether `value` can be iterated over. */
bool u101_py_is_iterable(PyObject *value);

/* What a message calls member `index` of the argument `name`: "name[index]". */
#define U101_PY_MEMBER_ROOM 64
void u101_py_member(char member[U101_PY_MEMBER_ROOM], const char *name, Py_ssize_t index);

/* The latin-1 bytes of a str as described above; they live as long as it does. */
static inline u101_slice u101_py_slice(PyObject *text)
{
    return (u101_slice){(const char *)PyUnicode_1BYTE_DATA(text),
                        (size_t)PyUnicode_GET_LENGTH(text)};
}

#endif
