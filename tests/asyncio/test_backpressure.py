"""Back-pressure over real sockets: a peer that never reads costs neither memory nor time.

In: a client that sends and does not read, before its decision, during it and after it.
Out: what the server has written and kept for it, which is bounded, and its end at the deadline.
Not here: a transport that a test drives (`test_handler`, `test_linger`, `test_deadlines`).
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import heads
import pytest
from asyncio_helpers import (
    CHUNK,
    ECHO,
    ECHO_ACCEPTED,
    MORE_THAN_A_KERNEL_HOLDS,
    PLAIN,
    Handlers,
    kept_by,
    on_clock,
    serving,
    settle,
    until,
)
from fakes import Clock, Recorder

from upgrade101 import Reason

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from asyncio_helpers import Client, Service

    from upgrade101 import Upgrade

OVER = ["tcp", "tls", "unix"]
EXPECT = heads.upgrade("echo", "Content-Length: 4", "Expect: 100-continue") + b"body"
EXPECT_ACCEPTED = b"HTTP/1.1 100 Continue\r\n\r\n" + ECHO_ACCEPTED
LONG = "x" * MORE_THAN_A_KERNEL_HOLDS
LONG_ACCEPTED = ECHO_ACCEPTED[:-2] + b"X-Long: " + LONG.encode() + b"\r\n\r\n"


@asynccontextmanager
async def serving_by_clock(
    handler: Callable[[Upgrade], Any], over: str
) -> AsyncIterator[tuple[Service, Clock, list[asyncio.Transport]]]:
    """Serve by a clock that the test moves; list the transports of final decisions."""
    transports: list[asyncio.Transport] = []
    async with serving(
        handler,
        over=over,
        decision_timeout=30,
        refusal_timeout=1,
        on_decision=lambda _, transport: transports.append(transport),
    ) as service:
        clock = Clock()
        on_clock(service.server._factory, clock)
        yield service, clock, transports


class Flood:
    """A client that reads nothing, and sends until its connection is lost."""

    def __init__(self, client: Client, first: bytes, then: bytes) -> None:
        self.sent = 0
        client.writer.transport.pause_reading()
        client.writer.write(first)
        chunk = then * (CHUNK // len(then))
        self._sending = asyncio.ensure_future(self._send(client.writer, chunk))

    async def _send(self, writer: asyncio.StreamWriter, chunk: bytes) -> None:
        # As much as no test waits for.
        for _ in range(10000):
            writer.write(chunk)
            await writer.drain()
            # A drain by itself lets nobody else run while there is room.
            await asyncio.sleep(0)
            self.sent += len(chunk)

    async def send_more(self) -> None:
        """Wait until so much has been sent that the server must have read of it."""
        sent = self.sent
        await until(lambda: self.sent > sent + MORE_THAN_A_KERNEL_HOLDS)

    async def lose(self) -> None:
        """Wait until the connection is lost."""
        # The latter from uvloop's TLS, whose transport is closed before it is lost.
        with pytest.raises((ConnectionError, RuntimeError)):
            await self._sending


# TLS counts what it has given to the transport below it as sent: it pauses nobody for one write.
@pytest.mark.parametrize("over", ["tcp", "unix"])
async def test_pause_by_an_unread_101_is_passed_on_and_ends_when_it_is_read(over: str) -> None:
    target = Recorder()
    calls = ["connection_made", "pause_writing", "data_received", "resume_writing"]

    def handler(upgrade: Upgrade) -> None:
        upgrade.accept(target, [("X-Long", LONG)])

    async with serving(handler, over=over) as service:
        client = await service.connect()
        client.writer.transport.pause_reading()
        client.writer.write(ECHO + b"left")
        await until(lambda: target.data)
        await settle()
        assert target.calls == calls[:-1]
        assert target.transport.get_write_buffer_size() > CHUNK
        client.writer.transport.resume_reading()
        assert await client.reader.readexactly(len(LONG_ACCEPTED)) == LONG_ACCEPTED
        await until(lambda: len(target.calls) == len(calls))
        assert target.calls == calls


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        pytest.param((), ECHO_ACCEPTED, id="101-sent"),
        pytest.param([("X-Long", LONG)], LONG_ACCEPTED, id="101-unsent"),
    ],
)
async def test_streams_that_drain_hold_a_client_back_that_does_not_read(
    over: str, headers: list[tuple[str, str]], accepted: bytes
) -> None:
    transports: list[asyncio.Transport] = []

    async def echo(upgrade: Upgrade) -> None:
        reader, writer = upgrade.accept_streams(headers)
        transports.append(writer.transport)  # type: ignore[arg-type]
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        writer.close()

    data = LONG.encode()
    async with serving(echo, over=over) as service:
        client = await service.connect()
        client.writer.transport.pause_reading()
        client.writer.write(ECHO + data)
        await until(lambda: transports)
        (transport,) = transports
        await until(lambda: not transport.is_reading())
        await settle()
        assert not transport.is_reading()
        high = transport.get_write_buffer_limits()[1]
        assert transport.get_write_buffer_size() <= max(high, len(accepted)) + CHUNK
        client.writer.transport.resume_reading()
        assert await client.reader.readexactly(len(accepted)) == accepted
        assert await client.reader.readexactly(len(data)) == data


@pytest.mark.parametrize("over", OVER)
async def test_pipelined_expectations_are_answered_by_one_100_and_one_101(over: str) -> None:
    target = Recorder()
    pipelined = EXPECT * 10000
    async with serving(lambda upgrade: upgrade.accept(target), over=over) as service:
        client = await service.connect()
        client.writer.transport.pause_reading()
        client.writer.write(EXPECT + pipelined)
        await until(lambda: len(target.data) >= len(pipelined))
        assert target.data == pipelined
        assert target.transport.get_write_buffer_size() == 0
        target.transport.close()
        client.writer.transport.resume_reading()
        assert await client.reader.read() == EXPECT_ACCEPTED


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize(
    ("request_bytes", "reason", "unsent"),
    [
        pytest.param(PLAIN, Reason.UPGRADE_REQUIRED, False, id="sent"),
        pytest.param(ECHO, Reason.REFUSED, True, id="unsent"),
    ],
)
async def test_client_that_sends_on_and_never_reads_its_refusal_is_cut_off(
    over: str,
    request_bytes: bytes,
    reason: Reason,
    unsent: bool,  # noqa: FBT001 - a parameter
) -> None:
    async with serving_by_clock(lambda upgrade: upgrade.refuse(403, body=LONG.encode()), over) as (
        service,
        clock,
        transports,
    ):
        flood = Flood(await service.connect(), request_bytes, request_bytes)
        await flood.send_more()
        assert service.server.stats() == {reason: 1}
        (transport,) = transports
        # TLS counts what it has given to the transport below it as sent.
        assert (transport.get_write_buffer_size() > 0) == (unsent and over != "tls")
        clock.advance(0.9)
        await flood.send_more()
        clock.advance(0.1)
        assert transport.is_closing()
        assert clock.timers == []
        await flood.lose()
        assert transport.get_write_buffer_size() == 0


@pytest.mark.parametrize("over", OVER)
async def test_client_that_sends_on_while_the_handler_decides_is_cut_off(over: str) -> None:
    handlers = Handlers()
    async with serving_by_clock(handlers, over) as (service, clock, transports):
        flood = Flood(await service.connect(), ECHO, b"\0")
        await until(lambda: handlers.upgrades)
        upgrade = handlers.upgrades[0]
        await until(lambda: not upgrade.transport.is_reading())
        size = len(kept_by(upgrade))
        # One read may pass the bound.
        assert 65536 < size <= 65536 + (256 << 10)
        await settle()
        assert len(kept_by(upgrade)) == size
        clock.advance(30)
        assert transports == [upgrade.transport]
        assert service.server.stats() == {Reason.DECISION_TIMEOUT: 1}
        await flood.send_more()
        clock.advance(1)
        assert upgrade.transport.is_closing()
        assert clock.timers == []
        await flood.lose()
        assert handlers.cancelled == 1
