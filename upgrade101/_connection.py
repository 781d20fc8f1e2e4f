"""A connection from its accept to its final decision.

In: what asyncio and the peer do (bytes, end of file, loss), the deadlines of the sweep, and the
handler's answer. Out: one final decision, its bytes, and the transport given to what goes on with
it: the handler's protocol, the fallback, or `Linger`.

Always: at most one final decision is written, and nothing after it. Once it is, or once the peer
has gone, `transport` is None and no queue, timer or transport refers to the connection; a handler
that still runs does. Every byte read is in the handshake, in a decision, kept, or handed over.

Not here: what a request means (`_core`), and the order of a handover (`_handover`).
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from upgrade101._core import TLS, Action, Decision, Handshake, Reason
from upgrade101._handover import attach
from upgrade101._linger import Linger, let_go
from upgrade101._log import head_of, report
from upgrade101._upgrade import PeerGoneError, Upgrade

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from upgrade101._handover import StreamProtocol
    from upgrade101._shared import Fallback, Shared


def refusal(source: Handshake | Decision, reason: Reason) -> Decision:
    """Return the REJECT for a reason of the asyncio layer's own."""
    return source._refusal(reason)  # noqa: SLF001 - the core's, for this layer alone


class Deliberation:
    """A SWITCH that a coroutine handler decides on, and what is behind its request."""

    __slots__ = ("decision", "kept")

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.kept = bytearray(decision.leftover)


class Connection(asyncio.Protocol):
    """The protocol of a transport until there is a final decision."""

    __slots__ = (
        "_asked",
        "_deadline",
        "_deliberation",
        "_handshake",
        "_shared",
        "_task",
        "_write_paused",
        "transport",
    )

    def __init__(self, shared: Shared, deadline: float) -> None:
        self._shared = shared
        self._deadline = deadline
        self.transport: asyncio.Transport | None = None
        """None before the transport is made and after the final decision or the peer's end."""
        self._handshake: Handshake | None = None
        """None before the first byte."""
        self._asked = False
        """Whether the handler has been called."""
        self._deliberation: Deliberation | None = None
        """What a coroutine handler decides on."""
        self._task: asyncio.Future[Any] | None = None
        """The coroutine handler, until it ends."""
        self._write_paused = False

    # What asyncio calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # a server's transports are streams
        """Begin to wait for a head."""
        self.transport = transport
        shared = self._shared
        sweep = shared.sweep
        deadline = sweep.heads[self] = self._deadline
        if deadline < sweep.wake:
            sweep.arm(deadline)
        if shared.limited:
            reason = shared.refusal_at_accept()
            if reason is not None:
                self.refuse(refusal(self._begin(transport), reason), transport)

    def data_received(self, data: bytes) -> None:
        """Read on in the head, or keep what is behind it."""
        transport = self.transport
        if transport is None:
            # There is a final decision: nothing is answered after it.
            return
        if self._deliberation is not None:
            self._keep(data, self._deliberation, transport)
            return
        handshake = self._handshake
        if handshake is None:
            handshake = self._begin(transport)
        decision = handshake.feed(data)
        if decision is None:
            return
        action = decision.action
        fallback = self._shared.fallback
        if action is Action.SWITCH:
            self._ask_handler(decision, transport)
        elif action is Action.CONTINUE:
            transport.write(decision.response)
        elif action is Action.REJECT or fallback is None:
            self.refuse(decision, transport)
        else:
            self._fall_back(decision, transport, fallback)

    def eof_received(self) -> None:
        """Give up: a peer that sends no more does not take an upgrade either."""
        if self.transport is not None:
            self._abandon(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Cancel the handler: there is nobody to answer."""
        if self.transport is not None:
            let_go(self.transport)
            self._leave()
            self._cancel()

    def pause_writing(self) -> None:
        """Note what the next protocol has to be told."""
        self._write_paused = True

    def resume_writing(self) -> None:
        """Note that the next protocol may write."""
        self._write_paused = False

    # What the sweep and the closing factory call.

    def expire(self, now: float) -> None:
        """End the wait for a head or for the handler's answer: its time is over."""
        transport = self.transport
        if transport is None:
            # Decided since the sweep began, by what an earlier connection's end has called.
            return
        if transport.is_closing():
            self._abandon(transport)
        elif self._deliberation is not None:
            shut_down = self._shared.shutdown <= now
            reason = Reason.SHUTDOWN if shut_down else Reason.DECISION_TIMEOUT
            decision = self._deliberation.decision
            report(f"the handler was cut short ({reason.name})", decision, level=logging.WARNING)
            self._cut_short(reason, decision, transport)
        elif self._handshake is not None:
            self.refuse(refusal(self._handshake, Reason.HANDSHAKE_TIMEOUT), transport)
        else:
            # Browsers open connections ahead of need and expect no answer on them.
            self._abandon(transport)
            transport.close()

    def shut_down(self) -> None:
        """Refuse a connection whose head is not complete: the server closes."""
        transport = self.transport
        # A plain handler that closes the server is about to answer.
        if transport is None or self._asked:
            return
        if transport.is_closing():
            self._abandon(transport)
        else:
            self.refuse(
                refusal(self._handshake or self._begin(transport), Reason.SHUTDOWN), transport
            )

    # What the handler's `Upgrade` calls.

    def accept(
        self,
        decision: Decision,
        transport: asyncio.Transport,
        protocol: StreamProtocol,
    ) -> None:
        """Write the 101 and give the transport to `protocol`, with what is behind the request."""
        waited = self._deliberation
        leftover = decision.leftover if waited is None else bytes(waited.kept)
        self.conclude(decision, transport)
        attach(transport, protocol, leftover, write_paused=self._write_paused)

    def refuse(self, decision: Decision, transport: asyncio.Transport) -> None:
        """Write a refusal and see the connection to its end."""
        self.conclude(decision, transport)
        Linger(self._shared, transport)

    def conclude(self, decision: Decision, transport: asyncio.Transport) -> None:
        """Write the final decision; what the transport goes on with is the caller's to set."""
        self._leave()
        response = decision.response
        # Empty for a fallback and for HTTP/2 with prior knowledge.
        if response:
            transport.write(response)
        self._shared.record(decision, transport)

    # The steps between.

    def _begin(self, transport: asyncio.Transport) -> Handshake:
        secure = transport.get_extra_info("sslcontext") is not None
        self._handshake = self._shared.negotiator.handshake(secure=secure)
        return self._handshake

    def _ask_handler(self, decision: Decision, transport: asyncio.Transport) -> None:
        shared = self._shared
        if shared.limited and shared.is_full:
            self.refuse(refusal(decision, Reason.CAPACITY), transport)
            return
        self._asked = True
        try:
            answer = shared.handler(Upgrade(self, decision, transport))
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - whatever it raises
            self._handler_ended(decision, error)
            return
        if answer is not None and isawaitable(answer):
            self._await_handler(answer, decision, transport)
        elif self.transport is not None:
            self._handler_ended(decision, None)

    def _await_handler(
        self, answer: Awaitable[Any], decision: Decision, transport: asyncio.Transport
    ) -> None:
        shared = self._shared
        self._task = asyncio.ensure_future(answer)
        self._task.add_done_callback(partial(self._task_done, decision))
        shared.tasks.add(self._task)
        if self.transport is None:
            # Answered before it returned; what is left of the handler goes on by itself.
            return
        sweep = shared.sweep
        del sweep.heads[self]
        deadline = sweep.handlers[self] = sweep.bind().time() + shared.decision_timeout
        if deadline < sweep.wake:
            sweep.arm(deadline)
        self._deliberation = Deliberation(decision)
        self._bound(self._deliberation, transport)

    def _task_done(self, decision: Decision, task: asyncio.Future[Any]) -> None:
        # Lest an exception, whose frames refer to this connection, be referred to by it.
        self._task = None
        self._shared.tasks.discard(task)
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        self._handler_ended(decision, error)

    def _handler_ended(self, decision: Decision, error: BaseException | None) -> None:
        transport = self.transport
        if transport is not None and not transport.is_closing():
            failure = "the handler gave no answer" if error is None else "the handler failed"
            report(failure, decision, error)
            self.refuse(refusal(decision, Reason.HANDLER_FAILED), transport)
        elif error is not None and not isinstance(error, (asyncio.CancelledError, PeerGoneError)):
            report("the handler failed after its answer or its peer's end", decision, error)

    def _fall_back(
        self, decision: Decision, transport: asyncio.Transport, fallback: Fallback
    ) -> None:
        try:
            protocol = fallback()
        except Exception as error:  # noqa: BLE001 - whatever a caller's factory raises
            report("the fallback failed", decision, error)
            self.refuse(refusal(decision, Reason.HANDLER_FAILED), transport)
            return
        self.conclude(decision, transport)
        try:
            attach(
                transport,
                protocol,
                head_of(decision) + decision.leftover,
                write_paused=self._write_paused,
            )
        except Exception as error:  # noqa: BLE001 - whatever a caller's protocol raises
            report("the fallback failed", decision, error)

    def _keep(self, data: bytes, deliberation: Deliberation, transport: asyncio.Transport) -> None:
        if isinstance(deliberation.decision.offer, TLS):
            # Never to be taken for what follows inside TLS [RFC 2817 3].
            self._cut_short(Reason.TLS_LEFTOVER, deliberation.decision, transport)
            return
        deliberation.kept += data
        self._bound(deliberation, transport)

    def _bound(self, deliberation: Deliberation, transport: asyncio.Transport) -> None:
        if len(deliberation.kept) > self._shared.pending_bytes:
            transport.pause_reading()

    def _cut_short(self, reason: Reason, decision: Decision, transport: asyncio.Transport) -> None:
        self._cancel()
        self.refuse(refusal(decision, reason), transport)

    def _abandon(self, transport: asyncio.Transport) -> None:
        self._leave()
        self._cancel()
        Linger(self._shared, transport)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _leave(self) -> None:
        sweep = self._shared.sweep
        queue = sweep.heads if self._deliberation is None else sweep.handlers
        del queue[self]
        self.transport = None
        # Its handler may go on for as long as the upgraded connection lives.
        self._deliberation = None
        if not queue:
            self._shared.settle()
