/*
 * The table of reasons.
 *
 * In: a reason.  Out: its row of reasons.def.
 * Always: there is no other list of names, statuses or sentences.
 */
#include "reason.h"

static const u101_reason_row rows[U101_REASON_COUNT] = {
#define U101_REASON(name, code, status, rfc, field, text) {#name, rfc, field, text, code, status},
#include "reasons.def"
#undef U101_REASON
};

const u101_reason_row *u101_reason_row_of(u101_reason reason)
{
    return &rows[reason];
}

bool u101_reason_is_pass(u101_reason reason)
{
    return rows[reason].code / 1000 == 2;
}
