/*
 * The responses to one request: see py_exchange.h.
 *
 * Strategy: a head that is there whole is read where it is.  One that comes in pieces is
 * gathered in a bytes object of our own, whose bytes past `size` are nobody's: a copy of
 * the state may fill them.
 */
#include "py_exchange.h"

#include <string.h>

#include "py_content.h"
#include "py_grown.h"
#include "py_response_head.h"

bool u101_py_exchange_init(u101_py_exchange *exchange, u101_slice method, const u101_limits *limits)
{
    *exchange = (u101_py_exchange){
        .limits = *limits,
        .leftover = PyBytes_FromStringAndSize(NULL, 0),
        .reason = U101_SOUND,
        .phase = U101_PY_IN_HEAD,
    };
    u101_response_init(&exchange->response, method);
    return exchange->leftover != NULL;
}

void u101_py_exchange_clear(u101_py_exchange *exchange)
{
    Py_CLEAR(exchange->gathered);
    Py_CLEAR(exchange->interim);
    Py_CLEAR(exchange->final);
    Py_CLEAR(exchange->leftover);
}

static u101_py_exchange copy_of(const u101_py_exchange *exchange)
{
    Py_XINCREF(exchange->gathered);
    Py_XINCREF(exchange->interim);
    Py_XINCREF(exchange->final);
    Py_XINCREF(exchange->leftover);
    return *exchange;
}

static void skip(u101_slice *rest, size_t size)
{
    rest->at += size;
    rest->size -= size;
}

/* Puts a part of a head after what was gathered of it. */
static bool gather(u101_py_exchange *exchange, u101_slice part)
{
    if (!u101_py_grown_to(&exchange->gathered, exchange->size, exchange->size + part.size)) {
        return false;
    }
    memcpy(PyBytes_AS_STRING(exchange->gathered) + exchange->size, part.at, part.size);
    return true;
}

static void fail(u101_py_exchange *exchange, u101_reason reason, uint64_t offset)
{
    exchange->phase = U101_PY_DEFECTIVE;
    exchange->reason = reason;
    exchange->offset = exchange->begin + offset;
}

/* Goes on after a head that ended at `at`. */
static bool finish_head(u101_py_exchange *exchange, PyTypeObject *type, const char *at,
                        u101_response_result result)
{
    u101_response *read = &exchange->response;
    PyObject *response = u101_py_response_head_new(type, at, read);
    if (response == NULL) {
        return false;
    }
    exchange->begin += read->head.next;
    exchange->size = 0;
    if (result == U101_RESPONSE_INTERIM) {
        Py_XSETREF(exchange->interim, response);
        u101_response_next(read);
        return true;
    }
    Py_CLEAR(exchange->gathered);
    exchange->final = response;
    exchange->phase = result == U101_RESPONSE_SWITCH ? U101_PY_SWITCHED : U101_PY_IN_BODY;
    /* Any length, and as strict as a request's [contract 8]. */
    const u101_body_limits limits = {
        .size = UINT64_MAX, .overhead = exchange->limits.head, .fields = exchange->limits.fields};
    u101_body_init(&exchange->body, (u101_framing)read->framing, read->length, &limits);
    return true;
}

static bool read_head(u101_py_exchange *exchange, PyTypeObject *type, u101_slice *rest)
{
    const size_t before = exchange->size;
    /* One more than a head may have shows that it is too large. */
    const size_t most = exchange->limits.head + 1 - before;
    const u101_slice part = {rest->at, rest->size < most ? rest->size : most};
    u101_slice head = part;
    u101_reason reason = U101_BAD_VERSION;
    if (before > 0) {
        if (!gather(exchange, part)) {
            return false;
        }
        head = (u101_slice){PyBytes_AS_STRING(exchange->gathered), before + part.size};
    }
    const u101_response_result result =
        u101_response_read(&exchange->limits, &exchange->response, head, &reason);
    const size_t next = exchange->response.head.next;
    if (result == U101_RESPONSE_MORE) {
        if (before == 0 && !gather(exchange, part)) {
            return false;
        }
        exchange->size = head.size;
    } else if (result == U101_RESPONSE_DEFECT) {
        fail(exchange, reason, next);
    } else if (!finish_head(exchange, type, head.at, result)) {
        return false;
    }
    skip(rest, next - before);
    return true;
}

static bool read_body(u101_py_exchange *exchange, PyObject *piece, u101_slice *rest,
                      PyObject **content)
{
    u101_body_result result = U101_BODY_MORE;
    u101_reason reason = U101_SOUND;
    if (content == NULL) {
        result = u101_py_content_skip(&exchange->body, rest, &reason);
    } else if (!u101_py_content_read(&exchange->body, rest, piece, &result, &reason, content)) {
        return false;
    }
    if (result == U101_BODY_DONE) {
        exchange->phase = U101_PY_WHOLE;
    } else if (result == U101_BODY_DEFECT) {
        fail(exchange, reason, exchange->body.read);
    }
    return true;
}

/* Reads on with a copy of the state. */
static bool read_on(u101_py_exchange *exchange, PyTypeObject *type, PyObject *piece,
                    u101_slice *rest, PyObject **content)
{
    while (exchange->phase == U101_PY_IN_HEAD && rest->size > 0) {
        if (!read_head(exchange, type, rest)) {
            return false;
        }
    }
    if (exchange->phase == U101_PY_IN_BODY && !read_body(exchange, piece, rest, content)) {
        return false;
    }
    if (content == NULL) {
        return true;
    }
    if (*content == NULL) {
        *content = u101_py_content_tail(piece, 0);
    }
    const bool ended = exchange->phase == U101_PY_WHOLE || exchange->phase == U101_PY_SWITCHED;
    Py_SETREF(exchange->leftover, u101_py_content_tail(piece, ended ? rest->size : 0));
    return *content != NULL && exchange->leftover != NULL;
}

bool u101_py_exchange_read(u101_py_exchange *exchange, PyTypeObject *type, PyObject *piece,
                           size_t *used, PyObject **content)
{
    const size_t size = (size_t)PyBytes_GET_SIZE(piece);
    u101_py_exchange after = copy_of(exchange);
    u101_slice rest = {PyBytes_AS_STRING(piece), size};
    if (!read_on(&after, type, piece, &rest, content)) {
        u101_py_exchange_clear(&after);
        if (content != NULL) {
            Py_CLEAR(*content);
        }
        return false;
    }
    u101_py_exchange_clear(exchange);
    *exchange = after;
    *used = size - rest.size;
    return true;
}

bool u101_py_exchange_end(u101_py_exchange *exchange)
{
    if (exchange->phase == U101_PY_IN_BODY && exchange->response.framing == U101_FRAMING_CLOSE) {
        exchange->phase = U101_PY_WHOLE;
    } else if (u101_py_exchange_goes_on(exchange)) {
        exchange->phase = U101_PY_CUT;
    }
    return exchange->phase == U101_PY_WHOLE || exchange->phase == U101_PY_SWITCHED;
}
