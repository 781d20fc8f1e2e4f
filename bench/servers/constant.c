/*
 * The floor of what a server's handshake can cost: the kernel's work and nothing else.
 *
 * In: a port.  Out: on 127.0.0.1, one constant answer to whatever arrives,
 * until the peer ends.
 * Always: one thread, one epoll loop, no allocation for a connection.
 * Not here: any look at the bytes.
 */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier,cert-dcl37-c): what accept4 asks for */

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 2048, EVENTS = 256, LAST_PORT = 65535 };

static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\n"
                             "Upgrade: websocket\r\n"
                             "Connection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

_Noreturn static void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static int listen_on(in_port_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int on = 1;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(listener, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener, BACKLOG) != 0) {
        give_up("constant: cannot listen");
    }
    return listener;
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        give_up("constant: epoll_ctl");
    }
}

static void accept_all(int epoll, int listener)
{
    for (;;) {
        const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            watch(epoll, fd);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != ECONNABORTED) {
            give_up("constant: accept4");
        }
    }
}

static void serve(int fd)
{
    char bytes[4096];
    const ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

    if (got > 0) {
        /* Fails where the peer has gone, which the next event says too. */
        (void)send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL);
    } else if (got == 0 || errno != EAGAIN) {
        close(fd);
    }
}

int main(int count, char **arguments)
{
    const long port = count == 2 ? strtol(arguments[1], NULL, 10) : 0;

    if (port <= 0 || port > LAST_PORT) {
        (void)fputs("usage: constant PORT\n", stderr);
        return 2;
    }

    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    const int listener = listen_on((in_port_t)port);
    struct epoll_event events[EVENTS];

    watch(epoll, listener);
    for (;;) {
        const int ready = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == listener) {
                accept_all(epoll, listener);
            } else {
                serve(events[i].data.fd);
            }
        }
    }
}
