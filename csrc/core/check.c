/*
 * Checks what a server is configured with, before a negotiator is made of it.
 *
 * In: an offer, limits, a response field or a whole config.  Out: the first
 * defect with the part of the argument that shows it.
 * Always: a config without a defect cannot fail later, but for want of memory.
 */
#include "check.h"

#include "chars.h"
#include "offers.h"
#include "origin.h"
#include "repeat.h"
#include "scan.h"
#include "slice.h"

const u101_limits u101_default_limits = {
    .head = 16384, .target = 8192, .fields = 100, .body = 65536};

static bool is_within(size_t value, size_t least, size_t most)
{
    return value >= least && value <= most;
}

/* [RFC 7692 7.1.2]; zlib cannot produce a window of 8 bits. */
u101_defect u101_check_deflate(const u101_deflate *deflate)
{
    const int server = deflate->server_max_window_bits;
    const int client = deflate->client_max_window_bits;

    if (server != U101_NO_WINDOW_BITS && (server < 9 || server > 15)) {
        return u101_defect_of("server_max_window_bits must be 9 to 15");
    }
    if (client != U101_NO_WINDOW_BITS && (client < 8 || client > 15)) {
        return u101_defect_of("client_max_window_bits must be 8 to 15");
    }
    return u101_no_defect();
}

u101_defect u101_check_websocket(const u101_websocket *websocket)
{
    const u101_slice *const subprotocols = websocket->subprotocols;
    const size_t repeated = u101_first_repeat(subprotocols, websocket->subprotocol_count);
    u101_origin origin;

    for (size_t i = 0; i < websocket->subprotocol_count; i++) {
        if (!u101_is_token(subprotocols[i])) {
            return (u101_defect){"a subprotocol must be a token", subprotocols[i]};
        }
        if (i == repeated) {
            return (u101_defect){"a subprotocol is repeated", subprotocols[i]};
        }
    }
    if (websocket->subprotocol_required && websocket->subprotocol_count == 0) {
        return u101_defect_of("subprotocol_required needs subprotocols");
    }
    for (size_t i = 0; i < websocket->origin_count; i++) {
        if (!u101_origin_read(websocket->origins[i], &origin)) {
            return (u101_defect){"an origin must be scheme://host, scheme://host:port or null",
                                 websocket->origins[i]};
        }
    }
    return websocket->deflate_enabled ? u101_check_deflate(&websocket->deflate) : u101_no_defect();
}

/* Fields that the library writes itself, or that would change what follows. */
static bool is_reserved(u101_slice name)
{
    static const char prefix[] = "Sec-WebSocket-";
    const u101_slice reserved[] = {U101_TEXT("Upgrade"), U101_TEXT("Connection"),
                                   U101_TEXT("Content-Length"), U101_TEXT("Transfer-Encoding"),
                                   U101_TEXT("Trailer")};

    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (u101_equal_nocase(name, reserved[i])) {
            return true;
        }
    }
    return name.size >= sizeof(prefix) - 1 &&
           u101_equal_nocase((u101_slice){name.at, sizeof(prefix) - 1},
                             (u101_slice){prefix, sizeof(prefix) - 1});
}

u101_defect u101_check_field(const u101_field *field)
{
    const u101_slice value = field->value;

    if (!u101_is_token(field->name)) {
        return (u101_defect){"a field name must be a token", field->name};
    }
    if (is_reserved(field->name)) {
        return (u101_defect){"a field is the library's own", field->name};
    }
    if (!u101_all_are(value, U101_VALUE)) {
        return (u101_defect){"a field value must not have control characters", value};
    }
    if (u101_trim(value).size != value.size) {
        return (u101_defect){"a field value must not begin or end with white space", value};
    }
    return u101_no_defect();
}

u101_defect u101_check_fields(const u101_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const u101_defect found = u101_check_field(&fields[i]);
        if (found.text != NULL) {
            return found;
        }
    }
    return u101_no_defect();
}

static u101_defect check_methods(const u101_protocol *protocol)
{
    const size_t repeated = u101_first_repeat(protocol->methods, protocol->method_count);

    if (protocol->method_count == 0) {
        return u101_defect_of("methods must not be empty");
    }
    for (size_t i = 0; i < protocol->method_count; i++) {
        const u101_slice method = protocol->methods[i];
        if (!u101_is_token(method)) {
            return (u101_defect){"a method must be a token", method};
        }
        /* An Upgrade in a CONNECT request is ignored [contract 3.2]. */
        if (u101_equal(method, U101_TEXT("CONNECT"))) {
            return (u101_defect){"a protocol cannot be reached by the method", method};
        }
        if (i == repeated) {
            return (u101_defect){"a method is repeated", method};
        }
    }
    return u101_no_defect();
}

u101_defect u101_check_protocol(const u101_protocol *protocol)
{
    if (!u101_is_token(protocol->name)) {
        return (u101_defect){"a protocol name must be a token", protocol->name};
    }
    if (!u101_all_are(protocol->version, U101_TCHAR)) {
        return (u101_defect){"a protocol version must be a token", protocol->version};
    }
    if (!protocol->any_method) {
        const u101_defect found = check_methods(protocol);
        if (found.text != NULL) {
            return found;
        }
    }
    return u101_check_fields(protocol->fields, protocol->field_count);
}

u101_defect u101_check_limits(const u101_limits *limits)
{
    if (!is_within(limits->head, 256, (size_t)1 << 20)) {
        return u101_defect_of("head must be 256 to 1048576 bytes");
    }
    if (!is_within(limits->target, 16, limits->head)) {
        return u101_defect_of("target must be 16 bytes to head");
    }
    if (!is_within(limits->fields, 4, 1000)) {
        return u101_defect_of("fields must be 4 to 1000");
    }
    if (!is_within(limits->body, 0, (size_t)64 << 20)) {
        return u101_defect_of("body must be 0 to 67108864 bytes");
    }
    return u101_no_defect();
}

static u101_defect check_offer(const u101_offer *offer)
{
    switch (offer->kind) {
    case U101_OFFER_WEBSOCKET:
        return u101_check_websocket(&offer->as.websocket);
    case U101_OFFER_PROTOCOL:
        return u101_check_protocol(&offer->as.protocol);
    case U101_OFFER_H2C:
    case U101_OFFER_TLS:
        break;
    }
    return u101_no_defect();
}

/* Whether one element of Upgrade matches both. */
static bool do_overlap(const u101_offer *left, const u101_offer *right)
{
    return u101_offers_match(left, u101_offers_name(right), u101_offers_version(right)) ||
           u101_offers_match(right, u101_offers_name(left), u101_offers_version(left));
}

static u101_defect check_offers(const u101_config *config)
{
    if (config->offer_count == 0) {
        return u101_defect_of("a negotiator needs an offer");
    }
    for (size_t i = 0; i < config->offer_count; i++) {
        const u101_defect found = check_offer(&config->offers[i]);
        if (found.text != NULL) {
            return found;
        }
        for (size_t j = 0; j < i; j++) {
            if (do_overlap(&config->offers[i], &config->offers[j])) {
                return (u101_defect){"two offers match the same protocol",
                                     u101_offers_name(&config->offers[i])};
            }
        }
    }
    return u101_no_defect();
}

u101_defect u101_check_config(const u101_config *config)
{
    u101_authority authority;
    const u101_defect found = check_offers(config);

    if (found.text != NULL) {
        return found;
    }
    for (size_t i = 0; i < config->host_count; i++) {
        if (!u101_authority_read(config->hosts[i], &authority) ||
            authority.colon != (authority.port.size > 0)) {
            return (u101_defect){"a host must be a host name or address with an optional port",
                                 config->hosts[i]};
        }
    }
    return u101_check_limits(&config->limits);
}
