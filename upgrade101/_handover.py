"""The last step of an upgrade: a transport goes on with another protocol.

In: a transport, the protocol that takes it, and what was read of it too far.
Out: nothing; the transport is the protocol's.

Always: `set_protocol`, `connection_made`, the leftover, live bytes, in this order, within one
call, so that the event loop cannot deliver anything in between. Nothing is kept of either.

Not here: what is written before (the 101), and whether the connection is handed over at all.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from upgrade101._core import attach

if TYPE_CHECKING:
    from upgrade101._types import StreamProtocol


def hand_over(
    transport: asyncio.Transport,
    protocol: StreamProtocol,
    leftover: bytes | bytearray | memoryview = b"",
) -> None:
    """Give `transport` to `protocol`, as the last step after the 101 [RFC 9110 7.8].

    For servers that own their transport and have written the 101 themselves. The order is
    `set_protocol`, `connection_made`, `leftover` (bytes-like; never an empty call), live bytes. A
    `BufferedProtocol` gets the leftover in as many rounds as its buffers need. Reading is on
    afterwards, resumed if it was paused, unless `connection_made` paused it; the leftover has been
    read already and is delivered all the same. `pause_writing` follows `connection_made` if the
    transport's write buffer is not down at its low-water mark, so that the `resume_writing` that
    the transport will call has its counterpart.

    A protocol that closes the transport in `connection_made` is not given the leftover. What the
    protocol raises is raised here, after the transport was aborted. Raises `TypeError`, before
    anything is done, for a leftover that is not bytes-like.
    """
    give(transport, protocol, bytes(memoryview(leftover)), _pause_if_filled(transport))


def give(
    transport: asyncio.Transport,
    protocol: StreamProtocol,
    leftover: bytes,
    write_paused: bool,  # noqa: FBT001 - a fact, as the others
) -> None:
    """Do what `hand_over` does, if it is known whether the transport has paused writing."""
    attach(transport, protocol, leftover, write_paused, _deliver)


def feed(protocol: asyncio.BaseProtocol, data: bytes) -> None:
    """Give `protocol` all of `data`, which is not empty."""
    if isinstance(protocol, asyncio.Protocol):
        protocol.data_received(data)
        return
    rest = memoryview(data)
    while rest:
        rest = rest[_feed_some(protocol, rest) :]


def _deliver(transport: asyncio.Transport, leftover: bytes, gone: bool) -> None:  # noqa: FBT001 - called by C
    """Give the transport's protocol what is left over; `gone` tells that it was closing before.

    What came before the end of a connection is the protocol's; once it has closed the transport
    itself it is given no more.
    """
    rest = memoryview(leftover)
    while rest and (gone or not transport.is_closing()):
        # Asked anew each time: a protocol may give the connection to another in turn.
        rest = rest[_feed_some(transport.get_protocol(), rest) :]


def _feed_some(protocol: asyncio.BaseProtocol, data: memoryview) -> int:
    """Give `protocol` as much of `data` as it takes at once; return the number of bytes."""
    if not isinstance(protocol, asyncio.BufferedProtocol):
        # As asyncio, which asks for no type: what is not buffered has this method.
        protocol.data_received(bytes(data))  # type: ignore[attr-defined]
        return len(data)
    with memoryview(protocol.get_buffer(len(data))) as given:
        if not given.nbytes:
            raise RuntimeError("get_buffer() returned an empty buffer")
        with given.cast("B") as buffer:
            size = min(len(buffer), len(data))
            buffer[:size] = data[:size]
    protocol.buffer_updated(size)
    return size


def _pause_if_filled(transport: asyncio.Transport) -> bool:
    """Return whether the transport will call `resume_writing`.

    A transport does not tell whether it has paused its protocol: between its two marks either may
    be true. There it is made to, at a protocol to which it is nothing.
    """
    low, high = transport.get_write_buffer_limits()
    if transport.get_write_buffer_size() <= low:
        return False
    transport.set_protocol(asyncio.Protocol())
    transport.set_write_buffer_limits(high=low, low=low)
    transport.set_write_buffer_limits(high=high, low=low)
    return True
