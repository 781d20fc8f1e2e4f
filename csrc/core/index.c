/*
 * Makes indexes and looks names up; index.h says what holds.
 *
 * Strategy: open addressing with linear probing.  Nothing is ever taken out, so that
 * an empty slot ends each walk.
 */
#include "index.h"

/* The longest list whose slots can be numbered; no memory holds a longer one. */
#define LONG_LIST ((size_t)1 << 30)

size_t u101_index_size(size_t count)
{
    size_t size = 1;

    if (count <= U101_SHORT_LIST || count > LONG_LIST) {
        return 0;
    }
    while (size < 2 * count) {
        size *= 2;
    }
    return size;
}

u101_index u101_index_in(uint32_t *slots, size_t count)
{
    const size_t size = u101_index_size(count);

    if (size == 0 || slots == NULL) {
        return (u101_index){NULL, 0};
    }
    memset(slots, 0, size * sizeof(*slots));
    return (u101_index){slots, (uint32_t)(size - 1)};
}

void u101_index_add(u101_index *index, uint32_t hash, size_t entry)
{
    uint32_t slot = u101_first_slot(index, hash);

    while (index->slots[slot] != 0) {
        slot = u101_next_slot(index, slot);
    }
    index->slots[slot] = (uint32_t)entry + 1;
}

/* The slot of the name, or the empty one where it would be. */
static uint32_t seek(const u101_index *index, const u101_slice *names, u101_slice name)
{
    uint32_t slot = u101_first_slot(index, u101_hash(name));

    while (index->slots[slot] != 0 && !u101_equal(names[index->slots[slot] - 1], name)) {
        slot = u101_next_slot(index, slot);
    }
    return slot;
}

size_t u101_add_names(u101_index *index, const u101_slice *names, size_t count)
{
    size_t i = 0;

    if (index->slots == NULL) {
        while (i < count && u101_walk_names(names, i, names[i]) == U101_NO_ENTRY) {
            i++;
        }
        return i;
    }
    for (; i < count; i++) {
        const uint32_t slot = seek(index, names, names[i]);
        if (index->slots[slot] != 0) {
            break;
        }
        index->slots[slot] = (uint32_t)i + 1;
    }
    return i;
}

size_t u101_seek_name(const u101_index *index, const u101_slice *names, u101_slice name)
{
    const uint32_t slot = seek(index, names, name);

    return index->slots[slot] == 0 ? U101_NO_ENTRY : index->slots[slot] - 1;
}
