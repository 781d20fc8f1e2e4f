/*
 * The opening handshake of WebSocket [RFC 6455 4.2, RFC 7692].
 *
 * In: an context whose Upgrade names websocket, and the offer.
 * Out: U101_SWITCHED with the agreed parts in the decision, or the first reason
 * of contract 4 against it; then the decision is as it was.
 */
#ifndef U101_WEBSOCKET_H
#define U101_WEBSOCKET_H

#include "context.h"

u101_reason u101_websocket_check(const u101_context *context,
                                         const u101_websocket *offer);

#endif
