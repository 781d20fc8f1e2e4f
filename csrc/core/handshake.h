/*
 * The decision on a completed head, however it was completed.
 *
 * In: a context.  Out: its decision, all but what depends on the body.
 */
#ifndef U101_HANDSHAKE_H
#define U101_HANDSHAKE_H

#include "context.h"

/* Fills context->decision. */
void u101_handshake_decide_head(u101_context *context);

#endif
