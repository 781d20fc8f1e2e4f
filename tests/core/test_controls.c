/*
 * The control characters of 64 bytes against a look at each of them: at every place of every
 * length, with and without bytes before them that may be read, and nothing is
 * read behind the end.
 */
#include "controls.h"
#include "guard.h"
#include "harness.h"

enum { LONGEST = 2 * U101_CONTROLS_STRIDE + 3 };

static uint64_t look(const char *at, const char *end)
{
    uint64_t stops = 0;
    for (size_t i = 0; i < U101_CONTROLS_STRIDE && at + i < end; i++) {
        const bool stop = (unsigned char)at[i] < 0x20 || at[i] == 0x7f;
        stops |= (uint64_t)stop << i;
    }
    return stops;
}

/* `text` is looked at from each of its bytes on, all before being readable. */
static void check_stops(u101_slice text)
{
    const u101_slice at = guard_slice(text);
    const char *const end = at.at + at.size;
    for (const char *from = at.at; from < end; from++) {
        CHECK(u101_controls(at.at, from, end) == look(from, end));
        CHECK(u101_controls(from, from, end) == look(from, end));
    }
}

static void test_stops_of_each_length_with_one_at_each_place_are_found(void)
{
    for (size_t size = 1; size <= LONGEST; size += 1 + size / 16) {
        for (size_t place = 0; place < size; place++) {
            char text[LONGEST];
            memset(text, 'a', sizeof(text));
            text[place] = '\r';
            check_case("at %zu of %zu", place, size);
            check_stops((u101_slice){text, size});
        }
    }
}

static void test_stops_are_the_control_characters(void)
{
    for (int byte = 0; byte < 256; byte++) {
        char text[U101_CONTROLS_STRIDE + 1];
        memset(text, byte, sizeof(text));
        check_case("byte 0x%02x", (unsigned)byte);
        check_stops((u101_slice){text, sizeof(text)});
    }
}

static void test_stops_lowest_is_that_of_the_first_bit(void)
{
    for (unsigned int bit = 0; bit < 64; bit++) {
        check_case("bit %u", bit);
        CHECK_SIZE(u101_lowest(~UINT64_C(0) << bit), bit);
    }
}

int main(void)
{
    CHECK_RUN(test_stops_of_each_length_with_one_at_each_place_are_found);
    CHECK_RUN(test_stops_are_the_control_characters);
    CHECK_RUN(test_stops_lowest_is_that_of_the_first_bit);
    return check_finish();
}
