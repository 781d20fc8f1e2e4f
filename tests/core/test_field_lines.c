/*
 * Field lines and the limits of heads, read whole and byte by byte, in pairs one byte
 * apart [RFC 9112 5].
 */
#include "field_lines.h"

#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "reading.h"

#define LINE "GET / HTTP/1.1\r\n"

static const head_row line_rows[] = {
    DEFECT(LINE " ", OBS_FOLD, "the first line is folded"),
    DEFECT(LINE "\t", OBS_FOLD, "the first line is folded by HTAB"),
    DEFECT(LINE "A: b\r\n ", OBS_FOLD, "another line is folded"),
    DEFECT(LINE "\n", BARE_LF, "a LF begins a line"),
    DEFECT(LINE "\rx", BARE_CR, "a CR begins a line"),
    DEFECT(LINE ":", BAD_FIELD_NAME, "an empty name"),
    DEFECT(LINE "A ", BAD_FIELD_NAME, "a space before the colon [RFC 9112 5.1]"),
    DEFECT(LINE "A\r", BAD_FIELD_NAME, "a line without a colon"),
    DEFECT(LINE "A\n", BAD_FIELD_NAME, "a line without a colon or CR"),
    DEFECT(LINE "A\0", BAD_FIELD_NAME, "a NUL in the name"),
    DEFECT(LINE "A\xe9", BAD_FIELD_NAME, "a byte above ASCII in the name"),
    MORE(LINE "A:", "a name and its colon"),
    MORE(LINE "A: \t\x20\x7e\x80\xff", "all that a value may have"),
    DEFECT(LINE "A: \0", BAD_FIELD_VALUE, "a NUL in the value"),
    DEFECT(LINE "A: \x1f", BAD_FIELD_VALUE, "a control character in the value"),
    DEFECT(LINE "A: \x7f", BAD_FIELD_VALUE, "a DEL in the value"),
    DEFECT(LINE "A: b\n", BARE_LF, "no CR after the value"),
    DEFECT(LINE "A: b\rc", BARE_CR, "a CR in the value"),
    DEFECT(LINE "A: 0123456789abcdef\x01", BAD_FIELD_VALUE, "behind sixteen bytes"),
    DEFECT(LINE "A: 0123456789abcde\x01", BAD_FIELD_VALUE, "among sixteen bytes"),
    DEFECT(LINE "A: b\r\n\r\r", BARE_CR, "two CR at the end"),
    MORE(LINE "A: b\r\n\r", "all but the last byte"),
    DONE(LINE "A: b\r\n\r\n", "one field"),
    DONE(LINE "\r\n", "no field"),
    DONE("GET / HTTP/1.0\r\n\r\n", "no field in 1.0"),
    DONE(LINE "A:\r\n\r\n", "an empty value"),
};

static void test_field_lines_row_is_decided_at_its_last_byte(void)
{
    reading_check_rows(&u101_default_limits, line_rows, COUNT(line_rows));
}

/* ---- limits ---- */

static const u101_limits small = {.head = 256, .target = 16, .fields = 4, .body = 0};

/* A head of `size` bytes that is not yet at its end. */
static u101_slice long_head(char *bytes, size_t size)
{
    static const u101_slice begin = BYTES(LINE "X: ");
    memset(bytes, 'x', size);
    memcpy(bytes, begin.at, begin.size);
    return (u101_slice){bytes, size};
}

static void test_field_lines_head_of_the_limit_is_read_and_a_byte_more_is_not_looked_at(void)
{
    char bytes[300];
    const u101_slice at_limit = long_head(bytes, 256);
    CHECK_INT(reading_whole(&small, at_limit).result, U101_READ_MORE);
    memcpy(bytes + 252, "\r\n\r\n", 4);
    CHECK_INT(reading_whole(&small, at_limit).result, U101_READ_DONE);
    memset(bytes + 252, 'x', 4);
    bytes[256] = '\0';
    const reading over = reading_whole(&small, (u101_slice){bytes, 257});
    CHECK_INT(over.result, U101_READ_DEFECT);
    CHECK_REASON(over.reason, U101_HEAD_TOO_LARGE);
    bytes[255] = '\0';
    CHECK_REASON(reading_whole(&small, (u101_slice){bytes, 257}).reason, U101_BAD_FIELD_VALUE);
}

static void test_field_lines_leading_empty_line_counts(void)
{
    char bytes[300];
    memcpy(bytes, "\r\n", 2);
    (void)long_head(bytes + 2, 254);
    CHECK_INT(reading_whole(&small, (u101_slice){bytes, 256}).result, U101_READ_MORE);
    bytes[256] = 'x';
    CHECK_REASON(reading_whole(&small, (u101_slice){bytes, 257}).reason, U101_HEAD_TOO_LARGE);
}

static const head_row limit_rows[] = {
    MORE("GET /23456789abcdef", "16 bytes of target less one"),
    MORE("GET /23456789abcdefg", "16 bytes of target"),
    MORE("GET /23456789abcdefg ", "16 bytes of target and its space"),
    DEFECT("GET /23456789abcdefgh", TARGET_TOO_LONG, "17 bytes of target"),
    DEFECT("GET /23456789abcdefg\r", TARGET_TOO_LONG, "a further byte that is no space"),
    DEFECT("GET /23456789abcdef\x01", BAD_TARGET, "a bad byte within the limit"),
    DEFECT("GET /23456789abcdefg\x01", TARGET_TOO_LONG, "a bad byte after the limit"),
    MORE(LINE "A:\r\nA:\r\nA:\r\nA:\r\n", "four field lines"),
    DONE(LINE "A:\r\nA:\r\nA:\r\nA:\r\n\r\n", "four field lines and the blank one"),
    DEFECT(LINE "A:\r\nA:\r\nA:\r\nA:\r\nA", TOO_MANY_FIELDS, "a fifth line"),
    DEFECT(LINE "A:\r\nA:\r\nA:\r\nA:\r\n:", TOO_MANY_FIELDS, "a fifth line without a name"),
    DEFECT(LINE "A:\r\nA:\r\nA:\r\nA:\r\n\0", TOO_MANY_FIELDS, "a fifth line that is a NUL"),
    DEFECT(LINE "A:\r\nA:\r\nA:\r\nA:\r\n ", OBS_FOLD, "a fold of the fourth"),
    DEFECT(LINE "A:\r\nA:\r\nA:\r\nA:\r\n\t", OBS_FOLD, "a fold of the fourth by HTAB"),
    DEFECT(LINE "A:\r\nA:\r\nA:\r\nA:\r\n\n", BARE_LF, "a LF after the fourth"),
};

static void test_field_lines_limit_and_that_of_the_target_bind_at_one_byte_more(void)
{
    reading_check_rows(&small, limit_rows, COUNT(limit_rows));
}

/* One byte that passes both limits [contract 2]. */
static void test_field_lines_limit_of_the_head_wins_over_that_of_the_target(void)
{
    static const u101_limits equal = {.head = 256, .target = 252, .fields = 4, .body = 0};
    char bytes[257];
    memset(bytes, 't', sizeof(bytes));
    memcpy(bytes, "GET /", 5);
    CHECK_INT(reading_whole(&equal, (u101_slice){bytes, 256}).result, U101_READ_MORE);
    CHECK_REASON(reading_whole(&equal, (u101_slice){bytes, 257}).reason, U101_HEAD_TOO_LARGE);
}

static void test_field_lines_limit_of_the_head_wins_over_that_of_the_fields(void)
{
    static const u101_slice lines = BYTES(LINE "A:\r\nA:\r\nA:\r\nA:");
    char bytes[257];
    memset(bytes, 'a', sizeof(bytes));
    memcpy(bytes, lines.at, lines.size);
    memcpy(bytes + 254, "\r\n", 2);
    CHECK_INT(reading_whole(&small, (u101_slice){bytes, 256}).result, U101_READ_MORE);
    CHECK_REASON(reading_whole(&small, (u101_slice){bytes, 257}).reason, U101_HEAD_TOO_LARGE);
}

/* ---- work ---- */

/* Byte by byte, each byte is looked at once: what a call has passed need not be there for
 * the next one, and it has passed all that it was given. */
static void test_field_lines_in_pieces_is_not_read_again(void)
{
    enum { SIZE = 16384 };
    char *bytes = malloc(SIZE);
    if (bytes == NULL) {
        check_abort("out of memory");
    }
    guard pages = guard_new(SIZE);
    const u101_slice copy = guard_end(&pages, long_head(bytes, SIZE));
    u101_head head;
    u101_reason reason = U101_SOUND;
    u101_field_lines_init(&head);
    for (size_t size = 1; size <= SIZE; size++) {
        const u101_slice received = {copy.at, size};
        if (!CHECK_INT(u101_head_read(&u101_default_limits, &head, received, &reason),
                       U101_READ_MORE) ||
            !CHECK_SIZE(head.next, size)) {
            break;
        }
        guard_seal_before(&pages, copy.at + size);
    }
    guard_free(&pages);
    free(bytes);
}

int main(void)
{
    CHECK_RUN(test_field_lines_row_is_decided_at_its_last_byte);
    CHECK_RUN(test_field_lines_head_of_the_limit_is_read_and_a_byte_more_is_not_looked_at);
    CHECK_RUN(test_field_lines_leading_empty_line_counts);
    CHECK_RUN(test_field_lines_limit_and_that_of_the_target_bind_at_one_byte_more);
    CHECK_RUN(test_field_lines_limit_of_the_head_wins_over_that_of_the_target);
    CHECK_RUN(test_field_lines_limit_of_the_head_wins_over_that_of_the_fields);
    CHECK_RUN(test_field_lines_in_pieces_is_not_read_again);
    return check_finish();
}
