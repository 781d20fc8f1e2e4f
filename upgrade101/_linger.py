"""The end of a connection that is not upgraded.

In: a transport that nothing more is written to. Out: nothing; the transport is closed.

Always: the peer's bytes are read and discarded until its end of file, so that one which is still
sending is not reset before it has read its answer [RFC 9112 9.6], but not for longer than
`refusal_timeout`.

Not here: the answer.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from upgrade101._shared import Shared


def let_go(transport: asyncio.Transport) -> None:
    """Close a transport that is lost, for asyncio's refers to itself until this call.

    Not one of TLS: closed twice, it forgets what a handler may still ask it of its peer.
    """
    if transport.can_write_eof():
        transport.close()


class Linger(asyncio.Protocol):
    """Takes a transport, half-closes it and discards what arrives."""

    __slots__ = ("_shared", "_transport")

    def __init__(self, shared: Shared, transport: asyncio.Transport) -> None:
        self._shared = shared
        self._transport = transport
        sweep = shared.sweep
        deadline = sweep.bind().time() + shared.refusal_timeout
        sweep.refusals[self] = deadline
        if deadline < sweep.wake:
            sweep.arm(deadline)
        transport.set_protocol(self)
        if transport.is_closing():
            return
        if not transport.is_reading():
            transport.resume_reading()
        # TLS has no half-close here: the peer knows the end of the answer by its Content-Length.
        if transport.can_write_eof():
            try:
                transport.write_eof()
            except OSError:
                # Reset since the answer was written: there is nobody to linger for.
                transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Stop waiting: the peer has read its answer, or has gone."""
        let_go(self._transport)
        self._leave()

    def expire(self, now: float) -> None:  # noqa: ARG002 - the sweep's signature
        """Close without regard to the peer: its time is over."""
        self._transport.abort()
        # Not left to connection_lost: a TLS transport that is closing already calls that of the
        # protocol it had then.
        self._leave()

    def _leave(self) -> None:
        refusals = self._shared.sweep.refusals
        refusals.pop(self, None)
        if not refusals:
            self._shared.settle()
