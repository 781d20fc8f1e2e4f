/*
 * Reads the field lines of a head, and the blank line that ends it
 * [RFC 9112 5], resumably.
 *
 * In: a cursor in the bytes of a head, whose first line was read.  Out: the known
 * fields noted, or the first defect in byte order.
 * Always: a byte of a line is looked at a bounded number of times, however the
 * bytes are cut.  It is the same for requests and responses.
 */
#ifndef U101_FIELD_LINES_H
#define U101_FIELD_LINES_H

#include "upgrade101.h"

typedef enum {
    U101_READ_MORE,    /* more bytes are needed */
    U101_READ_DONE,    /* the head is complete and ends at the cursor */
    U101_READ_PREFACE, /* the first 24 bytes are the HTTP/2 client preface */
    U101_READ_DEFECT,  /* the byte at the cursor shows it */
} u101_read_result;

/* The bytes of a head that may be looked at. */
typedef struct {
    const char *begin;
    const char *at;
    const char *end;
} u101_cursor;

/* The states of a head from its first field line on.  What reads the line before
 * them has lesser ones. */
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

/* Clears what the reading of a head has noted, and begins with `state` 0. */
void u101_field_lines_init(u101_head *head);

u101_read_result u101_field_lines_read(const u101_limits *limits, u101_head *head, u101_cursor *c,
                                       u101_reason *reason);

#endif
