/*
 * Times and counts decisions of the core, through its public header alone.
 *
 * In: how much to do, and files that hold one request head each (bench/heads).
 *   bench_core count N HEAD              decide on HEAD N times, for a profiler
 *   bench_core table ROUNDS N HEAD...    time each case N times a round
 *   bench_core json ROUNDS N HEAD...     the same as JSON
 *   bench_core read N body|response      read a message N times, likewise
 *   bench_core compiler                  name the compiler of this program
 * The first HEAD is a browser's handshake, which the other cases are made of.
 * Out: for each case the median time of a call, and the median of its ratio to
 * another case of the same round: to one SHA-1 of 60 bytes through a prefetched
 * EVP_MD and a context that is used again; for what is refused, to what is
 * accepted and has as much to read; for bytes that come one by one, for each
 * byte, to those of a smaller head.  And the bar that the ratio is to keep.
 *
 * Always: all cases take turns round by round, so that a machine that slows down
 * slows all of them.  Time is that of the processor, so that a process that has
 * to wait loses none.  Each decision is one on a new connection with its response
 * written into a buffer of the caller's, and its verdict is checked.
 *
 * It compares with no other parser, and a bar that is not kept is no failure.
 * OpenSSL 1.1.1 has nothing to prefetch: this is for 3.0 and later.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "readers.h"
#include "requests.h"

enum {
    MOST_HEADS = 16,
    MOST_CASES = 1 + MOST_HEADS + 2 * BENCH_PAIRS + 2,
    MOST_ROUNDS = 1000,
    MOST_RESPONSE = 4096, /* bytes */
    NOW = 784111777,      /* seconds since 1970, for Date */
};

typedef enum { HASH, DECIDE, FEED } bench_work;

typedef struct {
    bench_work work;
    bench_request request; /* of no meaning to HASH */
    size_t against;        /* the case that this one is divided by; itself: none */
    double bar;            /* what the ratio is to be at most; 0: it has no bar */
    double seconds[MOST_ROUNDS];
} bench_case;

typedef struct {
    u101_negotiator *negotiator;
    u101_hasher *hasher;
    EVP_MD *sha1;
    EVP_MD_CTX *context;
} bench_means;

typedef struct {
    bench_case cases[MOST_CASES];
    size_t count;
    size_t rounds;
} bench_plan;

static u101_negotiator *new_negotiator(void)
{
    /* The second one is the last of those that requests.c lists. */
    const u101_slice subprotocols[] = {{"chat", 4}, {"p31", 3}};
    const u101_slice methods[] = {{"POST", 4}};
    const u101_slice origins[] = {{"same-origin", 11}};
    const u101_offer offers[] = {
        {.kind = U101_OFFER_WEBSOCKET,
         .as.websocket = {.subprotocols = subprotocols,
                          .subprotocol_count = 2,
                          .origins = origins,
                          .origin_count = 1,
                          .deflate_enabled = true,
                          .deflate = {.server_max_window_bits = U101_NO_WINDOW_BITS,
                                      .client_max_window_bits = U101_NO_WINDOW_BITS}}},
        {.kind = U101_OFFER_H2C, .as.h2c = {.upgrade = true}},
        {.kind = U101_OFFER_PROTOCOL,
         .as.protocol = {.name = {"tcp", 3},
                         .version = {"", 0},
                         .methods = methods,
                         .method_count = 1,
                         .body = true}},
    };
    const u101_config config = {.offers = offers, .offer_count = 3, .limits = u101_default_limits};
    u101_defect defect;

    return u101_negotiator_new(&config, &defect);
}

static bench_means new_means(void)
{
    const bench_means means = {.negotiator = new_negotiator(),
                               .hasher = u101_hasher_new(),
                               .sha1 = EVP_MD_fetch(NULL, "SHA1", NULL),
                               .context = EVP_MD_CTX_new()};

    if (means.negotiator == NULL || means.hasher == NULL || means.sha1 == NULL ||
        means.context == NULL) {
        bench_abort("cannot be made", "the negotiator or the hasher");
    }
    return means;
}

static void free_means(bench_means *means)
{
    EVP_MD_CTX_free(means->context);
    EVP_MD_free(means->sha1);
    u101_hasher_free(means->hasher);
    u101_negotiator_free(means->negotiator);
}

static void hash(const bench_means *means)
{
    static const char message[] = "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;

    if (EVP_DigestInit_ex(means->context, means->sha1, NULL) != 1 ||
        EVP_DigestUpdate(means->context, message, sizeof(message) - 1) != 1 ||
        EVP_DigestFinal_ex(means->context, digest, &size) != 1) {
        bench_abort("failed", "SHA-1");
    }
}

static void decide(const bench_means *means, const bench_request *request)
{
    char response[MOST_RESPONSE];
    u101_handshake handshake;
    u101_decision decision;

    u101_handshake_init(&handshake, true);
    if (!u101_handshake_decide(means->negotiator, &handshake, request->bytes, false, means->hasher,
                               &decision) ||
        decision.action != request->action) {
        bench_abort("is decided otherwise", request->name);
    }
    if (u101_decision_write_response(means->negotiator, &decision, request->bytes.at, NULL, NOW,
                                     response, sizeof(response)) > sizeof(response)) {
        bench_abort("has a response that does not fit", request->name);
    }
}

/* All but the last byte: the decision that it brings costs the same at any size,
 * and would raise the time for each byte of a small head. */
static void feed(const bench_means *means, const bench_request *request)
{
    u101_handshake handshake;
    u101_decision decision;

    u101_handshake_init(&handshake, true);
    for (size_t size = 1; size < request->bytes.size; size++) {
        if (u101_handshake_decide(means->negotiator, &handshake,
                                  (u101_slice){request->bytes.at, size}, false, means->hasher,
                                  &decision)) {
            bench_abort("is decided too early", request->name);
        }
    }
}

static double seconds_now(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) != 0) {
        bench_abort("cannot be read", "the clock");
    }
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Seconds of a call; those of FEED, which is as long as many, for each byte. */
static double time_calls(const bench_means *means, const bench_case *measured, long calls)
{
    const double bytes = (double)measured->request.bytes.size;
    const double begin = seconds_now();

    if (measured->work == FEED) {
        feed(means, &measured->request);
        return (seconds_now() - begin) / bytes;
    }
    for (long i = 0; i < calls; i++) {
        if (measured->work == HASH) {
            hash(means);
        } else {
            decide(means, &measured->request);
        }
    }
    return (seconds_now() - begin) / (double)calls;
}

/* Returns the index of the case. */
static size_t add(bench_plan *plan, bench_work work, bench_request request, size_t against,
                  double bar)
{
    bench_case *const added = &plan->cases[plan->count];

    added->work = work;
    added->request = request;
    added->against = against;
    added->bar = bar;
    return plan->count++;
}

static void make_plan(bench_plan *plan, char **paths, size_t count)
{
    bench_pair pairs[BENCH_PAIRS];
    const bench_request digest = {.name = "SHA-1 of 60 bytes"};
    const size_t sha1 = add(plan, HASH, digest, 0, 0);

    for (size_t i = 0; i < count; i++) {
        (void)add(plan, DECIDE, bench_read(paths[i]), sha1, i == 0 ? 2.2 : 0);
    }
    const bench_request browser = plan->cases[sha1 + 1].request;
    bench_refusals(&browser, pairs);
    for (size_t i = 0; i < BENCH_PAIRS; i++) {
        const bool known = pairs[i].accepted.bytes.at == browser.bytes.at;
        const size_t accepted = known ? sha1 + 1 : add(plan, DECIDE, pairs[i].accepted, sha1, 0);
        (void)add(plan, DECIDE, pairs[i].refused, accepted, 1);
    }
    const bench_request small = bench_pad(&browser, 1024, "byte of 1 KiB");
    const bench_request large = bench_pad(&browser, 16384, "byte of 16 KiB");
    const size_t one = add(plan, FEED, small, plan->count, 0);
    (void)add(plan, FEED, large, one, 1.2);
}

static void run(bench_plan *plan, const bench_means *means, long calls)
{
    for (size_t round = 0; round < plan->rounds; round++) {
        for (size_t i = 0; i < plan->count; i++) {
            plan->cases[i].seconds[round] = time_calls(means, &plan->cases[i], calls);
        }
    }
}

static int compare(const void *left, const void *right)
{
    const double a = *(const double *)left;
    const double b = *(const double *)right;

    return (a > b) - (a < b);
}

/* The median of what a case took, or of its ratio to another. */
static double median(const bench_plan *plan, size_t of, size_t against)
{
    double sorted[MOST_ROUNDS];

    for (size_t i = 0; i < plan->rounds; i++) {
        const double seconds = plan->cases[of].seconds[i];
        sorted[i] = of == against ? seconds : seconds / plan->cases[against].seconds[i];
    }
    qsort(sorted, plan->rounds, sizeof(sorted[0]), compare);
    return sorted[plan->rounds / 2];
}

static const char *verb(const bench_case *measured)
{
    if (measured->work != DECIDE) {
        return measured->work == FEED ? "feed" : "hash";
    }
    return measured->request.action == U101_ACTION_SWITCH ? "accept" : "refuse";
}

static void print_table(const bench_plan *plan)
{
    (void)printf("%-8s%-24s%8s%10s%8s%7s\n", "", "", "bytes", "ns", "ratio", "bar");
    for (size_t i = 0; i < plan->count; i++) {
        const bench_case *const measured = &plan->cases[i];
        (void)printf("%-8s%-24s%8zu%10.1f", verb(measured), measured->request.name,
                     measured->request.bytes.size, median(plan, i, i) * 1e9);
        if (measured->against != i) {
            (void)printf("%8.2f", median(plan, i, measured->against));
        }
        if (measured->bar > 0) {
            (void)printf("%7.1f %s", measured->bar,
                         median(plan, i, measured->against) <= measured->bar ? "met" : "NOT MET");
        }
        (void)printf("\n");
    }
}

/* No name has a character that JSON would have escaped. */
static void print_json(const bench_plan *plan)
{
    (void)printf("[\n");
    for (size_t i = 0; i < plan->count; i++) {
        const bench_case *const measured = &plan->cases[i];
        (void)printf(" {\"work\": \"%s\", \"name\": \"%s\", \"bytes\": %zu, \"ns\": %.2f",
                     verb(measured), measured->request.name, measured->request.bytes.size,
                     median(plan, i, i) * 1e9);
        if (measured->against != i) {
            (void)printf(", \"ratio\": %.4f", median(plan, i, measured->against));
        }
        if (measured->bar > 0) {
            (void)printf(", \"bar\": %.1f", measured->bar);
        }
        (void)printf("}%s\n", i + 1 < plan->count ? "," : "");
    }
    (void)printf("]\n");
}

/* A number of 1 to `most`, or the program ends. */
static long read_number(const char *text, long most)
{
    char *end = NULL;
    const long number = strtol(text, &end, 10);

    if (*end != '\0' || number < 1 || number > most) {
        bench_abort("is no number that can be used", text);
    }
    return number;
}

static void count_calls(const bench_means *means, long calls, const char *path)
{
    const bench_request head = bench_read(path);

    for (long i = 0; i < calls; i++) {
        decide(means, &head);
    }
}

static void measure(const bench_means *means, char **arguments, int count)
{
    static bench_plan plan;

    plan.rounds = (size_t)read_number(arguments[2], MOST_ROUNDS);
    make_plan(&plan, arguments + 4, (size_t)count - 4);
    run(&plan, means, read_number(arguments[3], 1000000));
    if (strcmp(arguments[1], "json") == 0) {
        print_json(&plan);
    } else {
        print_table(&plan);
    }
}

int main(int count, char **arguments)
{
    const char *const mode = count > 1 ? arguments[1] : "";
    const bool measured = strcmp(mode, "table") == 0 || strcmp(mode, "json") == 0;

    if (strcmp(mode, "compiler") == 0 && count == 2) {
        (void)printf("%s\n", __VERSION__);
        return 0;
    }
    if (strcmp(mode, "read") == 0 && count == 4) {
        bench_read_message(arguments[3], read_number(arguments[2], 1000000));
        return 0;
    }
    if (!(measured && count > 4 && count <= 4 + MOST_HEADS) &&
        !(strcmp(mode, "count") == 0 && count == 4)) {
        (void)fprintf(stderr, "usage: bench_core count N HEAD\n"
                              "       bench_core table|json ROUNDS N HEAD...\n"
                              "       bench_core read N body|response\n"
                              "       bench_core compiler\n");
        return 2;
    }
    bench_means means = new_means();
    if (measured) {
        measure(&means, arguments, count);
    } else {
        count_calls(&means, read_number(arguments[2], 1000000), arguments[3]);
    }
    free_means(&means);
    return 0;
}
