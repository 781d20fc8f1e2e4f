/*
 * Copies parts of a message, and looks for control characters in them.
 *
 * In: a part, and where its copy goes.  Out: the copy, and whether any part so far has
 * a control character.  HTAB counts as one, as in controls.h.
 * Always: no byte outside of a part is read, no byte outside of its copy is written,
 * and the result is the same with and without vector instructions.
 *
 * Strategy: what was seen is asked for once, after the last part.  Most parts are
 * short, and to ask after each would take as long as to copy it.
 */
#ifndef U101_COPY_H
#define U101_COPY_H

#include "controls.h"
#include "scan.h"

#ifdef U101_SCAN_SSE2
/* What was seen so far, for each of the sixteen places in a block. */
typedef struct {
    __m128i least;   /* the least byte, or SP */
    __m128i deletes; /* all ones if a byte was DEL */
} u101_seen;

static inline u101_seen u101_nothing_seen(void)
{
    return (u101_seen){_mm_set1_epi8(' '), _mm_setzero_si128()};
}

static inline bool u101_has_seen_control(u101_seen seen)
{
    const __m128i printable = _mm_cmpeq_epi8(seen.least, _mm_set1_epi8(' '));

    return _mm_movemask_epi8(_mm_andnot_si128(seen.deletes, printable)) != 0xffff;
}

static inline void u101_see(u101_seen *seen, __m128i block)
{
    seen->least = _mm_min_epu8(seen->least, block);
    seen->deletes = _mm_or_si128(seen->deletes, _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7f)));
}

static inline void u101_copy_block(char *to, const char *from, u101_seen *seen)
{
    const __m128i block = u101_load(from);

    _mm_storeu_si128((__m128i *)(void *)to, block);
    u101_see(seen, block);
}

/* Copies a part, and returns where the copy ends. */
static inline char *u101_copy(char *to, u101_slice part, u101_seen *seen)
{
    const char *const from = part.at;
    const size_t size = part.size;

    if (size >= 16) {
        for (size_t i = 0; i < size - 16; i += 16) {
            u101_copy_block(to + i, from + i, seen);
        }
        /* The last sixteen bytes; some are copied twice. */
        u101_copy_block(to + size - 16, from + size - 16, seen);
    } else if (size >= 4) {
        /* Once for both sizes: GCC does not inline a longer function. */
        u101_see(seen, u101_gather(from, size));
        if (size >= 8) {
            memcpy(to, from, 8);
            memcpy(to + size - 8, from + size - 8, 8);
        } else {
            memcpy(to, from, 4);
            memcpy(to + size - 4, from + size - 4, 4);
        }
    } else {
        for (size_t i = 0; i < size; i++) {
            u101_see(seen, _mm_set1_epi8(from[i]));
            to[i] = from[i];
        }
    }
    return to + size;
}
#else
typedef struct {
    bool control;
} u101_seen;

static inline u101_seen u101_nothing_seen(void)
{
    return (u101_seen){false};
}

static inline bool u101_has_seen_control(u101_seen seen)
{
    return seen.control;
}

static inline char *u101_copy(char *to, u101_slice part, u101_seen *seen)
{
    for (size_t i = 0; i < part.size; i++) {
        seen->control |= u101_is_control(part.at[i]);
        to[i] = part.at[i];
    }
    return to + part.size;
}
#endif

#endif
