/*
 * The fuzz targets as functions that others can call too.
 *
 * In: any bytes; run from the root of the repository.  Out: 0.  A broken promise
 * of the core ends the program.
 *
 * fuzz_entry.c makes a libFuzzer program of one of them.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The way from bytes to a decision.  The first three bytes are flags, the index of a policy
 * (those of tests/vectors/policies.json, and after them those of tests/core/policies.json)
 * and a seed of the cuts; the rest is what arrives.  What the flags do not say is a seed of
 * what the caller answers. */
int fuzz_decide(const uint8_t *data, size_t size);

/* Bit 0 of the flags: the transport is TLS. */
#define FUZZ_SECURE 1U

/* Bit 1: it is a later request of its connection. */
#define FUZZ_LATER 2U

/* The bytes before those that arrive. */
enum { FUZZ_PREFIX = 3 };

/* A body.  The first three bytes are its framing and limits, its Content-Length and a
 * seed of the cuts. */
int fuzz_body(const uint8_t *data, size_t size);

/* Responses and their bodies.  The first two bytes are the request's method and the limits,
 * and a seed of the cuts. */
int fuzz_response(const uint8_t *data, size_t size);

/* Ends the program if a promise was not held. */
void require(bool held, const char *promise);

/* The sizes of pieces: a small generator of 1 to 64, or always 1 if the seed is 0. */
typedef struct {
    uint32_t seed;
    uint32_t state;
} fuzz_cuts;

size_t fuzz_next_cut(fuzz_cuts *cuts, size_t left);

#endif
