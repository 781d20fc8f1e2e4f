/*
 * A fuzz target for the reader of responses: the interim ones, the final head, its body.
 *
 * In: fuzz.h says how the input is read.  Out: 0, or the end of the program.
 *
 * Always, whatever arrives:
 * - bytes at once and the same bytes in pieces come to the same heads, the same body or
 *   the same defect;
 * - no byte after those that were given is read, and each part of a head is within it;
 * - no limit is passed;
 * - a head that is complete has as many field lines as a walk over them finds.
 */
#include "fuzz.h"
#include "guard.h"
#include "harness.h"

enum { PREFIX = 2, MAX_INPUT = 70000 };

static const u101_slice methods[] = {{"GET", 3}, {"HEAD", 4}, {"CONNECT", 7}, {"", 0}};

static const u101_limits all_limits[] = {
    {.head = 16384, .target = 8192, .fields = 100, .body = 65536},
    {.head = 256, .target = 16, .fields = 4, .body = 0},
};

static const u101_body_limits body_limits = {.size = UINT64_MAX, .overhead = 256, .fields = 4};

typedef enum { IN_HEAD, IN_BODY, AT_END } phase;

/* An exchange as far as it has been read. */
typedef struct {
    const u101_limits *limits;
    u101_response response;
    u101_response_result result;
    u101_reason reason;
    phase phase;
    size_t at;       /* where the head or the body begins that is being read */
    size_t interim;  /* heads */
    size_t statuses; /* of those heads, and their sizes, mixed */
    u101_body body;
    u101_body_result body_result;
} exchange;

static void require_head(const exchange *made, u101_slice head)
{
    const u101_response *response = &made->response;
    const u101_head *read = &response->head;
    u101_field field;
    size_t cursor = read->fields;
    size_t lines = 0;
    require(read->next <= head.size, "a head ends in what was given");
    require(response->status >= 100 && response->status <= 599, "a status is one");
    require(response->phrase.at + response->phrase.size + 2 == read->fields,
            "fields follow the phrase");
    while (u101_fields_next(head.at, read->next, &cursor, &field)) {
        require(cursor <= read->next, "a field line is within its head");
        lines++;
    }
    require(lines == read->field_count, "each field line is counted");
    require(read->next <= made->limits->head, "the limit of the head holds");
    require(lines <= made->limits->fields, "the limit of the field lines holds");
    require(response->framing == U101_FRAMING_LENGTH || response->length == 0,
            "a length is for a body of that length");
}

static void finish_head(exchange *made)
{
    made->at += made->response.head.next;
    switch (made->result) {
    case U101_RESPONSE_INTERIM:
        made->interim++;
        made->statuses = made->statuses * 31 + (size_t)made->response.status;
        made->statuses = made->statuses * 31 + made->response.head.next;
        u101_response_next(&made->response);
        break;
    case U101_RESPONSE_FINAL:
        u101_body_init(&made->body, (u101_framing)made->response.framing, made->response.length,
                       &body_limits);
        made->phase = IN_BODY;
        break;
    default:
        made->phase = AT_END;
    }
}

static void read_head(exchange *made, u101_slice received)
{
    static guard pages;
    if (pages.base == NULL) {
        pages = guard_new(MAX_INPUT);
    }
    const u101_slice head = guard_end(&pages, received);
    made->result = u101_response_read(made->limits, &made->response, head, &made->reason);
    require(made->response.head.next <= head.size, "a place is in what was given");
    if (made->result == U101_RESPONSE_DEFECT) {
        require(made->reason < U101_REASON_COUNT, "a reason is one of the table");
        made->phase = AT_END;
    } else if (made->result == U101_RESPONSE_MORE) {
        require(made->response.head.next == head.size, "no byte is left over");
    } else {
        require_head(made, head);
        finish_head(made);
    }
}

static void read_body(exchange *made, u101_slice received)
{
    u101_slice data;
    do {
        made->body_result = u101_body_read(&made->body, &received, &data, &made->reason);
    } while (made->body_result == U101_BODY_DATA);
    if (made->body_result != U101_BODY_MORE) {
        made->phase = AT_END;
    }
    require(made->body.decoded <= made->body.read, "content is a part of what was read");
}

/* Reads on, `size` bytes being there. */
static void read_on(exchange *made, u101_slice bytes, size_t size)
{
    do {
        made->result = U101_RESPONSE_MORE;
        if (made->phase == IN_HEAD) {
            read_head(made, (u101_slice){bytes.at + made->at, size - made->at});
        }
    } while (made->result == U101_RESPONSE_INTERIM);
    if (made->phase == IN_BODY) {
        const size_t begin = made->at + (size_t)made->body.read;
        read_body(made, (u101_slice){bytes.at + begin, size - begin});
    }
}

static void require_same(const exchange *whole, const exchange *pieces)
{
    const u101_response *a = &whole->response;
    const u101_response *b = &pieces->response;
    require(whole->phase == pieces->phase && whole->at == pieces->at,
            "the pieces come as far as the whole");
    require(whole->reason == pieces->reason, "the pieces have its reason");
    require(whole->interim == pieces->interim && whole->statuses == pieces->statuses,
            "the pieces have its interim heads");
    require(a->head.next == b->head.next, "the pieces have its place");
    require(a->status == b->status && a->head.minor == b->head.minor, "the pieces have its status");
    require(a->phrase.at == b->phrase.at && a->phrase.size == b->phrase.size,
            "the pieces have its phrase");
    require(a->framing == b->framing && a->length == b->length, "the pieces have its framing");
    require(a->keeps_alive == b->keeps_alive, "the pieces keep the connection as it does");
    require(a->head.fields == b->head.fields && a->head.field_count == b->head.field_count,
            "the pieces have its field lines");
    for (size_t kind = 0; kind < U101_FIELD_KINDS; kind++) {
        require(a->head.lines[kind] == b->head.lines[kind], "the pieces have its known fields");
    }
    require(whole->body.read == pieces->body.read && whole->body.decoded == pieces->body.decoded &&
                whole->body_result == pieces->body_result,
            "the pieces have its body");
}

int fuzz_response(const uint8_t *data, size_t size)
{
    if (size < PREFIX || size - PREFIX > MAX_INPUT) {
        return 0;
    }
    const u101_slice bytes = {(const char *)data + PREFIX, size - PREFIX};
    exchange whole = {.limits = &all_limits[data[0] / COUNT(methods) % COUNT(all_limits)],
                      .reason = U101_SOUND};
    u101_response_init(&whole.response, methods[data[0] % COUNT(methods)]);
    exchange pieces = whole;
    fuzz_cuts cuts = {data[1], data[1]};
    size_t there = 0;
    read_on(&whole, bytes, bytes.size);
    do {
        there += fuzz_next_cut(&cuts, bytes.size - there);
        read_on(&pieces, bytes, there);
    } while (there < bytes.size && pieces.phase != AT_END);
    require_same(&whole, &pieces);
    return 0;
}
