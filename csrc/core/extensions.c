/*
 * Reads extension offers; extensions.h says what holds.
 *
 * A quoted value, unescaped, must be a token [RFC 6455 9.1], so no comma can
 * stand in one: the list is split at its commas first.
 */
#include "extensions.h"

#include "chars.h"
#include "deflate.h"
#include "fields.h"
#include "scan.h"

static void skip_ows(u101_slice *rest)
{
    while (rest->size > 0 && u101_is_ows(rest->at[0])) {
        rest->at++;
        rest->size--;
    }
}

static bool skip_byte(u101_slice *rest, char byte)
{
    if (rest->size == 0 || rest->at[0] != byte) {
        return false;
    }
    rest->at++;
    rest->size--;
    return true;
}

static bool scan_token(u101_slice *rest, u101_slice *token)
{
    const char *const end = rest->at + rest->size;
    const char *const at = u101_scan(rest->at, end, U101_TCHAR);

    *token = u101_slice_between(rest->at, at);
    *rest = u101_slice_between(at, end);
    return token->size > 0;
}

/* quoted-string [RFC 9110 5.6.4] behind its first quote, a token inside. */
static bool scan_quoted(u101_slice *rest, u101_slice *value)
{
    size_t i = 0;

    while (i < rest->size && rest->at[i] != '"') {
        if (rest->at[i] == '\\') {
            i++;
        }
        if (i == rest->size || !u101_is(rest->at[i], U101_TCHAR)) {
            return false;
        }
        i++;
    }
    *value = (u101_slice){rest->at, i};
    rest->at += i;
    rest->size -= i;
    return i > 0 && skip_byte(rest, '"');
}

/* extension-param = token [ "=" ( token / quoted-string ) ] */
static bool scan_parameter(u101_slice *rest, u101_parameter *parameter)
{
    if (!scan_token(rest, &parameter->name)) {
        return false;
    }
    skip_ows(rest);
    parameter->has_value = skip_byte(rest, '=');
    if (!parameter->has_value) {
        return true;
    }
    skip_ows(rest);
    const bool sound = skip_byte(rest, '"') ? scan_quoted(rest, &parameter->value)
                                            : scan_token(rest, &parameter->value);
    skip_ows(rest);
    return sound;
}

/* extension = token *( ";" extension-param ); false: it is something else. */
static bool read_extension(u101_slice element, u101_deflate_offer *deflate)
{
    u101_parameter parameter = {.has_value = false};
    u101_slice name;
    size_t count = 0;

    if (!scan_token(&element, &name)) {
        return false;
    }
    u101_deflate_begin(deflate, name);
    skip_ows(&element);
    while (skip_byte(&element, ';')) {
        skip_ows(&element);
        if (++count > U101_MAX_PARAMETERS || !scan_parameter(&element, &parameter)) {
            return false;
        }
        u101_deflate_take(deflate, &parameter);
    }
    return element.size == 0;
}

static void agree(const u101_deflate_offer *deflate, const u101_websocket *offer,
                  u101_agreement *agreement)
{
    if (offer->deflate_enabled && !agreement->agreed && deflate->acceptable) {
        agreement->deflate = u101_deflate_agree(deflate, &offer->deflate);
        agreement->agreed = true;
    }
}

u101_reason u101_extensions_negotiate(const u101_context *context, const u101_websocket *offer,
                                      u101_agreement *agreement)
{
    static const u101_deflate_offer usual = {.acceptable = true,
                                             .server_bits = U101_NO_WINDOW_BITS,
                                             .client_bits = 15,
                                             .client_bits_offered = true};
    u101_deflate_offer deflate;
    u101_slice element;
    size_t count = 0;

    if (u101_lines_in(context, U101_FIELD_WS_EXTENSIONS) == 0) {
        return U101_SWITCHED;
    }
    if (u101_has_just(context, U101_FIELD_WS_EXTENSIONS,
                      U101_TEXT("permessage-deflate; client_max_window_bits"))) {
        agree(&usual, offer, agreement);
        return U101_SWITCHED;
    }
    u101_list list = u101_fields_list(context->bytes, context->head, U101_FIELD_WS_EXTENSIONS);
    while (u101_fields_next_element(&list, &element)) {
        if (++count > U101_MAX_EXTENSIONS || !read_extension(element, &deflate)) {
            return U101_WS_EXTENSIONS_INVALID;
        }
        agree(&deflate, offer, agreement);
    }
    return count > 0 ? U101_SWITCHED : U101_WS_EXTENSIONS_INVALID;
}
