"""`serve` and `Server`: listening, serving until told otherwise, and closing.

In: settings and an address. Out: a listening server, and its end.
Not here: what it does with a connection (`test_connection`, `test_factory`).
"""

from __future__ import annotations

import asyncio
import inspect
import socket
from typing import Any

import pytest
from asyncio_helpers import (
    ECHO,
    ECHO_ACCEPTED,
    GARBAGE,
    NEGOTIATOR,
    Handlers,
    accept_echo,
    server_tls,
    serving,
    settle,
    until,
)

from upgrade101 import Reason, UpgradeFactory, serve

OVER = ["tcp", "tls", "unix"]


def test_settings_of_serve_are_those_of_the_factory() -> None:
    own = {"self", "host", "port", "backlog", "ssl", "options"}
    settings = [
        {
            name: (parameter.default, parameter.kind)
            for name, parameter in inspect.signature(function).parameters.items()
            if name not in own
        }
        for function in (serve, UpgradeFactory.__init__)
    ]
    assert settings[0] == settings[1]


@pytest.mark.parametrize("over", OVER)
async def test_server_over_any_transport_upgrades(over: str) -> None:
    async with serving(accept_echo, over=over, max_upgraded=5) as service:
        client = await service.connect()
        assert await client.ask(ECHO) == ECHO_ACCEPTED
        assert service.server.pending == 0
        assert service.server.upgraded == 1
        assert service.server.stats() == {Reason.SWITCHED: 1}


async def test_server_with_path_and_port_is_not_made() -> None:
    with pytest.raises(ValueError, match="path and host or port"):
        await serve(NEGOTIATOR, accept_echo, port=0, path="socket")


async def test_server_on_a_port_in_use_raises() -> None:
    async with serving(accept_echo) as service:
        host, port = service.server.sockets[0].getsockname()
        with pytest.raises(OSError, match="in use"):
            await serve(NEGOTIATOR, accept_echo, host, port)


async def test_server_takes_the_options_of_create_server() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    server = await serve(NEGOTIATOR, accept_echo, sock=listening, start_serving=False)
    assert server.sockets[0].getsockname() == listening.getsockname()
    server.close()
    await server.wait_closed()


async def test_closed_server_has_no_sockets_and_takes_no_connection() -> None:
    async with serving(accept_echo) as service:
        address = service.server.sockets[0].getsockname()
        service.server.close()
        service.server.close()
        await service.server.wait_closed()
        assert service.server.sockets == ()
        await settle()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(*address)


@pytest.mark.parametrize("over", OVER)
async def test_closing_server_does_not_wait_for_upgraded_connections(over: str) -> None:
    async with serving(accept_echo, over=over) as service:
        client = await service.connect()
        await client.ask(ECHO)
        async with service.server:
            pass
        client.writer.write(b"still there")
        assert await client.reader.readexactly(11) == b"still there"


async def test_server_context_ends_when_no_refused_peer_is_waited_for() -> None:
    async def enter_and_leave() -> None:
        async with server:
            pass

    server = await serve(NEGOTIATOR, accept_echo, "127.0.0.1", 0, refusal_timeout=60)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(GARBAGE)
    assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 400 ")
    leaving = asyncio.ensure_future(enter_and_leave())
    await server.wait_closed()
    await settle()
    assert not leaving.done()
    writer.close()
    await leaving


async def test_serve_forever_that_is_cancelled_closes_the_server() -> None:
    async with serving(accept_echo) as service:
        forever = asyncio.ensure_future(service.server.serve_forever())
        await settle()
        with pytest.raises(RuntimeError, match="already"):
            await service.server.serve_forever()
        forever.cancel()
        with pytest.raises(asyncio.CancelledError):
            await forever
        assert service.server.sockets == ()
        with pytest.raises(RuntimeError, match="closed"):
            await service.server.serve_forever()


async def test_serve_forever_that_is_cancelled_waits_for_handlers_to_answer() -> None:
    handlers = Handlers()
    async with serving(handlers) as service:
        forever = asyncio.ensure_future(service.server.serve_forever())
        client = await service.connect()
        client.writer.write(ECHO)
        await until(lambda: handlers.upgrades)
        forever.cancel()
        await settle()
        assert not forever.done()
        await handlers.release()
        with pytest.raises(asyncio.CancelledError):
            await forever
        assert await client.ask(b"") == ECHO_ACCEPTED


async def test_serve_forever_ends_when_the_server_is_closed() -> None:
    async with serving(accept_echo) as service:
        forever = asyncio.ensure_future(service.server.serve_forever())
        await settle()
        service.server.close()
        with pytest.raises(asyncio.CancelledError):
            await forever


async def test_serve_forever_starts_to_listen() -> None:
    server = await serve(NEGOTIATOR, accept_echo, "127.0.0.1", 0, start_serving=False)
    forever = asyncio.ensure_future(server.serve_forever())
    await settle()
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(ECHO)
    assert await reader.readuntil(b"\r\n\r\n") == ECHO_ACCEPTED
    writer.close()
    await writer.wait_closed()
    forever.cancel()
    with pytest.raises(asyncio.CancelledError):
        await forever
    await settle()


async def test_tls_handshake_ends_by_the_handshake_timeout() -> None:
    server = await serve(
        NEGOTIATOR, accept_echo, "127.0.0.1", 0, ssl=server_tls(), handshake_timeout=0.05
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


async def test_handshake_timeout_of_0_with_tls_ends_connections_at_once() -> None:
    # As without TLS: what is not there at once comes too late.
    async with serving(accept_echo, over="tls", handshake_timeout=0) as service:
        address = service.server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(*address)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        await until(lambda: not service.server.pending)
        assert service.server.stats() == {}
        writer.close()
        await writer.wait_closed()


class Listener:
    """A server that does not listen."""

    sockets = ()

    def close(self) -> None:
        """Do nothing."""


async def test_options_of_create_server_have_defaults_and_are_taken_if_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[tuple[Any, Any]] = []

    class Loop:
        async def create_server(self, *_: object, **options: object) -> Listener:
            """Note the options."""
            taken.append((options["ssl_handshake_timeout"], options["backlog"]))
            return Listener()

    monkeypatch.setattr(asyncio, "get_running_loop", Loop)
    for given in ({}, {"ssl_handshake_timeout": 7, "backlog": 9}, {"handshake_timeout": None}):
        options: dict[str, Any] = {"handshake_timeout": 3} | given
        await serve(NEGOTIATOR, accept_echo, ssl=server_tls(), **options)
    assert taken == [(3, 4096), (7, 9), (None, 4096)]
