"""`Deadlines`: one timer for every deadline, and none if nothing waits; `Upgraded`, which waits.

In: deadlines and a clock. Out: who is told that its time is over, and the timers there are.
Not here: what a connection does then (`test_deadlines`).
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from asyncio_helpers import ECHO, ClockDeadlines, accept_echo, make_factory, on_clock
from fakes import Clock, Transport

from upgrade101._deadlines import RESOLUTION
from upgrade101._upgraded import PERIOD, Upgraded

if TYPE_CHECKING:
    from collections.abc import Callable

    from upgrade101 import UpgradeFactory
    from upgrade101._deadlines import Deadlines, Queue


class Waiter:
    """Something that waits."""

    def __init__(self, deadlines: Deadlines, queue: Queue, deadline: float) -> None:
        self.queue = queue
        self.expired: list[float] = []
        queue[self] = deadline
        if deadline < deadlines.wake:
            deadlines.expect(deadline)

    def expire(self, now: float) -> None:
        """Note the time."""
        self.expired.append(now)
        del self.queue[self]


class Waiters:
    """Deadlines by a clock, with one queue."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.deadlines = ClockDeadlines()
        self.deadlines.loop = self.clock  # type: ignore[assignment]
        self.queue = self.deadlines.queue()

    def wait(self, seconds: float, kind: type[Waiter] = Waiter) -> Waiter:
        """Return something that waits for so long from now on."""
        return kind(self.deadlines, self.queue, self.clock.now + seconds)


def test_deadlines_of_many_have_one_timer_and_each_is_met_in_time() -> None:
    waiters = Waiters()
    clock = waiters.clock
    start = clock.now
    # Out of order, as TLS handshakes of different length make them.
    seconds = [(number * 37 % 1000) / 100 for number in range(1000)]
    waiting = [waiters.wait(each) for each in seconds]
    for _ in range(1000):
        assert len(clock.timers) == 1
        clock.advance(0.01)
    clock.advance(RESOLUTION)
    for waiter, deadline in zip(waiting, seconds, strict=True):
        (expired,) = waiter.expired
        assert deadline - 0.002 <= expired - start <= deadline + RESOLUTION + 0.001
    assert clock.timers == []


def test_deadlines_have_their_timer_set_anew_for_an_earlier_one_only() -> None:
    waiters = Waiters()
    clock = waiters.clock
    waiters.wait(10)
    (timer,) = clock.timers
    waiters.wait(20)
    assert clock.timers == [timer]
    waiters.wait(5)
    (timer,) = clock.timers
    assert timer.when == clock.now + 5


def test_deadlines_close_together_are_met_no_more_often_than_the_resolution() -> None:
    waiters = Waiters()
    waiting = [waiters.wait(1 + number / 10000) for number in range(1000)]
    waiters.clock.advance(2)
    assert len({waiter.expired[0] for waiter in waiting}) == 3


def test_deadline_is_met_by_a_timer_that_is_early() -> None:
    waiters = Waiters()
    clock = waiters.clock
    waiter = waiters.wait(1)
    (timer,) = clock.timers
    clock.timers.clear()
    clock.now += 0.9995
    timer.callback()
    assert waiter.expired


def test_deadlines_that_are_infinite_have_no_timer() -> None:
    waiters = Waiters()
    waiters.wait(inf)
    waiters.wait(1)
    waiters.clock.advance(1)
    assert len(waiters.queue) == 1
    assert waiters.clock.timers == []


def test_deadlines_at_rest_have_no_timer_until_something_waits_again() -> None:
    waiters = Waiters()
    clock = waiters.clock
    waiter = waiters.wait(1)
    waiters.deadlines.rest()
    assert len(clock.timers) == 1
    del waiters.queue[waiter]
    waiters.deadlines.rest()
    assert clock.timers == []
    again = waiters.wait(1)
    clock.advance(1)
    assert again.expired


def test_deadlines_of_two_queues_have_one_timer() -> None:
    waiters = Waiters()
    clock = waiters.clock
    other = waiters.deadlines.queue()
    late = waiters.wait(2)
    early = Waiter(waiters.deadlines, other, clock.now + 1)
    assert len(clock.timers) == 1
    clock.advance(1)
    assert (len(early.expired), len(late.expired)) == (1, 0)
    # The queue that is empty does not end the timer of the other.
    waiters.deadlines.rest()
    assert len(clock.timers) == 1
    clock.advance(1)
    assert late.expired


def test_deadline_that_was_put_off_as_another_was_met_is_not_met() -> None:
    waiters = Waiters()
    clock = waiters.clock
    waiting: list[Waiter] = []

    class PuttingOff(Waiter):
        def expire(self, now: float) -> None:
            super().expire(now)
            put_off, left = waiting
            waiters.queue[put_off] = now + 1
            del waiters.queue[left]

    waiters.wait(1, PuttingOff)
    waiting += [waiters.wait(1), waiters.wait(1)]
    clock.advance(1)
    put_off, left = waiting
    assert put_off.expired == left.expired == []
    clock.advance(1)
    assert put_off.expired == [clock.now]
    assert left.expired == []


class Loop(Clock):
    """A clock whose loop comes round when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.soon: list[Callable[[], None]] = []

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Keep `callback`."""
        self.soon.append(callback)

    def come_round(self) -> None:
        """Call what is kept."""
        soon, self.soon = self.soon, []
        for callback in soon:
            callback()


def on_loop(factory: UpgradeFactory) -> Loop:
    """Return a loop that a factory's deadlines go by from now on."""
    loop = Loop()
    on_clock(factory, loop)
    return loop


def test_connection_decided_before_the_loop_comes_round_has_no_timer() -> None:
    factory, _ = make_factory(accept_echo)
    loop = on_loop(factory)
    for _ in range(3):
        Transport().connect(factory).receive(ECHO)
    assert len(loop.soon) == 1
    assert loop.timers == []
    loop.come_round()
    assert loop.timers == []
    Transport().connect(factory)
    loop.come_round()
    assert len(loop.timers) == 1


def test_deadlines_each_earlier_before_the_loop_comes_round_are_looked_at_once() -> None:
    loop = Loop()
    waiters = Waiters(loop)
    for seconds in (3, 2, 1):
        waiters.wait(seconds)
    assert len(loop.soon) == 1
    loop.come_round()
    assert [timer.when for timer in loop.timers] == [loop.now + 1]


@pytest.mark.parametrize("handshake_timeout", [0.1, 10.0])
def test_connection_upgraded_before_the_loop_comes_round_is_let_go_in_time(
    handshake_timeout: float,
) -> None:
    factory, _ = make_factory(accept_echo, max_upgraded=2, handshake_timeout=handshake_timeout)
    loop = on_loop(factory)
    transport = Transport().connect(factory).receive(ECHO)
    loop.come_round()
    transport.close()
    loop.advance(PERIOD)
    assert loop.timers == []
    assert factory.upgraded == 0


def test_deadlines_whose_loop_is_out_of_memory_ask_again() -> None:
    factory, _ = make_factory(accept_echo)
    loop = on_loop(factory)
    with mock.patch.object(loop, "call_soon", side_effect=MemoryError), pytest.raises(MemoryError):
        Transport().connect(factory)
    Transport().connect(factory)
    with mock.patch.object(loop, "call_at", side_effect=MemoryError), pytest.raises(MemoryError):
        loop.come_round()
    assert loop.timers == []
    Transport().connect(factory)
    loop.come_round()
    assert len(loop.timers) == 1
    assert factory.pending == 3


def test_deadlines_keep_their_timer_if_an_earlier_one_cannot_be_had() -> None:
    waiters = Waiters()
    clock = waiters.clock
    waiter = waiters.wait(2)
    with mock.patch.object(clock, "call_at", side_effect=MemoryError), pytest.raises(MemoryError):
        waiters.wait(1)
    clock.advance(2)
    assert waiter.expired


def test_deadlines_of_which_one_raises_go_on() -> None:
    waiters = Waiters()
    clock = waiters.clock

    class Broken(Waiter):
        def expire(self, now: float) -> None:
            super().expire(now)
            raise LookupError

    first, second = waiters.wait(1, Broken), waiters.wait(1)
    with pytest.raises(LookupError):
        clock.advance(1)
    assert (len(first.expired), len(second.expired)) == (1, 0)
    clock.advance(RESOLUTION)
    assert len(second.expired) == 1


def test_upgraded_connections_are_let_go_when_they_close() -> None:
    waiters = Waiters()
    clock = waiters.clock
    upgraded = Upgraded(waiters.deadlines)
    transports = [Transport() for _ in range(2)]
    for transport in transports:
        upgraded.add(transport)
    clock.advance(10)
    assert upgraded._transports == set(transports)
    assert len(clock.timers) == 1
    transports[0].close()
    # Counted, they are let go at once; otherwise at the next look.
    assert upgraded.count() == 1
    transports[1].close()
    clock.advance(PERIOD)
    assert upgraded._transports == set()
    assert clock.timers == []
    assert upgraded.count() == 0


def test_upgraded_connections_that_are_counted_as_the_last_closes_have_no_timer() -> None:
    waiters = Waiters()
    upgraded = Upgraded(waiters.deadlines)
    transport = Transport()
    upgraded.add(transport)
    transport.close()
    assert upgraded.count() == 0
    assert waiters.clock.timers == []


def test_upgraded_connections_are_looked_at_once_a_period() -> None:
    waiters = Waiters()
    clock = waiters.clock
    upgraded = Upgraded(waiters.deadlines)
    with mock.patch.object(Transport, "is_closing", return_value=False) as looked:
        upgraded.add(Transport())
        clock.advance(10 * PERIOD)
    assert looked.call_count == 10


def test_connections_of_a_factory_share_one_timer() -> None:
    factory, clock = make_factory(accept_echo)
    transports = [Transport().connect(factory) for _ in range(100)]
    assert len(clock.timers) == 1
    for transport in transports:
        transport.receive(ECHO)
    assert clock.timers == []
