"""One connection, driven through everything that can happen to it, in any order.

In: rules that hypothesis combines: bytes, the peer's end, pauses, time, the handler, the closing.
Out: a failure where, after any step, one of the promises of a connection does not hold.
Always: transport, clock and handler are the machine's, so that a failure can be replayed.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncio_helpers import ECHO, GARBAGE, PLAIN, Handlers, make_factory, settle
from fakes import Recorder, Transport
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

TAIL = bytes(range(256))


class Machine(RuleBasedStateMachine):
    """A connection, what was done to it, and what has to be true of it."""

    @initialize(
        request=st.sampled_from([ECHO, ECHO, ECHO, ECHO, GARBAGE, PLAIN]),
        pending_bytes=st.sampled_from([0, 100, 65536]),
        received=st.sampled_from([0, 1, len(ECHO), len(ECHO), len(ECHO) + 1]),
    )
    def connect(self, request: bytes, pending_bytes: int, received: int) -> None:
        """Accept the connection, and deliver what may be its head."""
        self.loop = asyncio.new_event_loop()
        self.errors: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.errors.append(context))
        self.request = request
        self.stream = request + TAIL
        self.sent = 0
        self.protocol = Recorder()
        self.fallback = Recorder()
        self.handlers = Handlers()
        self.decisions = 0
        self.accepted = self.lost = False
        self.factory, self.clock = make_factory(
            self.handlers,
            fallback=lambda: self.fallback,
            pending_bytes=pending_bytes,
            handshake_timeout=10,
            decision_timeout=30,
            refusal_timeout=1,
            shutdown_timeout=5,
            on_decision=self.count,
        )
        self.transport = Transport().connect(self.factory)
        if received:
            self.receive(received)

    def count(self, *_: object) -> None:
        """Count a final decision."""
        self.decisions += 1

    def turn(self) -> None:
        """Let the loop do what it has to do."""
        self.loop.run_until_complete(settle())

    @precondition(lambda self: self.transport.is_reading() and self.sent < len(self.stream))
    @rule(size=st.sampled_from([1, 50, 1000]))
    def receive(self, size: int) -> None:
        """Deliver the next bytes."""
        data = self.stream[self.sent : self.sent + size]
        self.sent += len(data)
        self.loop.run_until_complete(self.deliver(data))

    async def deliver(self, data: bytes) -> None:
        """Deliver bytes while the loop runs, as a transport does."""
        self.transport.receive(data)
        await settle()

    @precondition(lambda self: not self.lost)
    @rule(how=st.sampled_from(["end", "lose", "reset", "abort", "shut down"]))
    def interrupt(self, how: str) -> None:
        """End the connection, or close the factory."""
        match how:
            case "end" if self.transport.is_reading():
                self.transport.end()
            case "end" | "lose" | "reset":
                self.transport.lose(ConnectionResetError() if how == "reset" else None)
                self.lost = True
            case "abort":
                # As after a write that failed: asyncio tells the protocol later.
                self.transport.closing = True
            case "shut down":
                self.factory.close()
        self.turn()

    @precondition(lambda self: not self.lost)
    @rule(pauses=st.booleans())
    def fill_or_drain(self, *, pauses: bool) -> None:
        """Let the transport pause or resume the writing of its protocol."""
        if pauses:
            self.transport.protocol.pause_writing()
        else:
            self.transport.protocol.resume_writing()

    @rule(seconds=st.sampled_from([0.5, 0.5, 5, 30]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)
        self.turn()

    @precondition(lambda self: self.handlers.upgrades)
    @rule(how=st.sampled_from(["accept", "accept", "refuse"]))
    def answer(self, how: str) -> None:
        """Answer, in time or late, for the first time or again."""
        (upgrade,) = self.handlers.upgrades
        decisions, written = self.decisions, self.transport.written

        def act() -> bool:
            return upgrade.accept(self.protocol) if how == "accept" else upgrade.refuse(403)

        if upgrade._connection is None:
            with pytest.raises(RuntimeError):
                act()
            assert self.transport.written == written
        elif self.factory.pending and not self.transport.closing:
            assert act() is True
            assert self.decisions == decisions + 1
            self.accepted = how == "accept"
        else:
            assert act() is False
            assert self.transport.written == written
        self.turn()

    @precondition(lambda self: self.handlers.upgrades and not self.handlers.ended)
    @rule(fails=st.booleans())
    def leave_handler(self, *, fails: bool) -> None:
        """Let the handler end."""

        def fail(upgrade: object) -> None:
            raise LookupError(upgrade)

        self.handlers.answer = fail if fails else bool
        self.handlers.go.set()
        self.turn()

    @invariant()
    def one_response_and_nothing_after_it(self) -> None:
        """Check what was written, which the protocols here add nothing to."""
        assert self.decisions <= 1
        assert sum(self.factory.stats().values()) == self.decisions
        assert self.transport.written.count(b"HTTP/1.1 ") <= self.decisions

    @invariant()
    def no_error_in_the_loop(self) -> None:
        """Check that nothing was raised where nobody could catch it."""
        assert self.errors == []

    @invariant()
    def every_byte_is_delivered_once_and_in_order(self) -> None:
        """Check what the protocol that has the connection got."""
        behind = self.stream[len(self.request) : self.sent]
        assert self.protocol.data == (behind if self.accepted else b"")
        if self.fallback.calls:
            assert self.fallback.data == self.stream[: self.sent]

    @invariant()
    def a_handler_that_nobody_waits_for_is_cancelled(self) -> None:
        """Check that a handler does not outlive its connection, unless it has answered."""
        unanswered = [up for up in self.handlers.upgrades if up._connection is not None]
        if unanswered and not self.factory.pending:
            assert self.handlers.ended == 1

    @invariant()
    def no_timer_is_left(self) -> None:
        """Check that there is a timer while something waits, and none otherwise."""
        sweep = self.factory._shared.sweep
        waiting = len(sweep.heads) + len(sweep.handlers) + len(sweep.refusals)
        assert self.factory.pending == len(sweep.heads) + len(sweep.handlers) <= 1
        assert len(self.clock.timers) == (1 if waiting else 0)

    @invariant()
    def a_lost_connection_is_let_go(self) -> None:
        """Check that nothing waits for a peer that has gone."""
        if self.lost:
            assert self.factory.pending == 0
            assert self.clock.timers == []

    def teardown(self) -> None:
        """End the connection: nothing of it may be left."""
        if not hasattr(self, "loop"):
            return
        if not self.lost:
            self.interrupt("lose")
        self.a_lost_connection_is_let_go()
        self.no_error_in_the_loop()
        if self.handlers.upgrades and not self.handlers.ended:
            # Accepted, and gone on since.
            self.leave_handler(fails=False)
        self.turn()
        assert not asyncio.all_tasks(self.loop)
        self.loop.close()


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=500, stateful_step_count=10, deadline=None)
