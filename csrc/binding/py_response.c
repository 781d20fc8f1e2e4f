/*
 * The response of a decision: see py_response.h.
 */
#include "py_response.h"

#include <time.h>

#include "py_fields.h"

/* Bytes on the stack; what is written is rarely longer. */
#define ROOM 1024

PyObject *u101_py_response_write(const u101_negotiator *negotiator, const u101_decision *verdict,
                                 const char *received, const u101_answer *answer)
{
    /* Only a refusal is dated. */
    const bool dated = verdict->action == U101_ACTION_REJECT;
    const int64_t now = dated ? (int64_t)time(NULL) : 0;
    char room[ROOM];
    const size_t size =
        u101_decision_write_response(negotiator, verdict, received, answer, now, room, sizeof room);
    if (size <= sizeof room) {
        return PyBytes_FromStringAndSize(room, (Py_ssize_t)size);
    }
    PyObject *response = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (response != NULL) {
        u101_decision_write_response(negotiator, verdict, received, answer, now,
                                     PyBytes_AS_STRING(response), size);
    }
    return response;
}

static u101_slice slice_of(PyObject *bytes)
{
    return (u101_slice){PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes)};
}

PyObject *u101_py_response_headers(const u101_decision *verdict, PyObject *response)
{
    const u101_slice bytes = slice_of(response);
    const u101_response_parts parts = u101_decision_response_parts(verdict, bytes);
    return u101_py_fields_list(bytes.at, parts.content, parts.fields);
}

PyObject *u101_py_response_content(const u101_decision *verdict, PyObject *response)
{
    const u101_slice bytes = slice_of(response);
    const u101_response_parts parts = u101_decision_response_parts(verdict, bytes);
    return PyBytes_FromStringAndSize(bytes.at + parts.content,
                                     (Py_ssize_t)(bytes.size - parts.content));
}
