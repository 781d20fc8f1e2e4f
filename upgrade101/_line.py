"""A transport while it is ours: what a connection has, whatever it is doing.

In: the settings of a factory and a transport; then bytes of requests, and decisions. Out: what the
bytes decide, decisions counted, and one place in the queues of the factory.

Always: no method looks at what the connection is doing, or changes it. The line waits in one queue
at the most.

Not here: the states and all that changes them (`_connection`).
"""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from upgrade101._core import Action, Decision, Handshake, Reason
from upgrade101._log import report
from upgrade101._served import Served
from upgrade101._transports import half_close

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from upgrade101._deadlines import Queue
    from upgrade101._settings import Settings
    from upgrade101._standin import Follower

_CONTINUE = Action.CONTINUE


class Line(asyncio.Protocol):
    """The base of `Connection`."""

    __slots__ = (
        "__weakref__",
        "_context",
        "_counts",
        "_decision",
        "_factory",
        "_first",
        "_handshake",
        "_kept",
        "_queue",
        "_served",
        "_task",
        "_write_paused",
        "transport",
    )

    def __init__(self, factory: Settings) -> None:
        self._factory = factory
        self.transport: Any = None
        """The asyncio.Transport, once it is made."""
        self._handshake: Handshake | None = None
        """Of the request that is being read."""
        self._first = True
        """Whether no request has been begun."""
        self._decision: Decision | None = None
        """What the handler decides on, or what is held."""
        self._kept: bytes | bytearray = b""
        """What was read and not looked at."""
        self._served: Served | None = None
        """The fallback, once there is one."""
        self._task: asyncio.Future[Any] | None = None
        """The handler, while it may be cancelled."""
        self._context: Context | None = None
        """What the handler, its protocol and what the fallback leads to begin in."""
        self._write_paused = False
        self._counts = True
        """Whether what is written is a decision; a health check's answer is none."""
        self._queue: Queue | None = factory.heads
        factory.deadlines.wait(self, factory.heads, factory.handshake_timeout)

    # ---- waiting

    def _wait_in(self, queue: Queue, seconds: float) -> None:
        """Wait in a queue for so long."""
        if self._queue is not None:
            del self._queue[self]
        self._queue = queue
        self._factory.deadlines.wait(self, queue, seconds)

    def _wait_no_more(self) -> None:
        queue, self._queue = self._queue, None
        if queue is not None:
            del queue[self]
            if not queue:
                self._factory.settle()

    def expire(self, now: float) -> None:
        """End the wait whose time is over."""
        raise NotImplementedError

    # ---- requests

    def _begin(self) -> Handshake:
        """Return the handshake of the request that is read now."""
        if self._handshake is None:
            factory = self._factory
            secure = not factory.plain and self.transport.get_extra_info("sslcontext") is not None
            self._handshake = factory.negotiator.handshake(secure=secure, first=self._first)
            self._first = False
        return self._handshake

    def _read(self, data: bytes) -> Decision | None:
        """Read on in a request; return what is decided of it. A health check's is its answer."""
        decision = (self._handshake or self._begin()).feed(data)
        if decision is not None and decision.action is not _CONTINUE:
            self._handshake = None
            if self._factory.health is not None:
                answer = self._factory.health_answer(decision)
                self._counts = answer is None
                decision = answer or decision
        self._decision = decision
        return decision

    def _refusal(self, reason: Reason) -> Decision:
        """Return the REJECT of this request, for a reason of the asyncio layer's own."""
        source = self._decision or self._begin()
        return source._refusal(reason)  # noqa: SLF001 - the core's, for this layer alone

    def _forget_request(self) -> None:
        self._handshake = self._decision = None
        self._kept = b""

    def _add_to_kept(self, data: bytes) -> None:
        if isinstance(self._kept, bytes):
            self._kept = bytearray(self._kept)
        self._kept += data

    def _take_kept(self) -> bytes:
        kept, self._kept = self._kept, b""
        return bytes(kept)

    # ---- the fallback

    def _make_fallback(self, follower: Follower) -> Served | None:
        """Have a fallback from now on; None, and a record, if its factory fails."""
        if self._context is None:
            self._context = copy_context()
        try:
            self._served = Served(self._factory, follower, self.transport)
        except Exception as error:  # noqa: BLE001 - whatever a caller's factory raises
            report("the fallback failed", self._refusal(Reason.HANDLER_FAILED), error)
            return None
        self._factory.served.add(self)
        return self._served

    def _detach_fallback(self, decision: Decision) -> None:
        """Tell the fallback of its end, for a decision that is carried out whatever it raises."""
        try:
            self._end_fallback(None)
        except Exception as error:  # noqa: BLE001 - whatever a fallback raises
            report("the fallback failed at its end", decision, error)

    def _end_fallback(self, exc: Exception | None) -> None:
        """Tell the fallback, if there is one, that its connection is lost."""
        served = self._served
        if served is not None:
            self._forget_fallback()
            served.end(exc)

    def _forget_fallback(self) -> None:
        self._served = None
        self._factory.served.discard(self)
        self._factory.settle()

    def pause_writing(self) -> None:
        """Tell the fallback, and note what the next protocol has to be told."""
        self._write_paused = True
        if self._served is not None:
            self._served.protocol.pause_writing()

    def resume_writing(self) -> None:
        """Tell the fallback, and note that the next protocol may write."""
        self._write_paused = False
        if self._served is not None:
            self._served.protocol.resume_writing()

    # ---- ends

    def _write_final(self, decision: Decision) -> None:
        """Write a final decision and count it.

        What is called after a decision is final may fail: then nobody owns the connection.
        """
        try:
            if decision.response:
                self.transport.write(decision.response)
        except BaseException:
            self._give_up()
            raise
        finally:
            self._observe(decision)

    def _observe(self, decision: Decision) -> None:
        """Log and count a final decision; it may fail as late."""
        if not self._counts:
            return
        try:
            self._factory.observe(decision, self.transport)
        except BaseException:
            self._give_up()
            raise

    def _give_up(self) -> None:
        """Abort: nobody owns the connection."""
        raise NotImplementedError

    def _linger(self) -> None:
        """Half-close, and wait for the peer's end or for `refusal_timeout` [RFC 9112 9.6]."""
        self._wait_in(self._factory.refusals, self._factory.refusal_timeout)
        half_close(self.transport)

    def _cancel(self) -> None:
        """Cancel the handler, if it runs."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    # ---- calls of the loop

    def _soon(self, call: Callable[[], None]) -> None:
        """Make a call that is not within one of the fallback's, nor in its context."""
        asyncio.get_running_loop().call_soon(self._run, call, context=self._context)

    def _run(self, call: Callable[..., None], *args: object) -> None:
        """Make a call that may fail late."""
        transport = self.transport
        try:
            call(*args)
        except BaseException:
            if self.transport is transport:
                self._give_up()
            else:
                # It is somebody else's by now.
                transport.abort()
            raise
