"""TLS in the middle of a connection, after the 101 of `TLS()` [RFC 2817 3.3].

In: a plain transport, the 101 written. Out: the TLS transport, which is the protocol's.

Always: the protocol's first call is `connection_made`, as with any transport, and it gets every
byte once and in order, those too that arrived with the end of the TLS handshake.

Not here: whether TLS was agreed on, and the handshake itself (`ssl`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from upgrade101._handover import hand_over

if TYPE_CHECKING:
    import ssl

    from upgrade101._types import StreamProtocol


class Gate(asyncio.Protocol):
    """Stands in for the protocol until `loop.start_tls` has returned its transport.

    `loop.start_tls` calls no `connection_made`, and up to Python 3.13 asyncio delivers data in the
    very call in which the handshake ends, before whoever awaits it can run.
    """

    __slots__ = ("ended", "held")

    def __init__(self) -> None:
        self.held = bytearray()
        self.ended = False

    def data_received(self, data: bytes) -> None:
        """Hold `data` for the protocol."""
        self.held += data

    def eof_received(self) -> None:
        """Note that the peer sends no more."""
        self.ended = True


async def start_tls(
    transport: asyncio.Transport,
    protocol: StreamProtocol,
    context: ssl.SSLContext,
    handshake_timeout: float | None,
) -> asyncio.Transport:
    """Speak TLS on `transport` as its server and give what is inside to `protocol`.

    Raises `ConnectionResetError` if the peer goes, `ssl.SSLError` if the handshake fails.
    """
    gate = Gate()
    inside = await asyncio.get_running_loop().start_tls(
        transport,
        gate,
        context,
        server_side=True,
        ssl_handshake_timeout=handshake_timeout,
    )
    if inside is None:
        raise ConnectionResetError("the peer has gone during the TLS handshake")
    hand_over(inside, protocol, gate.held)
    if gate.ended:
        # A transport that is closing delivers its end to the protocol that it had then.
        protocol.eof_received()
    return inside
