/*
 * Base64 and base64url [RFC 4648 4, 5].
 *
 * In: bytes or text.  Out: text or bytes.
 * Always: the caller's buffer has the size that the comment of a call states.
 */
#ifndef U101_BASE64_H
#define U101_BASE64_H

#include "upgrade101.h"

/* Encodes the 20 bytes of a SHA-1 digest, given as five words, whose highest bytes come
 * first [FIPS 180-4 6.1.2].  The 28 characters include the padding. */
void u101_base64_encode(const uint32_t words[5], char text[28]);

/* Decodes base64url text without padding, whose unused bits are zero, and returns the
 * number of bytes.  -1: it is something else.  `bytes` has room for
 * text.size / 4 * 3 + 2. */
ptrdiff_t u101_base64_decode_url(u101_slice text, unsigned char *bytes);

#endif
