/*
 * Subprotocols read and chosen, in pairs one byte apart.
 */
#include "subprotocol.h"

#include <stdio.h>

#include "harness.h"
#include "negotiator.h"
#include "numbered.h"
#include "sample.h"

typedef struct {
    const char *lines;
    u101_reason reason;
    const char *chosen;
    const char *why;
} subprotocol_row;

#define OFFERED "Sec-WebSocket-Protocol: "

static const subprotocol_row subprotocol_rows[] = {
    {"", U101_SOUND, "", "none offered"},
    {OFFERED "b\r\n", U101_SOUND, "b", "one in common"},
    {OFFERED "c\r\n", U101_SOUND, "", "none in common"},
    {OFFERED "B\r\n", U101_SOUND, "", "names are compared exactly"},
    {OFFERED "b, a\r\n", U101_SOUND, "a", "the server's order decides [RFC 6455 4.2.2]"},
    {OFFERED "x\r\n" OFFERED "a\r\n", U101_SOUND, "a", "two lines are one list"},
    {OFFERED ",b,\r\n", U101_SOUND, "b", "empty elements are skipped"},
    {OFFERED "\r\n", U101_SOUND, "", "an empty line counts as absent"},
    {OFFERED ",\r\n", U101_SOUND, "", "no element"},
    {OFFERED "\r\n" OFFERED "b\r\n", U101_SOUND, "b", "an empty line before another"},
    {OFFERED "b c\r\n", U101_WS_SUBPROTOCOL_INVALID, "", "no token"},
    {OFFERED "b, c/d\r\n", U101_WS_SUBPROTOCOL_INVALID, "", "no token behind one"},
    {OFFERED "b, b\r\n", U101_WS_SUBPROTOCOL_INVALID, "", "the same twice"},
    {OFFERED "a, b, b\r\n", U101_WS_SUBPROTOCOL_INVALID, "", "the same twice behind another"},
    {OFFERED "d/1\r\n", U101_SOUND, "d/1", "no token, but the server lists it"},
    {OFFERED "d/2\r\n", U101_WS_SUBPROTOCOL_INVALID, "", "no token, and the server does not"},
    {OFFERED "D/1\r\n", U101_WS_SUBPROTOCOL_INVALID, "", "no token, in another letter case"},
    {OFFERED "d/1, b\r\n", U101_SOUND, "b", "the server's order among both"},
    {OFFERED "d/1, d/1\r\n", U101_WS_SUBPROTOCOL_INVALID, "", "no token, twice"},
    {OFFERED "b, B\r\n", U101_SOUND, "b", "two that differ in case"},
    {OFFERED "b\r\n" OFFERED "b\r\n", U101_WS_SUBPROTOCOL_INVALID, "", "the same on two lines"},
};

/* The choice of a server that has these. */
static u101_reason choose_among(const u101_slice *subprotocols, size_t count, const char *lines,
                                bool required, u101_slice *chosen)
{
    const u101_websocket offer = {.any_origin = true,
                                  .subprotocols = subprotocols,
                                  .subprotocol_count = count,
                                  .subprotocol_required = required};
    const u101_offer offers[] = {{.kind = U101_OFFER_WEBSOCKET, .as.websocket = offer}};
    u101_negotiator *negotiator = sample_negotiator(offers, 1);
    char text[1024];
    sample made;
    u101_span span = {0, 0};
    (void)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", lines);
    sample_read(&made, negotiator, NULL, text);
    const u101_reason reason = u101_subprotocol_choose(&made.context, negotiator->offers, &span);
    *chosen = u101_slice_at(made.context.bytes, span);
    u101_negotiator_free(negotiator);
    return reason;
}

/* That of a server that has "a" before "b", and a name that is no token. */
static u101_reason choose(const char *lines, bool required, u101_slice *chosen)
{
    const u101_slice subprotocols[] = {BYTES("a"), BYTES("b"), BYTES("d/1")};
    return choose_among(subprotocols, COUNT(subprotocols), lines, required, chosen);
}

static void test_subprotocol_is_chosen_or_refused(void)
{
    for (size_t i = 0; i < COUNT(subprotocol_rows); i++) {
        const subprotocol_row *row = &subprotocol_rows[i];
        u101_slice chosen;
        check_case("%s", row->why);
        CHECK_REASON(choose(row->lines, false, &chosen), row->reason);
        CHECK_TEXT(chosen, row->chosen);
    }
}

static void test_subprotocol_required_and_none_in_common_is_refused(void)
{
    u101_slice chosen;
    CHECK_REASON(choose(OFFERED "b\r\n", true, &chosen), U101_SOUND);
    CHECK_REASON(choose(OFFERED "c\r\n", true, &chosen), U101_WS_SUBPROTOCOL_REQUIRED);
    CHECK_REASON(choose("", true, &chosen), U101_WS_SUBPROTOCOL_REQUIRED);
    CHECK_REASON(choose(OFFERED "\r\n", true, &chosen), U101_WS_SUBPROTOCOL_REQUIRED);
    CHECK_REASON(choose(OFFERED "()\r\n", true, &chosen), U101_WS_SUBPROTOCOL_INVALID);
}

/* `count` different names, the last of which is in common. */
static u101_reason choose_of(int count)
{
    char lines[512] = OFFERED;
    size_t size = sizeof(OFFERED) - 1;
    u101_slice chosen;
    for (int i = 1; i < count; i++) {
        size += (size_t)snprintf(lines + size, sizeof(lines) - size, "p%d, ", i);
    }
    (void)snprintf(lines + size, sizeof(lines) - size, "a\r\n");
    return choose(lines, true, &chosen);
}

static void test_subprotocol_of_thirty_two_is_chosen_and_one_more_refused(void)
{
    CHECK_REASON(choose_of(32), U101_SOUND);
    CHECK_REASON(choose_of(33), U101_WS_SUBPROTOCOL_INVALID);
}

/* For a server that has "p0.x" to "p39.x", and as many more as it is given. */
static const subprotocol_row many_rows[] = {
    {OFFERED "p39.x\r\n", U101_SOUND, "p39.x", "one in common"},
    {OFFERED "P39.x\r\n", U101_WS_SUBPROTOCOL_REQUIRED, "", "names are compared exactly"},
    {OFFERED "p39.\r\n", U101_WS_SUBPROTOCOL_REQUIRED, "", "a byte less"},
    {OFFERED "p39.xx\r\n", U101_WS_SUBPROTOCOL_REQUIRED, "", "a byte more"},
    {OFFERED "p39.y\r\n", U101_WS_SUBPROTOCOL_REQUIRED, "", "another last byte"},
    {OFFERED "P0.x, p39.x, p7.x, p8.x\r\n", U101_SOUND, "p7.x", "the server's order decides"},
    {OFFERED "p39.x, a, p0.x\r\n", U101_SOUND, "p0.x", "the first of the server's behind all"},
    {OFFERED "1, 2, 3, 4, 5, 6, 7, 8, p9.x\r\n", U101_SOUND, "p9.x", "nine"},
    {OFFERED "1, 2, 3, 4, 5, 6, 7, 8, 8\r\n", U101_WS_SUBPROTOCOL_INVALID, "",
     "nine, a repeated one"},
    {OFFERED "1, 2, 3, 4, 5, 6, 7, 7\r\n", U101_WS_SUBPROTOCOL_INVALID, "",
     "eight, a repeated one"},
    {OFFERED "p9.x, 2, 3, 4, 5, 6, 7, 8, 9, p9.x\r\n", U101_WS_SUBPROTOCOL_INVALID, "",
     "ten, the first repeated"},
    {OFFERED "p9.x, 2, 3, 4, 5, 6, 7, 8, 9, P9.x\r\n", U101_SOUND, "p9.x",
     "ten, two that differ in case"},
    {OFFERED "1, 2, 3, 4, 5, 6, 7, 8, p/9\r\n", U101_WS_SUBPROTOCOL_INVALID, "", "nine, no token"},
};

static void test_subprotocol_of_a_long_list_is_chosen_or_refused(void)
{
    static const size_t counts[] = {40, 10000};
    for (size_t i = 0; i < COUNT(counts); i++) {
        name_list made = numbered_new("p", counts[i], ".x");
        for (size_t j = 0; j < COUNT(many_rows); j++) {
            const subprotocol_row *row = &many_rows[j];
            u101_slice chosen;
            check_case("%s of %zu", row->why, counts[i]);
            CHECK_REASON(choose_among(made.at, made.count, row->lines, true, &chosen), row->reason);
            CHECK_TEXT(chosen, row->chosen);
        }
        numbered_free(&made);
    }
}

static void test_subprotocol_last_of_ten_thousand_is_chosen_and_one_more_refused(void)
{
    name_list made = numbered_new("p", 10000, "");
    u101_slice chosen;
    CHECK_REASON(choose_among(made.at, made.count, OFFERED "p9999\r\n", true, &chosen), U101_SOUND);
    CHECK_TEXT(chosen, "p9999");
    CHECK_REASON(choose_among(made.at, made.count, OFFERED "p10000\r\n", true, &chosen),
                 U101_WS_SUBPROTOCOL_REQUIRED);
    numbered_free(&made);
}

int main(void)
{
    CHECK_RUN(test_subprotocol_is_chosen_or_refused);
    CHECK_RUN(test_subprotocol_required_and_none_in_common_is_refused);
    CHECK_RUN(test_subprotocol_of_thirty_two_is_chosen_and_one_more_refused);
    CHECK_RUN(test_subprotocol_of_a_long_list_is_chosen_or_refused);
    CHECK_RUN(test_subprotocol_last_of_ten_thousand_is_chosen_and_one_more_refused);
    return check_finish();
}
