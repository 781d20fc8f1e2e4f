/* Reads the command line of a storm; storm_options.h says what holds. */
#define _DEFAULT_SOURCE /* getopt, getaddrinfo */

#include "storm_options.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

static const char usage[] =
    "usage: storm [-n] [-o idle|half|upgraded] -f HEAD -t TOTAL -c CONCURRENCY -s SECONDS TARGET\n"
    "  TARGET  a numeric loopback address and a port, or the path of a Unix socket\n"
    "  -f  file with the head of the handshake; the value of Sec-WebSocket-Key is replaced\n"
    "  -t  connections in all, to 10000000\n"
    "  -c  connections at a time, to 16384\n"
    "  -s  seconds after which the storm ends in any case, to 600\n"
    "  -n  take any accept value\n"
    "  -o  keep connections open: idle, with half of the head sent, or upgraded\n";

enum { TOTAL_MAXIMUM = 10000000, CONCURRENCY_MAXIMUM = 16384, SECONDS_MAXIMUM = 600 };

_Noreturn void storm_give_up(const char *what)
{
    (void)fprintf(stderr, "storm: %s\n", what);
    exit(2);
}

static size_t number(const char *text, size_t maximum)
{
    char *rest = NULL;
    const unsigned long long value = strtoull(text, &rest, 10);

    if (*text < '0' || *text > '9' || *rest != '\0' || value == 0 || value > maximum) {
        storm_give_up("a number is not one, or out of its bounds");
    }
    return (size_t)value;
}

static void resolve_path(storm_options *options, const char *path)
{
    struct sockaddr_un *const address = (struct sockaddr_un *)&options->address;

    if (strlen(path) >= sizeof(address->sun_path)) {
        storm_give_up("the path is too long");
    }
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, strlen(path) + 1);
    options->address_size = sizeof(*address);
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *const v4 = (const struct sockaddr_in *)address;

        return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    return address->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

static void resolve(storm_options *options, const char *host, const char *port)
{
    const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                     .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    if (getaddrinfo(host, port, &numeric, &found) != 0 || !is_loopback(found->ai_addr)) {
        storm_give_up("the address is no numeric loopback address with a port");
    }
    memcpy(&options->address, found->ai_addr, found->ai_addrlen);
    options->address_size = found->ai_addrlen;
    freeaddrinfo(found);
}

static void hold_in(storm_options *options, const char *state)
{
    options->hold = true;
    options->await_answer = strcmp(state, "upgraded") == 0;
    if (strcmp(state, "idle") == 0) {
        options->goal = 0;
    } else if (strcmp(state, "half") == 0) {
        options->goal = options->head.size / 2;
    } else if (!options->await_answer) {
        storm_give_up("no such state of a connection");
    }
}

void storm_configure(storm_options *options, int count, char **arguments)
{
    const char *path = NULL;
    const char *state = NULL;
    int option = 0;

    while ((option = getopt(count, arguments, "nf:t:c:s:o:")) != -1) {
        switch (option) {
        case 'n':
            options->any_accept = true;
            break;
        case 'f':
            path = optarg;
            break;
        case 't':
            options->total = number(optarg, TOTAL_MAXIMUM);
            break;
        case 'c':
            options->concurrency = number(optarg, CONCURRENCY_MAXIMUM);
            break;
        case 's':
            options->seconds = number(optarg, SECONDS_MAXIMUM);
            break;
        case 'o':
            state = optarg;
            break;
        default:
            storm_give_up(usage);
        }
    }
    if (path == NULL || options->total == 0 || options->concurrency == 0 || options->seconds == 0) {
        storm_give_up(usage);
    }
    if (count - optind == 2) {
        resolve(options, arguments[optind], arguments[optind + 1]);
    } else if (count - optind == 1) {
        resolve_path(options, arguments[optind]);
    } else {
        storm_give_up(usage);
    }

    const char *const wrong = challenge_read(&options->head, path);

    if (wrong != NULL) {
        storm_give_up(wrong);
    }
    options->goal = options->head.size;
    options->await_answer = true;
    if (state != NULL) {
        hold_in(options, state);
    }
}
