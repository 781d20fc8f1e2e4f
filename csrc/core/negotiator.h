/*
 * What a negotiator is made of.
 *
 * In: a config that is sound.  Out: a copy of it in one block of memory, with its lists
 * sorted, so that what a client sends is found in them.
 * Always: immutable from the moment it is made.
 */
#ifndef U101_NEGOTIATOR_H
#define U101_NEGOTIATOR_H

#include "allowlist.h"
#include "names.h"
#include "origins.h"
#include "paths.h"

typedef struct {
    u101_offer offer;
    u101_paths paths;        /* empty if the offer has no paths */
    u101_origins origins;    /* of a WebSocket offer; so is the next */
    u101_names subprotocols; /* their ranks are the server's order */
} u101_compiled_offer;

struct u101_negotiator {
    u101_limits limits;
    size_t offer_count;
    const u101_compiled_offer *offers;
    u101_allowlist hosts;
    size_t host_count;      /* 0: any */
    size_t prior_knowledge; /* the offer that takes the preface, or U101_NO_OFFER */
    bool websocket;         /* whether WebSocket is offered, at any path */
    bool required;
};

#endif
