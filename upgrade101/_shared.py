"""What the connections of one factory share: its settings, its counters, its closing.

In: the arguments of `UpgradeFactory`, already checked, and each connection's final decision.
Out: whether there is room, what is pending, what has been decided.

Always: a connection is in at most one queue of the sweep, and pending while it is in `heads` or
`handlers`. Every final decision is counted once.

Not here: a connection's own state.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from math import inf
from typing import TYPE_CHECKING, Any

from upgrade101._connection import Connection
from upgrade101._core import Action, Decision, Negotiator, Reason, SharedBase
from upgrade101._handover import deliver
from upgrade101._log import report
from upgrade101._sweep import Sweep
from upgrade101._upgrade import Upgrade

if TYPE_CHECKING:
    from upgrade101._handover import StreamProtocol

Handler = Callable[[Upgrade], Awaitable[Any] | Any]
"""Answers one upgrade: a coroutine function, or a function that answers before it returns."""
Fallback = Callable[[], "StreamProtocol"]
"""Makes the protocol of a connection that is served as HTTP/1.x."""
OnDecision = Callable[[Decision, asyncio.Transport], object]
"""Sees each final decision once its bytes are written."""


class Shared(SharedBase):
    """The settings of a factory and the state of all its connections. Times are in seconds.

    `SharedBase` has what each connection looks at: `negotiator`, the handler, `sweep`, `plain`
    (whether it is known that no transport is one of TLS), `limited` (whether a connection may find
    no room), `observed` (whether `observe` is to be called) and the
    counts of final decisions. Called, it makes the protocol of a connection that is accepted now.
    """

    def __init__(  # noqa: PLR0913 - the settings of a factory
        self,
        negotiator: Negotiator,
        handler: Handler,
        *,
        fallback: Fallback | None,
        handshake_timeout: float,
        decision_timeout: float,
        refusal_timeout: float,
        shutdown_timeout: float,
        pending_bytes: int,
        max_pending: int | None,
        max_upgraded: int | None,
        on_decision: OnDecision | None,
    ) -> None:
        super().__init__(
            negotiator, handler, Sweep(), Connection, Upgrade, deliver, handshake_timeout
        )
        self.fallback = fallback
        self.decision_timeout = decision_timeout
        self.refusal_timeout = refusal_timeout
        self.shutdown_timeout = shutdown_timeout
        self.pending_bytes = pending_bytes
        self.max_pending = max_pending
        self.max_upgraded = max_upgraded
        self.on_decision = on_decision
        self.limited = max_pending is not None or max_upgraded is not None
        self.observed = max_upgraded is not None or on_decision is not None
        self.tasks: set[asyncio.Future[Any]] = set()
        """Handlers that have not ended, answered or not: the event loop has weak references."""
        self.shutdown = inf
        """When handlers that have not answered are cut short, once it is closed."""
        self._waiters: list[asyncio.Future[None]] = []

    def bind(self) -> Callable[[], float]:
        """Return the clock of the event loop, from now on the one that runs."""
        return self.sweep.bind().time

    @property
    def pending(self) -> int:
        """The number of connections without a final decision."""
        return len(self.sweep.heads) + len(self.sweep.handlers)

    @property
    def upgraded(self) -> int | None:
        """The number of upgraded connections that are open, where they are counted."""
        if self.max_upgraded is None:
            return None
        self.sweep.purge()
        return len(self.sweep.upgraded)

    @property
    def is_full(self) -> bool:
        """Whether one more upgrade would be too many, should all handlers accept."""
        sweep = self.sweep
        return (
            self.max_upgraded is not None
            and len(sweep.upgraded) + len(sweep.handlers) >= self.max_upgraded
        )

    def refusal_at_accept(self) -> Reason | None:
        """Return why the newest of the pending is refused before a byte of it is read, if it is."""
        if self.closed:
            return Reason.SHUTDOWN
        if self.max_pending is not None and self.pending > self.max_pending:
            return Reason.CAPACITY
        # With a fallback the connection may be none that asks for an upgrade.
        if self.fallback is None and self.is_full:
            return Reason.CAPACITY
        return None

    def observe(self, decision: Decision, transport: asyncio.Transport) -> None:
        """Take note of a final decision, whose bytes are written."""
        if self.max_upgraded is not None and decision.action is Action.SWITCH:
            self.sweep.count(transport)
        if self.on_decision is not None:
            try:
                self.on_decision(decision, transport)
            except Exception as error:  # noqa: BLE001 - whatever a caller's observer raises
                report("on_decision failed", decision, error)

    def stats(self) -> Counter[Reason]:
        """Return how often each reason has been the final one, those that have occurred."""
        return Counter(self.counts)

    def close(self) -> None:
        """Refuse what has no decision yet, now or when the handlers' time is over."""
        if self.closed:
            return
        self.closed = self.limited = True
        sweep = self.sweep
        for connection in list(sweep.heads):
            connection.shut_down()
        if sweep.handlers:
            self.shutdown = sweep.bind().time() + self.shutdown_timeout
            for connection, deadline in sweep.handlers.items():
                sweep.handlers[connection] = min(deadline, self.shutdown)
            if self.shutdown < sweep.wake:
                sweep.arm(self.shutdown)
        self.settle()

    def settle(self) -> None:
        """Note that a queue is empty: end the timer, and who waits for the last decision."""
        self.sweep.rest()
        if self.closed and not self.pending:
            for waiter in self._waiters:
                if not waiter.done():
                    waiter.set_result(None)
            self._waiters.clear()

    async def wait_closed(self) -> None:
        """Wait until it is closed and nothing is pending."""
        while not self.closed or self.pending:
            await self._wait()

    async def wait_lingered(self) -> None:
        """Wait until it is closed, nothing is pending and no refused peer is waited for."""
        while not self.closed or self.pending or self.sweep.refusals:
            await self._wait()

    async def _wait(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        await waiter
