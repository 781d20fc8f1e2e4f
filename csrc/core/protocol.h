/*
 * The upgrade to a registered or private protocol [RFC 9110 7.8, 16.7].
 *
 * In: an exchange whose Upgrade names the offer.  Out: U101_SWITCHED, or the
 * first reason of contract 6 against it.
 */
#ifndef U101_PROTOCOL_H
#define U101_PROTOCOL_H

#include "exchange.h"

u101_reason u101_check_protocol_request(const u101_exchange *exchange, const u101_protocol *offer);

#endif
