/*
 * Tells the forms of a request target apart; target.h says what holds.
 */
#include "target.h"

#include "authority.h"
#include "slice.h"

u101_slice u101_target_scheme(u101_slice target)
{
    const size_t size = u101_authority_scheme_size(target);

    return (u101_slice){target.at, size > 0 ? size - 3 : 0};
}

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

/* Path and query, with the "?" between them. */
static u101_slice path_and_query(u101_form form, u101_slice target)
{
    if (form == U101_FORM_ABSOLUTE) {
        const u101_slice authority = u101_target_authority(target);
        return u101_slice_between(authority.at + authority.size, target.at + target.size);
    }
    return form == U101_FORM_ORIGIN ? target : (u101_slice){target.at, 0};
}

static u101_slice before_query(u101_form form, u101_slice both)
{
    const char *const mark = both.size == 0 ? NULL : memchr(both.at, '?', both.size);
    const u101_slice path = mark == NULL ? both : u101_slice_between(both.at, mark);

    return path.size == 0 && form == U101_FORM_ABSOLUTE ? U101_TEXT("/") : path;
}

u101_slice u101_target_path(u101_form form, u101_slice target)
{
    return before_query(form, path_and_query(form, target));
}

bool u101_target_parts(const u101_decision *decision, const char *received, u101_slice *path,
                       u101_slice *query)
{
    const u101_form form = (u101_form)decision->form;
    const u101_slice both = path_and_query(form, u101_slice_at(received, decision->target));
    const char *const end = both.at + both.size;
    const char *const mark = both.size == 0 ? NULL : memchr(both.at, '?', both.size);

    *path = before_query(form, both);
    *query = mark == NULL ? (u101_slice){end, 0} : u101_slice_between(mark + 1, end);
    return mark != NULL;
}
