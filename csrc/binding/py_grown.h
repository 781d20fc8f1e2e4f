/*
 * A bytes object of our own that grows while pieces are gathered in it.
 *
 * In: the object, or NULL: it has no room yet.  Out: one with room for more, which begins
 * with the same bytes.  Always: a byte is moved twice at most on average, and an object
 * that is too small is replaced, never changed.
 */
#ifndef U101_PY_GROWN_H
#define U101_PY_GROWN_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <string.h>

/* Makes `*bytes`, whose first `used` bytes count, one of at least `size` bytes.  False:
 * MemoryError, and it is as it was. */
static inline bool u101_py_grown_to(PyObject **bytes, size_t used, size_t size)
{
    const size_t room = *bytes == NULL ? 0 : (size_t)PyBytes_GET_SIZE(*bytes);
    if (size <= room) {
        return true;
    }
    const size_t capacity = size > 2 * room ? size : 2 * room;
    PyObject *grown = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)capacity);
    if (grown == NULL) {
        return false;
    }
    if (used > 0) {
        memcpy(PyBytes_AS_STRING(grown), PyBytes_AS_STRING(*bytes), used);
    }
    Py_XSETREF(*bytes, grown);
    return true;
}

#endif
