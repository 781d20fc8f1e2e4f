/*
 * Copies against memcmp and a look at each byte: at every length, with a control
 * character at every place; nothing outside of a part is read, nothing outside of
 * its copy is written.
 */
#include "copy.h"
#include "guard.h"
#include "harness.h"

/* More than two blocks of a vector register, and a rest. */
enum { LONGEST = 39 };

typedef struct {
    guard from_begin;
    guard from_end;
    guard to;
} pages;

static pages open_pages(void)
{
    return (pages){guard_new(LONGEST), guard_new(LONGEST), guard_new(LONGEST + 1)};
}

static void close_pages(pages *all)
{
    guard_free(&all->from_begin);
    guard_free(&all->from_end);
    guard_free(&all->to);
}

/* Whether a control character is seen in a copy of `part`, which is checked. */
static bool copy(pages *all, u101_slice part)
{
    char *const before = guard_buffer(&all->to, part.size + 1);
    char *const to = before + 1;
    u101_seen seen = u101_nothing_seen();
    *before = '<';
    CHECK(u101_copy(to, part, &seen) == to + part.size);
    CHECK_BYTES(((u101_slice){to, part.size}), part);
    CHECK(*before == '<');
    return u101_has_seen_control(seen);
}

/* The same at each edge of what can be read. */
static void check_copy(pages *all, u101_slice part, bool control)
{
    CHECK(copy(all, guard_begin(&all->from_begin, part)) == control);
    CHECK(copy(all, guard_end(&all->from_end, part)) == control);
}

static void test_copy_of_each_length_is_the_part(void)
{
    static const char text[LONGEST + 1] = "abcdefghijklmnopqrstuvwxyz 0123456789+-";
    pages all = open_pages();
    for (size_t size = 0; size <= LONGEST; size++) {
        check_case("%zu bytes", size);
        check_copy(&all, (u101_slice){text, size}, false);
    }
    close_pages(&all);
}

static void test_copy_sees_a_control_character_at_each_place(void)
{
    pages all = open_pages();
    for (size_t size = 1; size <= LONGEST; size++) {
        for (size_t place = 0; place < size; place++) {
            char text[LONGEST];
            memset(text, 'a', sizeof(text));
            check_case("at %zu of %zu", place, size);
            text[place] = '\n';
            check_copy(&all, (u101_slice){text, size}, true);
            text[place] = 0x7f;
            check_copy(&all, (u101_slice){text, size}, true);
        }
    }
    close_pages(&all);
}

static void test_copy_sees_the_control_characters_and_no_other_byte(void)
{
    static const size_t sizes[] = {1, 4, 8, 16, LONGEST};
    pages all = open_pages();
    for (int byte = 0; byte < 256; byte++) {
        for (size_t i = 0; i < COUNT(sizes); i++) {
            char text[LONGEST];
            memset(text, byte, sizeof(text));
            check_case("%zu of byte 0x%02x", sizes[i], (unsigned)byte);
            check_copy(&all, (u101_slice){text, sizes[i]}, byte < 0x20 || byte == 0x7f);
        }
    }
    close_pages(&all);
}

static void test_copy_of_no_bytes_needs_no_address(void)
{
    char to = '<';
    u101_seen seen = u101_nothing_seen();
    CHECK(u101_copy(&to, (u101_slice){NULL, 0}, &seen) == &to);
    CHECK(to == '<');
    CHECK(!u101_has_seen_control(seen));
}

static void test_copy_control_character_stays_seen(void)
{
    static const char *const parts[] = {"a", "abcd", "abcdefgh", "abcdefghijklmnop"};
    for (size_t i = 0; i < COUNT(parts); i++) {
        char to[16];
        u101_seen seen = u101_nothing_seen();
        check_case("before and behind %s", parts[i]);
        u101_copy(to, slice_of(parts[i]), &seen);
        CHECK(!u101_has_seen_control(seen));
        u101_copy(to, slice_of("\r"), &seen);
        CHECK(u101_has_seen_control(seen));
        u101_copy(to, slice_of(parts[i]), &seen);
        CHECK(u101_has_seen_control(seen));
    }
}

int main(void)
{
    CHECK_RUN(test_copy_of_each_length_is_the_part);
    CHECK_RUN(test_copy_sees_a_control_character_at_each_place);
    CHECK_RUN(test_copy_sees_the_control_characters_and_no_other_byte);
    CHECK_RUN(test_copy_of_no_bytes_needs_no_address);
    CHECK_RUN(test_copy_control_character_stays_seen);
    return check_finish();
}
