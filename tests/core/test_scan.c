/*
 * The scans against a byte-wise one: they stop at the first byte that is not of
 * the class, at every length and place, and read nothing behind the end.
 */
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "scan.h"

/* More than two blocks of a vector register, and a rest. */
enum { LONGEST = 70 };

static void test_scan_value_bad_byte_at_each_place_is_found(void)
{
    static const char bad[] = "\r\n\x01\x1f\x7f";
    char text[LONGEST];
    for (size_t size = 1; size <= LONGEST; size++) {
        for (size_t place = 0; place < size; place++) {
            memset(text, 'v', sizeof(text));
            text[place] = bad[place % (sizeof(bad) - 1)];
            check_case("%zu bytes, the bad one at %zu", size, place);
            const u101_slice at = guard_slice((u101_slice){text, size});
            CHECK_SIZE((size_t)(u101_scan_value(at.at, at.at + size) - at.at), place);
        }
    }
}

static void test_scan_value_each_byte_is_as_in_the_table(void)
{
    char text[LONGEST];
    for (int byte = 0; byte < 256; byte++) {
        memset(text, 'v', sizeof(text));
        text[5] = (char)byte;
        check_case("byte 0x%02x", (unsigned)byte);
        const u101_slice at = guard_slice((u101_slice){text, sizeof(text)});
        CHECK_SIZE((size_t)(u101_scan_value(at.at, at.at + at.size) - at.at),
                   u101_is((char)byte, U101_VALUE) ? sizeof(text) : 5);
    }
}

static void test_scan_value_without_bad_byte_ends_at_the_end(void)
{
    char text[LONGEST];
    memset(text, '\xff', sizeof(text));
    for (size_t size = 0; size <= LONGEST; size++) {
        check_case("%zu bytes", size);
        const u101_slice at = guard_slice((u101_slice){text, size});
        CHECK_SIZE((size_t)(u101_scan_value(at.at, at.at + size) - at.at), size);
    }
}

static void test_scan_class_stops_at_the_first_other_byte(void)
{
    const u101_slice at = guard_text("Sec-Key: x");
    CHECK_SIZE((size_t)(u101_scan(at.at, at.at + at.size, U101_TCHAR) - at.at), 7);
    CHECK_SIZE((size_t)(u101_scan(at.at, at.at + 7, U101_TCHAR) - at.at), 7);
    CHECK_SIZE((size_t)(u101_scan(at.at, at.at, U101_TCHAR) - at.at), 0);
}

int main(void)
{
    CHECK_RUN(test_scan_value_bad_byte_at_each_place_is_found);
    CHECK_RUN(test_scan_value_each_byte_is_as_in_the_table);
    CHECK_RUN(test_scan_value_without_bad_byte_ends_at_the_end);
    CHECK_RUN(test_scan_class_stops_at_the_first_other_byte);
    return check_finish();
}
