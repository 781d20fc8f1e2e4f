/*
 * Checks Host; host.h says what holds.
 */
#include "host.h"

#include "negotiator.h"
#include "target.h"

static int port_or(const u101_authority *authority, int by_default)
{
    return authority->number == U101_NO_PORT ? by_default : authority->number;
}

/* Whether Host names the authority of a target in absolute-form [RFC 9112 3.2.2].  Some
 * deployed clients write a default port in only one of the two. */
static bool is_of_target(const u101_context *context)
{
    const u101_slice target = u101_slice_at(context->bytes, context->head->target);
    const int by_default = u101_authority_default_port(u101_target_scheme(target));
    u101_authority authority;

    return u101_authority_read(u101_target_authority(target), &authority) &&
           u101_equal_nocase(authority.host, context->host.host) &&
           port_or(&authority, by_default) == port_or(&context->host, by_default);
}

/* Whether Host is among the hosts that the server names as its own.  An empty Host is not:
 * no entry is empty.  A page that was loaded from a rebound name sends that name
 * [RFC 9110 7.4]. */
static bool is_served(const u101_context *context)
{
    const u101_authority *const host = &context->host;

    return u101_allowlist_has(&context->negotiator->hosts, (u101_slice){"", 0},
                              u101_allowlist_name(host->host),
                              port_or(host, context->secure ? 443 : 80));
}

u101_reason u101_host_check(u101_context *context)
{
    const u101_head *const head = context->head;
    const u101_slice value = u101_first_line(context, U101_FIELD_HOST);
    const uint32_t lines = u101_lines_in(context, U101_FIELD_HOST);

    if (lines == 0 && head->minor == '1') {
        return U101_HOST_MISSING;
    }
    if (lines > 1) {
        return U101_HOST_DUPLICATE;
    }
    if (value.size > 0 && !u101_authority_read(value, &context->host)) {
        return U101_HOST_INVALID;
    }
    if (head->form == U101_FORM_ABSOLUTE && lines > 0 && !is_of_target(context)) {
        return U101_HOST_MISMATCH;
    }
    if (context->negotiator->host_count > 0 && !is_served(context)) {
        return U101_HOST_FORBIDDEN;
    }
    return U101_SOUND;
}
