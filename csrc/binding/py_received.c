/*
 * The bytes of one request as they come: see py_received.h.
 *
 * Strategy: a first piece of exact bytes is read where it is, because most often it is
 * the whole request.  Otherwise the pieces are gathered in a bytes object of our own,
 * which nobody else has while there is room in it.
 * The way back to before a first piece is to begin anew.
 */
#include "py_received.h"

#include <string.h>

#include "py_grown.h"

void u101_py_received_init(u101_py_received *received, bool first)
{
    received->bytes = NULL;
    received->size = 0;
    u101_handshake_init(&received->progress, first);
}

void u101_py_received_clear(u101_py_received *received)
{
    Py_CLEAR(received->bytes);
    received->size = 0;
}

/* Whether what follows the request is the decision's leftover. */
static bool delivers(const u101_decision *verdict)
{
    return verdict->action == U101_ACTION_SWITCH || verdict->action == U101_ACTION_PASS;
}

/* How many of `available` bytes a decision has use for.  Its detail shows the byte that
 * is at its offset. */
static size_t needed_of(const u101_decision *verdict, size_t available)
{
    if (delivers(verdict)) {
        return available;
    }
    return verdict->offset < available ? verdict->offset + 1 : verdict->head_size;
}

PyObject *u101_py_received_keep(PyObject *bytes, const u101_decision *verdict)
{
    const size_t available = (size_t)PyBytes_GET_SIZE(bytes);
    const size_t needed = needed_of(verdict, available);
    /* A decision on a few bytes must not keep many alive. */
    if (needed > available / 2) {
        return Py_NewRef(bytes);
    }
    return PyBytes_FromStringAndSize(PyBytes_AS_STRING(bytes), (Py_ssize_t)needed);
}

static bool is_in_place(const u101_py_received *received, const u101_py_input *input)
{
    return received->size == 0 && input->exact != NULL;
}

static bool decide(u101_py_received *received, const u101_py_terms *terms, u101_slice bytes,
                   u101_decision *verdict)
{
    return u101_handshake_decide(terms->negotiator, &received->progress, bytes, terms->secure,
                                 terms->hasher, verdict);
}

/* Makes `bytes` hold the first `size` bytes received, of which it holds `gathered`. */
static bool gather(u101_py_received *received, u101_slice piece, size_t gathered, size_t size)
{
    if (!u101_py_grown_to(&received->bytes, gathered, size)) {
        return false;
    }
    if (size > gathered) {
        memcpy(PyBytes_AS_STRING(received->bytes) + gathered,
               piece.at + (gathered - received->size), size - gathered);
    }
    return true;
}

/* What a decision has use for, of what was gathered and, after that, of the piece. */
static PyObject *keep_gathered(const u101_py_received *received, u101_slice piece, size_t gathered,
                               const u101_decision *verdict)
{
    const size_t needed = needed_of(verdict, received->size + piece.size);
    if (received->bytes != NULL && needed == gathered &&
        needed == (size_t)PyBytes_GET_SIZE(received->bytes)) {
        return Py_NewRef(received->bytes);
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)needed);
    if (bytes == NULL || needed == 0) {
        return bytes;
    }
    const size_t copied = needed < gathered ? needed : gathered;
    memcpy(PyBytes_AS_STRING(bytes), PyBytes_AS_STRING(received->bytes), copied);
    if (needed > copied) {
        memcpy(PyBytes_AS_STRING(bytes) + copied, piece.at + (gathered - received->size),
               needed - copied);
    }
    return bytes;
}

/* A part of the request that is completed tells how much is looked at next: a body, the
 * next of its chunks.  Hence the loop. */
static u101_py_outcome read_gathered(u101_py_received *received, const u101_py_terms *terms,
                                     u101_slice piece, u101_py_step *step, u101_decision *verdict)
{
    const size_t total = received->size + piece.size;
    step->size = received->size;
    bool decided = false;
    while (!decided && step->size < total) {
        const size_t wanted = u101_handshake_wanted(terms->negotiator, &received->progress);
        const size_t size = wanted > step->size && wanted < total ? wanted : total;
        if (!gather(received, piece, step->size, size)) {
            return U101_PY_FAILED;
        }
        step->size = size;
        const u101_slice bytes = {PyBytes_AS_STRING(received->bytes), size};
        decided = decide(received, terms, bytes, verdict);
    }
    return decided ? U101_PY_DECIDED : U101_PY_UNDECIDED;
}

static u101_py_outcome read_on(u101_py_received *received, const u101_py_terms *terms,
                               const u101_py_input *input, u101_py_step *step,
                               u101_decision *verdict, PyObject **kept)
{
    if (is_in_place(received, input)) {
        step->size = input->bytes.size;
        if (!decide(received, terms, input->bytes, verdict)) {
            return U101_PY_UNDECIDED;
        }
        *kept = u101_py_received_keep(input->exact, verdict);
    } else {
        const u101_py_outcome outcome = read_gathered(received, terms, input->bytes, step, verdict);
        if (outcome != U101_PY_DECIDED) {
            return outcome;
        }
        *kept = keep_gathered(received, input->bytes, step->size, verdict);
    }
    return *kept == NULL ? U101_PY_FAILED : U101_PY_DECIDED;
}

u101_py_outcome u101_py_received_read(u101_py_received *received, const u101_py_terms *terms,
                                      const u101_py_input *input, u101_py_step *step,
                                      u101_decision *verdict, PyObject **kept)
{
    if (received->size > 0) {
        step->earlier = received->progress;
    }
    const u101_py_outcome outcome = read_on(received, terms, input, step, verdict, kept);
    if (outcome == U101_PY_FAILED) {
        u101_py_received_undo(received, step);
    }
    return outcome;
}

bool u101_py_received_take(u101_py_received *received, const u101_py_input *input,
                           const u101_py_step *step)
{
    /* Without a final decision all of it was looked at: it is no more than the limits.  Copied,
     * for a transport reads into far more memory than it has bytes for, of which a page stays. */
    if (is_in_place(received, input) && step->size > 0 &&
        !gather(received, input->bytes, 0, step->size)) {
        return false;
    }
    received->size = step->size;
    return true;
}

void u101_py_received_undo(u101_py_received *received, const u101_py_step *step)
{
    if (received->size > 0) {
        received->progress = step->earlier;
    } else {
        u101_handshake_init(&received->progress, !received->progress.head.later);
    }
}

PyObject *u101_py_received_head(const u101_py_received *received, const u101_decision *verdict)
{
    const char *at = received->bytes == NULL ? NULL : PyBytes_AS_STRING(received->bytes);
    return PyBytes_FromStringAndSize(at, (Py_ssize_t)verdict->head_size);
}
