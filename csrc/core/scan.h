/*
 * Scans for the first byte that is not of a class.
 *
 * In: a cursor and the end of the bytes, or a slice.  Out: where that byte is, or the
 * end; or whether all bytes are of the class.  Always: no byte outside is read, and the
 * result is the same with and without vector instructions (U101_PORTABLE leaves them
 * out).
 */
#ifndef U101_SCAN_H
#define U101_SCAN_H

#include <string.h>

#include "chars.h"
#include "slice.h"

#if defined(__SSE2__) && !defined(U101_PORTABLE)
#include <emmintrin.h>
#define U101_SCAN_SSE2 1
#endif

#ifdef U101_SCAN_SSE2
static inline __m128i u101_load(const char *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

/* Which bytes of a block are from `first` to `first` + `more`. */
U101_ALWAYS_INLINE __m128i u101_range(__m128i block, char first, char more)
{
    const __m128i distance = _mm_sub_epi8(block, _mm_set1_epi8(first));

    return _mm_cmpeq_epi8(_mm_min_epu8(distance, _mm_set1_epi8(more)), distance);
}

/* Which bytes of a block are letters, digits or one of two others. */
U101_ALWAYS_INLINE __m128i u101_alphanumeric_or(__m128i block, char one, char other)
{
    const __m128i letter = u101_range(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 25);
    const __m128i digit = u101_range(block, '0', 9);
    const __m128i mark = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(one)),
                                      _mm_cmpeq_epi8(block, _mm_set1_epi8(other)));

    return _mm_or_si128(letter, _mm_or_si128(digit, mark));
}

U101_ALWAYS_INLINE __m128i u101_value_bytes(__m128i block)
{
    const __m128i sound = _mm_or_si128(u101_range(block, ' ', (char)(0xff - ' ')),
                                       _mm_cmpeq_epi8(block, _mm_set1_epi8('\t')));

    return _mm_andnot_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(0x7f)), sound);
}

/* Which bytes of a block are of a class, or of the part of it that is met most. */
U101_ALWAYS_INLINE __m128i u101_members(__m128i block, u101_class class)
{
    switch (class) {
    case U101_VALUE:
        return u101_value_bytes(block);
    case U101_TARGET:
        return _mm_andnot_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('#')),
                                u101_range(block, '!', '~' - '!'));
    case U101_BASE64:
        return u101_alphanumeric_or(block, '+', '/');
    case U101_TCHAR:
        return u101_alphanumeric_or(block, '-', '_');
    case U101_REG_NAME:
    case U101_SCHEME:
        return u101_alphanumeric_or(block, '-', '.');
    default:
        return _mm_setzero_si128();
    }
}

/* Whether u101_members knows all of the class. */
U101_ALWAYS_INLINE bool u101_knows_all(u101_class class)
{
    return class == U101_VALUE || class == U101_TARGET || class == U101_BASE64;
}
#endif

/* The first byte that is not of the class, or the end.  Callers give the class as a
 * constant.  Sixteen bytes at a time are looked at, then one by one. */
U101_ALWAYS_INLINE const char *u101_scan(const char *at, const char *end, u101_class class)
{
#ifdef U101_SCAN_SSE2
    for (; end - at >= 16; at += 16) {
        const int members = _mm_movemask_epi8(u101_members(u101_load(at), class));
        if (members != 0xffff) {
            at += __builtin_ctz(~(unsigned int)members);
            if (u101_knows_all(class)) {
                return at;
            }
            break;
        }
    }
#endif
    while (at < end && u101_is(*at, class)) {
        at++;
    }
    return at;
}

#ifdef U101_SCAN_SSE2
/* A bit for each colon of a block. */
U101_ALWAYS_INLINE unsigned int u101_colons(const char *block)
{
    return (unsigned int)_mm_movemask_epi8(_mm_cmpeq_epi8(u101_load(block), _mm_set1_epi8(':')));
}
#endif

/* The first colon between two bytes, or NULL; what is before `readable` may be read. */
U101_ALWAYS_INLINE const char *u101_find_colon(const char *at, const char *end,
                                               const char *readable)
{
#ifdef U101_SCAN_SSE2
    /* Two blocks without a loop: no name that is looked for has more than 24 bytes. */
    if (readable - at >= 32) {
        unsigned int colons = u101_colons(at);
        const char *const block = colons != 0 ? at : at + 16;
        colons = colons != 0 ? colons : u101_colons(block);
        if (colons != 0) {
            const char *const colon = block + __builtin_ctz(colons);
            return colon < end ? colon : NULL;
        }
    }
#else
    (void)readable;
#endif
    return memchr(at, ':', (size_t)(end - at));
}

#ifdef U101_SCAN_SSE2
/* The bytes of a slice of 4 to 16, some of them twice. */
U101_ALWAYS_INLINE __m128i u101_gather(const char *at, size_t size)
{
    if (size >= 8) {
        return _mm_unpacklo_epi64(_mm_loadu_si64(at), _mm_loadu_si64(at + size - 8));
    }
    uint32_t words[2];
    memcpy(&words[0], at, sizeof(words[0]));
    memcpy(&words[1], at + size - 4, sizeof(words[1]));
    return _mm_set_epi32((int)words[0], (int)words[1], (int)words[0], (int)words[1]);
}

U101_ALWAYS_INLINE bool u101_are_members(__m128i block, u101_class class)
{
    return _mm_movemask_epi8(u101_members(block, class)) == 0xffff;
}
#endif

/* Whether the slice is empty or each byte is of the class, which callers give as a
 * constant. */
U101_ALWAYS_INLINE bool u101_all_are(u101_slice slice, u101_class class)
{
    size_t i = 0;

#ifdef U101_SCAN_SSE2
    if (slice.size >= 4 && slice.size <= 16) {
        if (u101_are_members(u101_gather(slice.at, slice.size), class)) {
            return true;
        }
    } else if (slice.size > 16) {
        while (slice.size - i > 16 && u101_are_members(u101_load(slice.at + i), class)) {
            i += 16;
        }
        /* The last sixteen bytes; some are looked at twice. */
        if (slice.size - i <= 16 &&
            u101_are_members(u101_load(slice.at + slice.size - 16), class)) {
            return true;
        }
    }
    /* Some byte is not of the class, or u101_members does not know it. */
#endif
    while (i < slice.size && u101_is(slice.at[i], class)) {
        i++;
    }
    return i == slice.size;
}

/* token = 1*tchar [RFC 9110 5.6.2] */
U101_ALWAYS_INLINE bool u101_is_token(u101_slice slice)
{
    return slice.size > 0 && u101_all_are(slice, U101_TCHAR);
}

#endif
