/*
 * Origins [RFC 6454 7, RFC 6455 10.2].
 *
 * In: the value of Origin, and what is allowed.  Out: whether it is.
 * Always: an origin is `scheme://host`, with a port of 1-5 digits without a
 * leading zero or without a port, or `null`; no path, no userinfo.
 */
#ifndef U101_ORIGIN_H
#define U101_ORIGIN_H

#include "host.h"

typedef struct {
    u101_slice scheme;
    u101_authority authority;
    int number; /* the port, or the default of the scheme, or U101_NO_PORT */
    bool null;  /* the origin is `null` and has no parts */
} u101_origin;

/* An origin that may stand for several by a first label "*" of its host. */
typedef struct {
    u101_slice scheme;
    u101_host_pattern host;
    bool null;
} u101_origin_pattern;

/* False: the value is no serialized origin. */
bool u101_read_origin(u101_slice value, u101_origin *origin);

u101_origin_pattern u101_origin_pattern_of(const u101_origin *origin);

bool u101_origin_matches(const u101_origin_pattern *pattern, const u101_origin *origin);

/* Whether the value of Origin is `http://` or `https://` and the Host, which has
 * no port: the same origin in the most common spelling, told without parsing. */
bool u101_is_host_as_origin(u101_slice value, const u101_authority *host);

/* Whether an origin is http or https and has the host and port of Host, where an
 * absent port is the default of the origin's scheme. */
bool u101_is_same_origin(const u101_origin *origin, const u101_authority *host);

#endif
