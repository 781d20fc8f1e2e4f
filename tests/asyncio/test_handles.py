"""A real loop has nothing of a connection to call when its way is over, whatever its way was.

In: a connection over real sockets, on each path there is. Out: the handles and timers that the
event loop still has, and its tasks.
Always: a deadline that does not end a path is an hour away, so that one which is left is found.
Not here: the timer by itself (`test_timer`), and objects that are no handles (`test_freed`).
"""

from __future__ import annotations

import asyncio
import gc
import socket
import struct
from typing import TYPE_CHECKING, Any

import pytest
from asyncio_helpers import (
    ECHO,
    GARBAGE,
    PLAIN,
    START_TLS,
    Echo,
    accept_echo,
    client_tls,
    serving,
    settle,
    until,
)
from tls_site import Visits
from ways import accept, accept_streams, cancel, fail, fail_at_once, forget, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncio_helpers import Service

    from upgrade101 import Upgrade

HOUR: dict[str, Any] = dict.fromkeys(
    ("handshake_timeout", "decision_timeout", "refusal_timeout", "shutdown_timeout"), 3600
)
SOON = 0.05
NONE, ONE = 0, 1
"""Timers there are before the peer ends the connection."""


@pytest.fixture(autouse=True)
def _little_to_look_at() -> None:
    # What there was before a test is none of its handles: it is neither collected nor listed.
    gc.collect()
    gc.freeze()


def handles() -> list[Any]:
    """Return what the running loop is to call, now or later, and has not been told to forget."""
    loop: Any = asyncio.get_running_loop()
    if isinstance(loop, asyncio.BaseEventLoop):
        found = [*loop._scheduled, *loop._ready]  # type: ignore[attr-defined]
    else:
        # uvloop does not tell; it has some of its own, and what nothing refers to does not count.
        gc.collect()
        kinds = ("uvloop.loop.Handle", "uvloop.loop.TimerHandle")
        found = [
            item
            for item in gc.get_objects()
            if f"{type(item).__module__}.{type(item).__name__}" in kinds
        ]
    return [handle for handle in found if not handle.cancelled()]


async def check_handles(expected: int) -> None:
    """Fail unless the running loop comes to have so many handles."""
    for _ in range(100):
        await settle()
        if len(handles()) == expected:
            return
        await asyncio.sleep(0.01)
    assert len(handles()) == expected, handles()


class Peer:
    """A client that makes nothing that is counted."""

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


async def wait(_: Upgrade) -> None:
    await asyncio.sleep(60)


def wait_and_be_cancelled(upgrade: Upgrade) -> asyncio.Future[None]:
    """Wait in a task that somebody else cancels."""
    task = asyncio.ensure_future(wait(upgrade))
    asyncio.get_running_loop().call_soon(task.cancel)
    return task


@pytest.mark.parametrize(
    ("data", "handler", "settings", "timers"),
    [
        pytest.param(ECHO, accept_echo, {}, NONE, id="accept"),
        pytest.param(ECHO, accept, {}, NONE, id="accept-coroutine"),
        pytest.param(ECHO, accept, {"max_upgraded": 1}, ONE, id="accept-counted"),
        pytest.param(ECHO, accept_streams, {}, NONE, id="accept-streams"),
        pytest.param(PLAIN, fail, {"fallback": Echo}, NONE, id="pass"),
        pytest.param(ECHO, lambda upgrade: upgrade.refuse(403), {}, ONE, id="refuse"),
        pytest.param(ECHO, refuse, {}, ONE, id="refuse-coroutine"),
        pytest.param(GARBAGE, fail, {}, ONE, id="reject"),
        pytest.param(GARBAGE, fail, {"refusal_timeout": SOON}, NONE, id="refusal-timeout"),
        pytest.param(ECHO[:-1], fail, {"handshake_timeout": SOON}, ONE, id="handshake-timeout"),
        pytest.param(b"", fail, {"handshake_timeout": SOON}, NONE, id="handshake-timeout-silent"),
        pytest.param(ECHO, wait, {"decision_timeout": SOON}, ONE, id="decision-timeout"),
        pytest.param(b"", fail, {"max_pending": 0}, ONE, id="capacity"),
        pytest.param(ECHO, fail_at_once, {}, ONE, id="exception"),
        pytest.param(ECHO, fail, {}, ONE, id="exception-coroutine"),
        pytest.param(ECHO, forget, {}, ONE, id="no-answer"),
        pytest.param(ECHO, cancel, {}, ONE, id="cancel"),
        pytest.param(ECHO, wait_and_be_cancelled, {}, ONE, id="cancel-by-another"),
    ],
)
@pytest.mark.parametrize("reset", [False, True])
async def test_connection_with_an_end_leaves_nothing_to_call(
    data: bytes,
    handler: Callable[[Upgrade], Any],
    settings: dict[str, Any],
    timers: int,
    reset: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    async with serving(handler, **(HOUR | settings)) as service:
        before = len(handles())
        peer = Peer(service)
        await peer.send(data)
        # The 101, the refusal, the fallback's answer or the end.
        await peer.read()
        await check_handles(before + timers)
        await peer.close(reset=reset)
        await check_handles(before)
        assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(ECHO, id="deciding"),
        pytest.param(ECHO[:-1], id="head"),
        pytest.param(b"", id="silent"),
    ],
)
@pytest.mark.parametrize("reset", [False, True])
async def test_connection_lost_while_it_waits_leaves_nothing_to_call(
    data: bytes,
    reset: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    async with serving(wait, **HOUR) as service:
        before = len(handles())
        peers = [Peer(service) for _ in range(3)]
        for peer in peers:
            await peer.send(data)
        await until(lambda: service.server.pending == 3)
        # One timer for all, and one of each handler's own sleep.
        await check_handles(before + (4 if data == ECHO else 1))
        for peer in peers:
            await peer.close(reset=reset)
        await check_handles(before)
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_shutdown_leaves_nothing_to_call() -> None:
    async with serving(wait, **(HOUR | {"shutdown_timeout": SOON})) as service:
        before = len(handles())
        peers = [Peer(service) for _ in range(3)]
        for peer, data in zip(peers, (ECHO, ECHO[:-1], b""), strict=True):
            await peer.send(data)
        await until(lambda: service.server.pending == 3)
        service.server.close()
        await service.server.wait_closed()
        await check_handles(before + 1)
        for peer in peers:
            await peer.read()
            await peer.close()
        await check_handles(before)
        assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("speaks_tls", [False, True])
async def test_upgrade_to_tls_leaves_nothing_to_call(
    speaks_tls: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    visits = Visits()
    async with serving(visits, **HOUR) as service:
        before = len(handles())
        client = await service.connect()
        await client.ask(START_TLS)
        if speaks_tls:
            await client.writer.start_tls(client_tls(), server_hostname="localhost")
            assert (await client.ask(b"")).startswith(b"HTTP/1.1 200 ")
            await check_handles(before)
        else:
            client.writer.write(PLAIN)
        await until(lambda: visits.ends)
        assert (visits.ends == [None]) is speaks_tls
        client.writer.transport.abort()
        await check_handles(before)
        assert asyncio.all_tasks() == {asyncio.current_task()}
