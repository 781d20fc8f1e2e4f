/*
 * Encodes and decodes base64; base64.h says what holds.
 */
#include "base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void u101_encode_base64(const unsigned char bytes[20], char text[28])
{
    for (size_t i = 0; i < 18; i += 3) {
        const unsigned int group =
            ((unsigned int)bytes[i] << 16) | ((unsigned int)bytes[i + 1] << 8) | bytes[i + 2];
        *text++ = alphabet[group >> 18];
        *text++ = alphabet[(group >> 12) & 63];
        *text++ = alphabet[(group >> 6) & 63];
        *text++ = alphabet[group & 63];
    }
    const unsigned int rest = ((unsigned int)bytes[18] << 16) | ((unsigned int)bytes[19] << 8);
    *text++ = alphabet[rest >> 18];
    *text++ = alphabet[(rest >> 12) & 63];
    *text++ = alphabet[(rest >> 6) & 63];
    *text = '=';
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

ptrdiff_t u101_decode_base64url(u101_slice text, unsigned char *bytes)
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
