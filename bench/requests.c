/* Makes requests; requests.h says what holds. */
#include "requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMORY = 1 << 20,   /* bytes of all requests */
    MOST_BYTES = 16384, /* of a file */
    LINE = 200,         /* bytes of a field line that only fills */
    FIELDS = 100,       /* field lines that the default limits allow */
    HEAD = 16384,       /* bytes of a head that they allow */
    TARGET = 8192,      /* bytes of a target that they allow */
    LIST = 32,          /* elements that are allowed in a list of subprotocols */
};

_Noreturn void bench_abort(const char *sentence, const char *name)
{
    (void)fprintf(stderr, "bench_core: %s %s\n", name, sentence);
    exit(2);
}

/* Requests are made once and live as long as the program. */
static char *allocate(size_t size)
{
    static char memory[MEMORY];
    static size_t used = 0;

    if (size > MEMORY - used) {
        bench_abort("does not fit into memory", "a request");
    }
    char *const bytes = memory + used;
    used += size;
    return bytes;
}

bench_request bench_read(const char *path)
{
    const char *const slash = strrchr(path, '/');
    char *const bytes = allocate(MOST_BYTES);
    FILE *const file = fopen(path, "rb");

    if (file == NULL) {
        bench_abort("cannot be opened", path);
    }
    const size_t size = fread(bytes, 1, MOST_BYTES, file);
    if (fclose(file) != 0 || size == 0 || size == MOST_BYTES) {
        bench_abort("cannot be read", path);
    }
    return (bench_request){slash == NULL ? path : slash + 1, {bytes, size}, U101_ACTION_SWITCH};
}

/* Where `text` begins in a head, which must have it. */
static size_t find(u101_slice head, const char *text)
{
    const size_t size = strlen(text);

    for (size_t i = 0; i + size <= head.size; i++) {
        if (memcmp(head.at + i, text, size) == 0) {
            return i;
        }
    }
    bench_abort("is not in the head", text);
}

/* A copy of a head with `size` bytes from `at` on replaced. */
static u101_slice replace(u101_slice head, size_t at, size_t size, u101_slice by)
{
    char *const bytes = allocate(head.size - size + by.size);

    memcpy(bytes, head.at, at);
    memcpy(bytes + at, by.at, by.size);
    memcpy(bytes + at + by.size, head.at + at + size, head.size - at - size);
    return (u101_slice){bytes, head.size - size + by.size};
}

static u101_slice slice_of(const char *text)
{
    return (u101_slice){text, strlen(text)};
}

/* With `added` behind the request line. */
static u101_slice insert(u101_slice head, u101_slice added)
{
    return replace(head, find(head, "\r\n") + 2, 0, added);
}

/* `count` field lines of `size` bytes each, at least 6. */
static u101_slice lines(size_t count, size_t size)
{
    char *const bytes = allocate(count * size + 1);

    memset(bytes, 'x', count * size);
    for (size_t i = 0; i < count; i++) {
        memcpy(bytes + i * size, "X: ", 3);
        memcpy(bytes + (i + 1) * size - 2, "\r\n", 2);
    }
    return (u101_slice){bytes, count * size};
}

bench_request bench_pad(const bench_request *head, size_t size, const char *name)
{
    if (head->bytes.size + LINE > size) {
        bench_abort("is too large to be padded", head->name);
    }
    const size_t room = size - head->bytes.size;
    const u101_slice most = insert(head->bytes, lines(room / LINE - 1, LINE));
    const u101_slice all = insert(most, lines(1, LINE + room % LINE));

    return (bench_request){name, all, U101_ACTION_SWITCH};
}

static size_t count_lines(u101_slice head)
{
    size_t count = 0;

    for (size_t i = 0; i < head.size; i++) {
        count += head.at[i] == '\n';
    }
    return count;
}

/* A list of as many subprotocols as are allowed; the last is the first where `repeated`. */
static u101_slice subprotocols(bool repeated)
{
    char *const bytes = allocate(LIST * 8 + 32);
    size_t size = (size_t)sprintf(bytes, "Sec-WebSocket-Protocol: p00");

    for (int i = 1; i < LIST; i++) {
        size += (size_t)sprintf(bytes + size, ", p%02d", repeated && i == LIST - 1 ? 0 : i);
    }
    size += (size_t)sprintf(bytes + size, "\r\n");
    return (u101_slice){bytes, size};
}

/* A request with a target of `size` bytes. */
static u101_slice with_target(u101_slice head, size_t size)
{
    char *const bytes = allocate(size);

    memset(bytes, 'x', size);
    bytes[0] = '/';
    const size_t at = find(head, " ") + 1;
    return replace(head, at, find(head, " HTTP/1.1") - at, (u101_slice){bytes, size});
}

/* Bytes that are no request, from Knuth's generator so that they are always the same. */
static u101_slice noise(size_t size)
{
    char *const bytes = allocate(size);
    uint32_t state = 101;

    for (size_t i = 0; i < size; i++) {
        state = state * 1664525U + 1013904223U;
        bytes[i] = (char)(state >> 24);
    }
    return (u101_slice){bytes, size};
}

static bench_pair pair(const char *refused_name, u101_slice refused, const char *accepted_name,
                       u101_slice accepted)
{
    return (bench_pair){{refused_name, refused, U101_ACTION_REJECT},
                        {accepted_name, accepted, U101_ACTION_SWITCH}};
}

void bench_refusals(const bench_request *head, bench_pair pairs[BENCH_PAIRS])
{
    const u101_slice plain = head->bytes;
    const size_t last = plain.size - 5; /* the last byte of the last value */
    const size_t key = find(plain, "Sec-WebSocket-Key: ") + strlen("Sec-WebSocket-Key: ");
    const size_t origin = find(plain, "Origin: https://") + strlen("Origin: https://");
    const u101_slice full = insert(plain, lines(FIELDS - (count_lines(plain) - 2), 6));
    const u101_slice largest = bench_pad(head, HEAD, "").bytes;
    size_t i = 0;

    pairs[i++] = pair("TLS ClientHello", slice_of("\x16\x03\x01"), "", plain);
    pairs[i++] = pair("HTTP/2 preface", slice_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "", plain);
    pairs[i++] = pair("noise", noise(plain.size), "", plain);
    pairs[i++] = pair("control character", replace(plain, last, 1, (u101_slice){"", 1}), "", plain);
    pairs[i++] = pair("folded line", replace(plain, last, 0, slice_of("\r\n ")), "", plain);
    pairs[i++] = pair("bare LF", replace(plain, plain.size - 4, 2, slice_of("\n")), "", plain);
    pairs[i++] = pair("key of 23 bytes", replace(plain, key, 1, slice_of("")), "", plain);
    pairs[i++] = pair("foreign origin", replace(plain, origin, 1, slice_of("x")), "", plain);
    pairs[i++] = pair("too many fields", insert(full, lines(1, 6)), "100 fields", full);
    pairs[i++] =
        pair("head too large", replace(largest, HEAD - 5, 0, slice_of("x")), "16 KiB", largest);
    pairs[i++] = pair("target too long", with_target(plain, TARGET + 1), "target of 8 KiB",
                      with_target(plain, TARGET));
    pairs[i++] = pair("repeated subprotocol", insert(plain, subprotocols(true)), "32 subprotocols",
                      insert(plain, subprotocols(false)));
}
