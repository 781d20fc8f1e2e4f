/*
 * Heads read whole and byte by byte, and rows of what comes of that.
 *
 * In: bytes.  Out: the head as far as it was read, and the result.
 *
 * Always: the bytes end at a page that cannot be read, at another address with each
 * call.
 */
#ifndef READING_H
#define READING_H

#include "harness.h"
#include "head.h"

typedef struct {
    u101_slice bytes;
    u101_read_result result;
    u101_reason reason; /* of a defect, which the last byte decides */
    size_t before;      /* how many bytes before that one show it already */
    const char *why;
} head_row;

#define MORE(bytes, why)                                                                           \
    {                                                                                              \
        BYTES(bytes), U101_READ_MORE, U101_SOUND, 0, why                                           \
    }
#define DONE(bytes, why)                                                                           \
    {                                                                                              \
        BYTES(bytes), U101_READ_DONE, U101_SOUND, 0, why                                           \
    }
#define DEFECT(bytes, reason, why)                                                                 \
    {                                                                                              \
        BYTES(bytes), U101_READ_DEFECT, U101_##reason, 0, why                                      \
    }
/* A defect that is decided some bytes after it is shown. */
#define LATER(bytes, reason, before, why)                                                          \
    {                                                                                              \
        BYTES(bytes), U101_READ_DEFECT, U101_##reason, before, why                                 \
    }

/* What one call, or many, come to. */
typedef struct {
    u101_head head;
    u101_read_result result;
    u101_reason reason;
} reading;

/* A head of which nothing has been read. */
reading reading_begin(void);

/* Goes on with all that has arrived. */
void reading_go_on(reading *made, const u101_limits *limits, u101_slice bytes);

reading reading_whole(const u101_limits *limits, u101_slice bytes);

/* One byte more with each call; `fed` is how many it took, one more than there are if they
 * were not enough. */
reading reading_bytewise(const u101_limits *limits, u101_slice bytes, size_t *fed);

/* Both ways: the row's result, at its last byte and no sooner, and the place that it
 * shows. */
void reading_check_rows(const u101_limits *limits, const head_row *rows, size_t count);

#endif
