/*
 * The opening handshake of WebSocket [RFC 6455 4.2, RFC 7692].
 *
 * In: an exchange whose Upgrade names websocket, and the offer.
 * Out: U101_SWITCHED with the agreed parts in the decision, or the first reason
 * of contract 4 against it; then the decision is as it was.
 */
#ifndef U101_WEBSOCKET_H
#define U101_WEBSOCKET_H

#include "exchange.h"

u101_reason u101_check_websocket_request(const u101_exchange *exchange,
                                         const u101_websocket *offer);

#endif
