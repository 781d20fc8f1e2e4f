"""A request and what is behind it, over real sockets: one sequence, wherever it is cut.

In: a request with 64 KiB behind it, sent in two pieces of which the server has read the first
before the second is sent. Out: the 101 and nothing else to the client, and to the target the
64 KiB and then what the client sends after it has read the 101.
Not here: a transport that a test drives (`test_connection`), and a peer that does not read
(`test_backpressure`).
"""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import pytest
from asyncio_helpers import ECHO, ECHO_ACCEPTED, serving

from upgrade101._connection import Connection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from upgrade101 import Upgrade

TAIL = b"".join(number.to_bytes(4, "big") for number in range(16384))
"""64 KiB of numbers, each another one: what is lost, moved or repeated shows."""
STREAM = ECHO + TAIL
LIVE = b"live"
FIRST_2_KIB = range(1, 2048)
BORDER = range(len(ECHO) - 2, len(ECHO) + 3)


class Target:
    """Gets a connection and ends it when it has all that is sent."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Note the transport, which comes once and before all data."""
        assert self.transport is None
        assert not self.data
        self.transport = transport

    def take(self, data: bytes | memoryview) -> None:
        """Note data, of which there is some."""
        assert self.transport is not None
        assert len(data)
        self.data += data
        if len(self.data) >= len(TAIL + LIVE):
            self.transport.close()


class Plain(Target, asyncio.Protocol):
    """A target that is a protocol."""

    def accept(self, upgrade: Upgrade) -> None:
        """Take the connection."""
        upgrade.accept(self)

    def data_received(self, data: bytes) -> None:
        """Note `data`."""
        self.take(data)


class Buffered(Target, asyncio.BufferedProtocol):
    """A target that has `size` bytes filled at a time."""

    def __init__(self, size: int) -> None:
        super().__init__()
        # A view: asyncio's TLS fills slices of what it gets, and those of a bytearray are copies.
        self._buffer = memoryview(bytearray(size))

    def accept(self, upgrade: Upgrade) -> None:
        """Take the connection."""
        upgrade.accept(self)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Return the one buffer, however much is wanted."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Note the data."""
        self.take(self._buffer[:nbytes])


class Streams(Target):
    """A target that reads streams, which pause the transport above 2,000 bytes."""

    def accept(self, upgrade: Upgrade) -> None:
        """Take the connection."""
        streams = upgrade.accept_streams(limit=1000)
        self._reading = asyncio.ensure_future(self._read(*streams))

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connection_made(writer.transport)  # type: ignore[arg-type] # a stream's is no other
        self.take(await reader.readexactly(len(TAIL)))
        self.take(await reader.readexactly(len(LIVE)))


TARGETS = {
    "protocol": Plain,
    "buffer-of-1000": partial(Buffered, 1000),
    "buffer-of-65536": partial(Buffered, 65536),
    "streams": Streams,
}
HANDLERS = ("plain", "coroutine")
COMBINATIONS = list(product(TARGETS, HANDLERS))


class Arrivals:
    """What a connection reads before its final decision."""

    def __init__(self) -> None:
        self.expect(0)

    def expect(self, cut: int) -> None:
        """Wait for a connection's first `cut` bytes, and for bytes behind them."""
        self.cut = cut
        self.size = 0
        self.first = asyncio.Event()
        self.second = asyncio.Event()

    def add(self, size: int) -> None:
        """Count bytes that have been read."""
        self.size += size
        if self.size >= self.cut:
            self.first.set()
        if self.size > self.cut:
            self.second.set()


@pytest.fixture
def arrivals(monkeypatch: pytest.MonkeyPatch) -> Arrivals:
    """Return what the connections of a test read."""
    arrivals = Arrivals()
    read = Connection.data_received

    def data_received(connection: Connection, data: bytes) -> None:
        arrivals.add(len(data))
        read(connection, data)

    monkeypatch.setattr(Connection, "data_received", data_received)
    return arrivals


def choose_cuts(over: str, target: str, handler: str, *, coarse: bool) -> Iterable[int]:
    """Return where to cut, so that the file takes half a minute and not some minutes.

    A cut decides how much is left over when the target gets the transport, and that is the same
    over all transports: over TCP each target meets each cut, by one of the handlers in turn.
    A transport decides how the rest is delivered, and that is the same for all cuts: over TLS and
    Unix sockets each cut is met by one of the combinations in turn. Around the end of the head, all
    of them meet each cut everywhere.
    """
    turn = COMBINATIONS.index((target, handler))
    turns = len(HANDLERS) if over == "tcp" else len(COMBINATIONS)
    if coarse:
        turns *= 8
    return sorted({*FIRST_2_KIB[turn % turns :: turns], *BORDER})


@pytest.mark.parametrize("over", ["tcp", "tls", "unix"])
@pytest.mark.parametrize(("target", "handler"), COMBINATIONS)
async def test_request_and_tail_sent_in_two_pieces_are_one_sequence(
    over: str,
    target: str,
    handler: str,
    arrivals: Arrivals,
    pytestconfig: pytest.Config,
) -> None:
    def accept(upgrade: Upgrade) -> None:
        targets[-1].accept(upgrade)

    async def accept_late(upgrade: Upgrade) -> None:
        # Cut behind the head, this is while the handler decides.
        await arrivals.second.wait()
        accept(upgrade)

    targets: list[Plain | Buffered | Streams] = []
    answer = accept if handler == "plain" else accept_late
    # The first piece is kept and leaves the transport reading, the second pauses it.
    async with serving(answer, over=over, pending_bytes=len(FIRST_2_KIB)) as service:
        coarse = pytestconfig.getoption("--coarse")
        for cut in choose_cuts(over, target, handler, coarse=coarse):
            targets.append(TARGETS[target]())
            arrivals.expect(cut)
            # A byte that is missing is waited for.
            async with asyncio.timeout(10):
                client = await service.connect()
                client.writer.write(STREAM[:cut])
                await arrivals.first.wait()
                assert arrivals.size == cut
                assert await client.ask(STREAM[cut:]) == ECHO_ACCEPTED, cut
                client.writer.write(LIVE)
                assert await client.reader.read() == b"", cut
                assert targets[-1].data == TAIL + LIVE, cut
                client.writer.close()
                await client.writer.wait_closed()
