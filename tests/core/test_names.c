/*
 * Names found in a sorted list: each of it, and none that only resembles one; and the
 * first of a list that is repeated.
 */
#include "names.h"

#include <stdlib.h>

#include "guard.h"
#include "harness.h"
#include "numbered.h"

static const size_t counts[] = {0, 1, 2, 7, 8, 9, 15, 16, 17, 33, 10000};

/* The list of the first `count` texts, sorted in memory that the caller frees. */
static u101_names sort(const u101_slice *texts, size_t count)
{
    u101_name *names = calloc(count + 1, sizeof *names);
    if (names == NULL) {
        check_abort("out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = (u101_name){texts[i], i};
    }
    return u101_names_of(names, count);
}

static void test_names_each_is_found_and_none_a_byte_apart(void)
{
    for (size_t i = 0; i < COUNT(counts); i++) {
        name_list made = numbered_new("Name", counts[i] + 1, ".x");
        const u101_slice missing = made.at[counts[i]];
        const u101_names names = sort(made.at, counts[i]);
        check_case("%zu names", counts[i]);
        CHECK_SIZE(u101_names_find(&names, missing), U101_NO_NAME);
        for (size_t j = 0; j < counts[i]; j++) {
            const u101_slice name = made.at[j];
            CHECK_SIZE(u101_names_find(&names, name), j);
            CHECK_SIZE(u101_names_find(&names, (u101_slice){name.at, name.size - 1}), U101_NO_NAME);
            CHECK_SIZE(u101_names_find(&names, (u101_slice){name.at + 1, name.size - 1}),
                       U101_NO_NAME);
        }
        CHECK_SIZE(u101_names_find(&names, BYTES("name0.x")), U101_NO_NAME);
        CHECK_SIZE(u101_names_find(&names, BYTES("Name0.y")), U101_NO_NAME);
        CHECK_SIZE(u101_names_find(&names, BYTES("")), U101_NO_NAME);
        free((void *)names.sorted);
        numbered_free(&made);
    }
}

/* The rank is the place in the list as it was given, whatever the order of the names. */
static void test_names_rank_is_the_place_before_sorting(void)
{
    const u101_slice texts[] = {BYTES("long-name"), BYTES("b"), BYTES(""),  BYTES("\xff"),
                                BYTES("a\0b"),      BYTES("a"), BYTES("A"), BYTES("a\0a")};
    const u101_names names = sort(texts, COUNT(texts));
    for (size_t i = 0; i < COUNT(texts); i++) {
        check_case("name %zu", i);
        CHECK_SIZE(u101_names_find(&names, guard_slice(texts[i])), i);
    }
    CHECK_SIZE(u101_names_find(&names, BYTES("a\0c")), U101_NO_NAME);
    free((void *)names.sorted);
}

static void test_names_of_nothing_has_no_name(void)
{
    const u101_names names = u101_names_of(NULL, 0);
    CHECK_SIZE(u101_names_find(&names, BYTES("a")), U101_NO_NAME);
    CHECK_SIZE(u101_names_find(&names, (u101_slice){NULL, 0}), U101_NO_NAME);
}

static void test_names_without_repeat_give_the_count(void)
{
    for (size_t i = 0; i < COUNT(counts); i++) {
        name_list made = numbered_new("f", counts[i], "");
        check_case("%zu names", counts[i]);
        CHECK_SIZE(u101_names_first_repeat(made.at, counts[i]), counts[i]);
        numbered_free(&made);
    }
    CHECK_SIZE(u101_names_first_repeat(NULL, 0), 0);
}

typedef struct {
    size_t count;
    size_t first; /* of the two names that are the same */
    size_t second;
} repeat_row;

static const repeat_row repeat_rows[] = {
    {2, 0, 1},     {8, 0, 7},       {8, 6, 7},        {9, 0, 8},        {9, 0, 1},
    {33, 31, 32},  {33, 0, 32},     {33, 0, 16},      {10000, 0, 9999}, {10000, 9998, 9999},
    {10000, 0, 1}, {10000, 41, 42}, {10000, 1, 5000},
};

static void test_names_repeat_is_the_second_of_two_and_none_if_a_byte_differs(void)
{
    for (size_t i = 0; i < COUNT(repeat_rows); i++) {
        const repeat_row *row = &repeat_rows[i];
        name_list made = numbered_new("f", row->count, "z");
        name_list others = numbered_new("f", row->count, "Z");
        check_case("%zu and %zu of %zu", row->first, row->second, row->count);
        made.at[row->second] = guard_slice(others.at[row->first]);
        CHECK_SIZE(u101_names_first_repeat(made.at, row->count), row->count);
        made.at[row->second] = guard_slice(made.at[row->first]);
        CHECK_SIZE(u101_names_first_repeat(made.at, row->count), row->second);
        numbered_free(&others);
        numbered_free(&made);
    }
}

static void test_names_repeat_of_several_is_the_first(void)
{
    static const size_t lengths[] = {8, 40};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        const size_t last = lengths[i] - 1;
        name_list made = numbered_new("f", lengths[i], "");
        made.at[last] = made.at[0];
        made.at[4] = made.at[3];
        made.at[last - 1] = made.at[4];
        check_case("%zu names", lengths[i]);
        CHECK_SIZE(u101_names_first_repeat(made.at, lengths[i]), 4);
        numbered_free(&made);
    }
}

int main(void)
{
    CHECK_RUN(test_names_each_is_found_and_none_a_byte_apart);
    CHECK_RUN(test_names_rank_is_the_place_before_sorting);
    CHECK_RUN(test_names_of_nothing_has_no_name);
    CHECK_RUN(test_names_without_repeat_give_the_count);
    CHECK_RUN(test_names_repeat_is_the_second_of_two_and_none_if_a_byte_differs);
    CHECK_RUN(test_names_repeat_of_several_is_the_first);
    return check_finish();
}
