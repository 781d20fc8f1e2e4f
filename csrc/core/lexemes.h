/*
 * The pieces that field values are made of: white space, single bytes, tokens and
 * quoted strings.
 *
 * In: the rest of a value, which each call moves past what it has read.  Out:
 * whether the piece was there; the rest is of no use if it was not.
 * Always: nothing is read outside of the rest.
 */
#ifndef U101_LEXEMES_H
#define U101_LEXEMES_H

#include "scan.h"
#include "slice.h"

static inline void u101_skip_ows(u101_slice *rest)
{
    while (rest->size > 0 && u101_is_ows(rest->at[0])) {
        rest->at++;
        rest->size--;
    }
}

static inline bool u101_skip_byte(u101_slice *rest, char byte)
{
    if (rest->size == 0 || rest->at[0] != byte) {
        return false;
    }
    rest->at++;
    rest->size--;
    return true;
}

/* token = 1*tchar [RFC 9110 5.6.2] */
static inline bool u101_scan_token(u101_slice *rest, u101_slice *token)
{
    const char *const end = rest->at + rest->size;
    const char *const at = u101_scan(rest->at, end, U101_TCHAR);

    *token = u101_slice_between(rest->at, at);
    *rest = u101_slice_between(at, end);
    return token->size > 0;
}

/* What follows the first quote of a quoted-string, up to its last one
 * [RFC 9110 5.6.4].  `value` has the bytes between the quotes, still escaped. */
static inline bool u101_scan_quoted(u101_slice *rest, u101_slice *value)
{
    size_t i = 0;

    while (i < rest->size && rest->at[i] != '"') {
        i += rest->at[i] == '\\' ? 2 : 1;
    }
    if (i >= rest->size) {
        return false;
    }
    *value = (u101_slice){rest->at, i};
    rest->at += i + 1;
    rest->size -= i + 1;
    return true;
}

#endif
