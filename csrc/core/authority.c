/*
 * Reads host and port; authority.h says what holds.
 */
#include "authority.h"

#include "chars.h"
#include "scan.h"
#include "slice.h"

size_t u101_authority_scheme_size(u101_slice value)
{
    if (value.size == 0 || !u101_is(value.at[0], U101_ALPHA)) {
        return 0;
    }
    const char *const end = value.at + value.size;
    const char *const at = u101_scan(value.at, end, U101_SCHEME);
    return end - at >= 3 && memcmp(at, "://", 3) == 0 ? (size_t)(at - value.at) + 3 : 0;
}

int u101_authority_default_port(u101_slice scheme)
{
    if (u101_equal_nocase(scheme, U101_TEXT("http")) ||
        u101_equal_nocase(scheme, U101_TEXT("ws"))) {
        return 80;
    }
    return u101_equal_nocase(scheme, U101_TEXT("https")) ||
                   u101_equal_nocase(scheme, U101_TEXT("wss"))
               ? 443
               : U101_NO_PORT;
}

/* Bytes of an IPv6address without its zone, or 0: hex digits, "." and at least two
 * ":".  Whether they are an address is left to whoever connects. */
static size_t read_address(u101_slice inside)
{
    size_t colons = 0;
    size_t i = 0;

    for (; i < inside.size && inside.at[i] != ']'; i++) {
        if (inside.at[i] == ':') {
            colons++;
        } else if (inside.at[i] != '.' && !u101_is(inside.at[i], U101_HEX)) {
            return 0;
        }
    }
    return colons >= 2 ? i : 0;
}

/* Bytes of an IPvFuture, or 0: "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ). */
static size_t read_future(u101_slice inside)
{
    const char *const end = inside.at + inside.size;
    const char *const dot = u101_scan(inside.at + 1, end, U101_HEX);
    const char *at = dot + 1;

    if (dot == inside.at + 1 || dot == end || *dot != '.') {
        return 0;
    }
    while (at < end && (*at == ':' || u101_is(*at, U101_REG_NAME))) {
        at++;
    }
    return at > dot + 1 ? (size_t)(at - inside.at) : 0;
}

/* Bytes of the IP-literal at the start of the value, brackets included, or 0
 * [RFC 3986 3.2.2]. */
static size_t read_literal(u101_slice value)
{
    const u101_slice inside = {value.at + 1, value.size - 1};
    const bool future = inside.size > 0 && u101_lower(inside.at[0]) == 'v';
    const size_t size = future ? read_future(inside) : read_address(inside);

    return size > 0 && size < inside.size && inside.at[size] == ']' ? size + 2 : 0;
}

/* Bytes of the reg-name at the start of the value [RFC 3986 3.2.2]. */
static size_t read_reg_name(u101_slice value)
{
    /* The usual case: no port, and nothing escaped. */
    if (u101_all_are(value, U101_REG_NAME)) {
        return value.size;
    }
    const char *const end = value.at + value.size;
    const char *at = u101_scan(value.at, end, U101_REG_NAME);

    while (end - at > 2 && at[0] == '%' && u101_is(at[1], U101_HEX) && u101_is(at[2], U101_HEX)) {
        at = u101_scan(at + 3, end, U101_REG_NAME);
    }
    return (size_t)(at - value.at);
}

bool u101_authority_read(u101_slice value, u101_authority *authority)
{
    if (value.size == 0) {
        return false;
    }
    const size_t size = value.at[0] == '[' ? read_literal(value) : read_reg_name(value);

    if (size == 0) {
        return false;
    }
    authority->host = (u101_slice){value.at, size};
    authority->port = (u101_slice){value.at + size, 0};
    authority->number = U101_NO_PORT;
    authority->colon = false;
    if (size == value.size) {
        return true;
    }
    if (value.at[size] != ':' || value.size - size - 1 > 5) {
        return false;
    }
    authority->colon = true;
    authority->port = (u101_slice){value.at + size + 1, value.size - size - 1};
    for (size_t i = 0; i < authority->port.size; i++) {
        const char byte = authority->port.at[i];
        if (!u101_is_digit(byte)) {
            return false;
        }
        authority->number = (i == 0 ? 0 : authority->number) * 10 + (byte - '0');
    }
    return authority->number <= 65535;
}
