/* Compares decisions with expectations; outcome.h says what holds. */
#include "outcome.h"

#include <stdio.h>
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "message.h"

enum { MAX_RESPONSE = 4096 };

/* The part of the connection that a span stands for. */
static u101_slice part(const outcome *made, size_t begin, size_t end)
{
    return (u101_slice){made->connection.at + begin, end - begin};
}

/* The string that is expected under a name; empty where none is. */
static u101_slice expected(const json_value *expect, const char *name)
{
    return json_find(expect, name) == NULL ? (u101_slice){NULL, 0}
                                           : json_member(expect, name, JSON_STRING)->text;
}

static guard *buffer(void)
{
    static guard pages;
    if (pages.base == NULL) {
        pages = guard_new(MAX_RESPONSE);
    }
    return &pages;
}

u101_slice outcome_response(const outcome *made)
{
    const char *const received = made->connection.at;
    char *out = guard_buffer(buffer(), 0);
    const size_t size =
        u101_decision_write_response(made->negotiator, made->decision, received, NULL, OUTCOME_NOW, out, 0);
    out = guard_buffer(buffer(), size);
    CHECK_SIZE(u101_decision_write_response(made->negotiator, made->decision, received, NULL, OUTCOME_NOW,
                                   out, size),
               size);
    return (u101_slice){out, size};
}

static u101_slice protocol_of(const outcome *made)
{
    char *out = guard_buffer(buffer(), 0);
    const size_t size = u101_decision_write_protocol(made->negotiator, made->decision, out, 0);
    out = guard_buffer(buffer(), size);
    CHECK_SIZE(u101_decision_write_protocol(made->negotiator, made->decision, out, size), size);
    return (u101_slice){out, size};
}

static u101_slice extensions_of(const outcome *made)
{
    char *out = guard_buffer(buffer(), 0);
    const size_t size = u101_decision_write_extensions(made->decision, out, 0);
    out = guard_buffer(buffer(), size);
    CHECK_SIZE(u101_decision_write_extensions(made->decision, out, size), size);
    return (u101_slice){out, size};
}

static void check_settings(const outcome *made, const json_value *expect)
{
    const u101_decision *decision = made->decision;
    u101_setting settings[U101_MAX_SETTINGS];
    const json_value *pairs = json_find(expect, "settings");
    if (pairs == NULL) {
        CHECK(!decision->settings_present || decision->settings.size == 0);
        return;
    }
    CHECK(decision->settings_present);
    const u101_span value = decision->settings;
    const int count = u101_h2c_read_settings(part(made, value.at, value.at + value.size), settings);
    if (!CHECK_INT(count, (long long)pairs->count)) {
        return;
    }
    size_t i = 0;
    for (const json_value *pair = pairs->first; pair != NULL; pair = pair->next) {
        CHECK_INT(settings[i].identifier, pair->first->integer);
        CHECK_INT(settings[i].value, pair->first->next->integer);
        i++;
    }
}

static void check_leftover(const outcome *made, const json_value *expect)
{
    const size_t begin = made->decision->request_size;
    const size_t end = made->connection.size - made->tail.size;
    if (CHECK(begin <= made->fed) && CHECK(begin <= end)) {
        CHECK_BYTES(part(made, begin, end), expected(expect, "leftover"));
        CHECK_BYTES(part(made, end, made->connection.size), made->tail);
    }
}

static void check_switch(const outcome *made, const json_value *expect)
{
    const u101_decision *decision = made->decision;
    const u101_span subprotocol = decision->subprotocol;
    CHECK_ACTION(decision->action, U101_ACTION_SWITCH);
    CHECK_BYTES(outcome_response(made), expected(expect, "response"));
    if (json_find(expect, "protocol") != NULL) {
        CHECK_BYTES(protocol_of(made), expected(expect, "protocol"));
    }
    CHECK_BYTES(part(made, subprotocol.at, subprotocol.at + subprotocol.size),
                expected(expect, "subprotocol"));
    CHECK_BYTES(extensions_of(made), expected(expect, "extensions"));
    check_settings(made, expect);
    if (CHECK(decision->head_size <= decision->request_size)) {
        CHECK_BYTES(part(made, decision->head_size, decision->request_size),
                    expected(expect, "body"));
    }
    check_leftover(made, expect);
}

static void check_pass(const outcome *made, const json_value *expect)
{
    CHECK_ACTION(made->decision->action, U101_ACTION_PASS);
    CHECK_SIZE(outcome_response(made).size, 0);
    CHECK_SIZE(made->decision->request_size, made->decision->head_size);
    check_leftover(made, expect);
}

/* The one line of a refusal states its defect and its section; to HEAD it is only counted. */
static void check_body(const outcome *made, const message *response)
{
    const u101_reason_row *row = u101_reason_row_of(made->decision->reason);
    const u101_slice body = response->body;
    char length[24];
    u101_slice stated = {NULL, 0};
    if (!CHECK(message_value(response, "Content-Length", &stated))) {
        return;
    }
    if (made->decision->is_head) {
        CHECK_SIZE(body.size, 0);
        CHECK(stated.size > 0 && stated.at[0] != '0');
        return;
    }
    (void)snprintf(length, sizeof length, "%zu", body.size);
    CHECK_TEXT(stated, length);
    char text[MAX_RESPONSE + 1] = "";
    if (CHECK(body.size > 0 && body.size < sizeof text)) {
        memcpy(text, body.at, body.size);
        CHECK(strstr(text, row->text) != NULL);
        CHECK(strstr(text, row->rfc) != NULL);
        CHECK(memchr(body.at, '\n', body.size) == body.at + body.size - 1);
    }
}

/* Whether "close" is an element of the list. */
static bool has_close(u101_slice list)
{
    return list.size >= 5 && memcmp(list.at + list.size - 5, "close", 5) == 0 &&
           (list.size == 5 || list.at[list.size - 6] == ' ');
}

static void check_reject(const outcome *made, const json_value *expect)
{
    const long status = json_member(expect, "status", JSON_INTEGER)->integer;
    const u101_slice written = outcome_response(made);
    message response;
    u101_slice value = {NULL, 0};
    char start[24];
    CHECK_ACTION(made->decision->action, U101_ACTION_REJECT);
    CHECK_INT(made->decision->status, status);
    if (!CHECK(message_split(written, &response))) {
        return;
    }
    (void)snprintf(start, sizeof start, "HTTP/1.1 %ld ", status);
    const size_t size = strlen(start);
    if (CHECK(response.start_line.size > size)) {
        CHECK_TEXT(((u101_slice){response.start_line.at, size}), start);
    }
    if (CHECK(message_value(&response, "Date", &value))) {
        CHECK_TEXT(value, OUTCOME_DATE);
    }
    if (CHECK(message_value(&response, "Content-Type", &value))) {
        CHECK(value.size >= 10 && memcmp(value.at, "text/plain", 10) == 0);
    }
    CHECK(message_value(&response, "Connection", &value) && has_close(value));
    check_body(made, &response);
    const json_value *pairs = json_find(expect, "response_has");
    const json_value *pair = pairs == NULL ? NULL : pairs->first;
    for (; pair != NULL; pair = pair->next) {
        CHECK(message_has(&response, pair->first->text, pair->first->next->text));
    }
}

static void check_continue(const outcome *made, const json_value *expect)
{
    CHECK_ACTION(made->decision->action, U101_ACTION_CONTINUE);
    CHECK_BYTES(outcome_response(made), expected(expect, "response"));
}

void outcome_check(const outcome *made, const json_value *expect)
{
    const u101_slice action = json_member(expect, "action", JSON_STRING)->text;
    CHECK_TEXT(json_member(expect, "reason", JSON_STRING)->text,
               u101_reason_row_of(made->decision->reason)->name);
    if (slices_equal(action, slice_of("SWITCH"))) {
        check_switch(made, expect);
    } else if (slices_equal(action, slice_of("PASS"))) {
        check_pass(made, expect);
    } else if (slices_equal(action, slice_of("REJECT"))) {
        check_reject(made, expect);
    } else if (slices_equal(action, slice_of("CONTINUE"))) {
        check_continue(made, expect);
    } else {
        check_abort("vectors: an action that is not understood");
    }
}
