/*
 * What a negotiator is made of.
 *
 * In: a config that is sound.  Out: a copy of it in one block of memory, with
 * hosts, origins and subprotocols indexed.
 * Always: immutable from the moment it is made.
 */
#ifndef U101_NEGOTIATOR_H
#define U101_NEGOTIATOR_H

#include "allowlist.h"

struct u101_negotiator {
    u101_limits limits;
    size_t offer_count;
    const u101_offer *offers;
    u101_allowlist hosts;    /* empty: any */
    u101_allowlist origins;  /* of the one WebSocket offer */
    u101_index subprotocols; /* of that offer's */
    bool required;
    bool prior_knowledge;
};

#endif
