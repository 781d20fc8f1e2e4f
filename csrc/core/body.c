/*
 * Reads the body of a message [RFC 9112 6-7], resumably.
 *
 * In: the bytes that follow a head, in pieces, and how the head frames them.
 * Out: the pieces of the content, where the body ends, or the first defect in byte
 * order.
 *
 * Always: the work is linear in the bytes, and the verdict is the same however they
 * are cut.  No byte past a limit is looked at.  The content is handed out as parts of
 * the input, never copied.
 *
 * It keeps no trailer field: their syntax is checked, and they are dropped.
 */
#include "chars.h"
#include "scan.h"
#include "slice.h"

#define MOST_DIGITS 15 /* of a chunk-size [contract 6]: four bits each, so no size overflows */

enum {
    AT_SIZE,
    AT_EXTENSION, /* *( ";" name [ "=" value ] ) [RFC 9112 7.1.1], no white space [contract 6] */
    AT_EXTENSION_NAME,
    AT_EXTENSION_VALUE,
    AT_EXTENSION_TOKEN,
    AT_QUOTED,
    AT_QUOTED_PAIR,
    AT_QUOTED_END,
    AT_SIZE_LF,
    AT_DATA,
    AT_DATA_CR,
    AT_DATA_LF,
    AT_LINE, /* the trailer section */
    AT_NAME,
    AT_VALUE,
    AT_VALUE_LF,
    AT_END_LF,
    AT_END,
};

/* The bytes that may be looked at. */
typedef struct {
    const char *at;
    const char *end;
} cursor;

void u101_body_init(u101_body *body, u101_framing framing, uint64_t length,
                    const u101_body_limits *limits)
{
    *body = (u101_body){.limits = *limits, .framing = (uint8_t)framing, .state = AT_SIZE};
    if (framing == U101_FRAMING_LENGTH) {
        body->left = length;
    } else if (framing == U101_FRAMING_CLOSE) {
        body->left = UINT64_MAX;
    }
}

static u101_body_result fail(u101_reason *reason, u101_reason found)
{
    *reason = found;
    return U101_BODY_DEFECT;
}

/* Goes past the byte at the cursor, and on in `state`. */
static void enter(u101_body *body, cursor *c, uint8_t state)
{
    c->at++;
    body->state = state;
}

/* The same, and counts the byte as overhead.  False: it passes the limit. */
static bool enter_counted(u101_body *body, cursor *c, uint8_t state)
{
    if (body->overhead == body->limits.overhead) {
        return false;
    }
    body->overhead++;
    enter(body, c, state);
    return true;
}

/* Goes past the bytes of a class that follow one another, and counts them, up to the limit. */
static inline void scan_overhead(u101_body *body, cursor *c, u101_class class)
{
    const size_t room = body->limits.overhead - body->overhead;
    const char *const end = (size_t)(c->end - c->at) > room ? c->at + room : c->end;
    const char *const at = u101_scan(c->at, end, class);

    body->overhead += (size_t)(at - c->at);
    c->at = at;
}

static uint64_t digit_of(char hex)
{
    return (uint64_t)(u101_is_digit(hex) ? hex - '0' : (hex | 0x20) - 'a' + 10);
}

/* What may follow a chunk-size, or an extension that is complete. */
static bool leave_element(u101_body *body, cursor *c)
{
    if (*c->at == ';') {
        return enter_counted(body, c, AT_EXTENSION);
    }
    if (*c->at != '\r') {
        return false;
    }
    enter(body, c, AT_SIZE_LF);
    return true;
}

/* chunk-size = 1*HEXDIG: a size above the limit is refused before its data is there. */
static u101_body_result read_size(u101_body *body, cursor *c, u101_reason *reason)
{
    for (; c->at < c->end && u101_is(*c->at, U101_HEX); c->at++) {
        const uint64_t size = body->left << 4 | digit_of(*c->at);
        if (body->digits == MOST_DIGITS) {
            return fail(reason, U101_CHUNK_INVALID);
        }
        if (size > body->limits.size - body->decoded) {
            return fail(reason, U101_BODY_TOO_LARGE);
        }
        body->left = size;
        body->digits++;
    }
    if (c->at < c->end && (body->digits == 0 || !leave_element(body, c))) {
        return fail(reason, U101_CHUNK_INVALID);
    }
    return U101_BODY_MORE;
}

/* What follows the first quote of a quoted-string [RFC 9110 5.6.4]. */
static bool read_quoted(u101_body *body, cursor *c)
{
    while (c->at < c->end && body->state != AT_QUOTED_END) {
        const char byte = *c->at;
        uint8_t next = AT_QUOTED;
        if (body->state == AT_QUOTED && byte == '"') {
            next = AT_QUOTED_END;
        } else if (body->state == AT_QUOTED && byte == '\\') {
            next = AT_QUOTED_PAIR;
        }
        if (!u101_is(byte, U101_VALUE) || !enter_counted(body, c, next)) {
            return false;
        }
    }
    return true;
}

/* The byte that goes on with a chunk-size line.  False: it is a defect. */
static bool read_extension(u101_body *body, cursor *c)
{
    switch (body->state) {
    case AT_EXTENSION:
        return u101_is(*c->at, U101_TCHAR) && enter_counted(body, c, AT_EXTENSION_NAME);
    case AT_EXTENSION_NAME:
        scan_overhead(body, c, U101_TCHAR);
        if (c->at == c->end) {
            return true;
        }
        return *c->at == '=' ? enter_counted(body, c, AT_EXTENSION_VALUE) : leave_element(body, c);
    case AT_EXTENSION_VALUE:
        if (*c->at == '"') {
            return enter_counted(body, c, AT_QUOTED);
        }
        return u101_is(*c->at, U101_TCHAR) && enter_counted(body, c, AT_EXTENSION_TOKEN);
    case AT_EXTENSION_TOKEN:
        scan_overhead(body, c, U101_TCHAR);
        return c->at == c->end || leave_element(body, c);
    case AT_QUOTED:
    case AT_QUOTED_PAIR:
        return read_quoted(body, c);
    case AT_QUOTED_END:
        return leave_element(body, c);
    default:
        if (*c->at != '\n') {
            return false;
        }
        enter(body, c, body->left > 0 ? AT_DATA : AT_LINE);
        return true;
    }
}

/* The byte that goes on with trailer-section CRLF [RFC 9112 7.1.2].  False: it is a defect. */
static bool read_trailer(u101_body *body, cursor *c)
{
    switch (body->state) {
    case AT_LINE:
        if (*c->at == '\r') {
            enter(body, c, AT_END_LF);
            return true;
        }
        if (body->fields == body->limits.fields) {
            return false;
        }
        body->fields++;
        return u101_is(*c->at, U101_TCHAR) && enter_counted(body, c, AT_NAME);
    case AT_NAME:
        scan_overhead(body, c, U101_TCHAR);
        return c->at == c->end || (*c->at == ':' && enter_counted(body, c, AT_VALUE));
    case AT_VALUE:
        scan_overhead(body, c, U101_VALUE);
        return c->at == c->end || (*c->at == '\r' && enter_counted(body, c, AT_VALUE_LF));
    case AT_VALUE_LF:
        return *c->at == '\n' && enter_counted(body, c, AT_LINE);
    default:
        if (*c->at != '\n') {
            return false;
        }
        enter(body, c, AT_END);
        return true;
    }
}

/* The next piece of content that is there, at most `left` bytes. */
static u101_body_result take_data(u101_body *body, cursor *c, u101_slice *data)
{
    const size_t there = (size_t)(c->end - c->at);
    const size_t size = there < body->left ? there : (size_t)body->left;

    *data = (u101_slice){c->at, size};
    c->at += size;
    body->left -= size;
    body->decoded += size;
    return U101_BODY_DATA;
}

/* A byte of the CRLF after the data of a chunk.  False: it is a defect. */
static bool read_data_end(u101_body *body, cursor *c)
{
    if (*c->at != (body->state == AT_DATA_CR ? '\r' : '\n')) {
        return false;
    }
    enter(body, c, body->state == AT_DATA_CR ? AT_DATA_LF : AT_SIZE);
    body->digits = 0;
    return true;
}

/* chunked-body [RFC 9112 7.1] */
static u101_body_result read_chunked(u101_body *body, cursor *c, u101_slice *data,
                                     u101_reason *reason)
{
    u101_body_result result = U101_BODY_MORE;
    bool sound = true;

    while (sound && result == U101_BODY_MORE && body->state != AT_END && c->at < c->end) {
        if (body->state == AT_SIZE) {
            result = read_size(body, c, reason);
        } else if (body->state <= AT_SIZE_LF) {
            sound = read_extension(body, c);
        } else if (body->state == AT_DATA) {
            result = take_data(body, c, data);
            body->state = body->left > 0 ? AT_DATA : AT_DATA_CR;
        } else if (body->state <= AT_DATA_LF) {
            sound = read_data_end(body, c);
        } else {
            sound = read_trailer(body, c);
        }
    }
    if (!sound) {
        return fail(reason, U101_CHUNK_INVALID);
    }
    return result == U101_BODY_MORE && body->state == AT_END ? U101_BODY_DONE : result;
}

/* A body without chunks: by length, or up to the connection's end [RFC 9112 6.2]. */
static u101_body_result read_plain(u101_body *body, cursor *c, u101_slice *data,
                                   u101_reason *reason)
{
    const uint64_t room = body->limits.size - body->decoded;
    const bool close = body->framing == U101_FRAMING_CLOSE;

    if (body->left == 0) {
        return U101_BODY_DONE;
    }
    /* A length shows at once that the body passes the limit.  Without one, the first
     * byte past the limit shows it. */
    if (!close && body->left > room) {
        return fail(reason, U101_BODY_TOO_LARGE);
    }
    if (c->at == c->end) {
        return U101_BODY_MORE;
    }
    if (room == 0) {
        return fail(reason, U101_BODY_TOO_LARGE);
    }
    if ((size_t)(c->end - c->at) > room) {
        c->end = c->at + room;
    }
    return take_data(body, c, data);
}

u101_body_result u101_body_read(u101_body *body, u101_slice *input, u101_slice *data,
                                u101_reason *reason)
{
    cursor c = {input->at, input->at + input->size};
    const u101_body_result result = body->framing == U101_FRAMING_CHUNKED
                                        ? read_chunked(body, &c, data, reason)
                                        : read_plain(body, &c, data, reason);
    const size_t size = (size_t)(c.at - input->at);

    body->read += size;
    input->at += size;
    input->size -= size;
    return result;
}
