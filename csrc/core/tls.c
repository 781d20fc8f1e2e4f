/*
 * Checks an upgrade to TLS; tls.h says what holds.
 */
#include "tls.h"

#include "chars.h"

bool u101_tls_is_named(u101_slice name, u101_slice version)
{
    return u101_equal_nocase(name, U101_TEXT("TLS")) && version.size == 3 &&
           memcmp(version.at, "1.", 2) == 0 && u101_is_digit(version.at[2]);
}

u101_reason u101_tls_check(const u101_context *context, u101_slice version)
{
    if (context->secure) {
        return U101_TLS_ALREADY;
    }
    if (u101_has_body(context)) {
        return U101_TLS_BODY;
    }
    /* Plain-text bytes must never reach the far side of a TLS handshake. */
    if (context->leftover) {
        return U101_TLS_LEFTOVER;
    }
    context->decision->tls_minor = version.at[2];
    return U101_SOUND;
}
