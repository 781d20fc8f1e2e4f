"""What asyncio's transports need to be told, beyond their methods.

In: a transport of asyncio's or of uvloop's. Out: nothing; it is paused, half-closed or let go.
Always: a call may be repeated.
Not here: when it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


def set_reading(transport: asyncio.Transport, *, on: bool) -> None:
    """Pause or resume reading, if need be."""
    if not transport.is_closing() and on != transport.is_reading():
        (transport.resume_reading if on else transport.pause_reading)()


def half_close(transport: asyncio.Transport) -> None:
    """End this side, and read on: a peer that is still sending is not reset [RFC 9112 9.6]."""
    set_reading(transport, on=True)
    # TLS has no half-close here: the peer knows the end of the answer by its Content-Length.
    if transport.is_closing() or not transport.can_write_eof():
        return
    try:
        transport.write_eof()
    except OSError:
        # Reset since the answer was written: there is nobody to linger for.
        transport.abort()


def let_go(transport: asyncio.Transport) -> None:
    """Close a transport that is lost, for asyncio's refers to itself until this call.

    Not one of TLS: closed twice, it forgets what a handler may still ask it of its peer.
    """
    if transport.can_write_eof():
        transport.close()
