/*
 * The hosts, or the patterns of origins, that a server allows.
 *
 * In: an entry for each of them, once; then a scheme, a host and a port.  Out: whether
 * an entry admits them.
 * Always: a first label "*" of an entry stands for one or more non-empty labels, and
 * letter case does not count.  A client cannot make a look-up long: no part of its host
 * that is longer than the longest entry is looked up.
 */
#ifndef U101_ALLOWLIST_H
#define U101_ALLOWLIST_H

#include "authority.h"

#define U101_ANY_PORT (-2)

typedef struct {
    u101_slice scheme; /* size 0: of a host */
    u101_slice host;   /* if wildcard is true, what follows the "*", dot included */
    int port;          /* U101_NO_PORT: a scheme without a default one; U101_ANY_PORT */
    bool wildcard;
} u101_allowed;

typedef struct {
    const u101_allowed *sorted;
    size_t count;
    size_t longest; /* bytes of the longest host of an entry */
} u101_allowlist;

/* A host without its last dot, if it ends with one [RFC 3986 3.2.2]. */
u101_slice u101_allowlist_name(u101_slice host);

/* An entry, of a host that may begin with "*". */
u101_allowed u101_allowlist_entry(u101_slice scheme, u101_slice host, int port);

/* Sorts the entries, which the list keeps. */
u101_allowlist u101_allowlist_of(u101_allowed *entries, size_t count);

bool u101_allowlist_has(const u101_allowlist *list, u101_slice scheme, u101_slice host, int port);

#endif
