"""Every path frees what it made by reference counting alone: the collector is off.

In: connections over real sockets, each path many times. Out: how many objects are left of any
kind that a connection is made of.
Always: what is left is counted before and after, so that one object too many on any path shows.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import struct
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from asyncio_helpers import ECHO, GARBAGE, PLAIN, START_TLS, client_tls, server_tls, serving, settle
from fakes import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncio_helpers import Service

    from upgrade101 import Upgrade

ROUNDS = 8
MODULES = (
    "upgrade101.",
    "asyncio.",
    "_asyncio.",
    "uvloop.",
    "fakes.",
    "ssl.",
    "_ssl.",
    "test_freed",
)
# Up to Python 3.11 a transport of asyncio's refers to itself, whatever is done to it.
CYCLIC = (
    {"asyncio.selector_events._SelectorSocketTransport", "asyncio.trsock.TransportSocket"}
    if sys.version_info < (3, 12)
    else set()
)


class Peer:
    """A client that makes no object that is counted."""

    def __init__(self, service: Service) -> None:
        self.loop = asyncio.get_running_loop()
        self.socket = socket.create_connection(service.server.sockets[0].getsockname())
        self.socket.setblocking(False)  # noqa: FBT003 - the socket module's signature

    async def send(self, data: bytes) -> None:
        """Send `data` and let the server read it."""
        await self.loop.sock_sendall(self.socket, data)
        await settle()

    async def read(self) -> None:
        """Read the end of the connection, or what there is."""
        await self.loop.sock_recv(self.socket, 65536)

    async def close(self, *, reset: bool = False) -> None:
        """Close, and let the server read the end."""
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
        await settle()


def population() -> Counter[str]:
    """Count the living objects of the kinds that a connection is made of."""
    counts: Counter[str] = Counter()
    for kind, count in Counter(map(type, gc.get_objects())).items():
        name = f"{kind.__module__}.{kind.__qualname__}"
        if name.startswith(MODULES) and name not in CYCLIC:
            counts[name] += count
    return counts


@pytest.fixture(autouse=True)
def _collector_off(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    # Captured records would keep tracebacks, and these the frames of handlers.
    caplog.set_level(logging.CRITICAL, logger="upgrade101")
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class Ending(Recorder):
    """A protocol that closes its transport, as asyncio's needs to cease to refer to itself."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Close what is closed already."""
        super().connection_lost(exc)
        self.transport.close()


async def wait(_: Upgrade) -> None:
    await asyncio.sleep(60)


async def accept(upgrade: Upgrade) -> None:
    upgrade.accept(Ending())


async def accept_streams(upgrade: Upgrade) -> None:
    _, writer = upgrade.accept_streams()
    writer.close()
    await writer.wait_closed()


async def fail(upgrade: Upgrade) -> None:
    await asyncio.sleep(0)
    raise LookupError(upgrade)


async def forget(_: Upgrade) -> None:
    await asyncio.sleep(0)


async def cancel(upgrade: Upgrade) -> None:
    await asyncio.sleep(0)
    raise asyncio.CancelledError(upgrade)


async def answer_late(upgrade: Upgrade) -> None:
    try:
        await asyncio.sleep(60)
    finally:
        upgrade.accept_streams()


async def refuse(upgrade: Upgrade) -> None:
    await asyncio.sleep(0)
    upgrade.refuse(403)


def fail_at_once(upgrade: Upgrade) -> None:
    raise LookupError(upgrade)


class Broken(Ending):
    """A protocol that cannot be connected."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Fail."""
        super().connection_made(transport)
        raise LookupError(self)


def raise_in_on_decision(decision: object, transport: object) -> None:
    raise LookupError(decision, transport)


@pytest.mark.parametrize(
    ("handler", "settings"),
    [
        pytest.param(lambda upgrade: upgrade.accept(Ending()), {}, id="accept"),
        pytest.param(accept, {}, id="accept-coroutine"),
        pytest.param(accept, {"max_upgraded": 10}, id="accept-counted"),
        pytest.param(accept_streams, {}, id="accept-streams"),
        pytest.param(lambda upgrade: upgrade.accept(Broken()), {}, id="accept-broken"),
        pytest.param(lambda upgrade: upgrade.refuse(403), {}, id="refuse"),
        pytest.param(refuse, {}, id="refuse-coroutine"),
        pytest.param(wait, {}, id="lost-while-deciding"),
        pytest.param(answer_late, {}, id="late"),
        pytest.param(wait, {"decision_timeout": 0}, id="decision-timeout"),
        pytest.param(wait, {"max_upgraded": 0}, id="capacity"),
        pytest.param(fail, {}, id="exception-coroutine"),
        pytest.param(fail_at_once, {}, id="exception"),
        pytest.param(forget, {}, id="no-answer"),
        pytest.param(cancel, {}, id="cancel"),
        pytest.param(accept, {"on_decision": raise_in_on_decision}, id="on-decision"),
    ],
)
@pytest.mark.parametrize("reset", [False, True])
async def test_upgrade_leaves_nothing(
    handler: Callable[[Upgrade], Any],
    settings: dict[str, Any],
    reset: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    async with serving(handler, refusal_timeout=0, **settings) as service:
        counts = []
        for number in range(ROUNDS):
            peer = Peer(service)
            await peer.send(ECHO)
            await peer.close(reset=reset)
            assert service.server.upgraded in (None, 0)
            await swept(service)
            # The first makes what is made once.
            if number in (1, ROUNDS - 1):
                counts.append(population())
        assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("data", "settings"),
    [
        pytest.param(PLAIN, {"fallback": Ending}, id="pass"),
        pytest.param(PLAIN, {"fallback": Broken}, id="pass-broken"),
        pytest.param(PLAIN, {}, id="required"),
        pytest.param(GARBAGE, {}, id="reject"),
        pytest.param(ECHO[:-1], {}, id="lost-before-a-decision"),
        pytest.param(ECHO[:-1], {"handshake_timeout": 0}, id="handshake-timeout"),
        pytest.param(b"", {"handshake_timeout": 0}, id="handshake-timeout-silent"),
        pytest.param(b"", {}, id="lost-silent"),
        pytest.param(b"", {"max_pending": 0}, id="capacity"),
    ],
)
@pytest.mark.parametrize("reset", [False, True])
async def test_other_connection_leaves_nothing(
    data: bytes,
    settings: dict[str, Any],
    reset: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    async with serving(fail_at_once, refusal_timeout=0, **settings) as service:
        counts = []
        for number in range(ROUNDS):
            peer = Peer(service)
            await peer.send(data)
            await peer.close(reset=reset)
            await swept(service)
            # The first makes what is made once.
            if number in (1, ROUNDS - 1):
                counts.append(population())
        assert counts[0] == counts[1]


async def swept(service: Service) -> None:
    """Wait until no deadline of the service is left."""
    sweep = service.server._factory._shared.sweep
    async with asyncio.timeout(10):
        while sweep._timer is not None:  # noqa: ASYNC110 - no event is set when it is gone
            await asyncio.sleep(0.005)
    await settle()


async def test_upgrade_to_tls_leaves_nothing_of_ours() -> None:
    async def handler(upgrade: Upgrade) -> None:
        await upgrade.accept_tls(context, Ending())

    context = server_tls()
    async with serving(handler) as service:
        counts = []
        for _ in range(ROUNDS):
            client = await service.connect()
            await client.ask(START_TLS)
            await client.writer.start_tls(client_tls(), server_hostname="localhost")
            client.writer.transport.abort()
            service.clients.clear()
            del client
            await swept(service)
            # What the TLS of the event loop leaves is its own.
            ours = {name: n for name, n in population().items() if name.startswith(("up", "fa"))}
            counts.append(ours)
        assert counts[1] == counts[-1]


async def test_factory_that_is_dropped_leaves_nothing() -> None:
    before = population()
    async with serving(accept) as service:
        peer = Peer(service)
        await peer.send(ECHO)
        await peer.close()
    del service, peer
    await settle()
    left = population() - before
    assert not [kind for kind in left if kind.startswith("upgrade101")]
