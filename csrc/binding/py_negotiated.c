/*
 * What a SWITCH has negotiated: see py_negotiated.h.
 */
#include "py_negotiated.h"

/* Bytes on the stack; what is written is rarely longer. */
#define ROOM 256

/* What a text is written from. */
typedef struct {
    const u101_negotiator *negotiator;
    const u101_decision *verdict;
    const u101_answer *answer;
} source;

static size_t write_protocol(const source *from, char *out, size_t capacity)
{
    return u101_decision_write_protocol(from->negotiator, from->verdict, out, capacity);
}

static size_t write_extensions(const source *from, char *out, size_t capacity)
{
    return u101_decision_write_extensions(from->verdict, from->answer, out, capacity);
}

/* A str of what was written, or None if that is nothing. */
static PyObject *text_or_none(const char *text, size_t size)
{
    return size == 0 ? Py_NewRef(Py_None) : PyUnicode_DecodeLatin1(text, (Py_ssize_t)size, NULL);
}

static PyObject *written(const source *from, size_t (*write)(const source *, char *, size_t))
{
    char room[ROOM];
    const size_t size = write(from, room, sizeof room);
    if (size <= sizeof room) {
        return text_or_none(room, size);
    }
    char *larger = PyMem_Malloc(size);
    if (larger == NULL) {
        return PyErr_NoMemory();
    }
    write(from, larger, size);
    PyObject *text = text_or_none(larger, size);
    PyMem_Free(larger);
    return text;
}

PyObject *u101_py_negotiated_protocol(const u101_negotiator *negotiator,
                                      const u101_decision *verdict)
{
    return written(&(source){.negotiator = negotiator, .verdict = verdict}, write_protocol);
}

PyObject *u101_py_negotiated_extensions(const u101_decision *verdict, const u101_answer *answer)
{
    return written(&(source){.verdict = verdict, .answer = answer}, write_extensions);
}

PyObject *u101_py_negotiated_subprotocol(const u101_decision *verdict, const char *received)
{
    const bool chosen = verdict->action == U101_ACTION_SWITCH;
    return text_or_none(received + verdict->subprotocol.at, chosen ? verdict->subprotocol.size : 0);
}

PyObject *u101_py_negotiated_settings(const u101_decision *verdict, const char *received)
{
    if (verdict->action != U101_ACTION_SWITCH || !verdict->settings_present) {
        Py_RETURN_NONE;
    }
    const u101_slice value = {received + verdict->settings.at, verdict->settings.size};
    u101_setting settings[U101_MAX_SETTINGS];
    const int count = u101_h2c_read_settings(value, settings);
    PyObject *pairs = PyTuple_New(count);
    for (int i = 0; pairs != NULL && i < count; i++) {
        PyObject *pair =
            Py_BuildValue("(Hk)", settings[i].identifier, (unsigned long)settings[i].value);
        if (pair == NULL) {
            Py_CLEAR(pairs);
        } else {
            PyTuple_SET_ITEM(pairs, i, pair);
        }
    }
    return pairs;
}
