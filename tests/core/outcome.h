/*
 * A decision compared with what a vector expects, as tests/vectors/README.md says.
 *
 * In: the decision, the bytes of its connection, and the expectation.  Out: checks.
 *
 * Always: what is compared is written through the public functions, into buffers
 * that end at a page that cannot be written.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "upgrade101.h"

typedef struct {
    const u101_negotiator *negotiator;
    const u101_decision *decision;
    u101_slice connection;     /* all bytes of it, whether or not they were fed */
    size_t fed;                /* how many were, when the decision came */
    u101_slice tail;           /* what was put after the bytes of the vector */
    const u101_answer *answer; /* of the caller's, or NULL */
    bool parsed;               /* whether others had read the head: it was written anew */
} outcome;

void outcome_check(const outcome *made, const json_value *expect);

/* The response of a decision, good until the next call; Date is OUTCOME_DATE. */
u101_slice outcome_response(const outcome *made);

/* The seconds that responses are dated with, and how that is written [RFC 9110 5.6.7]. */
#define OUTCOME_NOW INT64_C(784111777)
#define OUTCOME_DATE "Sun, 06 Nov 1994 08:49:37 GMT"

#endif
