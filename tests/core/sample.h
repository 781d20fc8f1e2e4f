/*
 * Requests and negotiators for the tests of the core's parts.
 *
 * In: the text of a head, or offers.  Out: a context as u101_handshake_decide makes it
 * before it chooses, or a negotiator.
 *
 * Always: the head ends at a page that cannot be read.  A head that is not
 * complete and sound, or an offer that is refused, ends the program.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stddef.h>

#include "context.h"
#include "upgrade101.h"

typedef struct {
    u101_head head;
    u101_decision decision;
    u101_context context;
} sample;

/* Fills `made`, which the context points into; good as long as guard_text says.  The
 * meaning of the head is not looked at. */
void sample_head(sample *made, const u101_negotiator *negotiator, u101_hasher *hasher,
                 const char *text);

/* The same for a head whose meaning is sound too, as it is before a protocol is chosen. */
void sample_read(sample *made, const u101_negotiator *negotiator, u101_hasher *hasher,
                 const char *text);

/* Without hosts, with the default limits, and not required. */
u101_negotiator *sample_negotiator(const u101_offer *offers, size_t count);

#endif
