"""The transport that a fallback holds, which stands for the real one [contract 8].

In: the calls of an unmodified HTTP server. Out: the same calls on the real transport, and word of
them to the connection, which reads what is written.

Always: bytes go through unchanged and uncopied. After `end` it is a transport that is closed:
it does nothing, whatever timers the fallback still has, and refers to the connection no more.

Not here: what the connection makes of it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from upgrade101._answers import Answers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from upgrade101._types import StreamProtocol

_ADDRESSES = ("peername", "sockname", "socket")
_EXTRA = (
    *_ADDRESSES,
    "sslcontext",
    "ssl_object",
    "cipher",
    "compression",
    "peercert",
)
"""What a transport can be asked for, and is after its end too."""
_NOBODY = asyncio.Protocol()
"""The protocol after the end: a transport that is lost does not refer to its own either."""


class Follower(Protocol):
    """What a stand-in tells of."""

    def fallback_wrote(self) -> None:
        """Note that what was written has ended something, as `answers` has read."""

    def fallback_reads(self) -> None:
        """Note that the fallback pauses or resumes reading, as `reading` says."""

    def fallback_closed(self) -> None:
        """Note that the fallback has closed the connection."""


class StandIn(asyncio.Transport):
    """A transport whose other side is the connection."""

    __slots__ = (
        "__weakref__",
        "_follower",
        "_past",
        "_transport",
        "answers",
        "protocol",
        "reading",
    )

    def __init__(
        self, follower: Follower, transport: asyncio.Transport, protocol: StreamProtocol
    ) -> None:
        self._follower: Follower | None = follower
        self._transport: asyncio.Transport | None = transport
        self._past: dict[str, Any] = {}
        if not transport.can_write_eof():
            # One of TLS has forgotten them when it tells of its end.
            self._remember(transport, _ADDRESSES)
        self.protocol = protocol
        self.answers = Answers()
        self.reading = True

    # What the connection calls.

    def end(self, exc: Exception | None) -> None:
        """Be closed from now on, and tell the protocol."""
        protocol, self.protocol = self.protocol, _NOBODY
        self._detach()
        protocol.connection_lost(exc)

    def _detach(self) -> None:
        transport = self._transport
        if transport is not None:
            self._remember(transport, _EXTRA)
        self._follower = self._transport = None

    def _remember(self, transport: asyncio.Transport, names: Iterable[str]) -> None:
        for name in names:
            value = transport.get_extra_info(name)
            if value is not None:
                self._past[name] = value

    def pass_through(self) -> None:
        """Give the real transport to the protocol, and pass every call to it from now on."""
        transport = self._transport
        self._follower = None
        protocol, self.protocol = self.protocol, _NOBODY
        if transport is not None:
            transport.set_protocol(protocol)

    # What a transport can do.

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - asyncio's
        """Return what the real transport says, or said."""
        if self._transport is not None:
            return self._transport.get_extra_info(name, default)
        return self._past.get(name, default)

    def is_closing(self) -> bool:
        """Return whether it is closed, by either side."""
        return self._transport is None or self._transport.is_closing()

    def close(self) -> None:
        """Close the connection when what was written is sent."""
        if self._transport is not None:
            self._transport.close()
            if self._follower is not None:
                self._follower.fallback_closed()

    def abort(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()
            if self._follower is not None:
                self._follower.fallback_closed()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Have another protocol of the fallback's get what arrives."""
        if self._follower is not None:
            self.protocol = protocol  # type: ignore[assignment] # as asyncio's own, of any protocol
        elif self._transport is not None:
            self._transport.set_protocol(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol that gets what arrives."""
        if self._follower is None and self._transport is not None:
            return self._transport.get_protocol()
        return self.protocol

    def is_reading(self) -> bool:
        """Return whether the fallback wants to get what arrives."""
        if self._follower is None and self._transport is not None:
            return self._transport.is_reading()
        return self.reading and not self.is_closing()

    def pause_reading(self) -> None:
        """Get nothing for now."""
        if self._follower is not None:
            self.reading = False
            self._follower.fallback_reads()
        elif self._transport is not None:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Get what arrives again."""
        if self._follower is not None:
            self.reading = True
            self._follower.fallback_reads()
        elif self._transport is not None:
            self._transport.resume_reading()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write `data`, a part of a response."""
        transport = self._transport
        if transport is None:
            return
        transport.write(data)
        follower = self._follower
        if follower is not None and self.answers.read(data):
            follower.fallback_wrote()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Write pieces of a response, one after the other."""
        if self._transport is None:
            return
        pieces = list(list_of_data)
        self._transport.writelines(pieces)
        # Each is read, whatever one before it has ended.
        if self._follower is not None and sum(map(self.answers.read, pieces)):
            self._follower.fallback_wrote()

    def can_write_eof(self) -> bool:
        """Return whether one side can be ended without the other."""
        return self._transport is not None and self._transport.can_write_eof()

    def write_eof(self) -> None:
        """End this side when what was written is sent."""
        if self._transport is None:
            return
        self._transport.write_eof()
        if self._follower is not None:
            self.answers.end()
            self._follower.fallback_wrote()

    def get_write_buffer_size(self) -> int:
        """Return the number of bytes that are not sent yet."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Return the low and the high mark, in bytes."""
        return (0, 0) if self._transport is None else self._transport.get_write_buffer_limits()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the marks, in bytes."""
        if self._transport is not None:
            self._transport.set_write_buffer_limits(high=high, low=low)

    @property
    def _sendfile_compatible(self) -> NoReturn:
        """`loop.sendfile` looks here: what it sends past us could not be followed.

        This very exception makes aiohttp write the file instead. asyncio raises RuntimeError for
        a transport that it does not know.
        """
        raise NotImplementedError("sendfile is not followed")
