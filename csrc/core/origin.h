/*
 * A serialized origin [RFC 6454 6.2].
 *
 * In: the value of Origin, or an entry of a configuration.  Out: its parts.
 * Always: `scheme://host`, with a port of 1-5 digits without a leading zero or
 * without a port; no path and no userinfo.  `null` is no such origin.
 */
#ifndef U101_ORIGIN_H
#define U101_ORIGIN_H

#include "authority.h"

typedef struct {
    u101_slice scheme;
    u101_slice host;
    int by_default; /* the default port of the scheme, or U101_NO_PORT */
    int port;       /* the one that is given, or the default */
} u101_origin;

/* False: the value is something else. */
bool u101_origin_read(u101_slice value, u101_origin *origin);

#endif
