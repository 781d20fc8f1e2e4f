/*
 * The hosts, or the origins, that a server allows.
 *
 * In: an entry for each of them, once; then a host or an origin.  Out: whether it is
 * among them.
 * Always: a first label "*" of an entry stands for one or more non-empty labels, and
 * letter case is left aside.  No more of a host is hashed than the longest entry has,
 * and each entry is compared once at the most: its labels, however many a client
 * sends, do not make a look-up long.
 */
#ifndef U101_ALLOWLIST_H
#define U101_ALLOWLIST_H

#include "index.h"
#include "origin.h"

/* A host or an origin that may stand for several. */
typedef struct {
    u101_slice scheme; /* size 0: a host's, or that of `null` */
    u101_slice host;   /* what follows the "*", dot included, where wildcard is true */
    int number;        /* the port, the default of the scheme, or U101_NO_PORT */
    bool wildcard;
} u101_allowed;

typedef struct {
    const u101_allowed *entries;
    size_t count;
    size_t longest; /* bytes of the longest host of an entry, where there is an index */
    u101_index index;
    bool any_port; /* whether an entry without a port stands for each port */
} u101_allowlist;

/* The entry of an origin that u101_origin_read has taken, or of a host as
 * u101_origin_of_host gives it. */
u101_allowed u101_allowed_of(const u101_origin *origin);

/* The list of `entries`, which it keeps, as it does the u101_index_size(count) slots. */
u101_allowlist u101_allowlist_of(const u101_allowed *entries, size_t count, bool any_port,
                                 uint32_t *slots);

/* Whether an entry of the list stands for the origin, or for a host as
 * u101_origin_of_host gives it. */
bool u101_allowlist_allows(const u101_allowlist *list, const u101_origin *origin);

#endif
