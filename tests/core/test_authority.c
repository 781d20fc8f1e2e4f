/*
 * Schemes, hosts and ports, in pairs one byte apart.
 */
#include "authority.h"

#include "guard.h"
#include "harness.h"

typedef struct {
    const char *value;
    const char *host; /* NULL: refused */
    const char *port;
    int number;
    bool colon;
    const char *why;
} authority_row;

static const authority_row authority_rows[] = {
    {"", NULL, "", 0, false, "nothing"},
    {"a", "a", "", U101_NO_PORT, false, "one byte"},
    {"a:", "a", "", U101_NO_PORT, true, "an empty port [RFC 3986 3.2.3]"},
    {":", NULL, "", 0, false, "no host before the port"},
    {":80", NULL, "", 0, false, "no host before the digits"},
    {"a:80", "a", "80", 80, true, "a port"},
    {"a:8x", NULL, "", 0, false, "a port that is no number"},
    {"a:80:", NULL, "", 0, false, "two ports"},
    {"a:65535", "a", "65535", 65535, true, "the highest port"},
    {"a:65536", NULL, "", 0, false, "above the highest port"},
    {"a:00080", "a", "00080", 80, true, "five digits"},
    {"a:000080", NULL, "", 0, false, "six digits"},
    {"a:99999", NULL, "", 0, false, "five digits above the highest port"},
    {"a:-1", NULL, "", 0, false, "a sign"},
    {"a: 80", NULL, "", 0, false, "white space"},
    {"example.com", "example.com", "", U101_NO_PORT, false, "a name"},
    {"example.com.", "example.com.", "", U101_NO_PORT, false, "a name with a final dot"},
    {"a..b", "a..b", "", U101_NO_PORT, false, "an empty label is a reg-name all the same"},
    {"a_b~c", "a_b~c", "", U101_NO_PORT, false, "unreserved characters"},
    {"a!$&'()*+,;=", "a!$&'()*+,;=", "", U101_NO_PORT, false, "sub-delims"},
    {"a/", NULL, "", 0, false, "a path"},
    {"a?", NULL, "", 0, false, "a query"},
    {"a@b", NULL, "", 0, false, "userinfo"},
    {"a\"", NULL, "", 0, false, "a quote"},
    {"a%41", "a%41", "", U101_NO_PORT, false, "pct-encoded [RFC 3986 2.1]"},
    {"a%4", NULL, "", 0, false, "pct-encoded, cut off"},
    {"a%4g", NULL, "", 0, false, "pct-encoded, no second digit"},
    {"a%g4", NULL, "", 0, false, "pct-encoded, no first digit"},
    {"a%", NULL, "", 0, false, "a per cent sign"},
    {"a\xe9", NULL, "", 0, false, "a byte above ASCII"},
    {"[::1]", "[::1]", "", U101_NO_PORT, false, "an IPv6 address"},
    {"[::1]:8080", "[::1]", "8080", 8080, true, "an IPv6 address with a port"},
    {"[::1]8080", NULL, "", 0, false, "a port without a colon"},
    {"[::1", NULL, "", 0, false, "no closing bracket"},
    {"::1", NULL, "", 0, false, "no brackets"},
    {"[:]", NULL, "", 0, false, "one colon"},
    {"[::]", "[::]", "", U101_NO_PORT, false, "two colons"},
    {"[]", NULL, "", 0, false, "no address"},
    {"[", NULL, "", 0, false, "an opening bracket"},
    {"[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]", "", U101_NO_PORT, false, "an IPv4 tail"},
    {"[::g]", NULL, "", 0, false, "no hexadecimal digit"},
    {"[fe80::1%25en0]", NULL, "", 0, false, "a zone [RFC 6874] is not taken"},
    {"[v1.a:b:c]", "[v1.a:b:c]", "", U101_NO_PORT, false, "an IPvFuture [RFC 3986 3.2.2]"},
    {"[V1.a]", "[V1.a]", "", U101_NO_PORT, false, "an IPvFuture, letter case aside"},
    {"[v1.a]:80", "[v1.a]", "80", 80, true, "an IPvFuture with a port"},
    {"[vF.-._~!$&'()*+,;=:]", "[vF.-._~!$&'()*+,;=:]", "", U101_NO_PORT, false,
     "all that an IPvFuture may have"},
    {"[v1a.a]", "[v1a.a]", "", U101_NO_PORT, false, "a version of two digits"},
    {"[v1g.a]", NULL, "", 0, false, "a version that is no hexadecimal number"},
    {"[v.a]", NULL, "", 0, false, "an IPvFuture without version"},
    {"[v1.]", NULL, "", 0, false, "an IPvFuture without address"},
    {"[v1a]", NULL, "", 0, false, "an IPvFuture without dot"},
    {"[v1", NULL, "", 0, false, "an IPvFuture, cut off at the dot"},
    {"[v1.", NULL, "", 0, false, "an IPvFuture, cut off after the dot"},
    {"[v1.a", NULL, "", 0, false, "an IPvFuture without closing bracket"},
    {"[v1.a%41]", NULL, "", 0, false, "nothing is escaped in an IPvFuture"},
    {"[v1.a]]", NULL, "", 0, false, "two closing brackets"},
    {"[w1.a]", NULL, "", 0, false, "another letter"},
    {"[v", NULL, "", 0, false, "the letter alone"},
};

static void test_authority_is_taken_apart_or_refused(void)
{
    for (size_t i = 0; i < COUNT(authority_rows); i++) {
        const authority_row *row = &authority_rows[i];
        u101_authority authority;
        check_case("%s: %s", row->why, row->value);
        if (CHECK(u101_authority_read(guard_text(row->value), &authority) == (row->host != NULL)) &&
            row->host != NULL) {
            CHECK_TEXT(authority.host, row->host);
            CHECK_TEXT(authority.port, row->port);
            CHECK_INT(authority.number, row->number);
            CHECK_INT(authority.colon, row->colon);
        }
    }
}

static void test_authority_with_nul_is_refused(void)
{
    u101_authority authority;
    CHECK(!u101_authority_read(guard_slice(BYTES("a\0")), &authority));
    CHECK(!u101_authority_read(guard_slice(BYTES("\0")), &authority));
}

typedef struct {
    const char *value;
    size_t size;
    const char *why;
} scheme_row;

static const scheme_row scheme_rows[] = {
    {"http://a", 7, "a scheme"},
    {"HTTP://", 7, "letter case aside, and nothing after it"},
    {"a+-.1://", 8, "all that a scheme may have [RFC 3986 3.1]"},
    {"Z://", 4, "the last letter"},
    {"1a://", 0, "a digit in front"},
    {"+a://", 0, "a sign in front"},
    {"://", 0, "no scheme"},
    {"h_://", 0, "a byte that is of no scheme"},
    {"h:/", 0, "one solidus"},
    {"h:", 0, "none"},
    {"h", 0, "no colon"},
    {"h:/a/", 0, "a byte between the two"},
    {"h;//a", 0, "no colon but a semicolon"},
    {"", 0, "nothing"},
};

static void test_authority_scheme_is_measured_up_to_its_solidi(void)
{
    for (size_t i = 0; i < COUNT(scheme_rows); i++) {
        check_case("%s: %s", scheme_rows[i].why, scheme_rows[i].value);
        CHECK_SIZE(u101_authority_scheme_size(guard_text(scheme_rows[i].value)),
                   scheme_rows[i].size);
    }
}

typedef struct {
    const char *scheme;
    int port;
} default_row;

static const default_row default_rows[] = {
    {"http", 80},  {"HTTP", 80}, {"https", 443},           {"hTTps", 443}, {"ws", 80}, {"wS", 80},
    {"wss", 443},  {"WSS", 443}, {"httpss", -1},           {"htt", -1},    {"w", -1},  {"wsss", -1},
    {"httpx", -1}, {"wst", -1},  {"chrome-extension", -1}, {"", -1},
};

/* [RFC 9110 4.2, RFC 6455 3] */
static void test_authority_default_port_is_that_of_four_schemes(void)
{
    for (size_t i = 0; i < COUNT(default_rows); i++) {
        check_case("%s", default_rows[i].scheme);
        CHECK_INT(u101_authority_default_port(guard_text(default_rows[i].scheme)),
                  default_rows[i].port);
    }
}

int main(void)
{
    CHECK_RUN(test_authority_is_taken_apart_or_refused);
    CHECK_RUN(test_authority_with_nul_is_refused);
    CHECK_RUN(test_authority_scheme_is_measured_up_to_its_solidi);
    CHECK_RUN(test_authority_default_port_is_that_of_four_schemes);
    return check_finish();
}
