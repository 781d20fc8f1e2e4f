/*
 * The fuzz target on the vectors, and on what becomes of them when a few bytes are
 * changed: a run that is short and the same each time.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "harness.h"
#include "policy.h"
#include "vector.h"

enum { MAX_INPUT = 20000, MUTANTS = 200 };

static uint8_t bytes[FUZZ_PREFIX + MAX_INPUT];

/* A linear congruential generator: the same numbers in each run. */
static uint32_t next_number(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

/* Changes, takes away or repeats a part; what is told apart by a byte is met often. */
static size_t mutate(uint32_t *state, size_t size)
{
    static const char dictionary[] = "\r\n \t:,;=/\"\\\0\x7f\xff"
                                     "09AZaz*#[]";
    uint8_t *const request = bytes + FUZZ_PREFIX;
    const size_t place = next_number(state) % size;
    const size_t length = 1 + next_number(state) % 8;
    switch (next_number(state) % 4) {
    case 0:
        request[place] = (uint8_t)dictionary[next_number(state) % (sizeof(dictionary) - 1)];
        break;
    case 1:
        request[place] = (uint8_t)next_number(state);
        break;
    case 2:
        if (place + length <= size && length < size) {
            memmove(request + place, request + place + length, size - place - length);
            return size - length;
        }
        break;
    default:
        if (place + length <= size && size + length <= MAX_INPUT) {
            memmove(request + place + length, request + place, size - place);
            return size + length;
        }
        break;
    }
    return size;
}

static void run(const vector *from, size_t policy_index, uint32_t *state, size_t mutants)
{
    size_t size = from->request.size;
    memcpy(bytes + FUZZ_PREFIX, from->request.at, size);
    bytes[0] = from->secure ? FUZZ_SECURE : 0;
    bytes[1] = (uint8_t)policy_index;
    bytes[2] = 1;
    CHECK_INT(LLVMFuzzerTestOneInput(bytes, FUZZ_PREFIX + size), 0);
    for (size_t i = 0; i < mutants && size > 0; i++) {
        /* Every fourth begins with the vector again, so that one change is met alone. */
        if (i % 4 == 0) {
            size = from->request.size;
            memcpy(bytes + FUZZ_PREFIX, from->request.at, size);
        }
        size = mutate(state, size);
        bytes[0] = (uint8_t)next_number(state);
        bytes[2] = (uint8_t)next_number(state);
        CHECK_INT(LLVMFuzzerTestOneInput(bytes, FUZZ_PREFIX + size), 0);
    }
}

static void test_fuzz_vectors_and_mutants_keep_the_promises(void)
{
    policies known = policies_read("tests/vectors/policies.json");
    vectors read = vectors_read("tests/vectors", &known);
    uint32_t state = 101;
    for (size_t i = 0; i < read.count; i++) {
        const vector *from = &read.all[i];
        for (size_t j = 0; j < known.count; j++) {
            check_case("%s with policy %zu", from->id, j);
            const bool own = known.all[j].negotiator == from->negotiator;
            if (from->feeds == NULL && from->request.size <= MAX_INPUT) {
                run(from, j, &state, own ? MUTANTS : 0);
            }
        }
    }
    vectors_free(&read);
    policies_free(&known);
}

static void test_fuzz_input_without_request_is_let_through(void)
{
    static const uint8_t prefix[FUZZ_PREFIX] = {0};
    for (size_t size = 0; size <= sizeof(prefix); size++) {
        CHECK_INT(LLVMFuzzerTestOneInput(prefix, size), 0);
    }
}

int main(void)
{
    CHECK_RUN(test_fuzz_vectors_and_mutants_keep_the_promises);
    CHECK_RUN(test_fuzz_input_without_request_is_let_through);
    return check_finish();
}
