/*
 * uri-host [":" port], as in Host and in an authority, and the scheme before one.
 *
 * In: a value.  Out: its parts, and whether they are among those of a list.
 * Always: strict [RFC 3986 3.2.2]; nothing is decoded or normalised, and letter
 * case is left to the comparison.
 */
#ifndef U101_HOST_H
#define U101_HOST_H

#include "upgrade101.h"

#define U101_NO_PORT (-1)

typedef struct {
    u101_slice host;
    u101_slice port; /* the digits, without the colon */
    int number;      /* U101_NO_PORT where `port` is empty */
    bool colon;      /* whether there is a colon before the port, or before nothing */
} u101_authority;

/* Bytes of `scheme "://"` at the start of a value [RFC 3986 3.1], 0 where there is none. */
size_t u101_scheme_of(u101_slice value);

/* False: the value is no uri-host [":" port]. */
bool u101_read_authority(u101_slice value, u101_authority *authority);

/* A host that may stand for several: a first label "*" stands for one or more
 * non-empty labels. */
typedef struct {
    u101_slice host; /* what follows the "*", dot included, where wildcard is true */
    int number;      /* U101_NO_PORT: any */
    bool wildcard;
} u101_host_pattern;

/* The pattern of a slice that u101_read_authority has taken. */
u101_host_pattern u101_host_pattern_of(const u101_authority *authority);

/* Whether a host, its port left aside, is one the pattern stands for. */
bool u101_host_matches(const u101_host_pattern *pattern, u101_slice host);

#endif
