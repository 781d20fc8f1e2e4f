/*
 * The responses to one request as they come, and how far they have been read.
 *
 * In: pieces of the input.  Out: the heads of the interim responses and of the final one,
 * the content, and where all of it ends.  Always: a call that fails leaves what was read
 * as it was, because it reads with a copy.  It runs no Python code.
 */
#ifndef U101_PY_EXCHANGE_H
#define U101_PY_EXCHANGE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "upgrade101.h"

typedef enum {
    U101_PY_IN_HEAD,
    U101_PY_IN_BODY,
    U101_PY_WHOLE,    /* the response has been read to its end */
    U101_PY_SWITCHED, /* HTTP has ended after its head */
    U101_PY_CUT,      /* the connection has ended before */
    U101_PY_DEFECTIVE,
} u101_py_phase;

typedef struct {
    u101_limits limits;
    u101_response response;
    u101_body body;
    PyObject *gathered; /* bytes whose first `size` are those of the head so far, or NULL */
    size_t size;
    PyObject *interim;  /* the last interim Response, or NULL */
    PyObject *final;    /* the final Response, or NULL */
    PyObject *leftover; /* bytes after the response in the last piece */
    uint64_t begin;     /* where the head or the body begins that is being read */
    uint64_t offset;    /* of the defect */
    u101_reason reason; /* of the defect */
    u101_py_phase phase;
} u101_py_exchange;

/* False: MemoryError. */
bool u101_py_exchange_init(u101_py_exchange *exchange, u101_slice method,
                           const u101_limits *limits);
void u101_py_exchange_clear(u101_py_exchange *exchange);

static inline bool u101_py_exchange_goes_on(const u101_py_exchange *exchange)
{
    return exchange->phase <= U101_PY_IN_BODY;
}

/* Reads on in `piece`, exact bytes, and sets `used` to how many of its bytes are the
 * response's.  Sets `content`, a new reference to bytes, if it is not NULL; what follows
 * the response is then the leftover.  `type` is that of Response.  False: MemoryError. */
bool u101_py_exchange_read(u101_py_exchange *exchange, PyTypeObject *type, PyObject *piece,
                           size_t *used, PyObject **content);

/* The connection has ended: whether the response is whole. */
bool u101_py_exchange_end(u101_py_exchange *exchange);

#endif
