"""One connection, driven through everything that can happen to it, in any order.

In: rules that hypothesis combines: bytes, the peer's end, pauses, time, the handler, the closing.
Out: a failure where, after any step, one of the promises of a connection does not hold.
Always: transport, clock and handler are the machine's, so that a failure can be replayed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import heads
import pytest
from asyncio_helpers import ECHO, GARBAGE, START_TLS, Handlers, make_factory, settle
from fakes import Recorder, Transport
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

if TYPE_CHECKING:
    from upgrade101 import Decision, Upgrade

pytestmark = pytest.mark.sockets  # its event loop's

TAIL = bytes(range(256))
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
EXPECT = heads.upgrade("echo", "Content-Length: 4", "Expect: 100-continue") + b"body"


class Talker(Recorder):
    """A protocol that greets, writes what it reads, and knows what it has written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        super().connection_made(transport)
        self.write(b"hello")

    def data_received(self, data: bytes) -> None:
        """Write `data`."""
        super().data_received(data)
        self.write(data)

    def write(self, data: bytes) -> None:
        """Write `data` and note it."""
        self.written += data
        self.transport.write(data)

    @property
    def paused(self) -> bool:
        """Whether it was told last to pause writing."""
        return self.calls.count("pause_writing") > self.calls.count("resume_writing")


class Machine(RuleBasedStateMachine):
    """A connection, what was done to it, and what has to be true of it."""

    @initialize(
        request=st.sampled_from([ECHO, ECHO, ECHO, START_TLS, EXPECT, GARBAGE]),
        received=st.sampled_from([[], ["a byte"], ["all"], ["all", "more"], ["all and more"]]),
        filled=st.booleans(),
        pending_bytes=st.sampled_from([0, 100, 65536]),
        room=st.sampled_from([{}, {}, {}, {}, {"max_pending": 0}, {"max_upgraded": 0}]),
        at_once=st.sampled_from([None, None, None, None, "accept", "refuse"]),
    )
    def connect(
        self,
        *,
        request: bytes,
        received: list[str],
        filled: bool,
        pending_bytes: int,
        room: dict[str, Any],
        at_once: str | None,
    ) -> None:
        """Accept the connection, and deliver what may be its head."""
        self.loop = asyncio.new_event_loop()
        self.errors: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.errors.append(context))
        self.request = request
        self.stream = request + TAIL
        self.sent = 0
        self.pending_bytes = pending_bytes
        self.protocol = Talker()
        self.fallback = Talker()
        self.handlers = Handlers()
        self.at_once = at_once
        self.upgrades: list[Upgrade] = []
        self.decisions: list[Decision] = []
        self.accepted = self.lost = self.filled = False
        self.factory, self.clock = make_factory(
            self.handle,
            fallback=lambda: self.fallback,
            pending_bytes=pending_bytes,
            handshake_timeout=10,
            decision_timeout=30,
            refusal_timeout=1,
            shutdown_timeout=5,
            on_decision=lambda decision, _: self.decisions.append(decision),
            **room,
        )
        self.transport = Transport().connect(self.factory)
        if filled:
            self.fill_or_drain()
        sizes = {"a byte": 1, "all": len(request), "all and more": len(request) + 1, "more": 99}
        for piece in received:
            if self.transport.is_reading():
                self.receive(sizes[piece])

    def handle(self, upgrade: Upgrade) -> Any:  # noqa: ANN401 - what a handler returns
        """Answer at once, or have a coroutine wait for the rule that does."""
        self.upgrades.append(upgrade)
        if self.at_once is None:
            return self.handlers(upgrade)
        return self.act(self.at_once)

    def act(self, how: str) -> bool:
        """Answer the upgrade."""
        (upgrade,) = self.upgrades
        if how == "refuse":
            return upgrade.refuse(403)
        self.accepted = upgrade.accept(self.protocol)
        return self.accepted

    def turn(self) -> None:
        """Let the loop do what it has to do: no handler here needs more turns of it."""
        self.loop.run_until_complete(settle(8))

    @precondition(lambda self: self.transport.is_reading() and self.sent < len(self.stream))
    @rule(size=st.sampled_from([1, 50, 1000]))
    def receive(self, size: int) -> None:
        """Deliver the next bytes."""
        data = self.stream[self.sent : self.sent + size]
        self.sent += len(data)
        # The loop runs while bytes are delivered, as it does for a transport.
        self.loop.call_soon(self.transport.receive, data)
        self.turn()

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
    @rule()
    def fill_or_drain(self) -> None:
        """Let the transport pause the writing of its protocol, or resume it."""
        self.filled = not self.filled
        if self.filled:
            self.transport.protocol.pause_writing()
        else:
            self.transport.protocol.resume_writing()

    @rule(seconds=st.sampled_from([0.5, 0.5, 5, 30]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)
        self.turn()

    @precondition(lambda self: self.upgrades)
    @rule(how=st.sampled_from(["accept", "accept", "refuse"]))
    def answer(self, how: str) -> None:
        """Answer, in time or late, for the first time or again."""
        accepted, decisions = self.accepted, len(self.decisions)
        written = self.transport.written
        if self.upgrades[0]._waiting is None:
            with pytest.raises(RuntimeError):
                self.act(how)
            assert self.accepted == accepted
            assert self.transport.written == written
        elif self.factory.pending and not self.transport.closing:
            assert self.act(how) is True
            assert len(self.decisions) == decisions + 1
        else:
            assert self.act(how) is False
            assert self.transport.written == written
        self.turn()

    @precondition(lambda self: self.handlers.upgrades and not self.handlers.ended)
    @rule(how=st.sampled_from(["return", "raise", "cancel"]))
    def leave_handler(self, how: str) -> None:
        """Let the handler end, or have its owner cancel it."""

        def fail(upgrade: object) -> None:
            raise LookupError(upgrade)

        if how == "cancel":
            (task,) = self.factory.tasks
            task.cancel()
        else:
            self.handlers.answer = fail if how == "raise" else bool
            self.handlers.go.set()
        self.turn()

    @invariant()
    def one_response_and_nothing_after_it(self) -> None:
        """Check what was written: a response, and what the protocol that followed wrote."""
        assert len(self.decisions) <= 1
        assert sum(self.factory.stats().values()) == len(self.decisions)
        written = self.transport.written.removeprefix(CONTINUE)
        assert CONTINUE not in written
        # Written with the 101, or by itself where the body was still awaited [RFC 9110 10.1.1].
        response = b"".join(decision.response for decision in self.decisions)
        response = response.removeprefix(CONTINUE)
        assert written == response + self.protocol.written + self.fallback.written

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
    def pauses_are_those_of_the_transport_and_of_too_many_bytes(self) -> None:
        """Check that writing and reading are paused where they have to be, and not elsewhere."""
        for protocol in (self.protocol, self.fallback):
            if protocol.calls:
                assert protocol.paused == self.filled
        if not self.transport.closing:
            behind = self.sent - len(self.request)
            deciding = bool(self.factory.handlers)
            assert self.transport.paused == (deciding and behind > self.pending_bytes)

    @invariant()
    def a_handler_that_nobody_waits_for_is_cancelled(self) -> None:
        """Check that a handler does not outlive its connection, unless it has answered."""
        unanswered = [up for up in self.handlers.upgrades if up._waiting is not None]
        if unanswered and not self.factory.pending:
            assert self.handlers.ended == 1

    @invariant()
    def no_timer_is_left(self) -> None:
        """Check that there is a timer while something waits, and none otherwise."""
        sweep = self.factory
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
            self.leave_handler("return")
        self.turn()
        assert not asyncio.all_tasks(self.loop)
        self.loop.close()


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=600, stateful_step_count=10, deadline=None)
