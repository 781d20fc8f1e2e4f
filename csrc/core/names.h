/*
 * Sorted lists of names, in which one of 10,000 is found nearly as fast as one of
 * eight.
 *
 * In: names, once; then one name.  Out: its rank, which is its place before the
 * sorting.
 * Always: names are compared byte for byte.  To find a name allocates nothing.
 */
#ifndef U101_NAMES_H
#define U101_NAMES_H

#include "slice.h"

#define U101_NO_NAME SIZE_MAX

typedef struct {
    u101_slice text;
    size_t rank;
} u101_name;

typedef struct {
    const u101_name *sorted;
    size_t count;
} u101_names;

/* Sorts the names in place, and the list points to them. */
u101_names u101_names_of(u101_name *names, size_t count);

/* The rank of a name, or U101_NO_NAME. */
size_t u101_names_find(const u101_names *names, u101_slice text);

/* The index of the first name that repeats an earlier one, or `count` if no name does.
 * It allocates.  If memory runs out it compares each with each instead. */
size_t u101_names_first_repeat(const u101_slice *names, size_t count);

#endif
