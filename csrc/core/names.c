/*
 * Sorts and finds names; names.h says what holds.
 */
#include "names.h"

#include <stdlib.h>

/* Shorter names come first: most names differ in size, which is compared without a call. */
static int compare(u101_slice left, u101_slice right)
{
    if (left.size != right.size) {
        return left.size < right.size ? -1 : 1;
    }
    return left.size == 0 ? 0 : memcmp(left.at, right.at, left.size);
}

static int compare_names(const void *left, const void *right)
{
    const u101_name *const one = left;
    const u101_name *const other = right;
    const int order = compare(one->text, other->text);

    if (order != 0) {
        return order;
    }
    return one->rank < other->rank ? -1 : one->rank > other->rank;
}

u101_names u101_names_of(u101_name *names, size_t count)
{
    if (count > 1) {
        qsort(names, count, sizeof(*names), compare_names);
    }
    return (u101_names){names, count};
}

size_t u101_names_find(const u101_names *names, u101_slice text)
{
    size_t low = 0;
    size_t high = names->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare(names->sorted[middle].text, text);
        if (order == 0) {
            return names->sorted[middle].rank;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return U101_NO_NAME;
}

static size_t walk_to_repeat(const u101_slice *names, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (u101_equal(names[i], names[j])) {
                return i;
            }
        }
    }
    return count;
}

size_t u101_names_first_repeat(const u101_slice *names, size_t count)
{
    u101_name *const sorted = count <= 8 ? NULL : calloc(count, sizeof(*sorted));
    size_t first = count;

    if (sorted == NULL) {
        return walk_to_repeat(names, count);
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = (u101_name){names[i], i};
    }
    const u101_names list = u101_names_of(sorted, count);
    for (size_t i = 1; i < count; i++) {
        const u101_name *const name = &list.sorted[i];
        if (u101_equal(name->text, name[-1].text) && name->rank < first) {
            first = name->rank;
        }
    }
    free(sorted);
    return first;
}
