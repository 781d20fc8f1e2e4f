/*
 * Reads the head of a request [RFC 9112 2-5], resumably.
 *
 * In: all bytes of the request so far, each time more of them.
 * Out: the head as offsets, or the first defect in byte order.
 * Always: the work is linear in the bytes, and the verdict is the same however they are
 * cut.  No byte past a limit is looked at.  It checks syntax and limits.  host.h and
 * framing.h know what the head means.
 */
#ifndef U101_HEAD_H
#define U101_HEAD_H

#include "field_lines.h"

#define U101_MAX_METHOD 32 /* bytes */

#define U101_PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define U101_PREFACE_SIZE (sizeof(U101_PREFACE) - 1)

/* `reason` is set if the result is U101_READ_DEFECT; head->next is then the offset
 * of the byte that shows it. */
u101_read_result u101_head_read(const u101_limits *limits, u101_head *head, u101_slice received,
                                u101_reason *reason);

/* Notes the form of a target whose bytes were checked.  False: it has no form that
 * the method allows. */
bool u101_head_note_target(u101_head *head, u101_slice method, u101_slice target);

#endif
