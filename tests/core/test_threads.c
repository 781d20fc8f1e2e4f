/*
 * Two threads that share the negotiators and nothing else decide as one does.
 */

/* Threads with barriers are no part of C11. */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdlib.h>

#include "harness.h"
#include "policy.h"
#include "vector.h"

enum { THREADS = 2, ROUNDS = 20, MAX_RESPONSE = 1024 };

/* What comes of one vector. */
typedef struct {
    bool decided;
    u101_action action;
    u101_reason reason;
    size_t request_size;
    size_t size; /* of the response */
    char response[MAX_RESPONSE];
} verdict;

typedef struct {
    const vectors *shared;
    pthread_barrier_t *start; /* NULL: alone */
    verdict *verdicts;        /* one for each vector */
    bool steady;              /* whether each round came to the same */
} worker;

static void decide(const vector *from, u101_hasher *hasher, verdict *made)
{
    u101_handshake handshake;
    u101_decision decision;
    *made = (verdict){.decided = false};
    u101_handshake_init(&handshake, from->first);
    made->decided = u101_handshake_decide(from->negotiator, &handshake, from->request, from->secure,
                                          hasher, &decision);
    if (made->decided) {
        made->action = decision.action;
        made->reason = decision.reason;
        made->request_size = decision.request_size;
        made->size = u101_decision_write_response(from->negotiator, &decision, from->request.at,
                                                  NULL, 0, made->response, sizeof(made->response));
    }
}

static bool is_same(const verdict *left, const verdict *right)
{
    return left->decided == right->decided && left->action == right->action &&
           left->reason == right->reason && left->request_size == right->request_size &&
           slices_equal((u101_slice){left->response, left->size},
                        (u101_slice){right->response, right->size});
}

static bool are_same(const verdict *left, const verdict *right, size_t count)
{
    bool same = true;
    for (size_t i = 0; i < count; i++) {
        same = same && is_same(&left[i], &right[i]);
    }
    return same;
}

static void *work(void *argument)
{
    worker *self = argument;
    verdict made;
    u101_hasher *hasher = u101_hasher_new();
    self->steady = true;
    if (self->start != NULL) {
        (void)pthread_barrier_wait(self->start);
    }
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < self->shared->count; i++) {
            if (self->shared->all[i].feeds != NULL) {
                continue; /* it is no one request */
            }
            decide(&self->shared->all[i], hasher, &made);
            if (round == 0) {
                self->verdicts[i] = made;
            } else if (!is_same(&made, &self->verdicts[i])) {
                self->steady = false;
            }
        }
    }
    u101_hasher_free(hasher);
    return NULL;
}

static worker worker_of(const vectors *shared, pthread_barrier_t *start)
{
    worker made = {.shared = shared, .start = start};
    made.verdicts = calloc(shared->count, sizeof(*made.verdicts));
    if (made.verdicts == NULL) {
        check_abort("out of memory");
    }
    return made;
}

static void test_threads_sharing_negotiators_decide_as_one_does(void)
{
    policies known = policies_read("tests/vectors/policies.json");
    vectors read = vectors_read("tests/vectors", &known);
    pthread_barrier_t start;
    pthread_t threads[THREADS];
    worker workers[THREADS];
    worker alone = worker_of(&read, NULL);
    (void)work(&alone);
    CHECK(alone.steady);
    if (pthread_barrier_init(&start, NULL, THREADS) != 0) {
        check_abort("no barrier is to be had");
    }
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = worker_of(&read, &start);
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0) {
            check_abort("no thread is to be had");
        }
    }
    for (size_t i = 0; i < THREADS; i++) {
        check_case("thread %zu", i);
        CHECK_INT(pthread_join(threads[i], NULL), 0);
        CHECK(workers[i].steady);
        CHECK(are_same(workers[i].verdicts, alone.verdicts, read.count));
        free(workers[i].verdicts);
    }
    free(alone.verdicts);
    (void)pthread_barrier_destroy(&start);
    vectors_free(&read);
    policies_free(&known);
}

int main(void)
{
    CHECK_RUN(test_threads_sharing_negotiators_decide_as_one_does);
    return check_finish();
}
