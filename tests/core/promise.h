/*
 * What holds of each decision, whatever arrived: the promises that the fuzz target of
 * decisions checks.
 *
 * In: a decision and the bytes it was made on.  Out: nothing, or the end of the program.
 *
 * Always, of what a decision is written out as:
 * - it has the size that was told without room, is the same again, and writes no byte
 *   after its capacity;
 * - a response is a whole message, and its parts are those of that message; without an
 *   answer of the caller's it is no longer than a few fields and what was agreed;
 * - a head that is forwarded is no longer than the head, and its request asks for no
 *   upgrade any more, or it is the head as it is;
 * - a detail is printable, and no longer than its room;
 * - content has the size that was told.
 *
 * And of an answer of the caller's: it is taken, and what is written then is as above, or
 * it is refused and the decision is as it was.
 */
#ifndef PROMISE_H
#define PROMISE_H

#include <stdint.h>

#include "upgrade101.h"

typedef struct {
    const u101_negotiator *negotiator;
    u101_slice bytes; /* which begin with the request */
    size_t fed;       /* how many of them had arrived */
    uint32_t seed;    /* of what the caller answers */
} promise_facts;

void promise_check(const promise_facts *known, const u101_decision *decision);

/* The response, good until the next call. */
u101_slice promise_response(const promise_facts *known, const u101_decision *decision,
                            const u101_answer *answer);

#endif
