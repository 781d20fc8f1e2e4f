/*
 * Reads the head of a request.
 *
 * Strategy: a state says which element the next byte belongs to, and each state
 * scans to the end of its element, so that a head that comes in pieces goes on
 * where it stopped.  Lines that are there whole and sound, as almost all are,
 * need no state.  A byte of a field line is looked at three times at the most.
 */
#include "head.h"

#include "chars.h"
#include "fields.h"
#include "field_kind.h"
#include "scan.h"
#include "slice.h"
#include "controls.h"
#include "target.h"

enum {
    AT_START, /* u101_handshake_init sets it, as 0 */
    AT_PREFACE,
    AT_CLIENT_HELLO,
    AT_LEADING_LF,
    AT_METHOD,
    AT_TARGET,
    AT_VERSION,
    AT_VERSION_CR,
    AT_VERSION_LF,
    AT_LINE, /* this and what follows belong to the field lines */
    AT_NAME,
    AT_VALUE,
    AT_VALUE_LF,
    AT_END_LF,
    AT_BODY,
};

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
#define PREFACE_SIZE (sizeof(preface) - 1)

/* The bytes that may be looked at. */
typedef struct {
    const char *begin;
    const char *at;
    const char *end;
} cursor;

static u101_read_result fail(u101_reason *reason, u101_reason found)
{
    *reason = found;
    return U101_READ_DEFECT;
}

static uint32_t offset(const cursor *c)
{
    return (uint32_t)(c->at - c->begin);
}

/* The element that began at the mark and ends at the cursor. */
static u101_span element(const u101_head *head, const cursor *c)
{
    return (u101_span){head->mark, offset(c) - head->mark};
}

/* Goes on to an element that begins at the cursor. */
static void enter(u101_head *head, const cursor *c, uint8_t state)
{
    head->mark = offset(c);
    head->state = state;
}

/* The end of an element that begins at the mark and may have `most` bytes. */
static const char *end_within(const u101_head *head, const cursor *c, size_t most)
{
    const char *const mark = c->begin + head->mark;

    return (size_t)(c->end - mark) > most ? mark + most : c->end;
}

bool u101_head_note_target(u101_head *head, u101_slice method, u101_slice target)
{
    const u101_form form = u101_target_form(method, target);

    head->connect = form == U101_FORM_AUTHORITY;
    head->absolute = form == U101_FORM_ABSOLUTE;
    return form != U101_FORM_NONE;
}

/* What the very first byte begins. */
static void read_start(u101_head *head, cursor *c)
{
    switch (*c->at) {
    case '\r': /* one empty line is skipped [RFC 9112 2.2] */
        c->at++;
        head->state = AT_LEADING_LF;
        break;
    case 0x16: /* a TLS record with a handshake [RFC 8446 5.1] */
        c->at++;
        head->state = AT_CLIENT_HELLO;
        break;
    case 'P':
        head->state = AT_PREFACE;
        break;
    default:
        head->state = AT_METHOD;
    }
}

/* The HTTP/2 client preface [RFC 9113 3.4], or a request that begins like it. */
static bool read_preface(u101_head *head, cursor *c)
{
    while (c->at < c->end && *c->at == preface[offset(c)]) {
        c->at++;
        if (offset(c) == PREFACE_SIZE) {
            return true;
        }
    }
    if (c->at < c->end) {
        c->at = c->begin;
        head->state = AT_METHOD;
    }
    return false;
}

/* "HTTP/" DIGIT "." DIGIT [RFC 9112 2.3]; true: it ends at the cursor. */
static bool read_version(u101_head *head, cursor *c, u101_read_result *result, u101_reason *reason)
{
    static const char pattern[] = "HTTP/0.0";

    /* As almost always, unless the version itself is cut. */
    if (offset(c) == head->mark && c->end - c->at >= 8 && memcmp(c->at, "HTTP/1.1", 8) == 0) {
        c->at += 8;
        head->minor = '1';
        return true;
    }
    for (; c->at < c->end; c->at++) {
        const uint32_t i = offset(c) - head->mark;
        const bool digit = i == 5 || i == 7;
        if (digit ? !u101_is_digit(*c->at) : *c->at != pattern[i]) {
            *result = fail(reason, U101_BAD_VERSION);
            return false;
        }
        if (i == 7) {
            if (c->at[-2] != '1' || (*c->at != '0' && *c->at != '1')) {
                *result = fail(reason, U101_UNSUPPORTED_VERSION);
                return false;
            }
            head->minor = *c->at++;
            return true;
        }
    }
    return false;
}

/* Everything before the first field line [RFC 9112 3]. */
static u101_read_result read_request_line(const u101_limits *limits, u101_head *head, cursor *c,
                                          u101_reason *reason)
{
    u101_read_result result = U101_READ_MORE;
    const char *end;

    while (c->at < c->end && head->state < AT_LINE) {
        switch (head->state) {
        case AT_START:
            read_start(head, c);
            break;
        case AT_PREFACE:
            if (read_preface(head, c)) {
                return U101_READ_PREFACE;
            }
            break;
        case AT_CLIENT_HELLO:
            return fail(reason, *c->at == 0x03 ? U101_TLS_CLIENT_HELLO : U101_BAD_METHOD);
        case AT_LEADING_LF:
            if (*c->at++ != '\n') {
                return fail(reason, U101_BARE_CR);
            }
            enter(head, c, AT_METHOD);
            break;
        case AT_METHOD:
            end = end_within(head, c, U101_MAX_METHOD);
            c->at = u101_scan(c->at, end, U101_TCHAR);
            if (c->at == c->end) {
                break;
            }
            if (*c->at != ' ' || offset(c) == head->mark) {
                return fail(reason, U101_BAD_METHOD);
            }
            head->method = element(head, c);
            head->is_head = u101_equal(u101_slice_at(c->begin, head->method), U101_TEXT("HEAD"));
            c->at++;
            enter(head, c, AT_TARGET);
            /* fall through */
        case AT_TARGET:
            end = end_within(head, c, limits->target);
            c->at = u101_scan(c->at, end, U101_TARGET);
            if (c->at == c->end) {
                break;
            }
            if (*c->at != ' ') {
                if (c->at == c->begin + head->mark + limits->target) {
                    return fail(reason, U101_TARGET_TOO_LONG);
                }
                /* A line that ends here has no version [RFC 9112 3]. */
                return fail(reason,
                            *c->at == '\r' || *c->at == '\n' ? U101_BAD_VERSION : U101_BAD_TARGET);
            }
            head->target = element(head, c);
            if (!u101_head_note_target(head, u101_slice_at(c->begin, head->method),
                                  u101_slice_at(c->begin, head->target))) {
                return fail(reason, U101_BAD_TARGET);
            }
            c->at++;
            enter(head, c, AT_VERSION);
            /* fall through */
        case AT_VERSION:
            if (!read_version(head, c, &result, reason)) {
                if (result == U101_READ_DEFECT) {
                    return result;
                }
                break;
            }
            head->state = AT_VERSION_CR;
            if (c->at == c->end) {
                break;
            }
            /* fall through */
        case AT_VERSION_CR:
            if (*c->at != '\r') {
                return fail(reason, *c->at == '\n' ? U101_BARE_LF : U101_BAD_VERSION);
            }
            c->at++;
            head->state = AT_VERSION_LF;
            break;
        case AT_VERSION_LF:
            if (*c->at++ != '\n') {
                return fail(reason, U101_BARE_CR);
            }
            enter(head, c, AT_LINE);
            head->fields = head->mark;
            break;
        default:
            break;
        }
    }
    return U101_READ_MORE;
}

/* What is between two bytes without the OWS around it [RFC 9112 5.1]. */
static inline u101_slice value_between(const char *at, const char *end)
{
    /* As almost always. */
    at += at < end && *at == ' ' ? 1 : 0;
    return u101_trim(u101_slice_between(at, end));
}

/* A field line from `at` to `cr` that has no control character but HTAB.  False:
 * it is not sound. */
static bool read_whole_line(u101_head *head, const cursor *c, const char *at, const char *cr)
{
    const char *const colon = u101_find_colon(at, cr, c->end);

    if (colon == NULL) {
        return false;
    }
    const u101_slice name = u101_slice_between(at, colon);
    const u101_field_kind kind = u101_field_kind_of(name);
    if (kind == U101_FIELD_OTHER) {
        return u101_is_token(name);
    }
    u101_fields_note(head, kind, u101_span_in(c->begin, value_between(colon + 1, cr)));
    return true;
}

/* Sound field lines that are there whole, from the cursor on.  The first line
 * that is something else is left to read_field_lines, which reads it again. */
static void read_whole_lines(const u101_limits *limits, u101_head *head, cursor *c)
{
    const char *const last = c->end - 1;
    const char *at = c->at;
    size_t left = limits->fields - head->field_count;
    bool sound = true;

    for (const char *base = at; base < last && sound; base += U101_CONTROLS_STRIDE) {
        uint64_t stops = u101_controls(c->begin, base, c->end);
        if (at > base) {
            /* The LF of the line before. */
            stops &= ~UINT64_C(1);
        }
        while (stops != 0 && sound) {
            const char *const stop = base + u101_lowest(stops);
            stops &= stops - 1;
            if (*stop == '\t') {
                continue;
            }
            sound = stop < last && memcmp(stop, "\r\n", 2) == 0 && left > 0 &&
                    read_whole_line(head, c, at, stop);
            if (sound) {
                left--;
                at = stop + 2;
                stops &= stops - 1;
            }
        }
    }
    head->field_count = (uint32_t)(limits->fields - left);
    c->at = at;
}

/* The field lines and the blank line behind them [RFC 9112 5]. */
static u101_read_result read_field_lines(const u101_limits *limits, u101_head *head, cursor *c,
                                         u101_reason *reason)
{
    while (c->at < c->end) {
        switch (head->state) {
        case AT_LINE:
            read_whole_lines(limits, head, c);
            if (c->at == c->end) {
                break;
            }
            if (*c->at == '\r') {
                c->at++;
                head->state = AT_END_LF;
                break;
            }
            if (*c->at == '\n') {
                return fail(reason, U101_BARE_LF);
            }
            if (u101_is_ows(*c->at)) {
                return fail(reason, U101_OBS_FOLD);
            }
            if (head->field_count == limits->fields) {
                return fail(reason, U101_TOO_MANY_FIELDS);
            }
            head->field_count++;
            enter(head, c, AT_NAME);
            /* fall through */
        case AT_NAME:
            c->at = u101_scan(c->at, c->end, U101_TCHAR);
            if (c->at == c->end) {
                break;
            }
            if (*c->at != ':' || offset(c) == head->mark) {
                return fail(reason, U101_BAD_FIELD_NAME);
            }
            head->kind = (uint8_t)u101_field_kind_of(u101_slice_at(c->begin, element(head, c)));
            c->at++;
            enter(head, c, AT_VALUE);
            /* fall through */
        case AT_VALUE:
            c->at = u101_scan(c->at, c->end, U101_VALUE);
            if (c->at == c->end) {
                break;
            }
            if (*c->at != '\r') {
                return fail(reason, *c->at == '\n' ? U101_BARE_LF : U101_BAD_FIELD_VALUE);
            }
            if (head->kind != U101_FIELD_OTHER) {
                const u101_slice value = value_between(c->begin + head->mark, c->at);
                u101_fields_note(head, (u101_field_kind)head->kind, u101_span_in(c->begin, value));
            }
            c->at++;
            head->state = AT_VALUE_LF;
            if (c->at == c->end) {
                break;
            }
            /* fall through */
        case AT_VALUE_LF:
            if (*c->at++ != '\n') {
                return fail(reason, U101_BARE_CR);
            }
            head->state = AT_LINE;
            break;
        case AT_END_LF:
            if (*c->at++ != '\n') {
                return fail(reason, U101_BARE_CR);
            }
            head->state = AT_BODY;
            return U101_READ_DONE;
        default:
            return U101_READ_DONE;
        }
    }
    return U101_READ_MORE;
}

u101_read_result u101_head_read(const u101_limits *limits, u101_head *head, u101_slice received,
                                u101_reason *reason)
{
    const bool more_than_allowed = received.size > limits->head;
    cursor c = {received.at, received.at + head->next,
                received.at + (more_than_allowed ? limits->head : received.size)};
    u101_read_result result = U101_READ_MORE;

    if (head->state < AT_LINE) {
        result = read_request_line(limits, head, &c, reason);
    }
    if (result == U101_READ_MORE && head->state >= AT_LINE) {
        result = read_field_lines(limits, head, &c, reason);
    }
    head->next = offset(&c);
    /* A byte behind the limit is a defect before it is looked at [RFC 6585 5]. */
    if (result == U101_READ_MORE && more_than_allowed) {
        return fail(reason, U101_HEAD_TOO_LARGE);
    }
    return result;
}
