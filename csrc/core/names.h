/*
 * A sorted list of names: so that to find one takes little longer in a list of
 * 10,000 than in one of eight.
 *
 * In: names, once; then one name.  Out: its rank, which is its place in the list
 * before that was sorted.
 * Always: names are compared byte for byte.  Nothing is allocated to find one.
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

/* Sorts the names, which the list keeps; no name is there twice. */
u101_names u101_names_of(u101_name *names, size_t count);

/* The rank of a name, or U101_NO_NAME. */
size_t u101_names_find(const u101_names *names, u101_slice text);

/* The number of the first name that is equal to one before it; `count`: there is no
 * such name.  It allocates, and takes the square of the time if it cannot. */
size_t u101_names_first_repeat(const u101_slice *names, size_t count);

#endif
