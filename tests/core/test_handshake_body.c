/*
 * The bodies of requests that switch, and the 100 before them.
 */
#include <stdio.h>
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "sample.h"

#define POST "POST / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n"
#define BODY POST "Content-Length: 3\r\n\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define EXPECTING POST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"

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

static void test_handshake_body_is_awaited_to_its_last_byte(void)
{
    connection c = open_connection();
    CHECK(!decide(&c, BYTES(BODY)));
    CHECK(!decide(&c, BYTES(BODY "ab")));
    CHECK(decide(&c, BYTES(BODY "abc")));
    CHECK_ACTION(c.decision.action, U101_ACTION_SWITCH);
    CHECK_SIZE(c.decision.head_size, sizeof(BODY) - 1);
    CHECK_SIZE(c.decision.request_size, sizeof(BODY) + 2);
    CHECK_SIZE(c.decision.content_size, 3);
    u101_negotiator_free(c.negotiator);
}

static void test_handshake_bytes_after_the_body_are_left(void)
{
    connection c = open_connection();
    CHECK(decide(&c, BYTES(BODY "abcd")));
    CHECK_ACTION(c.decision.action, U101_ACTION_SWITCH);
    CHECK_SIZE(c.decision.request_size, sizeof(BODY) + 2);
    u101_negotiator_free(c.negotiator);
}

static void test_handshake_chunked_body_is_read_to_its_end(void)
{
    static const u101_slice bytes = BYTES(CHUNKED "2;x=y\r\nab\r\n1\r\nc\r\n0\r\nT: t\r\n\r\n");
    char content[3];
    for (size_t cut = sizeof(CHUNKED) - 1; cut < bytes.size; cut++) {
        connection c = open_connection();
        check_case("cut at %zu", cut);
        CHECK(!decide(&c, (u101_slice){bytes.at, cut}));
        CHECK(decide(&c, bytes));
        CHECK_ACTION(c.decision.action, U101_ACTION_SWITCH);
        CHECK_SIZE(c.decision.request_size, bytes.size);
        if (CHECK_SIZE(c.decision.content_size, sizeof content)) {
            u101_decision_copy_content(&c.decision, bytes.at, content);
            CHECK_TEXT(((u101_slice){content, sizeof content}), "abc");
        }
        u101_negotiator_free(c.negotiator);
    }
}

static void test_handshake_defect_of_a_chunk_is_at_its_byte(void)
{
    static const u101_slice bytes = BYTES(CHUNKED "1\r\na\rx");
    connection c = open_connection();
    CHECK(!decide(&c, (u101_slice){bytes.at, bytes.size - 1}));
    CHECK(decide(&c, bytes));
    CHECK_ACTION(c.decision.action, U101_ACTION_REJECT);
    CHECK_REASON(c.decision.reason, U101_CHUNK_INVALID);
    CHECK_INT(c.decision.status, 400);
    CHECK_SIZE(c.decision.offset, bytes.size - 1);
    CHECK_SIZE(c.decision.head_size, sizeof(CHUNKED) - 1);
    u101_negotiator_free(c.negotiator);
}

/* The digit that makes the size pass the limit, of 65536 bytes in all. */
static void test_handshake_chunk_that_passes_the_limit_is_at_its_digit(void)
{
    connection c = open_connection();
    CHECK(!decide(&c, BYTES(CHUNKED "10000")));
    u101_negotiator_free(c.negotiator);
    c = open_connection();
    CHECK(decide(&c, BYTES(CHUNKED "10001")));
    CHECK_REASON(c.decision.reason, U101_BODY_TOO_LARGE);
    CHECK_INT(c.decision.status, 413);
    CHECK_SIZE(c.decision.offset, sizeof(CHUNKED) - 1 + 4);
    u101_negotiator_free(c.negotiator);
}

/* The bounds of chunk extensions and trailer section are those of the head. */
static void test_handshake_overhead_of_chunks_is_bounded_by_the_limits_of_the_head(void)
{
    static const u101_limits limits = {.head = 256, .target = 16, .fields = 5, .body = 16};
    const u101_offer offer = {.kind = U101_OFFER_PROTOCOL,
                              .as.protocol = {.name = BYTES("x"), .body = true}};
    const u101_config config = {.offers = &offer, .offer_count = 1, .limits = limits};
    u101_defect defect;
    u101_negotiator *negotiator = u101_negotiator_new(&config, &defect);
    static const struct {
        u101_slice bytes;
        u101_reason reason;
    } rows[] = {
        {BYTES(CHUNKED "0\r\na:\r\nb:\r\nc:\r\nd:\r\ne:\r\n\r\n"), U101_SWITCHED},
        {BYTES(CHUNKED "0\r\na:\r\nb:\r\nc:\r\nd:\r\ne:\r\nf"), U101_CHUNK_INVALID},
        {BYTES(CHUNKED "10\r\n0123456789abcdef\r\n0\r\n\r\n"), U101_SWITCHED},
        {BYTES(CHUNKED "11"), U101_BODY_TOO_LARGE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        u101_handshake handshake;
        u101_decision decision = {.reason = U101_SOUND};
        check_case("row %zu", i);
        u101_handshake_init(&handshake, true);
        CHECK(u101_handshake_decide(negotiator, &handshake, guard_slice(rows[i].bytes), false, NULL,
                                    &decision));
        CHECK_REASON(decision.reason, rows[i].reason);
    }
    char text[512];
    int size = snprintf(text, sizeof text, CHUNKED "1;");
    memset(text + size, 'x', 256);
    u101_handshake handshake;
    u101_decision decision;
    u101_handshake_init(&handshake, true);
    const u101_slice most = {text, (size_t)size + 255}; /* with the ";", 256 */
    CHECK(
        !u101_handshake_decide(negotiator, &handshake, guard_slice(most), false, NULL, &decision));
    const u101_slice more = {text, most.size + 1};
    CHECK(u101_handshake_decide(negotiator, &handshake, guard_slice(more), false, NULL, &decision));
    CHECK_REASON(decision.reason, U101_CHUNK_INVALID);
    u101_negotiator_free(negotiator);
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

int main(void)
{
    CHECK_RUN(test_handshake_body_is_awaited_to_its_last_byte);
    CHECK_RUN(test_handshake_bytes_after_the_body_are_left);
    CHECK_RUN(test_handshake_chunked_body_is_read_to_its_end);
    CHECK_RUN(test_handshake_defect_of_a_chunk_is_at_its_byte);
    CHECK_RUN(test_handshake_chunk_that_passes_the_limit_is_at_its_digit);
    CHECK_RUN(test_handshake_overhead_of_chunks_is_bounded_by_the_limits_of_the_head);
    CHECK_RUN(test_handshake_awaited_continue_comes_once_and_the_switch_without_it);
    CHECK_RUN(test_handshake_body_begun_gets_no_continue_of_its_own);
    return check_finish();
}
