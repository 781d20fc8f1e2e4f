/*
 * Finds what a list has twice.
 *
 * In: a list of names.  Out: the first that is equal to one before it.
 * Always: the time grows as the list does, and the square of it where there is no
 * memory for an index; the memory is freed before the call returns.
 */
#ifndef U101_REPEAT_H
#define U101_REPEAT_H

#include "upgrade101.h"

/* The number of the first name that is repeated; `count`: none is. */
size_t u101_first_repeat(const u101_slice *names, size_t count);

#endif
