/*
 * Origins read, in pairs one byte apart [RFC 6454 7].
 */
#include "origin.h"

#include "guard.h"
#include "harness.h"

typedef struct {
    const char *value;
    bool sound;
    const char *why;
} read_row;

static const read_row read_rows[] = {
    {"", false, "nothing"},
    {"null", false, "the opaque origin has no scheme [RFC 6454 7.1]"},
    {"http://a", true, "scheme and host"},
    {"http://a/", false, "a path"},
    {"http://a?", false, "a query"},
    {"http://u@a", false, "userinfo"},
    {"http://a:1", true, "a port of one digit"},
    {"http://a:0", false, "a leading zero"},
    {"http://a:", false, "an empty port"},
    {"http://a:65535", true, "the highest port"},
    {"http://a:65536", false, "above the highest port"},
    {"http://a:080", false, "a leading zero before digits"},
    {"http://a:00001", false, "leading zeros"},
    {"http://a:100000", false, "six digits"},
    {"http://[v1.a]", true, "an IPvFuture"},
    {"http://[::1]:3000", true, "an address"},
    {"http://", false, "no host"},
    {"://a", false, "no scheme"},
    {"http:/a", false, "one solidus"},
    {"http:", false, "cut off at the colon"},
    {"a", false, "no scheme at all"},
    {"1://a", false, "a scheme that begins with a digit"},
    {"chrome-extension://abc", true, "a scheme of its own"},
    {"http://a ", false, "a space"},
    {"http://a http://b", false, "a list of two origins"},
    {"http://\xe9", false, "a byte above ASCII"},
};

static void test_origin_is_read_or_refused(void)
{
    for (size_t i = 0; i < COUNT(read_rows); i++) {
        u101_origin origin;
        check_case("%s: %s", read_rows[i].why, read_rows[i].value);
        CHECK_INT(u101_origin_read(guard_text(read_rows[i].value), &origin), read_rows[i].sound);
    }
}

typedef struct {
    const char *value;
    const char *scheme;
    const char *host;
    int port;
    int by_default;
} part_row;

static const part_row part_rows[] = {
    {"http://a", "http", "a", 80, 80},
    {"HTTP://A", "HTTP", "A", 80, 80},
    {"https://a", "https", "a", 443, 443},
    {"ws://a", "ws", "a", 80, 80},
    {"wss://a", "wss", "a", 443, 443},
    {"wss://a:80", "wss", "a", 80, 443},
    {"app://a", "app", "a", U101_NO_PORT, U101_NO_PORT},
    {"app://a:99", "app", "a", 99, U101_NO_PORT},
    {"http://[::1]:3000", "http", "[::1]", 3000, 80},
};

static void test_origin_port_is_the_default_of_its_scheme_if_absent(void)
{
    for (size_t i = 0; i < COUNT(part_rows); i++) {
        const part_row *row = &part_rows[i];
        u101_origin origin;
        check_case("%s", row->value);
        if (CHECK(u101_origin_read(guard_text(row->value), &origin))) {
            CHECK_TEXT(origin.scheme, row->scheme);
            CHECK_TEXT(origin.host, row->host);
            CHECK_INT(origin.port, row->port);
            CHECK_INT(origin.by_default, row->by_default);
        }
    }
}

int main(void)
{
    CHECK_RUN(test_origin_is_read_or_refused);
    CHECK_RUN(test_origin_port_is_the_default_of_its_scheme_if_absent);
    return check_finish();
}
