/*
 * The grammar of Sec-WebSocket-Extensions, in pairs one byte apart [RFC 6455 9.1,
 * RFC 9110 5.6.4].
 */
#include "extensions.h"

#include <stdio.h>

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
    {"", U101_SWITCHED, false, "none offered"},
    {OFFERED "\r\n", U101_WS_EXTENSIONS_INVALID, false, "an empty line"},
    {OFFERED " , \r\n", U101_WS_EXTENSIONS_INVALID, false, "no element"},
    {OFFERED "x\r\n", U101_SWITCHED, false, "another extension"},
    {OFFERED DEFLATE "\r\n", U101_SWITCHED, true, "the one there is"},
    {OFFERED "Permessage-deflate\r\n", U101_SWITCHED, false, "names are compared exactly"},
    {OFFERED "x, " DEFLATE "\r\n", U101_SWITCHED, true, "the second of a list"},
    {OFFERED "x\r\n" OFFERED DEFLATE "\r\n", U101_SWITCHED, true, "on a second line"},
    {OFFERED ",," DEFLATE ",\r\n", U101_SWITCHED, true, "empty elements are skipped"},
    {OFFERED DEFLATE ", ()\r\n", U101_WS_EXTENSIONS_INVALID, true, "the rest is checked too"},
    {OFFERED "x y\r\n", U101_WS_EXTENSIONS_INVALID, false, "no separator"},
    {OFFERED "x;\r\n", U101_WS_EXTENSIONS_INVALID, false, "no parameter"},
    {OFFERED ";y\r\n", U101_WS_EXTENSIONS_INVALID, false, "no name"},
    {OFFERED "x;;y\r\n", U101_WS_EXTENSIONS_INVALID, false, "an empty parameter"},
    {OFFERED "x;y\r\n", U101_SWITCHED, false, "a parameter without a value"},
    {OFFERED "x;y=\r\n", U101_WS_EXTENSIONS_INVALID, false, "no value"},
    {OFFERED "x;=z\r\n", U101_WS_EXTENSIONS_INVALID, false, "no parameter name"},
    {OFFERED "x;y=z\r\n", U101_SWITCHED, false, "a value"},
    {OFFERED "x;y==z\r\n", U101_WS_EXTENSIONS_INVALID, false, "two signs"},
    {OFFERED "x;y=z w\r\n", U101_WS_EXTENSIONS_INVALID, false, "two values"},
    {OFFERED "x\t ; \ty\t = \tz ;w\r\n", U101_SWITCHED, false, "white space wherever it may be"},
    {OFFERED "x;y=\"z\"\r\n", U101_SWITCHED, false, "a quoted value"},
    {OFFERED "x;y=\"z\r\n", U101_WS_EXTENSIONS_INVALID, false, "no closing quote"},
    {OFFERED "x;y=\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "an opening quote"},
    {OFFERED "x;y=\"\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "an empty quoted value"},
    {OFFERED "x;y=\"z\"w\r\n", U101_WS_EXTENSIONS_INVALID, false, "more behind the quote"},
    {OFFERED "x;y=\"z w\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "no token within quotes"},
    {OFFERED "x;y=\"z,w\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "a comma within quotes"},
    {OFFERED "x;y=\"\\z\"\r\n", U101_SWITCHED, false, "a quoted pair"},
    {OFFERED "x;y=\"\\\\\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "a quoted backslash"},
    {OFFERED "x;y=\"\\\"\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "a quoted quote"},
    {OFFERED "x;y=\"z\\\r\n", U101_WS_EXTENSIONS_INVALID, false, "a backslash at the end"},
    {OFFERED "x;y=\"z\\\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "the closing quote is quoted"},
    {OFFERED "x;\"y\"=z\r\n", U101_WS_EXTENSIONS_INVALID, false, "a quoted name"},
    {OFFERED "\"x\"\r\n", U101_WS_EXTENSIONS_INVALID, false, "a quoted extension"},
    {OFFERED DEFLATE ";x, " DEFLATE "\r\n", U101_SWITCHED, true, "the second acceptable one"},
};

/* The agreement that is come to; `lines` are those of the head about extensions. */
static u101_reason negotiate(const char *lines, bool enabled, u101_agreement *agreement)
{
    const u101_websocket offer = {
        .deflate_enabled = enabled,
        .deflate = {false, false, U101_NO_WINDOW_BITS, U101_NO_WINDOW_BITS},
    };
    const u101_offer offers[] = {{.kind = U101_OFFER_WEBSOCKET, .as.websocket = offer}};
    u101_negotiator *negotiator = sample_negotiator(offers, 1);
    char text[2048];
    sample made;
    (void)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", lines);
    sample_read(&made, negotiator, NULL, text);
    *agreement = (u101_agreement){.agreed = false};
    const u101_reason reason = u101_extensions_negotiate(&made.context, &offer, agreement);
    u101_negotiator_free(negotiator);
    return reason;
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
    CHECK_REASON(negotiate(OFFERED DEFLATE "\r\n", false, &agreement), U101_SWITCHED);
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
    CHECK_REASON(negotiate_many("", "x,", 16), U101_SWITCHED);
    CHECK_REASON(negotiate_many("", "x,", 17), U101_WS_EXTENSIONS_INVALID);
    CHECK_REASON(negotiate_many("x", ";y=z", 16), U101_SWITCHED);
    CHECK_REASON(negotiate_many("x", ";y=z", 17), U101_WS_EXTENSIONS_INVALID);
}

int main(void)
{
    CHECK_RUN(test_extensions_are_sound_or_refused);
    CHECK_RUN(test_extensions_not_enabled_are_checked_all_the_same);
    CHECK_RUN(test_extensions_of_sixteen_are_sound_and_one_more_refused);
    return check_finish();
}
