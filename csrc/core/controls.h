/*
 * Finds control characters, in 64 bytes at once.
 *
 * In: where to begin, and what may be read.  Out: a bit for each of the next 64 bytes,
 * set if that byte is a control character.  HTAB counts as one: to leave it out here
 * takes longer than to go past it later.  Always: no byte outside of what may be read
 * is read, and the result is the same with and without vector instructions.
 *
 * Strategy: four blocks are looked at independently of one another.  A scan from one
 * line's end to the next would have to wait for each line.
 */
#ifndef U101_CONTROLS_H
#define U101_CONTROLS_H

#include "scan.h"

#define U101_CONTROLS_STRIDE 64

static inline bool u101_is_control(char byte)
{
    return !u101_is(byte, U101_VALUE) || byte == '\t';
}

/* Bit i is set if at[i] is before `end` and is a control character. */
static inline uint64_t u101_controls_one_by_one(const char *at, const char *end)
{
    const size_t left = (size_t)(end - at);
    const size_t size = left < U101_CONTROLS_STRIDE ? left : U101_CONTROLS_STRIDE;
    uint64_t stops = 0;

    for (size_t i = 0; i < size; i++) {
        stops |= (uint64_t)u101_is_control(at[i]) << i;
    }
    return stops;
}

#ifdef U101_SCAN_SSE2
U101_ALWAYS_INLINE uint64_t u101_controls_of_block(const char *at)
{
    const __m128i block = u101_load(at);
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    const __m128i delete = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7f));

    return (uint64_t)(unsigned int)_mm_movemask_epi8(_mm_or_si128(low, delete));
}

/* The same; what is from `begin` to `end` may be read. */
U101_ALWAYS_INLINE uint64_t u101_controls(const char *begin, const char *at, const char *end)
{
    const size_t left = (size_t)(end - at);
    const size_t before = left < U101_CONTROLS_STRIDE ? U101_CONTROLS_STRIDE - left : 0;

    if ((size_t)(at - begin) < before) {
        return u101_controls_one_by_one(at, end);
    }
    /* Near the end, bytes before `at` are read too, and their bits are dropped. */
    const char *const from = at - before;
    const uint64_t stops = u101_controls_of_block(from) | u101_controls_of_block(from + 16) << 16 |
                           u101_controls_of_block(from + 32) << 32 |
                           u101_controls_of_block(from + 48) << 48;
    return stops >> before;
}
#else
U101_ALWAYS_INLINE uint64_t u101_controls(const char *begin, const char *at, const char *end)
{
    (void)begin;
    return u101_controls_one_by_one(at, end);
}
#endif

/* The number of the lowest bit that is set.  At least one must be. */
static inline unsigned int u101_lowest(uint64_t bits)
{
#if defined(__GNUC__)
    return (unsigned int)__builtin_ctzll(bits);
#else
    unsigned int lowest = 0;

    while ((bits >> lowest & 1) == 0) {
        lowest++;
    }
    return lowest;
#endif
}

#endif
