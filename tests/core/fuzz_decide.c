/*
 * A fuzz target for the whole way from bytes to a response.
 *
 * In: fuzz.h says how the input is read.  Out: 0, or the end of the program.
 *
 * Always, whatever arrives:
 * - bytes at once and the same bytes in pieces come to the same action, reason,
 *   sizes and response, but for what depends on what has already arrived
 *   [contract 2]: a CONTINUE, the 100 before a switch, and what TLS makes of a byte behind;
 * - no byte behind those that were given is read, and no byte behind the capacity
 *   is written;
 * - a response is no longer than a few fields and what was agreed, and writing it
 *   again gives the same bytes;
 * - the field lines of a decided head are all within it;
 * - the same head, taken apart and decided as a parsed one, has the same verdict.
 */
#include "fuzz.h"

#include <string.h>

#include "guard.h"
#include "harness.h"
#include "message.h"
#include "policy.h"

enum { MAX_INPUT = 70000, MAX_RESPONSE = 8192 };

/* What is made once. */
static struct {
    policies known;
    u101_hasher *hasher;
    guard pages[2];
    guard out;
} suite;

typedef struct {
    const u101_negotiator *negotiator;
    u101_slice bytes;
    bool secure;
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
        suite.known = policies_read("tests/vectors/policies.json");
        suite.hasher = u101_hasher_new();
        suite.pages[0] = guard_new(MAX_INPUT);
        suite.pages[1] = guard_new(MAX_INPUT);
        suite.out = guard_new(MAX_RESPONSE);
        require(suite.hasher != NULL, "a hasher is to be had");
    }
}

static bool feed(const input *from, u101_handshake *handshake, size_t turn, verdict *made)
{
    guard *pages = &suite.pages[turn % COUNT(suite.pages)];
    const u101_slice received = guard_end(pages, (u101_slice){from->bytes.at, made->fed});
    made->decided = u101_handshake_decide(from->negotiator, handshake, received, from->secure,
                                          suite.hasher, &made->decision);
    if (made->decided && made->decision.action == U101_ACTION_CONTINUE) {
        require(!made->continued, "a CONTINUE comes once");
        made->continued = true;
        made->decided = false;
    }
    return made->decided;
}

static verdict decide_whole(const input *from)
{
    verdict made = {.fed = from->bytes.size};
    u101_handshake handshake;
    u101_handshake_init(&handshake, true);
    (void)feed(from, &handshake, 0, &made);
    return made;
}

static verdict decide_pieces(const input *from, uint32_t seed)
{
    verdict made = {.fed = 0};
    u101_handshake handshake;
    fuzz_cuts cuts = {seed, seed};
    size_t turn = 0;
    u101_handshake_init(&handshake, true);
    while (!feed(from, &handshake, turn++, &made) && made.fed < from->bytes.size) {
        made.fed += fuzz_next_cut(&cuts, from->bytes.size - made.fed);
    }
    return made;
}

static u101_slice response_of(const input *from, const u101_decision *decision)
{
    const char *received = from->bytes.at;
    char *out = guard_buffer(&suite.out, 0);
    const size_t size =
        u101_decision_write_response(from->negotiator, decision, received, NULL, 0, out, 0);
    require(size <= MAX_RESPONSE, "a response is bounded");
    out = guard_buffer(&suite.out, size);
    require(u101_decision_write_response(from->negotiator, decision, received, NULL, 0, out,
                                         size) == size,
            "a response has the size that was told");
    return (u101_slice){out, size};
}

/* Byte for byte as the copy that was taken. */
static void require_response(const input *from, const u101_decision *decision, u101_slice copy)
{
    require(slices_equal(response_of(from, decision), copy), "a response is the same again");
}

static void require_sound(const input *from, const verdict *made)
{
    const u101_decision *d = &made->decision;
    u101_field field;
    size_t cursor = d->fields;
    size_t before = cursor;
    require(d->reason < U101_REASON_COUNT, "a reason is one of the table");
    require(d->head_size <= d->request_size, "a head is within its request");
    require(d->request_size <= made->fed || d->action == U101_ACTION_REJECT,
            "a request is within what arrived");
    while (d->head_size > 0 && u101_fields_next(from->bytes.at, d->head_size, &cursor, &field)) {
        require(cursor > before && cursor <= d->head_size, "a field line is within its head");
        before = cursor;
    }
}

/* A byte behind a request for TLS is there or is not, when its head is complete. */
static bool is_about_tls(const u101_decision *decision)
{
    return decision->reason == U101_TLS_LEFTOVER ||
           (decision->action == U101_ACTION_SWITCH && decision->kind == U101_OFFER_TLS);
}

static void require_same(const input *from, const verdict *whole, const verdict *pieces)
{
    static char copy[MAX_RESPONSE];
    require(whole->decided == pieces->decided, "the pieces decide where the whole does");
    if (!whole->decided || is_about_tls(&whole->decision) || is_about_tls(&pieces->decision)) {
        return;
    }
    u101_decision last = pieces->decision;
    require(whole->decision.action == last.action, "the pieces have the action of the whole");
    require(whole->decision.reason == last.reason, "the pieces have the reason of the whole");
    require(whole->decision.head_size == last.head_size, "the pieces have its head");
    require(whole->decision.request_size == last.request_size, "the pieces have its request");
    if (pieces->continued) {
        last.expects_continue = whole->decision.expects_continue;
    }
    const u101_slice response = response_of(from, &whole->decision);
    memcpy(copy, response.at, response.size);
    require_response(from, &whole->decision, (u101_slice){copy, response.size});
    require_response(from, &last, (u101_slice){copy, response.size});
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
    require(parsed.action == d->action, "a parsed head has the action of its bytes");
    require(parsed.reason == d->reason, "a parsed head has the reason of its bytes");
    require(parsed.head_size <= size, "a parsed head has the room it asks");
}

int fuzz_decide(const uint8_t *data, size_t size)
{
    set_up();
    if (size < FUZZ_PREFIX || size - FUZZ_PREFIX > MAX_INPUT) {
        return 0;
    }
    const input from = {
        .negotiator = suite.known.all[data[1] % suite.known.count].negotiator,
        .bytes = {(const char *)data + FUZZ_PREFIX, size - FUZZ_PREFIX},
        .secure = (data[0] & FUZZ_SECURE) != 0,
    };
    const verdict whole = decide_whole(&from);
    const verdict pieces = decide_pieces(&from, data[2]);
    if (whole.decided) {
        require_sound(&from, &whole);
    }
    if (pieces.decided) {
        require_sound(&from, &pieces);
    }
    require_same(&from, &whole, &pieces);
    require_parsed_alike(&from, &whole);
    return 0;
}
