/*
 * The first of a list that is repeated, in pairs one byte apart.
 */
#include "repeat.h"

#include "guard.h"
#include "harness.h"
#include "names.h"

static void test_repeat_of_none_is_the_count(void)
{
    static const size_t counts[] = {0, 1, 2, 8, 9, 33, 10000};
    for (size_t i = 0; i < COUNT(counts); i++) {
        name_list made = names_new("f", counts[i], "");
        check_case("%zu names", counts[i]);
        CHECK_SIZE(u101_first_repeat(made.at, counts[i]), counts[i]);
        names_free(&made);
    }
    CHECK_SIZE(u101_first_repeat(NULL, 0), 0);
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

static void test_repeat_is_the_second_of_two_and_none_where_a_byte_differs(void)
{
    for (size_t i = 0; i < COUNT(repeat_rows); i++) {
        const repeat_row *row = &repeat_rows[i];
        name_list made = names_new("f", row->count, "z");
        name_list others = names_new("f", row->count, "Z");
        check_case("%zu and %zu of %zu", row->first, row->second, row->count);
        made.at[row->second] = guard_slice(others.at[row->first]);
        CHECK_SIZE(u101_first_repeat(made.at, row->count), row->count);
        made.at[row->second] = guard_slice(made.at[row->first]);
        CHECK_SIZE(u101_first_repeat(made.at, row->count), row->second);
        names_free(&others);
        names_free(&made);
    }
}

static void test_repeat_of_several_is_the_first(void)
{
    name_list made = names_new("f", 40, "");
    made.at[39] = made.at[0];
    made.at[20] = made.at[19];
    made.at[30] = made.at[20];
    CHECK_SIZE(u101_first_repeat(made.at, 40), 20);
    names_free(&made);
}

int main(void)
{
    CHECK_RUN(test_repeat_of_none_is_the_count);
    CHECK_RUN(test_repeat_is_the_second_of_two_and_none_where_a_byte_differs);
    CHECK_RUN(test_repeat_of_several_is_the_first);
    return check_finish();
}
