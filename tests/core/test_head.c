/*
 * Request lines, and what may stand before them or in their place, read whole and byte by
 * byte, in pairs one byte apart [RFC 9112 2, 3].
 */
#include "head.h"

#include <string.h>

#include "reading.h"
#include "slice.h"
#include "target.h"

#define LINE "GET / HTTP/1.1\r\n"

static const head_row head_rows[] = {
    MORE("", "nothing"),
    MORE("\x16", "one byte of a TLS record"),
    DEFECT("\x16\x03", TLS_CLIENT_HELLO, "a TLS handshake record"),
    LATER("\x16\x02", BAD_METHOD, 1, "another version of a record"),
    MORE("PRI * HTTP/2.0\r\n\r\nSM\r\n\r", "23 bytes of the preface"),
    {BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), U101_READ_PREFACE, U101_SOUND, 0, "the preface"},
    LATER("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r", BAD_TARGET, 18, "a preface with another last byte"),
    LATER("PRI * HTTP/2.1", BAD_TARGET, 8, "what begins like it is any other request"),
    DEFECT("PRI *x ", BAD_TARGET, "and at another byte of its target"),
    MORE("PRI /", "a method that begins like it"),
    DEFECT("\r\nPRI * ", BAD_TARGET, "the preface is at the very beginning only"),
    DEFECT("\r\n\x16", BAD_METHOD, "a record is at the very beginning only"),
    DONE("\r\n" LINE "\r\n", "an empty line in front [RFC 9112 2.2]"),
    MORE("\r\n\r", "two CR LF may begin a PROXY header"),
    MORE("\r\n\r\n", "and go on with it"),
    DEFECT("\r\n\r\n\0", PROXY_PROTOCOL, "version 2 of the PROXY protocol"),
    DEFECT("\r\n\r\n\x01", BAD_METHOD, "another byte than its NUL"),
    DEFECT("\r\n\r\n\r", BAD_METHOD, "a third empty line"),
    DEFECT("\r\n\r\nG", BAD_METHOD, "two empty lines in front"),
    DEFECT("\r\n\rG", BAD_METHOD, "a CR in the place of the method"),
    DEFECT("\r\n\n", BAD_METHOD, "a LF in the place of the method"),
    DEFECT("\r\n\0", BAD_METHOD, "a NUL in the place of the method"),
    MORE("PROXY TCP4", "version 1 of the PROXY protocol may be a request"),
    DEFECT("PROXY TCP4 ", PROXY_PROTOCOL, "and is none by its target"),
    DEFECT("PROXY UNKNOWN\r", PROXY_PROTOCOL, "or by the end of the line in it"),
    DEFECT("PROXY \r", PROXY_PROTOCOL, "or at its beginning"),
    DEFECT("PROXY \n", PROXY_PROTOCOL, "or by a LF there"),
    DEFECT("PROXY  ", PROXY_PROTOCOL, "or by an empty target"),
    DEFECT("PROXY /\x7f", PROXY_PROTOCOL, "or by a byte of it"),
    DEFECT("PROXY / \r", PROXY_PROTOCOL, "or by the end of the line right after it"),
    DEFECT("PROXY / \n", PROXY_PROTOCOL, "or by a LF right after it"),
    DEFECT("PROXY / H\r", BAD_VERSION, "a line that ends later is a request's"),
    DEFECT("PROXY / x", BAD_VERSION, "another version is a request's"),
    DEFECT("PROXY\r", BAD_METHOD, "no space after the method"),
    DEFECT("PROX TCP4 ", BAD_TARGET, "a byte less of the method"),
    DEFECT("PROXYS TCP4 ", BAD_TARGET, "a byte more of the method"),
    DEFECT("proxy TCP4 ", BAD_TARGET, "the method in lower case"),
    DONE("PROXY / HTTP/1.1\r\n\r\n", "a request with the method PROXY"),
    DEFECT("\r\nPROXY TCP4 ", PROXY_PROTOCOL, "version 1 after a skipped CRLF"),
    DEFECT("\rG", BARE_CR, "a CR in front"),
    DEFECT("\n", BAD_METHOD, "a LF in front"),
    DEFECT(" ", BAD_METHOD, "an empty method"),
    MORE("!#$%&'*+-.^_`|~09azAZ", "a method of all kinds of tchar"),
    DEFECT("GE(", BAD_METHOD, "a delimiter in the method"),
    DEFECT("GET\t", BAD_METHOD, "a HTAB after the method"),
    DEFECT("GET\r", BAD_METHOD, "a line that ends after the method"),
    DEFECT("GET\n", BAD_METHOD, "a LF after the method"),
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
    DEFECT("GET / HTTP/1.1 ", BAD_VERSION, "a space after the version"),
    DEFECT("GET / HTTP/1.1\n", BARE_LF, "no CR"),
    DEFECT("GET / HTTP/1.1\r\r", BARE_CR, "two CR"),
};

static void test_head_row_is_decided_at_its_last_byte(void)
{
    reading_check_rows(&u101_default_limits, head_rows, COUNT(head_rows));
}

/* Of a later request of its connection [contract 8.6]. */
static const head_row later_rows[] = {
    DEFECT("\r\n\r", BAD_METHOD, "version 2 of the PROXY protocol"),
    DEFECT("PROXY TCP4 ", BAD_TARGET, "version 1 of the PROXY protocol"),
    DEFECT("PROXY UNKNOWN\r", BAD_VERSION, "version 1 without a space"),
    DEFECT("PROXY / \r", BAD_VERSION, "version 1 after its target"),
    DEFECT("\x16\x03", TLS_CLIENT_HELLO, "a TLS handshake record"),
    DONE("\r\n" LINE "\r\n", "an empty line in front"),
    {BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), U101_READ_PREFACE, U101_SOUND, 0, "the preface"},
};

static void test_head_of_a_later_request_has_no_proxy_header(void)
{
    for (size_t i = 0; i < COUNT(later_rows); i++) {
        const head_row *row = &later_rows[i];
        check_case("%s", row->why);
        for (size_t cut = 0; cut <= row->bytes.size; cut++) {
            reading made = reading_begin();
            made.head.later = true;
            reading_go_on(&made, &u101_default_limits, (u101_slice){row->bytes.at, cut});
            if (made.result == U101_READ_MORE) {
                reading_go_on(&made, &u101_default_limits, row->bytes);
            }
            CHECK_INT(made.result, row->result);
            CHECK_REASON(made.reason, row->reason);
        }
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
            const reading whole = reading_whole(&u101_default_limits, changed);
            const reading pieces = reading_bytewise(&u101_default_limits, changed, &fed);
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
    const reading made = reading_whole(&u101_default_limits, bytes);
    const u101_head *head = &made.head;
    CHECK_INT(made.result, U101_READ_DONE);
    CHECK_SIZE(head->next, bytes.size - sizeof("leftover") + 1);
    check_span(bytes, head->method, "HEAD");
    check_span(bytes, head->target, "http://b/c");
    CHECK_INT(head->minor, '0');
    CHECK(head->is_head);
    CHECK_INT(head->form, U101_FORM_ABSOLUTE);
    CHECK_INT(head->field_count, 4);
    CHECK_SIZE(head->fields, sizeof("\r\nHEAD http://b/c HTTP/1.0\r\n") - 1);
    check_span(bytes, head->known[U101_FIELD_HOST], "b");
    check_span(bytes, head->known[U101_FIELD_UPGRADE], "");
    CHECK_INT(head->lines[U101_FIELD_UPGRADE], 2);
    CHECK_INT(head->lines[U101_FIELD_ORIGIN], 0);
}

static void test_head_forms_are_noted(void)
{
    static const struct {
        u101_slice bytes;
        u101_form form;
    } rows[] = {
        {BYTES("CONNECT a:1 "), U101_FORM_AUTHORITY},
        {BYTES("HEADS /a "), U101_FORM_ORIGIN},
        {BYTES("OPTIONS * "), U101_FORM_ASTERISK},
        {BYTES("GET http://a "), U101_FORM_ABSOLUTE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const reading made = reading_whole(&u101_default_limits, rows[i].bytes);
        check_case("%s", rows[i].bytes.at);
        CHECK_INT(made.head.form, (int)rows[i].form);
        CHECK(!made.head.is_head);
    }
}

int main(void)
{
    CHECK_RUN(test_head_row_is_decided_at_its_last_byte);
    CHECK_RUN(test_head_of_a_later_request_has_no_proxy_header);
    CHECK_RUN(test_head_any_byte_anywhere_is_read_alike_in_pieces);
    CHECK_RUN(test_head_read_is_kept_as_offsets);
    CHECK_RUN(test_head_forms_are_noted);
    return check_finish();
}
