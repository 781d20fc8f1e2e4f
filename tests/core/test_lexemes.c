/*
 * The pieces of field values, in pairs one byte apart [RFC 9110 5.6].
 */
#include "lexemes.h"

#include "guard.h"
#include "harness.h"

static void test_lexemes_white_space_is_sp_and_htab(void)
{
    u101_slice rest = guard_text(" \t\va");
    u101_skip_ows(&rest);
    CHECK_TEXT(rest, "\va");
    u101_skip_ows(&rest);
    CHECK_TEXT(rest, "\va");
    rest = guard_text(" \t");
    u101_skip_ows(&rest);
    CHECK_SIZE(rest.size, 0);
}

static void test_lexemes_byte_is_skipped_if_it_is_the_one(void)
{
    u101_slice rest = guard_text(";;=");
    CHECK(u101_skip_byte(&rest, ';'));
    CHECK(!u101_skip_byte(&rest, '='));
    CHECK(u101_skip_byte(&rest, ';'));
    CHECK(u101_skip_byte(&rest, '='));
    CHECK(!u101_skip_byte(&rest, '='));
    CHECK_SIZE(rest.size, 0);
}

static void test_lexemes_token_ends_at_the_first_byte_of_no_token(void)
{
    u101_slice rest = guard_text("token-of-more-than-16-bytes=x");
    u101_slice token;
    CHECK(u101_scan_token(&rest, &token));
    CHECK_TEXT(token, "token-of-more-than-16-bytes");
    CHECK_TEXT(rest, "=x");
    CHECK(!u101_scan_token(&rest, &token));
    rest = guard_text("all");
    CHECK(u101_scan_token(&rest, &token));
    CHECK_SIZE(rest.size, 0);
    CHECK(!u101_scan_token(&rest, &token));
}

typedef struct {
    const char *text;  /* after the first quote */
    const char *value; /* NULL: no string */
    const char *rest;
    const char *why;
} quoted_row;

static const quoted_row quoted_rows[] = {
    {"\"", "", "", "an empty string"},
    {"a\"", "a", "", "one byte"},
    {"a\"b\"", "a", "b\"", "the first quote ends it"},
    {"a\\\"b\"c", "a\\\"b", "c", "an escaped quote does not"},
    {"a\\\\\"c", "a\\\\", "c", "an escaped backslash escapes nothing"},
    {"a", NULL, "", "no quote"},
    {"", NULL, "", "nothing"},
    {"a\\\"", NULL, "", "an escaped quote alone"},
    {"a\\", NULL, "", "a backslash at the end"},
};

static void test_lexemes_quoted_string_ends_at_its_quote(void)
{
    for (size_t i = 0; i < COUNT(quoted_rows); i++) {
        const quoted_row *row = &quoted_rows[i];
        u101_slice rest = guard_text(row->text);
        u101_slice value = {NULL, 0};
        check_case("%s", row->why);
        if (CHECK(u101_scan_quoted(&rest, &value) == (row->value != NULL)) && row->value != NULL) {
            CHECK_TEXT(value, row->value);
            CHECK_TEXT(rest, row->rest);
        }
    }
}

int main(void)
{
    CHECK_RUN(test_lexemes_white_space_is_sp_and_htab);
    CHECK_RUN(test_lexemes_byte_is_skipped_if_it_is_the_one);
    CHECK_RUN(test_lexemes_token_ends_at_the_first_byte_of_no_token);
    CHECK_RUN(test_lexemes_quoted_string_ends_at_its_quote);
    return check_finish();
}
