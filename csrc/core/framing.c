/*
 * Checks Host and framing; meaning.h says what holds.
 */
#include "framing.h"

#include "chars.h"
#include "authority.h"
#include "negotiator.h"
#include "target.h"

static bool fail(u101_reason *reason, u101_reason found)
{
    *reason = found;
    return false;
}

/* Whether a Host is among those that the server says are its own [RFC 9110 7.4]. */
static bool is_served(const u101_context *context)
{
    const u101_authority *const host = &context->host;
    const int by_scheme = context->secure ? 443 : 80;
    const u101_origin origin =
        u101_origin_of_host(host, host->number == U101_NO_PORT ? by_scheme : host->number);

    return u101_allowlist_allows(&context->negotiator->hosts, &origin);
}

/* [RFC 9112 3.2] */
static bool check_host(u101_context *context, u101_reason *reason)
{
    const u101_head *const head = context->head;
    const u101_slice value = u101_first_line(context, U101_FIELD_HOST);
    const uint32_t lines = u101_lines_in(context, U101_FIELD_HOST);

    if (lines == 0 && head->minor == '1') {
        return fail(reason, U101_HOST_MISSING);
    }
    if (lines > 1) {
        return fail(reason, U101_HOST_DUPLICATE);
    }
    if (value.size > 0 && !u101_authority_read(value, &context->host)) {
        return fail(reason, U101_HOST_INVALID);
    }
    if (head->absolute && lines > 0) {
        const u101_slice target = u101_slice_at(context->bytes, head->target);
        if (!u101_equal_nocase(u101_target_authority(target), value)) {
            return fail(reason, U101_HOST_MISMATCH);
        }
    }
    if (context->negotiator->hosts.count > 0 && (value.size == 0 || !is_served(context))) {
        return fail(reason, U101_HOST_FORBIDDEN);
    }
    return true;
}

/* 1*DIGIT, at most 19 of them, up to 2^63-1 [RFC 9110 8.6] */
static bool read_length(u101_slice value, uint64_t *length)
{
    uint64_t number = 0;

    if (value.size == 0 || value.size > 19) {
        return false;
    }
    for (size_t i = 0; i < value.size; i++) {
        if (!u101_is_digit(value.at[i])) {
            return false;
        }
        number = number * 10 + (uint64_t)(value.at[i] - '0');
    }
    *length = number;
    return number <= INT64_MAX;
}

/* [RFC 9112 6] */
static bool check_framing(u101_context *context, u101_reason *reason)
{
    const uint32_t codings = u101_lines_in(context, U101_FIELD_TRANSFER_ENCODING);
    const uint32_t lengths = u101_lines_in(context, U101_FIELD_CONTENT_LENGTH);

    if (codings > 0) {
        const u101_slice coding = u101_first_line(context, U101_FIELD_TRANSFER_ENCODING);
        if (lengths > 0 || context->head->minor == '0') {
            return fail(reason, U101_FRAMING_CONFLICT);
        }
        if (codings > 1 || !u101_equal_nocase(coding, U101_TEXT("chunked"))) {
            return fail(reason, U101_TRANSFER_ENCODING_UNSUPPORTED);
        }
        context->chunked = true;
    }
    if (lengths > 0) {
        const u101_slice length = u101_first_line(context, U101_FIELD_CONTENT_LENGTH);
        if (lengths > 1 || !read_length(length, &context->content_length)) {
            return fail(reason, U101_CONTENT_LENGTH_INVALID);
        }
    }
    return true;
}

bool u101_read_meaning(u101_context *context, u101_reason *reason)
{
    return check_host(context, reason) && check_framing(context, reason);
}
