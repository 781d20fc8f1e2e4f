/*
 * The bytes of one request as they come, and how far they have been read.
 *
 * In: pieces of the input.  Out: what the core decides, and the bytes that the
 * decision has use for.  Always: a byte that somebody else may write is copied before
 * the core looks at it, and what is kept is that copy.  No more is copied than the core
 * looks at, but for what a decision delivers.  A call that fails leaves everything as
 * it was.
 *
 * It makes no decision, and it runs no Python code.
 */
#ifndef U101_PY_RECEIVED_H
#define U101_PY_RECEIVED_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "py_input.h"
#include "upgrade101.h"

typedef struct {
    PyObject *bytes; /* exact bytes that begin with what was received, or NULL */
    size_t size;     /* all that was received */
    u101_handshake progress;
} u101_py_received;

/* Who decides, and on what terms. */
typedef struct {
    const u101_negotiator *negotiator;
    u101_hasher *hasher;
    bool secure;
} u101_py_terms;

void u101_py_received_init(u101_py_received *received, bool first);
void u101_py_received_clear(u101_py_received *received);

/* What u101_py_received_read has found. */
typedef enum {
    U101_PY_FAILED,    /* MemoryError */
    U101_PY_UNDECIDED, /* more bytes are needed */
    U101_PY_DECIDED,   /* `verdict` and `kept` are set */
} u101_py_outcome;

/* What a piece adds, and the way back. */
typedef struct {
    size_t size;            /* all that was received, the piece included */
    u101_handshake earlier; /* the progress before the piece, unless that was the first */
} u101_py_step;

/* Reads on in `input` and sets `step`.  Then the caller takes the step or undoes it; a
 * failure has undone it.
 * `kept` is a new reference to exact bytes that begin with the request: all that was
 * received if the decision delivers what follows the request, otherwise as far as the
 * decision says something of them. */
u101_py_outcome u101_py_received_read(u101_py_received *received, const u101_py_terms *terms,
                                      const u101_py_input *input, u101_py_step *step,
                                      u101_decision *verdict, PyObject **kept);

/* Counts in what was read.  False: MemoryError; u101_py_received_undo follows. */
bool u101_py_received_take(u101_py_received *received, const u101_py_input *input,
                           const u101_py_step *step);
/* Goes back to before what was read. */
void u101_py_received_undo(u101_py_received *received, const u101_py_step *step);

/* A new reference to exact bytes that begin with what a decision has use for, of
 * `bytes`, exact bytes as well. */
PyObject *u101_py_received_keep(PyObject *bytes, const u101_decision *verdict);

/* A new reference to bytes with the head of a refusal of the server's own. */
PyObject *u101_py_received_head(const u101_py_received *received, const u101_decision *verdict);

#endif
