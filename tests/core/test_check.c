/*
 * What an offer may be configured with, in pairs one byte apart [contract 7].
 */
#include "check.h"

#include <string.h>

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
    {"SPDY/3.1+portforward.k8s.io", true, "a name that is no token, as kubectl has it"},
    {"!", true, "the first visible byte"},
    {"~", true, "the last visible byte"},
    {"", false, "nothing"},
    {"chat v2", false, "a space"},
    {"chat\tv2", false, "a HTAB"},
    {"chat,", false, "a comma"},
    {"chat;", false, "a semicolon"},
    {"\"chat\"", false, "quotes"},
    {"chat\x7f", false, "a DEL"},
    {"ch\xe9t", false, "a byte above ASCII"},
};

static void test_check_subprotocol_is_visible_without_delimiters_or_refused(void)
{
    for (size_t i = 0; i < COUNT(subprotocol_rows); i++) {
        const text_row *row = &subprotocol_rows[i];
        const u101_slice subprotocols[] = {guard_text("x"), guard_text(row->text)};
        const u101_websocket websocket = {.subprotocols = subprotocols, .subprotocol_count = 2};
        check_case("%s", row->why);
        check_defect(u101_check_websocket(&websocket), row->sound ? NULL : row->text);
    }
}

static void test_check_subprotocols_are_different_and_there_if_required(void)
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
    {"same-origin", true, "a word"},
    {"same-host", true, "the other word"},
    {"null", true, "the opaque origin"},
    {"https://a", true, "scheme and host"},
    {"https://a:3000", true, "a port"},
    {"https://*.a.org", true, "a first label that stands for several"},
    {"https://*a.org", false, "a star that is no label"},
    {"http://localhost:*", true, "any port"},
    {"http://localhost:*1", false, "a star before a digit"},
    {"https://a/", true, "a path: that value exactly"},
    {"https://a/*", false, "a star in a path"},
    {"a", true, "no scheme: that value exactly"},
    {"a b", false, "a space"},
    {"*", false, "a star alone"},
    {"", false, "nothing"},
};

static void test_check_origin_is_an_entry_or_refused(void)
{
    for (size_t i = 0; i < COUNT(origin_rows); i++) {
        const text_row *row = &origin_rows[i];
        const u101_slice origins[] = {BYTES("null"), guard_text(row->text)};
        u101_websocket websocket = {.origins = origins, .origin_count = COUNT(origins)};
        check_case("%s", row->why);
        check_defect(u101_check_websocket(&websocket), row->sound ? NULL : row->text);
        websocket.any_origin = true; /* then the list is not looked at */
        check_defect(u101_check_websocket(&websocket), NULL);
    }
}

static void test_check_star_as_origin_is_told_of_none(void)
{
    const u101_slice star = BYTES("*");
    const u101_websocket websocket = {.origins = &star, .origin_count = 1};
    const u101_defect defect = u101_check_websocket(&websocket);
    CHECK(defect.text != NULL && strstr(defect.text, "None") != NULL);
}

static void test_check_window_bits_are_within_their_ends(void)
{
    static const int any = U101_NO_WINDOW_BITS;
    for (int bits = -2; bits <= 17; bits++) {
        const u101_deflate server = {.server_max_window_bits = bits, .client_max_window_bits = any};
        const u101_deflate client = {.server_max_window_bits = any, .client_max_window_bits = bits};
        check_case("%d bits", bits);
        CHECK_INT(u101_check_deflate(&server).text == NULL,
                  bits == any || (bits >= 9 && bits <= 15));
        CHECK_INT(u101_check_deflate(&client).text == NULL,
                  bits == any || (bits >= 8 && bits <= 15));
    }
}

static void test_check_window_bits_of_a_websocket_count_if_enabled(void)
{
    u101_websocket websocket = {
        .deflate = {.server_max_window_bits = 8, .client_max_window_bits = U101_NO_WINDOW_BITS}};
    check_defect(u101_check_websocket(&websocket), NULL);
    websocket.deflate_enabled = true;
    check_defect(u101_check_websocket(&websocket), "");
}

static void test_check_bound_that_is_required_must_be_there(void)
{
    u101_deflate deflate = {.require_client_max_window_bits = true,
                            .server_max_window_bits = 9,
                            .client_max_window_bits = U101_NO_WINDOW_BITS};
    check_defect(u101_check_deflate(&deflate), "");
    deflate.client_max_window_bits = 15;
    check_defect(u101_check_deflate(&deflate), NULL);
    deflate.client_max_window_bits = U101_NO_WINDOW_BITS;
    deflate.require_client_max_window_bits = false;
    check_defect(u101_check_deflate(&deflate), NULL);
}

static void test_check_h2c_is_reached_by_one_way_at_least(void)
{
    check_defect(u101_check_h2c(&(u101_h2c){.upgrade = true}), NULL);
    check_defect(u101_check_h2c(&(u101_h2c){.prior_knowledge = true}), NULL);
    check_defect(u101_check_h2c(&(u101_h2c){.upgrade = false}), "");
}

static void test_check_protocol_name_and_version_are_tokens(void)
{
    u101_protocol protocol = {.name = BYTES("foo")};
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

static const text_row name_rows[] = {
    {"websocket", false, "a protocol with an offer of its own"},
    {"WebSocket", false, "letter case aside"},
    {"websocke", true, "a byte less"},
    {"websockets", true, "a byte more"},
    {"TLS", false, "the other one"},
    {"tls", false, "the other one, letter case aside"},
    {"TL", true, "a byte less of it"},
    {"TLSX", true, "a byte more of it"},
    {"h2c", true, "h2c without HTTP2-Settings, as BuildKit asks for it"},
};

static void test_check_protocol_name_with_an_offer_of_its_own_is_refused(void)
{
    for (size_t i = 0; i < COUNT(name_rows); i++) {
        const u101_protocol protocol = {.name = guard_text(name_rows[i].text),
                                        .version = BYTES("1.0")};
        check_case("%s", name_rows[i].why);
        check_defect(u101_check_protocol(&protocol), name_rows[i].sound ? NULL : name_rows[i].text);
    }
}

static void test_check_methods_are_different_tokens_and_not_connect(void)
{
    u101_slice methods[] = {BYTES("GET"), BYTES("X-GET"), BYTES("CONNECTS")};
    u101_protocol protocol = {
        .name = BYTES("foo"), .methods = methods, .method_count = COUNT(methods)};
    check_defect(u101_check_protocol(&protocol), NULL);
    methods[1] = BYTES("GET");
    check_defect(u101_check_protocol(&protocol), "GET");
    methods[1] = BYTES("G T");
    check_defect(u101_check_protocol(&protocol), "G T");
    methods[1] = BYTES("CONNECT");
    check_defect(u101_check_protocol(&protocol), "CONNECT");
    protocol.method_count = 0; /* any method */
    check_defect(u101_check_protocol(&protocol), NULL);
}

static const text_row method_rows[] = {
    {"get", false, "a registered method in lower case"},
    {"Post", false, "a registered method in another letter case"},
    {"gets", true, "a method of one's own in lower case"},
    {"acl", false, "the first of the registry"},
    {"version-control", false, "the last of the registry"},
    {"VERSION-CONTROL", true, "the last of the registry as it is spelled"},
    {"connect", false, "CONNECT in lower case"},
    {"query", false, "a method that was registered late"},
};

static void test_check_method_that_is_misspelled_is_refused(void)
{
    for (size_t i = 0; i < COUNT(method_rows); i++) {
        const u101_slice method = guard_text(method_rows[i].text);
        const u101_protocol protocol = {
            .name = BYTES("foo"), .methods = &method, .method_count = 1};
        check_case("%s", method_rows[i].why);
        check_defect(u101_check_protocol(&protocol),
                     method_rows[i].sound ? NULL : method_rows[i].text);
    }
}

static void test_check_protocol_fields_may_be_given_or_are_refused(void)
{
    const u101_field fields[] = {{BYTES("Capsule-Protocol"), BYTES("?1")},
                                 {BYTES("Upgrade"), BYTES("x")}};
    u101_protocol protocol = {.name = BYTES("foo"), .fields = fields};
    protocol.field_count = 1;
    check_defect(u101_check_protocol(&protocol), NULL);
    protocol.field_count = 2;
    check_defect(u101_check_protocol(&protocol), "Upgrade");
}

int main(void)
{
    CHECK_RUN(test_check_subprotocol_is_visible_without_delimiters_or_refused);
    CHECK_RUN(test_check_subprotocols_are_different_and_there_if_required);
    CHECK_RUN(test_check_long_lists_have_the_first_of_their_defects);
    CHECK_RUN(test_check_origin_is_an_entry_or_refused);
    CHECK_RUN(test_check_star_as_origin_is_told_of_none);
    CHECK_RUN(test_check_window_bits_are_within_their_ends);
    CHECK_RUN(test_check_window_bits_of_a_websocket_count_if_enabled);
    CHECK_RUN(test_check_bound_that_is_required_must_be_there);
    CHECK_RUN(test_check_h2c_is_reached_by_one_way_at_least);
    CHECK_RUN(test_check_protocol_name_and_version_are_tokens);
    CHECK_RUN(test_check_protocol_name_with_an_offer_of_its_own_is_refused);
    CHECK_RUN(test_check_methods_are_different_tokens_and_not_connect);
    CHECK_RUN(test_check_method_that_is_misspelled_is_refused);
    CHECK_RUN(test_check_protocol_fields_may_be_given_or_are_refused);
    return check_finish();
}
