/*
 * The character classes of the grammars that are read here.
 *
 * In: one byte, or a slice.  Out: whether it belongs to a class.
 * Always: one look-up in one table, and no locale.
 */
#ifndef U101_CHARS_H
#define U101_CHARS_H

#include "upgrade101.h"

typedef enum {
    U101_TCHAR = 0x01,    /* tchar [RFC 9110 5.6.2] */
    U101_TARGET = 0x02,   /* 0x21-0x7E but "#" [RFC 9112 3.2] */
    U101_VALUE = 0x04,    /* field-vchar, SP and HTAB [RFC 9110 5.5] */
    U101_HEX = 0x08,      /* HEXDIG in either case [RFC 3986 2.1] */
    U101_REG_NAME = 0x10, /* unreserved and sub-delims [RFC 3986 3.2.2] */
    U101_BASE64 = 0x20,   /* the alphabet of [RFC 4648 4] */
    U101_SCHEME = 0x40,   /* what a scheme may go on with [RFC 3986 3.1] */
    U101_ALPHA = 0x80,    /* what a scheme begins with */
} u101_class;

extern const unsigned char u101_chars[256];

static inline bool u101_is(char byte, u101_class class)
{
    return (u101_chars[(unsigned char)byte] & class) != 0;
}

static inline bool u101_is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Optional white space [RFC 9110 5.6.3]. */
static inline bool u101_is_ows(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* The slice without the OWS at its ends [RFC 9110 5.5]. */
static inline u101_slice u101_trim(u101_slice slice)
{
    while (slice.size > 0 && u101_is_ows(slice.at[0])) {
        slice.at++;
        slice.size--;
    }
    while (slice.size > 0 && u101_is_ows(slice.at[slice.size - 1])) {
        slice.size--;
    }
    return slice;
}

#endif
