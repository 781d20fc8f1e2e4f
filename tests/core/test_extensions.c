/*
 * The grammar of Sec-WebSocket-Extensions, in pairs one byte apart [RFC 6455 9.1,
 * RFC 9110 5.6.4].
 */
#include "extensions.h"

#include <stdio.h>

#include "guard.h"
#include "harness.h"
#include "sample.h"

typedef struct {
    const char *lines;
    u101_reason reason;
    bool agreed;
    const char *why;
} extension_row;

#define OFFERED "Sec-WebSocket-Extensions: "
#define DEFLATE "permessage-deflate"

static const extension_row extension_rows[] = {
    {"", U101_SOUND, false, "none offered"},
    {OFFERED "\r\n", U101_SOUND, false, "an empty line counts as absent"},
    {OFFERED " , \r\n", U101_SOUND, false, "no element"},
    {OFFERED ",;\r\n", U101_WS_EXTENSIONS_INVALID, false, "an element that is a byte"},
    {OFFERED "\r\n" OFFERED DEFLATE "\r\n", U101_SOUND, true, "an empty line before another"},
    {OFFERED DEFLATE "; client_max_window_bits\r\n", U101_SOUND, true, "what browsers send"},
    {OFFERED DEFLATE "; client_max_window_bits;\r\n", U101_WS_EXTENSIONS_INVALID, false,
     "and a semicolon more"},
    {OFFERED "x\r\n", U101_SOUND, false, "another extension"},
    {OFFERED DEFLATE "\r\n", U101_SOUND, true, "the one there is"},
    {OFFERED "Permessage-deflate\r\n", U101_SOUND, false, "names are compared exactly"},
    {OFFERED "x, " DEFLATE "\r\n", U101_SOUND, true, "the second of a list"},
    {OFFERED "x\r\n" OFFERED DEFLATE "\r\n", U101_SOUND, true, "on a second line"},
    {OFFERED ",," DEFLATE ",\r\n", U101_SOUND, true, "empty elements are skipped"},
    {OFFERED DEFLATE ", ()\r\n", U101_WS_EXTENSIONS_INVALID, true, "the rest is checked too"},
    {OFFERED "x y\r\n", U101_WS_EXTENSIONS_INVALID, false, "no separator"},
    {OFFERED "x;\r\n", U101_WS_EXTENSIONS_INVALID, false, "no parameter"},
    {OFFERED ";y\r\n", U101_WS_EXTENSIONS_INVALID, false, "no name"},
    {OFFERED "x;;y\r\n", U101_WS_EXTENSIONS_INVALID, false, "an empty parameter"},
    {OFFERED "x;y\r\n", U101_SOUND, false, "a parameter without a value"},
    {OFFERED "x;y=\r\n", U101_WS_EXTENSIONS_INVALID, false, "no value"},
    {OFFERED "x;=z\r\n", U101_WS_EXTENSIONS_INVALID, false, "no parameter name"},
    {OFFERED "x;y=z\r\n", U101_SOUND, false, "a value"},
    {OFFERED "x;y==z\r\n", U101_WS_EXTENSIONS_INVALID, false, "two signs"},
    {OFFERED "x;y=z w\r\n", U101_WS_EXTENSIONS_INVALID, false, "two values"},
    {OFFERED "x\t ; \ty\t = \tz ;w\r\n", U101_SOUND, false, "white space wherever it may be"},
    {OFFERED "x;y=\"z\"\r\n", U101_SOUND, false, "a quoted value"},
    {OFFERED "x;y=\"z\r\n", U101_WS_EXTENSIONS_INVALID, false, "no closing quote"},
    {OFFERED "x;y=\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "an opening quote"},
    {OFFERED "x;y=\"\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "an empty quoted value"},
    {OFFERED "x;y=\"z\"w\r\n", U101_WS_EXTENSIONS_INVALID, false, "more behind the quote"},
    {OFFERED "x;y=\"z w\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "no token within quotes"},
    {OFFERED "x;y=\"z,w\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "a comma within quotes"},
    {OFFERED "x;y=\"\\z\"\r\n", U101_SOUND, false, "a quoted pair"},
    {OFFERED "x;y=\"\\\\\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "a quoted backslash"},
    {OFFERED "x;y=\"\\\"\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "a quoted quote"},
    {OFFERED "x;y=\"z\\\r\n", U101_WS_EXTENSIONS_INVALID, false, "a backslash at the end"},
    {OFFERED "x;y=\"z\\\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "the closing quote is quoted"},
    {OFFERED "x;\"y\"=z\r\n", U101_WS_EXTENSIONS_INVALID, false, "a quoted name"},
    {OFFERED "\"x\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "a quoted extension"},
    {OFFERED DEFLATE ";x, " DEFLATE "\r\n", U101_SOUND, true, "the second acceptable one"},
};

static void read_lines(sample *made, const u101_negotiator *negotiator, const char *lines)
{
    char text[2048];
    (void)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", lines);
    sample_read(made, negotiator, NULL, text);
}

/* The agreement that an offer comes to; `lines` are those of the head about extensions. */
static u101_reason negotiate_with(const u101_websocket *offer, const char *lines,
                                  u101_agreement *agreement)
{
    const u101_offer offers[] = {{.kind = U101_OFFER_WEBSOCKET, .as.websocket = *offer}};
    u101_negotiator *negotiator = sample_negotiator(offers, 1);
    sample made;
    read_lines(&made, negotiator, lines);
    *agreement = (u101_agreement){.agreed = false};
    const u101_reason reason = u101_extensions_negotiate(&made.context, offer, agreement);
    u101_negotiator_free(negotiator);
    return reason;
}

static u101_reason negotiate(const char *lines, bool enabled, u101_agreement *agreement)
{
    const u101_websocket offer = {
        .deflate_enabled = enabled,
        .deflate = {.server_max_window_bits = U101_NO_WINDOW_BITS,
                    .client_max_window_bits = U101_NO_WINDOW_BITS},
    };
    return negotiate_with(&offer, lines, agreement);
}

static void test_extensions_are_sound_or_refused(void)
{
    for (size_t i = 0; i < COUNT(extension_rows); i++) {
        const extension_row *row = &extension_rows[i];
        u101_agreement agreement;
        check_case("%s", row->why);
        CHECK_REASON(negotiate(row->lines, true, &agreement), row->reason);
        CHECK_INT(agreement.agreed, row->agreed);
    }
}

static void test_extensions_not_enabled_are_checked_all_the_same(void)
{
    u101_agreement agreement;
    CHECK_REASON(negotiate(OFFERED DEFLATE "\r\n", false, &agreement), U101_SOUND);
    CHECK(!agreement.agreed);
    CHECK_REASON(negotiate(OFFERED DEFLATE ";\r\n", false, &agreement), U101_WS_EXTENSIONS_INVALID);
}

/* `count` times a piece behind a beginning. */
static u101_reason negotiate_many(const char *begin, const char *piece, int count)
{
    char lines[1024];
    u101_agreement agreement;
    size_t size = (size_t)snprintf(lines, sizeof(lines), OFFERED "%s", begin);
    for (int i = 0; i < count; i++) {
        size += (size_t)snprintf(lines + size, sizeof(lines) - size, "%s", piece);
    }
    (void)snprintf(lines + size, sizeof(lines) - size, "\r\n");
    return negotiate(lines, true, &agreement);
}

static void test_extensions_of_sixteen_are_sound_and_one_more_refused(void)
{
    CHECK_REASON(negotiate_many("", "x,", 16), U101_SOUND);
    CHECK_REASON(negotiate_many("", "x,", 17), U101_WS_EXTENSIONS_INVALID);
    CHECK_REASON(negotiate_many("x", ";y=z", 16), U101_SOUND);
    CHECK_REASON(negotiate_many("x", ";y=z", 17), U101_WS_EXTENSIONS_INVALID);
}

/* An offer that cannot be agreed on is passed over for the next one. */
static void test_extensions_bound_that_is_required_is_agreed_on_with_the_offer_that_has_it(void)
{
    const u101_websocket offer = {
        .deflate_enabled = true,
        .deflate = {.require_client_max_window_bits = true,
                    .server_max_window_bits = U101_NO_WINDOW_BITS,
                    .client_max_window_bits = 11},
    };
    u101_agreement agreement;
    CHECK_REASON(negotiate_with(&offer, OFFERED DEFLATE "\r\n", &agreement), U101_SOUND);
    CHECK(!agreement.agreed);
    CHECK_REASON(negotiate_with(&offer, OFFERED DEFLATE "; client_max_window_bits\r\n", &agreement),
                 U101_SOUND);
    CHECK(agreement.agreed);
    CHECK_REASON(negotiate_with(&offer,
                                OFFERED DEFLATE ", " DEFLATE "; client_max_window_bits=9\r\n",
                                &agreement),
                 U101_SOUND);
    CHECK(agreement.agreed);
    CHECK_INT(agreement.deflate.client_max_window_bits, 9);
}

static void test_extensions_offered_are_found_by_their_exact_names(void)
{
    static const u101_websocket offer = {.any_origin = true};
    const u101_offer offers[] = {{.kind = U101_OFFER_WEBSOCKET, .as.websocket = offer}};
    u101_negotiator *negotiator = sample_negotiator(offers, 1);
    sample made;
    read_lines(&made, negotiator,
               OFFERED "x; y=z, ab;c\r\nX: n\r\nsec-websocket-extensions: last\r\n");
    const char *bytes = made.context.bytes;
    CHECK(u101_extensions_is_offered(&made.decision, bytes, BYTES("x")));
    CHECK(u101_extensions_is_offered(&made.decision, bytes, BYTES("ab")));
    CHECK(u101_extensions_is_offered(&made.decision, bytes, BYTES("last")));
    CHECK(!u101_extensions_is_offered(&made.decision, bytes, BYTES("X")));
    CHECK(!u101_extensions_is_offered(&made.decision, bytes, BYTES("a")));
    CHECK(!u101_extensions_is_offered(&made.decision, bytes, BYTES("abc")));
    CHECK(!u101_extensions_is_offered(&made.decision, bytes, BYTES("y")));
    CHECK(!u101_extensions_is_offered(&made.decision, bytes, BYTES("n")));
    u101_negotiator_free(negotiator);
}

typedef struct {
    const char *value;
    int count; /* of extensions; -1: not sound */
    const char *why;
} answer_row;

static const answer_row answer_rows[] = {
    {"x", 1, "a name"},
    {"x, y", 2, "two"},
    {"x,y", 2, "two without a space"},
    {"x;a=b;c, y;d=\"e\"", 2, "parameters"},
    {" x ; a = b , y ", 2, "white space wherever it may be"},
    {"", -1, "nothing"},
    {",x", -1, "an empty element in front [RFC 9110 5.6.1.1]"},
    {"x,", -1, "an empty element at the end"},
    {"x,,y", -1, "an empty element between"},
    {"x, ", -1, "white space after a comma"},
    {"x y", -1, "no separator"},
    {"x;", -1, "no parameter"},
    {"x;a=", -1, "no value"},
    {"x;a=\"b c\"", -1, "no token within quotes"},
};

static void test_extensions_of_an_answer_are_sound_or_refused(void)
{
    for (size_t i = 0; i < COUNT(answer_rows); i++) {
        u101_slice rest = guard_text(answer_rows[i].value);
        u101_deflate_offer deflate;
        u101_slice name;
        bool sound = true;
        int count = 0;
        do {
            sound = u101_extensions_read_answer(&rest, &name, &deflate);
            count++;
        } while (sound && rest.size > 0);
        check_case("%s", answer_rows[i].why);
        CHECK_INT(sound ? count : -1, answer_rows[i].count);
    }
}

int main(void)
{
    CHECK_RUN(test_extensions_are_sound_or_refused);
    CHECK_RUN(test_extensions_not_enabled_are_checked_all_the_same);
    CHECK_RUN(test_extensions_of_sixteen_are_sound_and_one_more_refused);
    CHECK_RUN(test_extensions_bound_that_is_required_is_agreed_on_with_the_offer_that_has_it);
    CHECK_RUN(test_extensions_offered_are_found_by_their_exact_names);
    CHECK_RUN(test_extensions_of_an_answer_are_sound_or_refused);
    return check_finish();
}
