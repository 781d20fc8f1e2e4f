/*
 * Decides on a head that others have parsed.
 *
 * In: its parts.  Out: the head written out anew, and the decision on it.
 * Always: each part is checked by itself, so that no part can pose as two.  The first
 * defect in the order of the head decides [contract 7].
 *
 * Strategy: all field lines are checked while they are written, without a branch for
 * each defect.  They are checked one by one only if one of them may be wrong.
 */
#include "chars.h"
#include "copy.h"
#include "field_kind.h"
#include "fields.h"
#include "handshake.h"
#include "head.h"
#include "negotiator.h"
#include "scan.h"

/* The sum, or SIZE_MAX if it cannot be counted.  Fields may share one value, and so may
 * have more bytes together than there is memory. */
static size_t add(size_t size, size_t more)
{
    return more <= SIZE_MAX - size ? size + more : SIZE_MAX;
}

size_t u101_request_size(const u101_request *request)
{
    size_t size = add(request->method.size, request->target.size);

    size = add(size, sizeof("  HTTP/1.1\r\n\r\n") - 1);
    for (size_t i = 0; i < request->field_count; i++) {
        size = add(size, request->fields[i].name.size);
        size = add(size, request->fields[i].value.size);
        size = add(size, sizeof(": \r\n") - 1);
    }
    return size;
}

/* U101_SOUND: nothing is wrong with it. */
static u101_reason check_target(const u101_limits *limits, u101_head *head, u101_slice method,
                                u101_slice target)
{
    if (target.size == 0) {
        return U101_BAD_TARGET;
    }
    const char *const end = target.at + target.size;
    const char *const stop = u101_scan(target.at, end, U101_TARGET);
    const size_t sound = (size_t)(stop - target.at);

    if (sound >= limits->target && target.size > limits->target) {
        return U101_TARGET_TOO_LONG;
    }
    return stop == end && u101_head_note_target(head, method, target) ? U101_SOUND
                                                                      : U101_BAD_TARGET;
}

static u101_reason check_version(u101_slice version)
{
    if (version.size != 3 || !u101_is_digit(version.at[0]) || version.at[1] != '.' ||
        !u101_is_digit(version.at[2])) {
        return U101_BAD_VERSION;
    }
    return version.at[0] == '1' && version.at[2] <= '1' ? U101_SOUND : U101_UNSUPPORTED_VERSION;
}

static u101_reason check_value(u101_slice value)
{
    if (u101_all_are(value, U101_VALUE)) {
        return U101_SOUND;
    }
    const char *const stop = u101_scan(value.at, value.at + value.size, U101_VALUE);
    if (*stop == '\n') {
        return U101_BARE_LF;
    }
    /* A value that was parsed has no line end in it, so CR LF is a defect as well. */
    return *stop == '\r' ? U101_BARE_CR : U101_BAD_FIELD_VALUE;
}

static u101_reason check_request_line(const u101_limits *limits, const u101_request *request,
                                      u101_head *head)
{
    if (request->method.size > U101_MAX_METHOD || !u101_is_token(request->method)) {
        return U101_BAD_METHOD;
    }
    head->is_head = u101_equal(request->method, U101_TEXT("HEAD"));
    const u101_reason reason = check_target(limits, head, request->method, request->target);
    if (reason == U101_BAD_TARGET && u101_equal(request->method, U101_TEXT("PROXY"))) {
        /* The parser has taken a PROXY header of version 1 for a request [contract 2]. */
        return U101_PROXY_PROTOCOL;
    }
    return reason == U101_SOUND ? check_version(request->version) : reason;
}

/* The first defect of the field lines. */
static u101_reason check_field_lines(const u101_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!u101_is_token(fields[i].name)) {
            return U101_BAD_FIELD_NAME;
        }
        const u101_reason reason = check_value(fields[i].value);
        if (reason != U101_SOUND) {
            return reason;
        }
    }
    return U101_SOUND;
}

/* Where the head is being written. */
typedef struct {
    char *begin;
    char *at;
    u101_seen seen; /* of the field lines */
} cursor;

static inline void append(cursor *c, u101_slice part)
{
    memcpy(c->at, part.at, part.size);
    c->at += part.size;
}

/* The span of a part that is written next. */
static inline u101_span next_span(const cursor *c, u101_slice part)
{
    return (u101_span){(uint32_t)(c->at - c->begin), (uint32_t)part.size};
}

/* A request line that was checked. */
static void write_request_line(const u101_request *request, cursor *c, u101_head *head)
{
    head->method = next_span(c, request->method);
    append(c, request->method);
    append(c, U101_TEXT(" "));
    head->target = next_span(c, request->target);
    append(c, request->target);
    append(c, U101_TEXT(" HTTP/1."));
    head->minor = request->version.at[2];
    *c->at++ = head->minor;
    append(c, U101_TEXT("\r\n"));
    head->fields = (uint32_t)(c->at - c->begin);
}

/* Writes a line that was not checked yet.  False: its name may be unsound.  c->seen
 * tells whether the line has a control character. */
static bool write_field_line(const u101_field *field, cursor *c, u101_head *head)
{
    const u101_slice value = u101_trim(field->value);
    const u101_field_kind kind = u101_field_kind_of(field->name);

    c->at = u101_copy(c->at, field->name, &c->seen);
    append(c, U101_TEXT(": "));
    const u101_span span = next_span(c, value);
    c->at = u101_copy(c->at, value, &c->seen);
    append(c, U101_TEXT("\r\n"));
    if (kind == U101_FIELD_OTHER) {
        return u101_is_token(field->name);
    }
    /* A name with a control character may pass for a known one here, but c->seen has
     * the character. */
    u101_fields_note(head, kind, span);
    return true;
}

static u101_reason write_head(const u101_limits *limits, const u101_request *request, char *bytes,
                              u101_head *head)
{
    u101_reason reason = check_request_line(limits, request, head);
    if (reason != U101_SOUND) {
        return reason;
    }
    const bool too_many = request->field_count > limits->fields;
    const size_t count = too_many ? limits->fields : request->field_count;
    cursor c = {bytes, bytes, u101_nothing_seen()};
    bool sound = true;

    write_request_line(request, &c, head);
    for (size_t i = 0; i < count; i++) {
        sound &= write_field_line(&request->fields[i], &c, head);
    }
    append(&c, U101_TEXT("\r\n"));
    head->next = (uint32_t)(c.at - bytes);
    if (!sound || u101_has_seen_control(c.seen)) {
        /* The character may be HTAB, which is sound. */
        reason = check_field_lines(request->fields, count);
    }
    return reason == U101_SOUND && too_many ? U101_TOO_MANY_FIELDS : reason;
}

void u101_request_decide(const u101_negotiator *negotiator, const u101_request *request,
                         bool secure, u101_hasher *hasher, char *head, size_t size,
                         u101_decision *decision)
{
    u101_handshake handshake;
    u101_reason reason = U101_HEAD_TOO_LARGE;

    u101_handshake_init(&handshake, true);
    /* Spans count in 32 bits. */
    if (size <= UINT32_MAX) {
        reason = write_head(&negotiator->limits, request, head, &handshake.head);
    }
    if (reason != U101_SOUND) {
        u101_handshake_refuse(&handshake, reason, secure, decision);
        return;
    }
    u101_context context =
        u101_context_of(negotiator, &handshake.head, head, secure, hasher, decision);
    u101_handshake_decide_head(&context);
    if (u101_has_body(&context)) {
        /* Whoever parsed the head also reads the body, and asks for it. */
        decision->expects_continue = false;
    }
}
