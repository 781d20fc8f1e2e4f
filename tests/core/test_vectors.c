/*
 * Every vector of tests/vectors against the core, in each way that a connection can
 * bring its bytes.
 *
 * Always: what is fed ends at a page that cannot be read, lies at another address
 * than the time before, and is taken away when the call is over.
 */
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "message.h"
#include "outcome.h"
#include "policy.h"
#include "reply.h"
#include "vector.h"

enum { MAX_CONNECTION = 65536 };

#define UNDECIDED SIZE_MAX

/* What the tests of this file share. */
static struct {
    policies known;
    vectors read;
    u101_hasher *hasher;
    guard pages[2];
} suite;

/* One connection whose bytes arrive in pieces. */
typedef struct {
    const vector *from;
    u101_slice bytes; /* all that will have arrived */
    u101_slice tail;  /* the last of them, which are not the vector's own */
    u101_handshake handshake;
    u101_decision decision;
    size_t calls;
} connection;

static connection connect(const vector *from, u101_slice bytes)
{
    connection made = {.from = from, .bytes = bytes};
    u101_handshake_init(&made.handshake, from->first);
    return made;
}

/* Decides on the first `size` bytes. */
static bool feed(connection *c, size_t size)
{
    guard *pages = &suite.pages[c->calls++ % COUNT(suite.pages)];
    const u101_slice received = guard_end(pages, (u101_slice){c->bytes.at, size});
    const bool decided = u101_handshake_decide(c->from->negotiator, &c->handshake, received,
                                               c->from->secure, suite.hasher, &c->decision);
    guard_seal(pages);
    return decided;
}

static void check_outcome(const connection *c, size_t fed, const json_value *expect)
{
    const outcome made = {
        .negotiator = c->from->negotiator,
        .decision = &c->decision,
        .connection = c->bytes,
        .fed = fed,
        .tail = c->tail,
    };
    outcome_check(&made, expect);
}

/* The bytes it takes to decide, one at a time; UNDECIDED: all are not enough. */
static size_t feed_bytewise(connection *c)
{
    for (size_t size = 0; size <= c->bytes.size; size++) {
        if (feed(c, size)) {
            return size;
        }
    }
    return UNDECIDED;
}

/* Runs a test on each vector that is one request. */
static void for_each_request(void (*test)(const vector *))
{
    for (size_t i = 0; i < suite.read.count; i++) {
        const vector *from = &suite.read.all[i];
        if (from->feeds == NULL) {
            check_case("%s", from->id);
            test(from);
        }
    }
}

static void check_whole(const vector *from)
{
    connection c = connect(from, from->request);
    if (CHECK(feed(&c, c.bytes.size) == (from->expect != NULL)) && from->expect != NULL) {
        check_outcome(&c, c.bytes.size, from->expect);
    }
}

static void test_vectors_whole_agree(void)
{
    for_each_request(check_whole);
}

static void check_begin(const vector *from)
{
    connection c = connect(from, guard_begin(&suite.pages[0], from->request));
    const bool decided = u101_handshake_decide(from->negotiator, &c.handshake, c.bytes,
                                               from->secure, suite.hasher, &c.decision);
    if (CHECK(decided == (from->expect != NULL)) && from->expect != NULL) {
        check_outcome(&c, c.bytes.size, from->expect);
    }
}

static void test_vectors_behind_a_guard_page_agree(void)
{
    for_each_request(check_begin);
}

static void check_bytewise(const vector *from)
{
    connection c = connect(from, from->request);
    const size_t fed = feed_bytewise(&c);
    if (CHECK((fed != UNDECIDED) == (from->expect != NULL)) && from->expect != NULL) {
        check_outcome(&c, fed, from->expect);
    }
}

static void test_vectors_byte_by_byte_agree(void)
{
    for_each_request(check_bytewise);
}

/* The first piece decides where it has all that byte by byte it took, and only there. */
static void check_cut(const vector *from)
{
    connection bytewise = connect(from, from->request);
    const size_t enough = feed_bytewise(&bytewise);
    for (size_t cut = 0; cut <= from->request.size; cut++) {
        connection c = connect(from, from->request);
        const bool at_once = feed(&c, cut);
        const bool decided = at_once || feed(&c, c.bytes.size);
        check_case("%s cut at %zu", from->id, cut);
        CHECK(at_once == (enough != UNDECIDED && cut >= enough));
        if (CHECK(decided == (from->expect != NULL)) && from->expect != NULL) {
            check_outcome(&c, at_once ? cut : c.bytes.size, from->expect);
        }
    }
}

static void test_vectors_cut_in_two_at_every_byte_agree(void)
{
    for_each_request(check_cut);
}

/* The vector with something behind it that must be left alone. */
static u101_slice with_tail(const vector *from, u101_slice tail)
{
    static char bytes[MAX_CONNECTION];
    const size_t size = from->request.size;
    if (size + tail.size > sizeof bytes) {
        check_abort("%s: longer than %d bytes", from->id, MAX_CONNECTION);
    }
    memcpy(bytes, from->request.at, size);
    memcpy(bytes + size, tail.at, tail.size);
    return (u101_slice){bytes, size + tail.size};
}

/* Plain-text bytes behind a request for TLS are a verdict of their own [RFC 2817 3.3]. */
static bool is_switch_to_tls(const vector *from)
{
    const json_value *response = json_find(from->expect, "response");
    static const u101_slice begin = BYTES("HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/");
    return response != NULL && response->text.size > begin.size &&
           memcmp(response->text.at, begin.at, begin.size) == 0;
}

static const u101_slice tail_bytes = BYTES("\x16\x03\x01\0\r\nGET /2 HTTP/1.1\r\n\r\n\n\xff");

static void check_tail(const vector *from)
{
    if (from->expect == NULL) {
        return;
    }
    connection c = connect(from, with_tail(from, tail_bytes));
    c.tail = tail_bytes;
    if (!CHECK(feed(&c, c.bytes.size))) {
        return;
    }
    if (is_switch_to_tls(from)) {
        CHECK_ACTION(c.decision.action, U101_ACTION_REJECT);
        CHECK_REASON(c.decision.reason, U101_TLS_LEFTOVER);
    } else {
        check_outcome(&c, c.bytes.size, from->expect);
    }
}

static void test_vectors_with_a_tail_leave_it_alone(void)
{
    for_each_request(check_tail);
}

/* A caller that gathers no more than u101_handshake_wanted says, with all of it there to be had. */
static void check_gathered(const vector *from)
{
    connection c = connect(from, with_tail(from, tail_bytes));
    size_t fed = 0;
    bool decided = false;
    bool grown = true;
    c.tail = tail_bytes;
    while (!decided && grown) {
        const size_t wanted = u101_handshake_wanted(from->negotiator, &c.handshake);
        const size_t next = wanted < c.bytes.size ? wanted : c.bytes.size;
        decided = feed(&c, next);
        grown = next > fed;
        fed = next;
    }
    if (from->expect != NULL && CHECK(decided) && !is_switch_to_tls(from)) {
        check_outcome(&c, fed, from->expect);
    }
    CHECK(decided || fed == c.bytes.size);
}

static void test_vectors_gathered_as_wanted_agree(void)
{
    for_each_request(check_gathered);
}

static void check_feeds(const vector *from)
{
    char bytes[MAX_CONNECTION];
    connection c = connect(from, (u101_slice){bytes, 0});
    for (const json_value *pair = from->feeds->first; pair != NULL; pair = pair->next) {
        const u101_slice piece = pair->first->text;
        const json_value *expect = vector_expectation(pair->first->next);
        if (c.bytes.size + piece.size > sizeof bytes) {
            check_abort("%s: longer than %d bytes", from->id, MAX_CONNECTION);
        }
        memcpy(bytes + c.bytes.size, piece.at, piece.size);
        c.bytes.size += piece.size;
        if (CHECK(feed(&c, c.bytes.size) == (expect != NULL)) && expect != NULL) {
            check_outcome(&c, c.bytes.size, expect);
        }
    }
}

static void test_vectors_of_several_feeds_agree(void)
{
    for (size_t i = 0; i < suite.read.count; i++) {
        const vector *from = &suite.read.all[i];
        if (from->feeds != NULL) {
            check_case("%s", from->id);
            check_feeds(from);
        }
    }
}

/* The head of a vector that another reader would have handed over; false: the vector is
 * about what such a reader does not let through, or about what follows the head. */
static bool split_parsed(const vector *from, message *split, u101_request *request)
{
    const u101_slice bytes = from->request;
    if (!from->first || (bytes.size > 0 && (bytes.at[0] == '\r' || bytes.at[0] == '\n'))) {
        return false;
    }
    if (!message_split(bytes, split) || split->body.size > 0 ||
        !message_split_request(split, request)) {
        return false;
    }
    /* The limit of the head does not bind here [contract 7]. */
    return from->expect == NULL ||
           !slices_equal(json_member(from->expect, "reason", JSON_STRING)->text,
                         slice_of("HEAD_TOO_LARGE"));
}

static void check_parsed(const vector *from)
{
    message split;
    u101_request request;
    if (!split_parsed(from, &split, &request)) {
        return;
    }
    const size_t size = u101_request_size(&request);
    char *head = guard_buffer(&suite.pages[0], size);
    u101_decision decision;
    u101_request_decide(from->negotiator, &request, from->secure, suite.hasher, head, size,
                        &decision);
    CHECK(decision.head_size <= size);
    if (from->expect == NULL) {
        /* All that is missing is the body, which is the caller's to read. */
        CHECK_ACTION(decision.action, U101_ACTION_SWITCH);
        return;
    }
    const u101_slice written = {head, decision.head_size};
    const outcome made = {
        .negotiator = from->negotiator,
        .decision = &decision,
        .connection = written,
        .fed = written.size,
        .parsed = true,
    };
    outcome_check(&made, from->expect);
}

static void test_vectors_already_parsed_agree(void)
{
    for_each_request(check_parsed);
}

/* Each answer is given to the same decision. */
static void check_answers(const vector *from)
{
    connection c = connect(from, from->request);
    if (!feed(&c, c.bytes.size) || from->answers == NULL) {
        return;
    }
    size_t number = 0;
    for (const json_value *step = from->answers->first; step != NULL; step = step->next) {
        u101_decision decision = c.decision;
        reply read;
        check_case("%s answer %zu", from->id, number++);
        if (!reply_read(step, &read)) {
            continue;
        }
        const u101_defect defect = reply_give(&read, &decision, from->request.at);
        outcome made = {
            .negotiator = from->negotiator,
            .decision = &decision,
            .connection = c.bytes,
            .fed = c.bytes.size,
        };
        const bool refused = json_find(step, "raises") != NULL;
        if (CHECK((defect.text != NULL) == refused)) {
            made.answer = refused ? NULL : &read.answer;
            outcome_check(&made, refused ? from->expect : json_member(step, "gives", JSON_OBJECT));
        }
    }
}

static void test_vectors_with_answers_agree(void)
{
    for_each_request(check_answers);
}

/* What is read back of a decided head is what is there. */
static void check_fields(const vector *from)
{
    message split;
    u101_request request;
    connection c = connect(from, from->request);
    if (!split_parsed(from, &split, &request) || !feed(&c, c.bytes.size) ||
        c.decision.head_size == 0) {
        return;
    }
    const u101_slice head = guard_end(&suite.pages[0], c.bytes);
    const u101_decision *d = &c.decision;
    size_t cursor = d->fields;
    u101_field field;
    CHECK_SIZE(d->head_size, c.bytes.size);
    CHECK_BYTES(((u101_slice){head.at + d->method.at, d->method.size}), request.method);
    CHECK_BYTES(((u101_slice){head.at + d->target.at, d->target.size}), request.target);
    CHECK_INT(d->minor, request.version.at[2]);
    for (size_t i = 0; i < split.field_count; i++) {
        if (!CHECK(u101_fields_next(head.at, d->head_size, &cursor, &field))) {
            return;
        }
        CHECK_BYTES(field.name, split.fields[i].name);
        CHECK_BYTES(field.value, split.fields[i].value);
    }
    CHECK(!u101_fields_next(head.at, d->head_size, &cursor, &field));
}

static void test_vectors_decided_give_their_fields_back(void)
{
    for_each_request(check_fields);
}

int main(void)
{
    suite.known = policies_read("tests/vectors/policies.json");
    suite.read = vectors_read("tests/vectors", &suite.known);
    suite.hasher = u101_hasher_new();
    suite.pages[0] = guard_new(MAX_CONNECTION);
    suite.pages[1] = guard_new(MAX_CONNECTION);
    CHECK_RUN(test_vectors_whole_agree);
    CHECK_RUN(test_vectors_behind_a_guard_page_agree);
    CHECK_RUN(test_vectors_byte_by_byte_agree);
    CHECK_RUN(test_vectors_cut_in_two_at_every_byte_agree);
    CHECK_RUN(test_vectors_with_a_tail_leave_it_alone);
    CHECK_RUN(test_vectors_gathered_as_wanted_agree);
    CHECK_RUN(test_vectors_of_several_feeds_agree);
    CHECK_RUN(test_vectors_already_parsed_agree);
    CHECK_RUN(test_vectors_with_answers_agree);
    CHECK_RUN(test_vectors_decided_give_their_fields_back);
    guard_free(&suite.pages[0]);
    guard_free(&suite.pages[1]);
    u101_hasher_free(suite.hasher);
    vectors_free(&suite.read);
    policies_free(&suite.known);
    return check_finish();
}
