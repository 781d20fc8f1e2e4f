/*
 * One line for a log that says why a decision was made [contract 1].
 *
 * In: a decision and its request.  Out: the sentence of its reason, and the values that
 * decided it.
 * Always: at most U101_DETAIL_SIZE bytes of printable ASCII.  What a client sent stands
 * between quotes and is escaped, so that it cannot pose as a line of the log.
 */
#include "fields.h"
#include "negotiator.h"
#include "target.h"
#include "writer.h"

/* Bytes before a defect that are shown. */
#define SHOWN 40

typedef struct {
    char *out;
    size_t size;
    bool cut; /* whether something did not fit */
} line;

static void put(line *to, char byte)
{
    to->cut = to->cut || to->size == U101_DETAIL_SIZE;
    if (!to->cut) {
        to->out[to->size++] = byte;
    }
}

static void put_text(line *to, const char *text)
{
    for (; *text != '\0'; text++) {
        put(to, *text);
    }
}

static void put_number(line *to, uint64_t number)
{
    char digits[20];
    u101_writer writer = u101_writer_of(digits, sizeof(digits));

    u101_write_number(&writer, number);
    for (size_t i = 0; i < writer.size; i++) {
        put(to, digits[i]);
    }
}

static void put_hex(line *to, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";

    put(to, digits[byte >> 4]);
    put(to, digits[byte & 15]);
}

static void put_quoted(line *to, u101_slice value)
{
    put(to, '\'');
    for (size_t i = 0; i < value.size && !to->cut; i++) {
        const char byte = value.at[i];
        if (byte < ' ' || byte > '~') {
            put_text(to, "\\x");
            put_hex(to, (unsigned char)byte);
        } else {
            if (byte == '\'' || byte == '\\') {
                put(to, '\\');
            }
            put(to, byte);
        }
    }
    put(to, '\'');
}

/* What is known of a decided request. */
typedef struct {
    const u101_negotiator *negotiator;
    const u101_decision *decision;
    u101_slice received;
} facts;

/* The number of lines of a field, and the value of the first one. */
static size_t count_lines(const facts *known, u101_slice name, u101_slice *value)
{
    size_t cursor = known->decision->fields;
    size_t count = 0;
    u101_field field;

    *value = (u101_slice){"", 0};
    while (u101_fields_next(known->received.at, known->decision->head_size, &cursor, &field)) {
        if (u101_equal_nocase(field.name, name)) {
            *value = count == 0 ? field.value : *value;
            count++;
        }
    }
    return count;
}

static void put_field(line *to, const facts *known, const char *name)
{
    u101_slice value;
    const size_t count = count_lines(known, (u101_slice){name, strlen(name)}, &value);

    put_text(to, count == 0 ? "no " : "");
    put_text(to, name);
    if (count > 0) {
        put(to, ' ');
        put_quoted(to, value);
    }
    if (count > 1) {
        put_text(to, " and ");
        put_number(to, count - 1);
        put_text(to, count == 2 ? " more line" : " more lines");
    }
}

static void put_span(line *to, const facts *known, const char *name, u101_span span)
{
    put_text(to, name);
    put(to, ' ');
    put_quoted(to, u101_slice_at(known->received.at, span));
}

static void put_limit(line *to, size_t limit, const char *unit)
{
    put_text(to, ": the limit is ");
    put_number(to, limit);
    put_text(to, unit);
}

/* The byte that shows a defect, and what stands before it in its line. */
static void put_place(line *to, const facts *known)
{
    const size_t offset = known->decision->offset;
    const size_t least = offset > SHOWN ? offset - SHOWN : 0;
    size_t begin = offset;

    put_text(to, ": offset ");
    put_number(to, offset);
    if (offset >= known->received.size) {
        return;
    }
    put_text(to, ", byte 0x");
    put_hex(to, (unsigned char)known->received.at[offset]);
    while (begin > least && known->received.at[begin - 1] != '\n') {
        begin--;
    }
    if (begin < offset) {
        put_text(to, " after ");
        put_quoted(to, (u101_slice){known->received.at + begin, offset - begin});
    }
}

/* An origin that no entry admits, and what it was compared with. */
static void put_origin(line *to, const facts *known)
{
    const u101_compiled_offer *const offer = &known->negotiator->offers[known->decision->offer];
    const u101_origins *const origins = &offer->origins;
    u101_slice value;

    if (count_lines(known, U101_TEXT("Origin"), &value) == 0) {
        put_text(to, "Origin is missing, and the server requires one");
        return;
    }
    put_field(to, known, "Origin");
    if (origins->patterns.count > 0 || origins->exact.count > 0) {
        put_text(to, " is not among the origins that the server lists");
        put_text(to, origins->same_origin || origins->same_host ? ", nor that of " : "");
    } else if (origins->same_origin) {
        put_text(to, " is not same-origin with ");
    } else {
        put_text(to, origins->same_host ? " is not same-host with " : " is not allowed: none is");
    }
    if (origins->same_origin || origins->same_host) {
        put_field(to, known, "Host");
    }
}

static void put_values(line *to, const facts *known)
{
    const u101_decision *const decision = known->decision;
    const char *const field = u101_reason_row_of(decision->reason)->field;
    u101_slice path;
    u101_slice query;

    switch (decision->reason) {
    case U101_HOST_MISMATCH:
        put_span(to, known, "target", decision->target);
        put_text(to, ", ");
        put_field(to, known, "Host");
        break;
    case U101_METHOD_NOT_ALLOWED:
    case U101_WS_METHOD:
        put_span(to, known, "method", decision->method);
        break;
    case U101_PATH_NOT_OFFERED:
        (void)u101_target_parts(decision, known->received.at, &path, &query);
        put_text(to, "path ");
        put_quoted(to, path);
        put_text(to, ", ");
        put_field(to, known, "Upgrade");
        break;
    case U101_FRAMING_CONFLICT:
        put_text(to, decision->minor == '0' ? "HTTP/1.0, " : "");
        put_field(to, known, "Transfer-Encoding");
        put_text(to, ", ");
        put_field(to, known, "Content-Length");
        break;
    case U101_BODY_NOT_ALLOWED:
    case U101_BODY_TOO_LARGE:
    case U101_WS_BODY:
    case U101_H2C_BODY:
    case U101_TLS_BODY:
        put_field(to, known,
                  decision->framing == U101_FRAMING_CHUNKED ? "Transfer-Encoding"
                                                            : "Content-Length");
        break;
    default:
        if (field[0] != '\0') {
            put_field(to, known, field);
        }
    }
}

/* The limit that was passed, if the reason is about one. */
static void put_passed_limit(line *to, const facts *known)
{
    const u101_limits *const limits = &known->negotiator->limits;

    switch (known->decision->reason) {
    case U101_HEAD_TOO_LARGE:
        put_limit(to, limits->head, " bytes");
        break;
    case U101_TARGET_TOO_LONG:
        put_limit(to, limits->target, " bytes");
        break;
    case U101_TOO_MANY_FIELDS:
        put_limit(to, limits->fields, " lines");
        break;
    case U101_BODY_TOO_LARGE:
        put_limit(to, limits->body, " bytes");
        break;
    default:
        break;
    }
}

static bool has_values(const u101_decision *decision)
{
    switch (decision->reason) {
    case U101_HOST_MISMATCH:
    case U101_METHOD_NOT_ALLOWED:
    case U101_WS_METHOD:
    case U101_PATH_NOT_OFFERED:
    case U101_BODY_NOT_ALLOWED:
    case U101_BODY_TOO_LARGE:
    case U101_WS_BODY:
    case U101_H2C_BODY:
    case U101_TLS_BODY:
        return true;
    default:
        return u101_reason_row_of(decision->reason)->field[0] != '\0';
    }
}

size_t u101_detail_write(const u101_negotiator *negotiator, const u101_decision *decision,
                         u101_slice received, char out[U101_DETAIL_SIZE])
{
    const facts known = {negotiator, decision, received};
    line to = {out, 0, false};

    if (decision->reason == U101_WS_ORIGIN_FORBIDDEN && decision->offer != U101_NO_OFFER &&
        decision->kind == U101_OFFER_WEBSOCKET) {
        put_origin(&to, &known);
    } else {
        put_text(&to, u101_reason_row_of(decision->reason)->text);
        put_passed_limit(&to, &known);
        if (decision->offset != U101_NO_OFFSET) {
            put_place(&to, &known);
        } else if (decision->head_size > 0 && has_values(decision)) {
            put_text(&to, ": ");
            put_values(&to, &known);
        }
    }
    if (to.cut) {
        memcpy(out + U101_DETAIL_SIZE - 3, "...", 3);
    }
    return to.size;
}
