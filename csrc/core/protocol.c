/*
 * Checks an upgrade to another protocol; protocol.h says what holds.
 */
#include "protocol.h"

#include "negotiator.h"

static bool is_method_allowed(const u101_context *context, const u101_protocol *offer)
{
    if (offer->method_count == 0) {
        return true;
    }
    for (size_t i = 0; i < offer->method_count; i++) {
        if (u101_method_is(context, offer->methods[i])) {
            return true;
        }
    }
    return false;
}

/* A server may ignore Upgrade, and the request may be meant for HTTP: `curl --http2`
 * sends h2c with each GET [contract 6]. */
u101_reason u101_protocol_check(const u101_context *context, const u101_protocol *offer)
{
    if (!is_method_allowed(context, offer)) {
        return U101_METHOD_NOT_ALLOWED;
    }
    if (!offer->body && u101_has_body(context)) {
        return U101_BODY_NOT_ALLOWED;
    }
    return context->decision->length > context->negotiator->limits.body ? U101_BODY_TOO_LARGE
                                                                        : U101_SOUND;
}
