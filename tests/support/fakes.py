"""What stands in for an event loop, a transport and a protocol where a test drives every step.

In: what the test does to them. Out: what they were told, in order.
Always: they do nothing by themselves. Not here: anything that needs a running event loop.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """An event loop's clock and timers, moved by the test."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.timers: list[Timer] = []
        """Those that are neither cancelled nor over."""

    def time(self) -> float:
        """Return the time in seconds."""
        return self.now

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Call `callback`: whoever looks at the clock is not in the loop any more."""
        callback()

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Have `callback` called at `when`."""
        timer = Timer(self, when, callback)
        self.timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass and fire each timer at its time."""
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer.when <= end]:
            timer = min(due, key=lambda timer: timer.when)
            self.now = timer.when
            self.timers.remove(timer)
            timer.callback()
        self.now = end


@dataclass(eq=False)
class Timer:
    """A timer of a `Clock`."""

    clock: Clock
    when: float
    callback: Callable[[], None]

    def cancel(self) -> None:
        """Take it from the clock."""
        self.clock.timers.remove(self)


class Transport(asyncio.Transport):
    """A transport that notes what it is told to do, and does it when the test says so."""

    def __init__(self, **extra: Any) -> None:  # noqa: ANN401 - asyncio's extra information
        super().__init__(extra)
        self.protocol: Any = None
        self.calls: list[str] = []
        self.written = b""
        self.closing = False
        self.paused = False
        self.half_closes = True
        self.size = 0
        self.limits = (16384, 65536)

    def connect(self, factory: Callable[[], asyncio.BaseProtocol]) -> Transport:
        """Make the factory's protocol this transport's, as a server does."""
        self.protocol = factory()
        self.protocol.connection_made(self)
        return self

    def receive(self, data: bytes) -> Transport:
        """Deliver `data`."""
        self.protocol.data_received(data)
        return self

    def end(self) -> None:
        """Deliver the peer's end of file."""
        if not self.protocol.eof_received():
            self.close()

    def lose(self, error: Exception | None = None) -> None:
        """Deliver the end of the connection, and let go of the protocol."""
        self.closing = True
        protocol, self.protocol = self.protocol, None
        protocol.connection_lost(error)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Take another protocol."""
        self.calls.append("set_protocol")
        self.protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol."""
        return self.protocol

    def is_closing(self) -> bool:
        """Return whether it was closed, by either side."""
        return self.closing

    def close(self) -> None:
        """Close it; `lose` is what follows."""
        self.calls.append("close")
        self.closing = True

    def abort(self) -> None:
        """Close it at once; `lose` is what follows."""
        self.calls.append("abort")
        self.closing = True

    def is_reading(self) -> bool:
        """Return whether data would be delivered."""
        return not self.paused and not self.closing

    def pause_reading(self) -> None:
        """Stop delivering data."""
        self.calls.append("pause_reading")
        self.paused = True

    def resume_reading(self) -> None:
        """Go on delivering data."""
        self.calls.append("resume_reading")
        self.paused = False

    def write(self, data: bytes) -> None:
        """Write `data`."""
        self.calls.append("write")
        self.written += data

    def can_write_eof(self) -> bool:
        """Return whether it is no TLS transport."""
        return self.half_closes

    def write_eof(self) -> None:
        """Half-close it."""
        self.calls.append("write_eof")

    def get_write_buffer_size(self) -> int:
        """Return the number of bytes that are not sent yet."""
        return self.size

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Return the low and the high mark."""
        return self.limits

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the marks."""
        assert low is not None
        assert high is not None
        self.limits = (low, high)


class Recorder(asyncio.Protocol):
    """A protocol that notes what it is called with."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.data = b""
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport."""
        self.calls.append("connection_made")
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Note `data`, which is never empty."""
        assert type(data) is bytes
        assert data
        self.calls.append("data_received")
        self.data += data

    def eof_received(self) -> None:
        """Note the end of file."""
        self.calls.append("eof_received")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Note the end."""
        self.calls.append("connection_lost")

    def pause_writing(self) -> None:
        """Note the pause."""
        self.calls.append("pause_writing")

    def resume_writing(self) -> None:
        """Note the end of the pause."""
        self.calls.append("resume_writing")


class BufferedRecorder(asyncio.BufferedProtocol):
    """As `Recorder`, with a buffer of `size` bytes."""

    def __init__(self, size: int) -> None:
        self.calls: list[str] = []
        self.data = b""
        self.transport: Any = None
        self._buffer = bytearray(size)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport."""
        self.calls.append("connection_made")
        self.transport = transport

    def get_buffer(self, sizehint: int) -> bytearray:
        """Return the one buffer, however much is wanted."""
        assert sizehint
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Note the data; the buffer can be resized, so that nobody has it exported."""
        self.calls.append("buffer_updated")
        self.data += self._buffer[:nbytes]
        self._buffer.append(0)
        self._buffer.pop()
