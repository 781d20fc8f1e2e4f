/* Checks promises; promise.h says what holds. */
#include "promise.h"

#include <string.h>

#include "fuzz.h"
#include "guard.h"
#include "harness.h"
#include "message.h"

enum { MAX_WRITTEN = 140000, MAX_RESPONSE = 8192 };

/* Two buffers: what is written a second time is compared with the first. */
static char *room(size_t turn, size_t size)
{
    static guard rooms[2];
    if (rooms[turn].base == NULL) {
        rooms[turn] = guard_new(MAX_WRITTEN);
    }
    return guard_buffer(&rooms[turn], size);
}

u101_slice promise_response(const promise_facts *known, const u101_decision *decision,
                            const u101_answer *answer)
{
    const u101_negotiator *negotiator = known->negotiator;
    const char *received = known->bytes.at;
    const size_t size =
        u101_decision_write_response(negotiator, decision, received, answer, 0, room(0, 0), 0);
    char *once = room(0, size);
    char *again = room(1, size);
    require(u101_decision_write_response(negotiator, decision, received, answer, 0, once, size) ==
                size,
            "a response has the size that was told");
    require(u101_decision_write_response(negotiator, decision, received, answer, 0, again, size) ==
                size,
            "a response has its size again");
    require(slices_equal((u101_slice){once, size}, (u101_slice){again, size}),
            "a response is the same again");
    require(answer != NULL || size <= MAX_RESPONSE, "a response is bounded");
    return (u101_slice){once, size};
}

static void check_response(const promise_facts *known, const u101_decision *decision,
                           const u101_answer *answer)
{
    static message split;
    const u101_slice response = promise_response(known, decision, answer);
    const u101_response_parts parts = u101_decision_response_parts(decision, response);
    const bool none = decision->action == U101_ACTION_PASS ||
                      (decision->action == U101_ACTION_SWITCH && decision->preface);
    require((response.size == 0) == none, "a response is there if the action has one");
    require((decision->status == 0) == none, "a status is there if a response is");
    require(parts.begin <= parts.fields && parts.fields <= parts.content &&
                parts.content <= response.size,
            "parts are in their order");
    if (none) {
        return;
    }
    const u101_slice last = {response.at + parts.begin, response.size - parts.begin};
    require(message_split(last, &split), "a response is a whole message");
    require(slices_equal(split.body,
                         (u101_slice){response.at + parts.content, response.size - parts.content}),
            "content follows the blank line");
    require(decision->action == U101_ACTION_REJECT || split.body.size == 0,
            "a response that is no refusal has no content");
}

/* Decides anew on what is forwarded. */
static void check_forwarded(const promise_facts *known, u101_slice head)
{
    u101_handshake handshake;
    u101_decision decision;
    u101_handshake_init(&handshake, true);
    require(u101_handshake_decide(known->negotiator, &handshake, head, false, NULL, &decision),
            "what is forwarded is a whole head");
    require(decision.action == U101_ACTION_PASS && decision.head_size == head.size,
            "what is forwarded passes");
    require(decision.reason == U101_NO_UPGRADE || decision.reason == U101_WS_UPGRADE_MISSING,
            "what is forwarded asks for no upgrade");
}

static void check_forward(const promise_facts *known, const u101_decision *decision)
{
    const char *received = known->bytes.at;
    const size_t size =
        u101_decision_write_forward(known->negotiator, decision, received, room(0, 0), 0);
    char *out = room(0, size);
    const u101_slice head = {received, decision->head_size};
    require(u101_decision_write_forward(known->negotiator, decision, received, out, size) == size,
            "a forwarded head has the size that was told");
    require(size <= head.size, "a forwarded head is no longer than the head");
    require(size == 0 || decision->action == U101_ACTION_PASS, "a PASS alone is forwarded");
    if (size > 0 && !slices_equal((u101_slice){out, size}, head)) {
        check_forwarded(known, (u101_slice){out, size});
    }
}

static void check_detail(const promise_facts *known, const u101_decision *decision)
{
    const size_t least = decision->head_size > 0 || decision->offset == U101_NO_OFFSET
                             ? decision->head_size
                             : decision->offset;
    const size_t given = known->seed % 2 == 0 ? known->fed : least;
    char out[U101_DETAIL_SIZE];
    const u101_slice received = guard_slice((u101_slice){known->bytes.at, given});
    const size_t size = u101_detail_write(known->negotiator, decision, received, out);
    require(size > 0 && size <= sizeof out, "a detail is as long as its room at the most");
    for (size_t i = 0; i < size; i++) {
        require(out[i] >= ' ' && out[i] <= '~', "a detail is printable");
    }
}

static void check_content(const promise_facts *known, const u101_decision *decision)
{
    const size_t body = decision->request_size - decision->head_size;
    require(decision->content_size <= body, "content is a part of the body");
    require(decision->framing != U101_FRAMING_LENGTH || decision->content_size == body,
            "content of known length is the body");
    u101_decision_copy_content(decision, known->bytes.at, room(0, decision->content_size));
}

static void check_offset(const promise_facts *known, const u101_decision *decision)
{
    if (decision->offset != U101_NO_OFFSET) {
        require(decision->action == U101_ACTION_REJECT, "an offset is of a refusal");
        require(decision->offset < known->fed, "an offset is of a byte that arrived");
        require(decision->head_size == 0 || decision->offset >= decision->head_size,
                "an offset is of a head that is not complete, or of a body");
    }
}

static void check_target(const promise_facts *known, const u101_decision *decision)
{
    const u101_slice target = {known->bytes.at + decision->target.at, decision->target.size};
    u101_slice path;
    u101_slice query;
    const bool queried = u101_target_parts(decision, known->bytes.at, &path, &query);
    require(queried || query.size == 0, "what is no query is empty");
    require(path.size + query.size <= target.size || slices_equal(path, slice_of("/")),
            "path and query are parts of the target");
}

/* The value of the last field line of that name, or an empty one. */
static u101_slice value_of(const promise_facts *known, const u101_decision *decision,
                           const char *name)
{
    u101_slice value = {"", 0};
    size_t cursor = decision->fields;
    while (u101_fields_next_named(known->bytes.at, decision->head_size, &cursor, slice_of(name),
                                  &value)) {
        /* Goes on to the last one. */
    }
    return value;
}

/* Words of the caller's: what the client offered, something else, or nothing. */
static u101_slice pick(uint32_t seed, u101_slice offered)
{
    static const char *const words[] = {"", "permessage-deflate", "x;y=\"z\"", "a,", "p, x"};
    return seed % 2 == 0 ? offered : slice_of(words[seed / 2 % COUNT(words)]);
}

/* Of all that an answer may change. */
static bool is_as_it_was(const u101_decision *before, const u101_decision *after)
{
    const u101_deflate *one = &before->deflate;
    const u101_deflate *other = &after->deflate;
    const bool same_deflate =
        before->deflate_agreed == after->deflate_agreed &&
        (!before->deflate_agreed ||
         (one->server_no_context_takeover == other->server_no_context_takeover &&
          one->client_no_context_takeover == other->client_no_context_takeover &&
          one->server_max_window_bits == other->server_max_window_bits &&
          one->client_max_window_bits == other->client_max_window_bits));
    return before->action == after->action && before->reason == after->reason &&
           before->status == after->status && before->offset == after->offset &&
           before->subprotocol.at == after->subprotocol.at &&
           before->subprotocol.size == after->subprotocol.size &&
           before->extensions_replaced == after->extensions_replaced && same_deflate;
}

static void check_answer(const promise_facts *known, const u101_decision *decision)
{
    static const int statuses[] = {200, 204, 304, 403, 426, 599, 600};
    static const u101_field fields[] = {
        {{"Set-Cookie", 10}, {"a=b", 3}}, {{"Date", 4}, {"now", 3}}, {{"Trailer", 7}, {"x", 1}}};
    const uint32_t seed = known->seed;
    u101_slice subprotocol = pick(seed / 4, value_of(known, decision, "Sec-WebSocket-Protocol"));
    const u101_answer answer = {
        .fields = fields,
        .field_count = seed / 8 % 4,
        .body = slice_of(seed % 3 == 0 ? "body" : ""),
        .extensions = pick(seed / 2, value_of(known, decision, "Sec-WebSocket-Extensions")),
    };
    u101_decision answered = *decision;
    const u101_defect defect =
        seed % 5 == 0 ? u101_answer_reject(&answered, statuses[seed / 5 % COUNT(statuses)], &answer)
                      : u101_answer_accept(&answered, known->bytes.at, &answer,
                                           seed % 7 == 0 ? NULL : &subprotocol, seed % 3 != 0);
    if (defect.text == NULL) {
        check_response(known, &answered, &answer);
    } else {
        require(is_as_it_was(decision, &answered),
                "a decision is as it was if an answer is refused");
    }
}

static void check_lines(const promise_facts *known, const u101_decision *decision)
{
    u101_field field;
    size_t cursor = decision->fields;
    size_t before = cursor;
    while (decision->head_size > 0 &&
           u101_fields_next(known->bytes.at, decision->head_size, &cursor, &field)) {
        require(cursor > before && cursor <= decision->head_size,
                "a field line is within its head");
        before = cursor;
        u101_slice element;
        const char *at = field.value.at;
        while (u101_fields_next_quoted(&field.value, &element)) {
            require(element.size > 0 && element.at >= at &&
                        element.at + element.size <= field.value.at,
                    "an element is within its line");
            at = element.at + element.size;
        }
    }
}

void promise_check(const promise_facts *known, const u101_decision *decision)
{
    require(decision->reason < U101_REASON_COUNT, "a reason is one of the table");
    require(decision->head_size <= decision->request_size || decision->head_size == 0,
            "a head is within its request");
    require(decision->request_size <= known->fed || decision->action == U101_ACTION_REJECT,
            "a request is within what arrived");
    check_lines(known, decision);
    check_response(known, decision, NULL);
    check_forward(known, decision);
    check_detail(known, decision);
    check_offset(known, decision);
    if (decision->head_size > 0) {
        check_target(known, decision);
        check_answer(known, decision);
    }
    if (decision->action == U101_ACTION_SWITCH) {
        check_content(known, decision);
    }
}
