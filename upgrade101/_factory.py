"""The protocol factory: the settings of a server, and what its connections share.

In: a negotiator, a handler and the limits of a server; then each connection's decisions. Out: a
protocol for each connection; what is pending, what has been decided.

Always: arguments are checked when the factory is made, never later. Every final decision is counted
once. A connection waits in one queue at the most, and is pending while that is `heads` or
`handlers`.

Not here: listening (`_server`), and a connection's life (`_connection`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextvars import copy_context
from inspect import iscoroutinefunction
from math import inf
from typing import TYPE_CHECKING, Any

from upgrade101._connection import Connection
from upgrade101._core import Action, Decision, Negotiator, Reason
from upgrade101._deadlines import Deadlines
from upgrade101._log import note, report
from upgrade101._upgraded import Upgraded

if TYPE_CHECKING:
    from upgrade101._types import Admit, Fallback, OnDecision
    from upgrade101._upgrade import Handler


class UpgradeFactory:
    """A protocol factory in asyncio's sense, for `loop.create_server` and other acceptors.

    `negotiator` decides; `handler` is called with an `Upgrade` for each `SWITCH` and answers it: a
    coroutine function, or a plain function that answers before it returns.

    - `fallback`: a protocol factory; its protocol serves each request that is not upgraded, and
      each later request of the connection is decided too. Without one such a request is refused
      with 426 [RFC 9110 15.5.22].
    - `handshake_timeout`: seconds from the accept to the decision, of a later request from its
      first byte, then 408 [RFC 9110 15.5.9].
    - `decision_timeout`: seconds for a coroutine handler to answer, then 503 [RFC 9110 15.6.4].
    - `refusal_timeout`: seconds for a refused peer to end the connection [RFC 9112 9.6].
    - `shutdown_timeout`: seconds for handlers to answer after `close`, then 503.
    - `pending_bytes`: bytes after a request that are kept while it is decided on; one read may
      pass it, then reading pauses.
    - `max_pending`: connections without a decision; one more is refused with 503.
    - `max_upgraded`: upgraded connections, those included whose handler decides; as above.
    - `on_decision`: a plain function, called with each final `Decision` and its transport, once,
      when its bytes are written. What it raises is logged.
    - `health`: a path, `"/healthz"`: GET and HEAD of it are answered here, whatever is offered:
      200, or 503 while the factory drains.
    - `admit`: a plain function, called with the transport at the accept; if what it returns is
      false the connection is refused with 503.

    A timeout of None never comes; deadlines are absolute and met within 0.05 s. A factory belongs
    to the event loop of its first connection.

    Raises `TypeError` and `ValueError` for the arguments.
    """

    def __init__(  # noqa: PLR0913 - the settings of a server, each with its default
        self,
        negotiator: Negotiator,
        handler: Handler,
        *,
        fallback: Fallback | None = None,
        handshake_timeout: float | None = 10.0,
        decision_timeout: float | None = 30.0,
        refusal_timeout: float | None = 1.0,
        shutdown_timeout: float | None = 5.0,
        pending_bytes: int = 65536,
        max_pending: int | None = None,
        max_upgraded: int | None = None,
        on_decision: OnDecision | None = None,
        health: str | None = None,
        admit: Admit | None = None,
    ) -> None:
        if not isinstance(negotiator, Negotiator):
            raise TypeError(f"negotiator must be a Negotiator, not {type(negotiator).__name__}")
        if not callable(handler):
            raise TypeError(f"handler must be callable, not {type(handler).__name__}")
        if fallback is None and not negotiator.required:
            # Nobody serves what is not upgraded: a PASS becomes the refusal that says so.
            negotiator = Negotiator(
                *negotiator.offers, required=True, hosts=negotiator.hosts, limits=negotiator.limits
            )
        self.negotiator = negotiator
        self.handler = handler
        self.fallback = _check_callable("fallback", fallback)
        self.handshake_timeout = _check_timeout("handshake_timeout", handshake_timeout)
        self.decision_timeout = _check_timeout("decision_timeout", decision_timeout)
        self.refusal_timeout = _check_timeout("refusal_timeout", refusal_timeout)
        self.shutdown_timeout = _check_timeout("shutdown_timeout", shutdown_timeout)
        self.pending_bytes = _check_count("pending_bytes", pending_bytes)
        self.max_pending = _check_count_or_none("max_pending", max_pending)
        self.max_upgraded = _check_count_or_none("max_upgraded", max_upgraded)
        self.on_decision = _check_plain("on_decision", on_decision)
        self.health = _check_path("health", health)
        self.admit = _check_plain("admit", admit)
        self.plain = False
        """Whether it is known that no transport is one of TLS."""
        self.deadlines = Deadlines()
        self.heads = self.deadlines.queue()
        """Connections whose request is not complete, from the factory's call on."""
        self.handlers = self.deadlines.queue()
        """Connections whose handler decides."""
        self.refusals = self.deadlines.queue()
        """Refused connections whose peer may still be sending."""
        self.served: set[Connection] = set()
        """Connections that have a fallback."""
        self.tasks: set[asyncio.Future[Any]] = set()
        """Handlers that have not ended, answered or not."""
        self.shutdown = inf
        """When handlers that have not answered are cut short, once it is closed."""
        self.closed = False
        self.draining = False
        self.unhealthy = False
        self._upgraded = Upgraded(self.deadlines) if max_upgraded is not None else None
        self._counts: Counter[Reason] = Counter()
        self._waiters: list[asyncio.Future[None]] = []

    def __call__(self) -> asyncio.Protocol:
        """Return the protocol of a connection that is accepted now.

        Raises `RuntimeError` in another event loop than before.
        """
        self.deadlines.bind()
        return Connection(self)

    @property
    def pending(self) -> int:
        """The number of connections without a final decision, TLS handshakes included."""
        return len(self.heads) + len(self.handlers)

    @property
    def upgraded(self) -> int | None:
        """The number of upgraded connections that are open; None without `max_upgraded`."""
        return None if self._upgraded is None else self._upgraded.count()

    def stats(self) -> Counter[Reason]:
        """Return how many requests each reason has decided; one that has not is 0."""
        return Counter(self._counts)

    # ---- closing

    def close(self) -> None:
        """Take no connection any more, and end those that wait for a decision.

        If a part of a head is there, `SHUTDOWN` (503) is written at once; connections that have
        sent nothing, or wait between two requests, are closed without a word; handlers have
        `shutdown_timeout` to answer and are then cancelled and answered with it too. A request that
        the fallback serves is its own to end. Upgraded connections are left alone.
        """
        if self.closed:
            return
        self.closed = True
        try:
            self._shut_down([*self.heads, *self.served])
        finally:
            self._bound_handlers()
            self.settle()

    def _shut_down(self, connections: list[Any]) -> None:
        """End each connection; then raise what the end of the first that failed has raised."""
        failure: BaseException | None = None
        for connection in connections:
            try:
                connection.shut_down()
            except BaseException as error:  # noqa: BLE001 - raised below
                failure = failure or error
        if failure is not None:
            raise failure

    def _bound_handlers(self) -> None:
        """Give the handlers that have not answered their last seconds."""
        if self.handlers:
            self.shutdown = self.deadlines.time() + self.shutdown_timeout
            for waiting, deadline in self.handlers.items():
                self.handlers[waiting] = min(deadline, self.shutdown)
            if self.shutdown < self.deadlines.wake:
                self.deadlines.expect(self.shutdown)

    async def wait_closed(self) -> None:
        """Wait until the factory is closed and no connection is pending."""
        while not self.closed or self.pending:
            await self._wait()

    async def drain(self, timeout: float | None = 10.0) -> bool:  # noqa: ASYNC109 - what is left is told
        """Go on deciding what is accepted, end the fallback's connections, and refuse nobody.

        A connection of the fallback's is closed after the request that it serves, an idle one at
        once. Returns True when nothing is pending, False after `timeout` seconds.
        """
        self.draining = True
        for connection in list(self.served):
            connection.close_if_idle()
        try:
            async with asyncio.timeout(timeout):
                while self.pending or any(each.is_served for each in self.served):
                    await self._wait()
        except TimeoutError:
            return False
        return True

    async def wait_lingered(self) -> None:
        """Wait until it is closed, nothing is pending and no refused peer is waited for."""
        while not self.closed or self.pending or self.refusals:
            await self._wait()

    async def _wait(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        finally:
            self._waiters.remove(waiter)

    # ---- what a connection asks and tells

    @property
    def ends(self) -> bool:
        """Whether a connection ends after its request: the factory is closed, or drains."""
        return self.closed or self.draining

    @property
    def is_healthy(self) -> bool:
        """What a health check is told."""
        return not (self.unhealthy or self.ends)

    @property
    def is_full(self) -> bool:
        """Whether one more upgrade would be too many, should all handlers accept."""
        upgraded = self._upgraded
        return (
            upgraded is not None
            and self.max_upgraded is not None
            and upgraded.count() + len(self.handlers) >= self.max_upgraded
        )

    def refusal_at_accept(self, transport: asyncio.Transport) -> Reason | None:
        """Return why a connection is refused before a byte of it is read, if it is."""
        if self.closed:
            return Reason.SHUTDOWN
        if self.max_pending is not None and self.pending > self.max_pending:
            return Reason.CAPACITY
        # With a fallback the connection may be none that asks for an upgrade.
        if self._upgraded is not None and self.fallback is None and self.is_full:
            return Reason.CAPACITY
        if self.admit is not None and not self._is_admitted(self.admit, transport):
            return Reason.CAPACITY
        return None

    def refusal_at_upgrade(self) -> Reason | None:
        """Return why an upgrade is refused before its handler is asked, if it is."""
        if self.closed:
            return Reason.SHUTDOWN
        return Reason.CAPACITY if self._upgraded is not None and self.is_full else None

    def health_answer(self, decision: Decision) -> Decision | None:
        """Return the answer to a request that is a health check, if it is one."""
        request = None if self.health is None else decision.request
        if request is None or request.path != self.health or request.method not in ("GET", "HEAD"):
            return None
        return decision.reject(200, (), b"OK\n") if self.is_healthy else decision.reject(503)

    def _is_admitted(self, admit: Admit, transport: asyncio.Transport) -> bool:
        try:
            return bool(copy_context().run(admit, transport))
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - whatever a caller's function raises
            report("admit failed", None, error)
            return False

    def observe(self, decision: Decision, transport: asyncio.Transport) -> None:
        """Log and count a final decision, whose bytes are written."""
        note(decision, transport)
        self._counts[decision.reason] += 1
        if self._upgraded is not None and decision.action is Action.SWITCH:
            self._upgraded.add(transport)
        if self.on_decision is not None:
            try:
                copy_context().run(self.on_decision, decision, transport)
            except Exception as error:  # noqa: BLE001 - whatever a caller's observer raises
                report("on_decision failed", decision, error)

    def settle(self) -> None:
        """Note that nothing of one kind waits any more: end the timer, wake who waits for that."""
        self.deadlines.rest()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)


def _check_callable(name: str, value: Any) -> Any:  # noqa: ANN401 - of any type
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be callable, or None, not {type(value).__name__}")
    return value


def _check_plain(name: str, value: Any) -> Any:  # noqa: ANN401 - of any type
    # An object may be a function by its type's `__call__`.
    if iscoroutinefunction(value) or iscoroutinefunction(getattr(value, "__call__", None)):  # noqa: B004
        raise TypeError(f"{name} must be a plain function: nobody would await its coroutine")
    return _check_callable(name, value)


def _check_path(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, or None, not {type(value).__name__}")
    if not value.startswith("/") or not value.isascii() or any(each in "?# *" for each in value):
        raise ValueError(f"{name} must be a path that begins with '/': {value!r:.80}")
    return value


def _check_timeout(name: str, value: float | None) -> float:
    if value is None:
        return inf
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, or None, not {type(value).__name__}")
    # Written so that NaN is refused as well.
    if not value >= 0:
        raise ValueError(f"{name} must not be below 0: {value!r}")
    return float(value)


def _check_count(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an integer, not {type(value).__name__}")
    if value < 0:
        raise ValueError(f"{name} must not be below 0: {value!r:.80}")
    return value


def _check_count_or_none(name: str, value: int | None) -> int | None:
    return None if value is None else _check_count(name, value)
