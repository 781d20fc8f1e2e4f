/*
 * Looks hosts and origins up; allowlist.h says what holds.
 *
 * Strategy: entries are sorted by their hosts.  The host is looked up whole.  Then each
 * part of it that begins at a dot is looked up as what follows the "*" of an entry.
 */
#include "allowlist.h"

#include <stdlib.h>

#include "slice.h"

u101_slice u101_allowlist_name(u101_slice host)
{
    const bool dot = host.size > 1 && host.at[host.size - 1] == '.';

    return (u101_slice){host.at, host.size - (dot ? 1 : 0)};
}

u101_allowed u101_allowlist_entry(u101_slice scheme, u101_slice host, int port)
{
    const bool wildcard = host.size > 0 && host.at[0] == '*';

    if (wildcard) {
        host.at++;
        host.size--;
    }
    return (u101_allowed){scheme, host, port, wildcard};
}

/* Shorter ones first, letter case aside. */
static int compare(u101_slice left, u101_slice right)
{
    if (left.size != right.size) {
        return left.size < right.size ? -1 : 1;
    }
    for (size_t i = 0; i < left.size; i++) {
        const int order =
            (unsigned char)u101_lower(left.at[i]) - (unsigned char)u101_lower(right.at[i]);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

static int compare_entries(const void *left, const void *right)
{
    return compare(((const u101_allowed *)left)->host, ((const u101_allowed *)right)->host);
}

u101_allowlist u101_allowlist_of(u101_allowed *entries, size_t count)
{
    u101_allowlist list = {entries, count, 0};

    if (count > 1) {
        qsort(entries, count, sizeof(*entries), compare_entries);
    }
    if (count > 0) {
        list.longest = entries[count - 1].host.size;
    }
    return list;
}

/* The number of the first entry whose host is not less than this one. */
static size_t seek(const u101_allowlist *list, u101_slice host)
{
    size_t low = 0;
    size_t high = list->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare(list->sorted[middle].host, host) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Whether an entry with this host has the scheme and the port. */
static bool has_entry(const u101_allowlist *list, u101_slice scheme, u101_slice host, int port,
                      bool wildcard)
{
    for (size_t i = seek(list, host); i < list->count; i++) {
        const u101_allowed *const entry = &list->sorted[i];
        if (!u101_equal_nocase(entry->host, host)) {
            break;
        }
        if (entry->wildcard == wildcard && (entry->port == port || entry->port == U101_ANY_PORT) &&
            u101_equal_nocase(entry->scheme, scheme)) {
            return true;
        }
    }
    return false;
}

/* How many bytes at the start of a host are non-empty labels.  "*" can stand for such
 * labels only.  An IP literal has no labels. */
static size_t size_of_labels(u101_slice host)
{
    size_t i = 0;

    while (i < host.size && host.at[0] != '[' &&
           (host.at[i] != '.' || (i > 0 && host.at[i - 1] != '.'))) {
        i++;
    }
    return i > 0 && host.at[i - 1] == '.' ? i - 1 : i;
}

bool u101_allowlist_has(const u101_allowlist *list, u101_slice scheme, u101_slice host, int port)
{
    if (has_entry(list, scheme, host, port, false)) {
        return true;
    }
    const size_t labels = size_of_labels(host);
    size_t at = host.size > list->longest ? host.size - list->longest : 1;
    for (; at <= labels; at++) {
        const u101_slice rest = {host.at + at, host.size - at};
        if ((rest.size == 0 || rest.at[0] == '.') && has_entry(list, scheme, rest, port, true)) {
            return true;
        }
    }
    return false;
}
