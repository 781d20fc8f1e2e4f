/*
 * The caller's last word on a decision: see py_answer.h.
 */
#include "py_answer.h"

#include "py_arguments.h"
#include "py_input.h"

void u101_py_answer_clear(u101_py_answer *answer)
{
    u101_py_fields_clear(&answer->fields);
    Py_CLEAR(answer->body);
    Py_CLEAR(answer->extensions);
    answer->given = false;
}

const u101_answer *u101_py_answer_of(const u101_py_answer *answer, u101_answer *room)
{
    if (!answer->given) {
        return NULL;
    }
    *room = (u101_answer){.fields = answer->fields.at, .field_count = answer->fields.count};
    if (answer->body != NULL) {
        room->body =
            (u101_slice){PyBytes_AS_STRING(answer->body), (size_t)PyBytes_GET_SIZE(answer->body)};
    }
    if (answer->extensions != NULL) {
        room->extensions = u101_py_slice(answer->extensions);
    }
    return room;
}

const char u101_py_accept_doc[] =
    "accept($self, headers=(), subprotocol=..., extensions=...)\n"
    "--\n"
    "\n"
    "The switch with an answer of the caller's, as a new Decision.\n"
    "\n"
    "headers: iterable of (name, value), each a str or bytes: further fields of the 101\n"
    "    [RFC 9110 5].\n"
    "subprotocol: str, one of those the client offered, or None for none; left out, the one that\n"
    "    was negotiated stays [RFC 6455 4.2.2].\n"
    "extensions: str, the value of Sec-WebSocket-Extensions, each one offered by the client, or\n"
    "    None for none; left out, those that were negotiated stay [RFC 6455 9.1].\n"
    "\n"
    "Raises TypeError for a wrong type.  Raises ValueError if this is no SWITCH; if a name is no\n"
    "token or the library's own (Upgrade, Connection, Content-Length, Transfer-Encoding, Trailer,\n"
    "Sec-WebSocket-*); if a value has a control character or white space at an end; if the client\n"
    "did not offer the subprotocol or an extension; and for fields if the response is empty.\n"
    "Then this decision is as before.";

/* What is given as `name`: NULL as it was negotiated, a str of no bytes for none, or a str.
 * False: TypeError, or ValueError for an empty str or one that is not latin-1. */
static bool read_choice(PyObject *value, const char *name, PyObject **text)
{
    *text = NULL;
    if (value == NULL || value == Py_Ellipsis) {
        return true;
    }
    if (value == Py_None) {
        *text = PyUnicode_New(0, 0);
        return *text != NULL;
    }
    *text = u101_py_text(value, name, "a str, None for none, or ... as negotiated");
    if (*text != NULL && PyUnicode_GET_LENGTH(*text) == 0) {
        /* The core takes no bytes for none. */
        PyErr_Format(PyExc_ValueError, "%s must not be empty: use None for none", name);
        Py_CLEAR(*text);
    }
    return *text != NULL;
}

bool u101_py_answer_accept(u101_py_answer *answer, u101_decision *verdict, const char *received,
                           const u101_py_answer *earlier, PyObject *const *args, Py_ssize_t count,
                           PyObject *keywords)
{
    static const char *const names[] = {"headers", "subprotocol", "extensions"};
    static const u101_py_signature signature = {"accept", names, 3, 3, 0};
    PyObject *values[3];
    PyObject *subprotocol = NULL;
    if (!u101_py_bind(&signature, args, count, keywords, values) ||
        (values[0] != NULL && !u101_py_fields_read(&answer->fields, values[0])) ||
        !read_choice(values[2], names[2], &answer->extensions) ||
        !read_choice(values[1], names[1], &subprotocol)) {
        return false;
    }
    const bool replaces = answer->extensions != NULL;
    if (!replaces) {
        answer->extensions = Py_XNewRef(earlier->extensions);
    }
    answer->given = true;
    u101_answer room;
    u101_slice chosen = {"", 0};
    if (subprotocol != NULL) {
        chosen = u101_py_slice(subprotocol);
    }
    const bool sound =
        u101_py_is_sound(u101_answer_accept(verdict, received, u101_py_answer_of(answer, &room),
                                            subprotocol == NULL ? NULL : &chosen, replaces));
    Py_XDECREF(subprotocol);
    return sound;
}

const char u101_py_reject_doc[] =
    "reject($self, status, headers=(), body=b'')\n"
    "--\n"
    "\n"
    "A refusal of the caller's, as a new Decision: a REJECT with the reason REFUSED.\n"
    "\n"
    "status: int, 200 to 599; a 2xx answers the request as HTTP [RFC 9110 15].\n"
    "headers: iterable of (name, value), each a str or bytes: further fields; Date and\n"
    "    Content-Type replace the library's [RFC 9110 5].\n"
    "body: bytes-like, the content; it is not sent to HEAD [RFC 9110 9.3.2].\n"
    "\n"
    "Raises TypeError for a wrong type, and ValueError on a CONTINUE, for a status out of range,\n"
    "a body with 204, 205 or 304 [RFC 9110 15.3.5, 15.3.6, 15.4.5], and fields as accept() does.\n"
    "Then this decision is as before.";

bool u101_py_answer_reject(u101_py_answer *answer, u101_decision *verdict, PyObject *const *args,
                           Py_ssize_t count, PyObject *keywords)
{
    static const char *const names[] = {"status", "headers", "body"};
    static const u101_py_signature signature = {"reject", names, 3, 3, 1};
    PyObject *values[3];
    int status = 0;
    if (!u101_py_bind(&signature, args, count, keywords, values) ||
        !u101_py_number(values[0], names[0], &status) ||
        (values[1] != NULL && !u101_py_fields_read(&answer->fields, values[1]))) {
        return false;
    }
    if (values[2] != NULL) {
        answer->body = u101_py_input_copy(values[2], names[2]);
        if (answer->body == NULL) {
            return false;
        }
    }
    answer->given = true;
    u101_answer room;
    return u101_py_are_sound(u101_answer_reject(verdict, status, u101_py_answer_of(answer, &room)),
                             &signature, values);
}
