"""What the connections of a factory wait for, and the one timer that ends their waiting.

In: connections with an absolute deadline each, in seconds of the event loop's clock.
Out: a call of `expire` on each that is over its deadline.

Always: there is one timer however many connections wait, and none where none waits. A deadline
is never moved by what arrives, and is met within `RESOLUTION`. A connection that no longer waits
is no longer referenced. The timer is not made for a head that comes with the next read, nor for a
handler that answers in its first step, as most do: in a loop that reads one connection after the
other it would be made and cancelled for each.

Not here: what a connection does when its time is over.
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING

from upgrade101._core import SweepBase

if TYPE_CHECKING:
    from upgrade101._connection import Connection
    from upgrade101._linger import Linger

RESOLUTION = 0.05
"""Seconds between two sweeps at least, so that deadlines one after the other share one.

A sweep looks at every connection that waits (about 30 ns each), so this bounds its share.
"""
UPGRADED_PERIOD = 0.5
"""Seconds after which an upgraded connection that closes is let go."""
_CLOCK = 0.001
"""Seconds by which a timer may be early: uvloop's clock has whole milliseconds."""


class Sweep(SweepBase):
    """The deadlines of a factory's connections and the timer for all of them.

    `SweepBase` has what each connection touches: `heads` (connections whose head is not complete)
    and `handlers` (those whose handler decides), each a dict to their deadlines; `wake` (when the
    timer fires, or will; to be armed for what is earlier); `armed` (whether there is a timer) and
    `looking` (whether the loop is about to look for what waits).
    """

    __slots__ = ("_timer", "loop", "refusals", "upgraded")

    def __init__(self) -> None:
        self.refusals: dict[Linger, float] = {}
        """Refused connections whose peer may still be sending."""
        self.upgraded: set[asyncio.BaseTransport] = set()
        """Upgraded connections, where they are counted."""
        self.loop: asyncio.AbstractEventLoop | None = None
        """The event loop of the connections, once there has been one."""
        self._timer: asyncio.TimerHandle | None = None

    def bind(self) -> asyncio.AbstractEventLoop:
        """Return the event loop, from now on the one that runs."""
        if self.loop is None:
            self.loop = asyncio.get_running_loop()
        return self.loop

    @property
    def _queues(
        self,
    ) -> tuple[dict[Connection, float], dict[Connection, float], dict[Linger, float]]:
        return (self.heads, self.handlers, self.refusals)

    def count(self, transport: asyncio.Transport) -> None:
        """Keep an upgraded connection until it closes."""
        self.upgraded.add(transport)
        deadline = self.bind().time() + UPGRADED_PERIOD
        if deadline < self.wake:
            self.arm(deadline)

    def arm(self, deadline: float) -> None:
        """Have the timer fire at `deadline`, which is before `wake`."""
        timer = self.bind().call_at(deadline, self._sweep)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = timer
        self.armed = True
        self.wake = deadline

    def expect(self) -> None:
        """Have the timer armed if something waits when the loop has come round."""
        self.looking = True
        try:
            self.bind().call_soon(self._look)
        except BaseException:
            # The next that waits has to ask again.
            self.looking = False
            self.wake = inf
            raise

    def rest(self) -> None:
        """Cancel the timer if nothing waits any more."""
        if self.heads or self.handlers or self.refusals or self.upgraded:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self.armed = False
        self.wake = inf

    def purge(self) -> None:
        """Let go of the upgraded connections that close."""
        self.upgraded -= {transport for transport in self.upgraded if transport.is_closing()}
        self.rest()

    def _sweep(self) -> None:
        now = self.bind().time()
        self._timer = None
        self.armed = False
        try:
            self.purge()
            for waiting in [
                waiting
                for queue in self._queues
                for waiting, deadline in queue.items()
                if deadline <= now + _CLOCK
            ]:
                waiting.expire(now)
        finally:
            self._rearm(now)

    def _look(self) -> None:
        self.looking = False
        if not (self.heads or self.handlers or self.refusals or self.upgraded):
            # There is no timer: what waited last has ended it.
            self.wake = inf
            return
        # When was promised, though who was promised may have left: then it fires for nothing once,
        # and until then who comes has no earlier deadline, and does not ask.
        deadline = max(self.wake, self.bind().time() + RESOLUTION)
        # Until it is armed: where that fails, the next that waits has to ask again.
        self.wake = inf
        self.arm(deadline)

    def _rearm(self, now: float) -> None:
        self.wake = inf
        deadline = now + UPGRADED_PERIOD if self.upgraded else inf
        for queue in self._queues:
            if queue:
                earliest = min(queue.values())
                deadline = min(deadline, earliest)
        if deadline < inf:
            self.arm(max(deadline, now + RESOLUTION))
