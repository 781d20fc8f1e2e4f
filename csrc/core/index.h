/*
 * An index: the entries of a list by their hash, so that finding one takes the same
 * time in a list of any length.
 *
 * In: a list, once, and slots for it; then a hash or a name.  Out: the number of an
 * entry.
 * Always: at most half of the slots are taken, by entries that whoever made the list
 * has put there: how long a look-up can get depends on them, and on no client that
 * asks for one.  A short list has no slots and is walked, which is quicker.  The hash
 * is the same in both letter cases; whether they differ, the comparison says.
 * It allocates nothing.
 */
#ifndef U101_INDEX_H
#define U101_INDEX_H

#include "slice.h"

#define U101_NO_ENTRY SIZE_MAX

typedef struct {
    uint32_t *slots; /* the number of an entry plus 1, or 0; NULL: the list is walked */
    uint32_t mask;   /* how many slots there are, a power of two, less 1 */
} u101_index;

/* The longest list that is walked: up to here that costs no more than hashing. */
#define U101_SHORT_LIST 8

/* How many slots the index of a list has; 0: the list has none. */
size_t u101_index_size(size_t count);

/* An empty index for a list of `count` entries, in u101_index_size(count) slots. */
u101_index u101_index_in(uint32_t *slots, size_t count);

/* FNV-1a of the bytes in lower case, from the last to the first: on the way to the
 * hash of a host are those of the domains above it. */
#define U101_HASH_START 2166136261U

static inline uint32_t u101_hash_on(uint32_t hash, char byte)
{
    return (hash ^ (unsigned char)u101_lower(byte)) * 16777619U;
}

static inline uint32_t u101_hash(u101_slice slice)
{
    uint32_t hash = U101_HASH_START;

    for (size_t i = slice.size; i > 0; i--) {
        hash = u101_hash_on(hash, slice.at[i - 1]);
    }
    return hash;
}

/* Where the walk along the entries of a hash begins; it ends at an empty slot.  The
 * lower bits of FNV-1a depend on those of each byte alone, so that upper ones, which
 * depend on all, are folded in. */
static inline uint32_t u101_first_slot(const u101_index *index, uint32_t hash)
{
    return (hash ^ (hash >> 15)) & index->mask;
}

static inline uint32_t u101_next_slot(const u101_index *index, uint32_t slot)
{
    return (slot + 1) & index->mask;
}

/* Adds an entry to an index that has slots. */
void u101_index_add(u101_index *index, uint32_t hash, size_t entry);

/* Adds names to an empty index, or walks them where it has no slots: how many there
 * are, or the number of the first that is equal to one before it. */
size_t u101_add_names(u101_index *index, const u101_slice *names, size_t count);

/* The number of the name in an index that has slots, or U101_NO_ENTRY. */
size_t u101_seek_name(const u101_index *index, const u101_slice *names, u101_slice name);

static inline size_t u101_walk_names(const u101_slice *names, size_t count, u101_slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (u101_equal(names[i], name)) {
            return i;
        }
    }
    return U101_NO_ENTRY;
}

/* The number of the name among the different ones of a list, or U101_NO_ENTRY. */
static inline size_t u101_find_name(const u101_index *index, const u101_slice *names, size_t count,
                                    u101_slice name)
{
    return index->slots == NULL ? u101_walk_names(names, count, name)
                                : u101_seek_name(index, names, name);
}

#endif
