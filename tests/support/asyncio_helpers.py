"""What the tests of the asyncio layer share: requests, handlers, and real servers and clients.

In: nothing. Out: servers over TCP, TLS and Unix sockets that are gone, with their connections,
when a test ends. Not here: expectations, and what stands in for a transport (`fakes`).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import heads
from fakes import Clock

import upgrade101
from upgrade101._deadlines import Deadlines

if TYPE_CHECKING:
    import logging
    from collections.abc import AsyncIterator, Callable

    import pytest

    from upgrade101._connection import State

CERTIFICATE = Path(__file__).parent / "certificate.pem"

ECHO = heads.upgrade("echo")
ECHO_ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"
START_TLS = heads.upgrade("TLS/1.2")
WEBSOCKET = heads.websocket("Sec-WebSocket-Protocol: chat, talk")
PLAIN = heads.write("GET", "/")
"""A request that asks for no upgrade."""
GARBAGE = b"\0"
CHUNK = 65536
MORE_THAN_A_KERNEL_HOLDS = 16 << 20
"""Bytes between one side that writes and the other that does not read."""

NEGOTIATOR = upgrade101.Negotiator(
    upgrade101.Protocol("echo", body=True),
    upgrade101.WebSocket(subprotocols=("chat", "talk"), origins=None),
    upgrade101.H2C(prior_knowledge=True),
    upgrade101.TLS(),
)


class Echo(asyncio.Protocol):
    """Writes what it reads."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport."""
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Write `data`."""
        self.transport.write(data)


def accept_echo(upgrade: upgrade101.Upgrade) -> None:
    """Accept an upgrade with an echo."""
    upgrade.accept(Echo())


class Handlers:
    """A coroutine handler that answers when the test says so."""

    def __init__(self) -> None:
        self.upgrades: list[upgrade101.Upgrade] = []
        self.cancelled = 0
        self.ended = 0
        self.go = asyncio.Event()
        self.answer: Callable[[upgrade101.Upgrade], Any] = accept_echo

    async def __call__(self, upgrade: upgrade101.Upgrade) -> None:
        """Wait, then do `answer`."""
        self.upgrades.append(upgrade)
        try:
            await self.go.wait()
            self.answer(upgrade)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.ended += 1

    async def release(self) -> None:
        """Let every handler answer."""
        self.go.set()
        await settle()


class ClockDeadlines(Deadlines):
    """Deadlines of a clock that the test moves, in whatever loop it runs."""

    __slots__ = ()

    def bind(self) -> Any:  # noqa: ANN401 - a clock
        """Return the clock."""
        return self.loop


def on_clock(factory: upgrade101.UpgradeFactory, clock: object) -> None:
    """Have the deadlines of a factory go by `clock`."""
    deadlines: Any = factory.deadlines
    deadlines.__class__ = ClockDeadlines
    deadlines.loop = clock


def kept_by(upgrade: upgrade101.Upgrade) -> bytes | bytearray:
    """Return what is kept behind the request while its handler decides."""
    connection: Any = upgrade._waiting
    assert connection is not None
    return connection._kept


def states(service: Service) -> list[State]:
    """Return what the connections of a service are doing that have no final decision."""
    factory: Any = service.server._factory
    return [connection.state for connection in (*factory.heads, *factory.handlers)]


def records(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return the records of the package's logger."""
    return [record for record in caplog.records if record.name == "upgrade101"]


def make_factory(
    handler: Callable[[upgrade101.Upgrade], Any],
    negotiator: upgrade101.Negotiator = NEGOTIATOR,
    **settings: Any,  # noqa: ANN401 - those of `UpgradeFactory`
) -> tuple[upgrade101.UpgradeFactory, Clock]:
    """Return a factory and the clock that its deadlines go by."""
    factory = upgrade101.UpgradeFactory(negotiator, handler, **settings)
    clock = Clock()
    on_clock(factory, clock)
    return factory, clock


def server_tls() -> ssl.SSLContext:
    """Return the server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@cache
def client_tls() -> ssl.SSLContext:
    """Return the client's side of TLS, made once: that takes as long as a handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(CERTIFICATE)
    return context


class Client:
    """A client of a test's server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, data: bytes) -> bytes:
        """Write `data` and return the head of the answer."""
        self.writer.write(data)
        return await self.reader.readuntil(b"\r\n\r\n")

    def reset(self) -> None:
        """End the connection with a reset, where it is no TLS connection."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass
class Service:
    """A server of a test, and how to reach it."""

    server: upgrade101.Server
    over: str
    path: str
    clients: list[Client] = field(default_factory=list)

    async def connect(self) -> Client:
        """Return a new client, which is closed with the service."""
        if self.over == "unix":
            streams = await asyncio.open_unix_connection(self.path)
        else:
            host, port = self.server.sockets[0].getsockname()
            tls: dict[str, Any] = {}
            if self.over == "tls":
                tls = {"ssl": client_tls(), "server_hostname": "localhost"}
            streams = await asyncio.open_connection(host, port, **tls)
        client = Client(*streams)
        self.clients.append(client)
        return client


@asynccontextmanager
async def serving(
    handler: Callable[[upgrade101.Upgrade], Any],
    *,
    over: str = "tcp",
    negotiator: upgrade101.Negotiator = NEGOTIATOR,
    **settings: Any,  # noqa: ANN401 - those of `serve`
) -> AsyncIterator[Service]:
    """Serve over TCP, TLS or a Unix socket; close the clients and the server at the end."""
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/socket"
        place: dict[str, Any] = {"path": path}
        if over != "unix":
            tls = server_tls() if over == "tls" else None
            place = {"host": "127.0.0.1", "port": 0, "ssl": tls}
        server = await upgrade101.serve(negotiator, handler, **place, **settings)
        service = Service(server, over, path)
        try:
            yield service
        finally:
            server.close()
            for client in service.clients:
                client.writer.transport.abort()
            # The server's transports read their end: nothing is left when the loop is closed.
            await settle()
            await server.wait_closed()


async def settle(turns: int = 50) -> None:
    """Let the loop do all that can be done without waiting for time to pass."""
    for _ in range(turns):
        await asyncio.sleep(0)


async def until(condition: Callable[[], object]) -> None:
    """Let the loop run until `condition` holds; a test fails where that takes 10 s."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - no event is set when it begins to hold
            await asyncio.sleep(0.001)
