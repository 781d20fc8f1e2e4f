"""`Sweep`: one timer for every deadline, and none where none waits.

In: deadlines and a clock. Out: who is told that its time is over, and the timers there are.
Not here: what a connection does then (`test_deadlines`).
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from asyncio_helpers import ECHO, accept_echo, make_factory
from fakes import Clock, Transport

from upgrade101._sweep import RESOLUTION, UPGRADED_PERIOD, Sweep

if TYPE_CHECKING:
    from collections.abc import Callable


class Waiter:
    """Something with a deadline in the sweep's heads."""

    def __init__(self, sweep: Sweep, deadline: float) -> None:
        self.sweep: Any = sweep
        self.expired: list[float] = []
        sweep.heads[self] = deadline  # type: ignore[index]
        if deadline < sweep.wake:
            sweep.arm(deadline)

    def expire(self, now: float) -> None:
        """Note the time."""
        self.expired.append(now)
        del self.sweep.heads[self]


def make_sweep() -> tuple[Sweep, Clock]:
    """Return a sweep and its clock."""
    sweep, clock = Sweep(), Clock()
    sweep.loop = clock  # type: ignore[assignment]
    return sweep, clock


def test_sweep_of_many_has_one_timer_and_ends_each_in_time() -> None:
    sweep, clock = make_sweep()
    start = clock.now
    # Out of order, as TLS handshakes of different length make them.
    deadlines = [start + (number * 37 % 1000) / 100 for number in range(1000)]
    waiters = [Waiter(sweep, deadline) for deadline in deadlines]
    for _ in range(1000):
        assert len(clock.timers) == 1
        clock.advance(0.01)
    clock.advance(RESOLUTION)
    for waiter, deadline in zip(waiters, deadlines, strict=True):
        (expired,) = waiter.expired
        assert deadline - 0.002 <= expired <= deadline + RESOLUTION + 0.001
    assert clock.timers == []


def test_sweep_is_rearmed_for_an_earlier_deadline_only() -> None:
    sweep, clock = make_sweep()
    Waiter(sweep, clock.now + 10)
    (timer,) = clock.timers
    Waiter(sweep, clock.now + 20)
    assert clock.timers == [timer]
    Waiter(sweep, clock.now + 5)
    (timer,) = clock.timers
    assert timer.when == clock.now + 5


def test_sweep_of_deadlines_close_together_fires_no_more_than_its_resolution() -> None:
    sweep, clock = make_sweep()
    waiters = [Waiter(sweep, clock.now + 1 + number / 10000) for number in range(1000)]
    clock.advance(2)
    assert len({waiter.expired[0] for waiter in waiters}) == 3


def test_sweep_by_a_timer_that_is_early_ends_what_is_due() -> None:
    sweep, clock = make_sweep()
    waiter = Waiter(sweep, clock.now + 1)
    (timer,) = clock.timers
    clock.timers.clear()
    clock.now += 0.9995
    timer.callback()
    assert waiter.expired


def test_sweep_of_infinite_deadlines_has_no_timer() -> None:
    sweep, clock = make_sweep()
    Waiter(sweep, inf)
    Waiter(sweep, clock.now + 1)
    clock.advance(1)
    assert len(sweep.heads) == 1
    assert clock.timers == []


def test_sweep_at_rest_has_no_timer_until_something_waits_again() -> None:
    sweep, clock = make_sweep()
    waiter = Waiter(sweep, clock.now + 1)
    sweep.rest()
    assert len(clock.timers) == 1
    del sweep.heads[waiter]  # type: ignore[arg-type]
    sweep.rest()
    assert clock.timers == []
    again = Waiter(sweep, clock.now + 1)
    clock.advance(1)
    assert again.expired


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


def test_connection_decided_before_the_loop_comes_round_has_no_timer() -> None:
    factory, _ = make_factory(accept_echo)
    loop = factory.deadlines.loop = Loop()  # type: ignore[assignment]
    for _ in range(3):
        Transport().connect(factory).receive(ECHO)
    assert len(loop.soon) == 1
    assert loop.timers == []
    loop.come_round()
    assert loop.timers == []
    Transport().connect(factory)
    loop.come_round()
    assert len(loop.timers) == 1


@pytest.mark.parametrize("handshake_timeout", [0.1, 10.0])
def test_connection_upgraded_before_the_loop_comes_round_is_let_go_in_time(
    handshake_timeout: float,
) -> None:
    factory, _ = make_factory(accept_echo, max_upgraded=2, handshake_timeout=handshake_timeout)
    loop = factory.deadlines.loop = Loop()  # type: ignore[assignment]
    transport = Transport().connect(factory).receive(ECHO)
    loop.come_round()
    transport.close()
    loop.advance(UPGRADED_PERIOD)
    assert factory.deadlines.upgraded == set()
    assert loop.timers == []


def test_sweep_whose_loop_is_out_of_memory_asks_again() -> None:
    factory, _ = make_factory(accept_echo)
    loop = factory.deadlines.loop = Loop()  # type: ignore[assignment]
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


def test_sweep_keeps_its_timer_where_an_earlier_one_cannot_be_had() -> None:
    sweep, clock = make_sweep()
    waiter = Waiter(sweep, clock.now + 2)
    with mock.patch.object(clock, "call_at", side_effect=MemoryError), pytest.raises(MemoryError):
        Waiter(sweep, clock.now + 1)
    clock.advance(2)
    assert waiter.expired


def test_sweep_whose_waiter_raises_goes_on() -> None:
    sweep, clock = make_sweep()

    class Broken(Waiter):
        def expire(self, now: float) -> None:
            super().expire(now)
            raise LookupError

    first = Broken(sweep, clock.now + 1)
    second = Waiter(sweep, clock.now + 1)
    with pytest.raises(LookupError):
        clock.advance(1)
    assert (len(first.expired), len(second.expired)) == (1, 0)
    clock.advance(RESOLUTION)
    assert len(second.expired) == 1


def test_sweep_lets_an_upgraded_connection_go_when_it_closes() -> None:
    factory, clock = make_factory(accept_echo, max_upgraded=2)
    transports = [Transport().connect(factory).receive(ECHO) for _ in range(2)]
    sweep = factory.deadlines
    clock.advance(10)
    assert sweep.upgraded == set(transports)
    assert len(clock.timers) == 1
    transports[0].close()
    clock.advance(UPGRADED_PERIOD)
    assert sweep.upgraded == {transports[1]}
    transports[1].close()
    clock.advance(UPGRADED_PERIOD)
    assert sweep.upgraded == set()
    assert clock.timers == []


def test_connections_of_a_factory_share_one_timer() -> None:
    factory, clock = make_factory(accept_echo)
    transports = [Transport().connect(factory) for _ in range(100)]
    assert len(clock.timers) == 1
    for transport in transports:
        transport.receive(ECHO)
    assert clock.timers == []
