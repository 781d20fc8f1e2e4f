/*
 * Checks an upgrade to another protocol; protocol.h says what holds.
 */
#include "protocol.h"

#include "negotiator.h"

static bool is_method_allowed(const u101_context *context, const u101_protocol *offer)
{
    if (offer->any_method) {
        return true;
    }
    for (size_t i = 0; i < offer->method_count; i++) {
        if (u101_method_is(context, offer->methods[i])) {
            return true;
        }
    }
    return false;
}

u101_reason u101_protocol_check(const u101_context *context, const u101_protocol *offer)
{
    if (!is_method_allowed(context, offer)) {
        return U101_METHOD_NOT_ALLOWED;
    }
    if (context->chunked) {
        return offer->body ? U101_LENGTH_REQUIRED : U101_BODY_NOT_ALLOWED;
    }
    if (context->content_length > 0 && !offer->body) {
        return U101_BODY_NOT_ALLOWED;
    }
    return context->content_length > context->negotiator->limits.body ? U101_BODY_TOO_LARGE
                                                                        : U101_SOUND;
}
