/*
 * The upgrade to HTTP/2 over cleartext TCP [RFC 7540 3.2].
 *
 * In: a context whose Upgrade names h2c.  Out: U101_SOUND with the span of
 * the settings in the decision, or the first reason to pass of [contract 5].
 * Always: no defect of h2c costs the client its request.
 */
#ifndef U101_H2C_H
#define U101_H2C_H

#include "context.h"

u101_reason u101_h2c_check(const u101_context *context);

#endif
