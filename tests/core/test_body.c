/*
 * Bodies by length, in chunks and up to the connection's end, in pairs one byte apart
 * [RFC 9112 6, 7, contract 6].
 *
 * Each row is read whole, cut in two at every place, and byte by byte; a body that ends
 * is read with a tail too.  Each piece ends at a page that cannot be read.
 */
#include <string.h>

#include "guard.h"
#include "harness.h"

enum { MOST_CONTENT = 64 };

static const u101_body_limits roomy = {.size = UINT64_MAX, .overhead = 16384, .fields = 100};

typedef struct {
    const char *bytes;
    u101_body_result result; /* never DATA */
    size_t read;             /* bytes up to the end, or the offset of the defect */
    const char *content;
    const char *why;
} body_row;

/* What came of one way of reading. */
typedef struct {
    u101_body_result result;
    u101_reason reason;
    u101_body body;
    char content[MOST_CONTENT];
    size_t size;
    size_t left; /* bytes that were given and not read */
} outcome;

/* Reads one piece; true: the body goes on after it. */
static bool read_piece(outcome *made, u101_slice piece)
{
    u101_slice input = guard_slice(piece);
    u101_slice data;

    do {
        made->result = u101_body_read(&made->body, &input, &data, &made->reason);
        if (made->result == U101_BODY_DATA) {
            CHECK(data.size > 0 && data.at + data.size == input.at);
            CHECK(made->size + data.size <= MOST_CONTENT);
            memcpy(made->content + made->size, data.at, data.size);
            made->size += data.size;
        }
    } while (made->result == U101_BODY_DATA);
    made->left = input.size;
    return made->result == U101_BODY_MORE && CHECK_SIZE(input.size, 0);
}

/* In pieces: one of `first` bytes, then each of `step`. */
static outcome read_pieces(u101_body body, u101_slice bytes, size_t first, size_t step)
{
    outcome made = {.body = body, .reason = U101_SOUND};
    size_t at = 0;
    size_t size = first;

    while (read_piece(&made, (u101_slice){bytes.at + at, size}) && at + size < bytes.size) {
        at += size;
        size = step < bytes.size - at ? step : bytes.size - at;
    }
    made.left += bytes.size - at - size;
    return made;
}

static void check_outcome(const outcome *made, const body_row *row, u101_reason reason,
                          size_t given)
{
    CHECK_INT(made->result, row->result);
    CHECK_REASON(made->reason, reason);
    CHECK_SIZE((size_t)made->body.read, row->read);
    CHECK_SIZE(made->left, given - row->read);
    CHECK_SIZE((size_t)made->body.decoded, strlen(row->content));
    CHECK_BYTES(((u101_slice){made->content, made->size}), slice_of(row->content));
}

static void check_all_ways(const u101_body *body, u101_slice bytes, const body_row *row,
                           u101_reason reason, const char *how)
{
    for (size_t cut = 0; cut <= bytes.size; cut++) {
        check_case("%s%s, cut at %zu", row->why, how, cut);
        const outcome made = read_pieces(*body, bytes, cut, bytes.size);
        check_outcome(&made, row, reason, bytes.size);
    }
    check_case("%s%s, byte by byte", row->why, how);
    const outcome made = read_pieces(*body, bytes, bytes.size > 0 ? 1 : 0, 1);
    check_outcome(&made, row, reason, bytes.size);
}

/* `reason` is that of the rows with a defect. */
static void check_row(const body_row *row, u101_framing framing, uint64_t length,
                      const u101_body_limits *limits, u101_reason reason)
{
    static const char tail[] = "\r\n0;tail";
    char bytes[256];
    const size_t size = strlen(row->bytes);
    u101_body body;

    u101_body_init(&body, framing, length, limits);
    const u101_reason expected = row->result == U101_BODY_DEFECT ? reason : U101_SOUND;
    check_all_ways(&body, slice_of(row->bytes), row, expected, "");
    if (row->result == U101_BODY_DONE && CHECK(size + sizeof(tail) <= sizeof(bytes))) {
        memcpy(bytes, row->bytes, size);
        memcpy(bytes + size, tail, sizeof(tail));
        check_all_ways(&body, (u101_slice){bytes, size + sizeof(tail)}, row, expected,
                       ", with a tail");
    }
}

/* Chunked and with room for all. */
static void check_rows(const body_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_row(&rows[i], U101_FRAMING_CHUNKED, 0, &roomy, U101_CHUNK_INVALID);
    }
}

#define DONE U101_BODY_DONE
#define MORE U101_BODY_MORE
#define DEFECT U101_BODY_DEFECT

static const body_row chunk_rows[] = {
    {"0\r\n\r\n", DONE, 5, "", "no chunk"},
    {"5\r\nhello\r\n0\r\n\r\n", DONE, 15, "hello", "one chunk"},
    {"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", DONE, 18, "abc", "two chunks"},
    {"a\r\n0123456789\r\n0\r\n\r\n", DONE, 20, "0123456789", "a digit in lower case"},
    {"A\r\n0123456789\r\n0\r\n\r\n", DONE, 20, "0123456789", "a digit in upper case"},
    {"g\r\n", DEFECT, 0, "", "the byte after the last digit"},
    {"G\r\n", DEFECT, 0, "", "... in upper case"},
    {"/\r\n", DEFECT, 0, "", "the byte before the first digit"},
    {":\r\n", DEFECT, 0, "", "the byte after 9"},
    {"000000000000001\r\na\r\n000\r\n\r\n", DONE, 27, "a", "15 digits"},
    {"0000000000000001\r\na\r\n000\r\n\r\n", DEFECT, 15, "", "16 digits [contract 6]"},
    {"fffffffffffffff\r\na", MORE, 18, "a", "the largest chunk-size"},
    {"\r\n0\r\n\r\n", DEFECT, 0, "", "no digit"},
    {";a\r\n", DEFECT, 0, "", "no digit before an extension"},
    {"0x1\r\na\r\n", DEFECT, 1, "", "a prefix"},
    {"+1\r\na\r\n", DEFECT, 0, "", "a sign"},
    {" 1\r\na\r\n", DEFECT, 0, "", "white space before the size"},
    {"1 \r\na\r\n", DEFECT, 1, "", "white space after it [contract 6]"},
    {"1\na\r\n", DEFECT, 1, "", "LF without CR after the size"},
    {"1\ra\r\n", DEFECT, 2, "", "CR without LF after the size"},
    {"1\r\r\n", DEFECT, 2, "", "two CR after the size"},
    {"1\r\nab\r\n", DEFECT, 4, "a", "a byte more than the size"},
    {"2\r\na\r\n0\r\n\r\n", DEFECT, 5, "a\r", "a byte less than the size"},
    {"1\r\na\n0\r\n\r\n", DEFECT, 4, "a", "LF without CR after the data"},
    {"1\r\na\r0\r\n\r\n", DEFECT, 5, "a", "CR without LF after the data"},
    {"1\r\na\r\n\r\n", DEFECT, 6, "a", "no size after a chunk"},
    {"0\r\n\n", DEFECT, 3, "", "LF without CR at the end"},
    {"0\r\n\r0", DEFECT, 4, "", "CR without LF at the end"},
    {"", MORE, 0, "", "nothing"},
    {"1", MORE, 1, "", "half of a size"},
    {"1\r\na", MORE, 4, "a", "a chunk without its end"},
    {"0\r\n\r", MORE, 4, "", "all but the last byte"},
};

static void test_body_chunks_are_read_or_refused(void)
{
    check_rows(chunk_rows, COUNT(chunk_rows));
}

static const body_row extension_rows[] = {
    {"0;a\r\n\r\n", DONE, 7, "", "a name"},
    {"0;\r\n\r\n", DEFECT, 2, "", "no name"},
    {"0;a;b\r\n\r\n", DONE, 9, "", "two names"},
    {"0;a;\r\n\r\n", DEFECT, 4, "", "no second name"},
    {"0;;a\r\n\r\n", DEFECT, 2, "", "no first name"},
    {"1;a\r\nx\r\n0\r\n\r\n", DONE, 13, "x", "on a chunk with data"},
    {"0;a=b\r\n\r\n", DONE, 9, "", "a value"},
    {"0;a=\r\n\r\n", DEFECT, 4, "", "no value"},
    {"0;=b\r\n\r\n", DEFECT, 2, "", "a value without name"},
    {"0;a=b=c\r\n\r\n", DEFECT, 5, "", "two values"},
    {"0;a=b;c=d\r\n\r\n", DONE, 13, "", "two names with values"},
    {"0;!#$%&'*+-.^_`|~1Aa=!~\r\n\r\n", DONE, 27, "", "every kind of tchar"},
    {"0;a(\r\n\r\n", DEFECT, 3, "", "a delimiter in a name"},
    {"0;a=b)\r\n\r\n", DEFECT, 5, "", "a delimiter in a value"},
    {"0 ;a\r\n\r\n", DEFECT, 1, "", "white space before the semicolon [contract 6]"},
    {"0; a\r\n\r\n", DEFECT, 2, "", "white space after the semicolon"},
    {"0;\ta\r\n\r\n", DEFECT, 2, "", "HTAB after the semicolon"},
    {"0;a =b\r\n\r\n", DEFECT, 3, "", "white space before the equals sign"},
    {"0;a= b\r\n\r\n", DEFECT, 4, "", "white space after it"},
    {"0;a=b \r\n\r\n", DEFECT, 5, "", "white space after a value"},
    {"0;a=\"\"\r\n\r\n", DONE, 10, "", "an empty quoted value"},
    {"0;a=\" b;c=\t!\xff\"\r\n\r\n", DONE, 18, "", "what qdtext may hold"},
    {"0;a=\"b\"\"\r\n\r\n", DEFECT, 7, "", "a quote after the last one"},
    {"0;a=\"b\"c\r\n\r\n", DEFECT, 7, "", "a token after the last quote"},
    {"0;a=b\"c\"\r\n\r\n", DEFECT, 5, "", "a quote in a token"},
    {"0;a=\"b\";c\r\n\r\n", DONE, 13, "", "a name after a quoted value"},
    {"0;a=\"b\" ;c\r\n\r\n", DEFECT, 7, "", "white space after the last quote"},
    {"0;a=\"\\\"\"\r\n\r\n", DONE, 12, "", "a quoted quote"},
    {"0;a=\"\\\\\"\r\n\r\n", DONE, 12, "", "a quoted backslash"},
    {"0;a=\"\\ \\\t\\\xff\"\r\n\r\n", DONE, 16, "", "what quoted-pair may hold"},
    {"0;a=\"\\\r\n\r\n", DEFECT, 6, "", "a quoted CR"},
    {"0;a=\"\\\x7f\"\r\n\r\n", DEFECT, 6, "", "a quoted DEL"},
    {"0;a=\"\x7f\"\r\n\r\n", DEFECT, 5, "", "DEL in a quoted value"},
    {"0;a=\"b\r\n\"\r\n\r\n", DEFECT, 6, "", "CR in a quoted value"},
    {"0;a=\"b\n\"\r\n\r\n", DEFECT, 6, "", "LF in a quoted value"},
    {"0;a\n\r\n", DEFECT, 3, "", "LF without CR after a name"},
    {"0;a=b\n\r\n", DEFECT, 5, "", "LF without CR after a value"},
    {"0;a=\"b\"\n\r\n", DEFECT, 7, "", "LF without CR after a quoted value"},
    {"0;a\r\r\n", DEFECT, 4, "", "CR without LF after a name"},
    {"0;a=\"\\", MORE, 6, "", "half of a pair"},
};

static void test_body_chunk_extensions_are_read_or_refused(void)
{
    check_rows(extension_rows, COUNT(extension_rows));
}

static const body_row trailer_rows[] = {
    {"0\r\na: b\r\n\r\n", DONE, 11, "", "a line"},
    {"0\r\na:\r\n\r\n", DONE, 9, "", "an empty value"},
    {"0\r\na:b\r\nc:d\r\n\r\n", DONE, 15, "", "two lines"},
    {"0\r\na: b c\t\xff \r\n\r\n", DONE, 16, "", "every kind of byte of a value"},
    {"0\r\n:b\r\n\r\n", DEFECT, 3, "", "no name"},
    {"0\r\na\r\n\r\n", DEFECT, 4, "", "no colon"},
    {"0\r\na :b\r\n\r\n", DEFECT, 4, "", "white space before the colon [RFC 9112 5.1]"},
    {"0\r\n a:b\r\n\r\n", DEFECT, 3, "", "SP before the first line"},
    {"0\r\na:b\r\n c\r\n\r\n", DEFECT, 8, "", "a folded line [RFC 9112 5.2]"},
    {"0\r\na:b\r\n\tc\r\n\r\n", DEFECT, 8, "", "... with HTAB"},
    {"0\r\na(:b\r\n\r\n", DEFECT, 4, "", "a delimiter in a name"},
    {"0\r\na:\x7f\r\n\r\n", DEFECT, 5, "", "DEL in a value"},
    {"0\r\na:b\n\r\n", DEFECT, 6, "", "LF without CR after a line"},
    {"0\r\na:b\rc", DEFECT, 7, "", "CR without LF after a line"},
    {"0\r\na:b\r\n\n", DEFECT, 8, "", "LF without CR after the last line"},
    {"0\r\na:b\r\n\ra", DEFECT, 9, "", "CR without LF after the last line"},
    {"0\r\na:b\r\n", MORE, 8, "", "no blank line"},
};

/* [RFC 9112 7.1.2] */
static void test_body_trailer_section_is_read_or_refused(void)
{
    check_rows(trailer_rows, COUNT(trailer_rows));
}

typedef struct {
    body_row row;
    u101_body_limits limits;
    u101_reason reason; /* of a defect */
} limit_row;

static const limit_row limit_rows[] = {
    {{"4\r\nabcd\r\n0\r\n\r\n", DONE, 14, "abcd", "as much as the size's limit"},
     {.size = 4, .overhead = 0, .fields = 0},
     U101_BODY_TOO_LARGE},
    {{"5\r\nabcde\r\n0\r\n\r\n", DEFECT, 0, "", "a byte more than the size's limit"},
     {.size = 4, .overhead = 0, .fields = 0},
     U101_BODY_TOO_LARGE},
    {{"3\r\nabc\r\n01\r\nd\r\n0\r\n\r\n", DONE, 20, "abcd", "as much in two chunks"},
     {.size = 4, .overhead = 0, .fields = 0},
     U101_BODY_TOO_LARGE},
    {{"3\r\nabc\r\n02\r\nde\r\n", DEFECT, 9, "abc", "a byte more in two chunks"},
     {.size = 4, .overhead = 0, .fields = 0},
     U101_BODY_TOO_LARGE},
    {{"10\r\n", DEFECT, 1, "", "at the digit that passes the limit"},
     {.size = 15, .overhead = 0, .fields = 0},
     U101_BODY_TOO_LARGE},
    {{"0\r\n\r\n", DONE, 5, "", "nothing where nothing is allowed"},
     {.size = 0, .overhead = 0, .fields = 0},
     U101_BODY_TOO_LARGE},
    {{"0000000000000001\r\n", DEFECT, 15, "", "the 16th digit before its value is looked at"},
     {.size = 0, .overhead = 0, .fields = 0},
     U101_CHUNK_INVALID},
    {{"1;a=b\r\nx\r\n0;c\r\nd: e\r\n\r\n", DONE, 23, "x", "as much as the overhead's limit"},
     {.size = 1, .overhead = 12, .fields = 1},
     U101_CHUNK_INVALID},
    {{"1;a=b\r\nx\r\n0;c\r\nd: e\r\n\r\n", DEFECT, 20, "x", "a byte more: the LF of the line"},
     {.size = 1, .overhead = 11, .fields = 1},
     U101_CHUNK_INVALID},
    {{"1;a=b\r\nx\r\n0;c\r\nd: e\r\n\r\n", DEFECT, 19, "x", "... the CR of the line"},
     {.size = 1, .overhead = 10, .fields = 1},
     U101_CHUNK_INVALID},
    {{"1;a=b\r\nx\r\n0;c\r\nd: e\r\n\r\n", DEFECT, 18, "x", "... in the value"},
     {.size = 1, .overhead = 9, .fields = 1},
     U101_CHUNK_INVALID},
    {{"1;a=b\r\nx\r\n0;c\r\nd: e\r\n\r\n", DEFECT, 16, "x", "... the colon"},
     {.size = 1, .overhead = 7, .fields = 1},
     U101_CHUNK_INVALID},
    {{"1;a=b\r\nx\r\n0;c\r\nd: e\r\n\r\n", DEFECT, 15, "x", "... the name"},
     {.size = 1, .overhead = 6, .fields = 1},
     U101_CHUNK_INVALID},
    {{"1;a=b\r\nx\r\n0;c\r\nd: e\r\n\r\n", DEFECT, 12, "x", "... the second extension"},
     {.size = 1, .overhead = 5, .fields = 1},
     U101_CHUNK_INVALID},
    {{"1;a=b\r\nx\r\n0;c\r\nd: e\r\n\r\n", DEFECT, 11, "x", "... its semicolon"},
     {.size = 1, .overhead = 4, .fields = 1},
     U101_CHUNK_INVALID},
    {{"1;a=b\r\nx\r\n", DEFECT, 4, "", "... the first value"},
     {.size = 1, .overhead = 3, .fields = 1},
     U101_CHUNK_INVALID},
    {{"1;a=b\r\nx\r\n", DEFECT, 3, "", "... the equals sign"},
     {.size = 1, .overhead = 2, .fields = 1},
     U101_CHUNK_INVALID},
    {{"0;a=\"b\"\r\n\r\n", DONE, 11, "", "a quoted value that fits"},
     {.size = 1, .overhead = 6, .fields = 1},
     U101_CHUNK_INVALID},
    {{"0;a=\"b\"\r\n\r\n", DEFECT, 6, "", "... its last quote"},
     {.size = 1, .overhead = 5, .fields = 1},
     U101_CHUNK_INVALID},
    {{"0;a=\"b\"\r\n\r\n", DEFECT, 4, "", "... its first quote"},
     {.size = 1, .overhead = 3, .fields = 1},
     U101_CHUNK_INVALID},
    {{"0\r\na:\r\nb:\r\n\r\n", DONE, 13, "", "as many lines as are allowed"},
     {.size = 0, .overhead = 99, .fields = 2},
     U101_CHUNK_INVALID},
    {{"0\r\na:\r\nb:\r\nc:\r\n\r\n", DEFECT, 11, "", "a line more"},
     {.size = 0, .overhead = 99, .fields = 2},
     U101_CHUNK_INVALID},
};

static void test_body_limits_bind_at_the_byte_that_passes_them(void)
{
    for (size_t i = 0; i < COUNT(limit_rows); i++) {
        const limit_row *row = &limit_rows[i];
        check_row(&row->row, U101_FRAMING_CHUNKED, 0, &row->limits, row->reason);
    }
}

typedef struct {
    body_row row;
    u101_framing framing;
    uint64_t length;
    uint64_t size; /* the limit */
} plain_row;

static const plain_row plain_rows[] = {
    {{"", DONE, 0, "", "none"}, U101_FRAMING_NONE, 0, 0},
    {{"", DONE, 0, "", "none, whatever the length"}, U101_FRAMING_NONE, 7, 0},
    {{"", DONE, 0, "", "a length of nothing"}, U101_FRAMING_LENGTH, 0, 0},
    {{"", MORE, 0, "", "a length before its bytes"}, U101_FRAMING_LENGTH, 5, 5},
    {{"hell", MORE, 4, "hell", "a byte less than the length"}, U101_FRAMING_LENGTH, 5, 5},
    {{"hello", DONE, 5, "hello", "as many as the length"}, U101_FRAMING_LENGTH, 5, 5},
    {{"0\r\n\r\n", DONE, 5, "0\r\n\r\n", "what looks like chunks"}, U101_FRAMING_LENGTH, 5, 5},
    {{"", DEFECT, 0, "", "a length above the limit"}, U101_FRAMING_LENGTH, 5, 4},
    {{"hello", DEFECT, 0, "", "... with its bytes"}, U101_FRAMING_LENGTH, 5, 4},
    {{"", MORE, 0, "", "the connection's end, at once"}, U101_FRAMING_CLOSE, 0, UINT64_MAX},
    {{"hello", MORE, 5, "hello", "... after some bytes"}, U101_FRAMING_CLOSE, 0, UINT64_MAX},
    {{"hello", MORE, 5, "hello", "... up to the limit"}, U101_FRAMING_CLOSE, 0, 5},
    {{"hello", DEFECT, 4, "hell", "... a byte past the limit"}, U101_FRAMING_CLOSE, 0, 4},
};

static void test_body_without_chunks_ends_as_it_is_framed(void)
{
    for (size_t i = 0; i < COUNT(plain_rows); i++) {
        const plain_row *row = &plain_rows[i];
        const u101_body_limits limits = {.size = row->size, .overhead = 0, .fields = 0};
        check_row(&row->row, row->framing, row->length, &limits, U101_BODY_TOO_LARGE);
    }
}

static void test_body_data_is_a_part_of_the_input(void)
{
    const u101_slice bytes = guard_text("5\r\nhello\r\n");
    u101_slice input = bytes;
    u101_slice data = {NULL, 0};
    u101_reason reason = U101_SOUND;
    u101_body body;

    u101_body_init(&body, U101_FRAMING_CHUNKED, 0, &roomy);
    CHECK_INT(u101_body_read(&body, &input, &data, &reason), U101_BODY_DATA);
    CHECK(data.at == bytes.at + 3 && data.size == 5);
    CHECK(input.at == bytes.at + 8 && input.size == 2);
    CHECK(body.read == 8 && body.decoded == 5);
}

static void test_body_size_limit_of_any_number_holds_at_its_end(void)
{
    u101_slice input = guard_text("f\r\n");
    u101_slice data;
    u101_reason reason = U101_SOUND;
    u101_body body;

    u101_body_init(&body, U101_FRAMING_CHUNKED, 0, &roomy);
    body.decoded = UINT64_MAX - 14;
    CHECK_INT(u101_body_read(&body, &input, &data, &reason), U101_BODY_DEFECT);
    CHECK_REASON(reason, U101_BODY_TOO_LARGE);
    input = guard_text("e\r\n");
    CHECK_INT(u101_body_read(&body, &input, &data, &reason), U101_BODY_MORE);
}

int main(void)
{
    CHECK_RUN(test_body_chunks_are_read_or_refused);
    CHECK_RUN(test_body_chunk_extensions_are_read_or_refused);
    CHECK_RUN(test_body_trailer_section_is_read_or_refused);
    CHECK_RUN(test_body_limits_bind_at_the_byte_that_passes_them);
    CHECK_RUN(test_body_without_chunks_ends_as_it_is_framed);
    CHECK_RUN(test_body_data_is_a_part_of_the_input);
    CHECK_RUN(test_body_size_limit_of_any_number_holds_at_its_end);
    return check_finish();
}
