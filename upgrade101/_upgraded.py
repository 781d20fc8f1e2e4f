"""The upgraded connections of a factory that bounds their number.

In: transports, when they are handed over. Out: how many of them are open.
Always: one that has begun to close is let go at the next look, and no later than `PERIOD` after.
Not here: what is refused because of their number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from upgrade101._deadlines import Deadlines

PERIOD = 0.5
"""Seconds between two looks for those that close."""


class Upgraded:
    """A set of transports; something that waits as long as there is one."""

    __slots__ = ("_deadlines", "_queue", "_transports")

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._queue = deadlines.queue()
        self._transports: set[asyncio.BaseTransport] = set()

    def add(self, transport: asyncio.BaseTransport) -> None:
        """Keep an upgraded connection until it closes."""
        self._transports.add(transport)
        self._deadlines.wait(self, self._queue, PERIOD)

    def count(self) -> int:
        """Return how many are open."""
        self._purge()
        return len(self._transports)

    def expire(self, now: float) -> None:  # noqa: ARG002 - as all that waits
        """Look for those that close."""
        self._purge()

    def _purge(self) -> None:
        self._transports -= {each for each in self._transports if each.is_closing()}
        if self._transports:
            self._deadlines.wait(self, self._queue, PERIOD)
        else:
            self._queue.pop(self, None)
            self._deadlines.rest()
