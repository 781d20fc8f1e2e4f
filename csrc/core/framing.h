/*
 * Transfer-Encoding and Content-Length: how a message says where its body ends
 * [RFC 9112 6].
 *
 * In: a completed head of a request or a response.  Out: its framing, or the first
 * defect in the order of [contract 2].
 * Always: U101_FRAMING_NONE if the head has neither field.  response.c says what that
 * means for a response.
 */
#ifndef U101_FRAMING_H
#define U101_FRAMING_H

#include "upgrade101.h"

/* U101_SOUND sets both; `length` is 0 unless the framing is U101_FRAMING_LENGTH. */
u101_reason u101_framing_read(const u101_head *head, const char *bytes, u101_framing *framing,
                              uint64_t *length);

/* Whether a decided request has a body of at least a byte, or a chunked one. */
static inline bool u101_framing_has_body(const u101_decision *decision)
{
    return decision->framing == U101_FRAMING_CHUNKED || decision->length > 0;
}

#endif
