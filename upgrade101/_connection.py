"""A connection from its accept to the protocol that it ends up with: all of its life.

In: what asyncio and the peer do (bytes, end of file, loss), deadlines, the handler's answer, and
what the fallback does with the transport that stands for the real one.
Out: for each request one final decision, carried out in its place; and in the end the transport,
given to the handler's protocol or to the fallback's.

| state     | the connection ...                     | bytes           | end of file     | its time over |
| --------- | -------------------------------------- | --------------- | --------------- | ------------- |
| ACCEPTED  | has sent nothing                       | READING         | ended           | ended         |
| READING   | has sent a part of a request           | decided if whole| ended [1]       | 408 [2]       |
| DECIDING  | waits for the handler's answer         | kept            | ended           | 503           |
| IDLE      | is between two requests                | READING         | the fallback's  | -             |
| PASSING   | sends a body that goes on              | the fallback's  | the fallback's  | -             |
| ASKED     | waits for the answer that says whether | kept            | the fallback's  | -             |
|           | the fallback switches                  |                 |                 |               |
| HELD      | has a decision that waits for the      | kept            | decision dropped| -             |
|           | responses that are due                 |                 |                 |               |
| LAST      | has sent its last request              | dropped         | the fallback's  | -             |
| REFUSED   | reads its refusal                      | dropped         | closed          | aborted       |
| GONE      | is somebody else's, or lost            | -               | -               | -             |

[1] With a fallback, the end of file is the fallback's. [2] In its place: HELD, if responses are due.

From READING a request goes, by its decision, to DECIDING (`SWITCH`), to REFUSED (`REJECT`), or on
to the fallback (`PASS`): then to PASSING if it has a body, to ASKED if nothing is known before it
is answered, to LAST if it is the last, else to IDLE. Once there is a fallback, all but a `PASS`
goes through HELD. From DECIDING the handler's answer leads to GONE, to REFUSED, or (declined) on to
the fallback. The fallback's own switch leads to GONE.

Always: `state` says all. No byte is lost, or delivered twice. After REFUSED or GONE no queue and
no timer refers to the connection, but for the one that ends REFUSED.

Not here: what a request means (`_core`), what a fallback's bytes mean (`_answers`), and the order
of a handover (`_handover`).
"""

from __future__ import annotations

import asyncio
import logging
import sys
from contextvars import copy_context
from enum import Enum
from inspect import isawaitable
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Protocol

from upgrade101._core import TLS, Action, BodyReader, Decision, Handshake, Negotiator, Reason
from upgrade101._handover import feed, give
from upgrade101._log import note, report
from upgrade101._standin import StandIn
from upgrade101._upgrade import PeerGoneError, Upgrade

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from contextvars import Context

    from upgrade101._deadlines import Deadlines, Queue
    from upgrade101._types import Fallback, StreamProtocol
    from upgrade101._upgrade import Handler

TASK_NAME = "upgrade101 handler"
MOST_DUE = 64
"""Requests that may be unanswered before reading pauses [contract 8.6]."""


class State(Enum):
    """What a connection is doing; see the table above."""

    ACCEPTED = 0
    READING = 1
    DECIDING = 2
    IDLE = 3
    PASSING = 4
    ASKED = 5
    HELD = 6
    LAST = 7
    REFUSED = 8
    GONE = 9


_READ_ON = frozenset({State.ACCEPTED, State.READING, State.IDLE, State.PASSING})
"""States in which bytes are read at once."""
_KEEP = frozenset({State.DECIDING, State.ASKED, State.HELD})
"""States in which they are kept."""


class Settings(Protocol):
    """What a connection needs of its factory."""

    negotiator: Negotiator
    handler: Handler
    fallback: Fallback | None
    deadlines: Deadlines
    heads: Queue
    handlers: Queue
    refusals: Queue
    served: set[Connection]
    tasks: set[asyncio.Future[Any]]
    handshake_timeout: float
    decision_timeout: float
    refusal_timeout: float
    pending_bytes: int
    health: str | None
    plain: bool
    """Whether it is known that no transport is one of TLS."""
    shutdown: float
    """When handlers that have not answered are cut short, once it is closed."""

    @property
    def ends(self) -> bool:
        """Whether a connection ends after its request: the server closes, or drains."""

    @property
    def is_full(self) -> bool:
        """Whether one more upgrade would be too many."""

    @property
    def is_healthy(self) -> bool:
        """What a health check is told."""

    def refusal_at_accept(self, transport: asyncio.Transport) -> Reason | None:
        """Return why a connection is refused before a byte of it is read, if it is."""

    def observe(self, decision: Decision, transport: asyncio.Transport) -> None:
        """Count a final decision, whose bytes are written."""

    def settle(self) -> None:
        """Note that nothing of one kind waits any more."""


def refusal(source: Handshake | Decision, reason: Reason) -> Decision:
    """Return the REJECT for a reason of the asyncio layer's own."""
    return source._refusal(reason)  # noqa: SLF001 - the core's, for this layer alone


def start(answer: Awaitable[Any], context: Context) -> asyncio.Future[Any]:
    """Have the running loop see to a handler; from Python 3.12 on it begins at once."""
    loop = asyncio.get_running_loop()
    if not isinstance(answer, CoroutineType) or loop.get_task_factory() is not None:
        return context.run(asyncio.ensure_future, answer)
    # What `loop.create_task` makes, without what costs as much on the way there and in a number
    # for each task's name.
    if sys.version_info >= (3, 12):
        return asyncio.Task(answer, loop=loop, name=TASK_NAME, context=context, eager_start=True)
    return asyncio.Task(answer, loop=loop, name=TASK_NAME, context=context)


def error_of(task: asyncio.Future[Any]) -> BaseException | None:
    """Return what a handler that is done was ended by."""
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def let_go(transport: asyncio.Transport) -> None:
    """Close a transport that is lost, for asyncio's refers to itself until this call.

    Not one of TLS: closed twice, it forgets what a handler may still ask it of its peer.
    """
    if transport.can_write_eof():
        transport.close()


def _feed_kept(transport: asyncio.Transport, kept: bytes) -> None:
    """Give a protocol that has switched by itself what was kept until it did."""
    protocol = transport.get_protocol()
    if not transport.is_closing():
        feed(protocol, kept)


def goes_on_as_upgrade(decision: Decision) -> bool:
    """Return whether the request of a PASS is forwarded with its Upgrade [contract 8.4]."""
    request = decision.request
    return (
        decision.reason not in (Reason.NO_UPGRADE, Reason.WS_UPGRADE_MISSING)
        and request is not None
        and decision.forward == request.head
    )


def is_last(decision: Decision) -> bool:
    """Return whether the request is its connection's last [RFC 9112 9.3, 9.6]."""
    request = decision.request
    if request is None:
        return True
    options = [option.lower() for option in request.get_list("Connection")]
    return "close" in options or (request.version == "1.0" and "keep-alive" not in options)


class Connection(asyncio.Protocol):
    """The protocol of a transport until it is somebody else's."""

    __slots__ = (
        "__weakref__",
        "_body",
        "_context",
        "_decision",
        "_factory",
        "_handshake",
        "_kept",
        "_last",
        "_standin",
        "_task",
        "_write_paused",
        "state",
        "transport",
    )

    def __init__(self, factory: Settings) -> None:
        self._factory = factory
        self.state = State.ACCEPTED
        self.transport: asyncio.Transport | None = None
        """None before it is made, and after the connection has gone."""
        self._handshake: Handshake | None = None
        self._decision: Decision | None = None
        """What the handler decides on, what is held, or the PASS whose body goes on."""
        self._kept: bytearray | None = None
        """What has been read and not looked at; None: the decision's leftover."""
        self._body: BodyReader | None = None
        """Of the request whose body goes on."""
        self._last = False
        """Whether that request is the connection's last."""
        self._standin: StandIn | None = None
        """The fallback's transport, while there is a fallback."""
        self._task: asyncio.Future[Any] | None = None
        self._context: Context | None = None
        """What the callbacks of a target run in, however it is accepted."""
        self._write_paused = False
        deadline = factory.deadlines.time() + factory.handshake_timeout
        factory.heads[self] = deadline
        if deadline < factory.deadlines.wake:
            factory.deadlines.expect(deadline)

    # ---- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a head."""
        assert isinstance(transport, asyncio.Transport) or transport  # noqa: S101 - uvloop's are none
        self.transport = transport  # type: ignore[assignment]
        if self.state is State.GONE:
            # Its time was over before its TLS handshake was.
            transport.close()
            return
        reason = self._factory.refusal_at_accept(transport)  # type: ignore[arg-type]
        if reason is not None:
            self._refuse(refusal(self._begin(), reason))

    def data_received(self, data: bytes) -> None:
        """Read on, keep what comes too early, or drop what nobody waits for."""
        if self.state in _READ_ON:
            self._read(data)
        elif self.state in _KEEP:
            self._keep(data)

    def eof_received(self) -> bool | None:
        """Give up, unless a fallback has still to answer: a peer that sends no more does not
        take an upgrade either.
        """
        standin = self._standin
        if standin is None:
            if self.state in (State.ACCEPTED, State.READING, State.DECIDING):
                self._abandon()
                return True
            return None
        self._drop_request()
        return standin.protocol.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the handler, and tell the fallback: there is nobody to answer."""
        transport, standin = self.transport, self._standin
        if transport is not None and self.state is not State.GONE:
            let_go(transport)
        self._leave(State.GONE)
        self._cancel()
        if standin is not None:
            self._detach(standin)
            standin.protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        """Tell the fallback, and note what the next protocol has to be told."""
        self._write_paused = True
        if self._standin is not None:
            self._standin.protocol.pause_writing()

    def resume_writing(self) -> None:
        """Tell the fallback, and note that the next protocol may write."""
        self._write_paused = False
        if self._standin is not None:
            self._standin.protocol.resume_writing()

    # ---- what deadlines and the closing factory call

    def expire(self, now: float) -> None:
        """End the wait whose time is over."""
        transport = self.transport
        if transport is None:
            # asyncio tells nothing of a TLS handshake that fails.
            self._leave(State.GONE)
        elif self.state is State.REFUSED:
            transport.abort()
            # Not left to connection_lost: a TLS transport that is closing already calls that of
            # the protocol it had then.
            self._leave(State.GONE)
        elif transport.is_closing():
            self._abandon()
        elif self.state is State.DECIDING:
            late = self._factory.shutdown <= now
            self._cut_short(Reason.SHUTDOWN if late else Reason.DECISION_TIMEOUT)
        elif self.state is State.ACCEPTED:
            # Browsers open connections ahead of need and expect no answer on them.
            self._abandon()
            transport.close()
        else:
            self._follow(refusal(self._begin(), Reason.HANDSHAKE_TIMEOUT))

    def shut_down(self) -> None:
        """End a connection that has sent part of a head at the most: the server closes."""
        transport = self.transport
        if self.state is State.READING and transport is not None and not transport.is_closing():
            self._follow(refusal(self._begin(), Reason.SHUTDOWN))
        elif self.state in (State.ACCEPTED, State.READING):
            self._abandon()
            if transport is not None:
                transport.close()
        else:
            self.close_if_idle()

    def close_if_idle(self) -> None:
        """Close a connection of a fallback that is between two requests."""
        standin, transport = self._standin, self.transport
        if (
            self.state is State.IDLE
            and standin is not None
            and transport is not None
            and standin.answers.due == 0
        ):
            self.state = State.LAST
            transport.close()

    @property
    def is_served(self) -> bool:
        """Whether the fallback has still to answer a request."""
        return self._standin is not None and self.state is not State.LAST

    # ---- reading requests

    def _begin(self) -> Handshake:
        """Return the handshake of the request that is read now."""
        if self._handshake is None:
            factory = self._factory
            secure = not factory.plain and (
                self.transport is not None
                and self.transport.get_extra_info("sslcontext") is not None
            )
            self._handshake = factory.negotiator.handshake(
                secure=secure, first=self.state is State.ACCEPTED
            )
        return self._handshake

    def _read(self, data: bytes) -> None:
        """Read on in requests and their bodies."""
        while data and self.state in _READ_ON:
            if self.state is State.PASSING:
                data = self._pass_body(data)
            else:
                data = self._read_request(data)
        if data and self.state in _KEEP:
            self._keep(data)

    def _read_request(self, data: bytes) -> bytes:
        """Read on in a request; return what follows it."""
        handshake = self._handshake or self._begin()
        decision = handshake.feed(data)
        if decision is None:
            self._wait_for_more(data)
            return b""
        if decision.action is not Action.CONTINUE:
            self._handshake = None
        if self._factory.health is not None and self._is_health_check(decision):
            healthy = self._factory.is_healthy
            decision = decision.reject(200 if healthy else 503, (), b"OK\n" if healthy else b"")
        if decision.action is Action.PASS:
            return self._pass_on(decision)
        self._follow(decision)
        return b""

    def _wait_for_more(self, data: bytes) -> None:
        """Wait for the rest of a head. The time for a later one runs from its first byte."""
        if self.state is State.ACCEPTED:
            self.state = State.READING
        elif self.state is State.IDLE and data.strip(b"\r\n"):
            self.state = State.READING
            self._expect(self._factory.heads, self._factory.handshake_timeout)

    def _expect(self, queue: Queue, seconds: float) -> None:
        """Wait in a queue for so long."""
        deadlines = self._factory.deadlines
        deadline = queue[self] = deadlines.time() + seconds
        if deadline < deadlines.wake:
            deadlines.expect(deadline)

    def _is_health_check(self, decision: Decision) -> bool:
        request = decision.request
        return (
            request is not None
            and request.path == self._factory.health
            and request.method in ("GET", "HEAD")
        )

    # ---- carrying decisions out

    def _follow(self, decision: Decision) -> None:
        """Carry out a decision that is no PASS, or hold it until it is its turn."""
        if self._standin is None:
            self._carry_out(decision)
            return
        self._leave(State.HELD)
        self._decision = decision
        self._kept = None
        self._bound()
        if self._is_due(decision):
            # Not from within a call of the fallback's, which would be told of its end in it.
            self._soon(self._carry_out_held)

    def _is_due(self, decision: Decision) -> bool:
        """Return whether the responses before the decision's own are written."""
        assert self._standin is not None  # noqa: S101 - for type checkers
        answers = self._standin.answers
        # A defect in the body of a PASS is answered in the place of its own response.
        own = 1 if decision.reason is Reason.CHUNK_INVALID and self._body is not None else 0
        return not answers.followed or answers.due <= own

    def _carry_out_held(self) -> None:
        standin, decision, transport = self._standin, self._decision, self.transport
        if self.state is not State.HELD or decision is None or transport is None:
            return
        if standin is not None and decision.action is not Action.CONTINUE:
            begun = self._body is not None and standin.answers.begun
            if not standin.answers.followed or standin.answers.over or begun:
                # It cannot be answered in its place.
                self._drop_request()
                transport.abort()
                return
            self._detach(standin)
            standin.protocol.connection_lost(None)
            self._decision = None
        self._carry_out(decision)

    def _carry_out(self, decision: Decision) -> None:
        transport = self.transport
        assert transport is not None  # noqa: S101 - for type checkers
        if decision.action is Action.SWITCH:
            if self._factory.is_full:
                self._refuse(refusal(decision, Reason.CAPACITY))
            else:
                self._ask_handler(decision, transport)
        elif decision.action is Action.CONTINUE:
            transport.write(decision.response)
            if self.state is State.HELD:
                self.state = State.READING
                self._expect(self._factory.heads, self._factory.handshake_timeout)
                self._read_kept()
            else:
                self.state = State.READING
        else:
            self._refuse(decision)

    def _conclude(self, decision: Decision, state: State) -> asyncio.Transport:
        """Write a final decision and count it; return the transport.

        What is called after the decision is final may fail: then nobody owns the connection.
        """
        transport = self.transport
        assert transport is not None  # noqa: S101 - for type checkers
        self._leave(state)
        try:
            if decision.response:
                transport.write(decision.response)
        except BaseException:
            transport.abort()
            raise
        finally:
            self._observe(decision, transport)
        return transport

    def _observe(self, decision: Decision, transport: asyncio.Transport) -> None:
        try:
            self._factory.observe(decision, transport)
        except BaseException:
            self._leave(State.GONE)
            transport.abort()
            raise
        note(decision, transport)

    def _refuse(self, decision: Decision) -> None:
        """Write a refusal and see the connection to its end [RFC 9112 9.6]."""
        self._linger(self._conclude(decision, State.REFUSED))

    def _abandon(self) -> None:
        """End a connection without a word: the peer's bytes are read until its end."""
        transport = self.transport
        self._leave(State.REFUSED)
        self._cancel()
        if transport is None:
            self.state = State.GONE
        else:
            self._linger(transport)

    def _linger(self, transport: asyncio.Transport) -> None:
        """Half-close, and discard what arrives: a peer that is still sending is not reset."""
        if self.state is not State.REFUSED:
            return
        self.transport = transport
        self._expect(self._factory.refusals, self._factory.refusal_timeout)
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

    def _leave(self, state: State) -> None:
        """Take the connection out of its queue, and let go of what it held."""
        factory = self._factory
        before, self.state = self.state, state
        if before is State.DECIDING:
            queue = factory.handlers
        elif before is State.REFUSED:
            queue = factory.refusals
        else:
            queue = factory.heads
        if queue.pop(self, None) is not None and not queue:
            factory.settle()
        if state in (State.GONE, State.REFUSED):
            self._handshake = self._kept = self._body = None
            self.transport = None if state is State.GONE else self.transport

    # ---- the handler

    def _ask_handler(self, decision: Decision, transport: asyncio.Transport) -> None:
        """Call the handler with its upgrade, in a context of its own."""
        upgrade = Upgrade(self, decision, transport)
        self._context = copy_context()
        context = self._context.copy()
        self._decision = decision
        if self.state is State.HELD:
            # Between two requests there was no deadline, and so no queue.
            self._expect(self._factory.handlers, self._factory.decision_timeout)
        else:
            deadline = self._factory.heads.pop(self, None)
            self._factory.handlers[self] = deadline or self._factory.deadlines.time()
        self.state = State.DECIDING
        try:
            answer = context.run(self._factory.handler, upgrade)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - whatever it raises
            self._handler_ended(decision, error)
            return
        if answer is None and self.state is not State.DECIDING:
            return
        if isinstance(answer, CoroutineType) or isawaitable(answer):
            self._await_handler(start(answer, context), decision)
        elif self.state is State.DECIDING and self._decision is decision:
            self._handler_ended(decision, None)

    def _await_handler(self, task: asyncio.Future[Any], decision: Decision) -> None:
        if task.done():
            if self.awaits_answer or error_of(task) is not None:
                self._handler_ended(decision, error_of(task))
            return
        tasks = self._factory.tasks
        # The event loop has weak references.
        tasks.add(task)

        def ended(task: asyncio.Future[Any]) -> None:
            tasks.discard(task)
            if self._task is task:
                self._task = None
            self._handler_ended(decision, error_of(task))

        task.add_done_callback(ended)
        if self.state is State.DECIDING and self._decision is decision:
            self._task = task
            self._expect(self._factory.handlers, self._factory.decision_timeout)
            self._bound()

    def _handler_ended(self, decision: Decision, error: BaseException | None) -> None:
        transport = self.transport
        waits = self.state is State.DECIDING and self._decision is decision
        if waits and transport is not None and not transport.is_closing():
            failure = "the handler gave no answer" if error is None else "the handler failed"
            report(failure, decision, error)
            self._task = None
            self._refuse(refusal(decision, Reason.HANDLER_FAILED))
        elif error is not None and not isinstance(error, (asyncio.CancelledError, PeerGoneError)):
            report("the handler failed after its answer or its peer's end", decision, error)

    @property
    def awaits_answer(self) -> bool:
        """Whether an answer of the handler's is not late."""
        return self.state is State.DECIDING

    def take(self, decision: Decision, protocol: StreamProtocol) -> None:
        """Write the 101 and hand the connection over."""
        leftover = self._take_kept(decision)
        context = self._context
        transport = self._conclude(decision, State.GONE)
        assert context is not None  # noqa: S101 - for type checkers
        context.run(give, transport, protocol, leftover, self._write_paused)

    def take_plain(self, decision: Decision) -> None:
        """Write the 101; what the transport goes on with is the caller's to say."""
        self._conclude(decision, State.GONE)

    def refuse(self, decision: Decision) -> None:
        """Write the handler's refusal."""
        self._refuse(decision)

    def decline(self, decision: Decision) -> None:
        """Serve the request as HTTP: by the fallback, if there is one."""
        reason = Reason.PROTOCOL_NOT_OFFERED if decision.response else Reason.HTTP2_PREFACE
        if self._factory.fallback is None or not decision.response:
            self._refuse(refusal(decision, reason))
            return
        leftover = self._take_kept(decision)
        self._leave(State.READING)
        self._read(self._pass_on(decision, leftover))

    def _cut_short(self, reason: Reason) -> None:
        decision = self._decision
        assert decision is not None  # noqa: S101 - for type checkers
        report(f"the handler was cut short ({reason.name})", decision, level=logging.WARNING)
        self._cancel()
        self._refuse(refusal(decision, reason))

    def _cancel(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    # ---- bytes that come too early

    def _keep(self, data: bytes) -> None:
        decision = self._decision
        if (
            self.state is State.DECIDING
            and decision is not None
            and isinstance(decision.offer, TLS)
        ):
            # Never to be taken for what follows inside TLS [RFC 2817 3].
            self._cut_short(Reason.TLS_LEFTOVER)
            return
        if self._kept is None:
            self._kept = bytearray(b"" if decision is None else decision.leftover)
        self._kept += data
        self._bound()

    def _take_kept(self, decision: Decision) -> bytes:
        """Return all that follows the decision's request."""
        kept, self._kept = self._kept, None
        return decision.leftover if kept is None else bytes(kept)

    def _bound(self) -> None:
        """Pause reading if enough is kept, or resume it."""
        transport, standin = self.transport, self._standin
        if transport is None or transport.is_closing():
            return
        size = 0
        if self.state in _KEEP:
            decision = self._decision
            kept = self._kept
            size = len(kept) if kept is not None else len(decision.leftover) if decision else 0
        full = size > self._factory.pending_bytes
        if standin is not None:
            full = full or standin.answers.due >= MOST_DUE
            full = full or (self.state not in _KEEP and not standin.reading)
        if full == transport.is_reading():
            if full:
                transport.pause_reading()
            else:
                transport.resume_reading()

    def _read_kept(self) -> None:
        """Read what was kept, as if it came now."""
        kept, self._kept = self._kept, None
        self._bound()
        if kept:
            self._read(bytes(kept))

    # ---- the fallback

    def _pass_on(self, decision: Decision, leftover: bytes | None = None) -> bytes:
        """Give a request to the fallback; return what follows its head."""
        if leftover is None:
            leftover = decision.leftover
        standin = self._standin or self._make_fallback(decision)
        transport = self.transport
        if standin is None or transport is None:
            return b""
        request = decision.request
        assert request is not None  # noqa: S101 - for type checkers
        declined = decision.action is Action.SWITCH
        forward = request.head if declined else decision.forward
        asks = declined or request.method == "CONNECT" or goes_on_as_upgrade(decision)
        self._last = is_last(decision)
        self._decision = None
        self._handshake = None
        self._leave(State.ASKED if asks else State.IDLE)
        if not asks:
            self._enter_body(decision)
        standin.answers.expect(request.method, may_switch=asks)
        try:
            feed(standin.protocol, forward)
        finally:
            counted = refusal(decision, Reason.PROTOCOL_NOT_OFFERED) if declined else decision
            self._observe(counted, transport)
        if self.state is State.GONE:
            # It has switched in this very call.
            if leftover:
                feed(transport.get_protocol(), leftover)
            return b""
        self._bound()
        return leftover

    def _enter_body(self, decision: Decision) -> None:
        """Go on to the body of the request that goes on, or to what follows it."""
        framing = decision._framing  # noqa: SLF001 - the core's, for this layer alone
        if framing is not None:
            self._body = framing
            self._decision = decision
            self.state = State.PASSING
        elif self._last:
            self.state = State.LAST

    def _make_fallback(self, decision: Decision) -> StandIn | None:
        transport, fallback = self.transport, self._factory.fallback
        assert transport is not None  # noqa: S101 - for type checkers
        assert fallback is not None  # noqa: S101 - without one nothing is passed on
        try:
            protocol = fallback()
        except Exception as error:  # noqa: BLE001 - whatever a caller's factory raises
            report("the fallback failed", decision, error)
            self._refuse(refusal(decision, Reason.HANDLER_FAILED))
            return None
        standin = self._standin = StandIn(self, transport, protocol)
        self._factory.served.add(self)
        protocol.connection_made(standin)
        if self._write_paused:
            protocol.pause_writing()
        return standin

    def _pass_body(self, data: bytes) -> bytes:
        """Give the fallback its part of `data`; return what follows the body."""
        body, standin, decision = self._body, self._standin, self._decision
        assert body is not None and standin is not None and decision is not None  # noqa: S101, PT018
        size = body.skip(data)
        if body.reason is not None:
            if size:
                feed(standin.protocol, data[:size])
            self._follow(refusal(decision, body.reason))
            return b""
        if body.done:
            self._body = self._decision = None
            self.state = State.LAST if self._last else State.IDLE
        if size:
            feed(standin.protocol, data if size == len(data) else data[:size])
        return data[size:]

    def _drop_request(self) -> None:
        """Read no further request: a decision that is held is dropped [contract 8.3]."""
        if self.state not in (State.REFUSED, State.GONE):
            self._leave(State.LAST)
            self._decision = self._kept = self._handshake = None

    def _detach(self, standin: StandIn) -> None:
        """End the fallback's part; it has still to be told."""
        standin.detach()
        self._standin = None
        self._factory.served.discard(self)
        self._factory.settle()

    # ---- what the fallback's transport tells

    def fallback_wrote(self) -> None:
        """Look at what the fallback's bytes mean."""
        standin = self._standin
        if standin is None:
            return
        answers = standin.answers
        if answers.switched:
            self._give_away(standin)
            return
        if answers.over:
            self._drop_request()
        if self.state is State.HELD and self._decision is not None:
            if self._is_due(self._decision):
                self._soon(self._carry_out_held)
        elif self.state is State.ASKED and answers.due == 0:
            self._soon(self._read_after_answer)
        elif answers.due == MOST_DUE - 1:
            self._bound()
        elif answers.due == 0 and self._factory.ends:
            self._soon(self.close_if_idle)

    def fallback_reads(self) -> None:
        """Pause or resume reading, as the fallback wants."""
        self._bound()

    def fallback_closed(self) -> None:
        """Read no further request: the fallback has closed the connection."""
        self._drop_request()

    def _read_after_answer(self) -> None:
        """Go on after a request that was answered without a switch."""
        if self.state is State.ASKED:
            self.state = State.LAST if self._last else State.IDLE
            self._read_kept()
            if self._factory.ends:
                self.close_if_idle()

    def _give_away(self, standin: StandIn) -> None:
        """Give the transport to the fallback's protocol: it has switched by itself."""
        transport = self.transport
        kept, self._kept = self._kept, None
        self._leave(State.GONE)
        self._factory.served.discard(self)
        self._factory.settle()
        self._standin = None
        standin.pass_through()
        if transport is None:
            return
        transport.set_protocol(standin.protocol)
        if kept:
            asyncio.get_running_loop().call_soon(_feed_kept, transport, bytes(kept))

    def _soon(self, call: Any) -> None:  # noqa: ANN401 - a method of this class
        asyncio.get_running_loop().call_soon(call)
