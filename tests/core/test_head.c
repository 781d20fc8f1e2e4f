/*
 * Heads read whole and byte by byte, in pairs one byte apart [RFC 9112 2].
 */
#include "head.h"

#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "slice.h"

typedef struct {
    u101_slice bytes;
    u101_read_result result;
    u101_reason reason; /* of a defect, which the last byte shows */
    const char *why;
} head_row;

#define MORE(bytes, why)                                                                           \
    {                                                                                              \
        BYTES(bytes), U101_READ_MORE, U101_SWITCHED, why                                           \
    }
#define DONE(bytes, why)                                                                           \
    {                                                                                              \
        BYTES(bytes), U101_READ_DONE, U101_SWITCHED, why                                           \
    }
#define DEFECT(bytes, reason, why)                                                                 \
    {                                                                                              \
        BYTES(bytes), U101_READ_DEFECT, U101_##reason, why                                         \
    }
#define LINE "GET / HTTP/1.1\r\n"

static const head_row head_rows[] = {
    MORE("", "nothing"),
    MORE("\x16", "one byte of a TLS record"),
    DEFECT("\x16\x03", TLS_CLIENT_HELLO, "a TLS handshake record"),
    DEFECT("\x16\x02", BAD_METHOD, "another version of a record"),
    MORE("PRI * HTTP/2.0\r\n\r\nSM\r\n\r", "23 bytes of the preface"),
    {BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), U101_READ_PREFACE, U101_SWITCHED, "the preface"},
    DEFECT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r", BAD_TARGET, "a preface with another last byte"),
    DEFECT("PRI * HTTP/2.1", BAD_TARGET, "what begins like it is any other request"),
    MORE("PRI /", "a method that begins like it"),
    DEFECT("\r\nPRI * ", BAD_TARGET, "the preface is at the very beginning only"),
    DEFECT("\r\n\x16", BAD_METHOD, "a record is at the very beginning only"),
    DONE("\r\n" LINE "\r\n", "an empty line in front [RFC 9112 2.2]"),
    DEFECT("\r\n\r", BAD_METHOD, "two empty lines in front"),
    DEFECT("\rG", BARE_CR, "a CR in front"),
    DEFECT("\n", BAD_METHOD, "a LF in front"),
    DEFECT(" ", BAD_METHOD, "an empty method"),
    MORE("!#$%&'*+-.^_`|~09azAZ", "a method of all kinds of tchar"),
    DEFECT("GE(", BAD_METHOD, "a delimiter in the method"),
    DEFECT("GET\t", BAD_METHOD, "a HTAB behind the method"),
    DEFECT("GET\r", BAD_METHOD, "a line that ends behind the method"),
    DEFECT("GET\n", BAD_METHOD, "a LF behind the method"),
    DEFECT("G\0", BAD_METHOD, "a NUL in the method"),
    MORE("MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM", "32 bytes of method"),
    MORE("MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM ", "32 bytes of method and its space"),
    DEFECT("MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM", BAD_METHOD, "33 bytes of method"),
    DEFECT("GET  ", BAD_TARGET, "an empty target"),
    DEFECT("GET \r", BAD_VERSION, "no target and no version"),
    DEFECT("GET /\r", BAD_VERSION, "no version"),
    DEFECT("GET /\n", BAD_VERSION, "no version and no CR"),
    DEFECT("GET /#", BAD_TARGET, "a fragment"),
    DEFECT("GET /\x7f", BAD_TARGET, "a DEL"),
    DEFECT("GET /\x80", BAD_TARGET, "a byte above ASCII"),
    DEFECT("GET /\t", BAD_TARGET, "a HTAB"),
    MORE("GET a", "a target whose form is not known yet"),
    DEFECT("GET a ", BAD_TARGET, "a target of no form, at its space"),
    MORE("CONNECT a:1 ", "the target of CONNECT"),
    DEFECT("CONNECT a: ", BAD_TARGET, "no port for CONNECT"),
    DEFECT("GET / h", BAD_VERSION, "the name of HTTP is case-sensitive [RFC 9112 2.3]"),
    DEFECT("GET /  ", BAD_VERSION, "two spaces"),
    DEFECT("GET / HTTP/x", BAD_VERSION, "no digit"),
    DEFECT("GET / HTTP/1,", BAD_VERSION, "no dot"),
    DEFECT("GET / HTTP/1.x", BAD_VERSION, "no second digit"),
    MORE("GET / HTTP/2.", "another version, before its last digit"),
    DEFECT("GET / HTTP/2.0", UNSUPPORTED_VERSION, "another version, at its last digit"),
    DEFECT("GET / HTTP/1.2", UNSUPPORTED_VERSION, "another minor version"),
    DEFECT("GET / HTTP/0.9", UNSUPPORTED_VERSION, "an older version"),
    MORE("GET / HTTP/1.0", "1.0"),
    DEFECT("GET / HTTP/1.11", BAD_VERSION, "three digits"),
    DEFECT("GET / HTTP/1.1 ", BAD_VERSION, "a space behind the version"),
    DEFECT("GET / HTTP/1.1\n", BARE_LF, "no CR"),
    DEFECT("GET / HTTP/1.1\r\r", BARE_CR, "two CR"),
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
    DEFECT(LINE "A: b\n", BARE_LF, "no CR behind the value"),
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

/* What one call, or many, come to. */
typedef struct {
    u101_head head;
    u101_read_result result;
    u101_reason reason;
} reading;

static reading read_whole(const u101_limits *limits, u101_slice bytes)
{
    reading made = {.head = {.next = 0}, .reason = U101_SWITCHED};
    made.result = u101_head_read(limits, &made.head, guard_slice(bytes), &made.reason);
    return made;
}

/* One byte more with each call, at another address with each. */
static reading read_bytewise(const u101_limits *limits, u101_slice bytes, size_t *fed)
{
    reading made = {.head = {.next = 0}, .reason = U101_SWITCHED};
    for (*fed = 0; *fed <= bytes.size; ++*fed) {
        made.result = u101_head_read(limits, &made.head, guard_slice((u101_slice){bytes.at, *fed}),
                                     &made.reason);
        if (made.result != U101_READ_MORE) {
            break;
        }
    }
    return made;
}

static void check_row(const head_row *row)
{
    size_t fed = 0;
    const reading whole = read_whole(&u101_default_limits, row->bytes);
    CHECK_INT(whole.result, row->result);
    CHECK_REASON(whole.reason, row->reason);
    const reading bytewise = read_bytewise(&u101_default_limits, row->bytes, &fed);
    CHECK_INT(bytewise.result, row->result);
    CHECK_REASON(bytewise.reason, row->reason);
    CHECK_SIZE(fed, row->result == U101_READ_MORE ? row->bytes.size + 1 : row->bytes.size);
}

static void test_head_row_is_decided_at_its_last_byte(void)
{
    for (size_t i = 0; i < COUNT(head_rows); i++) {
        check_case("%s", head_rows[i].why);
        check_row(&head_rows[i]);
    }
}

/* Each byte at each place of a head: one of the two ways must not see more than the other. */
static void check_same_fields(const u101_head *left, const u101_head *right)
{
    for (size_t kind = 0; kind < U101_FIELD_KINDS; kind++) {
        CHECK_SIZE(left->lines[kind], right->lines[kind]);
        CHECK(left->lines[kind] == 0 ||
              memcmp(&left->known[kind], &right->known[kind], sizeof(u101_span)) == 0);
    }
}

static void test_head_any_byte_anywhere_is_read_alike_in_pieces(void)
{
    static const u101_slice sound = BYTES("\r\nGET /a HTTP/1.1\r\nHost: b\r\nX:\r\n\r\n");
    char bytes[64];
    for (size_t place = 0; place < sound.size; place++) {
        for (int byte = 0; byte < 256; byte++) {
            size_t fed = 0;
            memcpy(bytes, sound.at, sound.size);
            bytes[place] = (char)byte;
            check_case("byte 0x%02x at %zu", (unsigned)byte, place);
            const u101_slice changed = {bytes, sound.size};
            const reading whole = read_whole(&u101_default_limits, changed);
            const reading pieces = read_bytewise(&u101_default_limits, changed, &fed);
            CHECK_INT(pieces.result, whole.result);
            CHECK_REASON(pieces.reason, whole.reason);
            check_same_fields(&pieces.head, &whole.head);
            CHECK(whole.result == U101_READ_MORE || fed <= sound.size);
        }
    }
}

static void check_span(u101_slice bytes, u101_span span, const char *expected)
{
    CHECK_TEXT(u101_slice_at(bytes.at, span), expected);
}

static void test_head_read_is_kept_as_offsets(void)
{
    const u101_slice bytes = BYTES("\r\nHEAD http://b/c HTTP/1.0\r\nX: y\r\nHOST: \t b \t\r\n"
                                   "Upgrade:\r\nUpgrade: d\r\n\r\nleftover");
    const reading made = read_whole(&u101_default_limits, bytes);
    const u101_head *head = &made.head;
    CHECK_INT(made.result, U101_READ_DONE);
    CHECK_SIZE(head->next, bytes.size - sizeof("leftover") + 1);
    check_span(bytes, head->method, "HEAD");
    check_span(bytes, head->target, "http://b/c");
    CHECK_INT(head->minor, '0');
    CHECK(head->is_head);
    CHECK(head->absolute);
    CHECK(!head->connect);
    CHECK_INT(head->field_count, 4);
    CHECK_SIZE(head->fields, sizeof("\r\nHEAD http://b/c HTTP/1.0\r\n") - 1);
    check_span(bytes, head->known[U101_FIELD_HOST], "b");
    check_span(bytes, head->known[U101_FIELD_UPGRADE], "");
    CHECK_INT(head->lines[U101_FIELD_UPGRADE], 2);
    CHECK_INT(head->lines[U101_FIELD_ORIGIN], 0);
}

static void test_head_forms_are_noted(void)
{
    const reading connect = read_whole(&u101_default_limits, BYTES("CONNECT a:1 "));
    const reading origin = read_whole(&u101_default_limits, BYTES("HEADS /a "));
    CHECK(connect.head.connect && !connect.head.absolute);
    CHECK(!origin.head.connect && !origin.head.absolute && !origin.head.is_head);
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

static void test_head_of_the_limit_is_read_and_a_byte_more_is_not_looked_at(void)
{
    char bytes[300];
    const u101_slice at_limit = long_head(bytes, 256);
    CHECK_INT(read_whole(&small, at_limit).result, U101_READ_MORE);
    memcpy(bytes + 252, "\r\n\r\n", 4);
    CHECK_INT(read_whole(&small, at_limit).result, U101_READ_DONE);
    memset(bytes + 252, 'x', 4);
    bytes[256] = '\0';
    const reading over = read_whole(&small, (u101_slice){bytes, 257});
    CHECK_INT(over.result, U101_READ_DEFECT);
    CHECK_REASON(over.reason, U101_HEAD_TOO_LARGE);
    bytes[255] = '\0';
    CHECK_REASON(read_whole(&small, (u101_slice){bytes, 257}).reason, U101_BAD_FIELD_VALUE);
}

static void test_head_leading_empty_line_counts(void)
{
    char bytes[300];
    memcpy(bytes, "\r\n", 2);
    (void)long_head(bytes + 2, 254);
    CHECK_INT(read_whole(&small, (u101_slice){bytes, 256}).result, U101_READ_MORE);
    bytes[256] = 'x';
    CHECK_REASON(read_whole(&small, (u101_slice){bytes, 257}).reason, U101_HEAD_TOO_LARGE);
}

static const head_row limit_rows[] = {
    MORE("GET /23456789abcdef", "16 bytes of target less one"),
    MORE("GET /23456789abcdefg", "16 bytes of target"),
    MORE("GET /23456789abcdefg ", "16 bytes of target and its space"),
    DEFECT("GET /23456789abcdefgh", TARGET_TOO_LONG, "17 bytes of target"),
    DEFECT("GET /23456789abcdefg\r", TARGET_TOO_LONG, "a further byte that is no space"),
    DEFECT("GET /23456789abcdef\x01", BAD_TARGET, "a bad byte within the limit"),
    DEFECT("GET /23456789abcdefg\x01", TARGET_TOO_LONG, "a bad byte behind the limit"),
    MORE(LINE "A:\r\nA:\r\nA:\r\nA:\r\n", "four field lines"),
    DONE(LINE "A:\r\nA:\r\nA:\r\nA:\r\n\r\n", "four field lines and the blank one"),
    DEFECT(LINE "A:\r\nA:\r\nA:\r\nA:\r\nA", TOO_MANY_FIELDS, "a fifth line"),
    DEFECT(LINE "A:\r\nA:\r\nA:\r\nA:\r\n:", TOO_MANY_FIELDS, "a fifth line without a name"),
    DEFECT(LINE "A:\r\nA:\r\nA:\r\nA:\r\n\0", TOO_MANY_FIELDS, "a fifth line that is a NUL"),
    DEFECT(LINE "A:\r\nA:\r\nA:\r\nA:\r\n ", OBS_FOLD, "a fold of the fourth"),
    DEFECT(LINE "A:\r\nA:\r\nA:\r\nA:\r\n\t", OBS_FOLD, "a fold of the fourth by HTAB"),
    DEFECT(LINE "A:\r\nA:\r\nA:\r\nA:\r\n\n", BARE_LF, "a LF behind the fourth"),
};

static void test_head_limits_of_target_and_fields_bind_at_one_byte_more(void)
{
    for (size_t i = 0; i < COUNT(limit_rows); i++) {
        const head_row *row = &limit_rows[i];
        size_t fed = 0;
        check_case("%s", row->why);
        CHECK_INT(read_whole(&small, row->bytes).result, row->result);
        const reading bytewise = read_bytewise(&small, row->bytes, &fed);
        CHECK_INT(bytewise.result, row->result);
        CHECK_REASON(bytewise.reason, row->reason);
    }
}

/* One byte that passes both limits [contract 2]. */
static void test_head_limit_wins_over_that_of_the_target(void)
{
    static const u101_limits equal = {.head = 256, .target = 252, .fields = 4, .body = 0};
    char bytes[257];
    memset(bytes, 't', sizeof(bytes));
    memcpy(bytes, "GET /", 5);
    CHECK_INT(read_whole(&equal, (u101_slice){bytes, 256}).result, U101_READ_MORE);
    CHECK_REASON(read_whole(&equal, (u101_slice){bytes, 257}).reason, U101_HEAD_TOO_LARGE);
}

static void test_head_limit_wins_over_that_of_the_fields(void)
{
    static const u101_slice lines = BYTES(LINE "A:\r\nA:\r\nA:\r\nA:");
    char bytes[257];
    memset(bytes, 'a', sizeof(bytes));
    memcpy(bytes, lines.at, lines.size);
    memcpy(bytes + 254, "\r\n", 2);
    CHECK_INT(read_whole(&small, (u101_slice){bytes, 256}).result, U101_READ_MORE);
    CHECK_REASON(read_whole(&small, (u101_slice){bytes, 257}).reason, U101_HEAD_TOO_LARGE);
}

/* ---- work ---- */

/* Byte by byte, each byte is looked at once: what a call has passed need not be there for
 * the next one, and it has passed all that it was given. */
static void test_head_in_pieces_is_not_read_again(void)
{
    enum { SIZE = 16384 };
    char *bytes = malloc(SIZE);
    if (bytes == NULL) {
        check_abort("out of memory");
    }
    guard pages = guard_new(SIZE);
    const u101_slice copy = guard_end(&pages, long_head(bytes, SIZE));
    u101_head head = {.next = 0};
    u101_reason reason = U101_SWITCHED;
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
    CHECK_RUN(test_head_row_is_decided_at_its_last_byte);
    CHECK_RUN(test_head_any_byte_anywhere_is_read_alike_in_pieces);
    CHECK_RUN(test_head_read_is_kept_as_offsets);
    CHECK_RUN(test_head_forms_are_noted);
    CHECK_RUN(test_head_of_the_limit_is_read_and_a_byte_more_is_not_looked_at);
    CHECK_RUN(test_head_leading_empty_line_counts);
    CHECK_RUN(test_head_limits_of_target_and_fields_bind_at_one_byte_more);
    CHECK_RUN(test_head_limit_wins_over_that_of_the_target);
    CHECK_RUN(test_head_limit_wins_over_that_of_the_fields);
    CHECK_RUN(test_head_in_pieces_is_not_read_again);
    return check_finish();
}
