"""A connection in front of a fallback, of which a test does every step.

In: bytes of the client's, and what the fallback writes. Out: what each of them got, the decisions,
and the state.
Always: transport, clock and fallback do nothing by themselves. A loop has to run.
Not here: expectations, and real servers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import heads
from asyncio_helpers import NEGOTIATOR, Handlers, make_factory, settle
from fakes import Recorder, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from upgrade101 import Decision, Negotiator, Reason, Upgrade
    from upgrade101._connection import Connection, State

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSES = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
SWITCHES = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: foreign\r\nConnection: upgrade\r\n\r\n"
GET = heads.write("GET", "/")
LAST = heads.write("GET", "/", "Connection: close")
POST = heads.write("POST", "/", "Content-Length: 4")
CHUNKED = heads.write("POST", "/", "Transfer-Encoding: chunked")
CHUNKS = b'4;a="b"\r\nbody\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n'
FOREIGN = heads.upgrade("foreign", method="GET")
"""A request for what is not offered here; the fallback may take it."""
CONNECT = b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n"


class Site:
    """A connection, its fallback and its handler."""

    def __init__(
        self,
        handler: Callable[[Upgrade], Any] | None = None,
        *,
        make: Callable[[], Any] = Recorder,
        negotiator: Negotiator = NEGOTIATOR,
        transport: Transport | None = None,
        **settings: Any,  # noqa: ANN401 - those of `UpgradeFactory`
    ) -> None:
        self.upgraded = Recorder()
        self.handlers = Handlers()
        """For a test that answers later: `handler` is `site.handlers` of another."""
        self.made: list[Any] = []
        self.decisions: list[Decision] = []
        self._make = make
        self.factory, self.clock = make_factory(
            self._accept if handler is None else handler,
            negotiator,
            fallback=self._fallback,
            on_decision=lambda decision, _: self.decisions.append(decision),
            **settings,
        )
        self.transport = (transport or Transport()).connect(self.factory)
        self.connection: Connection = self.transport.protocol

    def _accept(self, upgrade: Upgrade) -> None:
        upgrade.accept(self.upgraded)

    def _fallback(self) -> Any:  # noqa: ANN401 - a protocol
        protocol = self._make()
        self.made.append(protocol)
        return protocol

    @property
    def fallback(self) -> Any:  # noqa: ANN401 - as it was made
        """The fallback's protocol that was made last."""
        return self.made[-1]

    @property
    def state(self) -> State:
        """What the connection is doing."""
        return self.connection.state

    @property
    def reasons(self) -> list[Reason]:
        """The reasons of all decisions, in order."""
        return [decision.reason for decision in self.decisions]

    def receive(self, data: bytes) -> Site:
        """Deliver bytes of the client's, in one piece; the loop does not turn."""
        self.transport.receive(data)
        return self

    def write(self, data: bytes) -> Site:
        """Have the fallback write; the loop does not turn."""
        self.fallback.transport.write(data)
        return self

    async def answer(self, data: bytes = OK, times: int = 1) -> None:
        """Have the fallback write so often, and the connection go on."""
        for _ in range(times):
            self.write(data)
        await settle(3)
