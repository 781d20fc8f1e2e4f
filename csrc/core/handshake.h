/*
 * The decision on a completed head, however it was completed.
 *
 * In: an context.  Out: its decision, all but what depends on the body.
 */
#ifndef U101_HANDSHAKE_H
#define U101_HANDSHAKE_H

#include "context.h"

/* Fills context->decision, and returns the size of the body that the switch
 * waits for in bytes; 0: none, or no switch. */
uint64_t u101_handshake_decide_head(u101_context *context);

#endif
