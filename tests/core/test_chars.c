/*
 * The character classes against the grammars, written out a second time, and OWS
 * [RFC 9110 5.6.3].
 */
#include <string.h>

#include "chars.h"
#include "guard.h"
#include "harness.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

typedef struct {
    u101_class class;
    const char *members;
    const char *why;
} class_row;

static const class_row class_rows[] = {
    {U101_TCHAR, "!#$%&'*+-.^_`|~" DIGITS LETTERS, "tchar [RFC 9110 5.6.2]"},
    {U101_HEX, DIGITS "abcdefABCDEF", "HEXDIG in either case [RFC 3986 2.1]"},
    {U101_REG_NAME, "-._~!$&'()*+,;=" DIGITS LETTERS, "unreserved, sub-delims [RFC 3986 3.2.2]"},
    {U101_BASE64, "+/" DIGITS LETTERS, "the alphabet [RFC 4648 4]"},
    {U101_SCHEME, "+-." DIGITS LETTERS, "scheme [RFC 3986 3.1]"},
    {U101_ALPHA, LETTERS, "ALPHA [RFC 5234 B.1]"},
};

static void test_chars_listed_classes_have_their_members_only(void)
{
    for (size_t i = 0; i < COUNT(class_rows); i++) {
        const class_row *row = &class_rows[i];
        for (int byte = 0; byte < 256; byte++) {
            check_case("%s: byte 0x%02x", row->why, (unsigned)byte);
            CHECK_INT(u101_is((char)byte, row->class),
                      byte != 0 && strchr(row->members, byte) != NULL);
        }
    }
}

static void test_chars_target_is_printable_but_hash(void)
{
    for (int byte = 0; byte < 256; byte++) {
        check_case("byte 0x%02x", (unsigned)byte);
        CHECK_INT(u101_is((char)byte, U101_TARGET), byte >= 0x21 && byte <= 0x7e && byte != '#');
    }
}

static void test_chars_value_is_all_but_controls(void)
{
    for (int byte = 0; byte < 256; byte++) {
        check_case("byte 0x%02x", (unsigned)byte);
        CHECK_INT(u101_is((char)byte, U101_VALUE), byte == '\t' || (byte >= 0x20 && byte != 0x7f));
    }
}

typedef struct {
    const char *text;
    const char *trimmed;
    const char *why;
} trim_row;

static const trim_row trim_rows[] = {
    {"", "", "nothing"},
    {" \t ", "", "white space only"},
    {"\t a b \t", "a b", "the white space inside stays"},
    {"a", "a", "nothing to trim"},
    {"\va", "\va", "a vertical tab is no OWS"},
};

static void test_chars_trim_takes_ows_off_both_ends(void)
{
    for (size_t i = 0; i < COUNT(trim_rows); i++) {
        check_case("%s", trim_rows[i].why);
        CHECK_TEXT(u101_trim(guard_text(trim_rows[i].text)), trim_rows[i].trimmed);
    }
}

int main(void)
{
    CHECK_RUN(test_chars_listed_classes_have_their_members_only);
    CHECK_RUN(test_chars_target_is_printable_but_hash);
    CHECK_RUN(test_chars_value_is_all_but_controls);
    CHECK_RUN(test_chars_trim_takes_ows_off_both_ends);
    return check_finish();
}
