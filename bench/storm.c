/*
 * A storm of WebSocket handshakes, as a server meets it after a restart.
 *
 * In: the head of a handshake, the address of a server on this machine, and bounds
 * (storm_options.h).  Out: one line of JSON: how many handshakes were completed, what became of the
 * others, the rate, and the latency from connect() to the end of the 101.  The exit status is 0
 * where all were completed, 1 where not, 2 where the storm could not begin.
 *
 * Always: so many connections are made at once, and one that is over is replaced at once.  Each has
 * a key of its own, and counts as completed only where the accept value is that of the key.  Each
 * ends with a reset, which leaves no TIME_WAIT behind that would use up the ports.  Nothing but
 * loopback addresses and Unix sockets is connected to, and neither time nor number is unbounded.
 *
 * With -o, connections stay open instead, in one of three states, until stdin ends: to look at the
 * memory that they take.  They are made at a pace at which a server can accept one before the next.
 */
#define _DEFAULT_SOURCE /* clock_gettime */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "challenge.h"
#include "storm_options.h"

enum {
    ANSWER_MAXIMUM = 4095,
    EVENTS = 256,
    SPARE_FILES = 16, /* standard streams, epoll and what the C library opens */
};

static const uint64_t second = 1000000000;
static const struct timespec pace = {.tv_nsec = 250000};

typedef enum failure {
    FAILED_CONNECT,
    FAILED_RESET,
    FAILED_CLOSED,
    FAILED_STATUS,
    FAILED_ACCEPT,
    FAILED_LONG,
    FAILED_UNFINISHED,
    FAILURES,
} failure;

static const char *const failure_names[FAILURES] = {
    [FAILED_CONNECT] = "connect",
    [FAILED_RESET] = "reset",
    [FAILED_CLOSED] = "closed",         /* before the end of the answer's head */
    [FAILED_STATUS] = "status",         /* another one than 101 */
    [FAILED_ACCEPT] = "accept",         /* missing, repeated or wrong */
    [FAILED_LONG] = "long",             /* a head above ANSWER_MAXIMUM */
    [FAILED_UNFINISHED] = "unfinished", /* open when the time was over */
};

typedef struct connection {
    int fd; /* -1: the place is free */
    size_t sent;
    size_t got;
    uint64_t began;
    char *head;
    char accept[CHALLENGE_ACCEPT];
    char answer[ANSWER_MAXIMUM + 1];
} connection;

typedef struct storm {
    storm_options options;
    int epoll;
    connection *connections; /* the places for those that are open */
    char *heads;             /* theirs */
    size_t open;
    size_t begun;
    size_t completed;
    size_t failed[FAILURES];
    uint64_t *latencies; /* of those that are completed, in nanoseconds */
} storm;

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * second + (uint64_t)time.tv_nsec;
}

/* ---- one connection -------------------------------------------------------- */

static void end(storm *s, connection *c)
{
    close(c->fd);
    c->fd = -1;
    s->open--;
}

static void fail(storm *s, connection *c, failure kind)
{
    s->failed[kind]++;
    end(s, c);
}

static void fail_with_errno(storm *s, connection *c)
{
    fail(s, c, c->sent == 0 ? FAILED_CONNECT : FAILED_RESET);
}

static void complete(storm *s, connection *c)
{
    s->latencies[s->completed++] = now() - c->began;
    if (!s->options.hold) {
        end(s, c);
        return;
    }
    /* Left open until the process ends: what a server does with it is of no interest any more. */
    epoll_ctl(s->epoll, EPOLL_CTL_DEL, c->fd, NULL);
    c->fd = -1;
    s->open--;
    /* The server has time to accept it alone: a crowd would leave it with memory to use again. */
    nanosleep(&pace, NULL);
}

static void begin(storm *s, connection *c)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};

    c->sent = 0;
    c->got = 0;
    if (challenge_draw(c->head + s->options.head.key, c->accept) != 0) {
        storm_give_up("no key can be made");
    }
    c->began = now();
    c->fd = socket(s->options.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) {
        storm_give_up("no socket can be made");
    }
    s->open++;
    if (setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) != 0 ||
        (connect(c->fd, (const struct sockaddr *)&s->options.address, s->options.address_size) !=
             0 &&
         errno != EINPROGRESS) ||
        epoll_ctl(s->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0) {
        fail(s, c, FAILED_CONNECT);
    }
}

/* Sends what is left of the head; returns whether all of it is sent. */
static bool send_head(storm *s, connection *c)
{
    while (c->sent < s->options.goal) {
        const ssize_t sent =
            send(c->fd, c->head + c->sent, s->options.goal - c->sent, MSG_NOSIGNAL);

        if (sent < 0) {
            if (errno != EAGAIN) {
                fail_with_errno(s, c);
            }
            return false;
        }
        c->sent += (size_t)sent;
    }
    return true;
}

static void receive(storm *s, connection *c)
{
    while (c->got < ANSWER_MAXIMUM) {
        const ssize_t got = recv(c->fd, c->answer + c->got, ANSWER_MAXIMUM - c->got, 0);

        if (got < 0) {
            if (errno != EAGAIN) {
                fail_with_errno(s, c);
            }
            return;
        }
        if (got == 0) {
            fail(s, c, FAILED_CLOSED);
            return;
        }
        c->got += (size_t)got;
        c->answer[c->got] = '\0';
        switch (challenge_judge(c->answer, s->options.any_accept ? NULL : c->accept)) {
        case CHALLENGE_UNFINISHED:
            break;
        case CHALLENGE_MET:
            complete(s, c);
            return;
        case CHALLENGE_NOT_SWITCHED:
            fail(s, c, FAILED_STATUS);
            return;
        case CHALLENGE_WRONG_ACCEPT:
            fail(s, c, FAILED_ACCEPT);
            return;
        }
    }
    fail(s, c, FAILED_LONG);
}

static void go_on(storm *s, connection *c)
{
    int error = 0;
    socklen_t size = sizeof(error);

    /* Where nothing is sent, only this tells a connection from a refusal. */
    if (s->options.goal == 0 &&
        (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)) {
        fail(s, c, FAILED_CONNECT);
        return;
    }
    if (!send_head(s, c)) {
        return;
    }
    if (s->options.await_answer) {
        receive(s, c);
    } else {
        complete(s, c);
    }
}

/* ---- all connections ------------------------------------------------------- */

/* Begins connections in a place that is free until one is open or none is left to begin. */
static void refill(storm *s, connection *c)
{
    while (c->fd < 0 && s->begun < s->options.total) {
        s->begun++;
        begin(s, c);
    }
}

static void run(storm *s)
{
    const uint64_t deadline = now() + s->options.seconds * second;
    struct epoll_event events[EVENTS];

    for (size_t i = 0; i < s->options.concurrency; i++) {
        refill(s, &s->connections[i]);
    }
    for (uint64_t time = now(); s->open > 0 && time < deadline; time = now()) {
        const int timeout = (int)((deadline - time) / 1000000) + 1;
        const int ready = epoll_wait(s->epoll, events, EVENTS, timeout);

        for (int i = 0; i < ready; i++) {
            connection *const c = events[i].data.ptr;

            go_on(s, c);
            refill(s, c);
        }
    }
    for (size_t i = 0; i < s->options.concurrency; i++) {
        if (s->connections[i].fd >= 0) {
            fail(s, &s->connections[i], FAILED_UNFINISHED);
        }
    }
}

/* ---- the report ------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a;
    const uint64_t right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

/* Returns the nearest-rank percentile in microseconds, 0 where nothing was completed. */
static double percentile(const storm *s, size_t percent)
{
    const size_t rank = (s->completed * percent + 99) / 100;

    return rank == 0 ? 0 : (double)s->latencies[rank - 1] / 1000;
}

static void report(const storm *s, double seconds)
{
    qsort(s->latencies, s->completed, sizeof(*s->latencies), compare);
    printf("{\"total\": %zu, \"completed\": %zu, \"errors\": {", s->options.total, s->completed);
    for (size_t i = 0; i < FAILURES; i++) {
        printf("%s\"%s\": %zu", i == 0 ? "" : ", ", failure_names[i], s->failed[i]);
    }
    printf("}, \"seconds\": %.6f, \"rate\": %.1f, \"latency_us\": {\"p50\": %.1f, \"p90\": %.1f, "
           "\"p99\": %.1f, \"max\": %.1f}}\n",
           seconds, (double)s->completed / seconds, percentile(s, 50), percentile(s, 90),
           percentile(s, 99), percentile(s, 100));
    if (fflush(stdout) != 0) {
        storm_give_up("the report cannot be written");
    }
}

/* ---- the program ------------------------------------------------------------ */

static void allocate(storm *s)
{
    const size_t files =
        (s->options.hold ? s->options.total : s->options.concurrency) + SPARE_FILES;
    const struct rlimit limit = {.rlim_cur = files, .rlim_max = files};
    struct rlimit current;

    if (getrlimit(RLIMIT_NOFILE, &current) != 0 ||
        (current.rlim_cur < files && setrlimit(RLIMIT_NOFILE, &limit) != 0)) {
        storm_give_up("so many files cannot be open");
    }
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->connections = calloc(s->options.concurrency, sizeof(*s->connections));
    s->heads = calloc(s->options.concurrency, s->options.head.size);
    s->latencies = calloc(s->options.total, sizeof(*s->latencies));
    if (s->epoll < 0 || s->connections == NULL || s->heads == NULL || s->latencies == NULL) {
        storm_give_up("out of memory or files");
    }
    for (size_t i = 0; i < s->options.concurrency; i++) {
        s->connections[i].fd = -1;
        s->connections[i].head = s->heads + i * s->options.head.size;
        memcpy(s->connections[i].head, s->options.head.bytes, s->options.head.size);
    }
}

static void release(storm *s)
{
    free(s->latencies);
    free(s->heads);
    free(s->connections);
    free(s->options.head.bytes);
    close(s->epoll);
}

int main(int count, char **arguments)
{
    storm s = {.epoll = -1};

    storm_configure(&s.options, count, arguments);
    allocate(&s);

    const uint64_t began = now();

    run(&s);
    report(&s, (double)(now() - began) / (double)second);
    while (s.options.hold && getchar() != EOF) {
    }
    release(&s);
    return s.completed == s.options.total ? 0 : 1;
}
