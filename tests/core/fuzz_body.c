/*
 * A fuzz target for the reader of bodies.
 *
 * In: fuzz.h says how the input is read.  Out: 0, or the end of the program.
 *
 * Always, whatever arrives:
 * - bytes at once and the same bytes in pieces come to the same result, reason, place
 *   and content;
 * - no byte after those that were given is read, and each piece of content is the last
 *   that was read of its input;
 * - no limit is passed;
 * - chunks that are read to their end are what a plain reader makes of them.
 */
#include <string.h>

#include "fuzz.h"
#include "guard.h"
#include "harness.h"

enum { PREFIX = 3, MAX_INPUT = 70000, FRAMINGS = 4 };

static const u101_body_limits all_limits[] = {
    {.size = UINT64_MAX, .overhead = 16384, .fields = 100},
    {.size = 65536, .overhead = 512, .fields = 8},
    {.size = 16, .overhead = 16, .fields = 2},
    {.size = 0, .overhead = 0, .fields = 0},
};

typedef struct {
    u101_body_result result;
    u101_reason reason;
    u101_body body;
    char content[MAX_INPUT];
    size_t size;
} reading;

static void read_piece(reading *made, u101_slice piece)
{
    static guard pages;
    if (pages.base == NULL) {
        pages = guard_new(MAX_INPUT);
    }
    u101_slice input = guard_end(&pages, piece);
    const char *const end = input.at + input.size;
    u101_slice data;
    do {
        const uint64_t before = made->body.read;
        const char *const at = input.at;
        made->result = u101_body_read(&made->body, &input, &data, &made->reason);
        require(input.at >= at && input.at + input.size == end, "the input ends where it did");
        require(made->body.read - before == (uint64_t)(input.at - at), "what was read is counted");
        if (made->result == U101_BODY_DATA) {
            require(data.size > 0 && data.at >= at && data.at + data.size == input.at,
                    "content is the last that was read");
            memcpy(made->content + made->size, data.at, data.size);
            made->size += data.size;
        }
    } while (made->result == U101_BODY_DATA);
    require(made->result != U101_BODY_MORE || input.size == 0, "no byte is left over");
}

static void require_sound(const reading *made)
{
    const u101_body *body = &made->body;
    require(body->decoded == made->size, "content is counted");
    require(body->decoded <= body->read, "content is a part of what was read");
    require(body->decoded <= body->limits.size, "the limit of the size holds");
    require(body->overhead <= body->limits.overhead, "the limit of the overhead holds");
    require(body->fields <= body->limits.fields, "the limit of the trailer lines holds");
    if (made->result == U101_BODY_DEFECT) {
        require(made->reason == U101_CHUNK_INVALID || made->reason == U101_BODY_TOO_LARGE,
                "a defect has one of two reasons");
    }
}

static void read_pieces(reading *made, u101_slice bytes, uint32_t seed)
{
    fuzz_cuts cuts = {seed, seed};
    size_t at = 0;
    size_t size = 0;
    do {
        at += size;
        size = fuzz_next_cut(&cuts, bytes.size - at);
        read_piece(made, (u101_slice){bytes.at + at, size});
    } while (made->result == U101_BODY_MORE && at + size < bytes.size);
    require_sound(made);
}

static void require_same(const reading *whole, const reading *pieces)
{
    require(whole->result == pieces->result, "the pieces have the result of the whole");
    require(whole->reason == pieces->reason, "the pieces have its reason");
    require(whole->body.read == pieces->body.read, "the pieces have its place");
    require(whole->size == pieces->size &&
                memcmp(whole->content, pieces->content, whole->size) == 0,
            "the pieces have its content");
}

/* The line at `at` without its LF; `at` is moved to the next one. */
static u101_slice next_line(u101_slice bytes, size_t *at)
{
    const char *const begin = bytes.at + *at;
    const char *const end = memchr(begin, '\n', bytes.size - *at);
    require(end != NULL, "chunks are lines");
    *at += (size_t)(end - begin) + 1;
    return (u101_slice){begin, (size_t)(end - begin)};
}

/* Chunks that are sound, the plain way. */
static void require_decoded(const reading *made, u101_slice bytes)
{
    size_t at = 0;
    size_t decoded = 0;
    size_t size = 0;
    do {
        const u101_slice line = next_line(bytes, &at);
        size = 0;
        for (size_t i = 0; i < line.size && strchr(";\r", line.at[i]) == NULL; i++) {
            const char *const digits = "0123456789abcdef0123456789ABCDEF";
            size = size * 16 + (size_t)(strchr(digits, line.at[i]) - digits) % 16;
        }
        require(size <= made->size - decoded &&
                    memcmp(made->content + decoded, bytes.at + at, size) == 0,
                "content is that of the chunks");
        decoded += size;
        at += size > 0 ? size + 2 : 0;
    } while (size > 0);
    while (next_line(bytes, &at).size != 1) {
    }
    require(decoded == made->size, "content is that of all chunks");
    require(at == made->body.read, "chunks end at a blank line");
}

int fuzz_body(const uint8_t *data, size_t size)
{
    static reading whole;
    static reading pieces;
    if (size < PREFIX || size - PREFIX > MAX_INPUT) {
        return 0;
    }
    const u101_slice bytes = {(const char *)data + PREFIX, size - PREFIX};
    const u101_framing framing = (u101_framing)(data[0] % FRAMINGS);
    whole.size = 0;
    whole.reason = U101_SOUND;
    u101_body_init(&whole.body, framing, data[1],
                   &all_limits[data[0] / FRAMINGS % COUNT(all_limits)]);
    pieces.size = 0;
    pieces.reason = U101_SOUND;
    pieces.body = whole.body;
    read_piece(&whole, bytes);
    require_sound(&whole);
    read_pieces(&pieces, bytes, data[2]);
    require_same(&whole, &pieces);
    if (framing == U101_FRAMING_CHUNKED && whole.result == U101_BODY_DONE) {
        require_decoded(&whole, bytes);
    }
    return 0;
}
