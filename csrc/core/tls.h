/*
 * The upgrade to TLS in mid-connection [RFC 2817 3].
 *
 * In: a context and the version that the client names.  Out: U101_SOUND
 * with the version in the decision, or the first reason of [contract 6].
 */
#ifndef U101_TLS_H
#define U101_TLS_H

#include "context.h"

/* Whether a protocol of Upgrade is TLS/1. and one digit. */
bool u101_tls_is_named(u101_slice name, u101_slice version);

u101_reason u101_tls_check(const u101_context *context, u101_slice version);

#endif
