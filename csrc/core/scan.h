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
static inline __m128i u101_load_block(const char *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

/* Sixteen bits: which bytes of a block are no U101_VALUE. */
static inline unsigned int u101_mask_value(__m128i block)
{
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    const __m128i tab = _mm_cmpeq_epi8(block, _mm_set1_epi8('\t'));
    const __m128i del = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7f));

    return (unsigned int)_mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(tab, control), del));
}

/* Which bytes of a block are from `first` to `first` + `more`. */
static inline __m128i u101_range(__m128i block, char first, char more)
{
    const __m128i distance = _mm_sub_epi8(block, _mm_set1_epi8(first));

    return _mm_cmpeq_epi8(_mm_min_epu8(distance, _mm_set1_epi8(more)), distance);
}

/* Sixteen bits: which bytes of a block are no letter, digit, "-" or "_", which
 * is what tokens are mostly made of. */
static inline unsigned int u101_mask_token(__m128i block)
{
    const __m128i letter = u101_range(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 25);
    const __m128i digit = u101_range(block, '0', 9);
    const __m128i mark = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('-')),
                                      _mm_cmpeq_epi8(block, _mm_set1_epi8('_')));

    return 0xffffU ^
           (unsigned int)_mm_movemask_epi8(_mm_or_si128(letter, _mm_or_si128(digit, mark)));
}

/* Sixteen bits: which bytes of a block are no U101_TARGET. */
static inline unsigned int u101_mask_target(__m128i block)
{
    const __m128i good = _mm_andnot_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('#')),
                                          u101_range(block, '!', '~' - '!'));

    return 0xffffU ^ (unsigned int)_mm_movemask_epi8(good);
}
#endif

/* To the first byte that is no U101_TARGET. */
static inline const char *u101_scan_target(const char *at, const char *end)
{
#ifdef U101_SCAN_SSE2
    for (; end - at >= 16; at += 16) {
        const unsigned int mask = u101_mask_target(u101_load_block(at));
        if (mask != 0) {
            return at + __builtin_ctz(mask);
        }
    }
#endif
    return u101_scan(at, end, U101_TARGET);
}

/* To the first byte that is no U101_VALUE. */
static inline const char *u101_scan_value(const char *at, const char *end)
{
#ifdef U101_SCAN_SSE2
    for (; end - at >= 16; at += 16) {
        const unsigned int mask = u101_mask_value(u101_load_block(at));
        if (mask != 0) {
            return at + __builtin_ctz(mask);
        }
    }
#endif
    return u101_scan(at, end, U101_VALUE);
}

/* To the first byte that is no U101_TCHAR. */
static inline const char *u101_scan_token(const char *at, const char *end)
{
#ifdef U101_SCAN_SSE2
    for (; end - at >= 16; at += 16) {
        const unsigned int mask = u101_mask_token(u101_load_block(at));
        if (mask != 0) {
            at += __builtin_ctz(mask);
            if (!u101_is(*at, U101_TCHAR)) {
                return at;
            }
            break;
        }
    }
#endif
    return u101_scan(at, end, U101_TCHAR);
}

#endif
