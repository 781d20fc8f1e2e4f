"""What a connection needs of its factory.

In and out: nothing but names and types. Always: no module of the layer imports the factory, so
that imports go one way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio

    from upgrade101._core import Decision, Negotiator, Reason
    from upgrade101._deadlines import Deadlines, Queue
    from upgrade101._types import Fallback
    from upgrade101._upgrade import Handler


class Ending(Protocol):
    """A connection of a fallback, as far as the closing factory knows it."""

    def close_if_idle(self) -> None:
        """Close the connection if it is between two requests."""


class Settings(Protocol):
    """The settings of a factory and the state of all its connections. Times are in seconds."""

    negotiator: Negotiator
    handler: Handler
    fallback: Fallback | None
    handshake_timeout: float
    decision_timeout: float
    refusal_timeout: float
    pending_bytes: int
    health: str | None
    plain: bool
    """Whether it is known that no transport is one of TLS."""
    closed: bool
    shutdown: float
    """When handlers that have not answered are cut short, once it is closed."""
    deadlines: Deadlines
    heads: Queue
    handlers: Queue
    refusals: Queue
    served: set[Any]
    """Connections that have a fallback, each an `Ending`."""
    tasks: set[asyncio.Future[Any]]

    @property
    def ends(self) -> bool:
        """Whether a connection ends after its request: the server closes, or drains."""

    def refusal_at_accept(self, transport: asyncio.Transport) -> Reason | None:
        """Return why a connection is refused before a byte of it is read, if it is."""

    def refusal_at_upgrade(self) -> Reason | None:
        """Return why an upgrade is refused before its handler is asked, if it is."""

    def health_answer(self, decision: Decision) -> Decision | None:
        """Return the answer to a request that is a health check, if it is one."""

    def observe(self, decision: Decision, transport: asyncio.Transport) -> None:
        """Log and count a final decision, whose bytes are written."""

    def settle(self) -> None:
        """Note that nothing of one kind waits any more."""
