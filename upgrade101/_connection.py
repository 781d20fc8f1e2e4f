"""A connection from its accept to the protocol that it ends up with: all of its life.

In: what asyncio and the peer do (bytes, end of file, loss), deadlines, the handler's answer, and
what the fallback does with the transport that stands for the real one.
Out: for each request one final decision, carried out in its place; and in the end the transport,
given to the handler's protocol or to the fallback's.

| state    | the connection ...                | bytes            | end of file        | time over |
| -------- | --------------------------------- | ---------------- | ------------------ | --------- |
| ACCEPTED | has sent nothing                  | READING          | ended              | ended     |
| READING  | has sent a part of a request      | decided if whole | ended [1]          | 408 [2]   |
| DECIDING | waits for the handler's answer    | kept             | ended              | 503       |
| IDLE     | is between two requests           | READING          | the fallback's     | -         |
| PASSING  | sends a body that goes on         | the fallback's   | the fallback's     | -         |
| ASKED    | waits for the answer that says if | kept             | the fallback's [3] | -         |
|          | the fallback switches             |                  |                    |           |
| FULL     | has 64 requests without an answer | kept [4]         | the fallback's     | -         |
| HELD     | has a decision that waits for the | kept             | it is dropped      | -         |
|          | responses that are due            |                  |                    |           |
| LAST     | has sent its last request         | dropped          | the fallback's     | -         |
| REFUSED  | reads its refusal                 | dropped          | closed             | aborted   |
| GONE     | is somebody else's, or lost       | -                | -                  | -         |

[1] With a fallback, the end of file is the fallback's. [2] In its place: HELD, if responses are
due. [3] After what is kept. [4] Reading is paused.

From READING a request goes, by its decision, to DECIDING (`SWITCH`), to REFUSED (`REJECT`), or on
to the fallback (`PASS`): then to PASSING if it has a body, to ASKED if nothing is known before it
is answered, to LAST if it is the last, else to IDLE or FULL. Once there is a fallback, all but a
`PASS` goes through HELD. From DECIDING the handler's answer leads to GONE, to REFUSED, or
(declined) on to the fallback. The fallback's own switch leads to GONE.

Always: `state` says all. No byte is lost, or delivered twice. After REFUSED or GONE no queue and
no timer refers to the connection, but for the one that ends REFUSED.

Not here: what a request means (`_core`), what a fallback's bytes mean (`_answers`), and the order
of a handover (`_handover`).
"""

from __future__ import annotations

import asyncio
import logging
from contextvars import copy_context
from enum import Enum
from typing import TYPE_CHECKING, Any

from upgrade101._core import TLS, Action, Decision, Handshake, Reason
from upgrade101._handlers import call, error_of, was_cancelled
from upgrade101._handover import feed, give
from upgrade101._log import note, report
from upgrade101._served import Next, Served
from upgrade101._upgrade import PeerGoneError, Upgrade

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from upgrade101._deadlines import Queue
    from upgrade101._settings import Settings
    from upgrade101._types import StreamProtocol

MOST_DUE = 64
"""Requests that may be unanswered at a time [contract 8.6]."""


class State(Enum):
    """What a connection is doing; see the table above."""

    ACCEPTED = 0
    READING = 1
    DECIDING = 2
    IDLE = 3
    PASSING = 4
    ASKED = 5
    HELD = 6
    FULL = 7
    LAST = 8
    REFUSED = 9
    GONE = 10


_READ_ON = frozenset({State.ACCEPTED, State.READING, State.IDLE, State.PASSING})
"""States in which bytes are read at once."""
_KEEP = frozenset({State.DECIDING, State.ASKED, State.HELD, State.FULL})
"""States in which they are kept."""
_AFTER = {
    Next.REQUEST: State.IDLE,
    Next.BODY: State.PASSING,
    Next.ANSWER: State.ASKED,
    Next.NOTHING: State.LAST,
}
"""The state after a request went on, by what follows it."""


def refusal(source: Handshake | Decision, reason: Reason) -> Decision:
    """Return the REJECT for a reason of the asyncio layer's own."""
    return source._refusal(reason)  # noqa: SLF001 - the core's, for this layer alone


def let_go(transport: asyncio.Transport) -> None:
    """Close a transport that is lost, for asyncio's refers to itself until this call.

    Not one of TLS: closed twice, it forgets what a handler may still ask it of its peer.
    """
    if transport.can_write_eof():
        transport.close()


class Connection(asyncio.Protocol):
    """The protocol of a transport until it is somebody else's."""

    __slots__ = (
        "__weakref__",
        "_context",
        "_counts",
        "_decision",
        "_ended",
        "_factory",
        "_handshake",
        "_kept",
        "_queue",
        "_served",
        "_task",
        "_write_paused",
        "state",
        "transport",
    )

    def __init__(self, factory: Settings) -> None:
        self._factory = factory
        self.state = State.ACCEPTED
        self.transport: Any = None
        """The asyncio.Transport, once it is made."""
        self._handshake: Handshake | None = None
        """Of the request that is being read."""
        self._decision: Decision | None = None
        """What the handler decides on, or what is held."""
        self._kept: bytearray | None = None
        """What was read and not looked at; None: the decision's leftover."""
        self._ended = False
        """Whether the end of file follows what is kept."""
        self._served: Served | None = None
        """The fallback, once there is one."""
        self._task: asyncio.Future[Any] | None = None
        self._context: Context | None = None
        """What the handler, its protocol and what the fallback leads to begin in."""
        self._write_paused = False
        self._counts = True
        """Whether what is written is a decision; a health check's answer is none."""
        self._queue: Queue | None = None
        self._wait_in(factory.heads, factory.handshake_timeout)

    # ---- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a head."""
        self.transport = transport
        if self.state is State.GONE:
            # Its time was over before its TLS handshake was.
            self.transport.close()
            return
        reason = self._factory.refusal_at_accept(self.transport)
        if reason is not None:
            self.refuse(refusal(self._begin(), reason))

    def data_received(self, data: bytes) -> None:
        """Read on, keep what comes too early, or drop what nobody waits for."""
        while data and self.state in _READ_ON:
            if self.state is State.PASSING:
                data = self._pass_body(data)
            else:
                data = self._read_request(data)
        if data and self.state in _KEEP:
            self._keep(data)

    def eof_received(self) -> bool | None:
        """Give up, unless a fallback has still to answer.

        A peer that sends no more does not take an upgrade either.
        """
        served = self._served
        if served is not None:
            if self.state is State.ASKED and self._kept:
                self._ended = True
                # TLS has no half-close here.
                return bool(self.transport.can_write_eof())
            self._drop_request()
            return served.standin.protocol.eof_received()
        if self.state not in (State.REFUSED, State.GONE):
            self._abandon()
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the handler, and tell the fallback: there is nobody to answer."""
        if self.transport is not None:
            let_go(self.transport)
        self._move(State.GONE)
        self._cancel()
        self._end_fallback(exc)

    def pause_writing(self) -> None:
        """Tell the fallback, and note what the next protocol has to be told."""
        self._write_paused = True
        if self._served is not None:
            self._served.standin.protocol.pause_writing()

    def resume_writing(self) -> None:
        """Tell the fallback, and note that the next protocol may write."""
        self._write_paused = False
        if self._served is not None:
            self._served.standin.protocol.resume_writing()

    # ---- what deadlines and the closing factory call

    def expire(self, now: float) -> None:
        """End the wait whose time is over."""
        if self.state is State.REFUSED:
            self.transport.abort()
            # Not left to connection_lost: a TLS transport that is closing already calls that of
            # the protocol it had then.
            self._move(State.GONE)
        elif self.transport is None or self.transport.is_closing():
            # asyncio tells nothing of a TLS handshake that fails.
            self._abandon()
        elif self.state is State.DECIDING:
            late = self._factory.shutdown <= now
            self._cut_short(Reason.SHUTDOWN if late else Reason.DECISION_TIMEOUT)
        elif self.state is State.ACCEPTED:
            self._end_silently()
        else:
            self._follow(refusal(self._begin(), Reason.HANDSHAKE_TIMEOUT))

    def shut_down(self) -> None:
        """End a connection that has sent part of a head at the most: the server closes."""
        if self.state is State.ACCEPTED:
            self._end_silently()
        elif self.state is State.READING and self.transport.is_closing():
            self._abandon()
        elif self.state is State.READING:
            self._follow(refusal(self._begin(), Reason.SHUTDOWN))
        else:
            self.close_if_idle()

    def close_if_idle(self) -> None:
        """Close a connection of a fallback that is between two requests."""
        served = self._served
        if self.state is State.IDLE and served is not None and served.answers.settled:
            self.state = State.LAST
            self.transport.close()

    @property
    def is_served(self) -> bool:
        """Whether the fallback has still to answer a request."""
        served = self._served
        return served is not None and (served.answers.due > 0 or self.state is not State.LAST)

    # ---- reading requests

    def _begin(self) -> Handshake:
        """Return the handshake of the request that is read now."""
        if self._handshake is None:
            factory = self._factory
            secure = not factory.plain and (self.transport.get_extra_info("sslcontext") is not None)
            self._handshake = factory.negotiator.handshake(
                secure=secure, first=self.state is State.ACCEPTED
            )
        return self._handshake

    def _read_request(self, data: bytes) -> bytes:
        """Read on in a request; return what follows it."""
        decision = (self._handshake or self._begin()).feed(data)
        if decision is None:
            self._wait_for_more(data)
            return b""
        if decision.action is not Action.CONTINUE:
            self._handshake = None
            if self._factory.health is not None and self._is_health_check(decision):
                healthy = self._factory.is_healthy
                decision = decision.reject(200 if healthy else 503, (), b"OK\n" if healthy else b"")
                self._counts = False
        if decision.action is Action.PASS:
            return self._pass_on(decision, decision.leftover)
        self._follow(decision)
        return b""

    def _wait_for_more(self, data: bytes) -> None:
        """Wait for the rest of a head. The time for a later one runs from its first byte."""
        if self.state is State.ACCEPTED:
            self.state = State.READING
        elif self.state is State.IDLE and data.strip(b"\r\n"):
            self.state = State.READING
            self._wait_in(self._factory.heads, self._factory.handshake_timeout)

    def _is_health_check(self, decision: Decision) -> bool:
        health = self._factory.health
        request = None if health is None else decision.request
        return request is not None and request.path == health and request.method in ("GET", "HEAD")

    # ---- carrying decisions out

    def _follow(self, decision: Decision) -> None:
        """Carry out a decision that is no PASS, or hold it until it is its turn."""
        if self._served is None:
            self._carry_out(decision)
            return
        self._move(State.HELD)
        self._decision = decision
        self._bound()
        if self._served.is_due(decision.reason):
            # Not within a call of the fallback's, which would be told of its end in it.
            self._soon(self._carry_out_held)

    def _carry_out_held(self) -> None:
        decision, served = self._decision, self._served
        if self.state is not State.HELD or decision is None or served is None:
            return
        if self.transport.is_closing() or not served.is_due(decision.reason):
            return
        if not served.can_answer:
            self._drop_request()
            self.transport.abort()
            if decision.action is Action.REJECT:
                self._observe(decision)
        elif decision.action is Action.CONTINUE:
            self._ask_for_body(decision)
        else:
            try:
                self._end_fallback(None)
            except Exception as error:  # noqa: BLE001 - whatever a fallback raises
                report("the fallback failed at its end", decision, error)
            self._carry_out(decision)

    def _carry_out(self, decision: Decision) -> None:
        if decision.action is Action.SWITCH and self._factory.closed:
            self.refuse(refusal(decision, Reason.SHUTDOWN))
        elif decision.action is Action.SWITCH and self._factory.is_full:
            self.refuse(refusal(decision, Reason.CAPACITY))
        elif decision.action is Action.SWITCH:
            self._ask_handler(decision)
        elif decision.action is Action.REJECT:
            self.refuse(decision)
        else:
            self._ask_for_body(decision)

    def _ask_for_body(self, decision: Decision) -> None:
        """Write the 100; the request is read on [RFC 9110 10.1.1]."""
        try:
            self.transport.write(decision.response)
        except BaseException:
            self.transport.abort()
            raise
        if self.state is State.HELD:
            self._wait_in(self._factory.heads, self._factory.handshake_timeout)
            self._read_kept(State.READING)
        else:
            self.state = State.READING

    def _conclude(self, decision: Decision, state: State) -> None:
        """Write a final decision and count it.

        What is called after the decision is final may fail: then nobody owns the connection.
        """
        self._move(state)
        try:
            if decision.response:
                self.transport.write(decision.response)
        finally:
            self._observe(decision)

    def _observe(self, decision: Decision) -> None:
        if not self._counts:
            return
        try:
            note(decision, self.transport)
            self._factory.observe(decision, self.transport)
        except BaseException:
            self._move(State.GONE)
            self.transport.abort()
            raise

    def refuse(self, decision: Decision) -> None:
        """Write a refusal and see the connection to its end [RFC 9112 9.6]."""
        try:
            self._conclude(decision, State.REFUSED)
        except BaseException:
            self._move(State.GONE)
            self.transport.abort()
            raise
        self._linger()

    def _abandon(self) -> None:
        """End a connection without a word: the peer's bytes are read until its end."""
        self._move(State.GONE if self.transport is None else State.REFUSED)
        self._cancel()
        if self.state is State.REFUSED:
            self._linger()

    def _end_silently(self) -> None:
        """Close: browsers open connections ahead of need and expect no answer on them."""
        self._abandon()
        if self.transport is not None:
            self.transport.close()

    def _linger(self) -> None:
        """Half-close, and discard what arrives: a peer that is still sending is not reset."""
        transport = self.transport
        self._wait_in(self._factory.refusals, self._factory.refusal_timeout)
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

    # ---- states and queues

    def _move(self, state: State) -> None:
        """Go on to a state in which nothing is waited for yet."""
        self.state = state
        queue, self._queue = self._queue, None
        if queue is not None:
            del queue[self]
            if not queue:
                self._factory.settle()
        if state is State.REFUSED or state is State.GONE:
            self._handshake = self._decision = self._kept = None

    def _wait_in(self, queue: Queue, seconds: float) -> None:
        """Wait in a queue for so long."""
        deadlines = self._factory.deadlines
        if self._queue is not None:
            del self._queue[self]
        self._queue = queue
        deadline = queue[self] = deadlines.time() + seconds
        if deadline < deadlines.wake:
            deadlines.expect(deadline)

    # ---- the handler

    @property
    def awaits_answer(self) -> bool:
        """Whether an answer of the handler's is not late."""
        return self.state is State.DECIDING

    def _ask_handler(self, decision: Decision) -> None:
        """Call the handler with its upgrade, in a context of its own."""
        self._decision = decision
        self.state = State.DECIDING
        self._context = copy_context()
        upgrade = Upgrade(self, decision, self.transport)
        try:
            task = call(self._factory.handler, upgrade, self._context.copy())
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - whatever it raises
            self._handler_ended(decision, error)
            return
        if task is None:
            if self._waits_for(decision):
                self._handler_ended(decision, None)
        elif task.done():
            if self._waits_for(decision) or error_of(task) is not None:
                self._handler_ended(decision, error_of(task))
        else:
            self._await_handler(task, decision)

    def _await_handler(self, task: asyncio.Future[Any], decision: Decision) -> None:
        tasks = self._factory.tasks
        # The event loop has weak references.
        tasks.add(task)

        def ended(task: asyncio.Future[Any]) -> None:
            tasks.discard(task)
            if self._task is task:
                self._task = None
            self._handler_ended(decision, error_of(task), by_others=was_cancelled(task))

        task.add_done_callback(ended)
        if self._waits_for(decision):
            self._task = task
            self._wait_in(self._factory.handlers, self._factory.decision_timeout)
            self._bound()

    def _waits_for(self, decision: Decision) -> bool:
        """Return whether the handler has not answered this very decision."""
        return self.state is State.DECIDING and self._decision is decision

    def _handler_ended(
        self, decision: Decision, error: BaseException | None, *, by_others: bool = False
    ) -> None:
        if self._waits_for(decision) and not self.transport.is_closing():
            failed = refusal(decision, Reason.HANDLER_FAILED)
            if by_others:
                # By a loop that ends, most often: no failure of the handler's.
                report("the handler was cancelled", failed, level=logging.WARNING)
            elif error is None:
                report("the handler gave no answer", failed)
            else:
                report("the handler failed", failed, error)
            self.refuse(failed)
        elif error is not None and not isinstance(error, (asyncio.CancelledError, PeerGoneError)):
            report("the handler failed after its answer or its peer's end", decision, error)

    def take(self, decision: Decision, protocol: StreamProtocol) -> None:
        """Write the 101 and hand the connection over."""
        transport, leftover = self.transport, self._take_kept(decision)
        self.take_plain(decision).run(give, transport, protocol, leftover, self._write_paused)

    def take_plain(self, decision: Decision) -> Context:
        """Write the 101; what the transport goes on with is the caller's to say.

        Returns the context that the callbacks of what goes on begin in.
        """
        context = self._context
        assert context is not None, "the handler was called"  # noqa: S101 - for type checkers
        self._task = None
        try:
            self._conclude(decision, State.GONE)
        except BaseException:
            self.transport.abort()
            raise
        # The handler may go on for as long as the upgraded connection lives.
        self.transport = self._context = None
        return context

    def decline(self, decision: Decision) -> None:
        """Serve the request as HTTP: by the fallback, if there is one [contract 8.5]."""
        self._task = None
        if self._factory.fallback is None or not decision.response:
            reason = Reason.PROTOCOL_NOT_OFFERED if decision.response else Reason.HTTP2_PREFACE
            self.refuse(refusal(decision, reason))
            return
        passed = decision._passed(Reason.PROTOCOL_NOT_OFFERED)  # noqa: SLF001 - for this layer
        kept = self._take_kept(decision)
        # What was kept begins with the leftover; a body that was read before it goes on as well.
        body = passed.leftover[: len(passed.leftover) - len(decision.leftover)]
        context = self._context
        assert context is not None, "the handler was called"  # noqa: S101 - for type checkers
        # In no context of the handler's.
        context.run(self._run, lambda: self._serve(passed, body + kept))

    def _serve(self, decision: Decision, leftover: bytes) -> None:
        """Give the fallback a request that was declined, and read on.

        Untouched, but for a body: some servers lose it if an upgrade is asked for [contract 8.4].
        """
        untouched = decision._framing == 0  # noqa: SLF001 - the core's, for this layer
        self.data_received(self._pass_on(decision, leftover, untouched=untouched))

    def _cut_short(self, reason: Reason) -> None:
        decision = self._decision
        assert decision is not None, "the handler decides on it"  # noqa: S101 - for type checkers
        self._cancel()
        self.refuse(refusal(decision, reason))

    def _cancel(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    # ---- bytes that come too early

    def _keep(self, data: bytes) -> None:
        decision = self._decision
        if decision and decision.action is Action.SWITCH and isinstance(decision.offer, TLS):
            # Never to be taken for what follows inside TLS [RFC 2817 3].
            if self.state is State.DECIDING:
                self._cut_short(Reason.TLS_LEFTOVER)
            else:
                self._decision = refusal(decision, Reason.TLS_LEFTOVER)
            return
        if self._kept is None:
            self._kept = bytearray(decision.leftover if decision else b"")
        self._kept += data
        self._bound()

    def _take_kept(self, decision: Decision | None) -> bytes:
        """Return all that was read after the decision's request."""
        kept, self._kept = self._kept, None
        if kept is not None:
            return bytes(kept)
        return decision.leftover if decision else b""

    def _read_kept(self, state: State) -> None:
        """Go on in a state, with what was kept as if it came now."""
        kept = self._take_kept(self._decision)
        self.state = state
        self._decision = None
        self._bound()
        self.data_received(kept)
        self._end_reading(self)

    def _end_reading(self, protocol: StreamProtocol) -> None:
        """Give a protocol the end of file that came after what was kept, as a transport does."""
        if self._ended and not self._kept and not self.transport.is_closing():
            self._ended = False
            if not protocol.eof_received():
                self.transport.close()

    def _bound(self) -> None:
        """Pause reading if enough is kept, or if the fallback has enough; or resume it."""
        served = self._served
        if self.state is State.FULL:
            full = True
        elif self.state in _KEEP:
            early = self._decision.leftover if self._decision else b""
            size = len(early) if self._kept is None else len(self._kept)
            full = size > self._factory.pending_bytes
        else:
            full = served is not None and not served.standin.reading
        self._bound_as(full=full)

    def _bound_as(self, *, full: bool) -> None:
        transport = self.transport
        if not transport.is_closing() and full == transport.is_reading():
            (transport.pause_reading if full else transport.resume_reading)()

    # ---- the fallback

    def _pass_on(self, decision: Decision, leftover: bytes, *, untouched: bool = False) -> bytes:
        """Give a request to the fallback; return what follows its head."""
        served = self._served or self._make_fallback(decision)
        if served is None:
            return b""
        try:
            if not served.connected:
                served.connect(write_paused=self._write_paused)
            if self.state is not State.LAST:
                following = served.expect(decision, untouched=untouched)
                self._move(self._state_before(following))
                self._decision = None
                served.pass_head(decision, untouched=untouched)
        finally:
            self._observe(decision)
        if self.state is State.GONE:
            # It has switched in this very call.
            self._give_rest(leftover)
        else:
            self._bound()
        return leftover

    def _state_before(self, following: Next) -> State:
        """Return the state in which what follows a request is awaited."""
        served = self._served
        if following is Next.REQUEST and served is not None and served.answers.due >= MOST_DUE:
            return State.FULL
        return _AFTER[following]

    def _give_rest(self, data: bytes) -> None:
        """Give what was read to the protocol that the fallback has switched to."""
        if data and not self.transport.is_closing():
            feed(self.transport.get_protocol(), data)

    def _make_fallback(self, decision: Decision) -> Served | None:
        fallback = self._factory.fallback
        assert fallback is not None, "without one nothing is passed on"  # noqa: S101
        if self._context is None:
            self._context = copy_context()
        try:
            served = Served(fallback, self, self.transport, self._factory.negotiator.limits)
        except Exception as error:  # noqa: BLE001 - whatever a caller's factory raises
            failed = refusal(decision, Reason.HANDLER_FAILED)
            report("the fallback failed", failed, error)
            self.refuse(failed)
            return None
        self._served = served
        self._factory.served.add(self)
        return served

    def _pass_body(self, data: bytes) -> bytes:
        """Give the fallback its part of `data`; return what follows the body."""
        served = self._served
        assert served is not None, "a fallback gets the body"  # noqa: S101 - for type checkers
        decision = served.decision
        assert decision is not None, "the body of this request"  # noqa: S101 - for type checkers
        rest, defect = served.pass_body(data)
        if self.state is State.GONE:
            # It has switched as it got this; in LAST it has closed.
            self._give_rest(rest)
        elif self.state is not State.PASSING:
            return b""
        elif defect is not None and served.answers.over:
            self._drop_request()
        elif defect is not None:
            self._follow(refusal(decision, defect))
        elif not served.in_body:
            self.state = self._state_before(served.after())
            if self.state is State.ASKED and not served.answers.due:
                self._soon(self._go_on)
            return rest
        return b""

    def _drop_request(self) -> None:
        """Read no further request; a decision that is held is dropped [contract 8.3]."""
        if self.state not in (State.REFUSED, State.GONE, State.LAST):
            self._move(State.LAST)
            self._decision = self._kept = self._handshake = None
            self._bound()

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

    # ---- what the fallback's transport tells

    def fallback_wrote(self) -> None:
        """Look at what the fallback's bytes mean [contract 8.2]."""
        served = self._served
        if served is None:
            return
        answers = served.answers
        if answers.switched and self._kept:
            # What is kept is not given within its own call, and nothing else before.
            self._soon(self._give_away)
        elif answers.switched:
            self._give_away()
        elif answers.over:
            if self.state is not State.PASSING:
                self._drop_request()
            if self._ended:
                self._soon(lambda: self._end_reading(self))
            self._factory.settle()
        elif self.state is State.HELD and self._decision is not None:
            if served.is_due(self._decision.reason):
                self._soon(self._carry_out_held)
        elif self._is_answered(served):
            self._soon(self._go_on)

    def fallback_reads(self) -> None:
        """Pause or resume reading, as the fallback wants."""
        self._bound()

    def fallback_closed(self) -> None:
        """Read no further request: the fallback has closed the connection."""
        self._drop_request()

    def _is_answered(self, served: Served) -> bool:
        """Return whether as many responses are written as this state waits for."""
        if self.state is State.FULL:
            return served.answers.due < MOST_DUE
        return served.answers.due == 0 and (self.state is State.ASKED or self._factory.ends)

    def _go_on(self) -> None:
        """Go on after the responses that were waited for."""
        served = self._served
        if served is None or self.transport.is_closing() or not self._is_answered(served):
            return
        if self.state is State.ASKED:
            self._read_kept(self._state_before(served.after_answer()))
        elif self.state is State.FULL:
            self._read_kept(State.IDLE)
        if self._factory.ends:
            self.close_if_idle()

    def _give_away(self) -> None:
        """Give the transport to the fallback's protocol, which has switched by itself."""
        served = self._served
        if served is None:
            return
        kept = self._take_kept(None)
        self._move(State.GONE)
        self._forget_fallback()
        protocol = served.standin.protocol
        served.standin.pass_through()
        self._bound_as(full=not served.standin.reading)
        self._give_rest(kept)
        self._end_reading(protocol)

    def _soon(self, call: Callable[[], None]) -> None:
        """Make a call that is not within one of the fallback's, nor in its context."""
        asyncio.get_running_loop().call_soon(self._run, call, context=self._context)

    def _run(self, call: Callable[[], None]) -> None:
        """Make a call that may lead to the fallback's: what it raises ends the connection.

        asyncio does the same in its own calls.
        """
        try:
            call()
        except BaseException:
            self.transport.abort()
            raise
