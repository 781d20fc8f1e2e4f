/*
 * Finds what a list has twice; repeat.h says what holds.
 */
#include "repeat.h"

#include <stdlib.h>

#include "index.h"

size_t u101_first_repeat(const u101_slice *names, size_t count)
{
    const size_t size = u101_index_size(count);
    uint32_t *const slots = size == 0 ? NULL : malloc(size * sizeof(*slots));
    u101_index index = u101_index_in(slots, count);
    const size_t repeated = u101_add_names(&index, names, count);

    free(slots);
    return repeated;
}
