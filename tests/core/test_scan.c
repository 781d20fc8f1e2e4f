/*
 * The scans against a byte-wise one: they stop at the first byte that is not of
 * the class, at every length and place, and read nothing behind the end.
 * Tokens [RFC 9110 5.6.2].
 */
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "scan.h"

/* More than two blocks of a vector register, and a rest. */
enum { LONGEST = 70 };

/* Each class is a constant where it is scanned for, as in the core. */
static const char *scan(u101_slice text, u101_class class)
{
    const char *const end = text.at + text.size;
    switch (class) {
    case U101_TCHAR:
        return u101_scan(text.at, end, U101_TCHAR);
    case U101_TARGET:
        return u101_scan(text.at, end, U101_TARGET);
    case U101_VALUE:
        return u101_scan(text.at, end, U101_VALUE);
    case U101_HEX:
        return u101_scan(text.at, end, U101_HEX);
    case U101_REG_NAME:
        return u101_scan(text.at, end, U101_REG_NAME);
    case U101_BASE64:
        return u101_scan(text.at, end, U101_BASE64);
    case U101_SCHEME:
        return u101_scan(text.at, end, U101_SCHEME);
    case U101_ALPHA:
        break;
    }
    return u101_scan(text.at, end, U101_ALPHA);
}

static bool all_are(u101_slice text, u101_class class)
{
    switch (class) {
    case U101_TCHAR:
        return u101_all_are(text, U101_TCHAR);
    case U101_TARGET:
        return u101_all_are(text, U101_TARGET);
    case U101_VALUE:
        return u101_all_are(text, U101_VALUE);
    case U101_HEX:
        return u101_all_are(text, U101_HEX);
    case U101_REG_NAME:
        return u101_all_are(text, U101_REG_NAME);
    case U101_BASE64:
        return u101_all_are(text, U101_BASE64);
    case U101_SCHEME:
        return u101_all_are(text, U101_SCHEME);
    case U101_ALPHA:
        break;
    }
    return u101_all_are(text, U101_ALPHA);
}

static const u101_class classes[] = {U101_TCHAR,    U101_TARGET, U101_VALUE,  U101_HEX,
                                     U101_REG_NAME, U101_BASE64, U101_SCHEME, U101_ALPHA};
enum { CLASSES = sizeof(classes) / sizeof(classes[0]) };

/* A byte that is in every class surrounds the one that is tried. */
static void check_scan(u101_class class, int byte, size_t place, size_t size)
{
    char text[LONGEST];
    memset(text, 'a', sizeof(text));
    text[place] = (char)byte;
    check_case("class 0x%02x, byte 0x%02x at %zu of %zu", (unsigned)class, (unsigned)byte, place,
               size);
    const u101_slice at = guard_slice((u101_slice){text, size});
    CHECK_SIZE((size_t)(scan(at, class) - at.at), u101_is((char)byte, class) ? size : place);
    CHECK_INT(all_are(at, class), u101_is((char)byte, class));
}

static void test_scan_each_byte_at_each_place_of_a_block_is_as_in_the_table(void)
{
    for (size_t i = 0; i < CLASSES; i++) {
        for (int byte = 0; byte < 256; byte++) {
            for (size_t place = 0; place < 16; place++) {
                check_scan(classes[i], byte, place, 33);
            }
        }
    }
}

static void test_scan_bad_byte_at_each_place_of_each_length_is_found(void)
{
    for (size_t i = 0; i < CLASSES; i++) {
        for (size_t size = 1; size <= LONGEST; size++) {
            for (size_t place = 0; place < size; place++) {
                check_scan(classes[i], '\r', place, size);
            }
        }
    }
}

static void test_scan_without_bad_byte_ends_at_the_end(void)
{
    for (size_t i = 0; i < CLASSES; i++) {
        for (size_t size = 1; size <= LONGEST; size++) {
            check_scan(classes[i], 'a', 0, size);
        }
    }
}

static void test_scan_token_needs_a_tchar_and_nothing_else(void)
{
    CHECK(u101_is_token(guard_text("a")));
    CHECK(u101_is_token(guard_text("x-y.z~")));
    CHECK(!u101_is_token(guard_text("")));
    CHECK(!u101_is_token(guard_text("a ")));
    CHECK(!u101_is_token(guard_text("a/b")));
    CHECK(!u101_is_token(guard_slice(BYTES("a\0"))));
    CHECK(!u101_is_token(guard_text("\xe9")));
}

static void test_scan_finds_the_first_colon_before_an_end(void)
{
    char text[LONGEST];
    memset(text, 'a', sizeof(text));
    text[LONGEST - 1] = ':';
    for (size_t place = 0; place < LONGEST; place++) {
        text[place] = ':';
        const u101_slice at = guard_slice((u101_slice){text, sizeof(text)});
        for (size_t size = 0; size <= LONGEST; size++) {
            check_case("at %zu of %zu", place, size);
            const char *const end = at.at + size;
            const char *const found = size > place ? at.at + place : NULL;
            CHECK(u101_find_colon(at.at, end, end) == found);
            CHECK(u101_find_colon(at.at, end, at.at + LONGEST) == found);
        }
        text[place] = place == LONGEST - 1 ? ':' : 'a';
    }
}

int main(void)
{
    CHECK_RUN(test_scan_each_byte_at_each_place_of_a_block_is_as_in_the_table);
    CHECK_RUN(test_scan_bad_byte_at_each_place_of_each_length_is_found);
    CHECK_RUN(test_scan_without_bad_byte_ends_at_the_end);
    CHECK_RUN(test_scan_token_needs_a_tchar_and_nothing_else);
    CHECK_RUN(test_scan_finds_the_first_colon_before_an_end);
    return check_finish();
}
