/*
 * Encodes and decodes base64; base64.h says what holds.
 */
#include "base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Four characters for three bytes. */
static inline void encode_group(const unsigned char *bytes, char *text)
{
    const unsigned int group =
        (unsigned int)bytes[0] << 16 | (unsigned int)bytes[1] << 8 | bytes[2];

    text[0] = alphabet[group >> 18];
    text[1] = alphabet[group >> 12 & 63];
    text[2] = alphabet[group >> 6 & 63];
    text[3] = alphabet[group & 63];
}

void u101_encode_base64(const unsigned char bytes[20], char text[28])
{
    const unsigned char rest[3] = {bytes[18], bytes[19], 0};

    for (size_t i = 0; i < 6; i++) {
        encode_group(bytes + i * 3, text + i * 4);
    }
    encode_group(rest, text + 24);
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
