"""One connection in front of a fallback, driven through everything that can happen to it.

In: rules that hypothesis combines: requests in any cuts, responses in any cuts, pauses, the
fallback's own switch, ends of every kind, time, the closing. Out: a failure if, after any step, a
connection is not what `reference` says, or not what the table of `_connection` says.
Always: transport, clock, fallback and handler are the machine's, so that a failure can be replayed.
"""

from __future__ import annotations

import asyncio
import gc
import re
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from asyncio_helpers import settle
from fakes import Recorder
from following import Site
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from reference import ASKS, BROKEN_BY, MOST, Ask, Reference

from upgrade101 import _connection
from upgrade101._connection import State

if TYPE_CHECKING:
    from upgrade101 import Upgrade

pytestmark = pytest.mark.sockets  # its event loop's

TAIL = bytes(range(256))
ESTABLISHED = b"HTTP/1.1 200 OK\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
SWITCHES = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: foreign\r\nConnection: upgrade\r\n\r\n"
RESPONSES: dict[str, list[tuple[bytes, str]]] = {
    "length": [(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", "done")],
    "nothing": [(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "done")],
    "chunks": [
        (b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n", "done")
    ],
    "204": [(b"HTTP/1.1 204 No Content\r\n\r\n", "done")],
    "304": [(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n", "done")],
    "interim": [
        (INTERIM, "interim"),
        (INTERIM, "interim"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", "done"),
    ],
    "close": [
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody", "done and over")
    ],
    "until close": [(b"HTTP/1.0 200 OK\r\n\r\n", "over"), (b"body" * 9, "")],
    "unsound": [(b"\0", "unsound")],
    "half and unsound": [(b"HTTP/1.1 200 OK\r\nNo colon\r\n", "unsound")],
}
"""The parts of each response, with what the end of each means."""
OF_METHOD = {
    "CONNECT": [(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nbody", "done")],
    "HEAD": [(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "done")],
}
"""Those of a method that has its own."""


def read_table() -> dict[State, list[str]]:
    """Return the words of each row of the table at the top of `_connection`."""
    assert _connection.__doc__ is not None
    rows = re.findall(r"^\| ([A-Z]+) +\|(.*)\|$", _connection.__doc__, re.MULTILINE)
    return {State[name]: [cell.strip() for cell in rest.split("|")] for name, rest in rows}


TABLE = read_table()


def test_table_of_states_has_them_all() -> None:
    assert set(TABLE) == set(State)


class Fallback(Recorder):
    """A protocol that may go on after the end of file."""

    stays = False

    def eof_received(self) -> bool:  # type: ignore[override]
        """Note it."""
        super().eof_received()
        return self.stays


class Machine(RuleBasedStateMachine):
    """A connection, what was done to it, and what has to be true of it."""

    @initialize(
        pending_bytes=st.sampled_from([0, 10, 100, 65536]),
        stays=st.booleans(),
        names=st.lists(st.sampled_from(sorted(ASKS)), min_size=1, max_size=4),
    )
    def connect(self, *, pending_bytes: int, stays: bool, names: list[str]) -> None:
        """Accept the connection."""
        self.loop = asyncio.new_event_loop()
        self.errors: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.errors.append(context))
        self.unsent = b""
        self.sealed = False
        """Whether what follows is no request."""
        self.lost = self.filled = self.half_closed = False
        self.plan: list[tuple[bytes, str]] = []
        """What is left of the response that is being written."""
        self.lost_to: list[int] = []
        self.go = asyncio.Event()
        self.how = ""
        self.reference = Reference(pending_bytes, stays=stays)

        def make() -> Fallback:
            protocol = Fallback()
            protocol.stays = stays
            return protocol

        self.site = Site(
            self.handle,
            make=make,
            pending_bytes=pending_bytes,
            handshake_timeout=10,
            decision_timeout=30,
            refusal_timeout=1,
            shutdown_timeout=5,
        )
        self.target = self.site.upgraded
        for name in names:
            self.ask(name)

    def handle(self, upgrade: Upgrade) -> Any:  # noqa: ANN401 - what a handler returns
        """Do what the target says, or wait for the rule that does."""
        how = upgrade.request.path[1:] or "accept"
        if how != "wait":
            self.act(upgrade, how)
            return None
        return self.wait_to_act(upgrade)

    async def wait_to_act(self, upgrade: Upgrade) -> None:
        """Answer when a rule says how."""
        await self.go.wait()
        self.go.clear()
        self.act(upgrade, self.how)

    def act(self, upgrade: Upgrade, how: str) -> None:
        """Answer the upgrade."""
        match how:
            case "accept":
                assert upgrade.accept(self.target)
            case "refuse":
                assert upgrade.refuse(403)
            case "decline":
                assert upgrade.decline()

    def turn(self) -> None:
        """Let the loop do what it has to do."""
        self.loop.run_until_complete(settle(6))

    def call(self, function: Any, *args: Any) -> None:  # noqa: ANN401 - any call
        """Make a call in the loop, which then does what it has to do."""
        self.loop.call_soon(function, *args)
        self.turn()

    # ---- the client

    def ask(self, name: str) -> None:
        """Have the client send a request."""
        if self.sealed:
            return
        ask = ASKS[name]
        self.reference.asks.append(ask)
        self.unsent += ask.head + ask.body
        if ask.defect:
            self.unsent += BROKEN_BY
        # What follows a request that may change the protocol is told apart by nobody else.
        if ask.defect or ask.rejected or ask.asks or ask.handler:
            self.unsent += self.after(ask)

    def after(self, ask: Ask) -> bytes:
        """Return what the client sends after a request that may be the last of HTTP."""
        self.sealed = ask.defect or ask.rejected or ask.handler in ("accept", "refuse")
        return TAIL if self.sealed else b""

    @precondition(lambda self: not self.sealed and len(self.unsent) < 10_000)
    @rule(name=st.sampled_from(sorted(ASKS)))
    def send(self, name: str) -> None:
        """Have the client send one more request."""
        self.ask(name)

    @precondition(lambda self: not self.sealed and len(self.unsent) < 10_000)
    @rule()
    def send_many(self) -> None:
        """Have the client send more requests than may be unanswered."""
        for _ in range(MOST + 6):
            self.ask("get")

    @precondition(lambda self: self.unsent and self.site.transport.is_reading())
    @rule(size=st.sampled_from([1, 9, 50, 300, 99_999]))
    def receive(self, size: int) -> None:
        """Deliver the next bytes."""
        self.deliver(size)
        self.turn()

    def deliver(self, size: int) -> None:
        """Have bytes delivered when the loop turns."""
        data, self.unsent = self.unsent[:size], self.unsent[size:]
        self.loop.call_soon(self.deliver_now, data)

    def deliver_now(self, data: bytes) -> None:
        """Deliver bytes, and hold the step to the table."""
        if not self.site.transport.is_reading():
            # Paused in this very turn: a transport delivers it later.
            self.unsent = data + self.unsent
            return
        state = self.site.state
        before = self.look()
        self.site.receive(data)
        self.reference.deliver(data)
        self.check_bytes(TABLE[state][1], data, before)

    def look(self) -> tuple[Any, ...]:
        """Return what bytes may change."""
        site = self.site
        fallbacks = [bytes(each.data) for each in site.made]
        size = len(site.connection._kept)
        return (site.state, fallbacks, len(site.decisions), size, len(site.transport.written))

    def check_bytes(self, word: str, data: bytes, before: tuple[Any, ...]) -> None:
        """Hold what bytes did to the word of the table."""
        after = self.look()
        match word:
            case "kept" | "kept [4]":
                assert after[1] == before[1]
                # What follows a request for TLS is not kept, but refused.
                tls = self.reference.phase == "refused" or self.reference.leaves_tls
                assert after[3] == before[3] + len(data) or tls
            case "dropped":
                assert after == before
            case "the fallback's":
                assert after[1] != before[1] or after[0] in (State.HELD, State.LAST)
            case "READING" | "decided if whole":
                changed = after[0] is not before[0] or after[2] > before[2]
                assert changed or after[0] is State.READING or not data.strip(b"\r\n")
            case _:
                assert word == "-"

    # ---- the fallback

    @property
    def attached(self) -> bool:
        """Whether a fallback has the connection, and can write."""
        return (self.reference.served or self.reference.phase == "away") and not self.lost

    @property
    def can_write(self) -> bool:
        """Whether a fallback has the connection and neither side of it is ended."""
        return self.attached and not (self.half_closed or self.site.transport.closing)

    @precondition(lambda self: self.can_write)
    @rule(
        form=st.sampled_from([*sorted(RESPONSES), "length", "length", "switch", "switch"]),
        size=st.sampled_from([1, 9, 30, 9999, 9999]),
        lines=st.booleans(),
        more=st.sampled_from([0, 0, 9]),
    )
    def write(self, form: str, size: int, *, lines: bool, more: int) -> None:
        """Have the fallback write on, or begin a response; then bytes may arrive at once."""
        if not self.plan:
            self.plan = self.response(form)
        data, effects, begun = self.next_part(size)
        self.loop.call_soon(self.write_now, data, effects, begun, lines)
        # What is idle while the factory ends is closed in the next turn: bytes may come before.
        if more and self.unsent and self.site.transport.is_reading() and not self.reference.ends:
            self.deliver(more)
        self.turn()

    def write_now(self, data: bytes, effects: list[str], begun: bool, lines: bool) -> None:  # noqa: FBT001 - from the loop
        """Write, within the loop."""
        transport = self.site.fallback.transport
        if lines:
            transport.writelines([data[:3], bytearray(data[3:])])
        else:
            transport.write(data)
        self.reference.wrote(data, effects, begun=begun)

    def response(self, form: str) -> list[tuple[bytes, str]]:
        """Return the parts of a response to the request that is due next."""
        reference = self.reference
        if reference.gave_away or not reference.followed:
            return [(b"\0 no HTTP", "")]
        if reference.over and reference.begun:
            # A response without an end: these are more of it.
            return [(b"more", "")]
        if not reference.due or reference.over:
            return [(b"H", "unsound")]
        ask = reference.due[0]
        if form == "switch":
            effect = "switch" if ask.asks else "unsound"
            return [(ESTABLISHED if ask.method == "CONNECT" else SWITCHES, effect)]
        if ask.method in OF_METHOD and "unsound" not in form:
            return [*OF_METHOD[ask.method]]
        return [*RESPONSES[form]]

    def next_part(self, size: int) -> tuple[bytes, list[str], bool]:
        """Return the next bytes of the plan, what they end, and whether a response has begun."""
        part, effect = self.plan.pop(0)
        # A whole 1xx is written in one piece: its end cannot be told otherwise.
        if size < len(part) and effect not in ("interim", "unsound"):
            self.plan.insert(0, (part[size:], effect))
            return part[:size], [], True
        if effect == "unsound":
            self.plan = []
        return part, [effect], effect in ("over", "")

    @precondition(lambda self: len(self.reference.due) > 2 and not self.plan)
    @precondition(lambda self: self.can_write)
    @rule(count=st.sampled_from([2, 3, 70]))
    def write_many(self, count: int) -> None:
        """Have the fallback write several responses in one piece."""
        data, effects = b"", []
        for ask in self.reference.due[:count]:
            if ask.asks or self.reference.over:
                break
            form = OF_METHOD.get(ask.method, RESPONSES["length"])
            data += form[0][0]
            effects += ["done"]
        if data:
            self.call(self.write_now, data, effects, False, False)  # noqa: FBT003

    @precondition(lambda self: self.attached and not self.site.transport.closing)
    @rule(pause=st.booleans())
    def pause_or_resume(self, *, pause: bool) -> None:
        """Have the fallback pause reading, or resume it."""
        self.reference.paused = pause
        transport = self.site.fallback.transport
        self.call(transport.pause_reading if pause else transport.resume_reading)

    @precondition(lambda self: self.attached and not self.site.transport.closing)
    @rule(how=st.sampled_from(["close", "abort"]))
    def close(self, how: str) -> None:
        """Have the fallback close the connection."""
        self.reference.close()
        self.call(getattr(self.site.fallback.transport, how))

    @precondition(lambda self: self.can_write and not self.reference.gave_away)
    @rule()
    def end_fallback(self) -> None:
        """Have the fallback end its side."""

        def end() -> None:
            self.site.fallback.transport.write_eof()
            self.reference.wrote(b"", ["end"], begun=self.reference.begun)

        self.half_closed = True
        self.call(end)

    @precondition(lambda self: len(self.site.made) > self.attached)
    @rule(how=st.sampled_from(["write", "close", "abort", "pause_reading", "write_eof"]))
    def use_what_is_detached(self, how: str) -> None:
        """Have a fallback go on that has been told that its connection is lost."""
        if self.reference.gave_away:
            # It has the real transport.
            return
        for each in self.site.made[: len(self.site.made) - self.attached]:
            method = getattr(each.transport, how)
            self.call(method, *((b"late",) if how == "write" else ()))

    # ---- what else happens

    @precondition(lambda self: self.reference.phase == "deciding")
    @rule(how=st.sampled_from(["accept", "refuse", "decline", "fail"]))
    def answer(self, how: str) -> None:
        """Have the handler that waits answer."""
        self.how = how
        self.reference.answer(how)
        self.go.set()
        self.turn()
        self.go.clear()

    @precondition(lambda self: not self.lost and self.site.transport.is_reading())
    @rule()
    def end(self) -> None:
        """Deliver the peer's end of file."""
        state, decided = self.site.state, len(self.site.decisions)
        if self.reference.phase == "target":
            return
        self.unsent = b""
        self.sealed = True

        def end() -> None:
            self.reference.end()
            self.site.transport.end()
            word = TABLE[state][2]
            told = bool(self.site.made) and "eof_received" in self.site.fallback.calls
            match word:
                case "ended" | "ended [1]":
                    assert told or self.site.transport.closing
                case "the fallback's":
                    assert told
                case "the fallback's [3]":
                    assert told or self.site.connection._kept
                case "it is dropped":
                    assert told
                    assert self.site.state is State.LAST
                case "closed":
                    assert self.site.transport.closing
            assert len(self.site.decisions) == decided

        self.call(end)

    @precondition(lambda self: not self.lost)
    @rule(reset=st.booleans())
    def lose(self, *, reset: bool) -> None:
        """End the connection."""
        self.lost = True
        self.reference.lose()
        self.call(self.site.transport.lose, ConnectionResetError() if reset else None)

    @precondition(lambda self: not self.lost)
    @rule()
    def fill_or_drain(self) -> None:
        """Let the transport pause the writing of its protocol, or resume it."""
        self.filled = not self.filled
        protocol = self.site.transport.protocol
        self.call(protocol.pause_writing if self.filled else protocol.resume_writing)

    @precondition(lambda self: not self.site.transport.closing)
    @rule()
    def wait(self) -> None:
        """Let time pass; no deadline is met to the second."""
        state = self.site.state
        waits = self.site.factory.pending or self.site.factory.refusals
        decided = len(self.site.decisions)
        self.reference.wait(4)
        refused = self.reference.phase == "refused"

        def wait() -> None:
            self.site.clock.advance(4)
            word = TABLE[state][3]
            assert word != "-" or not waits
            if len(self.site.decisions) > decided:
                status = self.site.decisions[-1].status
                assert word.split(" ")[0] == str(status)
            elif word == "ended" and self.site.state is not state:
                assert self.site.transport.closing

        self.call(wait)
        if state is State.REFUSED and refused:
            assert self.site.transport.calls[-1] == TABLE[state][3].removesuffix("ed")

    @rule()
    def shut_down(self) -> None:
        """Close the factory."""
        if not self.site.transport.closing:
            self.reference.shut_down()
            self.call(self.site.factory.close)

    @precondition(lambda self: not self.site.transport.closing)
    @rule()
    def drain(self) -> None:
        """Begin to drain the factory."""
        drained = self.reference.drain()
        assert self.loop.run_until_complete(self.site.factory.drain(0)) is drained

    # ---- what always holds

    @invariant()
    def each_side_has_got_what_is_its_own(self) -> None:
        """Check that no byte was lost, or delivered twice, or to somebody else."""
        reference = self.reference
        assert [each.data for each in self.site.made] == reference.got
        assert self.target.data == reference.target
        assert self.target.calls.count("connection_made") <= 1

    @invariant()
    def each_request_has_its_decision(self) -> None:
        """Check the reasons, in order, and that each is counted."""
        assert [reason.name for reason in self.site.reasons] == self.reference.reasons
        assert sum(self.site.factory.stats().values()) == len(self.site.decisions)

    @invariant()
    def responses_are_in_order(self) -> None:
        """Check what was written, by the fallback and by us."""
        expected = b"".join(
            part if isinstance(part, bytes) else self.site.decisions[part].response
            for part in self.reference.written
        )
        assert self.site.transport.written == expected

    @invariant()
    def reading_pauses_as_it_should(self) -> None:
        """Check that nothing grows, and that nothing waits in vain."""
        if not self.site.transport.closing:
            assert self.site.transport.paused == self.reference.reading_pauses

    @invariant()
    def writing_pauses_as_the_transport_says(self) -> None:
        """Check that whoever has the connection knows of it."""
        has = self.site.made[-1:] if self.attached else []
        if self.reference.phase == "target" and not self.lost:
            has = [self.target]
        for each in has:
            paused = each.calls.count("pause_writing") > each.calls.count("resume_writing")
            assert paused == self.filled

    @invariant()
    def fallbacks_are_told_of_their_end_once(self) -> None:
        """Check that each fallback but the one that is attached was told, and nothing after."""
        made = self.site.made
        for index, each in enumerate(made):
            attached = index == len(made) - 1 and self.attached
            assert each.calls.count("connection_lost") == (not attached)
            assert attached or each.calls[-1] == "connection_lost"
            assert each.calls.count("eof_received") == self.reference.eofs.count(index)

    @invariant()
    def closing_is_as_it_should_be(self) -> None:
        """Check that the connection is closed if it has to be."""
        if self.reference.closing:
            assert self.site.transport.closing
        elif self.site.transport.closing:
            # A refusal that its peer has not ended in time.
            assert self.reference.phase == "refused"

    @invariant()
    def no_error_in_the_loop(self) -> None:
        """Check that nothing was raised where nobody could catch it."""
        assert self.errors == []

    @invariant()
    def no_timer_is_left(self) -> None:
        """Check that there is a timer while something waits, and none otherwise."""
        factory = self.site.factory
        assert factory.pending == self.reference.pending
        waiting = factory.pending + len(factory.refusals)
        assert len(self.site.clock.timers) == (1 if waiting else 0)

    def teardown(self) -> None:
        """End the connection: nothing of it may be left."""
        if not hasattr(self, "loop"):
            return
        if not self.lost:
            self.lose(reset=False)
            self.no_timer_is_left()
        self.fallbacks_are_told_of_their_end_once()
        site = self.site
        assert site.factory.served == set()
        assert not asyncio.all_tasks(self.loop)
        self.loop.close()
        site.decisions.clear()
        left = [weakref.ref(site.connection), *map(weakref.ref, site.made)]
        left += [weakref.ref(each.transport) for each in site.made]
        site.connection = None  # type: ignore[assignment]
        site.made.clear()
        assert [each() for each in left] == [None] * len(left)


@pytest.fixture(autouse=True)
def _collector_off() -> Any:  # noqa: ANN401 - a generator
    """Have what is freed be freed by reference counting alone."""
    gc.disable()
    yield
    gc.enable()


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=400,
    stateful_step_count=40,
    deadline=None,
    # To explain a failure takes longer than to find it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
