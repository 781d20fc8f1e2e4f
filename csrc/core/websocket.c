/*
 * Checks a WebSocket handshake; websocket.h says what holds.
 */
#include "websocket.h"

#include "extensions.h"
#include "fields.h"
#include "negotiator.h"
#include "scan.h"
#include "subprotocol.h"

/* [RFC 6455 4.1]: a GET request without a body. */
static u101_reason check_request(const u101_context *context)
{
    if (!u101_method_is(context, U101_TEXT("GET"))) {
        return U101_WS_METHOD;
    }
    return u101_has_body(context) ? U101_WS_BODY : U101_SWITCHED;
}

/* [RFC 6455 4.2.1, 4.4] */
static u101_reason check_version(const u101_context *context)
{
    const uint32_t lines = u101_lines_in(context, U101_FIELD_WS_VERSION);

    if (lines != 1) {
        return lines == 0 ? U101_WS_VERSION_MISSING : U101_WS_VERSION_DUPLICATE;
    }
    return u101_equal(u101_first_line(context, U101_FIELD_WS_VERSION), U101_TEXT("13"))
               ? U101_SWITCHED
               : U101_WS_VERSION_UNSUPPORTED;
}

/* Sixteen bytes in base64; the four bits that the last character has too many
 * may be anything, as in the key that is printed in [RFC 6455 4.1]. */
static bool is_key(u101_slice value)
{
    return value.size == 24 && u101_all_are((u101_slice){value.at, 22}, U101_BASE64) &&
           value.at[22] == '=' && value.at[23] == '=';
}

static u101_reason check_key(const u101_context *context)
{
    const uint32_t lines = u101_lines_in(context, U101_FIELD_WS_KEY);

    if (lines != 1) {
        return lines == 0 ? U101_WS_KEY_MISSING : U101_WS_KEY_DUPLICATE;
    }
    return is_key(u101_first_line(context, U101_FIELD_WS_KEY)) ? U101_SWITCHED
                                                                : U101_WS_KEY_INVALID;
}

static bool is_allowed(const u101_context *context, const u101_websocket *offer, u101_slice value)
{
    u101_origin origin;

    if (offer->origin_rule == U101_ORIGINS_ANY ||
        (offer->origin_rule == U101_ORIGINS_SAME &&
         u101_is_host_as_origin(value, &context->host))) {
        return true;
    }
    if (!u101_origin_read(value, &origin)) {
        return false;
    }
    return offer->origin_rule == U101_ORIGINS_SAME
               ? u101_is_same_origin(&origin, &context->host)
               : u101_allowlist_allows(&context->negotiator->origins, &origin);
}

/* A request without Origin comes from no browser [RFC 6455 10.2]. */
static u101_reason check_origin(const u101_context *context, const u101_websocket *offer)
{
    const uint32_t lines = u101_lines_in(context, U101_FIELD_ORIGIN);

    if (lines > 1) {
        return U101_WS_ORIGIN_DUPLICATE;
    }
    if (lines == 0) {
        return offer->origin_required ? U101_WS_ORIGIN_FORBIDDEN : U101_SWITCHED;
    }
    return is_allowed(context, offer, u101_first_line(context, U101_FIELD_ORIGIN))
               ? U101_SWITCHED
               : U101_WS_ORIGIN_FORBIDDEN;
}

u101_reason u101_websocket_check(const u101_context *context, const u101_websocket *offer)
{
    u101_decision *const decision = context->decision;
    u101_span subprotocol = {0, 0};
    u101_agreement agreement = {.agreed = false};
    u101_reason reason = check_request(context);

    if (reason == U101_SWITCHED) {
        reason = check_version(context);
    }
    if (reason == U101_SWITCHED) {
        reason = check_key(context);
    }
    if (reason == U101_SWITCHED) {
        reason = check_origin(context, offer);
    }
    if (reason == U101_SWITCHED) {
        reason = u101_subprotocol_choose(context, offer, &subprotocol);
    }
    if (reason == U101_SWITCHED) {
        reason = u101_extensions_negotiate(context, offer, &agreement);
    }
    if (reason == U101_SWITCHED) {
        const u101_slice key = u101_first_line(context, U101_FIELD_WS_KEY);
        if (!u101_hasher_accept_value(context->hasher, key.at, decision->accept)) {
            return U101_INTERNAL_ERROR;
        }
        decision->subprotocol = subprotocol;
        decision->deflate_agreed = agreement.agreed;
        decision->deflate = agreement.deflate;
    }
    return reason;
}
