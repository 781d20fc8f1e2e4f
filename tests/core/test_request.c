/*
 * Heads that others have parsed: what is no token, target or value gets its reason,
 * and each part ends at a page that cannot be read.
 */
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "sample.h"
#include "slice.h"

typedef struct {
    const char *method;
    const char *target;
    const char *version;
    const char *name;  /* of the one field beside Host; NULL: none */
    const char *value; /* of that field */
    u101_reason reason;
    const char *why;
} request_row;

#define M32 "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM"

static const request_row request_rows[] = {
    {"GET", "/", "1.1", NULL, "", U101_NO_UPGRADE, "a request"},
    {"GET", "/", "1.0", NULL, "", U101_NO_UPGRADE, "of 1.0"},
    {"", "/", "1.1", NULL, "", U101_BAD_METHOD, "no method"},
    {"G T", "/", "1.1", NULL, "", U101_BAD_METHOD, "a method that is no token"},
    {M32, "/", "1.1", NULL, "", U101_NO_UPGRADE, "32 bytes of method"},
    {M32 "M", "/", "1.1", NULL, "", U101_BAD_METHOD, "33 bytes of method"},
    {"GET", "", "1.1", NULL, "", U101_BAD_TARGET, "no target"},
    {"GET", "/ ", "1.1", NULL, "", U101_BAD_TARGET, "a space in the target"},
    {"GET", "/#", "1.1", NULL, "", U101_BAD_TARGET, "a fragment"},
    {"GET", "/\xe9", "1.1", NULL, "", U101_BAD_TARGET, "a byte above ASCII"},
    {"GET", "*", "1.1", NULL, "", U101_BAD_TARGET, "a form the method does not allow"},
    {"PROXY", "TCP4", "1.1", NULL, "", U101_PROXY_PROTOCOL, "a PROXY header"},
    {"proxy", "TCP4", "1.1", NULL, "", U101_BAD_TARGET, "a method in other letter case"},
    {"OPTIONS", "*", "1.1", NULL, "", U101_NO_UPGRADE, "a form the method allows"},
    {"GET", "/", "", NULL, "", U101_BAD_VERSION, "no version"},
    {"GET", "/", "1", NULL, "", U101_BAD_VERSION, "no minor version"},
    {"GET", "/", "11", NULL, "", U101_BAD_VERSION, "no dot"},
    {"GET", "/", "1,1", NULL, "", U101_BAD_VERSION, "a comma"},
    {"GET", "/", "1.11", NULL, "", U101_BAD_VERSION, "a digit more"},
    {"GET", "/", "HTTP/1.1", NULL, "", U101_BAD_VERSION, "the name of HTTP"},
    {"GET", "/", "2.0", NULL, "", U101_UNSUPPORTED_VERSION, "another version"},
    {"GET", "/", "1.2", NULL, "", U101_UNSUPPORTED_VERSION, "another minor version"},
    {"GET", "/", "1.1", "", "x", U101_BAD_FIELD_NAME, "no field name"},
    {"GET", "/", "1.1", "x ", "x", U101_BAD_FIELD_NAME, "a space in the name"},
    {"GET", "/", "1.1", "x:", "x", U101_BAD_FIELD_NAME, "a colon in the name"},
    {"GET", "/", "1.1", "x\r\ny", "x", U101_BAD_FIELD_NAME, "a line end in the name"},
    {"GET", "/", "1.1", "Content\rLength", "x", U101_BAD_FIELD_NAME, "a CR where a - would be"},
    {"GET", "/", "1.1", "X-\xe9", "x", U101_BAD_FIELD_NAME, "a byte above ASCII in the name"},
    {"GET", "/", "1.1", "x", "", U101_NO_UPGRADE, "an empty value"},
    {"GET", "/", "1.1", "x", "\x7f", U101_BAD_FIELD_VALUE, "a DEL in the value"},
    {"GET", "/", "1.1", "x", "\xff\t y", U101_NO_UPGRADE, "all that a value may have"},
    {"GET", "/", "1.1", "x", "y\nz", U101_BARE_LF, "a LF in the value"},
    {"GET", "/", "1.1", "x", "y\rz", U101_BARE_CR, "a CR in the value"},
    {"GET", "/", "1.1", "x", "y\r\nHost: b", U101_BARE_CR, "a value cannot pose as a line"},
    {"GET", "/", "1.1", "x", "y\r\n", U101_BARE_CR, "a line end at the end of the value"},
    {"GET", "/", "1.1", "Upgrade", "", U101_NO_UPGRADE, "an empty Upgrade"},
    {"GET", "/", "1.1", "Upgrade", "x", U101_CONNECTION_OPTION_MISSING, "an Upgrade"},
    {"GET", "/", "1.1", "hOST", "b", U101_HOST_DUPLICATE, "names are told apart as ever"},
    {"GET", "/", "1.1", "Content-Length", " \t1 ", U101_NO_UPGRADE, "white space is trimmed"},
    {"GET", "/", "1.1", "Content-Length", "1 1", U101_CONTENT_LENGTH_INVALID, "but for inside"},
};

static u101_negotiator *offering_websocket(const u101_limits *limits)
{
    const u101_offer offer = {.kind = U101_OFFER_WEBSOCKET};
    const u101_config config = {.offers = &offer, .offer_count = 1, .limits = *limits};
    u101_defect defect;
    u101_negotiator *negotiator = u101_negotiator_new(&config, &defect);
    if (negotiator == NULL) {
        check_abort("the offer is refused");
    }
    return negotiator;
}

/* Decides with a head that is written into exactly the room it asked for. */
static u101_decision decide(const u101_negotiator *negotiator, const u101_request *request,
                            guard *pages)
{
    u101_decision decision;
    const size_t size = u101_request_size(request);
    char *head = guard_buffer(pages, size);
    u101_request_decide(negotiator, request, false, NULL, head, size, &decision);
    CHECK(decision.head_size <= size);
    CHECK_SIZE(decision.offset, U101_NO_OFFSET);
    return decision;
}

static void test_request_parts_are_sound_or_refused(void)
{
    u101_negotiator *negotiator = offering_websocket(&u101_default_limits);
    guard pages = guard_new(1024);
    for (size_t i = 0; i < COUNT(request_rows); i++) {
        const request_row *row = &request_rows[i];
        u101_field fields[] = {{guard_text("Host"), guard_text("a")}, {{NULL, 0}, {NULL, 0}}};
        if (row->name != NULL) {
            fields[1] = (u101_field){guard_text(row->name), guard_text(row->value)};
        }
        const u101_request request = {.method = guard_text(row->method),
                                      .target = guard_text(row->target),
                                      .version = guard_text(row->version),
                                      .fields = fields,
                                      .field_count = row->name == NULL ? 1 : 2};
        check_case("%s", row->why);
        CHECK_REASON(decide(negotiator, &request, &pages).reason, row->reason);
    }
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

static void test_request_head_is_written_out_anew(void)
{
    static const char expected[] = "GET /a HTTP/1.1\r\nhost: a\r\nX: b c\r\nX: \r\n\r\n";
    const u101_field fields[] = {
        {BYTES("host"), BYTES("a")}, {BYTES("X"), BYTES(" \tb c\t ")}, {BYTES("X"), BYTES("")}};
    const u101_request request = {.method = BYTES("GET"),
                                  .target = BYTES("/a"),
                                  .version = BYTES("1.1"),
                                  .fields = fields,
                                  .field_count = COUNT(fields)};
    u101_negotiator *negotiator = offering_websocket(&u101_default_limits);
    guard pages = guard_new(256);
    const size_t size = u101_request_size(&request);
    char *head = guard_buffer(&pages, size);
    u101_decision decision;
    u101_request_decide(negotiator, &request, false, NULL, head, size, &decision);
    CHECK_TEXT(((u101_slice){head, decision.head_size}), expected);
    CHECK_TEXT(u101_slice_at(head, decision.method), "GET");
    CHECK_TEXT(u101_slice_at(head, decision.target), "/a");
    size_t cursor = decision.fields;
    u101_field field;
    for (size_t i = 0; i < COUNT(fields); i++) {
        CHECK(u101_fields_next(head, decision.head_size, &cursor, &field));
        CHECK_BYTES(field.name, fields[i].name);
    }
    CHECK(!u101_fields_next(head, decision.head_size, &cursor, &field));
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

static void test_request_nul_is_found_in_each_part(void)
{
    u101_negotiator *negotiator = offering_websocket(&u101_default_limits);
    guard pages = guard_new(256);
    u101_field fields[] = {{BYTES("Host"), BYTES("a")}};
    u101_request request = {.method = BYTES("G\0"),
                            .target = BYTES("/"),
                            .version = BYTES("1.1"),
                            .fields = fields,
                            .field_count = 1};
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_BAD_METHOD);
    request.method = BYTES("G");
    request.target = BYTES("/\0");
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_BAD_TARGET);
    request.target = BYTES("/");
    fields[0].name = BYTES("Host\0");
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_BAD_FIELD_NAME);
    fields[0].name = BYTES("Host");
    fields[0].value = BYTES("a\0");
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_BAD_FIELD_VALUE);
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

/* A part of no bytes need have no address. */
static void test_request_part_without_address_is_an_empty_one(void)
{
    static const u101_slice none = {NULL, 0};
    u101_negotiator *negotiator = offering_websocket(&u101_default_limits);
    guard pages = guard_new(256);
    u101_field fields[] = {{BYTES("Host"), none}, {BYTES("X"), none}};
    u101_request request = {.method = BYTES("G"),
                            .target = BYTES("/"),
                            .version = BYTES("1.1"),
                            .fields = fields,
                            .field_count = COUNT(fields)};
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_NO_UPGRADE);
    fields[1].name = none;
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_BAD_FIELD_NAME);
    request.version = none;
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_BAD_VERSION);
    request.target = none;
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_BAD_TARGET);
    request.method = none;
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_BAD_METHOD);
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

static void test_request_limits_of_target_and_fields_bind(void)
{
    static const u101_limits limits = {.head = 256, .target = 16, .fields = 4, .body = 0};
    static const u101_field line = {BYTES("X"), BYTES("")};
    const u101_field fields[] = {{BYTES("Host"), BYTES("a")}, line, line, line, line};
    u101_negotiator *negotiator = offering_websocket(&limits);
    guard pages = guard_new(1024);
    u101_request request = {.method = BYTES("GET"),
                            .target = BYTES("/23456789abcdefg"),
                            .version = BYTES("1.1"),
                            .fields = fields,
                            .field_count = 4};
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_NO_UPGRADE);
    request.field_count = 5;
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_TOO_MANY_FIELDS);
    request.field_count = 4;
    request.target = BYTES("/23456789abcdefgh");
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_TARGET_TOO_LONG);
    request.target = BYTES("/23456789abcdefg\x01");
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_TARGET_TOO_LONG);
    request.target = BYTES("/23456789abcdef\x01g");
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_BAD_TARGET);
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

static void test_request_first_defect_of_the_field_lines_decides(void)
{
    static const u101_limits limits = {.head = 256, .target = 16, .fields = 4, .body = 0};
    const u101_field host = {BYTES("Host"), BYTES("a")};
    const u101_field name = {BYTES("X Y"), BYTES("\n")};
    const u101_field value = {BYTES("X"), BYTES("\x7f")};
    const u101_field tab = {BYTES("X"), BYTES("a\tb")};
    const struct {
        u101_field fields[5];
        u101_reason reason;
        const char *why;
    } rows[] = {
        {{host, name, value, tab, tab}, U101_BAD_FIELD_NAME, "a name before a value"},
        {{host, value, name, tab, tab}, U101_BAD_FIELD_VALUE, "a value before a name"},
        {{host, tab, tab, name, tab}, U101_BAD_FIELD_NAME, "a line within the limit"},
        {{host, tab, tab, tab, name}, U101_TOO_MANY_FIELDS, "a line after the limit"},
    };
    u101_negotiator *negotiator = offering_websocket(&limits);
    guard pages = guard_new(256);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const u101_request request = {.method = BYTES("GET"),
                                      .target = BYTES("/"),
                                      .version = BYTES("1.1"),
                                      .fields = rows[i].fields,
                                      .field_count = COUNT(rows[i].fields)};
        check_case("%s", rows[i].why);
        CHECK_REASON(decide(negotiator, &request, &pages).reason, rows[i].reason);
    }
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

static void test_request_limit_of_the_head_does_not_bind(void)
{
    static const u101_limits limits = {.head = 256, .target = 16, .fields = 4, .body = 0};
    char value[1000];
    memset(value, 'v', sizeof(value));
    const u101_field fields[] = {{BYTES("Host"), BYTES("a")}, {BYTES("X"), {value, sizeof(value)}}};
    const u101_request request = {.method = BYTES("GET"),
                                  .target = BYTES("/"),
                                  .version = BYTES("1.1"),
                                  .fields = fields,
                                  .field_count = COUNT(fields)};
    u101_negotiator *negotiator = offering_websocket(&limits);
    guard pages = guard_new(2048);
    const u101_decision decision = decide(negotiator, &request, &pages);
    CHECK_REASON(decision.reason, U101_NO_UPGRADE);
    CHECK(decision.head_size > limits.head);
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

/* The caller reads the body with its own parser first, and has asked for it. */
static void test_request_with_a_body_is_a_switch_on_the_head_alone(void)
{
    const u101_offer offer = {.kind = U101_OFFER_PROTOCOL,
                              .as.protocol = {.name = BYTES("x"), .body = true}};
    const u101_field fields[] = {{BYTES("Host"), BYTES("a")},
                                 {BYTES("Upgrade"), BYTES("x")},
                                 {BYTES("Connection"), BYTES("upgrade")},
                                 {BYTES("Expect"), BYTES("100-continue")},
                                 {BYTES("Content-Length"), BYTES("5")}};
    u101_request request = {.method = BYTES("POST"),
                            .target = BYTES("/"),
                            .version = BYTES("1.1"),
                            .fields = fields,
                            .field_count = COUNT(fields)};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    guard pages = guard_new(256);
    const u101_decision with = decide(negotiator, &request, &pages);
    CHECK_ACTION(with.action, U101_ACTION_SWITCH);
    CHECK(!with.expects_continue);
    CHECK_SIZE(with.request_size, with.head_size);
    request.field_count--;
    const u101_decision without = decide(negotiator, &request, &pages);
    CHECK_ACTION(without.action, U101_ACTION_SWITCH);
    CHECK(without.expects_continue);
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

/* A chunked body is the caller's as well. */
static void test_request_with_a_chunked_body_is_a_switch_on_the_head_alone(void)
{
    const u101_offer offer = {.kind = U101_OFFER_PROTOCOL,
                              .as.protocol = {.name = BYTES("x"), .body = true}};
    const u101_field fields[] = {{BYTES("Host"), BYTES("a")},
                                 {BYTES("Upgrade"), BYTES("x")},
                                 {BYTES("Connection"), BYTES("upgrade")},
                                 {BYTES("Expect"), BYTES("100-continue")},
                                 {BYTES("Transfer-Encoding"), BYTES("chunked")}};
    const u101_request request = {.method = BYTES("POST"),
                                  .target = BYTES("/"),
                                  .version = BYTES("1.1"),
                                  .fields = fields,
                                  .field_count = COUNT(fields)};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    guard pages = guard_new(256);
    const u101_decision decision = decide(negotiator, &request, &pages);
    CHECK_ACTION(decision.action, U101_ACTION_SWITCH);
    CHECK_INT(decision.framing, U101_FRAMING_CHUNKED);
    CHECK(!decision.expects_continue);
    CHECK_SIZE(decision.request_size, decision.head_size);
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

/* Fields may share one value, so that they have more bytes than can be counted. */
static void test_request_size_that_cannot_be_counted_is_the_greatest(void)
{
    const u101_slice third = {"x", SIZE_MAX / 3};
    const u101_field fields[] = {
        {BYTES("a"), third}, {BYTES("b"), third}, {BYTES("c"), third}, {BYTES("d"), third}};
    u101_request request = {.method = BYTES("GET"),
                            .target = BYTES("/"),
                            .version = BYTES("1.1"),
                            .fields = fields,
                            .field_count = 2};
    CHECK_SIZE(u101_request_size(&request),
               sizeof("GET / HTTP/1.1\r\na: \r\nb: \r\n\r\n") - 1 + 2 * (SIZE_MAX / 3));
    request.field_count = 3;
    CHECK_SIZE(u101_request_size(&request), SIZE_MAX);
    request.field_count = 4;
    CHECK_SIZE(u101_request_size(&request), SIZE_MAX);
    request.field_count = 0;
    request.method = (u101_slice){"x", SIZE_MAX};
    CHECK_SIZE(u101_request_size(&request), SIZE_MAX);
}

/* A span counts in 32 bits.  Nothing is read or written then. */
static void test_request_larger_than_a_span_counts_is_too_large(void)
{
    const u101_field fields[] = {{BYTES("Host"), {NULL, SIZE_MAX / 2}}};
    const u101_request request = {.method = {NULL, 3},
                                  .target = {NULL, 1},
                                  .version = {NULL, 3},
                                  .fields = fields,
                                  .field_count = 1};
    u101_negotiator *negotiator = offering_websocket(&u101_default_limits);
    u101_decision decision;
    u101_request_decide(negotiator, &request, true, NULL, NULL, (size_t)U101_MAX_HEAD_SIZE + 1,
                        &decision);
    CHECK_ACTION(decision.action, U101_ACTION_REJECT);
    CHECK_REASON(decision.reason, U101_HEAD_TOO_LARGE);
    CHECK_SIZE(decision.head_size, 0);
    CHECK_SIZE(decision.offset, U101_NO_OFFSET);
    CHECK(decision.secure);
    u101_request_decide(negotiator, &request, false, NULL, NULL, SIZE_MAX, &decision);
    CHECK_REASON(decision.reason, U101_HEAD_TOO_LARGE);
    u101_negotiator_free(negotiator);
}

/* A parser that gives these parts has taken a PROXY header for a request [contract 2]. */
static void test_request_target_of_method_proxy_is_sound_or_named(void)
{
    u101_negotiator *negotiator = offering_websocket(&u101_default_limits);
    guard pages = guard_new(256);
    const u101_field fields[] = {{BYTES("Host"), BYTES("a")}};
    u101_request request = {.method = BYTES("PROXY"),
                            .target = BYTES("TCP4"),
                            .version = BYTES("1.1"),
                            .fields = fields,
                            .field_count = 1};
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_PROXY_PROTOCOL);
    request.method = BYTES("PROX");
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_BAD_TARGET);
    request.method = BYTES("PROXY");
    request.target = BYTES("/");
    CHECK_REASON(decide(negotiator, &request, &pages).reason, U101_NO_UPGRADE);
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

static void test_request_defect_knows_the_method_and_the_transport(void)
{
    u101_negotiator *negotiator = offering_websocket(&u101_default_limits);
    guard pages = guard_new(256);
    u101_request request = {
        .method = BYTES("HEAD"), .target = BYTES("/#"), .version = BYTES("1.1")};
    u101_decision decision;
    const size_t size = u101_request_size(&request);
    char *head = guard_buffer(&pages, size);
    u101_request_decide(negotiator, &request, true, NULL, head, size, &decision);
    CHECK_ACTION(decision.action, U101_ACTION_REJECT);
    CHECK_REASON(decision.reason, U101_BAD_TARGET);
    CHECK_INT(decision.status, 400);
    CHECK_SIZE(decision.head_size, 0);
    CHECK(decision.is_head);
    CHECK(decision.secure);
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

int main(void)
{
    CHECK_RUN(test_request_parts_are_sound_or_refused);
    CHECK_RUN(test_request_head_is_written_out_anew);
    CHECK_RUN(test_request_nul_is_found_in_each_part);
    CHECK_RUN(test_request_part_without_address_is_an_empty_one);
    CHECK_RUN(test_request_limits_of_target_and_fields_bind);
    CHECK_RUN(test_request_first_defect_of_the_field_lines_decides);
    CHECK_RUN(test_request_limit_of_the_head_does_not_bind);
    CHECK_RUN(test_request_with_a_body_is_a_switch_on_the_head_alone);
    CHECK_RUN(test_request_with_a_chunked_body_is_a_switch_on_the_head_alone);
    CHECK_RUN(test_request_size_that_cannot_be_counted_is_the_greatest);
    CHECK_RUN(test_request_larger_than_a_span_counts_is_too_large);
    CHECK_RUN(test_request_target_of_method_proxy_is_sound_or_named);
    CHECK_RUN(test_request_defect_knows_the_method_and_the_transport);
    return check_finish();
}
