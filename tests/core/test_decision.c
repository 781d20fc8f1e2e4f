/*
 * Decisions taken apart: the parts of a response, the content of a body, refusals.
 */
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "sample.h"

#define WEBSOCKET                                                                                  \
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"                   \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
#define CHUNKED                                                                                    \
    "POST / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n"                          \
    "Transfer-Encoding: chunked\r\n\r\n"

static u101_negotiator *offering(void)
{
    static const u101_offer offers[] = {
        {.kind = U101_OFFER_WEBSOCKET},
        {.kind = U101_OFFER_PROTOCOL, .as.protocol = {.name = {"x", 1}, .body = true}},
    };
    return sample_negotiator(offers, COUNT(offers));
}

static u101_decision decide(const u101_negotiator *negotiator, u101_slice received)
{
    u101_hasher *hasher = u101_hasher_new();
    u101_handshake handshake;
    u101_decision decision = {.action = U101_ACTION_CONTINUE};
    u101_handshake_init(&handshake, true);
    CHECK(u101_handshake_decide(negotiator, &handshake, received, false, hasher, &decision));
    u101_hasher_free(hasher);
    return decision;
}

typedef struct {
    u101_slice received;
    const char *begin;  /* what the final response begins with */
    const char *fields; /* what its field lines begin with */
    const char *content;
    const char *why;
} parts_row;

static const parts_row parts_rows[] = {
    {BYTES(WEBSOCKET "\r\n"), "HTTP/1.1 101 ", "Upgrade: websocket\r\n", "", "a switch"},
    {BYTES(WEBSOCKET "Expect: 100-continue\r\n\r\n"), "HTTP/1.1 101 ", "Upgrade: websocket\r\n", "",
     "a switch after a 100"},
    {BYTES("\n"), "HTTP/1.1 400 ", "Date: ", "BAD_METHOD: ", "a refusal"},
    {BYTES("HEAD / HTTP/1.1\r\n\n"), "HTTP/1.1 400 ", "Date: ", "", "a refusal to HEAD"},
    {BYTES(CHUNKED "x"), "HTTP/1.1 400 ", "Date: ", "CHUNK_INVALID: ", "a refusal of a body"},
};

static bool begins(u101_slice text, const char *with)
{
    const size_t size = strlen(with);
    return text.size >= size && memcmp(text.at, with, size) == 0;
}

static void test_decision_response_is_taken_apart(void)
{
    u101_negotiator *negotiator = offering();
    char out[1024];
    for (size_t i = 0; i < COUNT(parts_rows); i++) {
        const parts_row *row = &parts_rows[i];
        const u101_decision decision = decide(negotiator, row->received);
        const size_t size = u101_decision_write_response(negotiator, &decision, row->received.at,
                                                         NULL, 0, out, sizeof out);
        const u101_slice response = guard_slice((u101_slice){out, size});
        const u101_response_parts parts = u101_decision_response_parts(&decision, response);
        check_case("%s", row->why);
        if (!CHECK(parts.content <= size)) {
            continue;
        }
        CHECK(begins((u101_slice){out + parts.begin, size - parts.begin}, row->begin));
        CHECK(begins((u101_slice){out + parts.fields, size - parts.fields}, row->fields));
        const u101_slice content = {out + parts.content, size - parts.content};
        CHECK(begins(content, row->content));
        CHECK(content.size > 0 || row->content[0] == '\0');
        CHECK_TEXT(((u101_slice){out + parts.content - 4, 4}), "\r\n\r\n");
    }
    u101_negotiator_free(negotiator);
}

/* A CONTINUE is a response without fields, and a PASS is none. */
static void test_decision_response_without_fields_is_taken_apart(void)
{
    const u101_decision awaiting = {.action = U101_ACTION_CONTINUE, .expects_continue = true};
    const u101_slice hundred = guard_text("HTTP/1.1 100 Continue\r\n\r\n");
    const u101_response_parts parts = u101_decision_response_parts(&awaiting, hundred);
    CHECK_SIZE(parts.begin, 0);
    CHECK_SIZE(parts.fields, hundred.size - 2);
    CHECK_SIZE(parts.content, hundred.size);
    const u101_decision pass = {.action = U101_ACTION_PASS};
    const u101_response_parts none = u101_decision_response_parts(&pass, (u101_slice){NULL, 0});
    CHECK(none.begin == 0 && none.fields == 0 && none.content == 0);
}

/* Fields of the caller's come through, an empty value and the last line too. */
static void test_decision_response_has_the_fields_of_the_answer(void)
{
    static const u101_field fields[] = {{BYTES("X"), BYTES("")}, {BYTES("Y"), BYTES("\xff z")}};
    const u101_answer answer = {.fields = fields, .field_count = COUNT(fields), .body = BYTES("b")};
    u101_negotiator *negotiator = offering();
    u101_decision decision = decide(negotiator, BYTES("\n"));
    CHECK(u101_answer_reject(&decision, 200, &answer).text == NULL);
    char out[512];
    const size_t size =
        u101_decision_write_response(negotiator, &decision, "\n", &answer, 0, out, sizeof out);
    const u101_response_parts parts =
        u101_decision_response_parts(&decision, (u101_slice){out, size});
    CHECK_TEXT(((u101_slice){out + parts.content, size - parts.content}), "b");
    size_t cursor = parts.fields;
    size_t count = 0;
    u101_field field = {{NULL, 0}, {NULL, 0}};
    u101_field before = field;
    u101_field next;
    while (u101_fields_next(out, parts.content, &cursor, &next)) {
        before = field;
        field = next;
        count++;
    }
    CHECK_SIZE(count, 6); /* Date, Connection, Content-Type, Content-Length and the two */
    CHECK_TEXT(before.name, "X");
    CHECK_TEXT(before.value, "");
    CHECK_TEXT(field.name, "Y");
    CHECK_TEXT(field.value, "\xff z");
    u101_negotiator_free(negotiator);
}

typedef struct {
    u101_slice received;
    const char *content;
    const char *why;
} content_row;

#define LENGTH "POST / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\nContent-Length: "

static const content_row content_rows[] = {
    {BYTES(CHUNKED "0\r\n\r\n"), "", "no chunk but the last"},
    {BYTES(CHUNKED "1\r\na\r\n0\r\n\r\nleft"), "a", "one chunk and a leftover"},
    {BYTES(CHUNKED "1\r\na\r\n2;x\r\n\r\n\r\n0;y=\"\r\"\r\n"), NULL, "a CR in an extension"},
    {BYTES(CHUNKED "1\r\na\r\n2;x\r\n\r\n\r\n0\r\nT: t\r\n\r\n"), "a\r\n",
     "chunks, an extension and a trailer"},
    {BYTES(LENGTH "3\r\n\r\nabcd"), "abc", "a body of known length and a leftover"},
    {BYTES(LENGTH "0\r\n\r\nabcd"), "", "no body and a leftover"},
};

static void test_decision_content_is_the_body_without_its_framing(void)
{
    u101_negotiator *negotiator = offering();
    guard pages = guard_new(64);
    for (size_t i = 0; i < COUNT(content_rows); i++) {
        const content_row *row = &content_rows[i];
        const u101_slice received = guard_slice(row->received);
        const u101_decision decision = decide(negotiator, received);
        check_case("%s", row->why);
        CHECK_INT(decision.action == U101_ACTION_SWITCH, row->content != NULL);
        if (row->content != NULL && CHECK_SIZE(decision.content_size, strlen(row->content))) {
            char *out = guard_buffer(&pages, decision.content_size);
            u101_decision_copy_content(&decision, received.at, out);
            CHECK_TEXT(((u101_slice){out, decision.content_size}), row->content);
        }
    }
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

static void test_decision_refused_has_the_status_of_its_reason_and_no_offset(void)
{
    u101_negotiator *negotiator = offering();
    u101_decision decision = decide(negotiator, BYTES("\n"));
    CHECK_SIZE(decision.offset, 0);
    u101_decision_refuse(&decision, U101_CAPACITY);
    CHECK_ACTION(decision.action, U101_ACTION_REJECT);
    CHECK_REASON(decision.reason, U101_CAPACITY);
    CHECK_INT(decision.status, 503);
    CHECK_SIZE(decision.offset, U101_NO_OFFSET);
    u101_negotiator_free(negotiator);
}

static void test_decision_that_is_no_pass_forwards_nothing(void)
{
    static const u101_slice refused = BYTES("GET / HTTP/1.1\r\n\r\n");
    u101_negotiator *negotiator = offering();
    char out[64];
    const u101_decision decision = decide(negotiator, refused);
    CHECK_ACTION(decision.action, U101_ACTION_REJECT);
    CHECK_SIZE(u101_decision_write_forward(negotiator, &decision, refused.at, out, sizeof out), 0);
    u101_negotiator_free(negotiator);
}

int main(void)
{
    CHECK_RUN(test_decision_response_is_taken_apart);
    CHECK_RUN(test_decision_response_without_fields_is_taken_apart);
    CHECK_RUN(test_decision_response_has_the_fields_of_the_answer);
    CHECK_RUN(test_decision_content_is_the_body_without_its_framing);
    CHECK_RUN(test_decision_refused_has_the_status_of_its_reason_and_no_offset);
    CHECK_RUN(test_decision_that_is_no_pass_forwards_nothing);
    return check_finish();
}
