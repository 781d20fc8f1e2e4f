/*
 * What a server may be configured with, in pairs one byte apart [contract 7].
 */
#include "check.h"

#include "guard.h"
#include "harness.h"
#include "numbered.h"

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

static const text_row subprotocol_rows[] = {
    {"chat", true, "a token"},
    {"chat.v2", true, "a token with a dot"},
    {"", false, "nothing"},
    {"chat v2", false, "a space"},
    {"chat/2", false, "a solidus"},
    {"chat,", false, "a comma"},
    {"ch\xe9t", false, "a byte above ASCII"},
};

static void test_check_subprotocol_is_a_token_or_refused(void)
{
    for (size_t i = 0; i < COUNT(subprotocol_rows); i++) {
        const text_row *row = &subprotocol_rows[i];
        const u101_slice subprotocols[] = {guard_text("x"), guard_text(row->text)};
        const u101_websocket websocket = {.subprotocols = subprotocols, .subprotocol_count = 2};
        check_case("%s", row->why);
        check_defect(u101_check_websocket(&websocket), row->sound ? NULL : row->text);
    }
}

static void test_check_subprotocols_are_different_and_there_where_required(void)
{
    const u101_slice subprotocols[] = {BYTES("a"), BYTES("b"), BYTES("A"), BYTES("b")};
    u101_websocket websocket = {.subprotocols = subprotocols, .subprotocol_count = 3};
    check_defect(u101_check_websocket(&websocket), NULL);
    websocket.subprotocol_required = true;
    check_defect(u101_check_websocket(&websocket), NULL);
    websocket.subprotocol_count = 4;
    check_defect(u101_check_websocket(&websocket), "b");
    websocket.subprotocol_count = 0;
    check_defect(u101_check_websocket(&websocket), "");
}

/* The first defect of a list counts, whichever it is. */
static void test_check_long_lists_have_the_first_of_their_defects(void)
{
    static const size_t counts[] = {33, 10000};
    for (size_t i = 0; i < COUNT(counts); i++) {
        name_list made = numbered_new("n", counts[i], "");
        const u101_websocket websocket = {.subprotocols = made.at, .subprotocol_count = counts[i]};
        const u101_protocol protocol = {
            .name = BYTES("foo"), .methods = made.at, .method_count = counts[i]};
        check_case("%zu names", counts[i]);
        check_defect(u101_check_websocket(&websocket), NULL);
        check_defect(u101_check_protocol(&protocol), NULL);
        made.at[counts[i] - 1] = BYTES("N5");
        check_defect(u101_check_websocket(&websocket), NULL);
        check_defect(u101_check_protocol(&protocol), NULL);
        made.at[counts[i] - 1] = BYTES("n5");
        check_defect(u101_check_websocket(&websocket), "n5");
        check_defect(u101_check_protocol(&protocol), "n5");
        made.at[30] = BYTES("n 30");
        check_defect(u101_check_websocket(&websocket), "n 30");
        check_defect(u101_check_protocol(&protocol), "n 30");
        made.at[20] = BYTES("n3");
        check_defect(u101_check_websocket(&websocket), "n3");
        check_defect(u101_check_protocol(&protocol), "n3");
        numbered_free(&made);
    }
}

static const text_row origin_rows[] = {
    {"https://a", true, "scheme and host"},
    {"https://a:3000", true, "a port"},
    {"https://*.a.org", true, "a first label that stands for several"},
    {"null", true, "the opaque origin"},
    {"https://a/", false, "a path"},
    {"https://a:", false, "an empty port"},
    {"https://a:080", false, "a leading zero"},
    {"a", false, "no scheme"},
    {"*", false, "a star alone"},
    {"", false, "nothing"},
};

static void test_check_origin_is_serialized_or_refused(void)
{
    for (size_t i = 0; i < COUNT(origin_rows); i++) {
        const text_row *row = &origin_rows[i];
        const u101_slice origins[] = {BYTES("null"), guard_text(row->text)};
        const u101_websocket websocket = {
            .origin_rule = U101_ORIGINS_LISTED, .origins = origins, .origin_count = COUNT(origins)};
        check_case("%s", row->why);
        check_defect(u101_check_websocket(&websocket), row->sound ? NULL : row->text);
    }
}

static void test_check_window_bits_are_within_their_ends(void)
{
    static const int any = U101_NO_WINDOW_BITS;
    for (int bits = -2; bits <= 17; bits++) {
        const u101_deflate server = {false, false, bits, any};
        const u101_deflate client = {false, false, any, bits};
        check_case("%d bits", bits);
        CHECK_INT(u101_check_deflate(&server).text == NULL,
                  bits == any || (bits >= 9 && bits <= 15));
        CHECK_INT(u101_check_deflate(&client).text == NULL,
                  bits == any || (bits >= 8 && bits <= 15));
    }
}

static void test_check_window_bits_of_a_websocket_count_where_enabled(void)
{
    u101_websocket websocket = {.deflate = {false, false, 8, U101_NO_WINDOW_BITS}};
    check_defect(u101_check_websocket(&websocket), NULL);
    websocket.deflate_enabled = true;
    check_defect(u101_check_websocket(&websocket), "");
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

static void test_check_protocol_name_and_version_are_tokens(void)
{
    u101_protocol protocol = {.name = BYTES("foo"), .any_method = true};
    check_defect(u101_check_protocol(&protocol), NULL);
    protocol.version = BYTES("1.0");
    check_defect(u101_check_protocol(&protocol), NULL);
    protocol.version = BYTES("1/0");
    check_defect(u101_check_protocol(&protocol), "1/0");
    protocol.version = BYTES("1");
    protocol.name = BYTES("foo/1");
    check_defect(u101_check_protocol(&protocol), "foo/1");
    protocol.name = BYTES("");
    check_defect(u101_check_protocol(&protocol), "");
}

static void test_check_methods_are_different_tokens_and_not_connect(void)
{
    u101_slice methods[] = {BYTES("GET"), BYTES("get"), BYTES("CONNECTS")};
    u101_protocol protocol = {
        .name = BYTES("foo"), .methods = methods, .method_count = COUNT(methods)};
    check_defect(u101_check_protocol(&protocol), NULL);
    methods[1] = BYTES("GET");
    check_defect(u101_check_protocol(&protocol), "GET");
    methods[1] = BYTES("G T");
    check_defect(u101_check_protocol(&protocol), "G T");
    methods[1] = BYTES("CONNECT");
    check_defect(u101_check_protocol(&protocol), "CONNECT");
    protocol.any_method = true;
    check_defect(u101_check_protocol(&protocol), NULL);
    protocol.any_method = false;
    protocol.method_count = 0;
    check_defect(u101_check_protocol(&protocol), "");
}

static void test_check_protocol_fields_may_be_given_or_are_refused(void)
{
    const u101_field fields[] = {{BYTES("Capsule-Protocol"), BYTES("?1")},
                                 {BYTES("Upgrade"), BYTES("x")}};
    u101_protocol protocol = {.name = BYTES("foo"), .any_method = true, .fields = fields};
    protocol.field_count = 1;
    check_defect(u101_check_protocol(&protocol), NULL);
    protocol.field_count = 2;
    check_defect(u101_check_protocol(&protocol), "Upgrade");
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

/* ---- a whole config ---- */

static const u101_offer websocket = {.kind = U101_OFFER_WEBSOCKET};
static const u101_offer h2c = {.kind = U101_OFFER_H2C};
static const u101_offer tls = {.kind = U101_OFFER_TLS};

static u101_offer protocol_of(u101_slice name, u101_slice version)
{
    return (u101_offer){.kind = U101_OFFER_PROTOCOL,
                        .as.protocol = {.name = name, .version = version, .any_method = true}};
}

typedef struct {
    u101_offer left;
    u101_offer right;
    const char *defect;
    const char *why;
} overlap_row;

static void test_check_offers_of_one_element_are_refused(void)
{
    const u101_slice none = BYTES("");
    const overlap_row rows[] = {
        {websocket, h2c, NULL, "two protocols"},
        {websocket, websocket, "websocket", "the same"},
        {h2c, h2c, "h2c", "the same with h2c"},
        {tls, tls, "TLS", "the same with TLS"},
        {websocket, protocol_of(BYTES("WebSocket"), none), "WebSocket", "by another name"},
        {websocket, protocol_of(BYTES("websocket"), BYTES("1")), NULL, "by another version"},
        {protocol_of(BYTES("tls"), BYTES("1.3")), tls, "TLS", "a version of TLS"},
        {tls, protocol_of(BYTES("tls"), BYTES("1.3")), "tls", "a version of TLS, behind it"},
        {tls, protocol_of(BYTES("tls"), BYTES("2.0")), NULL, "another version of TLS"},
        {tls, protocol_of(BYTES("tls"), none), NULL, "no version of TLS"},
        {protocol_of(BYTES("a"), none), protocol_of(BYTES("A"), none), "A", "letter case aside"},
        {protocol_of(BYTES("a"), BYTES("b")), protocol_of(BYTES("a"), BYTES("B")), NULL,
         "versions have case"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const u101_offer offers[] = {rows[i].left, rows[i].right};
        const u101_config config = {
            .offers = offers, .offer_count = COUNT(offers), .limits = u101_default_limits};
        check_case("%s", rows[i].why);
        check_defect(u101_check_config(&config), rows[i].defect);
    }
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
    config.limits.fields = 3;
    check_defect(u101_check_config(&config), "");
}

static const text_row host_rows[] = {
    {"a.org", true, "a name"},
    {"*.a.org", true, "a first label that stands for several"},
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
    const u101_websocket by_origin = {
        .origin_rule = U101_ORIGINS_LISTED, .origins = &none, .origin_count = 1};
    const u101_websocket by_name = {.subprotocols = &none, .subprotocol_count = 1};
    const u101_protocol protocol = {.name = BYTES("x"), .version = none, .any_method = true};
    const u101_config config = {.offers = &tls,
                                .offer_count = 1,
                                .hosts = &none,
                                .host_count = 1,
                                .limits = u101_default_limits};
    check_defect(u101_check_websocket(&by_origin), "");
    check_defect(u101_check_websocket(&by_name), "");
    check_defect(u101_check_protocol(&protocol), NULL);
    check_defect(u101_check_config(&config), "");
    CHECK(u101_check_field(&(u101_field){none, none}).text != NULL);
    CHECK(u101_check_field(&(u101_field){BYTES("X"), none}).text == NULL);
}

int main(void)
{
    CHECK_RUN(test_check_subprotocol_is_a_token_or_refused);
    CHECK_RUN(test_check_subprotocols_are_different_and_there_where_required);
    CHECK_RUN(test_check_long_lists_have_the_first_of_their_defects);
    CHECK_RUN(test_check_origin_is_serialized_or_refused);
    CHECK_RUN(test_check_window_bits_are_within_their_ends);
    CHECK_RUN(test_check_window_bits_of_a_websocket_count_where_enabled);
    CHECK_RUN(test_check_field_may_be_given_or_is_refused);
    CHECK_RUN(test_check_field_with_nul_is_refused);
    CHECK_RUN(test_check_fields_give_the_first_defect);
    CHECK_RUN(test_check_protocol_name_and_version_are_tokens);
    CHECK_RUN(test_check_methods_are_different_tokens_and_not_connect);
    CHECK_RUN(test_check_protocol_fields_may_be_given_or_are_refused);
    CHECK_RUN(test_check_limits_are_within_their_ends);
    CHECK_RUN(test_check_default_limits_are_those_of_the_contract);
    CHECK_RUN(test_check_offers_of_one_element_are_refused);
    CHECK_RUN(test_check_config_without_offer_is_refused);
    CHECK_RUN(test_check_config_has_the_defects_of_its_parts);
    CHECK_RUN(test_check_host_is_a_host_or_refused);
    CHECK_RUN(test_check_slice_without_address_is_an_empty_one);
    return check_finish();
}
