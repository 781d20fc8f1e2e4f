/*
 * The checks of an upgrade to TLS, in their order [RFC 2817 3].
 */
#include "tls.h"

#include "guard.h"
#include "harness.h"
#include "sample.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"

typedef struct {
    const char *head;
    bool secure;
    bool leftover;
    u101_reason reason;
    const char *why;
} tls_row;

static const tls_row tls_rows[] = {
    {GET "\r\n", false, false, U101_SOUND, "a request"},
    {GET "Content-Length: 0\r\n\r\n", false, false, U101_SOUND, "a body of no bytes"},
    {GET "Content-Length: 1\r\n\r\n", false, false, U101_TLS_BODY, "a body of one byte"},
    {GET "Transfer-Encoding: chunked\r\n\r\n", false, false, U101_TLS_BODY, "a chunked body"},
    {GET "\r\n", false, true, U101_TLS_LEFTOVER, "plain text behind it"},
    {GET "\r\n", true, false, U101_TLS_ALREADY, "on a TLS transport"},
    {GET "Content-Length: 1\r\n\r\n", true, true, U101_TLS_ALREADY, "the transport first"},
    {GET "Content-Length: 1\r\n\r\n", false, true, U101_TLS_BODY, "the body before what follows"},
};

static void test_tls_request_is_sound_or_refused(void)
{
    const u101_offer offer = {.kind = U101_OFFER_TLS};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    for (size_t i = 0; i < COUNT(tls_rows); i++) {
        const tls_row *row = &tls_rows[i];
        sample made;
        check_case("%s", row->why);
        sample_read(&made, negotiator, NULL, row->head);
        made.context.secure = row->secure;
        made.context.leftover = row->leftover;
        CHECK_REASON(u101_tls_check(&made.context, BYTES("1.3")), row->reason);
        CHECK_INT(made.decision.tls_minor, row->reason == U101_SOUND ? '3' : '\0');
    }
    u101_negotiator_free(negotiator);
}

static void test_tls_protocol_is_version_one_and_a_digit(void)
{
    CHECK(u101_tls_is_named(guard_text("TLS"), guard_text("1.0")));
    CHECK(u101_tls_is_named(guard_text("tls"), guard_text("1.9")));
    CHECK(!u101_tls_is_named(guard_text("TLS"), guard_text("")));
    CHECK(!u101_tls_is_named(guard_text("TLS"), guard_text("1.")));
    CHECK(!u101_tls_is_named(guard_text("TLS"), guard_text("1.a")));
    CHECK(!u101_tls_is_named(guard_text("TLS"), guard_text("1x2")));
    CHECK(!u101_tls_is_named(guard_text("TLS"), guard_text("1/2")));
    CHECK(!u101_tls_is_named(guard_text("TL"), guard_text("1.2")));
    CHECK(!u101_tls_is_named(guard_text("TLS"), guard_text("1.:")));
    CHECK(!u101_tls_is_named(guard_text("TLS"), guard_text("1./")));
    CHECK(!u101_tls_is_named(guard_text("TLS"), guard_text("1.00")));
    CHECK(!u101_tls_is_named(guard_text("TLS"), guard_text("2.0")));
    CHECK(!u101_tls_is_named(guard_text("TLT"), guard_text("1.0")));
}

int main(void)
{
    CHECK_RUN(test_tls_request_is_sound_or_refused);
    CHECK_RUN(test_tls_protocol_is_version_one_and_a_digit);
    return check_finish();
}
