/*
 * The opening handshake of WebSocket [RFC 6455 4.2, RFC 7692].
 *
 * In: a context whose Upgrade names websocket, and the offer.
 * Out: U101_SOUND with the agreed parts in the decision, or the first reason
 * of [contract 4] against it; then the decision is as it was.
 */
#ifndef U101_WEBSOCKET_H
#define U101_WEBSOCKET_H

#include "context.h"
#include "negotiator.h"

u101_reason u101_websocket_check(const u101_context *context, const u101_compiled_offer *offer);

#endif
