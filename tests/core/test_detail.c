/*
 * Details of decisions, word for word; what a client sent is escaped, and they are cut.
 */
#include <stdio.h>
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "sample.h"

#define GET "GET /p?q HTTP/1.1\r\nHost: a:1\r\n"
#define LISTED "Connection: Upgrade\r\n"
#define WEBSOCKET                                                                                  \
    LISTED "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                 \
           "Sec-WebSocket-Version: 13\r\n"

typedef struct {
    const char *received;
    const char *detail;
    const char *why;
} detail_row;

static const u101_slice p_path[] = {BYTES("/p")};
static const u101_slice put[] = {BYTES("PUT")};

/* A server of one's own with one entry of origins. */
static u101_negotiator *offering(const char *origin)
{
    const u101_slice origins[] = {slice_of(origin)};
    const u101_offer offers[] = {
        {.kind = U101_OFFER_WEBSOCKET,
         .paths = p_path,
         .path_count = COUNT(p_path),
         .as.websocket = {.origins = origins,
                          .origin_count = origin[0] == '\0' ? 0 : 1,
                          .origin_required = true}},
        {.kind = U101_OFFER_PROTOCOL,
         .as.protocol = {.name = BYTES("foo"), .methods = put, .method_count = 1}},
        {.kind = U101_OFFER_PROTOCOL, .as.protocol = {.name = BYTES("bar"), .body = true}},
    };
    static const u101_limits limits = {.head = 256, .target = 16, .fields = 8, .body = 9};
    const u101_config config = {.offers = offers, .offer_count = COUNT(offers), .limits = limits};
    u101_defect defect;
    u101_negotiator *negotiator = u101_negotiator_new(&config, &defect);
    if (negotiator == NULL) {
        check_abort("the offers are refused: %s", defect.text);
    }
    return negotiator;
}

/* Decides on all that was received, and writes the detail into just its room. */
static u101_slice detail_of(const u101_negotiator *negotiator, u101_slice received)
{
    static guard pages;
    u101_hasher *hasher = u101_hasher_new();
    u101_handshake handshake;
    u101_decision decision = {.reason = U101_SWITCHED};
    if (pages.base == NULL) {
        pages = guard_new(U101_DETAIL_SIZE);
    }
    char *out = guard_buffer(&pages, U101_DETAIL_SIZE);
    u101_handshake_init(&handshake, true);
    CHECK(u101_handshake_decide(negotiator, &handshake, received, false, hasher, &decision));
    u101_hasher_free(hasher);
    const size_t known = decision.head_size > 0 ? decision.head_size : received.size;
    const u101_slice head = guard_slice((u101_slice){received.at, known});
    const size_t size = u101_detail_write(negotiator, &decision, head, out);
    CHECK(size <= U101_DETAIL_SIZE);
    return (u101_slice){out, size};
}

static void check_rows(const char *origin, const detail_row *rows, size_t count)
{
    u101_negotiator *negotiator = offering(origin);
    for (size_t i = 0; i < count; i++) {
        check_case("%s", rows[i].why);
        CHECK_TEXT(detail_of(negotiator, guard_text(rows[i].received)), rows[i].detail);
    }
    u101_negotiator_free(negotiator);
}

static const detail_row detail_rows[] = {
    {GET "\r\n", "The request asks for no upgrade: no Upgrade", "a field that is missing"},
    {GET "Upgrade: x, y\r\n" LISTED "\r\n",
     "No protocol that the client names is offered here: Upgrade 'x, y'", "a field"},
    {GET "Upgrade: x\r\nUpgrade: y\r\n" LISTED "\r\n",
     "No protocol that the client names is offered here: Upgrade 'x' and 1 more line",
     "a field of two lines"},
    {GET "Upgrade: x\r\nupgrade: y\r\nUPGRADE: z\r\n" LISTED "\r\n",
     "No protocol that the client names is offered here: Upgrade 'x' and 2 more lines",
     "a field of three lines"},
    {"GET /q?r HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n" LISTED "\r\n",
     "No protocol that the client names is offered at this path: path '/q', Upgrade 'websocket'",
     "a path, without the query"},
    {GET "Upgrade: foo\r\n" LISTED "\r\n",
     "The protocol is not reached by this method: method 'GET'", "a method"},
    {"PUT /p HTTP/1.1\r\nHost: a\r\n" WEBSOCKET "\r\n",
     "A WebSocket handshake is a GET request: method 'PUT'", "a method of WebSocket"},
    {"PUT /p HTTP/1.1\r\nHost: a\r\nUpgrade: foo\r\nContent-Length: 7\r\n" LISTED "\r\n",
     "An upgrade request to this protocol has no body: Content-Length '7'", "a body"},
    {GET WEBSOCKET "Transfer-Encoding: chunked\r\n\r\n",
     "A WebSocket handshake has no body: Transfer-Encoding 'chunked'", "a chunked body"},
    {GET "Upgrade: bar\r\nContent-Length: 10\r\n" LISTED "\r\n",
     "The body is larger than this server reads before an upgrade: the limit is 9 bytes: "
     "Content-Length '10'",
     "a body above the limit"},
    {GET WEBSOCKET "\r\n", "Origin is missing, and the server requires one", "no Origin"},
    {GET WEBSOCKET "Origin: http://b\r\n\r\n",
     "Origin 'http://b' is not same-origin with Host 'a:1'", "another origin"},
};

static void test_detail_tells_the_values_that_decided(void)
{
    check_rows("same-origin", detail_rows, COUNT(detail_rows));
}

/* Of these the sentence is the table's. */
static void check_values(const char *received, u101_reason reason, const char *values)
{
    u101_negotiator *negotiator = offering("same-origin");
    char expected[256];
    (void)snprintf(expected, sizeof expected, "%s: %s", u101_reason_row_of(reason)->text, values);
    CHECK_TEXT(detail_of(negotiator, guard_text(received)), expected);
    u101_negotiator_free(negotiator);
}

static void test_detail_of_two_fields_that_disagree_has_both(void)
{
    check_values("GET http://b:2/ HTTP/1.1\r\nHost: a\r\n\r\n", U101_HOST_MISMATCH,
                 "target 'http://b:2/', Host 'a'");
    check_values(GET "Transfer-Encoding: x\r\nContent-Length: 1\r\n\r\n", U101_FRAMING_CONFLICT,
                 "Transfer-Encoding 'x', Content-Length '1'");
    check_values("GET / HTTP/1.0\r\nTransfer-Encoding: x\r\n\r\n", U101_FRAMING_CONFLICT,
                 "HTTP/1.0, Transfer-Encoding 'x', no Content-Length");
    check_values(GET "Host: b\r\n\r\n", U101_HOST_DUPLICATE, "Host 'a:1' and 1 more line");
}

static void test_detail_of_an_origin_names_what_it_was_compared_with(void)
{
    static const char *const details[][2] = {
        {"same-origin", "Origin 'http://b' is not same-origin with Host 'a:1'"},
        {"same-host", "Origin 'http://b' is not same-host with Host 'a:1'"},
        {"http://c", "Origin 'http://b' is not among the origins that the server lists"},
        {"http://b/", "Origin 'http://b' is not among the origins that the server lists"},
        {"", "Origin 'http://b' is not allowed: none is"},
    };
    for (size_t i = 0; i < COUNT(details); i++) {
        const detail_row row = {GET WEBSOCKET "Origin: http://b\r\n\r\n", details[i][1], ""};
        check_case("entry %s", details[i][0]);
        check_rows(details[i][0], &row, 1);
    }
}

static void test_detail_of_several_entries_names_the_host_too(void)
{
    const u101_slice origins[] = {BYTES("http://c"), BYTES("same-origin")};
    const u101_offer offer = {.kind = U101_OFFER_WEBSOCKET,
                              .as.websocket = {.origins = origins, .origin_count = COUNT(origins)}};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    CHECK_TEXT(detail_of(negotiator, guard_text(GET WEBSOCKET "Origin: http://b\r\n\r\n")),
               "Origin 'http://b' is not among the origins that the server lists, nor that of "
               "Host 'a:1'");
    u101_negotiator_free(negotiator);
}

/* The byte that shows a defect, and what stands before it in its line. */
static void test_detail_of_a_defect_has_its_place(void)
{
    static const struct {
        u101_slice received;
        u101_reason reason;
        const char *place;
    } rows[] = {
        {BYTES("\n"), U101_BAD_METHOD, ": offset 0, byte 0x0a"},
        {BYTES("GE("), U101_BAD_METHOD, ": offset 2, byte 0x28 after 'GE'"},
        {BYTES("GET /\xff"), U101_BAD_TARGET, ": offset 5, byte 0xff after 'GET /'"},
        {BYTES("GET / HTTP/1.1\r\nA: \0"), U101_BAD_FIELD_VALUE,
         ": offset 19, byte 0x00 after 'A: '"},
        {BYTES("GET / HTTP/1.1\r\n\n"), U101_BARE_LF, ": offset 16, byte 0x0a"},
        {BYTES("\x16\x02"), U101_BAD_METHOD, ": offset 0, byte 0x16"},
        {BYTES("GET / HTTP/1.1\r\nA: '\\\t\x01"), U101_BAD_FIELD_VALUE,
         ": offset 22, byte 0x01 after 'A: \\'\\\\\\x09'"},
        {BYTES("GET /23456789abcdefgh"), U101_TARGET_TOO_LONG,
         ": the limit is 16 bytes: offset 20, byte 0x68 after 'GET /23456789abcdefg'"},
        {BYTES("GET / HTTP/1.1\r\na:\r\na:\r\na:\r\na:\r\na:\r\na:\r\na:\r\na:\r\na"),
         U101_TOO_MANY_FIELDS, ": the limit is 8 lines: offset 48, byte 0x61"},
        {BYTES("GET / HTTP/1.1\r\nX: 0123456789012345678901234567890123456789a\r\rb"), U101_BARE_CR,
         ": offset 61, byte 0x0d after '23456789012345678901234567890123456789a\\x0d'"},
    };
    u101_negotiator *negotiator = offering("same-origin");
    for (size_t i = 0; i < COUNT(rows); i++) {
        char expected[256];
        (void)snprintf(expected, sizeof expected, "%s%s", u101_reason_row_of(rows[i].reason)->text,
                       rows[i].place);
        check_case("row %zu", i);
        CHECK_TEXT(detail_of(negotiator, guard_slice(rows[i].received)), expected);
    }
    u101_negotiator_free(negotiator);
}

/* A caller that kept nothing of the bytes is told the offset alone. */
static void test_detail_without_the_byte_has_its_offset(void)
{
    u101_negotiator *negotiator = offering("same-origin");
    u101_handshake handshake;
    u101_decision decision;
    char out[U101_DETAIL_SIZE];
    u101_handshake_init(&handshake, true);
    CHECK(u101_handshake_decide(negotiator, &handshake, BYTES("GE("), false, NULL, &decision));
    const size_t size = u101_detail_write(negotiator, &decision, (u101_slice){"", 0}, out);
    char expected[128];
    (void)snprintf(expected, sizeof expected, "%s: offset 2",
                   u101_reason_row_of(U101_BAD_METHOD)->text);
    CHECK_TEXT(((u101_slice){out, size}), expected);
    u101_negotiator_free(negotiator);
}

static void test_detail_of_what_a_client_sent_is_escaped(void)
{
    check_values(GET "Upgrade: x'y\\z\t\x80\xff\r\n" LISTED "\r\n", U101_UPGRADE_INVALID,
                 "Upgrade 'x\\'y\\\\z\\x09\\x80\\xff'");
    check_values(GET "Upgrade: x\r\nConnection: a b\r\n\r\n", U101_CONNECTION_INVALID,
                 "Connection 'a b'");
}

/* The details of two values that differ by one byte: the first just fits. */
static void test_detail_that_is_too_long_is_cut(void)
{
    const u101_offer offer = {.kind = U101_OFFER_TLS};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    for (size_t value = 100; value < 260; value++) {
        char head[512];
        char text[260];
        memset(text, 'x', sizeof text);
        text[1] = ' ';
        const int size =
            snprintf(head, sizeof head, GET "Upgrade: %.*s\r\n" LISTED "\r\n", (int)value, text);
        const u101_slice detail =
            detail_of(negotiator, guard_slice((u101_slice){head, (size_t)size}));
        const size_t whole = strlen(u101_reason_row_of(U101_UPGRADE_INVALID)->text) +
                             sizeof(": Upgrade ''") - 1 + value;
        check_case("a value of %zu bytes", value);
        CHECK_SIZE(detail.size, whole < U101_DETAIL_SIZE ? whole : U101_DETAIL_SIZE);
        const bool cut = memcmp(detail.at + detail.size - 3, "...", 3) == 0;
        CHECK_INT(cut, whole > U101_DETAIL_SIZE);
    }
    u101_negotiator_free(negotiator);
}

/* Whatever was decided, and why: nothing that is not known is read. */
static void test_detail_of_each_reason_is_printable(void)
{
    u101_negotiator *negotiator = offering("same-origin");
    for (int i = 0; i < U101_REASON_COUNT; i++) {
        u101_decision decision = {.offer = U101_NO_OFFER, .offset = U101_NO_OFFSET};
        char out[U101_DETAIL_SIZE];
        u101_decision_refuse(&decision, (u101_reason)i);
        const size_t size = u101_detail_write(negotiator, &decision, (u101_slice){NULL, 0}, out);
        bool printable = size > 0;
        for (size_t j = 0; j < size; j++) {
            printable = printable && out[j] >= ' ' && out[j] <= '~';
        }
        const u101_slice text = slice_of(u101_reason_row_of((u101_reason)i)->text);
        check_case("%s", u101_reason_row_of((u101_reason)i)->name);
        CHECK(printable);
        /* Without a head no value is known, but a limit is. */
        CHECK(size >= text.size && memcmp(out, text.at, text.size) == 0);
        CHECK(size == text.size || memcmp(out + text.size, ": the limit is ", 15) == 0);
    }
    u101_negotiator_free(negotiator);
}

int main(void)
{
    CHECK_RUN(test_detail_tells_the_values_that_decided);
    CHECK_RUN(test_detail_of_two_fields_that_disagree_has_both);
    CHECK_RUN(test_detail_of_an_origin_names_what_it_was_compared_with);
    CHECK_RUN(test_detail_of_several_entries_names_the_host_too);
    CHECK_RUN(test_detail_of_a_defect_has_its_place);
    CHECK_RUN(test_detail_without_the_byte_has_its_offset);
    CHECK_RUN(test_detail_of_what_a_client_sent_is_escaped);
    CHECK_RUN(test_detail_that_is_too_long_is_cut);
    CHECK_RUN(test_detail_of_each_reason_is_printable);
    return check_finish();
}
