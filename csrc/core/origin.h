/*
 * Origins [RFC 6454 7, RFC 6455 10.2].
 *
 * In: the value of Origin.  Out: its parts, and whether they are those of Host.
 * Always: an origin is `scheme://host`, with a port of 1-5 digits without a
 * leading zero or without a port, or `null`; no path, no userinfo.
 */
#ifndef U101_ORIGIN_H
#define U101_ORIGIN_H

#include "authority.h"

typedef struct {
    u101_slice scheme;
    u101_authority authority;
    int by_scheme; /* the default port of the scheme, or U101_NO_PORT */
    int number;    /* the port, or the default of the scheme, or U101_NO_PORT */
    bool null;     /* the origin is `null` and has no parts */
} u101_origin;

/* False: the value is no serialized origin. */
bool u101_origin_read(u101_slice value, u101_origin *origin);

/* A host with a port, or U101_NO_PORT, as an origin without a scheme. */
static inline u101_origin u101_origin_of_host(const u101_authority *host, int number)
{
    return (u101_origin){
        .scheme = {"", 0}, .authority = *host, .by_scheme = U101_NO_PORT, .number = number};
}

/* Whether the value of Origin is `http://` or `https://` and the Host, which has
 * no port: the same origin in the most common spelling, told without parsing. */
bool u101_is_host_as_origin(u101_slice value, const u101_authority *host);

/* Whether an origin is http or https and has the host and port of Host, where an
 * absent port is the default of the origin's scheme. */
bool u101_is_same_origin(const u101_origin *origin, const u101_authority *host);

#endif
