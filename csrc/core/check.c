/*
 * Checks what a server is configured with, before a negotiator is made of it
 * [contract 7].
 *
 * In: an offer, limits, a response field or a whole config.  Out: the first defect,
 * with the part of the argument that shows it.  Its text begins with the argument's
 * name.
 * Always: a config without a defect can fail later for two causes only: memory runs
 * out, or one of its offers can never be reached.
 */
#include "check.h"

#include "chars.h"
#include "names.h"
#include "origins.h"
#include "paths.h"
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
        return u101_defect_of("server_max_window_bits must be 9 to 15, or None");
    }
    if (client != U101_NO_WINDOW_BITS && (client < 8 || client > 15)) {
        return u101_defect_of("client_max_window_bits must be 8 to 15, or None");
    }
    if (deflate->require_client_max_window_bits && client == U101_NO_WINDOW_BITS) {
        return u101_defect_of("require_client_max_window_bits needs client_max_window_bits");
    }
    return u101_no_defect();
}

u101_defect u101_check_h2c(const u101_h2c *h2c)
{
    return h2c->upgrade || h2c->prior_knowledge
               ? u101_no_defect()
               : u101_defect_of("upgrade or prior_knowledge must be True");
}

/* Deployed names have bytes that no token has, such as kubectl's
 * "SPDY/3.1+portforward.k8s.io".  A comma or a space would end the name in the field
 * [RFC 6455 11.3.4]. */
static bool is_subprotocol(u101_slice name)
{
    for (size_t i = 0; i < name.size; i++) {
        const char byte = name.at[i];
        if (byte <= ' ' || byte > '~' || byte == ',' || byte == ';' || byte == '"') {
            return false;
        }
    }
    return name.size > 0;
}

static u101_defect check_subprotocols(const u101_websocket *websocket)
{
    const u101_slice *const subprotocols = websocket->subprotocols;
    const size_t count = websocket->subprotocol_count;
    const size_t repeated = u101_names_first_repeat(subprotocols, count);

    for (size_t i = 0; i < count; i++) {
        if (!is_subprotocol(subprotocols[i])) {
            return (u101_defect){"subprotocols: a name must be visible ASCII without comma, "
                                 "semicolon, quote and space",
                                 subprotocols[i]};
        }
        if (i == repeated) {
            return (u101_defect){"subprotocols: a name must not be repeated", subprotocols[i]};
        }
    }
    if (websocket->subprotocol_required && count == 0) {
        return u101_defect_of("subprotocol_required needs subprotocols");
    }
    return u101_no_defect();
}

u101_defect u101_check_websocket(const u101_websocket *websocket)
{
    const u101_defect found = check_subprotocols(websocket);
    const size_t count = websocket->any_origin ? 0 : websocket->origin_count;
    u101_allowed pattern;

    if (found.text != NULL) {
        return found;
    }
    for (size_t i = 0; i < count; i++) {
        const u101_slice text = websocket->origins[i];
        if (u101_origins_read_entry(text, &pattern) == U101_ORIGINS_UNSOUND) {
            return (u101_defect){
                u101_equal(text, U101_TEXT("*"))
                    ? "origins: use None for any origin"
                    : "origins: an entry must be 'same-origin', 'same-host', 'null', "
                      "scheme://host[:port] with '*' only as first label or as port, or another "
                      "value of visible ASCII without '*'",
                text};
        }
    }
    return websocket->deflate_enabled ? u101_check_deflate(&websocket->deflate) : u101_no_defect();
}

u101_defect u101_check_paths(const u101_slice *paths, size_t count)
{
    const size_t repeated = u101_names_first_repeat(paths, count);

    for (size_t i = 0; i < count; i++) {
        const u101_slice pattern = paths[i];
        const size_t end = pattern.size - (u101_paths_is_beginning(pattern) ? 1 : 0);
        bool sound = pattern.size > 0 && pattern.at[0] == '/';
        for (size_t j = 0; sound && j < end; j++) {
            const char byte = pattern.at[j];
            sound = u101_is(byte, U101_TARGET) && byte != '*' && byte != '?';
        }
        if (!sound) {
            return (u101_defect){"paths: a pattern must begin with '/', have '*' only in '/*' at "
                                 "its end, and hold visible ASCII without '?' and '#'",
                                 pattern};
        }
        if (i == repeated) {
            return (u101_defect){"paths: a pattern must not be repeated", pattern};
        }
    }
    return u101_no_defect();
}

/* Fields that the library writes itself, or that change what follows the head. */
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
        return (u101_defect){"headers: a field name must be a token", field->name};
    }
    if (is_reserved(field->name)) {
        return (u101_defect){"headers: the library writes this field itself", field->name};
    }
    if (!u101_all_are(value, U101_VALUE)) {
        return (u101_defect){"headers: a field value must have no control character but HTAB",
                             value};
    }
    if (u101_trim(value).size != value.size) {
        return (u101_defect){"headers: a field value must not begin or end with white space",
                             value};
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

/* The methods that IANA has registered. */
static const char *const registered[] = {
    "ACL",
    "BASELINE-CONTROL",
    "BIND",
    "CHECKIN",
    "CHECKOUT",
    "CONNECT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LABEL",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKREDIRECTREF",
    "MKWORKSPACE",
    "MOVE",
    "OPTIONS",
    "ORDERPATCH",
    "PATCH",
    "POST",
    "PRI",
    "PROPFIND",
    "PROPPATCH",
    "PUT",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "TRACE",
    "UNBIND",
    "UNCHECKOUT",
    "UNLINK",
    "UNLOCK",
    "UPDATE",
    "UPDATEREDIRECTREF",
    "VERSION-CONTROL",
};

/* Letter case counts in methods [RFC 9110 9.1], so no client would ever send this one. */
static bool is_misspelled(u101_slice method)
{
    for (size_t i = 0; i < sizeof(registered) / sizeof(registered[0]); i++) {
        const u101_slice name = {registered[i], strlen(registered[i])};
        if (u101_equal_nocase(method, name)) {
            return !u101_equal(method, name);
        }
    }
    return false;
}

static u101_defect check_methods(const u101_protocol *protocol)
{
    const size_t repeated = u101_names_first_repeat(protocol->methods, protocol->method_count);

    for (size_t i = 0; i < protocol->method_count; i++) {
        const u101_slice method = protocol->methods[i];
        if (!u101_is_token(method)) {
            return (u101_defect){"methods: a method must be a token", method};
        }
        if (is_misspelled(method)) {
            return (u101_defect){"methods: this method is spelled in upper case", method};
        }
        /* An Upgrade in a CONNECT request is ignored [contract 3.2]. */
        if (u101_equal(method, U101_TEXT("CONNECT"))) {
            return (u101_defect){"methods: no upgrade is reached by this method", method};
        }
        if (i == repeated) {
            return (u101_defect){"methods: a method must not be repeated", method};
        }
    }
    return u101_no_defect();
}

u101_defect u101_check_protocol(const u101_protocol *protocol)
{
    const u101_slice name = protocol->name;

    if (!u101_is_token(name)) {
        return (u101_defect){"name must be a token", name};
    }
    if (u101_equal_nocase(name, U101_TEXT("websocket"))) {
        return (u101_defect){"name: use WebSocket() for this protocol", name};
    }
    if (u101_equal_nocase(name, U101_TEXT("TLS"))) {
        return (u101_defect){"name: use TLS() for this protocol", name};
    }
    if (!u101_all_are(protocol->version, U101_TCHAR)) {
        return (u101_defect){"version must be a token, or None", protocol->version};
    }
    const u101_defect found = check_methods(protocol);
    return found.text != NULL ? found : u101_check_fields(protocol->fields, protocol->field_count);
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
    const u101_defect found = u101_check_paths(offer->paths, offer->path_count);

    if (found.text != NULL) {
        return found;
    }
    switch (offer->kind) {
    case U101_OFFER_WEBSOCKET:
        return u101_check_websocket(&offer->as.websocket);
    case U101_OFFER_PROTOCOL:
        return u101_check_protocol(&offer->as.protocol);
    case U101_OFFER_H2C:
        return u101_check_h2c(&offer->as.h2c);
    case U101_OFFER_TLS:
        break;
    }
    return u101_no_defect();
}

/* A uri-host with or without a port.  Its first label may be "*". */
static bool is_host(u101_slice host)
{
    u101_authority authority;

    if (!u101_authority_read(host, &authority) || authority.colon != (authority.port.size > 0)) {
        return false;
    }
    const u101_slice name = u101_allowlist_name(authority.host);
    const u101_allowed entry = u101_allowlist_entry((u101_slice){"", 0}, name, U101_ANY_PORT);
    return memchr(entry.host.at, '*', entry.host.size) == NULL &&
           (!entry.wildcard || entry.host.size == 0 || entry.host.at[0] == '.');
}

u101_defect u101_check_config(const u101_config *config)
{
    if (config->offer_count == 0) {
        return u101_defect_of("offers: a negotiator needs at least one");
    }
    for (size_t i = 0; i < config->offer_count; i++) {
        const u101_defect found = check_offer(&config->offers[i]);
        if (found.text != NULL) {
            return found;
        }
    }
    for (size_t i = 0; i < config->host_count; i++) {
        if (!is_host(config->hosts[i])) {
            return (u101_defect){"hosts: an entry must be a host name or an IP address (in "
                                 "brackets if it has colons) with an optional port, and '*' only "
                                 "as its first label",
                                 config->hosts[i]};
        }
    }
    return u101_check_limits(&config->limits);
}
