/*
 * Origins read and compared, in pairs one byte apart [RFC 6454 7].
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
    {"null", true, "the opaque origin [RFC 6454 7.1]"},
    {"nul", false, "not quite null"},
    {"NULL", false, "null is case-sensitive"},
    {"null null", false, "a list of origins"},
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
    const char *origin;
    const char *host;
    bool same;
    const char *why;
} same_row;

static const same_row same_rows[] = {
    {"http://a", "a", true, "host only"},
    {"http://a", "A", true, "letter case aside"},
    {"http://a", "b", false, "another host"},
    {"http://a", "a:80", true, "the default port in Host"},
    {"http://a", "a:", true, "an empty port in Host"},
    {"http://a", "a:00080", true, "ports are numbers"},
    {"http://a", "a:443", false, "the default port of https"},
    {"https://a", "a:443", true, "https and its port"},
    {"https://a", "a", true, "an absent port stands for the default of the origin's scheme"},
    {"https://a", "a:80", false, "https and the port of http"},
    {"http://a:8080", "a:8080", true, "a port"},
    {"http://a:8080", "a:8081", false, "another port"},
    {"http://a:8080", "a", false, "a port that Host has not"},
    {"ws://a", "a", false, "neither http nor https"},
    {"httpx://a", "a", false, "a scheme that only begins so"},
    {"null", "null", false, "the opaque origin is no host"},
    {"http://[::1]:1", "[::1]:1", true, "an address"},
};

static void test_origin_is_the_same_as_host_as_said(void)
{
    for (size_t i = 0; i < COUNT(same_rows); i++) {
        const same_row *row = &same_rows[i];
        u101_authority host;
        u101_origin origin;
        check_case("%s: %s and %s", row->why, row->origin, row->host);
        if (CHECK(u101_origin_read(guard_text(row->origin), &origin)) &&
            CHECK(u101_authority_read(guard_text(row->host), &host))) {
            CHECK_INT(u101_is_same_origin(&origin, &host), row->same);
            CHECK(row->same || !u101_is_host_as_origin(guard_text(row->origin), &host));
        }
    }
}

typedef struct {
    const char *origin;
    const char *host;
    bool written_alike;
} spelling_row;

static const spelling_row spelling_rows[] = {
    {"http://a", "a", true},    {"https://a", "a", true},  {"http://[::1]", "[::1]", true},
    {"http://A", "a", false},   {"HTTP://a", "a", false},  {"http://a:80", "a:80", false},
    {"http://a", "a:", false},  {"http:///a", "a", false}, {"http//a", "a", false},
    {"httpss://a", "a", false}, {"a", "a", false},         {"", "a", false},
    {"http://b.a", "a", false}, {"http://a/", "a", false}, {"null", "null", false},
};

static void test_origin_that_is_the_host_is_told_by_its_spelling(void)
{
    for (size_t i = 0; i < COUNT(spelling_rows); i++) {
        const spelling_row *row = &spelling_rows[i];
        u101_authority host;
        check_case("%s and %s", row->origin, row->host);
        if (CHECK(u101_authority_read(guard_text(row->host), &host))) {
            CHECK_INT(u101_is_host_as_origin(guard_text(row->origin), &host), row->written_alike);
        }
    }
}

static void test_origin_is_not_the_same_as_an_empty_host(void)
{
    const u101_authority empty = {.host = {"", 0}, .number = U101_NO_PORT};
    u101_origin origin;
    CHECK(u101_origin_read(guard_text("http://a"), &origin));
    CHECK(!u101_is_same_origin(&origin, &empty));
    CHECK(!u101_is_host_as_origin(guard_text("http://"), &empty));
    CHECK(u101_origin_read(guard_text("null"), &origin));
    CHECK(!u101_is_same_origin(&origin, &empty));
}

int main(void)
{
    CHECK_RUN(test_origin_is_read_or_refused);
    CHECK_RUN(test_origin_is_the_same_as_host_as_said);
    CHECK_RUN(test_origin_that_is_the_host_is_told_by_its_spelling);
    CHECK_RUN(test_origin_is_not_the_same_as_an_empty_host);
    return check_finish();
}
