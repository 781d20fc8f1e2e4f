/*
 * Reads host and port; host.h says what holds.
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

/* Bytes of the IP-literal at the start of the value, 0 where there is none:
 * "[", hex digits, "." and at least two ":", "]" [RFC 3986 3.2.2]. */
static size_t read_literal(u101_slice value)
{
    size_t colons = 0;

    for (size_t i = 1; i < value.size; i++) {
        const char byte = value.at[i];
        if (byte == ']') {
            return colons >= 2 ? i + 1 : 0;
        }
        if (byte == ':') {
            colons++;
        } else if (byte != '.' && !u101_is(byte, U101_HEX)) {
            return 0;
        }
    }
    return 0;
}

/* Bytes of the reg-name at the start of the value [RFC 3986 3.2.2]. */
static size_t read_reg_name(u101_slice value)
{
    /* As almost always: no port and nothing escaped. */
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
