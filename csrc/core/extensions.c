/*
 * Reads extension offers; extensions.h says what holds.
 *
 * A quoted value, unescaped, must be a token [RFC 6455 9.1], so no quoted value has a
 * comma, and the list is split at its commas first.
 */
#include "extensions.h"

#include "chars.h"
#include "fields.h"
#include "lexemes.h"

/* What follows the first quote of a quoted-string.  Its unescaped content must be a token. */
static bool scan_quoted_token(u101_slice *rest, u101_slice *value)
{
    if (!u101_scan_quoted(rest, value)) {
        return false;
    }
    for (size_t i = 0; i < value->size; i++) {
        i += value->at[i] == '\\' ? 1 : 0;
        if (!u101_is(value->at[i], U101_TCHAR)) {
            return false;
        }
    }
    return value->size > 0;
}

/* extension-param = token [ "=" ( token / quoted-string ) ] */
static bool scan_parameter(u101_slice *rest, u101_parameter *parameter)
{
    if (!u101_scan_token(rest, &parameter->name)) {
        return false;
    }
    u101_skip_ows(rest);
    parameter->has_value = u101_skip_byte(rest, '=');
    if (!parameter->has_value) {
        return true;
    }
    u101_skip_ows(rest);
    const bool sound = u101_skip_byte(rest, '"') ? scan_quoted_token(rest, &parameter->value)
                                                 : u101_scan_token(rest, &parameter->value);
    u101_skip_ows(rest);
    return sound;
}

/* extension = token *( ";" extension-param ), and the white space after it.  False: it
 * is something else. */
static bool scan_extension(u101_slice *rest, u101_slice *name, u101_deflate_offer *deflate)
{
    u101_parameter parameter = {.has_value = false};
    size_t count = 0;

    if (!u101_scan_token(rest, name)) {
        return false;
    }
    u101_deflate_begin(deflate, *name);
    u101_skip_ows(rest);
    while (u101_skip_byte(rest, ';')) {
        u101_skip_ows(rest);
        if (++count > U101_MAX_PARAMETERS || !scan_parameter(rest, &parameter)) {
            return false;
        }
        u101_deflate_take(deflate, &parameter);
    }
    return true;
}

static bool read_extension(u101_slice element, u101_deflate_offer *deflate)
{
    u101_slice name;

    return scan_extension(&element, &name, deflate) && element.size == 0;
}

static void agree(const u101_deflate_offer *deflate, const u101_websocket *offer,
                  u101_agreement *agreement)
{
    if (offer->deflate_enabled && !agreement->agreed && deflate->acceptable &&
        u101_deflate_suits(deflate, &offer->deflate)) {
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

    if (!u101_has_element(context, U101_FIELD_WS_EXTENSIONS)) {
        return U101_SOUND;
    }
    if (u101_has_just(context, U101_FIELD_WS_EXTENSIONS,
                      U101_TEXT("permessage-deflate; client_max_window_bits"))) {
        agree(&usual, offer, agreement);
        return U101_SOUND;
    }
    u101_list list = u101_fields_list(context->bytes, context->head, U101_FIELD_WS_EXTENSIONS);
    while (u101_fields_next_element(&list, &element)) {
        if (++count > U101_MAX_EXTENSIONS || !read_extension(element, &deflate)) {
            return U101_WS_EXTENSIONS_INVALID;
        }
        agree(&deflate, offer, agreement);
    }
    return U101_SOUND;
}

bool u101_extensions_is_offered(const u101_decision *decision, const char *received,
                                u101_slice name)
{
    size_t cursor = decision->fields;
    u101_field field;

    while (u101_fields_next(received, decision->head_size, &cursor, &field)) {
        u101_list list = {.rest = field.value};
        u101_slice element;
        while (u101_fields_kind(field.name) == U101_FIELD_WS_EXTENSIONS &&
               u101_fields_next_element(&list, &element)) {
            u101_slice offered;
            if (u101_scan_token(&element, &offered) && u101_equal(offered, name)) {
                return true;
            }
        }
    }
    return false;
}

bool u101_extensions_read_answer(u101_slice *rest, u101_slice *name, u101_deflate_offer *deflate)
{
    u101_skip_ows(rest);
    return scan_extension(rest, name, deflate) &&
           (rest->size == 0 || (u101_skip_byte(rest, ',') && rest->size > 0));
}
