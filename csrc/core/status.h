/*
 * Reason phrases [RFC 9110 15].
 *
 * In: a status.  Out: its phrase.
 */
#ifndef U101_STATUS_H
#define U101_STATUS_H

#include "upgrade101.h"

/* Empty if no phrase is registered: it may be left out [RFC 9112 4]. */
u101_slice u101_status_phrase(int status);

#endif
