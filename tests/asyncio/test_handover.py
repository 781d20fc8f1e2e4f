"""`hand_over`: the order of calls, the leftover, and the pauses of a transport.

In: a transport in some state and a protocol. Out: what each of the two is called with.
Not here: the way to the handover (`test_connection`, `test_upgrade`).
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import pytest
from asyncio_helpers import until
from fakes import BufferedRecorder, Recorder, Transport

from upgrade101 import hand_over

if TYPE_CHECKING:
    from collections.abc import Buffer, Callable

HIGH = 65536
LOW = 16384


class Calls(Recorder):
    """A recorder that does something when it is connected or given data."""

    def __init__(
        self,
        connected: Callable[[Transport], object] = bool,
        received: Callable[[Transport], object] = bool,
    ) -> None:
        super().__init__()
        self.connected = connected
        self.received = received

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport, and do what the test wants."""
        super().connection_made(transport)
        self.connected(self.transport)

    def data_received(self, data: bytes) -> None:
        """Note `data`, and do what the test wants."""
        super().data_received(data)
        self.received(self.transport)


def fail(transport: Transport) -> None:
    raise LookupError(transport)


def test_hand_over_with_leftover_calls_in_order() -> None:
    transport = Transport()
    protocol = Recorder()
    hand_over(transport, protocol, b"left")
    assert transport.calls == ["set_protocol"]
    assert transport.protocol is protocol
    assert protocol.transport is transport
    assert protocol.calls == ["connection_made", "data_received"]
    assert protocol.data == b"left"


def test_hand_over_without_leftover_delivers_nothing() -> None:
    protocol = Recorder()
    hand_over(Transport(), protocol)
    assert protocol.calls == ["connection_made"]


@pytest.mark.parametrize("leftover", [b"left", bytearray(b"left"), memoryview(b"left")])
def test_hand_over_with_any_buffer_delivers_bytes(leftover: Buffer) -> None:
    protocol = Recorder()
    hand_over(Transport(), protocol, leftover)
    assert protocol.data == b"left"


@pytest.mark.parametrize("leftover", [4, "left", None])
def test_hand_over_with_other_leftover_raises_and_does_nothing(leftover: object) -> None:
    transport = Transport()
    with pytest.raises(TypeError):
        hand_over(transport, Recorder(), leftover)  # type: ignore[arg-type]
    assert transport.calls == []


@pytest.mark.parametrize(("size", "rounds"), [(1, 4), (3, 2), (4, 1), (5, 1)])
def test_hand_over_to_buffered_protocol_delivers_in_rounds(size: int, rounds: int) -> None:
    protocol = BufferedRecorder(size)
    hand_over(Transport(), protocol, b"left")
    assert protocol.calls == ["connection_made", *["buffer_updated"] * rounds]
    assert protocol.data == b"left"


def test_hand_over_to_buffered_protocol_without_room_raises() -> None:
    transport = Transport()
    with pytest.raises(RuntimeError, match="empty buffer"):
        hand_over(transport, BufferedRecorder(0), b"left")
    assert transport.calls == ["set_protocol", "abort"]


def test_hand_over_to_protocol_that_hands_over_delivers_the_rest_to_the_next() -> None:
    transport = Transport()
    first, second = BufferedRecorder(3), Recorder()
    update = first.buffer_updated

    def buffer_updated(nbytes: int) -> None:
        update(nbytes)
        transport.set_protocol(second)

    first.buffer_updated = buffer_updated  # type: ignore[method-assign]
    hand_over(transport, first, b"left")
    assert (first.data, second.data) == (b"lef", b"t")


def test_hand_over_of_paused_transport_resumes_before_connection_made() -> None:
    transport = Transport()
    transport.pause_reading()
    protocol = Calls(connected=lambda transport: transport.calls.append("connection_made"))
    hand_over(transport, protocol, b"left")
    assert transport.calls[1:] == ["set_protocol", "resume_reading", "connection_made"]
    assert protocol.data == b"left"


def test_hand_over_to_protocol_that_pauses_reading_leaves_it_paused() -> None:
    transport = Transport()
    transport.pause_reading()
    protocol = Calls(connected=Transport.pause_reading)
    hand_over(transport, protocol, b"left")
    assert not transport.is_reading()
    assert protocol.data == b"left"


@pytest.mark.parametrize("close", [Transport.close, Transport.abort])
def test_hand_over_to_protocol_that_closes_delivers_nothing(
    close: Callable[[Transport], None],
) -> None:
    protocol = Calls(connected=close)
    hand_over(Transport(), protocol, b"left")
    assert protocol.calls == ["connection_made"]


def test_hand_over_to_buffered_protocol_that_closes_between_rounds_stops() -> None:
    transport = Transport()
    protocol = BufferedRecorder(2)
    update = protocol.buffer_updated

    def buffer_updated(nbytes: int) -> None:
        update(nbytes)
        transport.close()

    protocol.buffer_updated = buffer_updated  # type: ignore[method-assign]
    hand_over(transport, protocol, b"left")
    assert protocol.data == b"le"


def test_hand_over_of_closing_transport_delivers_what_came_before() -> None:
    transport = Transport()
    transport.close()
    protocol = Recorder()
    hand_over(transport, protocol, b"left")
    assert protocol.calls == ["connection_made", "data_received"]


@pytest.mark.parametrize("protocol", [Calls(connected=fail), Calls(received=fail)])
def test_hand_over_to_protocol_that_raises_aborts(protocol: Recorder) -> None:
    transport = Transport()
    with pytest.raises(LookupError):
        hand_over(transport, protocol, b"left")
    assert transport.calls == ["set_protocol", "abort"]


@pytest.mark.parametrize(
    ("size", "calls"),
    [
        (LOW, ["connection_made", "data_received"]),
        (LOW + 1, ["connection_made", "pause_writing", "data_received"]),
        (HIGH + 1, ["connection_made", "pause_writing", "data_received"]),
    ],
)
def test_hand_over_with_unsent_bytes_pauses_above_the_low_mark(size: int, calls: list[str]) -> None:
    transport = Transport()
    transport.size = size
    protocol = Recorder()
    hand_over(transport, protocol, b"left")
    assert protocol.calls == calls
    assert transport.limits == (LOW, HIGH)


class Owner(asyncio.Protocol):
    """A server's own protocol: it hands its transport over with bytes that are not sent yet."""

    def __init__(
        self, protocol: asyncio.Protocol, before: tuple[int, int], after: tuple[int, int]
    ) -> None:
        self.protocol = protocol
        self.before = before
        self.after = after
        self.pauses = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport."""
        self.transport: Any = transport

    def pause_writing(self) -> None:
        """Note the pause, which is not to come once it hands over."""
        self.pauses += 1

    def data_received(self, data: bytes) -> None:
        """Write more than the kernel takes while the peer does not read, and hand over."""
        low, high = self.before
        self.transport.set_write_buffer_limits(high=high, low=low)
        while self.transport.get_write_buffer_size() <= LOW:
            self.transport.write(bytes(1024))
        low, high = self.after
        self.transport.set_write_buffer_limits(high=high, low=low)
        pauses = self.pauses
        hand_over(self.transport, self.protocol, data)
        assert self.pauses == pauses


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param((LOW, HIGH), (LOW, HIGH), id="between-not-paused"),
        pytest.param((0, 0), (LOW, HIGH), id="between-paused"),
        pytest.param((0, 0), (0, 0), id="above"),
    ],
)
async def test_hand_over_of_full_transport_pauses_and_resumes_once(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    protocol = Recorder()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Owner(protocol, before, after), "127.0.0.1", 0)
    with socket.create_connection(server.sockets[0].getsockname()) as client:
        client.setblocking(False)  # noqa: FBT003 - the socket module's signature
        await loop.sock_sendall(client, b"left")
        async with asyncio.timeout(10):
            while "resume_writing" not in protocol.calls:
                await loop.sock_recv(client, HIGH)
    expected = ["connection_made", "pause_writing", "data_received", "resume_writing"]
    assert protocol.calls[:4] == expected
    await until(lambda: len(protocol.calls) > len(expected))
    server.close()
    await server.wait_closed()
