/*
 * Refusals, byte for byte, at every capacity; and of every reason, as a message.
 */
#include "refusal.h"

#include <stdio.h>

#include "guard.h"
#include "harness.h"
#include "message.h"
#include "sample.h"

#define DATE "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
#define TEXT_PLAIN "Content-Type: text/plain; charset=utf-8\r\n"

static guard pages;

static u101_slice refusal_of(const u101_negotiator *negotiator, const u101_decision *decision,
                             const u101_answer *answer)
{
    char *out = guard_buffer(&pages, 0);
    const size_t size = u101_decision_write_response(negotiator, decision, "", answer, 0, out, 0);
    for (size_t capacity = 1; capacity <= size; capacity++) {
        out = guard_buffer(&pages, capacity);
        CHECK_SIZE(u101_decision_write_response(negotiator, decision, "", answer, 0, out, capacity),
                   size);
    }
    return (u101_slice){out, size};
}

static u101_decision reject(u101_reason reason)
{
    u101_decision decision = {.offer = U101_NO_OFFER};
    u101_decision_refuse(&decision, reason);
    return decision;
}

/* The caller's own refusal with a status. */
static u101_decision reject_with(int status)
{
    u101_decision decision = reject(U101_REFUSED);
    decision.status = status;
    return decision;
}

static u101_negotiator *offering_tls(void)
{
    const u101_offer offer = {.kind = U101_OFFER_TLS};
    return sample_negotiator(&offer, 1);
}

static void test_refusal_is_a_complete_response(void)
{
    u101_negotiator *negotiator = offering_tls();
    const u101_decision decision = reject(U101_BARE_LF);
    CHECK_TEXT(refusal_of(negotiator, &decision, NULL),
               "HTTP/1.1 400 Bad Request\r\n" DATE "Connection: close\r\n" TEXT_PLAIN
               "Content-Length: 56\r\n\r\n"
               "BARE_LF: A line ends with LF without CR [RFC 9112 2.2].\n");
    u101_negotiator_free(negotiator);
}

/* The body's size as it is stated. */
static size_t stated_size(const message *response)
{
    u101_slice value = {"", 0};
    size_t size = 0;
    CHECK(message_value(response, "Content-Length", &value));
    for (size_t i = 0; i < value.size; i++) {
        size = size * 10 + (size_t)(value.at[i] - '0');
    }
    return size;
}

static void test_refusal_of_each_reason_states_it_and_its_true_size(void)
{
    u101_negotiator *negotiator = offering_tls();
    for (int i = 0; i < U101_REASON_COUNT; i++) {
        const u101_reason_row *row = u101_reason_row_of((u101_reason)i);
        char line[512];
        message response;
        if (row->status < 400) {
            continue; /* it is no refusal */
        }
        check_case("%s", row->name);
        const u101_decision decision = reject((u101_reason)i);
        if (CHECK(message_split(refusal_of(negotiator, &decision, NULL), &response))) {
            (void)snprintf(line, sizeof(line), "%s: %s [%s].\n", row->name, row->text, row->rfc);
            CHECK_TEXT(response.body, line);
            CHECK_SIZE(stated_size(&response), response.body.size);
            CHECK(response.start_line.size > sizeof("HTTP/1.1 400 ") - 1);
        }
    }
    u101_negotiator_free(negotiator);
}

static void test_refusal_to_head_has_the_fields_without_the_line(void)
{
    u101_negotiator *negotiator = offering_tls();
    u101_decision decision = reject(U101_BARE_LF);
    message get;
    message head;
    const u101_slice with = refusal_of(negotiator, &decision, NULL);
    CHECK(message_split(with, &get));
    const size_t size = get.body.size;
    decision.is_head = true;
    CHECK(message_split(refusal_of(negotiator, &decision, NULL), &head));
    CHECK_SIZE(head.body.size, 0);
    CHECK_SIZE(stated_size(&head), size);
    u101_negotiator_free(negotiator);
}

typedef struct {
    u101_reason reason;
    const char *name;
    const char *value;
} extra_row;

static const extra_row extra_rows[] = {
    {U101_WS_METHOD, "Allow", "GET"},
    {U101_WS_VERSION_MISSING, "Sec-WebSocket-Version", "13"},
    {U101_WS_VERSION_DUPLICATE, "Sec-WebSocket-Version", "13"},
    {U101_WS_VERSION_UNSUPPORTED, "Sec-WebSocket-Version", "13"},
    {U101_CAPACITY, "Retry-After", "1"},
};

static void test_refusal_has_the_fields_that_its_reason_asks_for(void)
{
    u101_negotiator *negotiator = offering_tls();
    for (size_t i = 0; i < COUNT(extra_rows); i++) {
        const extra_row *row = &extra_rows[i];
        const u101_decision decision = reject(row->reason);
        const u101_decision other = reject(U101_SHUTDOWN);
        message response;
        u101_slice value = {"", 0};
        check_case("%s", u101_reason_row_of(row->reason)->name);
        CHECK(message_split(refusal_of(negotiator, &decision, NULL), &response));
        if (CHECK(message_value(&response, row->name, &value))) {
            CHECK_TEXT(value, row->value);
        }
        CHECK(message_split(refusal_of(negotiator, &other, NULL), &response));
        CHECK(!message_value(&response, row->name, &value));
    }
    u101_negotiator_free(negotiator);
}

static void test_refusal_of_a_method_allows_those_of_the_offer(void)
{
    const u101_slice methods[] = {BYTES("POST"), BYTES("PUT")};
    const u101_offer offers[] = {
        {.kind = U101_OFFER_TLS},
        {.kind = U101_OFFER_PROTOCOL,
         .as.protocol = {.name = BYTES("x"), .methods = methods, .method_count = COUNT(methods)}},
        {.kind = U101_OFFER_PROTOCOL,
         .as.protocol = {.name = BYTES("y"), .methods = methods, .method_count = 1}},
    };
    u101_negotiator *negotiator = sample_negotiator(offers, COUNT(offers));
    u101_decision decision = reject(U101_METHOD_NOT_ALLOWED);
    decision.kind = U101_OFFER_PROTOCOL;
    message response;
    u101_slice value = {"", 0};
    decision.offer = 1;
    CHECK(message_split(refusal_of(negotiator, &decision, NULL), &response));
    CHECK(message_value(&response, "Allow", &value));
    CHECK_TEXT(value, "POST, PUT");
    decision.offer = 2;
    CHECK(message_split(refusal_of(negotiator, &decision, NULL), &response));
    CHECK(message_value(&response, "Allow", &value));
    CHECK_TEXT(value, "POST");
    u101_negotiator_free(negotiator);
}

/* By an offer of any method no decision is METHOD_NOT_ALLOWED, but a caller may make one. */
static void test_refusal_of_a_method_by_an_offer_without_any_has_no_allow(void)
{
    const u101_offer offers[] = {
        {.kind = U101_OFFER_PROTOCOL, .as.protocol = {.name = BYTES("x")}},
        {.kind = U101_OFFER_WEBSOCKET,
         .as.websocket = {.deflate_enabled = true,
                          .deflate = {.server_max_window_bits = 15, .client_max_window_bits = 15}}},
    };
    u101_negotiator *negotiator = sample_negotiator(offers, COUNT(offers));
    u101_decision decision = reject(U101_METHOD_NOT_ALLOWED);
    message response;
    u101_slice value = {"", 0};
    CHECK(message_split(refusal_of(negotiator, &decision, NULL), &response));
    CHECK(!message_value(&response, "Allow", &value));
    decision.kind = U101_OFFER_PROTOCOL; /* of no meaning without an offer */
    CHECK(message_split(refusal_of(negotiator, &decision, NULL), &response));
    CHECK(!message_value(&response, "Allow", &value));
    decision.offer = 0;
    CHECK(message_split(refusal_of(negotiator, &decision, NULL), &response));
    CHECK_TEXT(response.start_line, "HTTP/1.1 405 Method Not Allowed");
    CHECK(!message_value(&response, "Allow", &value));
    decision.kind = U101_OFFER_WEBSOCKET;
    decision.offer = 1;
    CHECK(message_split(refusal_of(negotiator, &decision, NULL), &response));
    CHECK(!message_value(&response, "Allow", &value));
    u101_negotiator_free(negotiator);
}

/* ---- 426 [RFC 9110 15.5.22] ---- */

static const u101_offer websocket = {.kind = U101_OFFER_WEBSOCKET};
static const u101_offer h2c = {.kind = U101_OFFER_H2C, .as.h2c = {.upgrade = true}};
static const u101_offer prior = {.kind = U101_OFFER_H2C, .as.h2c = {.prior_knowledge = true}};
static const u101_offer tls = {.kind = U101_OFFER_TLS};
static const u101_offer foo = {.kind = U101_OFFER_PROTOCOL,
                               .as.protocol = {.name = BYTES("Foo"), .version = BYTES("1")}};

/* The protocols that a 426 names. */
static void check_upgrade(const u101_offer *offers, size_t count, bool secure, const char *expected)
{
    u101_negotiator *negotiator = sample_negotiator(offers, count);
    u101_decision decision = reject(U101_UPGRADE_REQUIRED);
    message response;
    u101_slice value = {"", 0};
    decision.secure = secure;
    CHECK(message_split(refusal_of(negotiator, &decision, NULL), &response));
    CHECK_TEXT(response.start_line, "HTTP/1.1 426 Upgrade Required");
    if (CHECK(message_value(&response, "Upgrade", &value))) {
        CHECK_TEXT(value, expected);
    }
    if (CHECK(message_value(&response, "Connection", &value))) {
        CHECK_TEXT(value, "Upgrade, close");
    }
    u101_negotiator_free(negotiator);
}

static const u101_slice x_path[] = {BYTES("/x")};
static const u101_offer like_h2c = {.kind = U101_OFFER_PROTOCOL,
                                    .paths = x_path,
                                    .path_count = 1,
                                    .as.protocol = {.name = BYTES("H2C")}};
static const u101_offer foo_at_x = {.kind = U101_OFFER_PROTOCOL,
                                    .paths = x_path,
                                    .path_count = 1,
                                    .as.protocol = {.name = BYTES("fOO"), .version = BYTES("1")}};
static const u101_offer foo_two = {.kind = U101_OFFER_PROTOCOL,
                                   .as.protocol = {.name = BYTES("foo"), .version = BYTES("2")}};
static const u101_offer foo_plain = {.kind = U101_OFFER_PROTOCOL,
                                     .as.protocol = {.name = BYTES("foo")}};
static const u101_offer websocket_at_x = {
    .kind = U101_OFFER_WEBSOCKET, .paths = x_path, .path_count = 1};

enum { MOST_OFFERS = 5 };

typedef struct {
    const u101_offer *offers[MOST_OFFERS];
    const char *plain;
    const char *secure;
} upgrade_row;

static const upgrade_row upgrade_rows[] = {
    {{&websocket}, "websocket", "websocket"},
    {{&tls, &foo, &h2c, &websocket}, "TLS/1.0, Foo/1, h2c, websocket", "Foo/1, websocket"},
    {{&h2c, &tls}, "h2c, TLS/1.0", "h2c, TLS/1.0"},
    {{&tls, &h2c}, "TLS/1.0, h2c", "TLS/1.0, h2c"},
    {{&prior}, "h2c", "h2c"},
    {{&prior, &websocket}, "websocket", "websocket"},
    {{&prior, &tls}, "TLS/1.0", "h2c, TLS/1.0"},
    {{&prior, &h2c}, "h2c", "h2c"},
    {{&websocket_at_x, &websocket, &tls}, "websocket, TLS/1.0", "websocket"},
    {{&foo_at_x, &tls, &foo}, "fOO/1, TLS/1.0", "fOO/1"},
    {{&foo, &foo_two, &foo_plain}, "Foo/1, foo/2, foo", "Foo/1, foo/2, foo"},
    {{&like_h2c, &h2c}, "H2C", "H2C"},
    {{&prior, &like_h2c}, "H2C", "H2C"},
};

static void test_refusal_426_names_each_offer_once_in_the_server_s_order(void)
{
    for (size_t i = 0; i < COUNT(upgrade_rows); i++) {
        const upgrade_row *row = &upgrade_rows[i];
        u101_offer offers[MOST_OFFERS];
        size_t count = 0;
        while (count < MOST_OFFERS && row->offers[count] != NULL) {
            offers[count] = *row->offers[count];
            count++;
        }
        check_case("%s", row->plain);
        check_upgrade(offers, count, false, row->plain);
        check_upgrade(offers, count, true, row->secure);
    }
}

static void test_refusal_426_of_the_caller_names_the_offers_too(void)
{
    u101_negotiator *negotiator = offering_tls();
    const u101_decision upgrade = reject_with(426);
    const u101_decision other = reject_with(425);
    message response;
    u101_slice value = {"", 0};
    CHECK(message_split(refusal_of(negotiator, &upgrade, NULL), &response));
    CHECK(message_value(&response, "Upgrade", &value));
    CHECK_TEXT(value, "TLS/1.0");
    CHECK(message_split(refusal_of(negotiator, &other, NULL), &response));
    CHECK(!message_value(&response, "Upgrade", &value));
    u101_negotiator_free(negotiator);
}

/* ---- the caller's own ---- */

static void test_refusal_of_the_caller_has_its_status_fields_and_body(void)
{
    const u101_field fields[] = {{BYTES("WWW-Authenticate"), BYTES("Bearer")}};
    const u101_answer answer = {.fields = fields, .field_count = 1, .body = BYTES("no\0!")};
    u101_negotiator *negotiator = offering_tls();
    const u101_decision decision = reject_with(401);
    CHECK_BYTES(refusal_of(negotiator, &decision, &answer),
                BYTES("HTTP/1.1 401 Unauthorized\r\n" DATE "Connection: close\r\n" TEXT_PLAIN
                      "Content-Length: 4\r\nWWW-Authenticate: Bearer\r\n\r\nno\0!"));
    u101_negotiator_free(negotiator);
}

static void test_refusal_of_the_caller_without_an_answer_is_empty(void)
{
    u101_negotiator *negotiator = offering_tls();
    const u101_decision decision = reject_with(599);
    CHECK_TEXT(refusal_of(negotiator, &decision, NULL),
               "HTTP/1.1 599 \r\n" DATE "Connection: close\r\n" TEXT_PLAIN
               "Content-Length: 0\r\n\r\n");
    u101_negotiator_free(negotiator);
}

static void test_refusal_date_and_content_type_are_replaced_by_the_caller_s(void)
{
    const u101_field fields[] = {{BYTES("date"), BYTES("d")}, {BYTES("CONTENT-TYPE"), BYTES("t")}};
    const u101_answer answer = {.fields = fields, .field_count = COUNT(fields)};
    u101_negotiator *negotiator = offering_tls();
    const u101_decision decision = reject_with(403);
    CHECK_TEXT(refusal_of(negotiator, &decision, &answer),
               "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n"
               "date: d\r\nCONTENT-TYPE: t\r\n\r\n");
    u101_negotiator_free(negotiator);
}

/* A 204 has no content that a length could be stated of [RFC 9110 8.6]. */
static void test_refusal_204_has_no_content_length(void)
{
    u101_negotiator *negotiator = offering_tls();
    const u101_decision without = reject_with(204);
    const u101_decision with = reject_with(205);
    message response;
    u101_slice value = {"", 0};
    CHECK(message_split(refusal_of(negotiator, &without, NULL), &response));
    CHECK(!message_value(&response, "Content-Length", &value));
    CHECK(message_value(&response, "Connection", &value));
    CHECK(message_split(refusal_of(negotiator, &with, NULL), &response));
    CHECK_SIZE(stated_size(&response), 0);
    u101_negotiator_free(negotiator);
}

/* What a 304 would state is that of another response [RFC 9110 15.4.5]. */
static void test_refusal_304_has_no_content_fields(void)
{
    u101_negotiator *negotiator = offering_tls();
    const u101_decision decision = reject_with(304);
    CHECK_TEXT(refusal_of(negotiator, &decision, NULL),
               "HTTP/1.1 304 Not Modified\r\n" DATE "Connection: close\r\n\r\n");
    u101_negotiator_free(negotiator);
}

static void test_refusal_of_the_caller_to_head_has_no_body(void)
{
    const u101_answer answer = {.body = BYTES("body")};
    u101_negotiator *negotiator = offering_tls();
    u101_decision decision = reject_with(403);
    message response;
    decision.is_head = true;
    CHECK(message_split(refusal_of(negotiator, &decision, &answer), &response));
    CHECK_SIZE(response.body.size, 0);
    CHECK_SIZE(stated_size(&response), 4);
    u101_negotiator_free(negotiator);
}

int main(void)
{
    pages = guard_new(4096);
    CHECK_RUN(test_refusal_is_a_complete_response);
    CHECK_RUN(test_refusal_of_each_reason_states_it_and_its_true_size);
    CHECK_RUN(test_refusal_to_head_has_the_fields_without_the_line);
    CHECK_RUN(test_refusal_has_the_fields_that_its_reason_asks_for);
    CHECK_RUN(test_refusal_of_a_method_allows_those_of_the_offer);
    CHECK_RUN(test_refusal_of_a_method_by_an_offer_without_any_has_no_allow);
    CHECK_RUN(test_refusal_426_names_each_offer_once_in_the_server_s_order);
    CHECK_RUN(test_refusal_426_of_the_caller_names_the_offers_too);
    CHECK_RUN(test_refusal_of_the_caller_has_its_status_fields_and_body);
    CHECK_RUN(test_refusal_of_the_caller_without_an_answer_is_empty);
    CHECK_RUN(test_refusal_date_and_content_type_are_replaced_by_the_caller_s);
    CHECK_RUN(test_refusal_204_has_no_content_length);
    CHECK_RUN(test_refusal_304_has_no_content_fields);
    CHECK_RUN(test_refusal_of_the_caller_to_head_has_no_body);
    guard_free(&pages);
    return check_finish();
}
