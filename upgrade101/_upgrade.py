"""What a handler sees of one upgrade, and what it answers it with.

In: a decision to switch and the connection that waits for the answer. Out: the handler's answer.
Always: one answer at most; a late one changes nothing and says so.
Not here: what happens to a connection whose handler gives none (`_connection`).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from upgrade101._core import TLS, Action, Decision, Request
from upgrade101._handover import give
from upgrade101._tls import start_tls

if TYPE_CHECKING:
    from contextvars import Context

    from upgrade101._types import Headers, StreamProtocol, Unchanged

TOO_LATE = "the peer has gone or the time is over"


class PeerGoneError(ConnectionResetError):
    """There is nobody to answer: no failure of the handler that lets it pass."""


class Waiting(Protocol):
    """The connection that waits for an answer."""

    @property
    def awaits_answer(self) -> bool:
        """Whether an answer is not late."""

    def take(self, decision: Decision) -> tuple[bytes, bool]:
        """Write the 101: the transport is the caller's, to hand it over at once.

        Returns what was read after the request, and whether the transport has paused writing.
        """

    def refuse(self, decision: Decision) -> None:
        """Write the refusal."""

    def decline(self, decision: Decision) -> None:
        """Serve the request as HTTP."""


class Upgrade:
    """One upgrade, before its 101: a handler's argument.

    `decision` is the negotiator's `SWITCH`, `transport` the connection's transport, for its
    addresses and TLS facts and not for writing.

    One of `accept`, `accept_streams`, `accept_tls`, `decline` and `refuse` answers it, once: a
    further answer is a `RuntimeError`. A late answer (the peer has gone, or the time is over)
    writes nothing. Headers are pairs of name and value, bytes or latin-1 str. If an argument is
    refused by a `TypeError` or `ValueError`, nothing is written and the upgrade can still be
    answered.
    """

    __slots__ = ("_context", "_waiting", "decision", "transport")

    def __init__(
        self,
        waiting: Waiting,
        decision: Decision,
        transport: asyncio.Transport,
        context: Context,
    ) -> None:
        self._waiting: Waiting | None = waiting
        self._context = context
        """What the connection goes on in, which is not the handler's."""
        self.decision = decision
        self.transport = transport

    @property
    def is_answered(self) -> bool:
        """Whether the handler has answered in time."""
        return self._waiting is None

    @property
    def request(self) -> Request:
        """The request that asks for the upgrade; of prior knowledge, HTTP/2's preface."""
        request = self.decision.request
        assert request is not None, "a SWITCH has read a request"  # noqa: S101 - for type checkers
        return request

    def accept(
        self,
        protocol: StreamProtocol,
        headers: Headers = (),
        subprotocol: str | Unchanged | None = ...,
        extensions: str | Unchanged | None = ...,
        *,
        decision: Decision | None = None,
    ) -> bool:
        """Write the 101 and hand the connection to `protocol` [RFC 9110 7.8].

        `protocol` is an `asyncio.Protocol` or `BufferedProtocol`, not connected yet. `subprotocol`
        is another one of those that the client offers, or None for none [RFC 6455 4.2.2];
        `extensions` the value of Sec-WebSocket-Extensions, or None for none [RFC 6455 9.1]; `...`
        leaves what was negotiated. `decision`, in the place of these three, is what
        `upgrade.decision.accept` has returned. After a `TLS()` offer it is the protocol that has to
        speak TLS; `accept_tls` does it for one.

        Returns True when the connection is the protocol's, False if the answer is late. Raises
        `TypeError` and `ValueError` for the arguments, `RuntimeError` for a further answer, and
        what the protocol raises when it gets the connection, which is aborted then.
        """
        _check_protocol(protocol)
        final = self._final(headers, subprotocol, extensions, decision)
        waiting = self._take()
        if waiting is None or final is None:
            return False
        leftover, write_paused = waiting.take(final)
        self._context.run(give, self.transport, protocol, leftover, write_paused)
        return True

    def accept_streams(
        self,
        headers: Headers = (),
        subprotocol: str | Unchanged | None = ...,
        limit: int = 65536,
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Write the 101 and return the connection as asyncio streams [RFC 9110 7.8].

        `limit` is the reader's, in bytes. Raises `ConnectionResetError` if the answer is late,
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

        Raises `ConnectionResetError` if the answer is late or the peer goes during the TLS
        handshake, `ssl.SSLError` if that fails, and otherwise as `accept`, `ValueError` for an
        upgrade to something else than TLS.
        """
        if not isinstance(ssl_context, ssl.SSLContext):
            raise TypeError(f"ssl_context must be an ssl.SSLContext, not {type(ssl_context)}")
        if ssl_handshake_timeout is not None and ssl_handshake_timeout <= 0:
            raise ValueError("ssl_handshake_timeout must be above 0, or None")
        _check_protocol(protocol)
        if not isinstance(self.decision.offer, TLS):
            # Bytes after another request are not refused, and would be taken for TLS.
            raise ValueError(  # noqa: TRY004 - no argument is of a wrong type
                f"an upgrade to {self.decision.protocol} does not start TLS"
            )
        decision = self._final(headers, ..., ..., None)
        waiting = self._take()
        if waiting is None or decision is None:
            raise PeerGoneError(TOO_LATE)
        # Nothing is left over: a byte too early has been refused.
        waiting.take(decision)
        tls = start_tls(self.transport, protocol, ssl_context, ssl_handshake_timeout)
        # In a task of its own, for callbacks begin in the context of the task that starts TLS.
        return await self._context.run(asyncio.ensure_future, tls)

    def refuse(self, status: int, headers: Headers = (), body: bytes = b"") -> bool:
        """Write a refusal and close the connection lingeringly [RFC 9110 15.5].

        `status` is 200-599. Returns True when it is written, False if the answer is late. Raises
        `TypeError` and `ValueError` for the arguments, `RuntimeError` for a further answer.
        """
        if not self._is_open():
            return False
        decision = self.decision.reject(status, headers, body)
        waiting = self._take()
        if waiting is None:
            return False
        waiting.refuse(decision)
        return True

    def decline(self) -> bool:
        """Have the fallback serve the request as HTTP [RFC 9110 7.8]; without one, refuse it.

        Returns True when it has gone on, False if the answer is late. Raises `RuntimeError` for a
        further answer.
        """
        waiting = self._take()
        if waiting is None:
            return False
        self._context.run(waiting.decline, self.decision)
        return True

    def _final(
        self,
        headers: Headers,
        subprotocol: str | Unchanged | None,
        extensions: str | Unchanged | None,
        decision: Decision | None,
    ) -> Decision | None:
        """Return the decision with what the caller adds; None if the answer is late."""
        if decision is not None:
            if not isinstance(decision, Decision):
                raise TypeError(f"decision must be a Decision, not {type(decision).__name__}")
            if decision.action is not Action.SWITCH:
                raise ValueError("decision must be what upgrade.decision.accept() has returned")
            if headers != () or subprotocol is not ... or extensions is not ...:
                raise TypeError("decision stands in the place of the other arguments")
            return decision
        if headers == () and subprotocol is ... and extensions is ...:
            return self.decision
        # Asked before and after, for `headers` may run the caller's code.
        if not self._is_open():
            return None
        return self.decision.accept(headers, subprotocol, extensions)

    def _is_open(self) -> bool:
        """Return whether the answer is not late. Raises `RuntimeError` if it is a further one."""
        if self._waiting is None:
            raise RuntimeError("the upgrade has been answered")
        return self._waiting.awaits_answer and not self.transport.is_closing()

    def _take(self) -> Waiting | None:
        """Return the connection that waits, None if the answer is late; no answer follows."""
        if not self._is_open():
            return None
        waiting, self._waiting = self._waiting, None
        return waiting


Handler: TypeAlias = Callable[[Upgrade], Awaitable[Any] | Any]
"""Answers one upgrade: a coroutine function, or a function that answers before it returns."""


def _check_protocol(protocol: StreamProtocol) -> None:
    if isinstance(protocol, type) or not hasattr(protocol, "connection_made"):
        raise TypeError(f"protocol must be a protocol object, not {protocol!r:.80}")
