/*
 * Tells the forms of a request target apart; target.h says what holds.
 */
#include "target.h"

#include "authority.h"
#include "slice.h"

u101_slice u101_target_authority(u101_slice target)
{
    const size_t begin = u101_authority_scheme_size(target);
    size_t end = begin;

    while (end < target.size && target.at[end] != '/' && target.at[end] != '?') {
        end++;
    }
    return (u101_slice){target.at + begin, end - begin};
}

u101_form u101_target_form(u101_slice method, u101_slice target)
{
    u101_authority authority;

    if (target.size == 0) {
        return U101_FORM_NONE;
    }
    /* CONNECT takes authority-form only, and nothing else does [RFC 9112 3.2.3]. */
    if (u101_equal(method, U101_TEXT("CONNECT"))) {
        return u101_authority_read(target, &authority) && authority.port.size > 0
                   ? U101_FORM_AUTHORITY
                   : U101_FORM_NONE;
    }
    if (target.at[0] == '/') {
        return U101_FORM_ORIGIN;
    }
    if (u101_equal(target, U101_TEXT("*"))) {
        return u101_equal(method, U101_TEXT("OPTIONS")) ? U101_FORM_ASTERISK : U101_FORM_NONE;
    }
    return u101_authority_scheme_size(target) > 0 &&
                   u101_authority_read(u101_target_authority(target), &authority)
               ? U101_FORM_ABSOLUTE
               : U101_FORM_NONE;
}
