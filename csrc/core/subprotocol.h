/*
 * Sec-WebSocket-Protocol [RFC 6455 4.2.2, 11.3.4].
 *
 * In: a context and the offer.  Out: the subprotocol that is answered.
 * Always: names are compared exactly, and the server's order decides.
 */
#ifndef U101_SUBPROTOCOL_H
#define U101_SUBPROTOCOL_H

#include "context.h"
#include "negotiator.h"

#define U101_MAX_SUBPROTOCOLS 32

/* U101_SOUND, or a reason against the list.  `chosen` is the first name of the server's
 * list that the client offers; its size is 0 if the client offers no such name. */
u101_reason u101_subprotocol_choose(const u101_context *context, const u101_compiled_offer *offer,
                                    u101_span *chosen);

#endif
