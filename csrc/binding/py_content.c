/*
 * The content of a body: see py_content.h.
 */
#include "py_content.h"

#include <string.h>

u101_body_result u101_py_content_skip(u101_body *body, u101_slice *rest, u101_reason *reason)
{
    u101_body_result result = U101_BODY_DATA;
    u101_slice data;
    while (result == U101_BODY_DATA) {
        result = u101_body_read(body, rest, &data, reason);
    }
    return result;
}

/* What has been read of a piece. */
typedef struct {
    u101_slice first;   /* the first part of the content */
    PyObject *gathered; /* bytes that begin with all of it, or NULL: there is no other part */
    size_t size;
} parts;

/* `room` is what the rest of the piece can add at most. */
static bool add(parts *made, u101_slice data, size_t room)
{
    if (made->size == 0) {
        made->first = data;
    } else {
        if (made->gathered == NULL) {
            const size_t most = made->size + data.size + room;
            made->gathered = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)most);
            if (made->gathered == NULL) {
                return false;
            }
            memcpy(PyBytes_AS_STRING(made->gathered), made->first.at, made->size);
        }
        memcpy(PyBytes_AS_STRING(made->gathered) + made->size, data.at, data.size);
    }
    made->size += data.size;
    return true;
}

/* NULL: MemoryError. */
static PyObject *finish(parts *made, PyObject *piece)
{
    if (made->gathered != NULL) {
        _PyBytes_Resize(&made->gathered, (Py_ssize_t)made->size);
        return made->gathered;
    }
    if (made->size == (size_t)PyBytes_GET_SIZE(piece)) {
        return Py_NewRef(piece);
    }
    return PyBytes_FromStringAndSize(made->first.at, (Py_ssize_t)made->size);
}

bool u101_py_content_read(u101_body *body, u101_slice *rest, PyObject *piece,
                          u101_body_result *result, u101_reason *reason, PyObject **content)
{
    parts made = {{NULL, 0}, NULL, 0};
    u101_slice data;
    *result = u101_body_read(body, rest, &data, reason);
    while (*result == U101_BODY_DATA) {
        if (!add(&made, data, rest->size)) {
            return false;
        }
        *result = u101_body_read(body, rest, &data, reason);
    }
    *content = finish(&made, piece);
    return *content != NULL;
}

PyObject *u101_py_content_tail(PyObject *piece, size_t size)
{
    const size_t whole = (size_t)PyBytes_GET_SIZE(piece);
    if (size == whole) {
        return Py_NewRef(piece);
    }
    return PyBytes_FromStringAndSize(PyBytes_AS_STRING(piece) + (whole - size), (Py_ssize_t)size);
}
