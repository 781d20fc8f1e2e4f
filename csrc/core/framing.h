/*
 * What a completed head means before any upgrade is looked at: Host and framing.
 *
 * In: an context.  Out: its framing, or the first defect in the order of
 * contract 2.
 */
#ifndef U101_FRAMING_H
#define U101_FRAMING_H

#include "context.h"

/* False: `reason` is the defect. */
bool u101_read_meaning(u101_context *context, u101_reason *reason);

#endif
