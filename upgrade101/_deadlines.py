"""What the connections of a factory wait for, and the one timer that ends their waiting.

In: things that wait, each with an absolute deadline in seconds of the event loop's clock.
Out: a call of `expire` on each that is past its deadline.

Always: there is one timer however many wait, and none if none waits. A deadline is never moved by
what arrives, and is met within `RESOLUTION`. What no longer waits is no longer referenced. No timer
is made for a head that comes with the next read, nor for a handler that answers in its first step,
as most do: a loop that reads one connection after the other would make and cancel one for each.

Not here: what is done when the time is over.
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import Protocol, TypeAlias

RESOLUTION = 0.05
"""Seconds between two looks at least, so that deadlines one after the other share one.

A look sees everything that waits (about 30 ns each), so this bounds its share.
"""
_CLOCK = 0.001
"""Seconds by which a timer may be early: uvloop's clock has whole milliseconds."""


class Expiring(Protocol):
    """What can wait."""

    def expire(self, now: float) -> None:
        """Do what is to be done when the time is over; called while it still waits."""


Queue: TypeAlias = dict[Expiring, float]
"""What waits for one kind of thing, with its deadlines."""


class Deadlines:
    """The queues of a factory and the timer for all of them.

    Whoever puts a deadline before `wake` into a queue calls `expect`, as `wait` does; whoever takes
    the last one out of a queue calls `rest`.
    """

    __slots__ = ("_looking", "_queues", "_timer", "loop", "wake")

    def __init__(self) -> None:
        self._queues: list[Queue] = []
        self._timer: asyncio.TimerHandle | None = None
        self._looking = False
        self.wake = inf
        """When the timer fires, or will."""
        self.loop: asyncio.AbstractEventLoop | None = None
        """The event loop of the connections, once there has been one."""

    def queue(self) -> Queue:
        """Return a new queue, whose deadlines are met from now on."""
        queue: Queue = {}
        self._queues.append(queue)
        return queue

    def bind(self) -> asyncio.AbstractEventLoop:
        """Return the event loop, from now on the one that runs.

        Raises `RuntimeError` in another loop than before.
        """
        loop = asyncio.get_running_loop()
        if self.loop is None:
            self.loop = loop
        elif self.loop is not loop:
            raise RuntimeError("the factory belongs to another event loop")
        return loop

    def wait(self, waiting: Expiring, queue: Queue, seconds: float) -> None:
        """Have something wait in a queue for so long."""
        deadline = queue[waiting] = (self.loop or self.bind()).time() + seconds
        if deadline < self.wake:
            self.expect(deadline)

    def time(self) -> float:
        """Return the time of the event loop's clock, in seconds."""
        return (self.loop or self.bind()).time()

    def expect(self, deadline: float) -> None:
        """Have the timer set to `deadline` if something waits when the loop has come round."""
        self.wake = deadline
        if self._looking:
            return
        self._looking = True
        try:
            (self.loop or self.bind()).call_soon(self._look)
        except BaseException:
            # The next that waits has to ask again.
            self._looking = False
            self.wake = inf
            raise

    def rest(self) -> None:
        """Cancel the timer if nothing waits any more."""
        if any(self._queues):
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._looking:
            self.wake = inf

    def _look(self) -> None:
        self._looking = False
        if not any(self._queues):
            self.rest()
            return
        # When was promised, though who was promised may have left: then it fires for nothing once,
        # and until then who comes has no earlier deadline, and does not ask.
        self._arm(max(self.wake, self.time() + RESOLUTION))

    def _arm(self, deadline: float) -> None:
        # Until it is set: if that fails, the next that waits has to ask again.
        self.wake = inf
        timer = (self.loop or self.bind()).call_at(deadline, self._fire)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = timer
        self.wake = deadline

    def _fire(self) -> None:
        now = self.time()
        self._timer = None
        try:
            for place, waiting in [
                (queue, waiting)
                for queue in self._queues
                for waiting, deadline in queue.items()
                if deadline <= now + _CLOCK
            ]:
                # Asked anew: what one end calls may put another off, or end its waiting.
                if place.get(waiting, inf) <= now + _CLOCK:
                    waiting.expire(now)
        finally:
            self._rearm(now)

    def _rearm(self, now: float) -> None:
        self.wake = inf
        deadline = inf
        for queue in self._queues:
            if queue:
                # No generator: its end crashes CPython 3.12 if there is no memory.
                earliest = min(queue.values())
                deadline = min(deadline, earliest)
        if deadline < inf:
            self._arm(max(deadline, now + RESOLUTION))
