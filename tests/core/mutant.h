/*
 * Bytes that are changed a little, for the tests of the fuzz targets.
 *
 * In: bytes, and the state of a generator.  Out: the same with a byte replaced, or a
 * part taken away or repeated.
 *
 * Always: the same state gives the same mutant.
 */
#ifndef MUTANT_H
#define MUTANT_H

#include <stddef.h>
#include <stdint.h>

/* A linear congruential generator: the same numbers in each run. */
uint32_t mutant_number(uint32_t *state);

/* Changes the first `size` bytes, at least one, and returns how many there are then:
 * at least one, `capacity` at the most. */
size_t mutant_make(uint32_t *state, uint8_t *bytes, size_t size, size_t capacity);

/* Runs a fuzz target on each file that the pattern of paths matches, and on `mutants` of
 * each; the first `prefix` bytes of a file stay as they are. */
void mutant_run(const char *pattern, int (*target)(const uint8_t *, size_t), size_t prefix,
                size_t mutants);

#endif
