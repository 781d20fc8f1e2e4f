"""The ways that a connection can go, from its accept to its end.

In: nothing. Out: for each way a handler, the settings of a server, what a client sends and reads
before it closes, and the decision that is counted.
Always: a client has proof that its connection went this way before it closes, but on those whose
server says nothing.
Not here: how many go it, and what is left of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import heads
from asyncio_helpers import ECHO, ECHO_ACCEPTED, GARBAGE, PLAIN, Echo

from upgrade101 import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from upgrade101 import Upgrade

TAIL = b"behind the head"
RUNS = b"the handler runs"
"""Written by a handler that waits; nothing else tells a client that it does."""
SERVED = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nserved"
HALF = heads.upgrade("echo", "Content-Length: 5", "Expect: 100-continue")
"""A request whose body is asked for and does not come."""


class Ending(Echo):
    """An echo that closes its transport, as asyncio's needs to cease to refer to itself."""

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Close what is closed already."""
        self.transport.close()


class Serving(Ending):
    """A fallback that answers each request, which comes whole."""

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - every answer is the same
        """Answer."""
        self.transport.write(SERVED)


class Closing(Ending):
    """A fallback that ends its connection with its answer."""

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - as above
        """Answer, and close."""
        self.transport.write(SERVED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        self.transport.close()


class Broken(Ending):
    """A protocol that cannot be connected."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Fail."""
        super().connection_made(transport)
        raise LookupError(self)


async def wait(upgrade: Upgrade) -> None:
    upgrade.transport.write(RUNS)
    # No timer: those that are cancelled are kept by asyncio's loop for a while.
    await asyncio.get_running_loop().create_future()


async def accept(upgrade: Upgrade) -> None:
    upgrade.accept(Ending())


async def accept_streams(upgrade: Upgrade) -> None:
    _, writer = upgrade.accept_streams()
    writer.close()
    await writer.wait_closed()


async def fail(upgrade: Upgrade) -> None:
    await asyncio.sleep(0)
    raise LookupError(upgrade)


async def forget(_: Upgrade) -> None:
    await asyncio.sleep(0)


async def cancel(upgrade: Upgrade) -> None:
    await asyncio.sleep(0)
    raise asyncio.CancelledError(upgrade)


async def answer_late(upgrade: Upgrade) -> None:
    try:
        await wait(upgrade)
    finally:
        upgrade.accept_streams()


async def refuse(upgrade: Upgrade) -> None:
    await asyncio.sleep(0)
    upgrade.refuse(403)


def decline(upgrade: Upgrade) -> None:
    upgrade.decline()


def fail_at_once(upgrade: Upgrade) -> None:
    raise LookupError(upgrade)


def raise_in_on_decision(decision: object, transport: object) -> None:
    raise LookupError(decision, transport)


@dataclass(frozen=True)
class Way:
    """One way of a connection."""

    reason: Reason | None
    """The last decision's, None where there is none."""
    handler: Callable[[Upgrade], Any] = fail_at_once
    settings: dict[str, Any] = field(default_factory=dict)
    """Of `serve`."""
    sends: bytes = ECHO
    reads: bytes | None = None
    """The end of what the client reads before it closes, None for the end of the connection."""
    earlier: Reason | None = None
    """The decision's on the request before the last, if there are two."""

    def stats(self, count: int) -> dict[Reason, int]:
        """Return what so many connections count as."""
        return {reason: count for reason in (self.reason, self.earlier) if reason is not None}


WAYS = {
    "accept": Way(
        Reason.SWITCHED, lambda upgrade: upgrade.accept(Ending()), sends=ECHO + TAIL, reads=TAIL
    ),
    "accept by a coroutine": Way(Reason.SWITCHED, accept, sends=ECHO + TAIL, reads=TAIL),
    "accept counted": Way(Reason.SWITCHED, accept, {"max_upgraded": 10_000}, reads=ECHO_ACCEPTED),
    "accept streams": Way(Reason.SWITCHED, accept_streams),
    "accept broken": Way(Reason.SWITCHED, lambda upgrade: upgrade.accept(Broken())),
    "accept seen": Way(
        Reason.SWITCHED, accept, {"on_decision": raise_in_on_decision}, reads=ECHO_ACCEPTED
    ),
    "refuse": Way(Reason.REFUSED, lambda upgrade: upgrade.refuse(403)),
    "refuse by a coroutine": Way(Reason.REFUSED, refuse),
    "refuse for a moment": Way(Reason.REFUSED, refuse, {"refusal_timeout": 0}),
    "end while deciding": Way(None, wait, reads=RUNS),
    "late answer": Way(None, answer_late, reads=RUNS),
    "decision timeout": Way(Reason.DECISION_TIMEOUT, wait, {"decision_timeout": 0}),
    "full": Way(Reason.CAPACITY, wait, {"max_upgraded": 0}),
    "exception": Way(Reason.HANDLER_FAILED),
    "exception of a coroutine": Way(Reason.HANDLER_FAILED, fail),
    "no answer": Way(Reason.HANDLER_FAILED, forget),
    "cancel": Way(Reason.HANDLER_FAILED, cancel),
    "pass": Way(Reason.NO_UPGRADE, settings={"fallback": Ending}, sends=PLAIN, reads=PLAIN),
    "pass broken": Way(Reason.NO_UPGRADE, settings={"fallback": Broken}, sends=PLAIN),
    "pass and accept": Way(
        Reason.SWITCHED,
        accept,
        {"fallback": Serving},
        sends=PLAIN + ECHO + TAIL,
        reads=TAIL,
        earlier=Reason.NO_UPGRADE,
    ),
    "pass and refuse": Way(
        Reason.BAD_METHOD,
        settings={"fallback": Serving},
        sends=PLAIN + GARBAGE,
        earlier=Reason.NO_UPGRADE,
    ),
    "pass and be closed": Way(Reason.NO_UPGRADE, settings={"fallback": Closing}, sends=PLAIN),
    "decline": Way(Reason.PROTOCOL_NOT_OFFERED, decline, {"fallback": Serving}, reads=b"served"),
    "decline without a fallback": Way(Reason.PROTOCOL_NOT_OFFERED, decline),
    "required": Way(Reason.UPGRADE_REQUIRED, sends=PLAIN),
    "reject": Way(Reason.BAD_METHOD, sends=GARBAGE),
    "end in a request": Way(None, sends=HALF, reads=b"100 Continue\r\n\r\n"),
    "end in silence": Way(None, sends=b"", reads=b""),
    "handshake timeout": Way(
        Reason.HANDSHAKE_TIMEOUT, settings={"handshake_timeout": 0.2}, sends=HALF
    ),
    "handshake timeout in silence": Way(None, settings={"handshake_timeout": 0}, sends=b""),
    "full before a request": Way(Reason.CAPACITY, settings={"max_pending": 0}, sends=b""),
}
