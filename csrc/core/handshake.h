/*
 * The decision on a completed head: of a request as it came, or of one that others have
 * parsed.
 *
 * In: a context.  Out: its decision, without what depends on the body.
 */
#ifndef U101_HANDSHAKE_H
#define U101_HANDSHAKE_H

#include "context.h"

/* Fills context->decision. */
void u101_handshake_decide_head(u101_context *context);

#endif
