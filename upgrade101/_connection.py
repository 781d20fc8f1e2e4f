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
import sys
from inspect import isawaitable
from types import CoroutineType
from typing import TYPE_CHECKING, cast

from upgrade101._core import TLS, ConnectionBase, Decision, Handshake, Reason, attach
from upgrade101._handover import deliver
from upgrade101._linger import Linger, let_go
from upgrade101._log import head_of, report
from upgrade101._upgrade import PeerGoneError

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Any

    from upgrade101._shared import Fallback


TASK_NAME = "upgrade101 handler"


def refusal(source: Handshake | Decision, reason: Reason) -> Decision:
    """Return the REJECT for a reason of the asyncio layer's own."""
    return source._refusal(reason)  # noqa: SLF001 - the core's, for this layer alone


def start(answer: Awaitable[Any]) -> asyncio.Future[Any]:
    """Have the running loop see to a handler; from Python 3.12 on it begins at once."""
    loop = asyncio.get_running_loop()
    if not isinstance(answer, CoroutineType) or loop.get_task_factory() is not None:
        return asyncio.ensure_future(answer)
    # What `loop.create_task` makes, without what costs as much on the way there and in a number
    # for each task's name.
    if sys.version_info >= (3, 12):
        return asyncio.Task(answer, loop=loop, name=TASK_NAME, eager_start=True)
    return asyncio.Task(answer, loop=loop, name=TASK_NAME)


def error_of(task: asyncio.Future[Any]) -> BaseException | None:
    """Return what a handler that is done was ended by."""
    return asyncio.CancelledError() if task.cancelled() else task.exception()


class Connection(ConnectionBase, asyncio.Protocol):
    """The protocol of a transport until there is a final decision.

    `ConnectionBase` has what most connections go through, in C; here is the rest.
    """

    __slots__ = ()

    # What asyncio calls.

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
        elif self._deciding:
            shut_down = self._shared.shutdown <= now
            reason = Reason.SHUTDOWN if shut_down else Reason.DECISION_TIMEOUT
            decision = cast("Decision", self._decision)
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

    def refuse(self, decision: Decision, transport: asyncio.Transport) -> None:
        """Write a refusal and see the connection to its end."""
        self.conclude(decision, transport)
        Linger(self._shared, transport)

    # The steps between: what `ConnectionBase` calls off its way, and what follows.

    def _look_for_room(self, transport: asyncio.Transport) -> None:
        reason = self._shared.refusal_at_accept()
        if reason is not None:
            self.refuse(refusal(self._begin(transport), reason), transport)

    def _ask_if_room(self, decision: Decision, transport: asyncio.Transport) -> None:
        if self._shared.is_full:
            self.refuse(refusal(decision, Reason.CAPACITY), transport)
        else:
            self._ask_handler(decision, transport)

    def _handler_raised(self, decision: Decision, error: BaseException) -> None:
        if not isinstance(error, (Exception, asyncio.CancelledError)):
            raise error
        self._handler_ended(decision, error)

    def _handler_returned(self, answer: object, decision: Decision) -> None:
        if not (isinstance(answer, CoroutineType) or isawaitable(answer)):
            if self.transport is not None:
                self._handler_ended(decision, None)
            return
        task = start(answer)
        if not task.done():
            self._await_handler(task, decision)
        elif self.transport is not None or task.cancelled() or task.exception() is not None:
            self._handler_ended(decision, error_of(task))

    def _await_handler(self, task: asyncio.Future[Any], decision: Decision) -> None:
        shared = self._shared
        self._decision = decision
        self._task = task
        task.add_done_callback(self._task_done)
        shared.tasks.add(task)
        transport = self.transport
        if transport is None:
            # Answered before it returned; what is left of the handler goes on by itself.
            return
        sweep = shared.sweep
        del sweep.heads[self]
        self._deciding = True
        deadline = sweep.handlers[self] = sweep.bind().time() + shared.decision_timeout
        if deadline < sweep.wake:
            # The handler's first step comes before what is asked for here, and may be its last.
            sweep.wake = deadline
            if not sweep.looking:
                sweep.expect()
        self._bound(len(decision.leftover), transport)

    def _task_done(self, task: asyncio.Future[Any]) -> None:
        decision = cast("Decision", self._decision)
        # Lest an exception, whose frames refer to this connection, be referred to by it.
        self._decision = self._task = None
        self._shared.tasks.discard(task)
        self._handler_ended(decision, error_of(task))

    def _handler_ended(self, decision: Decision, error: BaseException | None) -> None:
        transport = self.transport
        if transport is not None and not transport.is_closing():
            failure = "the handler gave no answer" if error is None else "the handler failed"
            report(failure, decision, error)
            self.refuse(refusal(decision, Reason.HANDLER_FAILED), transport)
        elif error is not None and not isinstance(error, (asyncio.CancelledError, PeerGoneError)):
            report("the handler failed after its answer or its peer's end", decision, error)

    def _fall_back(self, decision: Decision, transport: asyncio.Transport) -> None:
        try:
            # Without one the factory's negotiator passes nothing on.
            protocol = cast("Fallback", self._shared.fallback)()
        except Exception as error:  # noqa: BLE001 - whatever a caller's factory raises
            report("the fallback failed", decision, error)
            self.refuse(refusal(decision, Reason.HANDLER_FAILED), transport)
            return
        self.conclude(decision, transport)
        received = head_of(decision) + decision.leftover
        try:
            attach(transport, protocol, received, self._write_paused, deliver)
        except Exception as error:  # noqa: BLE001 - whatever a caller's protocol raises
            report("the fallback failed", decision, error)

    def _keep(self, data: bytes, transport: asyncio.Transport) -> None:
        decision = cast("Decision", self._decision)
        if isinstance(decision.offer, TLS):
            # Never to be taken for what follows inside TLS [RFC 2817 3].
            self._cut_short(Reason.TLS_LEFTOVER, decision, transport)
            return
        if self._kept is None:
            self._kept = bytearray(decision.leftover)
        self._kept += data
        self._bound(len(self._kept), transport)

    def _bound(self, size: int, transport: asyncio.Transport) -> None:
        if size > self._shared.pending_bytes:
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
