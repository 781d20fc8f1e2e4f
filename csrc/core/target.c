/*
 * Tells the forms of a request target apart; target.h says what holds.
 */
#include "target.h"

#include "chars.h"
#include "host.h"
#include "scan.h"
#include "slice.h"

/* Bytes of `scheme "://"` at the start [RFC 3986 3.1], 0 where there is none. */
static size_t read_scheme(u101_slice target)
{
    const char *const end = target.at + target.size;
    const char *const at = u101_scan(target.at, end, U101_SCHEME);

    if (!u101_is(target.at[0], U101_ALPHA) || end - at < 3 || memcmp(at, "://", 3) != 0) {
        return 0;
    }
    return (size_t)(at - target.at) + 3;
}

u101_slice u101_target_authority(u101_slice target)
{
    const size_t begin = read_scheme(target);
    size_t end = begin;

    while (end < target.size && target.at[end] != '/' && target.at[end] != '?') {
        end++;
    }
    return (u101_slice){target.at + begin, end - begin};
}

u101_form u101_form_of(u101_slice method, u101_slice target)
{
    u101_authority authority;

    if (target.size == 0) {
        return U101_FORM_NONE;
    }
    /* CONNECT takes authority-form only, and nothing else does [RFC 9112 3.2.3]. */
    if (u101_equal(method, U101_TEXT("CONNECT"))) {
        return u101_read_authority(target, &authority) && authority.port.size > 0
                   ? U101_FORM_AUTHORITY
                   : U101_FORM_NONE;
    }
    if (target.at[0] == '/') {
        return U101_FORM_ORIGIN;
    }
    if (u101_equal(target, U101_TEXT("*"))) {
        return u101_equal(method, U101_TEXT("OPTIONS")) ? U101_FORM_ASTERISK : U101_FORM_NONE;
    }
    return read_scheme(target) > 0 && u101_read_authority(u101_target_authority(target), &authority)
               ? U101_FORM_ABSOLUTE
               : U101_FORM_NONE;
}
