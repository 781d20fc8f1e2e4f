/*
 * The checks of an upgrade to another protocol, in pairs one byte apart
 * [RFC 9110 7.8, 16.7].
 */
#include "protocol.h"

#include "harness.h"
#include "sample.h"

typedef struct {
    const char *head;
    u101_reason reason;
    const char *why;
} protocol_row;

#define POST "POST / HTTP/1.1\r\nHost: a\r\n"

static void check_rows(const u101_protocol *protocol, const protocol_row *rows, size_t count)
{
    const u101_offer offer = {.kind = U101_OFFER_PROTOCOL, .as.protocol = *protocol};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    for (size_t i = 0; i < count; i++) {
        sample made;
        check_case("%s", rows[i].why);
        sample_read(&made, negotiator, NULL, rows[i].head);
        CHECK_REASON(u101_protocol_check(&made.context, protocol), rows[i].reason);
    }
    u101_negotiator_free(negotiator);
}

static const u101_slice methods[] = {BYTES("POST"), BYTES("GET")};

static void test_protocol_method_is_listed_or_passed(void)
{
    static const protocol_row rows[] = {
        {POST "\r\n", U101_SOUND, "the first"},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", U101_SOUND, "the second"},
        {"PUT / HTTP/1.1\r\nHost: a\r\n\r\n", U101_METHOD_NOT_ALLOWED, "another"},
        {"post / HTTP/1.1\r\nHost: a\r\n\r\n", U101_METHOD_NOT_ALLOWED, "methods have case"},
        {"POSTS / HTTP/1.1\r\nHost: a\r\n\r\n", U101_METHOD_NOT_ALLOWED, "a byte more"},
        {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", U101_METHOD_NOT_ALLOWED,
         "the method before the body"},
    };
    const u101_protocol protocol = {
        .name = BYTES("x"), .methods = methods, .method_count = COUNT(methods)};
    check_rows(&protocol, rows, COUNT(rows));
}

static void test_protocol_without_body_passes_one(void)
{
    static const protocol_row rows[] = {
        {"ANY / HTTP/1.1\r\nHost: a\r\n\r\n", U101_SOUND, "any method"},
        {POST "Content-Length: 0\r\n\r\n", U101_SOUND, "a body of no bytes"},
        {POST "Content-Length: 1\r\n\r\n", U101_BODY_NOT_ALLOWED, "a body of one byte"},
        {POST "Content-Length: 9223372036854775807\r\n\r\n", U101_BODY_NOT_ALLOWED,
         "a body of 2^63-1 bytes"},
        {POST "Transfer-Encoding: chunked\r\n\r\n", U101_BODY_NOT_ALLOWED, "a chunked body"},
    };
    const u101_protocol protocol = {.name = BYTES("x")};
    check_rows(&protocol, rows, COUNT(rows));
}

static void test_protocol_with_body_takes_one_up_to_the_limit(void)
{
    static const protocol_row rows[] = {
        {POST "\r\n", U101_SOUND, "no body"},
        {POST "Content-Length: 65536\r\n\r\n", U101_SOUND, "the limit"},
        {POST "Content-Length: 65537\r\n\r\n", U101_BODY_TOO_LARGE, "a byte more"},
        {POST "Content-Length: 9223372036854775807\r\n\r\n", U101_BODY_TOO_LARGE,
         "a body of 2^63-1 bytes"},
        {POST "Transfer-Encoding: chunked\r\n\r\n", U101_SOUND, "a chunked body"},
    };
    const u101_protocol protocol = {.name = BYTES("x"), .body = true};
    check_rows(&protocol, rows, COUNT(rows));
}

int main(void)
{
    CHECK_RUN(test_protocol_method_is_listed_or_passed);
    CHECK_RUN(test_protocol_without_body_passes_one);
    CHECK_RUN(test_protocol_with_body_takes_one_up_to_the_limit);
    return check_finish();
}
