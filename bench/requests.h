/*
 * The requests of bench_core.c.
 *
 * In: files that hold one request head each, and one of them to make others of.
 * Out: those heads, heads of a given size, and requests that are refused, each
 * beside one that is accepted and has as much to read.
 *
 * Always: all of them live as long as the program.  A file that cannot be read, or
 * memory that runs out, ends it.
 */
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stddef.h>

#include "upgrade101.h"

typedef struct {
    const char *name;
    u101_slice bytes;
    u101_action action;
} bench_request;

/* Both members have the same to offer; the refused one has a defect too. */
typedef struct {
    bench_request refused;
    bench_request accepted;
} bench_pair;

enum { BENCH_PAIRS = 12 };

_Noreturn void bench_abort(const char *sentence, const char *name);

/* The head in a file, named by the last part of the path; it is accepted. */
bench_request bench_read(const char *path);

/* The head with field lines of 200 bytes added behind its request line, to `size` bytes. */
bench_request bench_pad(const bench_request *head, size_t size, const char *name);

/* Requests of several defects, made of a WebSocket handshake with an Origin. */
void bench_refusals(const bench_request *head, bench_pair pairs[BENCH_PAIRS]);

#endif
