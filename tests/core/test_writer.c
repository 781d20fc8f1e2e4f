/*
 * Writing into a buffer of any size: counted always, never written past.
 */
#include "writer.h"

#include "guard.h"
#include "harness.h"

static void write_sample(u101_writer *writer)
{
    u101_write(writer, U101_TEXT("abc"));
    u101_write(writer, U101_TEXT(""));
    u101_write_number(writer, 1234567890);
    u101_write(writer, U101_TEXT("!"));
}

static void test_writer_any_capacity_counts_the_same_and_keeps_to_it(void)
{
    static const char expected[] = "abc1234567890!";
    const size_t whole = sizeof(expected) - 1;
    guard pages = guard_new(whole);
    for (size_t capacity = 0; capacity <= whole; capacity++) {
        u101_writer writer = u101_writer_of(guard_buffer(&pages, capacity), capacity);
        check_case("%zu bytes", capacity);
        write_sample(&writer);
        CHECK_SIZE(writer.size, whole);
    }
    u101_writer writer = u101_writer_of(guard_buffer(&pages, whole), whole);
    write_sample(&writer);
    CHECK_TEXT(((u101_slice){writer.out, writer.size}), expected);
    guard_free(&pages);
}

static void test_writer_piece_that_does_not_fit_ends_the_writing(void)
{
    guard pages = guard_new(4);
    u101_writer writer = u101_writer_of(guard_buffer(&pages, 4), 4);
    memset(writer.out, '.', 4);
    u101_write(&writer, U101_TEXT("abc"));
    u101_write(&writer, U101_TEXT("de"));
    u101_write(&writer, U101_TEXT("f"));
    CHECK_SIZE(writer.size, 6);
    CHECK_TEXT(((u101_slice){writer.out, 4}), "abc.");
    guard_free(&pages);
}

typedef struct {
    uint64_t number;
    const char *text;
} number_row;

static const number_row number_rows[] = {
    {0, "0"}, {9, "9"}, {10, "10"}, {65536, "65536"}, {UINT64_MAX, "18446744073709551615"}};

static void test_writer_number_is_decimal(void)
{
    char out[20];
    for (size_t i = 0; i < COUNT(number_rows); i++) {
        u101_writer writer = u101_writer_of(out, sizeof(out));
        u101_write_number(&writer, number_rows[i].number);
        CHECK_TEXT(((u101_slice){out, writer.size}), number_rows[i].text);
    }
}

int main(void)
{
    CHECK_RUN(test_writer_any_capacity_counts_the_same_and_keeps_to_it);
    CHECK_RUN(test_writer_piece_that_does_not_fit_ends_the_writing);
    CHECK_RUN(test_writer_number_is_decimal);
    return check_finish();
}
