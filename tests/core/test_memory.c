/*
 * Allocation: that none is made while deciding, and that each may fail.
 *
 * Strategy: malloc of this program counts its calls and fails one of them; the
 * rest are served by the allocator of the sanitizer, whose own malloc it takes
 * the place of.  calloc is counted as well.  realloc is not: neither the core nor
 * libcrypto's default allocator uses it.
 */
#include <stdlib.h>

#include "harness.h"
#include "numbered.h"
#include "policy.h"
#include "vector.h"

/* The names that sanitizers and the C library have for their own malloc. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c) */
void *__interceptor_malloc(size_t size) __attribute__((weak));
void *__libc_malloc(size_t size);
void *__interceptor_calloc(size_t nmemb, size_t size) __attribute__((weak));
void *__libc_calloc(size_t nmemb, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c) */

static struct {
    size_t calls;
    size_t failing; /* the call that fails, from 1; 0: none */
} allocations;

void *malloc(size_t size)
{
    allocations.calls++;
    if (allocations.calls == allocations.failing) {
        return NULL;
    }
    return __interceptor_malloc != NULL ? __interceptor_malloc(size) : __libc_malloc(size);
}

void *calloc(size_t nmemb, size_t size)
{
    allocations.calls++;
    if (allocations.calls == allocations.failing) {
        return NULL;
    }
    return __interceptor_calloc != NULL ? __interceptor_calloc(nmemb, size)
                                        : __libc_calloc(nmemb, size);
}

/* From here on counts, and fails one call. */
static void fail_call(size_t call)
{
    allocations.calls = 0;
    allocations.failing = call;
}

/* Lets all calls succeed; whether the one that was to fail was made. */
static bool has_failed(void)
{
    const bool failed = allocations.failing > 0 && allocations.calls >= allocations.failing;
    allocations.failing = 0;
    return failed;
}

static void test_memory_negotiator_not_to_be_had_is_null_without_a_defect(void)
{
    const u101_offer offer = {.kind = U101_OFFER_WEBSOCKET};
    const u101_config config = {.offers = &offer, .offer_count = 1, .limits = u101_default_limits};
    u101_defect defect;
    size_t call = 0;
    bool failed = true;
    while (failed) {
        fail_call(++call);
        u101_negotiator *negotiator = u101_negotiator_new(&config, &defect);
        failed = has_failed();
        check_case("call %zu fails", call);
        CHECK((negotiator == NULL) == failed);
        CHECK(defect.text == NULL);
        u101_negotiator_free(negotiator);
    }
    CHECK(call > 1);
}

static void test_memory_lacking_in_a_check_changes_no_defect(void)
{
    name_list made = numbered_new("f", 40, "");
    const u101_websocket websocket = {.subprotocols = made.at, .subprotocol_count = 40};
    fail_call(1);
    CHECK(u101_check_websocket(&websocket).text == NULL);
    CHECK(has_failed());
    made.at[39] = made.at[20];
    fail_call(1);
    CHECK_TEXT(u101_check_websocket(&websocket).value, "f20");
    CHECK(has_failed());
    numbered_free(&made);
}

static const char key[] = "dGhlIHNhbXBsZSBub25jZQ==";
static const char accepted[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/* A hasher either fails or gives the right value: never a wrong one. */
static bool check_hasher(u101_hasher *hasher)
{
    char accept[28] = "";
    const bool done = u101_hasher_accept_value(hasher, key, accept);
    if (done) {
        CHECK_TEXT(((u101_slice){accept, sizeof(accept)}), accepted);
    }
    return done;
}

static void test_memory_hasher_not_to_be_had_is_null_or_fails(void)
{
    size_t call = 0;
    size_t absent = 0;
    bool failed = true;
    while (failed) {
        fail_call(++call);
        u101_hasher *hasher = u101_hasher_new();
        failed = has_failed();
        check_case("call %zu fails", call);
        absent += hasher == NULL ? 1 : 0;
        CHECK(check_hasher(hasher) || failed);
        u101_hasher_free(hasher);
    }
    CHECK(absent >= 1); /* of the hasher itself */
    CHECK(call > 1);
}

static void test_memory_lacking_in_a_digest_is_a_failure_and_no_wrong_value(void)
{
    size_t call = 0;
    bool failed = true;
    while (failed) {
        u101_hasher *hasher = u101_hasher_new();
        fail_call(++call);
        const bool done = check_hasher(hasher);
        failed = has_failed();
        check_case("call %zu fails", call);
        CHECK(done || failed);
        CHECK(check_hasher(hasher));
        u101_hasher_free(hasher);
    }
}

/* How often memory is asked for to decide on a vector and to write all that may be. */
static size_t calls_to_decide(const vector *from, u101_hasher *hasher)
{
    static char out[65536];
    u101_handshake handshake;
    u101_decision decision;
    const char *received = from->request.at;
    fail_call(0);
    u101_handshake_init(&handshake, from->first);
    if (u101_handshake_decide(from->negotiator, &handshake, from->request, from->secure, hasher,
                              &decision)) {
        (void)u101_decision_write_forward(from->negotiator, &decision, received, out, sizeof(out));
        (void)u101_detail_write(from->negotiator, &decision, from->request, out);
        const size_t size = u101_decision_write_response(from->negotiator, &decision, received,
                                                         NULL, 0, out, sizeof(out));
        (void)u101_decision_response_parts(&decision, (u101_slice){out, size});
    }
    return allocations.calls;
}

/* libcrypto 3.0 has a call of its own for each digest, which is none of the core's. */
static void test_memory_is_not_asked_for_while_deciding(void)
{
    policies known = policies_read("tests/vectors/policies.json");
    vectors read = vectors_read("tests/vectors", &known);
    u101_hasher *hasher = u101_hasher_new();
    CHECK(check_hasher(hasher));
    fail_call(0);
    CHECK(check_hasher(hasher));
    const size_t digest = allocations.calls;
    for (size_t i = 0; i < read.count; i++) {
        if (read.all[i].feeds == NULL) {
            check_case("%s", read.all[i].id);
            CHECK_SIZE(calls_to_decide(&read.all[i], NULL), 0);
            CHECK(calls_to_decide(&read.all[i], hasher) <= digest);
        }
    }
    u101_hasher_free(hasher);
    vectors_free(&read);
    policies_free(&known);
}

int main(void)
{
    u101_hasher *warm = u101_hasher_new(); /* libcrypto sets itself up once */
    CHECK_RUN(test_memory_negotiator_not_to_be_had_is_null_without_a_defect);
    CHECK_RUN(test_memory_lacking_in_a_check_changes_no_defect);
    CHECK_RUN(test_memory_hasher_not_to_be_had_is_null_or_fails);
    CHECK_RUN(test_memory_lacking_in_a_digest_is_a_failure_and_no_wrong_value);
    CHECK_RUN(test_memory_is_not_asked_for_while_deciding);
    u101_hasher_free(warm);
    return check_finish();
}
