/*
 * The way of a connection to its decision: bodies, the 100, refusals.
 */
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "sample.h"
#include "slice.h"

#define POST "POST / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n"
#define BODY POST "Content-Length: 3\r\n\r\n"
#define EXPECTING POST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"

/* A server that offers x with a body of any method. */
static u101_negotiator *offering_x(void)
{
    const u101_offer offer = {
        .kind = U101_OFFER_PROTOCOL,
        .as.protocol = {.name = BYTES("x"), .any_method = true, .body = true}};
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
    u101_handshake_init(&made.handshake);
    return made;
}

/* Decides on all that has arrived so far. */
static bool decide(connection *c, u101_slice received)
{
    return u101_handshake_decide(c->negotiator, &c->handshake, guard_slice(received), false, NULL,
                                 &c->decision);
}

static void test_handshake_body_is_awaited_to_its_last_byte(void)
{
    connection c = open_connection();
    CHECK(!decide(&c, BYTES(BODY)));
    CHECK(!decide(&c, BYTES(BODY "ab")));
    CHECK(decide(&c, BYTES(BODY "abc")));
    CHECK_ACTION(c.decision.action, U101_ACTION_SWITCH);
    CHECK_SIZE(c.decision.head_size, sizeof(BODY) - 1);
    CHECK_SIZE(c.decision.request_size, sizeof(BODY) + 2);
    u101_negotiator_free(c.negotiator);
}

static void test_handshake_bytes_behind_the_body_are_left(void)
{
    connection c = open_connection();
    CHECK(decide(&c, BYTES(BODY "abcd")));
    CHECK_ACTION(c.decision.action, U101_ACTION_SWITCH);
    CHECK_SIZE(c.decision.request_size, sizeof(BODY) + 2);
    u101_negotiator_free(c.negotiator);
}

static void test_handshake_awaited_continue_comes_once_and_the_switch_without_it(void)
{
    connection c = open_connection();
    CHECK(decide(&c, BYTES(EXPECTING)));
    CHECK_ACTION(c.decision.action, U101_ACTION_CONTINUE);
    CHECK_REASON(c.decision.reason, U101_BODY_AWAITED);
    CHECK_INT(c.decision.status, 100);
    CHECK(!decide(&c, BYTES(EXPECTING)));
    CHECK(!decide(&c, BYTES(EXPECTING "ab")));
    CHECK(decide(&c, BYTES(EXPECTING "abc")));
    CHECK_ACTION(c.decision.action, U101_ACTION_SWITCH);
    CHECK(!c.decision.expects_continue);
    u101_negotiator_free(c.negotiator);
}

static void test_handshake_body_begun_gets_no_continue_of_its_own(void)
{
    connection c = open_connection();
    CHECK(!decide(&c, BYTES(EXPECTING "a")));
    CHECK(decide(&c, BYTES(EXPECTING "abc")));
    CHECK_ACTION(c.decision.action, U101_ACTION_SWITCH);
    CHECK(c.decision.expects_continue);
    u101_negotiator_free(c.negotiator);
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
    u101_negotiator_free(c.negotiator);
}

/* The byte behind a head of the greatest size tells that plain text follows. */
static void test_handshake_wanted_reaches_the_byte_behind_the_longest_head(void)
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
    u101_handshake_init(&handshake);
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
    CHECK(c.decision.is_head);
    u101_negotiator_free(c.negotiator);
}

static void test_handshake_preface_switches_where_it_is_offered(void)
{
    static const u101_slice preface = BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    const u101_offer offers[] = {{.kind = U101_OFFER_H2C, .as.h2c = {.prior_knowledge = true}},
                                 {.kind = U101_OFFER_TLS}};
    u101_negotiator *negotiator = sample_negotiator(offers, COUNT(offers));
    connection other = open_connection();
    u101_handshake handshake;
    u101_decision decision;
    u101_handshake_init(&handshake);
    CHECK(u101_handshake_decide(negotiator, &handshake, guard_slice(preface), false, NULL,
                                &decision));
    CHECK_ACTION(decision.action, U101_ACTION_SWITCH);
    CHECK_REASON(decision.reason, U101_HTTP2_PRIOR_KNOWLEDGE);
    CHECK_INT(decision.status, 101);
    CHECK_SIZE(decision.offer, 0);
    CHECK_INT(decision.kind, U101_OFFER_H2C);
    CHECK_SIZE(decision.head_size, 0);
    CHECK_SIZE(decision.request_size, 0);
    CHECK(decide(&other, preface));
    CHECK_ACTION(other.decision.action, U101_ACTION_REJECT);
    CHECK_REASON(other.decision.reason, U101_HTTP2_PREFACE);
    u101_negotiator_free(other.negotiator);
    u101_negotiator_free(negotiator);
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
    CHECK_RUN(test_handshake_body_is_awaited_to_its_last_byte);
    CHECK_RUN(test_handshake_bytes_behind_the_body_are_left);
    CHECK_RUN(test_handshake_awaited_continue_comes_once_and_the_switch_without_it);
    CHECK_RUN(test_handshake_body_begun_gets_no_continue_of_its_own);
    CHECK_RUN(test_handshake_of_no_bytes_needs_more);
    CHECK_RUN(test_handshake_wanted_is_the_head_and_a_byte_then_the_request);
    CHECK_RUN(test_handshake_wanted_reaches_the_byte_behind_the_longest_head);
    CHECK_RUN(test_handshake_decision_holds_the_request_line);
    CHECK_RUN(test_handshake_defect_of_the_syntax_completes_no_head);
    CHECK_RUN(test_handshake_preface_switches_where_it_is_offered);
    CHECK_RUN(test_handshake_refused_at_any_time_is_a_reject);
    CHECK_RUN(test_handshake_refused_while_a_body_is_awaited_keeps_the_request);
    CHECK_RUN(test_handshake_decision_rejected_for_a_reason_takes_its_status);
    return check_finish();
}
