/*
 * Reads the head of a request [RFC 9112 2-5], resumably.
 *
 * In: the bytes since the first one of the connection, each time more of them.
 * Out: the head as offsets, or the first defect in byte order.
 * Always: the work is linear in the bytes and the verdict the same however they
 * are cut, and no byte behind a limit is looked at.
 * It checks syntax and limits; what the head means is left to meaning.h.
 */
#ifndef U101_HEAD_H
#define U101_HEAD_H

#include "upgrade101.h"

#define U101_MAX_METHOD 32 /* bytes */

typedef enum {
    U101_READ_MORE,    /* more bytes are needed */
    U101_READ_DONE,    /* the head is complete and ends at head->next */
    U101_READ_PREFACE, /* the first 24 bytes are the HTTP/2 client preface */
    U101_READ_DEFECT,
} u101_read_result;

/* `reason` is set where the result is U101_READ_DEFECT. */
u101_read_result u101_head_read(const u101_limits *limits, u101_head *head, u101_slice received,
                                u101_reason *reason);

/* Sets what is known of a request as soon as its method and target are; false:
 * the target has no form that the method allows. */
bool u101_head_note_target(u101_head *head, u101_slice method, u101_slice target);

#endif
