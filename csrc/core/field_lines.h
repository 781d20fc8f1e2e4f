/*
 * Reads the field lines of a head, and the blank line that ends it
 * [RFC 9112 5], resumably.
 *
 * In: a cursor in the bytes of a head, whose first line was read.  Out: the known
 * fields noted, or the first defect in byte order.
 * Always: a byte of a line is looked at a bounded number of times, however the
 * bytes are cut.  It is the same for requests and responses.
 *
 * Strategy: a state says which element the next byte belongs to, and each state
 * scans to the end of its element, so that a head that comes in pieces goes on
 * at the byte where it stopped.  Lines that are there whole and sound, as almost
 * all are, need no state: the ends of lines are found 64 bytes at a time.
 *
 * It is inlined into both of its callers, so that their cursor can be held in
 * registers from the first byte of a head to its last.
 */
#ifndef U101_FIELD_LINES_H
#define U101_FIELD_LINES_H

#include "controls.h"
#include "field_kind.h"
#include "fields.h"

typedef enum {
    U101_READ_MORE,    /* more bytes are needed */
    U101_READ_DONE,    /* the head is complete and ends at the cursor */
    U101_READ_PREFACE, /* the first 24 bytes are the HTTP/2 client preface */
    U101_READ_DEFECT,  /* the byte at the cursor shows the defect */
} u101_read_result;

/* The bytes of a head that may be looked at. */
typedef struct {
    const char *begin;
    const char *at;
    const char *end;
} u101_cursor;

/* The states of reading field lines.  The states of the line before them have smaller
 * numbers. */
enum {
    U101_AT_LINE = 32,
    U101_AT_NAME,
    U101_AT_VALUE,
    U101_AT_VALUE_LF,
    U101_AT_END_LF,
    U101_AT_BODY,
};

static inline uint32_t u101_cursor_offset(const u101_cursor *c)
{
    return (uint32_t)(c->at - c->begin);
}

/* Goes on to an element that begins at the cursor. */
static inline void u101_cursor_enter(const u101_cursor *c, u101_head *head, uint8_t state)
{
    head->mark = u101_cursor_offset(c);
    head->state = state;
}

/* The element that began at the mark and ends at the cursor. */
static inline u101_span u101_cursor_element(const u101_cursor *c, const u101_head *head)
{
    return (u101_span){head->mark, u101_cursor_offset(c) - head->mark};
}

/* Clears what the reading of a head has noted.  Member by member: to clear a struct as a whole
 * takes a string instruction, and as long as reading three lines. */
static inline void u101_field_lines_init(u101_head *head)
{
    head->next = 0;
    head->mark = 0;
    head->fields = 0;
    head->field_count = 0;
    head->method = (u101_span){0, 0};
    head->target = (u101_span){0, 0};
    for (size_t i = 0; i < U101_FIELD_KINDS; i++) {
        head->lines[i] = 0;
    }
    head->state = 0;
    head->form = 0;
    head->kind = U101_FIELD_OTHER;
    head->minor = '1';
    head->is_head = false;
    head->later = false;
}

static inline u101_read_result u101_field_lines_fail(u101_reason *reason, u101_reason found)
{
    *reason = found;
    return U101_READ_DEFECT;
}

/* What is between two bytes without the OWS around it [RFC 9112 5.1]. */
static inline u101_slice u101_field_lines_value_between(const char *at, const char *end)
{
    /* As almost always. */
    at += at < end && *at == ' ' ? 1 : 0;
    return u101_trim(u101_slice_between(at, end));
}

/* A field line from `at` to `cr` that has no control character but HTAB; `end` is that
 * of what may be read.  False: it is not sound. */
U101_ALWAYS_INLINE bool u101_field_lines_read_whole_line(u101_head *head, const char *begin,
                                                         const char *end, const char *at,
                                                         const char *cr)
{
    const char *const colon = u101_find_colon(at, cr, end);

    if (colon == NULL) {
        return false;
    }
    const u101_slice name = u101_slice_between(at, colon);
    const u101_field_kind kind = u101_field_kind_of(name);
    if (kind == U101_FIELD_OTHER) {
        return u101_is_token(name);
    }
    u101_fields_note(head, kind,
                     u101_span_in(begin, u101_field_lines_value_between(colon + 1, cr)));
    return true;
}

/* Sound field lines that are there whole, from the cursor on.  The first line that
 * is something else is left to u101_field_lines_read, which reads it again. */
U101_ALWAYS_INLINE void u101_field_lines_read_whole_lines(const u101_limits *limits,
                                                          u101_head *head, u101_cursor *c)
{
    const char *const begin = c->begin;
    const char *const end = c->end;
    const char *const last = end - 1;
    const char *at = c->at;
    size_t left = limits->fields - head->field_count;
    bool sound = true;

    for (const char *base = at; base < last && sound; base += U101_CONTROLS_STRIDE) {
        uint64_t controls = u101_controls(begin, base, end);
        if (at > base) {
            /* The LF of the line before. */
            controls &= ~UINT64_C(1);
        }
        while (controls != 0 && sound) {
            const char *const control = base + u101_lowest(controls);
            controls &= controls - 1;
            if (*control == '\t') {
                continue;
            }
            sound = control < last && memcmp(control, "\r\n", 2) == 0 && left > 0 &&
                    u101_field_lines_read_whole_line(head, begin, end, at, control);
            if (sound) {
                left--;
                at = control + 2;
                controls &= controls - 1;
            }
        }
    }
    head->field_count = (uint32_t)(limits->fields - left);
    c->at = at;
}

/* What a line may not begin with; U101_SOUND: it begins a name. */
static inline u101_reason u101_field_lines_check_line_start(const u101_limits *limits,
                                                            const u101_head *head, char byte)
{
    if (byte == '\n') {
        return U101_BARE_LF;
    }
    if (u101_is_ows(byte)) {
        return U101_OBS_FOLD;
    }
    return head->field_count == limits->fields ? U101_TOO_MANY_FIELDS : U101_SOUND;
}

/* The LF of the blank line, which ends the head. */
static inline u101_read_result u101_field_lines_read_last_lf(u101_head *head, u101_cursor *c,
                                                             u101_reason *reason)
{
    if (*c->at != '\n') {
        return u101_field_lines_fail(reason, U101_BARE_CR);
    }
    c->at++;
    head->state = U101_AT_BODY;
    return U101_READ_DONE;
}

U101_ALWAYS_INLINE u101_read_result u101_field_lines_read(const u101_limits *limits,
                                                          u101_head *head, u101_cursor *c,
                                                          u101_reason *reason)
{
    while (c->at < c->end) {
        switch (head->state) {
        case U101_AT_LINE:
            u101_field_lines_read_whole_lines(limits, head, c);
            if (c->at == c->end) {
                break;
            }
            if (*c->at == '\r') {
                c->at++;
                head->state = U101_AT_END_LF;
                return c->at == c->end ? U101_READ_MORE
                                       : u101_field_lines_read_last_lf(head, c, reason);
            }
            *reason = u101_field_lines_check_line_start(limits, head, *c->at);
            if (*reason != U101_SOUND) {
                return U101_READ_DEFECT;
            }
            head->field_count++;
            u101_cursor_enter(c, head, U101_AT_NAME);
            /* fall through */
        case U101_AT_NAME:
            c->at = u101_scan(c->at, c->end, U101_TCHAR);
            if (c->at == c->end) {
                break;
            }
            if (*c->at != ':' || u101_cursor_offset(c) == head->mark) {
                return u101_field_lines_fail(reason, U101_BAD_FIELD_NAME);
            }
            head->kind =
                (uint8_t)u101_fields_kind(u101_slice_at(c->begin, u101_cursor_element(c, head)));
            c->at++;
            u101_cursor_enter(c, head, U101_AT_VALUE);
            /* fall through */
        case U101_AT_VALUE:
            c->at = u101_scan(c->at, c->end, U101_VALUE);
            if (c->at == c->end) {
                break;
            }
            if (*c->at != '\r') {
                return u101_field_lines_fail(reason,
                                             *c->at == '\n' ? U101_BARE_LF : U101_BAD_FIELD_VALUE);
            }
            if (head->kind != U101_FIELD_OTHER) {
                const u101_slice value =
                    u101_field_lines_value_between(c->begin + head->mark, c->at);
                u101_fields_note(head, (u101_field_kind)head->kind, u101_span_in(c->begin, value));
            }
            c->at++;
            head->state = U101_AT_VALUE_LF;
            if (c->at == c->end) {
                break;
            }
            /* fall through */
        case U101_AT_VALUE_LF:
            if (*c->at != '\n') {
                return u101_field_lines_fail(reason, U101_BARE_CR);
            }
            c->at++;
            head->state = U101_AT_LINE;
            break;
        case U101_AT_END_LF:
            return u101_field_lines_read_last_lf(head, c, reason);
        default:
            return U101_READ_DONE;
        }
    }
    return U101_READ_MORE;
}

#endif
