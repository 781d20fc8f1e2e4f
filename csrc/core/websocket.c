/*
 * Checks a WebSocket handshake; websocket.h says what holds.
 */
#include "websocket.h"

#include "extensions.h"
#include "fields.h"
#include "scan.h"
#include "subprotocol.h"

/* [RFC 6455 4.1]: a GET request without a body. */
static u101_reason check_request(const u101_context *context)
{
    if (!u101_method_is(context, U101_TEXT("GET"))) {
        return U101_WS_METHOD;
    }
    return u101_has_body(context) ? U101_WS_BODY : U101_SOUND;
}

/* [RFC 6455 4.2.1, 4.4] */
static u101_reason check_version(const u101_context *context)
{
    const uint32_t lines = u101_lines_in(context, U101_FIELD_WS_VERSION);

    if (lines != 1) {
        return lines == 0 ? U101_WS_VERSION_MISSING : U101_WS_VERSION_DUPLICATE;
    }
    return u101_equal(u101_first_line(context, U101_FIELD_WS_VERSION), U101_TEXT("13"))
               ? U101_SOUND
               : U101_WS_VERSION_UNSUPPORTED;
}

/* Sixteen bytes in base64.  The last character before the "=" has four bits that no
 * byte needs.  They may be anything, as in the key that [RFC 6455 4.1] prints. */
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
    return is_key(u101_first_line(context, U101_FIELD_WS_KEY)) ? U101_SOUND : U101_WS_KEY_INVALID;
}

/* A request without Origin comes from no browser [RFC 6455 10.2]. */
static u101_reason check_origin(const u101_context *context, const u101_compiled_offer *offer)
{
    const u101_websocket *const websocket = &offer->offer.as.websocket;
    const uint32_t lines = u101_lines_in(context, U101_FIELD_ORIGIN);

    if (lines > 1) {
        return U101_WS_ORIGIN_DUPLICATE;
    }
    if (lines == 0) {
        return websocket->origin_required ? U101_WS_ORIGIN_FORBIDDEN : U101_SOUND;
    }
    return websocket->any_origin ||
                   u101_origins_admit(&offer->origins, u101_first_line(context, U101_FIELD_ORIGIN),
                                      &context->host)
               ? U101_SOUND
               : U101_WS_ORIGIN_FORBIDDEN;
}

u101_reason u101_websocket_check(const u101_context *context, const u101_compiled_offer *offer)
{
    u101_decision *const decision = context->decision;
    u101_span subprotocol = {0, 0};
    u101_agreement agreement = {.agreed = false};
    u101_reason reason = check_request(context);

    if (reason == U101_SOUND) {
        reason = check_version(context);
    }
    if (reason == U101_SOUND) {
        reason = check_key(context);
    }
    if (reason == U101_SOUND) {
        reason = check_origin(context, offer);
    }
    if (reason == U101_SOUND) {
        reason = u101_subprotocol_choose(context, offer, &subprotocol);
    }
    if (reason == U101_SOUND) {
        reason = u101_extensions_negotiate(context, &offer->offer.as.websocket, &agreement);
    }
    if (reason == U101_SOUND) {
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
