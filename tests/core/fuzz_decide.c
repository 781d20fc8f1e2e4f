/*
 * A fuzz target for the whole way from bytes to a decision.
 *
 * In: fuzz.h says how the input is read.  Out: 0, or the end of the program.
 *
 * Always, whatever arrives:
 * - bytes at once and the same bytes in pieces come to the same action, reason,
 *   sizes, offset and response, but for what depends on what has already arrived
 *   [contract 2]: a CONTINUE, the 100 before a switch, and what TLS makes of a byte
 *   after the head;
 * - no byte after those that were given is read, and more than there were are wanted if
 *   they did not decide;
 * - each decision keeps the promises of promise.h;
 * - the same head, taken apart and decided as a parsed one, has the same verdict, but for
 *   a body.
 */
#include "fuzz.h"

#include <string.h>

#include "guard.h"
#include "harness.h"
#include "message.h"
#include "policy.h"
#include "promise.h"

enum { MAX_INPUT = 70000, MAX_RESPONSE = 8192, FILES = 2 };

/* What is made once. */
static struct {
    policies known[FILES];
    u101_hasher *hasher;
    guard pages[2];
} suite;

typedef struct {
    const u101_negotiator *negotiator;
    u101_slice bytes;
    bool secure;
    bool first;
    uint32_t seed;
} input;

typedef struct {
    bool decided;
    bool continued; /* whether a CONTINUE came before */
    size_t fed;
    u101_decision decision;
} verdict;

static void set_up(void)
{
    if (suite.hasher == NULL) {
        suite.known[0] = policies_read("tests/vectors/policies.json");
        suite.known[1] = policies_read("tests/core/policies.json");
        suite.hasher = u101_hasher_new();
        suite.pages[0] = guard_new(MAX_INPUT);
        suite.pages[1] = guard_new(MAX_INPUT);
        require(suite.hasher != NULL, "a hasher is to be had");
    }
}

/* Those of the vectors, and then those with long lists. */
static const u101_negotiator *policy_of(uint8_t number)
{
    const size_t count = suite.known[0].count + suite.known[1].count;
    const size_t index = number % count;
    return index < suite.known[0].count
               ? suite.known[0].all[index].negotiator
               : suite.known[1].all[index - suite.known[0].count].negotiator;
}

static bool feed(const input *from, u101_handshake *handshake, size_t turn, verdict *made)
{
    guard *pages = &suite.pages[turn % COUNT(suite.pages)];
    const u101_slice received = guard_end(pages, (u101_slice){from->bytes.at, made->fed});
    made->decided = u101_handshake_decide(from->negotiator, handshake, received, from->secure,
                                          suite.hasher, &made->decision);
    if (made->decided && made->decision.action == U101_ACTION_CONTINUE) {
        require(!made->continued, "a CONTINUE comes once");
        const promise_facts known = {from->negotiator, from->bytes, made->fed, from->seed};
        promise_check(&known, &made->decision);
        made->continued = true;
        made->decided = false;
    }
    require(made->decided || u101_handshake_wanted(from->negotiator, handshake) > made->fed,
            "more is wanted if there is no decision");
    return made->decided;
}

static verdict decide_whole(const input *from)
{
    verdict made = {.fed = from->bytes.size};
    u101_handshake handshake;
    u101_handshake_init(&handshake, from->first);
    (void)feed(from, &handshake, 0, &made);
    return made;
}

static verdict decide_pieces(const input *from, uint32_t seed)
{
    verdict made = {.fed = 0};
    u101_handshake handshake;
    fuzz_cuts cuts = {seed, seed};
    size_t turn = 0;
    u101_handshake_init(&handshake, from->first);
    while (!feed(from, &handshake, turn++, &made) && made.fed < from->bytes.size) {
        made.fed += fuzz_next_cut(&cuts, from->bytes.size - made.fed);
    }
    return made;
}

static promise_facts facts_of(const input *from, const verdict *made)
{
    return (promise_facts){from->negotiator, from->bytes, made->fed, from->seed};
}

/* A byte after a request for TLS is there or is not, when its head is complete: TLS wins, and
 * then only Expect is looked at, or it is broken and another element may decide. */
static bool is_about_tls(const u101_decision *decision)
{
    return decision->reason == U101_TLS_LEFTOVER ||
           (decision->kind == U101_OFFER_TLS && (decision->action == U101_ACTION_SWITCH ||
                                                 decision->reason == U101_EXPECTATION_FAILED));
}

static void require_same(const input *from, const verdict *whole, const verdict *pieces)
{
    static char copy[MAX_RESPONSE];
    require(whole->decided == pieces->decided, "the pieces decide if the whole does");
    if (!whole->decided || is_about_tls(&whole->decision) || is_about_tls(&pieces->decision)) {
        return;
    }
    u101_decision last = pieces->decision;
    require(whole->decision.action == last.action, "the pieces have the action of the whole");
    require(whole->decision.reason == last.reason, "the pieces have the reason of the whole");
    require(whole->decision.offset == last.offset, "the pieces have its offset");
    require(whole->decision.head_size == last.head_size, "the pieces have its head");
    require(whole->decision.request_size == last.request_size, "the pieces have its request");
    require(whole->decision.content_size == last.content_size, "the pieces have its content");
    if (pieces->continued) {
        last.expects_continue = whole->decision.expects_continue;
    }
    const promise_facts known = facts_of(from, whole);
    const u101_slice response = promise_response(&known, &whole->decision, NULL);
    memcpy(copy, response.at, response.size);
    require(slices_equal(promise_response(&known, &last, NULL), (u101_slice){copy, response.size}),
            "the pieces have its response");
}

/* A defect of the body, which is the caller's to read there. */
static bool is_about_body(const u101_decision *decision)
{
    return decision->head_size > 0 && decision->offset != U101_NO_OFFSET;
}

/* The head alone, through the other entrance; HEAD_TOO_LARGE does not bind there. */
static void require_parsed_alike(const input *from, const verdict *whole)
{
    const u101_decision *d = &whole->decision;
    const u101_slice head = {from->bytes.at, d->head_size};
    static char written[MAX_INPUT * 2];
    static message split;
    u101_request request;
    u101_decision parsed;
    if (!whole->decided || head.size == 0 || head.at[0] == '\r' || is_about_tls(d) ||
        !message_split(head, &split) || !message_split_request(&split, &request)) {
        return;
    }
    const size_t size = u101_request_size(&request);
    if (size > sizeof(written)) {
        return;
    }
    u101_request_decide(from->negotiator, &request, from->secure, suite.hasher, written, size,
                        &parsed);
    if (is_about_tls(&parsed)) {
        return; /* it is not known there what follows the head */
    }
    if (is_about_body(d)) {
        require(parsed.action == U101_ACTION_SWITCH, "a parsed head switches before its body");
    } else {
        require(parsed.action == d->action, "a parsed head has the action of its bytes");
        require(parsed.reason == d->reason, "a parsed head has the reason of its bytes");
    }
    require(parsed.offset == U101_NO_OFFSET, "a parsed head has no offset");
    require(parsed.head_size <= size, "a parsed head has the room it asks");
}

int fuzz_decide(const uint8_t *data, size_t size)
{
    set_up();
    if (size < FUZZ_PREFIX || size - FUZZ_PREFIX > MAX_INPUT) {
        return 0;
    }
    const input from = {
        .negotiator = policy_of(data[1]),
        .bytes = {(const char *)data + FUZZ_PREFIX, size - FUZZ_PREFIX},
        .secure = (data[0] & FUZZ_SECURE) != 0,
        .first = (data[0] & FUZZ_LATER) == 0,
        .seed = data[0] / 4U * 256U + data[2],
    };
    const verdict whole = decide_whole(&from);
    const verdict pieces = decide_pieces(&from, data[2]);
    const promise_facts of_whole = facts_of(&from, &whole);
    const promise_facts of_pieces = facts_of(&from, &pieces);
    if (whole.decided) {
        promise_check(&of_whole, &whole.decision);
    }
    if (pieces.decided) {
        promise_check(&of_pieces, &pieces.decision);
    }
    require_same(&from, &whole, &pieces);
    require_parsed_alike(&from, &whole);
    return 0;
}
