/* What the fuzz targets share; fuzz.h says what holds. */
#include "fuzz.h"

#include "harness.h"

void require(bool held, const char *promise)
{
    if (!held) {
        check_abort("broken: %s", promise);
    }
}

size_t fuzz_next_cut(fuzz_cuts *cuts, size_t left)
{
    cuts->state = cuts->state * 1664525U + (cuts->seed == 0 ? 0U : 1013904223U);
    const size_t step = 1 + (cuts->state >> 26);
    return step < left ? step : left;
}
