"""The fallback of one connection: its protocol, its transport, and the request it is given.

In: the requests that go on, and their bodies. Out: the same bytes, to the fallback's protocol; what
follows a request on the connection [contract 8.1].

Always: the fallback gets each request as `forward` has it, byte for byte.
Not here: the states of the connection.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from upgrade101._core import BodyReader, Decision, Reason, Request
from upgrade101._handover import feed
from upgrade101._standin import StandIn
from upgrade101._transports import set_reading

if TYPE_CHECKING:
    import asyncio

    from upgrade101._settings import Settings
    from upgrade101._standin import Follower
    from upgrade101._types import StreamProtocol


MOST_DUE = 64
"""Requests that may be unanswered at a time [contract 8.6]."""


class Next(IntEnum):
    """What follows on a connection."""

    REQUEST = 0
    ROOM = 1
    """A request, after one of those that are due is answered."""
    BODY = 2
    ANSWER = 3
    """Nothing is known before the request is answered."""
    NOTHING = 4


# Up to Python 3.11 a member of a class takes as long to look up as ten names of a module.
_REQUEST, _ROOM, _BODY, _ANSWER, _NOTHING = Next
_NO_UPGRADE = frozenset({Reason.NO_UPGRADE, Reason.WS_UPGRADE_MISSING})
"""Reasons of requests without an Upgrade field."""


class Served:
    """What a connection has while a fallback serves it."""

    __slots__ = (
        "_asks",
        "_body",
        "_decision",
        "_last",
        "_limits",
        "_transport",
        "answers",
        "connected",
        "standin",
    )

    def __init__(self, factory: Settings, follower: Follower, transport: asyncio.Transport) -> None:
        assert factory.fallback is not None, "else nothing goes on"  # noqa: S101 - for type checkers
        self.standin = StandIn(follower, transport, factory.fallback())
        self.answers = self.standin.answers
        self.connected = False
        self._transport = transport
        self._decision: Decision | None = None
        """The PASS whose body goes on."""
        self._body: BodyReader | None = None
        self._limits = factory.negotiator.limits
        self._asks = False
        """Whether the answer says what follows the request."""
        self._last = False
        """Whether no further request follows it."""

    @property
    def protocol(self) -> StreamProtocol:
        """The fallback's protocol."""
        return self.standin.protocol

    def connect(self, *, write_paused: bool) -> None:
        """Give the fallback's protocol its transport."""
        self.connected = True
        self.standin.protocol.connection_made(self.standin)
        if write_paused:
            self.standin.protocol.pause_writing()

    def expect(self, decision: Decision, *, untouched: bool) -> Next:
        """Take a request that goes on; return what follows its head."""
        request = decision.request
        assert request is not None, "what goes on has a head"  # noqa: S101 - for type checkers
        method = request.method
        self._asks = (
            untouched
            or method == "CONNECT"
            or (decision.reason not in _NO_UPGRADE and decision.forward == request.head)
        )
        self.answers.expect(method, may_switch=self._asks)
        options = request.get_list("Connection")
        # HTTP/1.0 ends a connection unless it is asked to keep it [RFC 9112 9.3].
        self._last = request.version == "1.0" if not options else _is_last(request, options)
        size = decision._framing  # noqa: SLF001 - for this layer
        if size == 0:
            return self.after()
        if method == "CONNECT":
            # Servers differ in what the bytes after a CONNECT that says it has a body are.
            self._last = True
            return self.after()
        self._decision = decision
        self._body = BodyReader(length=size, chunked=size is None, limits=self._limits)
        return _BODY

    def after(self) -> Next:
        """Return what follows the request that was taken last."""
        answers = self.answers
        if self._asks and answers.followed and not answers.over:
            return _ANSWER
        if self._last or answers.over:
            return _NOTHING
        return _REQUEST if answers.due < MOST_DUE else _ROOM

    @property
    def has_room(self) -> bool:
        """Whether one more request may wait for its answer."""
        return self.answers.due < MOST_DUE

    def after_answer(self) -> Next:
        """Return what follows it, for its answer was no switch."""
        self._asks = False
        return self.after()

    def pass_head(self, decision: Decision, *, untouched: bool) -> None:
        """Give the fallback the head of a request."""
        request = decision.request
        assert request is not None, "what goes on has a head"  # noqa: S101 - for type checkers
        feed(self.standin.protocol, request.head if untouched else decision.forward)

    def pass_body(self, data: bytes) -> tuple[bytes, Decision | None]:
        """Give the fallback its part of `data`; return what follows, and a defect's refusal."""
        body, decision = self._body, self._decision
        assert body is not None, "a body is being read"  # noqa: S101 - for type checkers
        assert decision is not None, "that of a request"  # noqa: S101 - for type checkers
        size = body.skip(data)
        if body.done:
            self._body = self._decision = None
        if size:
            feed(self.standin.protocol, data if size == len(data) else data[:size])
        if body.reason is None:
            return data[size:], None
        return b"", decision._refusal(body.reason)  # noqa: SLF001 - for this layer

    def give_rest(self, data: bytes) -> None:
        """Give what was read to the protocol that the fallback has switched to."""
        transport = self._transport
        if data and not transport.is_closing():
            feed(transport.get_protocol(), data)

    def give_away(self, data: bytes) -> None:
        """Give the transport, and what was read, to the protocol, which has switched by itself."""
        self.standin.pass_through()
        set_reading(self._transport, on=self.standin.reading)
        self.give_rest(data)

    @property
    def in_body(self) -> bool:
        """Whether the body of a request is not at its end."""
        return self._body is not None

    def is_due(self, reason: Reason) -> bool:
        """Return whether the responses before a decision's own are written [contract 8.3]."""
        # A defect in the body of a PASS is answered in the place of that request's response.
        own = 1 if reason is Reason.CHUNK_INVALID and self.in_body else 0
        return self.answers.due <= own

    @property
    def can_answer(self) -> bool:
        """Whether what is due can be answered in its place by another than the fallback."""
        answers = self.answers
        # A body with a defect has a request, which may have been answered before its end.
        return answers.followed and not (self.in_body and (answers.begun or not answers.due))

    def end(self, exc: Exception | None = None) -> None:
        """Tell the fallback that its connection is lost."""
        self.standin.end(exc)


def decline(decision: Decision) -> tuple[Decision, bytes]:
    """Return the PASS of a SWITCH that its handler declines, and the body that was read of it."""
    passed = decision._passed(Reason.PROTOCOL_NOT_OFFERED)  # noqa: SLF001 - for this layer
    return passed, passed.leftover[: len(passed.leftover) - len(decision.leftover)]


def _is_last(request: Request, options: tuple[str, ...]) -> bool:
    """Return whether a request is its connection's last [RFC 9112 9.3, 9.6]."""
    options = tuple(option.lower() for option in options)
    return "close" in options or (request.version == "1.0" and "keep-alive" not in options)
