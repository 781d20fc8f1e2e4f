/*
 * What is read of a decision, its request and its response, compared with what a vector
 * expects of every decision, whatever its action.
 *
 * In: as for outcome_check.  Out: checks.
 */
#ifndef READBACK_H
#define READBACK_H

#include "outcome.h"

/* The parts of the response, the offset, the target, the lists and the detail. */
void readback_check(const outcome *made, const json_value *expect);

#endif
