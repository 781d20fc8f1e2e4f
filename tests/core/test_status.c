/*
 * The phrases of status codes.
 */
#include "status.h"

#include "harness.h"

/* The name that a phrase goes by in the registry [RFC 9110 15]. */
static void test_status_registered_has_its_phrase(void)
{
    CHECK_TEXT(u101_phrase_of(304), "Not Modified");
    CHECK_TEXT(u101_phrase_of(400), "Bad Request");
    CHECK_TEXT(u101_phrase_of(405), "Method Not Allowed");
    CHECK_TEXT(u101_phrase_of(413), "Content Too Large");
    CHECK_TEXT(u101_phrase_of(421), "Misdirected Request");
    CHECK_TEXT(u101_phrase_of(426), "Upgrade Required");
    CHECK_TEXT(u101_phrase_of(431), "Request Header Fields Too Large");
    CHECK_TEXT(u101_phrase_of(511), "Network Authentication Required");
}

static void test_status_of_each_reason_has_a_phrase(void)
{
    for (int i = 0; i < U101_REASON_COUNT; i++) {
        const u101_reason_row *row = u101_reason_row_of((u101_reason)i);
        check_case("%s", row->name);
        if (row->status >= 300) {
            CHECK(u101_phrase_of(row->status).size > 0);
        }
    }
}

/* The phrase may be left out, the space before it not [RFC 9112 4]. */
static void test_status_unregistered_has_none(void)
{
    CHECK_SIZE(u101_phrase_of(599).size, 0);
    CHECK_SIZE(u101_phrase_of(419).size, 0);
    CHECK_SIZE(u101_phrase_of(0).size, 0);
}

static void test_status_phrases_are_letters_and_spaces(void)
{
    for (int status = 300; status <= 599; status++) {
        const u101_slice phrase = u101_phrase_of(status);
        check_case("%d", status);
        for (size_t i = 0; i < phrase.size; i++) {
            const char c = phrase.at[i];
            CHECK((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ' ' || c == '-');
        }
    }
}

int main(void)
{
    CHECK_RUN(test_status_registered_has_its_phrase);
    CHECK_RUN(test_status_of_each_reason_has_a_phrase);
    CHECK_RUN(test_status_unregistered_has_none);
    CHECK_RUN(test_status_phrases_are_letters_and_spaces);
    return check_finish();
}
