"""What a handler sees of one upgrade, and what it answers it with.

In: a decision to switch and the connection that waits for the answer. Out: the handler's answer.
Always: one answer at most; a late one changes nothing and says so.
Not here: what happens to a connection whose handler gives none (`_connection`).
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from upgrade101._core import TLS, Request, UpgradeBase
from upgrade101._tls import start_tls

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import EllipsisType
    from typing import TypeAlias

    from upgrade101._handover import StreamProtocol

    Headers: TypeAlias = Iterable[tuple[str | bytes, str | bytes]]


TOO_LATE = "the peer has gone or the time is over"


class PeerGoneError(ConnectionResetError):
    """There is nobody to answer: no failure of the handler that lets it pass."""


class Upgrade(UpgradeBase):
    """One upgrade, before its 101: a handler's argument.

    `decision` is the negotiator's `SWITCH`, `request` its request (None for HTTP/2 with prior
    knowledge), `transport` the connection's transport, for its addresses and TLS facts and not for
    writing.

    One of `accept`, `accept_streams`, `accept_tls` and `refuse` answers it, once: a further answer
    is a `RuntimeError`. A late answer (the peer has gone, or the time is over) writes nothing.
    Headers are pairs of name and value, bytes or latin-1 str. Where an argument is refused by a
    `TypeError` or `ValueError`, nothing is written and the upgrade can still be answered.
    """

    __slots__ = ()

    @property
    def request(self) -> Request | None:
        """The request that asks for the upgrade."""
        return self.decision.request

    def accept_streams(
        self,
        headers: Headers = (),
        subprotocol: str | EllipsisType | None = ...,
        limit: int = 65536,
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Write the 101 and return the connection as asyncio streams [RFC 9110 7.8].

        `limit` is the reader's, in bytes. Raises `ConnectionResetError` where the answer is late,
        otherwise as `accept`.
        """
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=limit, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        if not self.accept(protocol, headers, subprotocol):
            raise PeerGoneError(TOO_LATE)
        return reader, asyncio.StreamWriter(self.transport, protocol, reader, loop)

    async def accept_tls(
        self,
        ssl_context: ssl.SSLContext,
        protocol: StreamProtocol,
        headers: Headers = (),
        ssl_handshake_timeout: float | None = None,
    ) -> asyncio.Transport:
        """Write the 101, speak TLS and hand what is inside it to `protocol` [RFC 2817 3.3].

        For a `TLS()` offer. The protocol gets the request's answer to write and what follows.
        `ssl_handshake_timeout` is in seconds, None for asyncio's 60. Returns the TLS transport.

        Raises `ConnectionResetError` where the answer is late or the peer goes during the TLS
        handshake, `ssl.SSLError` where that fails, and otherwise as `accept`, `ValueError` for an
        upgrade to something else than TLS.
        """
        if not isinstance(ssl_context, ssl.SSLContext):
            raise TypeError(f"an ssl.SSLContext is needed, not {ssl_context!r}")
        if ssl_handshake_timeout is not None and ssl_handshake_timeout <= 0:
            raise ValueError("ssl_handshake_timeout is not above 0")
        if not isinstance(self.decision.offer, TLS):
            # Bytes behind another request are not refused, and would be taken for TLS.
            raise ValueError(  # noqa: TRY004 - no argument is of a wrong type
                f"an upgrade to {self.decision.protocol} does not start TLS"
            )
        # Asked twice, for `headers` may run the caller's code.
        if self._open() is None:
            raise PeerGoneError(TOO_LATE)
        decision = self.decision.accept(headers)
        connection = self._take()
        if connection is None:
            raise PeerGoneError(TOO_LATE)
        connection.conclude(decision, self.transport)
        return await start_tls(self.transport, protocol, ssl_context, ssl_handshake_timeout)

    def refuse(self, status: int, headers: Headers = (), body: bytes = b"") -> bool:
        """Write a refusal and close the connection lingeringly [RFC 9110 15.5].

        `status` is 300-599. Returns True when it is written, False where the answer is late. Raises
        `TypeError` and `ValueError` for the arguments, `RuntimeError` for a further answer.
        """
        # Asked twice, for `headers` may run the caller's code.
        if self._open() is None:
            return False
        decision = self.decision.reject(status, headers, body)
        connection = self._take()
        if connection is None:
            return False
        connection.refuse(decision, self.transport)
        return True
