/*
 * Slices and spans compared.
 *
 * In: bytes that somebody else owns.  Out: truth, or another slice of them.
 * Always: letter case means ASCII letters only [RFC 9110 5.6.2].
 * It allocates nothing and knows no protocol.
 */
#ifndef U101_SLICE_H
#define U101_SLICE_H

#include <string.h>

#include "upgrade101.h"

/* For what is called in loops over bytes with a constant class or name.  The compiler does
 * not choose here, because its budget for inlining depends on all other code. */
#if defined(__GNUC__)
#define U101_ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define U101_ALWAYS_INLINE static inline
#endif

/* The slice of a string literal. */
#define U101_TEXT(literal) ((u101_slice){"" literal, sizeof(literal) - 1})

static inline u101_slice u101_slice_at(const char *bytes, u101_span span)
{
    return (u101_slice){bytes + span.at, span.size};
}

static inline u101_slice u101_slice_between(const char *at, const char *end)
{
    return (u101_slice){at, (size_t)(end - at)};
}

/* The span of a part of `bytes`. */
static inline u101_span u101_span_in(const char *bytes, u101_slice part)
{
    return (u101_span){(uint32_t)(part.at - bytes), (uint32_t)part.size};
}

static inline char u101_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
}

/* Quickest if `right` is a literal. */
static inline bool u101_equal(u101_slice left, u101_slice right)
{
    return left.size == right.size &&
           (right.size == 0 || memcmp(left.at, right.at, right.size) == 0);
}

/* Letter case aside.  Quickest if `right` is a literal and the case is the same. */
static inline bool u101_equal_nocase(u101_slice left, u101_slice right)
{
    if (left.size != right.size) {
        return false;
    }
    if (right.size == 0 || memcmp(left.at, right.at, right.size) == 0) {
        return true;
    }
    for (size_t i = 0; i < left.size; i++) {
        if (u101_lower(left.at[i]) != u101_lower(right.at[i])) {
            return false;
        }
    }
    return true;
}

#endif
