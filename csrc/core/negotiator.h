/*
 * What a negotiator is made of.
 *
 * In: a config that is sound.  Out: a copy of it in one block of memory, with
 * hosts and origins compiled.
 * Always: immutable from the moment it is made.
 */
#ifndef U101_NEGOTIATOR_H
#define U101_NEGOTIATOR_H

#include "host.h"
#include "origin.h"

struct u101_negotiator {
    u101_limits limits;
    size_t offer_count;
    size_t host_count;
    size_t origin_count;
    const u101_offer *offers;
    const u101_host_pattern *hosts;
    const u101_origin_pattern *origins; /* of the one WebSocket offer */
    bool required;
    bool prior_knowledge;
};

#endif
