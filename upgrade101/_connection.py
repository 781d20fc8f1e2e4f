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

from contextvars import copy_context
from enum import Enum
from typing import TYPE_CHECKING, Any

from upgrade101._core import TLS, Action, Decision, Reason
from upgrade101._handlers import report_failure, report_late, run
from upgrade101._line import Line
from upgrade101._served import Next, Served, decline
from upgrade101._transports import let_go, set_reading
from upgrade101._upgrade import Upgrade

if TYPE_CHECKING:
    import asyncio

    from upgrade101._settings import Settings
    from upgrade101._types import StreamProtocol


class State(Enum):
    """What a connection is doing; the table above says it of each."""

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


ACCEPTED, READING, DECIDING, IDLE, PASSING, ASKED, HELD, FULL, LAST, REFUSED, GONE = State
PASS, REJECT, SWITCH, CONTINUE = Action.PASS, Action.REJECT, Action.SWITCH, Action.CONTINUE
_READ = (IDLE, READING, ACCEPTED)
"""States in which a byte is one of a request."""
_KEEP = (DECIDING, ASKED, HELD, FULL)
"""States in which it is kept."""
_AFTER = dict(zip(Next, (IDLE, FULL, PASSING, ASKED, LAST), strict=True))
"""The state after a request went on, by what follows it: a request, room for one, its body, its
answer, or nothing."""


class Connection(Line):
    """The protocol of a transport until it is somebody else's."""

    __slots__ = ("_ended", "state")

    def __init__(self, factory: Settings) -> None:
        super().__init__(factory)
        self.state = ACCEPTED
        self._ended = False
        """Whether the end of file follows what is kept."""

    # ---- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a head."""
        self.transport = transport
        if self.state is GONE:
            # Its time was over before its TLS handshake was.
            self.transport.close()
            return
        reason = self._factory.refusal_at_accept(self.transport)
        if reason is not None:
            self.refuse(self._refusal(reason))

    def data_received(self, data: bytes) -> None:
        """Read on, keep what comes too early, or drop what nobody waits for."""
        while data:
            if self.state in _READ:
                data = self._read_request(data)
            elif self.state is PASSING:
                data = self._pass_body(data)
            else:
                if self.state in _KEEP:
                    self._keep(data)
                return

    def eof_received(self) -> bool | None:
        """Give up, unless a fallback has still to answer.

        A peer that sends no more does not take an upgrade either.
        """
        served = self._served
        if served is not None:
            if self.state is ASKED and self._kept:
                self._ended = True
                # TLS has no half-close here.
                return bool(self.transport.can_write_eof())
            self._drop_request()
            return served.protocol.eof_received()
        if self.state is not REFUSED and self.state is not GONE:
            self._abandon()
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the handler, and tell the fallback: there is nobody to answer."""
        if self.transport is not None:
            let_go(self.transport)
        self._move(GONE)
        self._cancel()
        self._end_fallback(exc)

    # ---- what deadlines and the closing factory call

    def expire(self, now: float) -> None:
        """End the wait whose time is over."""
        if self.state is REFUSED:
            # Not left to connection_lost: a TLS transport that is closing already calls that of
            # the protocol it had then.
            self._give_up()
        elif self.transport is None or self.transport.is_closing():
            # asyncio tells nothing of a TLS handshake that fails.
            self._abandon()
        elif self.state is DECIDING:
            late = self._factory.shutdown <= now
            self._cut_short(Reason.SHUTDOWN if late else Reason.DECISION_TIMEOUT)
        elif self.state is ACCEPTED:
            self._end_silently()
        else:
            self._follow(self._refusal(Reason.HANDSHAKE_TIMEOUT))

    def shut_down(self) -> None:
        """End a connection that has sent part of a head at the most: the server closes."""
        if self.state is ACCEPTED:
            self._end_silently()
        elif self.state is READING and self.transport.is_closing():
            self._abandon()
        elif self.state is READING:
            self._follow(self._refusal(Reason.SHUTDOWN))
        else:
            self.close_if_idle()

    def close_if_idle(self) -> None:
        """Close a connection of a fallback that is between two requests."""
        served = self._served
        if self.state is IDLE and served is not None and served.answers.settled:
            self.state = LAST
            self.transport.close()

    @property
    def is_served(self) -> bool:
        """Whether the fallback has still to answer a request."""
        served = self._served
        return served is not None and (served.answers.due > 0 or self.state is not LAST)

    # ---- states and queues

    def _move(self, state: State) -> None:
        """Go on to a state in which nothing is waited for yet."""
        self.state = state
        self._wait_no_more()
        if state is REFUSED or state is GONE:
            self._forget_request()

    # ---- reading requests

    def _read_request(self, data: bytes) -> bytes:
        """Read on in a request; return what follows it."""
        decision = self._read(data)
        if decision is None:
            self._wait_for_more(data)
            return b""
        if decision.action is PASS:
            return self._pass_on(decision, decision.leftover)
        self._follow(decision)
        return b""

    def _wait_for_more(self, data: bytes) -> None:
        """Wait for the rest of a head. The time for a later one runs from its first byte."""
        if self.state is ACCEPTED:
            self.state = READING
        elif self.state is IDLE and data.strip(b"\r\n"):
            self.state = READING
            self._wait_in(self._factory.heads, self._factory.handshake_timeout)

    # ---- carrying decisions out

    def _follow(self, decision: Decision) -> None:
        """Carry out a decision that is no PASS, or hold it until it is its turn."""
        self._decision = decision
        self._kept = decision.leftover
        if self._served is None:
            self._carry_out(decision)
            return
        self._move(HELD)
        self._bound()
        self._soon(self._go_on)

    def _carry_out_held(self, decision: Decision, served: Served) -> None:
        if not served.can_answer:
            self._drop_request()
            self.transport.abort()
            if decision.action is REJECT:
                self._observe(decision)
        elif decision.action is CONTINUE:
            self._ask_for_body(decision)
        else:
            self._detach_fallback(decision)
            self._carry_out(decision)

    def _carry_out(self, decision: Decision) -> None:
        if decision.action is REJECT:
            self.refuse(decision)
        elif decision.action is CONTINUE:
            self._ask_for_body(decision)
        else:
            reason = self._factory.refusal_at_upgrade()
            if reason is None:
                self._ask_handler(decision)
            else:
                self.refuse(self._refusal(reason))

    def _ask_for_body(self, decision: Decision) -> None:
        """Write the 100; the request is read on [RFC 9110 10.1.1]."""
        self._run(self.transport.write, decision.response)
        if self.state is HELD:
            self._wait_in(self._factory.heads, self._factory.handshake_timeout)
        self._read_kept(READING)

    def _give_up(self) -> None:
        """Abort: nobody owns the connection."""
        self._move(GONE)
        self.transport.abort()

    def refuse(self, decision: Decision) -> None:
        """Write a refusal and see the connection to its end [RFC 9112 9.6]."""
        self._move(REFUSED)
        self._write_final(decision)
        self._linger()

    def _abandon(self) -> None:
        """End a connection without a word: the peer's bytes are read until its end."""
        self._move(GONE if self.transport is None else REFUSED)
        self._cancel()
        if self.state is REFUSED:
            self._linger()

    def _end_silently(self) -> None:
        """Close: browsers open connections ahead of need and expect no answer on them."""
        self._abandon()
        if self.transport is not None:
            self.transport.close()

    # ---- the handler

    @property
    def awaits_answer(self) -> bool:
        """Whether an answer of the handler's is not late."""
        return self.state is DECIDING

    def _ask_handler(self, decision: Decision) -> None:
        """Call the handler with its upgrade, in a context of its own."""
        factory = self._factory
        self._decision = decision
        self.state = DECIDING
        context = self._context = copy_context()
        upgrade = Upgrade(self, decision, self.transport, context)
        task = run(factory.handler, upgrade, context.copy(), factory.tasks, self._handler_ended)
        if task is not None and self._waits_for(upgrade):
            self._task = task
            self._wait_in(factory.handlers, factory.decision_timeout)
            self._bound()

    def _waits_for(self, upgrade: Upgrade) -> bool:
        return self.state is DECIDING and not upgrade.is_answered

    def _handler_ended(
        self, upgrade: Upgrade, task: asyncio.Future[Any] | None, error: BaseException | None
    ) -> None:
        """Refuse the upgrade, if its handler has not answered."""
        if self._task is task:
            self._task = None
        if self._waits_for(upgrade) and not self.transport.is_closing():
            failed = self._refusal(Reason.HANDLER_FAILED)
            report_failure(failed, task, error)
            self.refuse(failed)
        else:
            report_late(upgrade.decision, error)

    def take(self, decision: Decision) -> tuple[bytes, bool]:
        """Write the 101: the transport is the caller's, to hand it over at once.

        Returns what was read after the request, and whether the transport has paused writing.
        """
        leftover = self._take_kept()
        self._task = None
        self._move(GONE)
        self._write_final(decision)
        # The handler may go on for as long as the upgraded connection lives.
        self.transport = self._context = None
        return leftover, self._write_paused

    def decline(self, decision: Decision) -> None:
        """Serve the request as HTTP: by the fallback, if there is one [contract 8.5]."""
        self._task = None
        if self._factory.fallback is None or not decision.response:
            reason = Reason.PROTOCOL_NOT_OFFERED if decision.response else Reason.HTTP2_PREFACE
            self.refuse(self._refusal(reason))
            return
        passed, body = decline(decision)
        self._run(self._serve, passed, body + self._take_kept())

    def _serve(self, declined: Decision, rest: bytes) -> None:
        # A body goes on without the Upgrade: some servers lose it otherwise [contract 8.4].
        untouched = declined._framing == 0  # noqa: SLF001 - the core's, for this layer
        rest = self._pass_on(declined, rest, untouched=untouched)
        if self.state is not GONE:
            self._bound()
        self.data_received(rest)

    def _cut_short(self, reason: Reason) -> None:
        refusal = self._refusal(reason)
        self._cancel()
        self.refuse(refusal)

    # ---- bytes that come too early

    def _keep(self, data: bytes) -> None:
        decision = self._decision
        if decision and decision.action is SWITCH and isinstance(decision.offer, TLS):
            # Never to be taken for what follows inside TLS [RFC 2817 3].
            if self.state is DECIDING:
                self._cut_short(Reason.TLS_LEFTOVER)
            else:
                self._decision = self._refusal(Reason.TLS_LEFTOVER)
            return
        self._add_to_kept(data)
        self._bound()

    def _read_kept(self, state: State) -> None:
        """Go on in a state, with what was kept as if it came now."""
        kept = self._take_kept()
        self.state = state
        self._decision = None
        self._bound()
        self.data_received(kept)

    def _end_reading(self, protocol: StreamProtocol) -> None:
        """Give a protocol the end of file that came after what was kept, as a transport does."""
        waits = self._kept and self.state in (ASKED, FULL)
        if self._ended and not waits and not self.transport.is_closing():
            self._ended = False
            if not protocol.eof_received():
                self.transport.close()

    def _bound(self) -> None:
        """Pause reading if enough is kept, or if the fallback has enough; or resume it."""
        if self.state is FULL:
            full = True
        elif self.state in _KEEP:
            full = len(self._kept) > self._factory.pending_bytes
        else:
            full = self._served is not None and not self._served.standin.reading
        set_reading(self.transport, on=not full)

    # ---- the fallback

    def _pass_on(self, decision: Decision, rest: bytes, *, untouched: bool = False) -> bytes:
        """Give a request to the fallback; return what follows its head."""
        served = self._served or self._make_fallback(self)
        if served is None:
            self.refuse(self._refusal(Reason.HANDLER_FAILED))
            return b""
        try:
            if not served.connected:
                served.connect(write_paused=self._write_paused)
            if self.state is not LAST:
                following = served.expect(decision, untouched=untouched)
                self._move(_AFTER[following])
                self._decision = None
                served.pass_head(decision, untouched=untouched)
        finally:
            self._observe(decision)
        if self.state is GONE:
            # It has switched in this very call.
            served.give_rest(rest)
        elif self.state in _KEEP:
            self._bound()
        return rest

    def _pass_body(self, data: bytes) -> bytes:
        """Give the fallback its part of `data`; return what follows the body."""
        served = self._served
        assert served is not None, "a fallback gets the body"  # noqa: S101 - for type checkers
        rest, defect = served.pass_body(data)
        if self.state is GONE:
            # It has switched as it got this; in LAST it has closed.
            served.give_rest(rest)
        elif self.state is not PASSING:
            return b""
        elif defect is not None and served.answers.over:
            self._drop_request()
        elif defect is not None:
            self._follow(defect)
        elif not served.in_body:
            self.state = _AFTER[served.after()]
            if self.state is ASKED and not served.answers.due:
                self._soon(self._go_on)
            return rest
        return b""

    def _drop_request(self) -> None:
        """Read no further request; a decision that is held is dropped [contract 8.3]."""
        if self.state not in (REFUSED, GONE, LAST):
            self._move(LAST)
            self._forget_request()
            self._bound()

    # ---- what the fallback's transport tells

    def fallback_wrote(self) -> None:
        """Look at what the fallback's bytes mean [contract 8.2]."""
        served = self._served
        if served is None:
            return
        if served.answers.switched and not self._kept:
            self._give_away(served)
            return
        if served.answers.over:
            if self.state is not PASSING:
                self._drop_request()
            self._factory.settle()
        if self._ended or self.state in _KEEP or self._factory.ends:
            self._soon(self._go_on)

    def fallback_reads(self) -> None:
        """Pause or resume reading, as the fallback wants."""
        self._bound()

    def fallback_closed(self) -> None:
        """Read no further request: the fallback has closed the connection."""
        self._drop_request()

    def _go_on(self) -> None:
        """Do what the responses that are written allow."""
        served, decision = self._served, self._decision
        if served is None:
            return
        if served.answers.switched:
            self._give_away(served)
            return
        if self.transport.is_closing():
            return
        if self.state is HELD and decision is not None:
            if served.is_due(decision.reason):
                self._carry_out_held(decision, served)
        elif self.state is ASKED and not served.answers.due:
            self._read_kept(_AFTER[served.after_answer()])
        elif self.state is FULL and served.has_room:
            self._read_kept(IDLE)
        self._end_reading(self)
        if self._factory.ends:
            self.close_if_idle()

    def _give_away(self, served: Served) -> None:
        """Give the transport to the fallback's protocol, which has switched by itself."""
        kept = self._take_kept()
        self._move(GONE)
        self._forget_fallback()
        protocol = served.protocol
        served.give_away(kept)
        self._end_reading(protocol)
