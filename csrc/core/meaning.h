/*
 * What a completed head means before any upgrade is looked at: Host and framing.
 *
 * In: an exchange.  Out: its framing, or the first defect in the order of
 * contract 2.
 */
#ifndef U101_MEANING_H
#define U101_MEANING_H

#include "exchange.h"

/* False: `reason` is the defect. */
bool u101_read_meaning(u101_exchange *exchange, u101_reason *reason);

#endif
