/*
 * Encodes and decodes base64; base64.h says what holds.
 */
#include "base64.h"

#include "scan.h"

#ifdef U101_SCAN_SSE2
/* In each half of the block, 48 bits become eight bytes of six bits.  Each part is
 * divided in two, three times.  The higher bits come first, as in the text. */
static inline __m128i divide(__m128i block)
{
    block = _mm_or_si128(_mm_srli_epi64(block, 24),
                         _mm_slli_epi64(_mm_and_si128(block, _mm_set1_epi64x(0xffffff)), 32));
    block = _mm_or_si128(_mm_srli_epi32(block, 12),
                         _mm_slli_epi32(_mm_and_si128(block, _mm_set1_epi32(0xfff)), 16));
    return _mm_or_si128(_mm_srli_epi16(block, 6),
                        _mm_slli_epi16(_mm_and_si128(block, _mm_set1_epi16(0x3f)), 8));
}

/* Adds `more` to the characters of the numbers above `last`. */
static inline __m128i add_above(__m128i text, __m128i numbers, char last, char more)
{
    const __m128i above = _mm_cmpgt_epi8(numbers, _mm_set1_epi8(last));

    return _mm_add_epi8(text, _mm_and_si128(above, _mm_set1_epi8(more)));
}

/* Sixteen characters for twice 48 bits. */
static inline void encode_two(uint64_t first, uint64_t second, char text[16])
{
    const __m128i numbers = divide(_mm_set_epi64x((long long)second, (long long)first));
    __m128i block = _mm_add_epi8(numbers, _mm_set1_epi8('A'));

    block = add_above(block, numbers, 25, 'a' - ('Z' + 1));
    block = add_above(block, numbers, 51, '0' - ('z' + 1));
    block = add_above(block, numbers, 61, '+' - ('9' + 1));
    block = add_above(block, numbers, 62, '/' - ('+' + 1));
    _mm_storeu_si128((__m128i *)(void *)text, block);
}
#else
/* The same. */
static void encode_two(uint64_t first, uint64_t second, char text[16])
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < 8; i++) {
        text[i] = alphabet[first >> (42 - 6 * i) & 63];
        text[i + 8] = alphabet[second >> (42 - 6 * i) & 63];
    }
}
#endif

void u101_base64_encode(const uint32_t words[5], char text[28])
{
    char last[16];

    encode_two((uint64_t)words[0] << 16 | words[1] >> 16,
               (uint64_t)(words[1] & 0xffff) << 32 | words[2], text);
    encode_two((uint64_t)words[3] << 16 | words[4] >> 16, (uint64_t)(words[4] & 0xffff) << 32,
               last);
    memcpy(text + 16, last, 11);
    text[27] = '=';
}

/* The six bits of a character of the URL-safe alphabet, or -1. */
static int bits_of(char character)
{
    if (character >= 'A' && character <= 'Z') {
        return character - 'A';
    }
    if (character >= 'a' && character <= 'z') {
        return character - 'a' + 26;
    }
    if (character >= '0' && character <= '9') {
        return character - '0' + 52;
    }
    if (character == '-') {
        return 62;
    }
    return character == '_' ? 63 : -1;
}

ptrdiff_t u101_base64_decode_url(u101_slice text, unsigned char *bytes)
{
    unsigned int group = 0;
    int pending = 0; /* bits of `group` that are in no byte yet */
    ptrdiff_t size = 0;

    for (size_t i = 0; i < text.size; i++) {
        const int bits = bits_of(text.at[i]);
        if (bits < 0) {
            return -1;
        }
        group = ((group << 6) | (unsigned int)bits) & 0xffff;
        pending += 6;
        if (pending >= 8) {
            pending -= 8;
            bytes[size++] = (unsigned char)(group >> pending);
        }
    }
    /* One character alone is no byte, and what is left must be zero [RFC 4648 3.5]. */
    const bool whole = pending < 6 && (group & ((1U << pending) - 1)) == 0;
    return whole ? size : -1;
}
