/*
 * The choice of a protocol [RFC 9110 7.8].
 *
 * In: a context whose head is sound.  Out: U101_SOUND with the offer and what was
 * agreed in the decision, or the reason to pass or to refuse [contract 3.1] to
 * [contract 3.7].
 */
#ifndef U101_CHOOSE_H
#define U101_CHOOSE_H

#include "context.h"

#define U101_MAX_UPGRADES 16

u101_reason u101_choose(u101_context *context);

#endif
