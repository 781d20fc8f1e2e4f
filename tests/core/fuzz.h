/*
 * The fuzz target as a function that others can call too.
 *
 * In: any bytes.  Out: 0.  A broken promise of the core ends the program.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/*
 * The first three bytes are flags, the index of a policy of
 * tests/vectors/policies.json and a seed of the cuts; the rest is what arrives.
 * Run from the root of the repository.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bit 0 of the flags: the transport is TLS. */
#define FUZZ_SECURE 1U

/* The bytes before those that arrive. */
enum { FUZZ_PREFIX = 3 };

#endif
