/* Compares decisions with expectations; outcome.h says what holds. */
#include "outcome.h"

#include <stdio.h>
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "message.h"
#include "readback.h"

enum { MAX_WRITTEN = 65536 };

/* What a decision is written out as. */
typedef enum {
    RESPONSE,
    PROTOCOL,
    EXTENSIONS,
    FORWARD,
    PARTS,
} part_kind;

/* The bytes of the connection between two places. */
static u101_slice between(const outcome *made, size_t begin, size_t end)
{
    return (u101_slice){made->connection.at + begin, end - begin};
}

static u101_slice at_span(const outcome *made, u101_span span)
{
    return between(made, span.at, span.at + span.size);
}

/* The string that is expected under a name; empty if it is not given. */
static u101_slice expected(const json_value *expect, const char *name)
{
    return json_find(expect, name) == NULL ? (u101_slice){NULL, 0}
                                           : json_member(expect, name, JSON_STRING)->text;
}

static bool is_expected(const json_value *expect, const char *name)
{
    return json_find(expect, name) != NULL;
}

static size_t write_part(const outcome *made, part_kind kind, char *out, size_t capacity)
{
    const char *const received = made->connection.at;
    switch (kind) {
    case PROTOCOL:
        return u101_decision_write_protocol(made->negotiator, made->decision, out, capacity);
    case EXTENSIONS:
        return u101_decision_write_extensions(made->decision, made->answer, out, capacity);
    case FORWARD:
        return u101_decision_write_forward(made->negotiator, made->decision, received, out,
                                           capacity);
    default:
        return u101_decision_write_response(made->negotiator, made->decision, received,
                                            made->answer, OUTCOME_NOW, out, capacity);
    }
}

/* Asks for the size with no room at all, and writes into just as much. */
static u101_slice written(const outcome *made, part_kind kind)
{
    static guard rooms[PARTS];
    guard *room = &rooms[kind];
    if (room->base == NULL) {
        *room = guard_new(MAX_WRITTEN);
    }
    const size_t size = write_part(made, kind, guard_buffer(room, 0), 0);
    char *out = guard_buffer(room, size);
    CHECK_SIZE(write_part(made, kind, out, size), size);
    return (u101_slice){out, size};
}

u101_slice outcome_response(const outcome *made)
{
    return written(made, RESPONSE);
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
    const int count = u101_h2c_read_settings(at_span(made, decision->settings), settings);
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
    if (made->parsed) {
        return; /* what follows the head is not known there */
    }
    if (CHECK(begin <= made->fed) && CHECK(begin <= end)) {
        CHECK_BYTES(between(made, begin, end), expected(expect, "leftover"));
        CHECK_BYTES(between(made, end, made->connection.size), made->tail);
    }
}

/* The body without its chunk framing. */
static void check_content(const outcome *made, const json_value *expect)
{
    static guard room;
    const u101_decision *decision = made->decision;
    const u101_slice body = expected(expect, "body");
    if (room.base == NULL) {
        room = guard_new(MAX_WRITTEN);
    }
    if (made->parsed || !CHECK_SIZE(decision->content_size, body.size)) {
        return; /* the body of a parsed head is the caller's to read */
    }
    char *out = guard_buffer(&room, body.size);
    u101_decision_copy_content(decision, made->connection.at, out);
    CHECK_BYTES(((u101_slice){out, body.size}), body);
}

static void check_switch(const outcome *made, const json_value *expect)
{
    const u101_decision *decision = made->decision;
    const u101_slice response = expected(expect, "response");
    CHECK_ACTION(decision->action, U101_ACTION_SWITCH);
    CHECK_BYTES(written(made, RESPONSE), response);
    CHECK_INT(decision->status, response.size == 0 ? 0 : 101);
    if (is_expected(expect, "protocol")) {
        CHECK_BYTES(written(made, PROTOCOL), expected(expect, "protocol"));
    }
    if (is_expected(expect, "offer")) {
        CHECK_SIZE(decision->offer, (size_t)json_member(expect, "offer", JSON_INTEGER)->integer);
    }
    CHECK_BYTES(at_span(made, decision->subprotocol), expected(expect, "subprotocol"));
    CHECK_BYTES(written(made, EXTENSIONS), expected(expect, "extensions"));
    check_settings(made, expect);
    check_content(made, expect);
    check_leftover(made, expect);
}

static u101_slice without_crlf(u101_slice head)
{
    return head.size >= 2 && memcmp(head.at, "\r\n", 2) == 0
               ? (u101_slice){head.at + 2, head.size - 2}
               : head;
}

/* The same lines, but for the white space that a head loses when it is written anew. */
static void check_same_message(u101_slice got_bytes, u101_slice want_bytes)
{
    message got;
    message want;
    if (!CHECK(message_split(got_bytes, &got)) || !CHECK(message_split(want_bytes, &want)) ||
        !CHECK_SIZE(got.field_count, want.field_count)) {
        return;
    }
    CHECK_BYTES(got.start_line, want.start_line);
    for (size_t i = 0; i < got.field_count; i++) {
        CHECK_BYTES(got.fields[i].name, want.fields[i].name);
        CHECK_BYTES(got.fields[i].value, want.fields[i].value);
    }
}

static void check_forward(const outcome *made, const json_value *expect)
{
    const u101_slice forward = written(made, FORWARD);
    CHECK(forward.size <= made->decision->head_size);
    if (!is_expected(expect, "forward")) {
        CHECK_BYTES(forward, between(made, 0, made->decision->head_size));
    } else if (made->parsed) {
        check_same_message(forward, expected(expect, "forward"));
    } else {
        CHECK_BYTES(without_crlf(forward), without_crlf(expected(expect, "forward")));
    }
}

static void check_pass(const outcome *made, const json_value *expect)
{
    CHECK_ACTION(made->decision->action, U101_ACTION_PASS);
    CHECK_SIZE(written(made, RESPONSE).size, 0);
    CHECK_INT(made->decision->status, 0);
    CHECK_SIZE(made->decision->request_size, made->decision->head_size);
    check_forward(made, expect);
    check_leftover(made, expect);
}

/* The one line of a refusal states its defect and its section. */
static void check_sentence(const outcome *made, u101_slice content)
{
    const u101_reason_row *row = u101_reason_row_of(made->decision->reason);
    char text[1024] = "";
    if (CHECK(content.size > 0 && content.size < sizeof text)) {
        memcpy(text, content.at, content.size);
        CHECK(strstr(text, row->text) != NULL);
        CHECK(strstr(text, row->rfc) != NULL);
        CHECK(memchr(content.at, '\n', content.size) == content.at + content.size - 1);
    }
}

/* Content-Length is true.  To HEAD it is what there would be; a 204 and a 304 have none. */
static void check_refused_content(const outcome *made, const message *response)
{
    const bool bare = made->decision->status == 204 || made->decision->status == 304;
    const u101_slice content = response->body;
    char length[24];
    u101_slice stated = {NULL, 0};
    if (!CHECK(message_value(response, "Content-Length", &stated) != bare)) {
        return;
    }
    (void)snprintf(length, sizeof length, "%zu", content.size);
    if (made->decision->is_head || bare) {
        CHECK_SIZE(content.size, 0);
    } else {
        CHECK_TEXT(stated, length);
    }
    if (made->decision->reason != U101_REFUSED && made->decision->is_head) {
        CHECK(stated.size > 0 && stated.at[0] != '0');
    } else if (made->decision->reason != U101_REFUSED) {
        check_sentence(made, content);
    }
}

static void check_fields(const message *response, const json_value *expect)
{
    static const char *const lists[] = {"Upgrade", "Connection", "Allow"};
    const json_value *pairs = json_find(expect, "response_has");
    for (const json_value *pair = pairs == NULL ? NULL : pairs->first; pair != NULL;
         pair = pair->next) {
        const u101_slice name = pair->first->text;
        const u101_slice value = pair->first->next->text;
        bool list = false;
        for (size_t i = 0; i < COUNT(lists); i++) {
            list = list || slices_equal(name, slice_of(lists[i]));
        }
        if (list) {
            const bool exactly = !slices_equal(name, slice_of("Connection"));
            CHECK(message_lists(response, name, value, exactly));
        } else {
            CHECK(message_has(response, name, value));
        }
    }
}

/* Whether "close" is an option of Connection. */
static bool closes(const message *response)
{
    u101_slice value;
    u101_slice option;
    if (!message_value(response, "Connection", &value)) {
        return false;
    }
    while (message_next_element(&value, &option)) {
        if (slices_equal(option, slice_of("close"))) {
            return true;
        }
    }
    return false;
}

static void check_reject(const outcome *made, const json_value *expect)
{
    const long status = json_member(expect, "status", JSON_INTEGER)->integer;
    message response;
    u101_slice value = {NULL, 0};
    char start[24];
    CHECK_ACTION(made->decision->action, U101_ACTION_REJECT);
    CHECK_INT(made->decision->status, status);
    if (!CHECK(message_split(written(made, RESPONSE), &response))) {
        return;
    }
    (void)snprintf(start, sizeof start, "HTTP/1.1 %ld ", status);
    const size_t size = strlen(start);
    if (CHECK(response.start_line.size >= size)) {
        CHECK_TEXT(((u101_slice){response.start_line.at, size}), start);
    }
    if (CHECK(message_value(&response, "Date", &value))) {
        CHECK_TEXT(value, OUTCOME_DATE);
    }
    if (made->answer == NULL && CHECK(message_value(&response, "Content-Type", &value))) {
        CHECK(value.size >= 10 && memcmp(value.at, "text/plain", 10) == 0);
    }
    CHECK(closes(&response));
    check_refused_content(made, &response);
    if (is_expected(expect, "content")) {
        CHECK_BYTES(response.body, expected(expect, "content"));
    }
    check_fields(&response, expect);
}

static void check_continue(const outcome *made, const json_value *expect)
{
    CHECK_ACTION(made->decision->action, U101_ACTION_CONTINUE);
    CHECK_INT(made->decision->status, 100);
    CHECK_BYTES(written(made, RESPONSE), expected(expect, "response"));
}

/* A member that nothing compares would be a test that is not made. */
static void check_members(const json_value *expect)
{
    static const char *const known[] = {
        "action",     "reason",   "response", "status",   "protocol",   "offer",   "subprotocol",
        "extensions", "settings", "body",     "leftover", "forward",    "content", "response_has",
        "offset",     "path",     "query",    "lists",    "detail_has",
    };
    for (const json_value *member = expect->first; member != NULL; member = member->next) {
        size_t i = 0;
        while (i < COUNT(known) && !slices_equal(member->name, slice_of(known[i]))) {
            i++;
        }
        if (i == COUNT(known)) {
            check_abort("vectors: a member of an expectation that is not understood");
        }
    }
}

void outcome_check(const outcome *made, const json_value *expect)
{
    const u101_slice action = json_member(expect, "action", JSON_STRING)->text;
    check_members(expect);
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
    readback_check(made, expect);
}
