/*
 * What a caller answers, as the vectors give it.
 *
 * In: a member of `answers`.  Out: the answer, given to a decision.
 */
#ifndef REPLY_H
#define REPLY_H

#include <stdbool.h>

#include "json.h"
#include "upgrade101.h"

typedef struct {
    u101_answer answer; /* which points to `fields` */
    u101_field fields[8];
    u101_slice subprotocol;
    bool subprotocol_given;
    bool extensions_given;
    bool accepts;
    int status; /* of a refusal */
} reply;

/* False: the core has no such argument, and it is the binding that refuses it. */
bool reply_read(const json_value *step, reply *read);

u101_defect reply_give(const reply *read, u101_decision *decision, const char *received);

#endif
