/*
 * uri-host [":" port], as in Host and in an authority, and the scheme before one.
 *
 * In: a value.  Out: its parts.
 * Always: strict [RFC 3986 3.2.2].  Nothing is decoded or normalised, and letter
 * case is left to the comparison.
 */
#ifndef U101_AUTHORITY_H
#define U101_AUTHORITY_H

#include "upgrade101.h"

#define U101_NO_PORT (-1)

typedef struct {
    u101_slice host;
    u101_slice port; /* the digits, without the colon */
    int number;      /* U101_NO_PORT if `port` is empty */
    bool colon;      /* whether a colon follows the host, with or without a port */
} u101_authority;

/* Bytes of `scheme "://"` at the start of a value [RFC 3986 3.1]; 0: it has no scheme. */
size_t u101_authority_scheme_size(u101_slice value);

/* The default port of http, https, ws and wss, letter case aside, or U101_NO_PORT
 * [RFC 9110 4.2, RFC 6455 3]. */
int u101_authority_default_port(u101_slice scheme);

/* False: the value is no uri-host [":" port]. */
bool u101_authority_read(u101_slice value, u101_authority *authority);

#endif
