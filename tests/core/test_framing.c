/*
 * Framing of heads that are sound in syntax, in pairs one byte apart [RFC 9112 6].
 */
#include "framing.h"

#include "context.h"
#include "guard.h"
#include "harness.h"
#include "sample.h"

typedef struct {
    const char *head;
    u101_reason reason; /* U101_SOUND: nothing is wrong */
    const char *why;
} framing_row;

static u101_reason read_framing(const char *head, u101_framing *framing, uint64_t *length)
{
    sample made;
    sample_head(&made, NULL, NULL, head);
    return u101_framing_read(&made.head, made.context.bytes, framing, length);
}

#define HOST "GET / HTTP/1.1\r\nHost: a\r\n"
#define CODING HOST "Transfer-Encoding: "

static const framing_row framing_rows[] = {
    {HOST "Content-Length: 0\r\n\r\n", U101_SOUND, "no body"},
    {HOST "Content-Length: 00\r\n\r\n", U101_SOUND, "two zeros"},
    {HOST "Content-Length:\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "no digit"},
    {HOST "Content-Length: +1\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "a sign"},
    {HOST "Content-Length: 1 \r\n\r\n", U101_SOUND, "white space behind it"},
    {HOST "Content-Length: 1 1\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "white space in it"},
    {HOST "Content-Length: 1,1\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "a list"},
    {HOST "Content-Length: 0x1\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "hexadecimal"},
    {HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "two"},
    {HOST "Content-Length: 9223372036854775807\r\n\r\n", U101_SOUND, "2^63-1"},
    {HOST "Content-Length: 9223372036854775808\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "2^63"},
    {HOST "Content-Length: 9999999999999999999\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "19 nines"},
    {HOST "Content-Length: 0000000000000000001\r\n\r\n", U101_SOUND, "19 digits"},
    {HOST "Content-Length: 00000000000000000001\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "20 digits"},
    {HOST "Transfer-Encoding: chunked\r\n\r\n", U101_SOUND, "chunked"},
    {HOST "Transfer-Encoding: CHUNKED\r\n\r\n", U101_SOUND, "letter case aside"},
    {HOST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", U101_FRAMING_CONFLICT,
     "both [RFC 9112 6.1]"},
    {HOST "Transfer-Encoding: x\r\nContent-Length: x\r\n\r\n", U101_FRAMING_CONFLICT,
     "both, before either is read"},
    {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", U101_FRAMING_CONFLICT,
     "chunked in 1.0"},
    {"GET / HTTP/1.0\r\nContent-Length: 1\r\n\r\n", U101_SOUND, "a length in 1.0"},
    {HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", U101_CONTENT_LENGTH_INVALID,
     "two that differ"},
};

static void test_framing_is_sound_or_refused(void)
{
    for (size_t i = 0; i < COUNT(framing_rows); i++) {
        u101_framing framing;
        uint64_t length;
        check_case("%s", framing_rows[i].why);
        CHECK_REASON(read_framing(framing_rows[i].head, &framing, &length), framing_rows[i].reason);
    }
}

#define INVALID U101_TRANSFER_ENCODING_INVALID
#define UNSUPPORTED U101_TRANSFER_ENCODING_UNSUPPORTED

/* Transfer-Encoding by itself [RFC 9112 6.1, 6.3, 7, 11.2]. */
static const framing_row coding_rows[] = {
    {CODING "chunked\r\n\r\n", U101_SOUND, "chunked"},
    {CODING "Chunked\r\n\r\n", U101_SOUND, "letter case aside"},
    {CODING "chunke\r\n\r\n", INVALID, "a byte less"},
    {CODING "chunkedx\r\n\r\n", INVALID, "a byte more"},
    {CODING "\r\n\r\n", INVALID, "nothing"},
    {CODING ",\r\n\r\n", INVALID, "no element"},
    {CODING "chunked,\r\n\r\n", INVALID, "an empty element at the end"},
    {CODING ",chunked\r\n\r\n", INVALID, "an empty element in front"},
    {CODING "gzip,,chunked\r\n\r\n", INVALID, "an empty element between two"},
    {CODING "gzip, chunked\r\n\r\n", UNSUPPORTED, "another coding before it"},
    {CODING "gzip , CHUNKED\r\n\r\n", UNSUPPORTED, "white space before the comma"},
    {CODING "gzip, x, chunked\r\n\r\n", UNSUPPORTED, "two other codings"},
    {CODING "gzip\r\n\r\n", INVALID, "another coding at the end"},
    {CODING "chunked, gzip\r\n\r\n", INVALID, "chunked not at the end"},
    {CODING "chunked, chunked\r\n\r\n", INVALID, "chunked twice"},
    {CODING "chunked;a=b, chunked\r\n\r\n", INVALID, "chunked with parameters not at the end"},
    {CODING "chunked;a=b\r\n\r\n", INVALID, "chunked with parameters"},
    {CODING "chunked;\r\n\r\n", INVALID, "chunked and a semicolon"},
    {CODING "gzip;a=b, chunked\r\n\r\n", UNSUPPORTED, "a parameter of another coding"},
    {CODING "gzip ; a = b ; c=d, chunked\r\n\r\n", UNSUPPORTED, "two, with white space"},
    {CODING "gzip;a=\"b, chunked\", chunked\r\n\r\n", UNSUPPORTED, "a quoted value"},
    {CODING "gzip;a=\"b\\\"\", chunked\r\n\r\n", UNSUPPORTED, "an escaped quote"},
    {CODING "gzip;a=\"b, chunked\r\n\r\n", INVALID, "a quote that is not closed"},
    {CODING "gzip;a=\"b\"c, chunked\r\n\r\n", INVALID, "a byte after the quotes"},
    {CODING "gzip;a, chunked\r\n\r\n", INVALID, "a parameter without value"},
    {CODING "gzip;a=, chunked\r\n\r\n", INVALID, "a parameter with an empty one"},
    {CODING "gzip;=b, chunked\r\n\r\n", INVALID, "a parameter without name"},
    {CODING "gzip;, chunked\r\n\r\n", INVALID, "a semicolon alone"},
    {CODING "g zip, chunked\r\n\r\n", INVALID, "a space in a coding"},
    {CODING "\"gzip\", chunked\r\n\r\n", INVALID, "a coding in quotes"},
    {CODING "gzip/1, chunked\r\n\r\n", INVALID, "no token"},
    {CODING "chunked\r\nTransfer-Encoding: chunked\r\n\r\n", INVALID, "two lines"},
    {CODING "gzip\r\nTransfer-Encoding: chunked\r\n\r\n", INVALID, "two lines of a list"},
};

static void test_framing_codings_are_chunked_alone_or_refused(void)
{
    for (size_t i = 0; i < COUNT(coding_rows); i++) {
        u101_framing framing;
        uint64_t length;
        check_case("%s", coding_rows[i].why);
        CHECK_REASON(read_framing(coding_rows[i].head, &framing, &length), coding_rows[i].reason);
        CHECK_INT((int)framing, U101_FRAMING_CHUNKED);
    }
}

typedef struct {
    const char *head;
    u101_framing framing;
    uint64_t length;
} kept_row;

static const kept_row kept_rows[] = {
    {HOST "\r\n", U101_FRAMING_NONE, 0},
    {HOST "Content-Length: 017\r\n\r\n", U101_FRAMING_LENGTH, 17},
    {HOST "Content-Length: 0\r\n\r\n", U101_FRAMING_LENGTH, 0},
    {HOST "Content-Length: 9223372036854775807\r\n\r\n", U101_FRAMING_LENGTH, INT64_MAX},
    {CODING "chunked\r\n\r\n", U101_FRAMING_CHUNKED, 0},
};

static void test_framing_and_length_are_told(void)
{
    for (size_t i = 0; i < COUNT(kept_rows); i++) {
        u101_framing framing;
        uint64_t length = 1;
        check_case("row %zu", i);
        CHECK_REASON(read_framing(kept_rows[i].head, &framing, &length), U101_SOUND);
        CHECK_INT((int)framing, (int)kept_rows[i].framing);
        CHECK(length == kept_rows[i].length);
    }
}

int main(void)
{
    CHECK_RUN(test_framing_is_sound_or_refused);
    CHECK_RUN(test_framing_codings_are_chunked_alone_or_refused);
    CHECK_RUN(test_framing_and_length_are_told);
    return check_finish();
}
