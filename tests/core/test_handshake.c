/*
 * The way of a request to its decision: what is told of it, and refusals.
 */
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "sample.h"
#include "slice.h"

#define POST "POST / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n"
#define BODY POST "Content-Length: 3\r\n\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

/* A server that offers x with a body of any method. */
static u101_negotiator *offering_x(void)
{
    const u101_offer offer = {.kind = U101_OFFER_PROTOCOL,
                              .as.protocol = {.name = BYTES("x"), .body = true}};
    return sample_negotiator(&offer, 1);
}

/* What arrives on one connection. */
typedef struct {
    u101_negotiator *negotiator;
    u101_handshake handshake;
    u101_decision decision;
} connection;

static connection open_connection(void)
{
    connection made = {.negotiator = offering_x()};
    u101_handshake_init(&made.handshake, true);
    return made;
}

/* Decides on all that has arrived so far. */
static bool decide(connection *c, u101_slice received)
{
    return u101_handshake_decide(c->negotiator, &c->handshake, guard_slice(received), false, NULL,
                                 &c->decision);
}

static void test_handshake_of_no_bytes_needs_more(void)
{
    connection c = open_connection();
    CHECK(!u101_handshake_decide(c.negotiator, &c.handshake, (u101_slice){"", 0}, false, NULL,
                                 &c.decision));
    CHECK(!u101_handshake_decide(c.negotiator, &c.handshake, (u101_slice){NULL, 0}, false, NULL,
                                 &c.decision));
    u101_negotiator_free(c.negotiator);
}

static void test_handshake_wanted_is_the_head_and_a_byte_then_the_request(void)
{
    connection c = open_connection();
    CHECK_SIZE(u101_handshake_wanted(c.negotiator, &c.handshake), 16385);
    CHECK(!decide(&c, BYTES(POST)));
    CHECK_SIZE(u101_handshake_wanted(c.negotiator, &c.handshake), 16385);
    CHECK(!decide(&c, BYTES(BODY)));
    CHECK_SIZE(u101_handshake_wanted(c.negotiator, &c.handshake), sizeof(BODY) + 2);
    CHECK(!decide(&c, BYTES(BODY "ab")));
    CHECK_SIZE(u101_handshake_wanted(c.negotiator, &c.handshake), sizeof(BODY) + 2);
    u101_negotiator_free(c.negotiator);
}

/* Where a chunked body ends is not known: a step more than has been read. */
static void test_handshake_wanted_of_a_chunked_body_is_a_step_more(void)
{
    enum { STEP = 65536 };
    connection c = open_connection();
    CHECK(!decide(&c, BYTES(CHUNKED)));
    CHECK_SIZE(u101_handshake_wanted(c.negotiator, &c.handshake), sizeof(CHUNKED) - 1 + STEP);
    CHECK(!decide(&c, BYTES(CHUNKED "3\r\nab")));
    CHECK_SIZE(u101_handshake_wanted(c.negotiator, &c.handshake), sizeof(CHUNKED) - 1 + 5 + STEP);
    u101_negotiator_free(c.negotiator);
}

/* The byte after a head of the greatest size tells that plain text follows. */
static void test_handshake_wanted_reaches_the_byte_after_the_longest_head(void)
{
    const u101_offer offer = {.kind = U101_OFFER_TLS};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    static char bytes[16384 + 1];
    static const u101_slice begin =
        BYTES("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: TLS/1.2\r\nConnection: upgrade\r\nX: ");
    memset(bytes, 'x', sizeof(bytes));
    memcpy(bytes, begin.at, begin.size);
    memcpy(bytes + 16384 - 4, "\r\n\r\n", 4);
    u101_handshake handshake;
    u101_decision decision;
    u101_handshake_init(&handshake, true);
    const u101_slice received = {bytes, u101_handshake_wanted(negotiator, &handshake)};
    CHECK(u101_handshake_decide(negotiator, &handshake, guard_slice(received), false, NULL,
                                &decision));
    CHECK_REASON(decision.reason, U101_TLS_LEFTOVER);
    u101_negotiator_free(negotiator);
}

static void test_handshake_decision_holds_the_request_line(void)
{
    static const u101_slice bytes = BYTES("\r\nHEAD /t HTTP/1.0\r\nA: b\r\n\r\n");
    connection c = open_connection();
    CHECK(decide(&c, bytes));
    CHECK_ACTION(c.decision.action, U101_ACTION_PASS);
    CHECK_REASON(c.decision.reason, U101_NO_UPGRADE);
    CHECK_TEXT(u101_slice_at(bytes.at, c.decision.method), "HEAD");
    CHECK_TEXT(u101_slice_at(bytes.at, c.decision.target), "/t");
    CHECK_INT(c.decision.minor, '0');
    CHECK(c.decision.is_head);
    CHECK_SIZE(c.decision.offer, U101_NO_OFFER);
    CHECK_SIZE(c.decision.head_size, bytes.size);
    CHECK_SIZE(c.decision.request_size, bytes.size);
    u101_negotiator_free(c.negotiator);
}

static void test_handshake_defect_of_the_syntax_completes_no_head(void)
{
    connection c = open_connection();
    CHECK(decide(&c, BYTES("HEAD / HTTP/1.1\r\n ")));
    CHECK_ACTION(c.decision.action, U101_ACTION_REJECT);
    CHECK_REASON(c.decision.reason, U101_OBS_FOLD);
    CHECK_INT(c.decision.status, 400);
    CHECK_SIZE(c.decision.head_size, 0);
    CHECK_SIZE(c.decision.offset, sizeof("HEAD / HTTP/1.1\r\n") - 1);
    CHECK(c.decision.is_head);
    u101_negotiator_free(c.negotiator);
}

static void test_handshake_defect_of_the_meaning_has_no_offset(void)
{
    connection c = open_connection();
    CHECK(decide(&c, BYTES("GET / HTTP/1.1\r\n\r\n")));
    CHECK_REASON(c.decision.reason, U101_HOST_MISSING);
    CHECK_SIZE(c.decision.offset, U101_NO_OFFSET);
    CHECK_SIZE(c.decision.head_size, sizeof("GET / HTTP/1.1\r\n\r\n") - 1);
    u101_negotiator_free(c.negotiator);
}

/* What was not decided is not left over from an earlier use of the struct. */
static void test_handshake_defect_before_the_choice_tells_nothing_else(void)
{
    connection c = open_connection();
    memset(&c.decision, 1, sizeof(c.decision));
    CHECK(decide(&c, BYTES("GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\n")));
    CHECK_REASON(c.decision.reason, U101_HOST_MISSING);
    CHECK_SIZE(c.decision.offer, U101_NO_OFFER);
    CHECK_INT(c.decision.framing, U101_FRAMING_NONE);
    CHECK_SIZE((size_t)c.decision.length, 0);
    CHECK_SIZE(c.decision.content_size, 0);
    CHECK_SIZE(c.decision.subprotocol.size, 0);
    CHECK_SIZE(c.decision.settings.size, 0);
    CHECK(!c.decision.preface && !c.decision.secure && !c.decision.expects_continue);
    CHECK(!c.decision.deflate_agreed && !c.decision.extensions_replaced);
    CHECK(!c.decision.settings_present);
    u101_negotiator_free(c.negotiator);
}

static void test_handshake_framing_of_the_body_is_told(void)
{
    static const struct {
        u101_slice bytes;
        u101_framing framing;
        uint64_t length;
    } rows[] = {
        {BYTES("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), U101_FRAMING_NONE, 0},
        {BYTES("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n"), U101_FRAMING_LENGTH,
         70000},
        {BYTES("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
         U101_FRAMING_CHUNKED, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        connection c = open_connection();
        check_case("row %zu", i);
        CHECK(decide(&c, rows[i].bytes));
        CHECK_ACTION(c.decision.action, U101_ACTION_PASS);
        CHECK_INT(c.decision.status, 0);
        CHECK_INT(c.decision.framing, (int)rows[i].framing);
        CHECK(c.decision.length == rows[i].length);
        CHECK_SIZE(c.decision.request_size, c.decision.head_size);
        u101_negotiator_free(c.negotiator);
    }
}

static const u101_slice preface = BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

static void test_handshake_preface_switches_if_it_is_offered(void)
{
    const u101_offer offers[] = {{.kind = U101_OFFER_TLS},
                                 {.kind = U101_OFFER_H2C, .as.h2c = {.prior_knowledge = true}}};
    u101_negotiator *negotiator = sample_negotiator(offers, COUNT(offers));
    u101_handshake handshake;
    u101_decision decision;
    u101_handshake_init(&handshake, true);
    CHECK(u101_handshake_decide(negotiator, &handshake, guard_slice(preface), false, NULL,
                                &decision));
    CHECK_ACTION(decision.action, U101_ACTION_SWITCH);
    CHECK_REASON(decision.reason, U101_HTTP2_PRIOR_KNOWLEDGE);
    CHECK(decision.preface);
    CHECK_TEXT(u101_slice_at(preface.at, decision.method), "PRI");
    CHECK_TEXT(u101_slice_at(preface.at, decision.target), "*");
    CHECK_INT(decision.status, 0);
    CHECK_SIZE(decision.offer, 1);
    CHECK_INT(decision.kind, U101_OFFER_H2C);
    CHECK_SIZE(decision.head_size, 0);
    CHECK_SIZE(decision.request_size, 0);
    CHECK_SIZE(decision.offset, U101_NO_OFFSET);
    u101_negotiator_free(negotiator);
}

static void test_handshake_preface_is_refused_if_it_is_not_offered_or_comes_later(void)
{
    const u101_offer offer = {.kind = U101_OFFER_H2C,
                              .as.h2c = {.upgrade = true, .prior_knowledge = true}};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    u101_handshake handshake;
    u101_decision decision;
    u101_handshake_init(&handshake, false);
    CHECK(u101_handshake_decide(negotiator, &handshake, guard_slice(preface), false, NULL,
                                &decision));
    CHECK_ACTION(decision.action, U101_ACTION_REJECT);
    CHECK_REASON(decision.reason, U101_HTTP2_PREFACE);
    CHECK_INT(decision.status, 505);
    CHECK_SIZE(decision.offset, 23);
    CHECK(decision.preface);
    u101_negotiator_free(negotiator);
    connection other = open_connection();
    CHECK(decide(&other, preface));
    CHECK_ACTION(other.decision.action, U101_ACTION_REJECT);
    CHECK_REASON(other.decision.reason, U101_HTTP2_PREFACE);
    CHECK_SIZE(other.decision.offset, 23);
    u101_negotiator_free(other.negotiator);
}

/* What is left of an earlier decision is of no meaning for the next one. */
static void test_handshake_decision_sets_all_that_may_be_read(void)
{
    static const u101_slice bytes = BYTES("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    connection c = open_connection();
    memset(&c.decision, 0x55, sizeof c.decision);
    CHECK(decide(&c, bytes));
    CHECK_ACTION(c.decision.action, U101_ACTION_PASS);
    CHECK_INT(c.decision.status, 0);
    CHECK_SIZE(c.decision.offer, U101_NO_OFFER);
    CHECK_SIZE(c.decision.offset, U101_NO_OFFSET);
    CHECK_SIZE(c.decision.content_size, 0);
    CHECK_SIZE(c.decision.subprotocol.size, 0);
    CHECK_SIZE(c.decision.settings.size, 0);
    CHECK_INT(c.decision.framing, U101_FRAMING_NONE);
    CHECK(c.decision.length == 0);
    CHECK(!c.decision.expects_continue && !c.decision.deflate_agreed &&
          !c.decision.extensions_replaced && !c.decision.settings_present && !c.decision.preface &&
          !c.decision.secure && !c.decision.is_head);
    u101_negotiator_free(c.negotiator);
}

/* ---- refusals for a reason of the server's own ---- */

static void check_refusal(connection *c, bool is_head)
{
    u101_decision decision;
    u101_handshake_refuse(&c->handshake, U101_HANDSHAKE_TIMEOUT, true, &decision);
    CHECK_ACTION(decision.action, U101_ACTION_REJECT);
    CHECK_REASON(decision.reason, U101_HANDSHAKE_TIMEOUT);
    CHECK_INT(decision.status, 408);
    CHECK_INT(decision.is_head, is_head);
}

static void test_handshake_refused_at_any_time_is_a_reject(void)
{
    connection c = open_connection();
    check_refusal(&c, false);
    CHECK(!decide(&c, BYTES("HEAD")));
    check_refusal(&c, false);
    CHECK(!decide(&c, BYTES("HEAD ")));
    check_refusal(&c, true);
    u101_negotiator_free(c.negotiator);
}

static void test_handshake_refused_while_a_body_is_awaited_keeps_the_request(void)
{
    connection c = open_connection();
    u101_decision decision;
    CHECK(!decide(&c, BYTES(BODY "a")));
    u101_handshake_refuse(&c.handshake, U101_SHUTDOWN, false, &decision);
    CHECK_ACTION(decision.action, U101_ACTION_REJECT);
    CHECK_REASON(decision.reason, U101_SHUTDOWN);
    CHECK_INT(decision.status, 503);
    CHECK_SIZE(decision.head_size, sizeof(BODY) - 1);
    CHECK_TEXT(u101_slice_at(BODY, decision.method), "POST");
    CHECK_INT(decision.kind, U101_OFFER_PROTOCOL);
    u101_negotiator_free(c.negotiator);
}

/* The method is known from its space on: to HEAD a refusal has no content, even if a body
 * is awaited. */
static void test_handshake_refused_while_the_body_of_a_head_is_awaited_is_to_head(void)
{
    static const u101_slice head =
        BYTES("HEAD / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n"
              "Content-Length: 3\r\n\r\n");
    connection c = open_connection();
    u101_decision decision;
    CHECK(!decide(&c, head));
    u101_handshake_refuse(&c.handshake, U101_SHUTDOWN, false, &decision);
    CHECK(decision.is_head);
    CHECK_SIZE(decision.head_size, head.size);
    CHECK_SIZE(decision.offset, U101_NO_OFFSET);
    u101_negotiator_free(c.negotiator);
}

static void test_handshake_decision_rejected_for_a_reason_takes_its_status(void)
{
    connection c = open_connection();
    CHECK(decide(&c, BYTES(BODY "abc")));
    u101_decision_refuse(&c.decision, U101_CAPACITY);
    CHECK_ACTION(c.decision.action, U101_ACTION_REJECT);
    CHECK_REASON(c.decision.reason, U101_CAPACITY);
    CHECK_INT(c.decision.status, 503);
    u101_negotiator_free(c.negotiator);
}

int main(void)
{
    CHECK_RUN(test_handshake_of_no_bytes_needs_more);
    CHECK_RUN(test_handshake_wanted_is_the_head_and_a_byte_then_the_request);
    CHECK_RUN(test_handshake_wanted_of_a_chunked_body_is_a_step_more);
    CHECK_RUN(test_handshake_wanted_reaches_the_byte_after_the_longest_head);
    CHECK_RUN(test_handshake_decision_holds_the_request_line);
    CHECK_RUN(test_handshake_defect_of_the_syntax_completes_no_head);
    CHECK_RUN(test_handshake_defect_of_the_meaning_has_no_offset);
    CHECK_RUN(test_handshake_defect_before_the_choice_tells_nothing_else);
    CHECK_RUN(test_handshake_framing_of_the_body_is_told);
    CHECK_RUN(test_handshake_preface_switches_if_it_is_offered);
    CHECK_RUN(test_handshake_preface_is_refused_if_it_is_not_offered_or_comes_later);
    CHECK_RUN(test_handshake_decision_sets_all_that_may_be_read);
    CHECK_RUN(test_handshake_refused_at_any_time_is_a_reject);
    CHECK_RUN(test_handshake_refused_while_a_body_is_awaited_keeps_the_request);
    CHECK_RUN(test_handshake_refused_while_the_body_of_a_head_is_awaited_is_to_head);
    CHECK_RUN(test_handshake_decision_rejected_for_a_reason_takes_its_status);
    return check_finish();
}
