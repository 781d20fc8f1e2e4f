"""`drain`: a server that stops accepting and refuses nobody.

In: connections on their way while a server drains. Out: each has its answer, and what is told.
Not here: connections of a fallback (`test_following_bounds`, `test_fallback_kept_alive`), `health`
(`test_health`), and two workers of one socket (`test_rolling_restart`).
"""

from __future__ import annotations

import asyncio
import socket
import time

import pytest
from asyncio_helpers import (
    ECHO,
    ECHO_ACCEPTED,
    GARBAGE,
    NEGOTIATOR,
    Handlers,
    accept_echo,
    serving,
    settle,
    states,
    until,
)

from upgrade101 import Reason, serve
from upgrade101._connection import State

OVER = ["tcp", "tls", "unix"]
CROWD = 20


@pytest.mark.parametrize("over", OVER)
async def test_drain_of_an_idle_server_stops_accepting_and_is_true(over: str) -> None:
    async with serving(accept_echo, over=over) as service:
        place = service.path if over == "unix" else service.server.sockets[0].getsockname()
        assert await service.server.drain() is True
        assert service.server.sockets == ()
        family = socket.AF_UNIX if over == "unix" else socket.AF_INET
        with socket.socket(family) as client, pytest.raises(OSError, match=r"refused|No such file"):
            client.connect(place)


@pytest.mark.parametrize("over", OVER)
async def test_drain_decides_what_was_accepted_and_refuses_nobody(over: str) -> None:
    handlers = Handlers()
    async with serving(handlers, over=over) as service:
        silent, slow, deciding = [await service.connect() for _ in range(3)]
        slow.writer.write(ECHO[:-1])
        deciding.writer.write(ECHO)
        await until(lambda: handlers.upgrades and State.READING in states(service))
        draining = asyncio.ensure_future(service.server.drain())
        await settle()
        assert service.server.sockets == ()
        await handlers.release()
        assert await deciding.ask(b"") == ECHO_ACCEPTED
        assert await slow.ask(ECHO[-1:]) == ECHO_ACCEPTED
        assert not draining.done()
        assert await silent.ask(ECHO) == ECHO_ACCEPTED
        assert await draining is True
        # Upgraded connections are left alone.
        assert await deciding.ask(b"still there\r\n\r\n") == b"still there\r\n\r\n"
        assert service.server.stats() == {Reason.SWITCHED: 3}


@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_drain_loses_nothing_that_was_accepted_and_has_no_protocol_yet(turns: int) -> None:
    # uvloop accepts one connection each time that it comes round.
    count = CROWD if isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop) else 1
    async with serving(accept_echo) as service:
        place = service.server.sockets[0].getsockname()
        # Asleep: the loop finds all of them at once.
        clients = [socket.create_connection(place, 5) for _ in range(count)]
        try:
            for client in clients:
                client.sendall(ECHO)
            await settle(turns)
            assert await service.server.drain() is True
            assert service.server.stats() == {Reason.SWITCHED: count}
            for client in clients:
                assert client.recv(len(ECHO_ACCEPTED)) == ECHO_ACCEPTED
        finally:
            for client in clients:
                client.close()


@pytest.mark.parametrize("turns", range(6))
async def test_drain_leaves_what_it_does_not_accept_to_others_of_its_socket(turns: int) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=CROWD) as listener:
        servers = [await serve(NEGOTIATOR, accept_echo, sock=listener.dup())]
        draining = asyncio.ensure_future(servers[0].drain())
        await settle(turns)
        clients = [socket.create_connection(listener.getsockname(), 5) for _ in range(CROWD)]
        for client in clients:
            client.sendall(ECHO)
        assert await draining is True
        servers.append(await serve(NEGOTIATOR, accept_echo, sock=listener.dup()))
        await until(lambda: sum(server.stats()[Reason.SWITCHED] for server in servers) == CROWD)
        for client in clients:
            assert client.recv(len(ECHO_ACCEPTED)) == ECHO_ACCEPTED
            client.close()
        servers[1].close()
        await settle()


async def test_drains_at_the_same_time_end_serve_forever_once() -> None:
    server = await serve(NEGOTIATOR, accept_echo, "127.0.0.1", 0)
    forever = asyncio.ensure_future(server.serve_forever())
    await settle()
    assert await asyncio.gather(server.drain(), server.drain()) == [True, True]
    await forever


async def test_drain_whose_time_is_over_is_false_and_leaves_handlers_to_answer() -> None:
    handlers = Handlers()
    async with serving(handlers) as service:
        client = await service.connect()
        client.writer.write(ECHO)
        await until(lambda: handlers.upgrades)
        assert await service.server.drain(timeout=0.05) is False
        assert service.server.pending == 1
        again = asyncio.ensure_future(service.server.drain(timeout=None))
        await handlers.release()
        assert await client.ask(b"") == ECHO_ACCEPTED
        assert await again is True


async def test_drain_does_not_wait_for_refused_peers() -> None:
    async with serving(accept_echo, refusal_timeout=60) as service:
        client = await service.connect()
        assert (await client.ask(GARBAGE)).startswith(b"HTTP/1.1 400 ")
        assert await service.server.drain() is True


async def test_drain_accepts_until_its_notice_is_over() -> None:
    async with serving(accept_echo) as service:
        start = time.monotonic()
        draining = asyncio.ensure_future(service.server.drain(notice=0.3))
        await settle()
        assert await (await service.connect()).ask(ECHO) == ECHO_ACCEPTED
        assert await draining is True
        assert time.monotonic() - start > 0.25
        assert service.server.sockets == ()


@pytest.mark.parametrize("timeout_seconds", [10, 0])
async def test_serve_forever_returns_when_a_drain_has_ended(timeout_seconds: float) -> None:
    handlers = Handlers()

    async def run() -> str:
        async with server:
            await server.serve_forever()
            return "returned"

    server = await serve(NEGOTIATOR, handlers, "127.0.0.1", 0, shutdown_timeout=0)
    with socket.create_connection(server.sockets[0].getsockname()) as client:
        running = asyncio.ensure_future(run())
        client.sendall(ECHO)
        await until(lambda: handlers.upgrades)
        draining = asyncio.ensure_future(server.drain(timeout_seconds))
        await settle()
        if timeout_seconds:
            assert not running.done()
            await handlers.release()
        assert await draining is (timeout_seconds > 0)
        await settle()
        # What a drain has left is ended by the closing.
        client.setblocking(False)  # noqa: FBT003 - the socket module's signature
        loop = asyncio.get_running_loop()
        expected = ECHO_ACCEPTED if timeout_seconds else b"HTTP/1.1 503 "
        assert (await loop.sock_recv(client, 4096)).startswith(expected)
    assert await running == "returned"
    await settle()


async def test_drain_of_a_closed_server_is_true_when_nothing_is_pending() -> None:
    async with serving(accept_echo) as service:
        service.server.close()
        assert await service.server.drain() is True


async def test_close_while_a_drain_waits_ends_what_is_pending() -> None:
    async with serving(accept_echo) as service:
        client = await service.connect()
        client.writer.write(ECHO[:1])
        await until(lambda: State.READING in states(service))
        draining = asyncio.ensure_future(service.server.drain())
        await settle()
        service.server.close()
        assert await draining is True
        assert service.server.stats() == {Reason.SHUTDOWN: 1}
