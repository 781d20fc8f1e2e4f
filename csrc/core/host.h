/*
 * The Host of a completed head [RFC 9112 3.2, RFC 9110 7.4].
 *
 * In: a context.  Out: its `host`, or the first defect in the order of
 * [contract 2].
 */
#ifndef U101_HOST_H
#define U101_HOST_H

#include "context.h"

/* U101_SOUND, or the reason against it. */
u101_reason u101_host_check(u101_context *context);

#endif
