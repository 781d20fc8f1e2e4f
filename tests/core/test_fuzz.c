/*
 * The fuzz targets on the vectors and on their corpora, and on what becomes of these when
 * a few bytes are changed: a run that is short and the same each time.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "harness.h"
#include "mutant.h"
#include "policy.h"
#include "vector.h"

enum { MAX_INPUT = 20000, MUTANTS = 200, CORPUS_MUTANTS = 2000 };

static uint8_t bytes[FUZZ_PREFIX + MAX_INPUT];

static void run(const vector *from, size_t policy_index, uint32_t *state, size_t mutants)
{
    size_t size = from->request.size;
    memcpy(bytes + FUZZ_PREFIX, from->request.at, size);
    bytes[0] = (uint8_t)((from->secure ? FUZZ_SECURE : 0) | (from->first ? 0 : FUZZ_LATER));
    bytes[1] = (uint8_t)policy_index;
    bytes[2] = 1;
    CHECK_INT(fuzz_decide(bytes, FUZZ_PREFIX + size), 0);
    for (size_t i = 0; i < mutants && size > 0; i++) {
        /* Every fourth begins with the vector again, so that one change is met alone. */
        if (i % 4 == 0) {
            size = from->request.size;
            memcpy(bytes + FUZZ_PREFIX, from->request.at, size);
        }
        size = mutant_make(state, bytes + FUZZ_PREFIX, size, MAX_INPUT);
        bytes[0] = (uint8_t)mutant_number(state);
        bytes[2] = (uint8_t)mutant_number(state);
        CHECK_INT(fuzz_decide(bytes, FUZZ_PREFIX + size), 0);
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
        CHECK_INT(fuzz_decide(prefix, size), 0);
    }
}

static void test_fuzz_decisions_and_mutants_keep_the_promises(void)
{
    mutant_run("tests/core/corpus/decide/*", fuzz_decide, FUZZ_PREFIX, MUTANTS);
}

static void test_fuzz_bodies_and_mutants_keep_the_promises(void)
{
    mutant_run("tests/core/corpus/body/*", fuzz_body, 1, CORPUS_MUTANTS);
}

static void test_fuzz_responses_and_mutants_keep_the_promises(void)
{
    mutant_run("tests/core/corpus/response/*", fuzz_response, 1, CORPUS_MUTANTS);
}

int main(void)
{
    CHECK_RUN(test_fuzz_vectors_and_mutants_keep_the_promises);
    CHECK_RUN(test_fuzz_input_without_request_is_let_through);
    CHECK_RUN(test_fuzz_decisions_and_mutants_keep_the_promises);
    CHECK_RUN(test_fuzz_bodies_and_mutants_keep_the_promises);
    CHECK_RUN(test_fuzz_responses_and_mutants_keep_the_promises);
    return check_finish();
}
