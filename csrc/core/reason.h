/*
 * The classes of the table of reasons.
 *
 * In: a reason.  Out: whether it passes a request on.
 */
#ifndef U101_REASON_H
#define U101_REASON_H

#include "upgrade101.h"

/* Whether the request is sound and is served as HTTP/1.x: the group 2xxx. */
bool u101_reason_is_pass(u101_reason reason);

#endif
