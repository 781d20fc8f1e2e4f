/*
 * Names found by index: each of a long list, and none that only resembles one.
 */
#include "index.h"

#include <stdlib.h>

#include "guard.h"
#include "harness.h"
#include "names.h"

/* The lengths around which the way of a look-up changes, and a long list. */
static const size_t counts[] = {0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 10000};

static uint32_t *new_slots(size_t count)
{
    uint32_t *slots = malloc(u101_index_size(count) * sizeof(*slots) + 1);
    if (slots == NULL) {
        check_abort("out of memory");
    }
    return slots;
}

static void test_index_of_a_long_list_is_half_empty_and_of_a_short_one_none(void)
{
    for (size_t i = 0; i < COUNT(counts); i++) {
        const size_t size = u101_index_size(counts[i]);
        check_case("%zu names", counts[i]);
        CHECK((size > 0) == (counts[i] > U101_SHORT_LIST));
        CHECK(size == 0 || (size >= 2 * counts[i] && size < 4 * counts[i]));
        CHECK_SIZE(size & (size - 1), 0);
    }
    CHECK_SIZE(u101_index_size((size_t)1 << 30), (size_t)1 << 31);
    CHECK_SIZE(u101_index_size(((size_t)1 << 30) + 1), 0);
    CHECK_SIZE(u101_index_size(SIZE_MAX), 0);
}

static void test_index_without_slots_is_walked(void)
{
    CHECK(u101_index_in(NULL, 9).slots == NULL);
    name_list made = names_new("f", 9, "");
    u101_index index = u101_index_in(NULL, 9);
    CHECK_SIZE(u101_add_names(&index, made.at, 9), 9);
    CHECK_SIZE(u101_find_name(&index, made.at, 9, BYTES("f8")), 8);
    CHECK_SIZE(u101_find_name(&index, made.at, 8, BYTES("f8")), U101_NO_ENTRY);
    made.at[8] = made.at[3];
    CHECK_SIZE(u101_add_names(&index, made.at, 9), 8);
    names_free(&made);
}

static void test_index_has_each_name_and_none_a_byte_apart(void)
{
    for (size_t i = 0; i < COUNT(counts); i++) {
        name_list made = names_new("Name", counts[i] + 1, ".x");
        const u101_slice missing = made.at[counts[i]];
        uint32_t *slots = new_slots(counts[i]);
        u101_index index = u101_index_in(slots, counts[i]);
        check_case("%zu names", counts[i]);
        CHECK_SIZE(u101_add_names(&index, made.at, counts[i]), counts[i]);
        CHECK_SIZE(u101_find_name(&index, made.at, counts[i], missing), U101_NO_ENTRY);
        for (size_t j = 0; j < counts[i]; j++) {
            const u101_slice name = made.at[j];
            const u101_slice shorter = {name.at, name.size - 1};
            CHECK_SIZE(u101_find_name(&index, made.at, counts[i], name), j);
            CHECK_SIZE(u101_find_name(&index, made.at, counts[i], shorter), U101_NO_ENTRY);
        }
        CHECK_SIZE(u101_find_name(&index, made.at, counts[i], BYTES("name0.x")), U101_NO_ENTRY);
        CHECK_SIZE(u101_find_name(&index, made.at, counts[i], BYTES("")), U101_NO_ENTRY);
        free(slots);
        names_free(&made);
    }
}

static void test_index_name_that_is_repeated_is_told(void)
{
    for (size_t i = 0; i < COUNT(counts); i++) {
        if (counts[i] < 2) {
            continue;
        }
        name_list made = names_new("f", counts[i], "");
        uint32_t *slots = new_slots(counts[i]);
        u101_index index = u101_index_in(slots, counts[i]);
        made.at[counts[i] - 1] = made.at[0];
        check_case("%zu names", counts[i]);
        CHECK_SIZE(u101_add_names(&index, made.at, counts[i]), counts[i] - 1);
        free(slots);
        names_free(&made);
    }
}

/* Names that differ in letter case alone have one hash. */
static void test_index_names_of_one_hash_are_told_apart(void)
{
    enum { LETTERS = 7, ALL = 1 << LETTERS };
    char text[ALL][LETTERS];
    u101_slice spelled[ALL];
    uint32_t slots[2 * ALL];
    u101_index index = u101_index_in(slots, ALL - 1);
    for (size_t i = 0; i < ALL; i++) {
        for (size_t bit = 0; bit < LETTERS; bit++) {
            text[i][bit] = (char)((i >> bit & 1 ? 'A' : 'a') + (int)bit);
        }
        spelled[i] = (u101_slice){text[i], LETTERS};
        CHECK(u101_hash(spelled[i]) == u101_hash(spelled[0]));
    }
    CHECK_SIZE(u101_add_names(&index, spelled, ALL - 1), ALL - 1);
    for (size_t i = 0; i < ALL - 1; i++) {
        CHECK_SIZE(u101_find_name(&index, spelled, ALL - 1, spelled[i]), i);
    }
    CHECK_SIZE(u101_find_name(&index, spelled, ALL - 1, spelled[ALL - 1]), U101_NO_ENTRY);
}

/* The last slot of all is followed by the first. */
static void test_index_walk_goes_on_at_the_first_slot(void)
{
    uint32_t slots[32];
    u101_index index = u101_index_in(slots, 9);
    uint32_t hash = 0;
    while (u101_first_slot(&index, hash) != index.mask) {
        hash++;
    }
    u101_index_add(&index, hash, 3);
    u101_index_add(&index, hash, 4);
    CHECK_INT(slots[index.mask], 4);
    CHECK_INT(slots[0], 5);
    CHECK_INT(u101_next_slot(&index, index.mask), 0);
}

static void test_index_hash_reads_no_more_than_the_name(void)
{
    CHECK(u101_hash(guard_text("Example.ORG")) == u101_hash(BYTES("example.org")));
    CHECK(u101_hash(guard_text("[::]")) != u101_hash(BYTES("{::}")));
    CHECK(u101_hash((u101_slice){NULL, 0}) == U101_HASH_START);
}

int main(void)
{
    CHECK_RUN(test_index_of_a_long_list_is_half_empty_and_of_a_short_one_none);
    CHECK_RUN(test_index_without_slots_is_walked);
    CHECK_RUN(test_index_has_each_name_and_none_a_byte_apart);
    CHECK_RUN(test_index_name_that_is_repeated_is_told);
    CHECK_RUN(test_index_names_of_one_hash_are_told_apart);
    CHECK_RUN(test_index_walk_goes_on_at_the_first_slot);
    CHECK_RUN(test_index_hash_reads_no_more_than_the_name);
    return check_finish();
}
