/*
 * Scans: from a cursor to the first byte that is not of a class.
 *
 * In: a cursor and the end of the bytes.  Out: the cursor moved, to the end at
 * the most.  Always: no byte at or behind the end is read, and the result is the
 * same with and without vector instructions (U101_PORTABLE leaves them out).
 */
#ifndef U101_SCAN_H
#define U101_SCAN_H

#include "chars.h"

#if defined(__SSE2__) && !defined(U101_PORTABLE)
#include <emmintrin.h>
#define U101_SCAN_SSE2 1
#endif

static inline const char *u101_scan(const char *at, const char *end, u101_class class)
{
    while (at < end && u101_is(*at, class)) {
        at++;
    }
    return at;
}

#ifdef U101_SCAN_SSE2
/* Sixteen bytes at a time until one of them is no U101_VALUE, or fewer are left. */
static inline const char *u101_scan_value_blocks(const char *at, const char *end, bool *found)
{
    const __m128i last_control = _mm_set1_epi8(0x1f);
    const __m128i tab = _mm_set1_epi8('\t');
    const __m128i del = _mm_set1_epi8(0x7f);

    for (; end - at >= 16; at += 16) {
        const __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);
        const __m128i bad = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(block, tab), control),
                                         _mm_cmpeq_epi8(block, del));
        const int mask = _mm_movemask_epi8(bad);
        if (mask != 0) {
            *found = true;
            return at + __builtin_ctz((unsigned int)mask);
        }
    }
    return at;
}
#endif

/* To the first byte that is no U101_VALUE. */
static inline const char *u101_scan_value(const char *at, const char *end)
{
#ifdef U101_SCAN_SSE2
    bool found = false;
    at = u101_scan_value_blocks(at, end, &found);
    if (found) {
        return at;
    }
#endif
    return u101_scan(at, end, U101_VALUE);
}

#endif
