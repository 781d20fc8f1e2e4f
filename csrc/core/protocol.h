/*
 * The upgrade to a registered or private protocol [RFC 9110 7.8, 16.7].
 *
 * In: a context whose Upgrade names the offer.  Out: U101_SOUND, or the
 * first reason of [contract 6] against it.
 */
#ifndef U101_PROTOCOL_H
#define U101_PROTOCOL_H

#include "context.h"

u101_reason u101_protocol_check(const u101_context *context, const u101_protocol *offer);

#endif
