/*
 * Heads of responses and what follows them, in pairs one byte apart
 * [RFC 9112 4, 5, 6, 9.3, contract 8.2].
 *
 * Each row is read whole, cut in two at every place, and byte by byte; a head that is
 * complete is read with a tail too.  The bytes end at a page that cannot be read.
 */
#include <string.h>

#include "guard.h"
#include "harness.h"

#define MORE U101_RESPONSE_MORE
#define INTERIM U101_RESPONSE_INTERIM
#define FINAL U101_RESPONSE_FINAL
#define SWITCH U101_RESPONSE_SWITCH
#define DEFECT U101_RESPONSE_DEFECT

#define NONE U101_FRAMING_NONE
#define LENGTH U101_FRAMING_LENGTH
#define CHUNKED U101_FRAMING_CHUNKED
#define CLOSE U101_FRAMING_CLOSE

/* What came of one way of reading. */
typedef struct {
    u101_response response;
    u101_response_result result;
    u101_reason reason;
} outcome;

/* The first `cut` bytes are there at first, then `step` more each time. */
static outcome read_pieces(const char *method, const u101_limits *limits, u101_slice bytes,
                           size_t cut, size_t step)
{
    outcome made = {.reason = U101_SOUND};
    size_t size = cut;
    u101_response_init(&made.response, slice_of(method));
    for (;;) {
        const u101_slice received = guard_slice((u101_slice){bytes.at, size});
        made.result = u101_response_read(limits, &made.response, received, &made.reason);
        if (made.result != MORE || size == bytes.size) {
            return made;
        }
        size += step < bytes.size - size ? step : bytes.size - size;
    }
}

typedef void (*check_function)(const outcome *made, const void *row);

static void check_ways(const char *method, const u101_limits *limits, u101_slice bytes,
                       check_function check, const void *row, const char *why)
{
    for (size_t cut = 0; cut <= bytes.size; cut++) {
        check_case("%s, cut at %zu", why, cut);
        const outcome made = read_pieces(method, limits, bytes, cut, bytes.size);
        check(&made, row);
    }
    check_case("%s, byte by byte", why);
    const outcome made = read_pieces(method, limits, bytes, 0, 1);
    check(&made, row);
}

static void check_all_ways(const char *method, const u101_limits *limits, const char *text,
                           bool complete, check_function check, const void *row, const char *why)
{
    static const char tail[] = "HTTP/1.1 \r\n\r\n";
    char bytes[512];
    const size_t size = strlen(text);
    check_ways(method, limits, slice_of(text), check, row, why);
    if (complete && CHECK(size + sizeof(tail) <= sizeof(bytes))) {
        memcpy(bytes, text, size);
        memcpy(bytes + size, tail, sizeof(tail));
        check_ways(method, limits, (u101_slice){bytes, size + sizeof(tail)}, check, row, why);
    }
}

typedef struct {
    const char *bytes;
    u101_reason reason; /* U101_SOUND: the head is complete, or more is needed */
    size_t next;
    const char *why;
} syntax_row;

#define OK_LINE "HTTP/1.1 200 OK\r\n"

static const syntax_row syntax_rows[] = {
    {OK_LINE "\r\n", U101_SOUND, 19, "a head without fields"},
    {"HTTP/1.0 200 OK\r\n\r\n", U101_SOUND, 19, "version 1.0"},
    {"HTTP/1.2 200 OK\r\n\r\n", U101_UNSUPPORTED_VERSION, 7, "version 1.2"},
    {"HTTP/2.0 200 OK\r\n\r\n", U101_UNSUPPORTED_VERSION, 7, "version 2.0"},
    {"HTTP/1:1 200 OK\r\n\r\n", U101_BAD_VERSION, 6, "no point"},
    {"HTTP/x.1 200 OK\r\n\r\n", U101_BAD_VERSION, 5, "no digit"},
    {"HTTP/1.x 200 OK\r\n\r\n", U101_BAD_VERSION, 7, "no second digit"},
    {"HTTP/2 200 OK\r\n\r\n", U101_BAD_VERSION, 6, "half of a version"},
    {"http/1.1 200 OK\r\n\r\n", U101_BAD_VERSION, 0, "lower case"},
    {"ICY 200 OK\r\n\r\n", U101_BAD_VERSION, 0, "another protocol"},
    {"\r\n" OK_LINE "\r\n", U101_BAD_VERSION, 0, "an empty line is not skipped"},
    {"\x16\x03\x01", U101_BAD_VERSION, 0, "TLS"},
    {"HTTP/1.1200 OK\r\n\r\n", U101_BAD_VERSION, 8, "no space before the status"},
    {"HTTP/1.1  200 OK\r\n\r\n", U101_BAD_VERSION, 9, "two spaces before the status"},
    {"HTTP/1.1\t200 OK\r\n\r\n", U101_BAD_VERSION, 8, "HTAB before the status"},
    {"HTTP/1.1 99 OK\r\n\r\n", U101_BAD_VERSION, 9, "a status of two digits"},
    {"HTTP/1.1 20 OK\r\n\r\n", U101_BAD_VERSION, 11, "... that begins like one of three"},
    {"HTTP/1.1 099 OK\r\n\r\n", U101_BAD_VERSION, 9, "a status below 100 [RFC 9110 15, 15.2]"},
    {"HTTP/1.1 199 OK\r\n\r\n", U101_SOUND, 19, "the last interim one"},
    {"HTTP/1.1 599 OK\r\n\r\n", U101_SOUND, 19, "the last status"},
    {"HTTP/1.1 600 OK\r\n\r\n", U101_BAD_VERSION, 9, "a status above 599"},
    {"HTTP/1.1 2x0 OK\r\n\r\n", U101_BAD_VERSION, 10, "no second digit of the status"},
    {"HTTP/1.1 20x OK\r\n\r\n", U101_BAD_VERSION, 11, "no third digit"},
    {"HTTP/1.1 2000 OK\r\n\r\n", U101_BAD_VERSION, 12, "four digits"},
    {"HTTP/1.1 200 \r\n\r\n", U101_SOUND, 17, "an empty phrase"},
    {"HTTP/1.1 200\r\n\r\n", U101_BAD_VERSION, 12, "no space before it [RFC 9112 4]"},
    {"HTTP/1.1 200\n\r\n", U101_BAD_VERSION, 12, "... and LF alone"},
    {"HTTP/1.1 200\tOK\r\n\r\n", U101_BAD_VERSION, 12, "HTAB before the phrase"},
    {"HTTP/1.1 200 a\t \xff!\r\n\r\n", U101_SOUND, 22, "every kind of byte of a phrase"},
    {"HTTP/1.1 200 a\x7f\r\n\r\n", U101_BAD_VERSION, 14, "DEL in a phrase"},
    {"HTTP/1.1 200 a\v\r\n\r\n", U101_BAD_VERSION, 14, "a control character in a phrase"},
    {"HTTP/1.1 200 OK\n\r\n", U101_BARE_LF, 15, "LF without CR"},
    {"HTTP/1.1 200 OK\r\r\n", U101_BARE_CR, 16, "CR without LF"},
    {OK_LINE "A: b\r\nC:d\r\n\r\n", U101_SOUND, 30, "two field lines"},
    {OK_LINE " A: b\r\n\r\n", U101_OBS_FOLD, 17, "SP before the first line"},
    {OK_LINE "A: b\r\n\tc\r\n\r\n", U101_OBS_FOLD, 23, "a folded line"},
    {OK_LINE "A : b\r\n\r\n", U101_BAD_FIELD_NAME, 18, "white space before the colon"},
    {OK_LINE ": b\r\n\r\n", U101_BAD_FIELD_NAME, 17, "no name"},
    {OK_LINE "A: \x01\r\n\r\n", U101_BAD_FIELD_VALUE, 20, "a control character in a value"},
    {OK_LINE "A: b\n\r\n", U101_BARE_LF, 21, "LF without CR after a line"},
    {OK_LINE "A: b\rc", U101_BARE_CR, 22, "CR without LF after a line"},
    {OK_LINE "\n", U101_BARE_LF, 17, "LF without CR at the end"},
    {OK_LINE "\rA", U101_BARE_CR, 18, "CR without LF at the end"},
    {"", U101_SOUND, 0, "nothing"},
    {"HTTP/1.1 20", U101_SOUND, 11, "half of a status line"},
    {OK_LINE "A: b\r\n\r", U101_SOUND, 24, "all but the last byte"},
};

static bool ends_with_blank_line(const char *text)
{
    const size_t size = strlen(text);
    return size >= 4 && memcmp(text + size - 4, "\r\n\r\n", 4) == 0;
}

static void check_syntax(const outcome *made, const void *data)
{
    const syntax_row *row = data;
    const bool complete = row->reason == U101_SOUND && ends_with_blank_line(row->bytes);
    CHECK_REASON(made->reason, row->reason);
    CHECK_SIZE(made->response.head.next, row->next);
    CHECK_INT(made->result == DEFECT, row->reason != U101_SOUND);
    CHECK_INT(made->result == MORE, row->reason == U101_SOUND && !complete);
}

static void test_response_syntax_is_read_or_refused(void)
{
    for (size_t i = 0; i < COUNT(syntax_rows); i++) {
        const syntax_row *row = &syntax_rows[i];
        check_all_ways("GET", &u101_default_limits, row->bytes,
                       row->reason == U101_SOUND && ends_with_blank_line(row->bytes), check_syntax,
                       row, row->why);
    }
}

typedef struct {
    syntax_row row;
    u101_limits limits;
} limit_row;

static const limit_row limit_rows[] = {
    {{OK_LINE "A:\r\n\r\n", U101_SOUND, 23, "as large as the head may be"},
     {.head = 23, .fields = 1}},
    {{OK_LINE "A:\r\n\r\n", U101_HEAD_TOO_LARGE, 22, "a byte more"}, {.head = 22, .fields = 1}},
    {{OK_LINE "A:\r\n\r\n", U101_HEAD_TOO_LARGE, 13, "... before the phrase"},
     {.head = 13, .fields = 1}},
    {{OK_LINE "A:\r\nB:\r\n\r\n", U101_SOUND, 27, "as many lines as are allowed"},
     {.head = 99, .fields = 2}},
    {{OK_LINE "A:\r\nB:\r\n\r\n", U101_TOO_MANY_FIELDS, 21, "a line more"},
     {.head = 99, .fields = 1}},
    {{OK_LINE "A:\r\n B:\r\n\r\n", U101_OBS_FOLD, 21, "a folded line is no line more"},
     {.head = 99, .fields = 1}},
    {{OK_LINE "A:\r\nB:\r\n\r\n", U101_HEAD_TOO_LARGE, 21, "the head's limit comes first"},
     {.head = 21, .fields = 1}},
};

static void test_response_limits_bind_at_the_byte_that_passes_them(void)
{
    for (size_t i = 0; i < COUNT(limit_rows); i++) {
        const limit_row *row = &limit_rows[i];
        check_ways("GET", &row->limits, slice_of(row->row.bytes), check_syntax, &row->row,
                   row->row.why);
    }
}

/* A head of as many bytes as the limit that is not complete waits for the next byte. */
static void test_response_head_as_large_as_the_limit_waits_for_one_more_byte(void)
{
    const u101_slice bytes = guard_text(OK_LINE "A: b\r\n");
    const u101_limits limits = {.head = bytes.size, .fields = 1};
    u101_response response;
    u101_reason reason = U101_SOUND;
    u101_response_init(&response, slice_of("GET"));
    CHECK_INT(u101_response_read(&limits, &response, bytes, &reason), U101_RESPONSE_MORE);
    CHECK_SIZE(response.head.next, bytes.size);
    const u101_slice longer = guard_text(OK_LINE "A: b\r\n\r");
    CHECK_INT(u101_response_read(&limits, &response, longer, &reason), U101_RESPONSE_DEFECT);
    CHECK_REASON(reason, U101_HEAD_TOO_LARGE);
    CHECK_SIZE(response.head.next, bytes.size);
}

typedef struct {
    const char *method;
    const char *head; /* without its blank line */
    u101_response_result result;
    u101_framing framing;
    uint64_t length;
    bool keeps_alive;
    u101_reason reason;
    const char *why;
} meaning_row;

#define LINE(status) "HTTP/1.1 " status " \r\n"
#define LINE10(status) "HTTP/1.0 " status " \r\n"
#define CL5 "Content-Length: 5\r\n"
#define TE "Transfer-Encoding: chunked\r\n"
#define SOUND U101_SOUND

static const meaning_row meaning_rows[] = {
    {"GET", LINE("200") CL5, FINAL, LENGTH, 5, true, SOUND, "a length"},
    {"GET", LINE("200") "Content-Length: 0\r\n", FINAL, LENGTH, 0, true, SOUND, "no content"},
    {"GET", LINE("200") TE, FINAL, CHUNKED, 0, true, SOUND, "chunks"},
    {"GET", LINE("200"), FINAL, CLOSE, 0, false, SOUND, "until the connection ends"},
    {"GET", LINE("404") CL5, FINAL, LENGTH, 5, true, SOUND, "an error"},
    {"GET", LINE("205") CL5, FINAL, LENGTH, 5, true, SOUND, "205 is as its fields say"},
    {"GET", LINE("204") CL5, FINAL, NONE, 0, true, SOUND, "204 has no body"},
    {"GET", LINE("304") CL5, FINAL, NONE, 0, true, SOUND, "304 has no body"},
    {"GET", LINE("305") CL5, FINAL, LENGTH, 5, true, SOUND, "305 has one"},
    {"HEAD", LINE("200") CL5, FINAL, NONE, 0, true, SOUND, "HEAD has no body"},
    {"head", LINE("200") CL5, FINAL, LENGTH, 5, true, SOUND, "head is another method"},
    {"HEAD", LINE("200") TE CL5, FINAL, NONE, 0, true, SOUND, "... nor a conflict"},
    {"GET", LINE("204") TE CL5, FINAL, NONE, 0, true, SOUND, "204 has no conflict"},
    {"GET", LINE("304") "Content-Length: x\r\n", FINAL, NONE, 0, true, SOUND,
     "304 has no invalid length"},
    {"GET", LINE("100"), INTERIM, NONE, 0, true, SOUND, "100"},
    {"GET", LINE("103") CL5 TE, INTERIM, NONE, 0, true, SOUND, "103, whatever its fields"},
    {"GET", LINE("199"), INTERIM, NONE, 0, true, SOUND, "199"},
    {"GET", LINE("101"), SWITCH, NONE, 0, false, SOUND, "101"},
    {"GET", LINE("101") TE CL5, SWITCH, NONE, 0, false, SOUND, "101, whatever its fields"},
    {"CONNECT", LINE("200") CL5, SWITCH, NONE, 0, false, SOUND, "200 to CONNECT"},
    {"CONNECT", LINE("204") TE, SWITCH, NONE, 0, false, SOUND, "204 to CONNECT"},
    {"CONNECT", LINE("299"), SWITCH, NONE, 0, false, SOUND, "299 to CONNECT"},
    {"CONNECT", LINE("300") CL5, FINAL, LENGTH, 5, true, SOUND, "300 to CONNECT"},
    {"CONNECT", LINE("100"), INTERIM, NONE, 0, true, SOUND, "100 to CONNECT"},
    {"connect", LINE("200") CL5, FINAL, LENGTH, 5, true, SOUND, "connect is another method"},
    {"GET", LINE("200") TE CL5, DEFECT, CLOSE, 0, false, U101_FRAMING_CONFLICT, "both"},
    {"GET", LINE10("200") TE, DEFECT, CLOSE, 0, false, U101_FRAMING_CONFLICT, "chunks in 1.0"},
    {"GET", LINE("200") "Transfer-Encoding: gzip, chunked\r\n", DEFECT, CLOSE, 0, false,
     U101_TRANSFER_ENCODING_UNSUPPORTED, "another coding"},
    {"GET", LINE("200") "Transfer-Encoding: gzip\r\n", DEFECT, CLOSE, 0, false,
     U101_TRANSFER_ENCODING_INVALID, "without chunks"},
    {"GET", LINE("200") TE TE, DEFECT, CLOSE, 0, false, U101_TRANSFER_ENCODING_INVALID, "twice"},
    {"GET", LINE("200") "Content-Length: +5\r\n", DEFECT, CLOSE, 0, false,
     U101_CONTENT_LENGTH_INVALID, "a sign"},
    {"GET", LINE("200") CL5 CL5, DEFECT, CLOSE, 0, false, U101_CONTENT_LENGTH_INVALID,
     "two lengths"},
    {"GET", LINE("200") CL5 "Connection: close\r\n", FINAL, LENGTH, 5, false, SOUND, "close"},
    {"GET", LINE("200") CL5 "Connection: CLOSE\r\n", FINAL, LENGTH, 5, false, SOUND,
     "letter case aside"},
    {"GET", LINE("200") CL5 "Connection: closed\r\n", FINAL, LENGTH, 5, true, SOUND,
     "another option"},
    {"GET", LINE("200") CL5 "Connection: a\r\nConnection: , close\r\n", FINAL, LENGTH, 5, false,
     SOUND, "close in a second line"},
    {"GET", LINE("200") CL5 "Connection: clo se\r\n", FINAL, LENGTH, 5, false, SOUND,
     "no list of tokens"},
    {"GET", LINE("200") CL5 "Connection:\r\n", FINAL, LENGTH, 5, true, SOUND, "an empty list"},
    {"GET", LINE("204") "Connection: close\r\n", FINAL, NONE, 0, false, SOUND,
     "close without a body"},
    {"GET", LINE10("200") CL5, FINAL, LENGTH, 5, false, SOUND, "1.0"},
    {"GET", LINE10("200") CL5 "Connection: keep-alive\r\n", FINAL, LENGTH, 5, true, SOUND,
     "1.0 with keep-alive"},
    {"GET", LINE10("200") CL5 "Connection: Keep-Alive, close\r\n", FINAL, LENGTH, 5, false, SOUND,
     "... and close"},
    {"GET", LINE10("200") CL5 "Connection: keep-alive,(\r\n", FINAL, LENGTH, 5, false, SOUND,
     "... and no token"},
    {"GET", LINE10("200") "Connection: keep-alive\r\n", FINAL, CLOSE, 0, false, SOUND,
     "1.0 until the connection ends"},
};

static void check_meaning(const outcome *made, const void *data)
{
    const meaning_row *row = data;
    CHECK_INT(made->result, row->result);
    CHECK_REASON(made->reason, row->reason);
    CHECK_SIZE(made->response.head.next, strlen(row->head) + 2);
    if (row->result != DEFECT) {
        CHECK_INT(made->response.framing, row->framing);
        CHECK(made->response.length == row->length);
        CHECK_INT(made->response.keeps_alive, row->keeps_alive);
    }
}

static void test_response_body_is_framed_by_method_status_and_fields(void)
{
    for (size_t i = 0; i < COUNT(meaning_rows); i++) {
        const meaning_row *row = &meaning_rows[i];
        char bytes[256];
        const size_t size = strlen(row->head);
        if (!CHECK(size + 3 <= sizeof(bytes))) {
            continue;
        }
        memcpy(bytes, row->head, size);
        memcpy(bytes + size, "\r\n", 3);
        check_all_ways(row->method, &u101_default_limits, bytes, true, check_meaning, row,
                       row->why);
    }
}

static void check_interim_then_final(u101_slice first, u101_slice second)
{
    u101_response response;
    u101_reason reason = U101_SOUND;
    u101_response_init(&response, BYTES("GET"));
    CHECK_INT(u101_response_read(&u101_default_limits, &response, first, &reason), INTERIM);
    CHECK_INT(response.status, 103);
    CHECK_SIZE(response.head.lines[U101_FIELD_CONTENT_LENGTH], 1);
    u101_response_next(&response);
    CHECK_INT(u101_response_read(&u101_default_limits, &response, second, &reason), FINAL);
    CHECK_INT(response.status, 200);
    CHECK_SIZE(response.head.next, second.size);
    CHECK_INT(response.framing, CHUNKED);
    CHECK_SIZE(response.head.lines[U101_FIELD_CONTENT_LENGTH], 0);
}

static void test_response_final_head_follows_an_interim_one(void)
{
    check_interim_then_final(guard_text("HTTP/1.1 103 Early Hints\r\n" CL5 "\r\n"),
                             guard_text(LINE("200") TE "\r\n"));
}

static void test_response_next_keeps_the_method(void)
{
    u101_response response;
    u101_reason reason = U101_SOUND;
    u101_response_init(&response, BYTES("HEAD"));
    const u101_slice interim = guard_text(LINE("100") "\r\n");
    const u101_slice last = guard_text(LINE("200") CL5 "\r\n");
    CHECK_INT(u101_response_read(&u101_default_limits, &response, interim, &reason), INTERIM);
    u101_response_next(&response);
    CHECK_INT(u101_response_read(&u101_default_limits, &response, last, &reason), FINAL);
    CHECK_INT(response.framing, NONE);
}

static void test_response_parts_are_where_they_stand(void)
{
    static const char text[] = "HTTP/1.0 418 I'm a teapot \r\nA: b\r\nC:\r\n\r\n";
    const u101_slice bytes = guard_text(text);
    u101_response response;
    u101_reason reason = U101_SOUND;
    u101_field field;
    u101_response_init(&response, BYTES("GET"));
    CHECK_INT(u101_response_read(&u101_default_limits, &response, bytes, &reason), FINAL);
    CHECK_INT(response.status, 418);
    CHECK_INT(response.head.minor, '0');
    CHECK_TEXT(((u101_slice){bytes.at + response.phrase.at, response.phrase.size}),
               "I'm a teapot ");
    CHECK_SIZE(response.head.field_count, 2);
    size_t cursor = response.head.fields;
    CHECK(u101_fields_next(bytes.at, response.head.next, &cursor, &field));
    CHECK_TEXT(field.name, "A");
    CHECK_TEXT(field.value, "b");
    CHECK(u101_fields_next(bytes.at, response.head.next, &cursor, &field));
    CHECK_TEXT(field.name, "C");
    CHECK(!u101_fields_next(bytes.at, response.head.next, &cursor, &field));
}

int main(void)
{
    CHECK_RUN(test_response_syntax_is_read_or_refused);
    CHECK_RUN(test_response_limits_bind_at_the_byte_that_passes_them);
    CHECK_RUN(test_response_head_as_large_as_the_limit_waits_for_one_more_byte);
    CHECK_RUN(test_response_body_is_framed_by_method_status_and_fields);
    CHECK_RUN(test_response_final_head_follows_an_interim_one);
    CHECK_RUN(test_response_next_keeps_the_method);
    CHECK_RUN(test_response_parts_are_where_they_stand);
    return check_finish();
}
