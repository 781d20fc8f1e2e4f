/*
 * What a whole server, and a response field, may be configured with, in pairs one byte
 * apart [contract 7].
 */
#include "check.h"

#include "guard.h"
#include "harness.h"

/* A defect with the part of the argument that shows it; NULL: nothing is wrong. */
static void check_defect(u101_defect defect, const char *value)
{
    CHECK_INT(defect.text != NULL, value != NULL);
    if (value != NULL) {
        CHECK_TEXT(defect.value, value);
    }
}

typedef struct {
    const char *text;
    bool sound;
    const char *why;
} text_row;

static const text_row path_rows[] = {
    {"/", true, "the root"},
    {"/a", true, "a path"},
    {"/a/*", true, "what begins so"},
    {"/*", true, "everything"},
    {"//", true, "two slashes"},
    {"/%2F~!", true, "all kinds of bytes"},
    {"", false, "nothing"},
    {"*", false, "a star alone"},
    {"a", false, "no slash in front"},
    {"/a*", false, "a star after another byte"},
    {"/*/", false, "a star before a slash"},
    {"/*/*", false, "two stars"},
    {"/**", false, "two stars beside each other"},
    {"/a?b", false, "a query"},
    {"/?*", false, "a query before a star"},
    {"/a#", false, "a fragment"},
    {"/a b", false, "a space"},
    {"/\x7f", false, "a DEL"},
    {"/\xe9", false, "a byte above ASCII"},
};

static void test_check_path_is_a_pattern_or_refused(void)
{
    for (size_t i = 0; i < COUNT(path_rows); i++) {
        const text_row *row = &path_rows[i];
        const u101_slice paths[] = {BYTES("/first"), guard_text(row->text)};
        check_case("%s", row->why);
        check_defect(u101_check_paths(paths, COUNT(paths)), row->sound ? NULL : row->text);
    }
}

static void test_check_paths_are_different(void)
{
    u101_slice paths[] = {BYTES("/a"), BYTES("/a/*"), BYTES("/A"), BYTES("/a/")};
    check_defect(u101_check_paths(NULL, 0), NULL);
    check_defect(u101_check_paths(paths, COUNT(paths)), NULL);
    paths[3] = BYTES("/a/*");
    check_defect(u101_check_paths(paths, COUNT(paths)), "/a/*");
    paths[3] = BYTES("/a/\0");
    CHECK(u101_check_paths(paths, COUNT(paths)).text != NULL);
}

typedef struct {
    const char *name;
    const char *value;
    const char *defect; /* NULL: nothing is wrong */
    const char *why;
} field_row;

static const field_row field_rows[] = {
    {"X", "y", NULL, "a field"},
    {"X", "", NULL, "an empty value"},
    {"X", "a\tb c\xff", NULL, "all that a value may have"},
    {"Date", "x", NULL, "one that replaces the library's"},
    {"Content-Type", "x", NULL, "another that does"},
    {"", "y", "", "no name"},
    {"X Y", "y", "X Y", "a space in the name"},
    {"X:", "y", "X:", "a colon in the name"},
    {"X", "a\rb", "a\rb", "a CR"},
    {"X", "a\nb", "a\nb", "a LF"},
    {"X", "a\x7f", "a\x7f", "a DEL"},
    {"X", " a", " a", "white space in front"},
    {"X", "a ", "a ", "white space behind"},
    {"X", "\t", "\t", "white space alone"},
    {"Upgrade", "y", "Upgrade", "Upgrade"},
    {"upgrades", "y", NULL, "a byte more"},
    {"uPGRADE", "y", "uPGRADE", "letter case aside"},
    {"Connection", "y", "Connection", "Connection"},
    {"Content-Length", "1", "Content-Length", "Content-Length"},
    {"Transfer-Encoding", "y", "Transfer-Encoding", "Transfer-Encoding"},
    {"Trailer", "y", "Trailer", "Trailer"},
    {"Trailers", "y", NULL, "not Trailer"},
    {"Sec-WebSocket-Accept", "y", "Sec-WebSocket-Accept", "WebSocket's own"},
    {"sec-websocket-", "y", "sec-websocket-", "the prefix alone"},
    {"Sec-WebSocket", "y", NULL, "a byte less than the prefix"},
    {"Sec-WebSocketX", "y", NULL, "another byte in the prefix"},
};

static void test_check_field_may_be_given_or_is_refused(void)
{
    for (size_t i = 0; i < COUNT(field_rows); i++) {
        const field_row *row = &field_rows[i];
        const u101_field field = {guard_text(row->name), guard_text(row->value)};
        check_case("%s", row->why);
        check_defect(u101_check_field(&field), row->defect);
    }
}

static void test_check_field_with_nul_is_refused(void)
{
    const u101_field name = {BYTES("X\0"), BYTES("y")};
    const u101_field value = {BYTES("X"), BYTES("y\0")};
    CHECK(u101_check_field(&name).text != NULL);
    CHECK(u101_check_field(&value).text != NULL);
}

static void test_check_fields_give_the_first_defect(void)
{
    const u101_field fields[] = {
        {BYTES("X"), BYTES("y")}, {BYTES("Trailer"), BYTES("y")}, {BYTES("X:"), BYTES("y")}};
    check_defect(u101_check_fields(fields, 0), NULL);
    check_defect(u101_check_fields(fields, 1), NULL);
    check_defect(u101_check_fields(fields, COUNT(fields)), "Trailer");
    check_defect(u101_check_fields(fields + 1, 1), "Trailer");
}

typedef struct {
    u101_limits limits;
    bool sound;
    const char *why;
} limits_row;

static const limits_row limits_rows[] = {
    {{16384, 8192, 100, 65536}, true, "the defaults"},
    {{256, 16, 4, 0}, true, "the least"},
    {{255, 16, 4, 0}, false, "a byte less of head"},
    {{256, 15, 4, 0}, false, "a byte less of target"},
    {{256, 16, 3, 0}, false, "a field line less"},
    {{1048576, 1048576, 1000, 67108864}, true, "the most"},
    {{1048577, 16, 4, 0}, false, "a byte more of head"},
    {{256, 256, 4, 0}, true, "a target as long as the head"},
    {{256, 257, 4, 0}, false, "a target longer than the head"},
    {{256, 16, 1001, 0}, false, "a field line more"},
    {{256, 16, 4, 67108865}, false, "a byte more of body"},
    {{SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX}, false, "all that a size can be"},
};

static void test_check_limits_are_within_their_ends(void)
{
    for (size_t i = 0; i < COUNT(limits_rows); i++) {
        check_case("%s", limits_rows[i].why);
        CHECK_INT(u101_check_limits(&limits_rows[i].limits).text == NULL, limits_rows[i].sound);
    }
}

static void test_check_default_limits_are_those_of_the_contract(void)
{
    CHECK_SIZE(u101_default_limits.head, 16384);
    CHECK_SIZE(u101_default_limits.target, 8192);
    CHECK_SIZE(u101_default_limits.fields, 100);
    CHECK_SIZE(u101_default_limits.body, 65536);
}

static const u101_offer h2c = {.kind = U101_OFFER_H2C, .as.h2c = {.upgrade = true}};
static const u101_offer tls = {.kind = U101_OFFER_TLS};

static u101_offer protocol_of(u101_slice name, u101_slice version)
{
    return (u101_offer){.kind = U101_OFFER_PROTOCOL,
                        .as.protocol = {.name = name, .version = version}};
}

static void test_check_config_without_offer_is_refused(void)
{
    u101_config config = {.offers = &tls, .offer_count = 0, .limits = u101_default_limits};
    check_defect(u101_check_config(&config), "");
    config.offer_count = 1;
    check_defect(u101_check_config(&config), NULL);
}

static void test_check_config_has_the_defects_of_its_parts(void)
{
    u101_offer offers[] = {tls, {.kind = U101_OFFER_WEBSOCKET}};
    u101_config config = {.offers = offers, .offer_count = 2, .limits = u101_default_limits};
    offers[1].as.websocket.subprotocol_required = true;
    check_defect(u101_check_config(&config), "");
    offers[1] = protocol_of(BYTES("a b"), BYTES(""));
    check_defect(u101_check_config(&config), "a b");
    offers[1] = h2c;
    check_defect(u101_check_config(&config), NULL);
    offers[1].as.h2c.upgrade = false;
    check_defect(u101_check_config(&config), "");
    offers[1] = h2c;
    offers[1].paths = &(const u101_slice){"x", 1};
    offers[1].path_count = 1;
    check_defect(u101_check_config(&config), "x");
    offers[1].path_count = 0;
    check_defect(u101_check_config(&config), NULL);
    config.limits.fields = 3;
    check_defect(u101_check_config(&config), "");
}

static const text_row host_rows[] = {
    {"a.org", true, "a name"},
    {"*.a.org", true, "a first label that stands for several"},
    {"*a.org", false, "a star that is no label"},
    {"a.*", false, "a star that is not the first label"},
    {"*.*", false, "two stars"},
    {"*", true, "any labels"},
    {"a.org.", true, "a final dot"},
    {"*.a.org.:80", true, "a star, a final dot and a port"},
    {"[v1.a]", true, "an IPvFuture"},
    {"[v1.*]", false, "a star in an IPvFuture"},
    {"a.org:8080", true, "a port"},
    {"[::1]:8080", true, "an address and a port"},
    {"a.org:", false, "an empty port"},
    {"a.org:65536", false, "above the highest port"},
    {"http://a.org", false, "an origin"},
    {"a.org/", false, "a path"},
    {"", false, "nothing"},
};

static void test_check_host_is_a_host_or_refused(void)
{
    for (size_t i = 0; i < COUNT(host_rows); i++) {
        const text_row *row = &host_rows[i];
        const u101_slice hosts[] = {BYTES("x"), guard_text(row->text)};
        const u101_config config = {.offers = &tls,
                                    .offer_count = 1,
                                    .hosts = hosts,
                                    .host_count = COUNT(hosts),
                                    .limits = u101_default_limits};
        check_case("%s", row->why);
        check_defect(u101_check_config(&config), row->sound ? NULL : row->text);
    }
}

/* A slice of no bytes need have no address. */
static void test_check_slice_without_address_is_an_empty_one(void)
{
    static const u101_slice none = {NULL, 0};
    const u101_websocket by_origin = {.origins = &none, .origin_count = 1};
    const u101_websocket by_name = {.subprotocols = &none, .subprotocol_count = 1};
    const u101_protocol protocol = {.name = BYTES("x"), .version = none};
    const u101_config config = {.offers = &tls,
                                .offer_count = 1,
                                .hosts = &none,
                                .host_count = 1,
                                .limits = u101_default_limits};
    check_defect(u101_check_websocket(&by_origin), "");
    check_defect(u101_check_websocket(&by_name), "");
    check_defect(u101_check_protocol(&protocol), NULL);
    check_defect(u101_check_config(&config), "");
    check_defect(u101_check_paths(&none, 1), "");
    CHECK(u101_check_field(&(u101_field){none, none}).text != NULL);
    CHECK(u101_check_field(&(u101_field){BYTES("X"), none}).text == NULL);
}

int main(void)
{
    CHECK_RUN(test_check_field_may_be_given_or_is_refused);
    CHECK_RUN(test_check_field_with_nul_is_refused);
    CHECK_RUN(test_check_fields_give_the_first_defect);
    CHECK_RUN(test_check_limits_are_within_their_ends);
    CHECK_RUN(test_check_default_limits_are_those_of_the_contract);
    CHECK_RUN(test_check_config_without_offer_is_refused);
    CHECK_RUN(test_check_config_has_the_defects_of_its_parts);
    CHECK_RUN(test_check_host_is_a_host_or_refused);
    CHECK_RUN(test_check_slice_without_address_is_an_empty_one);
    CHECK_RUN(test_check_path_is_a_pattern_or_refused);
    CHECK_RUN(test_check_paths_are_different);
    return check_finish();
}
