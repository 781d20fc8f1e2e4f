/*
 * Switches written out, byte for byte, at every capacity.
 */
#include "switching.h"

#include "guard.h"
#include "harness.h"
#include "sample.h"

static guard pages;

/* The response, written into exactly its size and into each smaller one. */
static u101_slice response_of(const u101_negotiator *negotiator, const u101_decision *decision,
                              const char *received, const u101_answer *answer)
{
    char *out = guard_buffer(&pages, 0);
    const size_t size =
        u101_decision_write_response(negotiator, decision, received, answer, 0, out, 0);
    for (size_t capacity = 1; capacity < size; capacity++) {
        out = guard_buffer(&pages, capacity);
        CHECK_SIZE(
            u101_decision_write_response(negotiator, decision, received, answer, 0, out, capacity),
            size);
    }
    out = guard_buffer(&pages, size);
    CHECK_SIZE(u101_decision_write_response(negotiator, decision, received, answer, 0, out, size),
               size);
    return (u101_slice){out, size};
}

static u101_slice protocol_of(const u101_negotiator *negotiator, const u101_decision *decision)
{
    char *out = guard_buffer(&pages, 0);
    const size_t size = u101_decision_write_protocol(negotiator, decision, out, 0);
    for (size_t capacity = 1; capacity <= size; capacity++) {
        out = guard_buffer(&pages, capacity);
        CHECK_SIZE(u101_decision_write_protocol(negotiator, decision, out, capacity), size);
    }
    return (u101_slice){out, size};
}

static u101_slice extensions_of(const u101_decision *decision, const u101_answer *answer)
{
    char *out = guard_buffer(&pages, 0);
    const size_t size = u101_decision_write_extensions(decision, answer, out, 0);
    for (size_t capacity = 1; capacity <= size; capacity++) {
        out = guard_buffer(&pages, capacity);
        CHECK_SIZE(u101_decision_write_extensions(decision, answer, out, capacity), size);
    }
    return (u101_slice){out, size};
}

/* Decides on a whole request; the decision must be a SWITCH. */
static u101_decision decide(const u101_negotiator *negotiator, u101_slice received, bool secure)
{
    u101_hasher *hasher = u101_hasher_new();
    u101_handshake handshake;
    u101_decision decision = {.action = U101_ACTION_PASS};
    u101_handshake_init(&handshake, true);
    CHECK(u101_handshake_decide(negotiator, &handshake, received, secure, hasher, &decision));
    u101_hasher_free(hasher);
    CHECK_ACTION(decision.action, U101_ACTION_SWITCH);
    return decision;
}

#define SWITCHING "HTTP/1.1 101 Switching Protocols\r\n"
#define GET "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade, http2-settings\r\n"
#define WEBSOCKET                                                                                  \
    GET "Upgrade: WEBSOCKET\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                    \
        "Sec-WebSocket-Version: 13\r\n"
#define ACCEPTED                                                                                   \
    SWITCHING "Upgrade: websocket\r\nConnection: Upgrade\r\n"                                      \
              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

static const u101_slice subprotocols[] = {BYTES("p")};
static const u101_field fields[] = {{BYTES("X-A"), BYTES("b c")}, {BYTES("x-d"), BYTES("")}};
static const u101_answer answer = {.fields = fields, .field_count = COUNT(fields)};

static void test_switching_websocket_fields_are_in_their_order(void)
{
    const u101_offer offer = {
        .kind = U101_OFFER_WEBSOCKET,
        .as.websocket = {.subprotocols = subprotocols,
                         .subprotocol_count = 1,
                         .deflate_enabled = true,
                         .deflate = {.server_no_context_takeover = true,
                                     .client_no_context_takeover = true,
                                     .server_max_window_bits = 12,
                                     .client_max_window_bits = 10}},
    };
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    const u101_slice received =
        BYTES(WEBSOCKET "Sec-WebSocket-Protocol: p\r\nSec-WebSocket-Extensions: "
                        "permessage-deflate; client_max_window_bits\r\n\r\n");
    const u101_decision decision = decide(negotiator, received, false);
    CHECK_TEXT(response_of(negotiator, &decision, received.at, &answer),
               ACCEPTED "Sec-WebSocket-Protocol: p\r\n"
                        "Sec-WebSocket-Extensions: permessage-deflate; "
                        "server_no_context_takeover; client_no_context_takeover; "
                        "server_max_window_bits=12; client_max_window_bits=10\r\n"
                        "X-A: b c\r\nx-d: \r\n\r\n");
    CHECK_TEXT(protocol_of(negotiator, &decision), "websocket");
    CHECK_TEXT(extensions_of(&decision, NULL),
               "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
               "server_max_window_bits=12; client_max_window_bits=10");
    u101_negotiator_free(negotiator);
}

static void test_switching_websocket_without_options_has_none(void)
{
    const u101_offer offer = {.kind = U101_OFFER_WEBSOCKET};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    const u101_slice received = BYTES(WEBSOCKET "\r\n");
    const u101_decision decision = decide(negotiator, received, false);
    CHECK_TEXT(response_of(negotiator, &decision, received.at, NULL), ACCEPTED "\r\n");
    CHECK_SIZE(extensions_of(&decision, NULL).size, 0);
    u101_negotiator_free(negotiator);
}

static void test_switching_protocol_has_the_offer_s_spelling_and_fields(void)
{
    const u101_field own[] = {{BYTES("Capsule-Protocol"), BYTES("?1")}};
    const u101_offer offer = {
        .kind = U101_OFFER_PROTOCOL,
        .as.protocol = {
            .name = BYTES("Foo"), .version = BYTES("1a"), .fields = own, .field_count = 1}};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    const u101_slice received = BYTES(GET "Upgrade: fOO/1a\r\n\r\n");
    const u101_decision decision = decide(negotiator, received, false);
    CHECK_TEXT(response_of(negotiator, &decision, received.at, &answer),
               SWITCHING "Upgrade: Foo/1a\r\nConnection: Upgrade\r\nCapsule-Protocol: ?1\r\n"
                         "X-A: b c\r\nx-d: \r\n\r\n");
    CHECK_TEXT(protocol_of(negotiator, &decision), "Foo/1a");
    u101_negotiator_free(negotiator);
}

static void test_switching_h2c_has_its_two_fields(void)
{
    const u101_offer offer = {.kind = U101_OFFER_H2C, .as.h2c = {.upgrade = true}};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    const u101_slice received = BYTES(GET "Upgrade: h2c\r\nHTTP2-Settings:\r\n\r\n");
    const u101_decision decision = decide(negotiator, received, false);
    CHECK_TEXT(response_of(negotiator, &decision, received.at, NULL),
               SWITCHING "Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
    CHECK_TEXT(protocol_of(negotiator, &decision), "h2c");
    u101_negotiator_free(negotiator);
}

static void test_switching_tls_names_the_version_that_was_asked_for(void)
{
    const u101_offer offer = {.kind = U101_OFFER_TLS};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    const u101_slice received = BYTES(GET "Upgrade: tls/1.3\r\n\r\n");
    const u101_decision decision = decide(negotiator, received, false);
    CHECK_TEXT(response_of(negotiator, &decision, received.at, NULL),
               SWITCHING "Upgrade: TLS/1.3, HTTP/1.1\r\nConnection: Upgrade\r\n\r\n");
    CHECK_TEXT(protocol_of(negotiator, &decision), "TLS/1.3");
    u101_negotiator_free(negotiator);
}

static void test_switching_prior_knowledge_is_empty_and_named_for_the_transport(void)
{
    const u101_offer offers[] = {{.kind = U101_OFFER_TLS},
                                 {.kind = U101_OFFER_H2C, .as.h2c = {.prior_knowledge = true}}};
    u101_negotiator *negotiator = sample_negotiator(offers, COUNT(offers));
    const u101_slice received = BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    const u101_decision clear = decide(negotiator, received, false);
    const u101_decision secure = decide(negotiator, received, true);
    CHECK_SIZE(response_of(negotiator, &clear, received.at, NULL).size, 0);
    CHECK_SIZE(clear.offer, 1);
    CHECK_SIZE(clear.request_size, 0);
    CHECK_TEXT(protocol_of(negotiator, &clear), "h2c");
    CHECK_TEXT(protocol_of(negotiator, &secure), "h2");
    u101_negotiator_free(negotiator);
}

static void test_switching_after_a_100_if_no_body_is_awaited(void)
{
    const u101_offer offer = {.kind = U101_OFFER_PROTOCOL,
                              .as.protocol = {.name = BYTES("x"), .body = true}};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    const u101_slice received = BYTES(GET "Upgrade: x\r\nExpect: 100-continue\r\n\r\n");
    u101_decision decision = decide(negotiator, received, false);
    CHECK_TEXT(response_of(negotiator, &decision, received.at, NULL),
               "HTTP/1.1 100 Continue\r\n\r\n" SWITCHING
               "Upgrade: x\r\nConnection: Upgrade\r\n\r\n");
    decision.action = U101_ACTION_CONTINUE;
    CHECK_TEXT(response_of(negotiator, &decision, received.at, NULL),
               "HTTP/1.1 100 Continue\r\n\r\n");
    u101_negotiator_free(negotiator);
}

static void test_switching_of_a_pass_names_nothing(void)
{
    const u101_offer offer = {.kind = U101_OFFER_TLS};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    const u101_decision decision = {.action = U101_ACTION_PASS, .reason = U101_NO_UPGRADE};
    CHECK_SIZE(response_of(negotiator, &decision, "", NULL).size, 0);
    CHECK_SIZE(protocol_of(negotiator, &decision).size, 0);
    CHECK_SIZE(extensions_of(&decision, NULL).size, 0);
    u101_negotiator_free(negotiator);
}

/* Another answer to the extensions stands for what was negotiated [contract 7]. */
static void test_switching_with_the_caller_s_extensions_has_those(void)
{
    const u101_offer offer = {
        .kind = U101_OFFER_WEBSOCKET,
        .as.websocket = {.deflate_enabled = true,
                         .deflate = {.server_max_window_bits = U101_NO_WINDOW_BITS,
                                     .client_max_window_bits = U101_NO_WINDOW_BITS}},
    };
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    const u101_slice received =
        BYTES(WEBSOCKET "Sec-WebSocket-Extensions: permessage-deflate, x;y=z\r\n\r\n");
    const u101_answer other = {.extensions = BYTES("x; y=1")};
    const u101_answer none = {.fields = fields, .field_count = 1};
    u101_decision decision = decide(negotiator, received, false);
    CHECK_TEXT(response_of(negotiator, &decision, received.at, &other),
               ACCEPTED "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    CHECK(u101_answer_accept(&decision, received.at, &other, NULL, true).text == NULL);
    CHECK_TEXT(response_of(negotiator, &decision, received.at, &other),
               ACCEPTED "Sec-WebSocket-Extensions: x; y=1\r\n\r\n");
    CHECK_TEXT(extensions_of(&decision, &other), "x; y=1");
    CHECK(u101_answer_accept(&decision, received.at, &none, NULL, true).text == NULL);
    CHECK_TEXT(response_of(negotiator, &decision, received.at, &none), ACCEPTED "X-A: b c\r\n\r\n");
    CHECK_SIZE(extensions_of(&decision, &none).size, 0);
    u101_negotiator_free(negotiator);
}

int main(void)
{
    pages = guard_new(4096);
    CHECK_RUN(test_switching_websocket_fields_are_in_their_order);
    CHECK_RUN(test_switching_websocket_without_options_has_none);
    CHECK_RUN(test_switching_protocol_has_the_offer_s_spelling_and_fields);
    CHECK_RUN(test_switching_h2c_has_its_two_fields);
    CHECK_RUN(test_switching_tls_names_the_version_that_was_asked_for);
    CHECK_RUN(test_switching_prior_knowledge_is_empty_and_named_for_the_transport);
    CHECK_RUN(test_switching_after_a_100_if_no_body_is_awaited);
    CHECK_RUN(test_switching_of_a_pass_names_nothing);
    CHECK_RUN(test_switching_with_the_caller_s_extensions_has_those);
    guard_free(&pages);
    return check_finish();
}
