/*
 * Looks hosts and origins up; allowlist.h says what holds.
 *
 * Strategy: the host is hashed from its end.  At each dot the hash is that of an
 * entry "*.domain", and at the beginning that of the host itself.
 */
#include "allowlist.h"

u101_allowed u101_allowed_of(const u101_origin *origin)
{
    u101_slice host = origin->authority.host;
    const bool wildcard =
        host.size > 0 && host.at[0] == '*' && (host.size == 1 || host.at[1] == '.');

    if (wildcard) {
        host.at++;
        host.size--;
    }
    return (u101_allowed){origin->scheme, host, origin->number, wildcard};
}

/* The hash of a host and a port.  The scheme is left to the comparison: those of a
 * host have different ports, as a rule. */
static uint32_t hash_port(uint32_t hash, int number)
{
    return hash + (uint32_t)number * 2654435761U;
}

u101_allowlist u101_allowlist_of(const u101_allowed *entries, size_t count, bool any_port,
                                 uint32_t *slots)
{
    u101_allowlist list = {entries, count, 0, u101_index_in(slots, count), any_port};

    for (size_t i = 0; list.index.slots != NULL && i < count; i++) {
        const u101_slice host = entries[i].host;
        list.longest = host.size > list.longest ? host.size : list.longest;
        u101_index_add(&list.index, hash_port(u101_hash(host), entries[i].number), i);
    }
    return list;
}

/* Whether the slice is one or more non-empty labels joined by dots. */
static bool are_labels(u101_slice slice)
{
    char before = '.';

    if (slice.size == 0 || slice.at[0] == '[') {
        return false;
    }
    for (size_t i = 0; i < slice.size; i++) {
        if (slice.at[i] == '.' && before == '.') {
            return false;
        }
        before = slice.at[i];
    }
    return before != '.';
}

/* Whether an entry stands for an origin, the port left aside. */
static bool stands_for(const u101_allowed *entry, const u101_origin *origin)
{
    const u101_slice host = origin->authority.host;

    if (!u101_equal_nocase(entry->scheme, origin->scheme)) {
        return false;
    }
    if (!entry->wildcard) {
        return u101_equal_nocase(entry->host, host);
    }
    if (host.size <= entry->host.size) {
        return false;
    }
    const size_t labels = host.size - entry->host.size;
    return u101_equal_nocase(entry->host, (u101_slice){host.at + labels, entry->host.size}) &&
           are_labels((u101_slice){host.at, labels});
}

static bool walk(const u101_allowlist *list, const u101_origin *origin)
{
    for (size_t i = 0; i < list->count; i++) {
        const u101_allowed *const entry = &list->entries[i];
        const bool any = list->any_port && entry->number == U101_NO_PORT;
        if ((any || entry->number == origin->number) && stands_for(entry, origin)) {
            return true;
        }
    }
    return false;
}

/* Whether an entry that has the port, and as many bytes of host as were hashed,
 * stands for the origin. */
static bool probe(const u101_allowlist *list, uint32_t hash, size_t size, int number,
                  const u101_origin *origin)
{
    const u101_index *const index = &list->index;
    uint32_t slot = u101_first_slot(index, hash_port(hash, number));

    while (index->slots[slot] != 0) {
        const u101_allowed *const entry = &list->entries[index->slots[slot] - 1];
        if (entry->number == number && entry->host.size == size && stands_for(entry, origin)) {
            return true;
        }
        slot = u101_next_slot(index, slot);
    }
    return false;
}

bool u101_allowlist_allows(const u101_allowlist *list, const u101_origin *origin)
{
    const u101_slice host = origin->authority.host;
    const size_t most = host.size < list->longest ? host.size : list->longest;
    uint32_t hash = U101_HASH_START;

    if (list->index.slots == NULL) {
        return walk(list, origin);
    }
    for (size_t size = 0;; size++) {
        /* No byte is hashed for the entry "*". */
        if (size == 0 || size == host.size || host.at[host.size - size] == '.') {
            if (probe(list, hash, size, origin->number, origin) ||
                (list->any_port && probe(list, hash, size, U101_NO_PORT, origin))) {
                return true;
            }
        }
        if (size == most) {
            return false;
        }
        hash = u101_hash_on(hash, host.at[host.size - size - 1]);
    }
}
