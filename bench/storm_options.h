/*
 * What a storm is asked to do.
 *
 * In: the arguments of the command.  Out: them as values, the head's file read.
 * Always: the target is a loopback address or a Unix socket, and no number exceeds its bound; any
 * other command line ends the program with a sentence and the status 2.
 */
#ifndef STORM_OPTIONS_H
#define STORM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "challenge.h"

typedef struct storm_options {
    size_t total;
    size_t concurrency;
    uint64_t seconds;
    challenge_head head;
    size_t goal;       /* bytes of the head to send */
    bool await_answer; /* else a connection is completed when they are sent */
    bool any_accept;
    bool hold; /* whether connections stay open when they are completed */
    struct sockaddr_storage address;
    socklen_t address_size;
} storm_options;

void storm_configure(storm_options *options, int count, char **arguments);

/* Ends the program with the status 2. */
_Noreturn void storm_give_up(const char *what);

#endif
