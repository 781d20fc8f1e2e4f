/*
 * Slices compared, with each of them at the edge of a page.
 */
#include "guard.h"
#include "harness.h"
#include "slice.h"

typedef struct {
    const char *left;
    const char *right;
    bool equal;
    bool equal_nocase;
    const char *why;
} compare_row;

static const compare_row compare_rows[] = {
    {"", "", true, true, "two empty ones"},
    {"a", "", false, false, "one empty one"},
    {"upgrade", "upgrade", true, true, "the same"},
    {"Upgrade", "uPGRADE", false, true, "letter case only"},
    {"upgrade", "upgrada", false, false, "another last byte"},
    {"upgrade", "upgrades", false, false, "a beginning"},
    {"@[`{", "`{@[", false, false, "the bytes beside the letters are none"},
    {"\xc9", "\xe9", false, false, "letters of latin-1 are no ASCII letters"},
};

static void test_slice_compared_is_equal_as_said(void)
{
    for (size_t i = 0; i < COUNT(compare_rows); i++) {
        const compare_row *row = &compare_rows[i];
        check_case("%s", row->why);
        CHECK_INT(u101_equal(guard_text(row->left), guard_text(row->right)), row->equal);
        CHECK_INT(u101_equal_nocase(guard_text(row->left), guard_text(row->right)),
                  row->equal_nocase);
    }
}

static void test_slice_nul_is_a_byte_like_others(void)
{
    CHECK(u101_equal(guard_slice(BYTES("a\0b")), guard_slice(BYTES("a\0b"))));
    CHECK(!u101_equal(guard_slice(BYTES("a\0b")), guard_slice(BYTES("a\0c"))));
    CHECK(!u101_equal_nocase(guard_slice(BYTES("a\0b")), guard_slice(BYTES("a\0c"))));
}

static void test_slice_span_and_back_is_the_same_part(void)
{
    const u101_slice bytes = guard_text("GET / HTTP/1.1");
    const u101_slice part = u101_slice_between(bytes.at + 4, bytes.at + 5);
    const u101_span span = u101_span_in(bytes.at, part);
    CHECK_INT(span.at, 4);
    CHECK_INT(span.size, 1);
    CHECK_TEXT(u101_slice_at(bytes.at, span), "/");
}

int main(void)
{
    CHECK_RUN(test_slice_compared_is_equal_as_said);
    CHECK_RUN(test_slice_nul_is_a_byte_like_others);
    CHECK_RUN(test_slice_span_and_back_is_the_same_part);
    return check_finish();
}
