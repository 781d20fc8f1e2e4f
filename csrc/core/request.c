/*
 * Decides on a head that others have parsed.
 *
 * In: its parts.  Out: the head written out anew, and the decision on it.
 * Always: each part is checked by itself before it is written, so that no part
 * can pose as two, and the defect that is found first in the order of the head
 * decides (contract 7).
 */
#include "chars.h"
#include "fields.h"
#include "handshake.h"
#include "head.h"
#include "negotiator.h"
#include "scan.h"

size_t u101_request_size(const u101_request *request)
{
    size_t size = request->method.size + request->target.size + sizeof("  HTTP/1.1\r\n\r\n") - 1;

    for (size_t i = 0; i < request->field_count; i++) {
        size += request->fields[i].name.size + request->fields[i].value.size + sizeof(": \r\n") - 1;
    }
    return size;
}

/* Where the head is being written. */
typedef struct {
    char *begin;
    char *at;
} cursor;

static void append(cursor *c, u101_slice part)
{
    if (part.size > 0) {
        memcpy(c->at, part.at, part.size);
        c->at += part.size;
    }
}

/* The same, and returns where. */
static u101_span append_span(cursor *c, u101_slice part)
{
    const u101_span span = {(uint32_t)(c->at - c->begin), (uint32_t)part.size};

    append(c, part);
    return span;
}

/* U101_SWITCHED: nothing is wrong with it. */
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
    return stop == end && u101_note_target(head, method, target) ? U101_SWITCHED : U101_BAD_TARGET;
}

static u101_reason check_version(u101_slice version)
{
    if (version.size != 3 || !u101_is_digit(version.at[0]) || version.at[1] != '.' ||
        !u101_is_digit(version.at[2])) {
        return U101_BAD_VERSION;
    }
    return version.at[0] == '1' && version.at[2] <= '1' ? U101_SWITCHED : U101_UNSUPPORTED_VERSION;
}

static u101_reason check_value(u101_slice value)
{
    if (u101_all_are(value, U101_VALUE)) {
        return U101_SWITCHED;
    }
    const char *const stop = u101_scan(value.at, value.at + value.size, U101_VALUE);
    if (*stop == '\n') {
        return U101_BARE_LF;
    }
    /* No line ends inside a value that was parsed, so CR LF is no better. */
    return *stop == '\r' ? U101_BARE_CR : U101_BAD_FIELD_VALUE;
}

static u101_reason write_request_line(const u101_limits *limits, const u101_request *request,
                                      cursor *c, u101_head *head)
{
    if (request->method.size > U101_MAX_METHOD || !u101_is_token(request->method)) {
        return U101_BAD_METHOD;
    }
    head->headless = u101_equal(request->method, U101_TEXT("HEAD"));
    u101_reason reason = check_target(limits, head, request->method, request->target);
    if (reason == U101_SWITCHED) {
        reason = check_version(request->version);
    }
    if (reason == U101_SWITCHED) {
        head->minor = request->version.at[2];
        head->method = append_span(c, request->method);
        append(c, U101_TEXT(" "));
        head->target = append_span(c, request->target);
        append(c, U101_TEXT(" HTTP/"));
        append(c, request->version);
        append(c, U101_TEXT("\r\n"));
        head->fields = (uint32_t)(c->at - c->begin);
    }
    return reason;
}

static u101_reason write_field_line(const u101_field *field, cursor *c, u101_head *head)
{
    const u101_slice value = u101_trim(field->value);

    if (!u101_is_token(field->name)) {
        return U101_BAD_FIELD_NAME;
    }
    const u101_reason reason = check_value(value);
    if (reason != U101_SWITCHED) {
        return reason;
    }
    append(c, field->name);
    append(c, U101_TEXT(": "));
    const u101_span span = append_span(c, value);
    append(c, U101_TEXT("\r\n"));
    const u101_field_kind kind = u101_field_kind_of(field->name);
    if (kind != U101_FIELD_OTHER) {
        u101_note_field(head, kind, span);
    }
    return U101_SWITCHED;
}

static u101_reason write_head(const u101_limits *limits, const u101_request *request, char *bytes,
                              u101_head *head)
{
    cursor c = {bytes, bytes};
    u101_reason reason = write_request_line(limits, request, &c, head);

    for (size_t i = 0; i < request->field_count && reason == U101_SWITCHED; i++) {
        reason = i == limits->fields ? U101_TOO_MANY_FIELDS
                                     : write_field_line(&request->fields[i], &c, head);
    }
    if (reason == U101_SWITCHED) {
        append(&c, U101_TEXT("\r\n"));
    }
    head->next = (uint32_t)(c.at - bytes);
    return reason;
}

void u101_decide_request(const u101_negotiator *negotiator, const u101_request *request,
                         bool secure, u101_hasher *hasher, char *head, u101_decision *decision)
{
    u101_handshake handshake;
    u101_reason reason = U101_HEAD_TOO_LARGE;

    u101_handshake_init(&handshake);
    /* Spans count in 32 bits. */
    if (u101_request_size(request) <= UINT32_MAX) {
        reason = write_head(&negotiator->limits, request, head, &handshake.head);
    }
    if (reason != U101_SWITCHED) {
        u101_refuse(&handshake, reason, secure, decision);
        return;
    }
    u101_exchange exchange =
        u101_exchange_of(negotiator, &handshake.head, head, secure, hasher, decision);
    if (u101_decide_head(&exchange) > 0) {
        /* Who has read the body has asked for it. */
        decision->expects_continue = false;
    }
}
