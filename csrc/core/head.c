/*
 * Reads the request line, and what may stand before it or in its place; head.h says
 * what holds.
 *
 * Strategy: each element has a state, which scans to the element's end.  If the bytes
 * are there, a state falls through to the next one.
 */
#include "head.h"

#include "chars.h"
#include "scan.h"
#include "slice.h"
#include "target.h"

enum {
    AT_START, /* u101_field_lines_init sets it, as 0 */
    AT_PREFACE,
    AT_CLIENT_HELLO,
    AT_LEADING_LF,
    AT_SECOND_LINE,
    AT_PROXY_LF,
    AT_PROXY_NUL,
    AT_METHOD,
    AT_TARGET,
    AT_VERSION,
    AT_VERSION_CR,
    AT_VERSION_LF,
};

static const char preface[] = U101_PREFACE;

static u101_read_result fail(u101_reason *reason, u101_reason found)
{
    *reason = found;
    return U101_READ_DEFECT;
}

/* A defect of a request line.  A header of the PROXY protocol, version 1, begins like a
 * request line whose method is PROXY and whose target is defective [contract 2]. */
static u101_read_result fail_line(const u101_head *head, const u101_cursor *c, u101_reason *reason,
                                  u101_reason found)
{
    const bool proxy =
        !head->later && u101_equal(u101_slice_at(c->begin, head->method), U101_TEXT("PROXY"));

    return fail(reason, proxy ? U101_PROXY_PROTOCOL : found);
}

/* Where the element that begins at the mark must end: it may have `most` bytes. */
static const char *end_within(const u101_head *head, const u101_cursor *c, size_t most)
{
    const char *const mark = c->begin + head->mark;

    return (size_t)(c->end - mark) > most ? mark + most : c->end;
}

bool u101_head_note_target(u101_head *head, u101_slice method, u101_slice target)
{
    head->form = (uint8_t)u101_target_form(method, target);
    return head->form != U101_FORM_NONE;
}

/* What the very first byte begins. */
static void read_start(u101_head *head, u101_cursor *c)
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
static bool read_preface(u101_head *head, u101_cursor *c)
{
    while (c->at < c->end && *c->at == preface[u101_cursor_offset(c)]) {
        c->at++;
        if (u101_cursor_offset(c) == U101_PREFACE_SIZE) {
            return true;
        }
    }
    if (c->at < c->end) {
        c->at = c->begin;
        head->state = AT_METHOD;
    }
    return false;
}

/* A defect before the method: a ClientHello, or version 2 of the PROXY protocol,
 * which begins with CR LF CR LF NUL.  U101_SOUND: the cursor and the state went on. */
static u101_reason read_foreign(u101_head *head, u101_cursor *c)
{
    switch (head->state) {
    case AT_CLIENT_HELLO:
        if (*c->at == 0x03) {
            return U101_TLS_CLIENT_HELLO;
        }
        c->at = c->begin;
        return U101_BAD_METHOD;
    case AT_LEADING_LF:
        if (*c->at != '\n') {
            return U101_BARE_CR;
        }
        c->at++;
        u101_cursor_enter(c, head, head->later ? AT_METHOD : AT_SECOND_LINE);
        return U101_SOUND;
    case AT_SECOND_LINE:
        c->at += *c->at == '\r' ? 1 : 0;
        head->state = u101_cursor_offset(c) > head->mark ? AT_PROXY_LF : AT_METHOD;
        return U101_SOUND;
    case AT_PROXY_LF:
        if (*c->at != '\n') {
            return U101_BAD_METHOD;
        }
        c->at++;
        head->state = AT_PROXY_NUL;
        return U101_SOUND;
    default: /* AT_PROXY_NUL */
        return *c->at == '\0' ? U101_PROXY_PROTOCOL : U101_BAD_METHOD;
    }
}

/* "HTTP/" DIGIT "." DIGIT [RFC 9112 2.3]; U101_READ_DONE: it ends at the cursor. */
static u101_read_result read_version(u101_head *head, u101_cursor *c, u101_reason *reason)
{
    static const char pattern[] = "HTTP/0.0";

    /* The usual case, unless the version itself is cut. */
    if (u101_cursor_offset(c) == head->mark && c->end - c->at >= 8 &&
        memcmp(c->at, "HTTP/1.1", 8) == 0) {
        c->at += 8;
        head->minor = '1';
        return U101_READ_DONE;
    }
    for (; c->at < c->end; c->at++) {
        const uint32_t i = u101_cursor_offset(c) - head->mark;
        const bool digit = i == 5 || i == 7;
        if (digit ? !u101_is_digit(*c->at) : *c->at != pattern[i]) {
            const bool ends = i == 0 && (*c->at == '\r' || *c->at == '\n');
            return ends ? fail_line(head, c, reason, U101_BAD_VERSION)
                        : fail(reason, U101_BAD_VERSION);
        }
        if (i == 7) {
            if (c->at[-2] != '1' || (*c->at != '0' && *c->at != '1')) {
                return fail(reason, U101_UNSUPPORTED_VERSION);
            }
            head->minor = *c->at++;
            return U101_READ_DONE;
        }
    }
    return U101_READ_MORE;
}

/* The byte that ends a target too early. */
static u101_read_result fail_target(const u101_limits *limits, const u101_head *head,
                                    const u101_cursor *c, u101_reason *reason)
{
    if (c->at == c->begin + head->mark + limits->target) {
        return fail(reason, U101_TARGET_TOO_LONG);
    }
    /* A line that ends here has no version [RFC 9112 3]. */
    return fail_line(head, c, reason,
                     *c->at == '\r' || *c->at == '\n' ? U101_BAD_VERSION : U101_BAD_TARGET);
}

/* Everything before the first field line [RFC 9112 3]. */
static inline u101_read_result read_request_line(const u101_limits *limits, u101_head *head,
                                                 u101_cursor *c, u101_reason *reason)
{
    u101_read_result result;

    if (head->state == AT_START && c->at < c->end) {
        read_start(head, c);
    }
    while (c->at < c->end) {
        switch (head->state) {
        case AT_PREFACE:
            if (read_preface(head, c)) {
                return U101_READ_PREFACE;
            }
            break;
        case AT_METHOD:
            c->at = u101_scan(c->at, end_within(head, c, U101_MAX_METHOD), U101_TCHAR);
            if (c->at == c->end) {
                break;
            }
            if (*c->at != ' ' || u101_cursor_offset(c) == head->mark) {
                return fail(reason, U101_BAD_METHOD);
            }
            head->method = u101_cursor_element(c, head);
            head->is_head = u101_equal(u101_slice_at(c->begin, head->method), U101_TEXT("HEAD"));
            c->at++;
            u101_cursor_enter(c, head, AT_TARGET);
            /* fall through */
        case AT_TARGET:
            c->at = u101_scan(c->at, end_within(head, c, limits->target), U101_TARGET);
            if (c->at == c->end) {
                break;
            }
            if (*c->at != ' ') {
                return fail_target(limits, head, c, reason);
            }
            head->target = u101_cursor_element(c, head);
            if (!u101_head_note_target(head, u101_slice_at(c->begin, head->method),
                                       u101_slice_at(c->begin, head->target))) {
                return fail_line(head, c, reason, U101_BAD_TARGET);
            }
            c->at++;
            u101_cursor_enter(c, head, AT_VERSION);
            /* fall through */
        case AT_VERSION:
            result = read_version(head, c, reason);
            if (result == U101_READ_DEFECT) {
                return result;
            }
            if (result == U101_READ_MORE) {
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
            if (c->at == c->end) {
                break;
            }
            /* fall through */
        case AT_VERSION_LF:
            if (*c->at != '\n') {
                return fail(reason, U101_BARE_CR);
            }
            c->at++;
            u101_cursor_enter(c, head, U101_AT_LINE);
            head->fields = head->mark;
            return U101_READ_MORE;
        default:
            *reason = read_foreign(head, c);
            if (*reason != U101_SOUND) {
                return U101_READ_DEFECT;
            }
        }
    }
    return U101_READ_MORE;
}

u101_read_result u101_head_read(const u101_limits *limits, u101_head *head, u101_slice received,
                                u101_reason *reason)
{
    const bool more_than_allowed = received.size > limits->head;
    u101_cursor c = {received.at, received.at + head->next,
                     received.at + (more_than_allowed ? limits->head : received.size)};
    u101_read_result result = U101_READ_MORE;

    if (head->state < U101_AT_LINE) {
        result = read_request_line(limits, head, &c, reason);
    }
    if (result == U101_READ_MORE && head->state >= U101_AT_LINE) {
        result = u101_field_lines_read(limits, head, &c, reason);
    }
    head->next = u101_cursor_offset(&c);
    /* A byte after the limit is a defect before it is looked at [RFC 6585 5]. */
    if (result == U101_READ_MORE && more_than_allowed) {
        return fail(reason, U101_HEAD_TOO_LARGE);
    }
    return result;
}
