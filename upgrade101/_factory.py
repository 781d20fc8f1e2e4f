"""The protocol factory: what makes connections for a server of any event loop.

In: a negotiator, a handler and the limits of a server. Out: a protocol for each connection.
Always: arguments are checked when the factory is made, never later.
Not here: listening (`_server`), and a connection's way to its decision (`_connection`).
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from upgrade101._core import Negotiator, Reason
from upgrade101._shared import Fallback, Handler, OnDecision, Shared

if TYPE_CHECKING:
    import asyncio
    from collections import Counter


class UpgradeFactory:
    """A protocol factory in asyncio's sense, for `loop.create_server` and other acceptors.

    `negotiator` decides; `handler` is called with an `Upgrade` for each `SWITCH` and answers it: a
    coroutine function, or a plain function that answers before it returns.

    - `fallback`: a protocol factory; a request that is not upgraded is its protocol's, from the
      connection's first byte. Without one such a request is refused with 426 [RFC 9110 15.5.22].
    - `handshake_timeout`: seconds from the accept to the decision, then 408 [RFC 9110 15.5.9].
    - `decision_timeout`: seconds for a coroutine handler to answer, then 503 [RFC 9110 15.6.4].
    - `refusal_timeout`: seconds for a refused peer to end the connection [RFC 9112 9.6].
    - `shutdown_timeout`: seconds for handlers to answer after `close`, then 503.
    - `pending_bytes`: bytes behind the request that are kept while a coroutine handler decides;
      one read may pass it, then reading pauses.
    - `max_pending`: connections without a decision; one more is refused with 503.
    - `max_upgraded`: upgraded connections, those included whose handler decides; as above.
    - `on_decision`: called with each final `Decision` and its transport, once, when its bytes are
      written. What it raises is logged.

    A timeout of None never comes; deadlines are absolute and met within 0.05 s. A factory belongs
    to the event loop of its first connection.

    Raises `TypeError` and `ValueError` for the arguments.
    """

    __slots__ = ("__weakref__", "_shared")

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
    ) -> None:
        if not isinstance(negotiator, Negotiator):
            raise TypeError(f"negotiator is not a Negotiator: {negotiator!r}")
        if not callable(handler):
            raise TypeError(f"handler is not callable: {handler!r}")
        _check_callable("fallback", fallback)
        _check_callable("on_decision", on_decision)
        if fallback is None and not negotiator.required:
            # Nobody serves what is not upgraded: a PASS becomes the refusal that says so.
            negotiator = Negotiator(
                *negotiator.offers, required=True, hosts=negotiator.hosts, limits=negotiator.limits
            )
        self._shared = Shared(
            negotiator,
            handler,
            fallback=fallback,
            handshake_timeout=_check_timeout("handshake_timeout", handshake_timeout),
            decision_timeout=_check_timeout("decision_timeout", decision_timeout),
            refusal_timeout=_check_timeout("refusal_timeout", refusal_timeout),
            shutdown_timeout=_check_timeout("shutdown_timeout", shutdown_timeout),
            pending_bytes=_check_count("pending_bytes", pending_bytes),
            max_pending=None if max_pending is None else _check_count("max_pending", max_pending),
            max_upgraded=(
                None if max_upgraded is None else _check_count("max_upgraded", max_upgraded)
            ),
            on_decision=on_decision,
        )

    def __call__(self) -> asyncio.Protocol:
        """Return the protocol of a connection that is accepted now."""
        return self._shared()

    @property
    def pending(self) -> int:
        """The number of connections without a final decision."""
        return self._shared.pending

    @property
    def upgraded(self) -> int | None:
        """The number of upgraded connections that are open; None without `max_upgraded`."""
        return self._shared.upgraded

    def stats(self) -> Counter[Reason]:
        """Return how many connections each reason has decided; one that has not is 0."""
        return self._shared.stats()

    def close(self) -> None:
        """Take no connection any more, and end those that wait for a decision.

        Where the head is not complete, `SHUTDOWN` (503) is written at once; handlers have
        `shutdown_timeout` to answer and are then cancelled and answered with it too. Upgraded
        connections are left alone.
        """
        self._shared.close()

    async def wait_closed(self) -> None:
        """Wait until the factory is closed and no connection is pending."""
        await self._shared.wait_closed()


def _check_callable(name: str, value: object) -> None:
    if value is not None and not callable(value):
        raise TypeError(f"{name} is not callable: {value!r}")


def _check_timeout(name: str, value: float | None) -> float:
    if value is None:
        return inf
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} is not a number of seconds: {value!r}")
    # Written so that NaN is refused as well.
    if not value >= 0:
        raise ValueError(f"{name} is below 0: {value!r}")
    return float(value)


def _check_count(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is not an integer: {value!r}")
    if value < 0:
        raise ValueError(f"{name} is below 0: {value!r}")
    return value
