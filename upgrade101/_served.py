"""The fallback of one connection: its protocol, its transport, and the request it is given.

In: the requests that go on, and their bodies. Out: the same bytes, to the fallback's protocol; what
follows a request on the connection [contract 8.1].

Always: the fallback gets each request as `forward` has it, byte for byte.
Not here: the states of the connection.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from upgrade101._core import BodyReader, Decision, Reason, Request
from upgrade101._handover import feed
from upgrade101._standin import StandIn

if TYPE_CHECKING:
    import asyncio

    from upgrade101._standin import Follower
    from upgrade101._types import Fallback


class Next(Enum):
    """What follows on a connection."""

    REQUEST = 0
    BODY = 1
    ANSWER = 2
    """Nothing is known before the request is answered."""
    NOTHING = 3


class Served:
    """What a connection has while a fallback serves it."""

    __slots__ = ("_asks", "_body", "_last", "answers", "decision", "standin")

    def __init__(
        self, fallback: Fallback, follower: Follower, transport: asyncio.Transport
    ) -> None:
        self.standin = StandIn(follower, transport, fallback())
        self.answers = self.standin.answers
        self.decision: Decision | None = None
        """The PASS whose body goes on."""
        self._body: BodyReader | None = None
        self._asks = False
        """Whether the answer says what follows the request."""
        self._last = False
        """Whether no further request follows it."""

    def connect(self, *, write_paused: bool) -> None:
        """Give the fallback's protocol its transport."""
        self.standin.protocol.connection_made(self.standin)
        if write_paused:
            self.standin.protocol.pause_writing()

    def expect(self, decision: Decision, *, untouched: bool) -> Next:
        """Take a request that goes on; return what follows its head."""
        request = decision.request
        assert request is not None, "what goes on has a head"  # noqa: S101 - for type checkers
        self._asks = (
            untouched
            or request.method == "CONNECT"
            or (
                decision.reason not in (Reason.NO_UPGRADE, Reason.WS_UPGRADE_MISSING)
                and decision.forward == request.head
            )
        )
        self._last = _is_last(request)
        self.answers.expect(request.method, may_switch=self._asks)
        size = 0 if request.method == "CONNECT" else decision._framing  # noqa: SLF001 - for this layer
        if size == 0:
            return self.after()
        self.decision = decision
        self._body = BodyReader(chunked=True) if size is None else BodyReader(length=size)
        return Next.BODY

    def after(self) -> Next:
        """Return what follows the request that was taken last."""
        if self._asks:
            return Next.ANSWER
        return Next.NOTHING if self._last else Next.REQUEST

    def after_answer(self) -> Next:
        """Return what follows it, since its answer was no switch."""
        self._asks = False
        return self.after()

    def pass_head(self, decision: Decision, *, untouched: bool) -> None:
        """Give the fallback the head of a request."""
        request = decision.request
        assert request is not None, "what goes on has a head"  # noqa: S101 - for type checkers
        feed(self.standin.protocol, request.head if untouched else decision.forward)

    def pass_body(self, data: bytes) -> tuple[bytes, Reason | None]:
        """Give the fallback its part of `data`; return what follows, and the body's defect."""
        body = self._body
        assert body is not None, "a body is being read"  # noqa: S101 - for type checkers
        size = body.skip(data)
        if body.done:
            self._body = self.decision = None
        if size:
            feed(self.standin.protocol, data if size == len(data) else data[:size])
        return data[size:], body.reason

    @property
    def in_body(self) -> bool:
        """Whether the body of a request is not at its end."""
        return self._body is not None

    def end(self, exc: Exception | None = None) -> None:
        """Tell the fallback that its connection is lost."""
        self.standin.detach()
        self.standin.protocol.connection_lost(exc)


def _is_last(request: Request) -> bool:
    """Return whether a request is its connection's last [RFC 9112 9.3, 9.6]."""
    options = [option.lower() for option in request.get_list("Connection")]
    return "close" in options or (request.version == "1.0" and "keep-alive" not in options)
