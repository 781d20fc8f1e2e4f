"""The record of decisions: a printed line for each, and the decision itself for who asked.

In: each final decision, as `upgrade101.serve(on_decision=...)` reports it. Out: one line, and
the decision to a caller that expected it. Always: nothing of a request is printed unescaped or
beyond REQUEST_LINE_LIMIT. It keeps nothing of a decision once it is printed.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

from upgrade101 import Decision, Negotiator

REQUEST_LINE_LIMIT = 120
"""Characters of an escaped request line that are printed."""


def describe(decision: Decision) -> dict[str, object]:
    """Return what a decision says, as a JSON object."""
    return {
        "action": decision.action.name,
        "reason": decision.reason.name,
        "status": decision.reason.status,
        "rfc": decision.reason.rfc,
        "text": decision.reason.text,
        "protocol": decision.protocol,
        "subprotocol": decision.subprotocol,
        "extensions": decision.extensions,
    }


class Journal:
    """Prints the decisions of `negotiator`, a line each, with `write`."""

    def __init__(self, negotiator: Negotiator, write: Callable[[str], object]) -> None:
        self._negotiator = negotiator
        self._write = write
        self._expected: dict[object, asyncio.Future[Decision]] = {}

    def __call__(self, decision: Decision, transport: asyncio.BaseTransport) -> None:
        """Print one decision about the connection `transport`."""
        client = transport.get_extra_info("peername")
        waiting = self._expected.get(client)
        if waiting is not None and not waiting.done():
            waiting.set_result(decision)
        self._write(self._line(decision, client))

    async def decision_for(self, client: object, ask: Callable[[], object]) -> Decision:
        """Call `ask`, which sends a request from the address `client`; return what is decided."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Decision] = loop.create_future()
        self._expected[client] = waiting
        try:
            ask()
            return await waiting
        finally:
            del self._expected[client]

    def _line(self, decision: Decision, client: object) -> str:
        head = _head(decision)
        return " ".join(
            (
                datetime.now(tz=UTC).astimezone().strftime("%H:%M:%S.%f")[:-3],
                _address(client),
                _request_line(head),
                decision.action.name,
                decision.reason.name,
                decision.protocol or "-",
                self._microseconds(head),
            )
        )

    def _microseconds(self, head: bytes) -> str:
        """Decide `head` once more, and return how long it took.

        The decision that is printed was made inside the server, between reading and writing;
        its own time cannot be told apart there.
        """
        if not head:
            return "-"
        begin = time.perf_counter_ns()
        self._negotiator.decide(head)
        return f"{(time.perf_counter_ns() - begin) / 1000:.1f}us"


def _head(decision: Decision) -> bytes:
    """Return the bytes decided on, or nothing where no head was completed."""
    if decision.request is not None:
        return decision.request.head
    # The client preface of HTTP/2 is no request; it stands first in what is left over.
    return decision.leftover


def _request_line(head: bytes) -> str:
    if not head:
        return "-"
    line = head.lstrip(b"\r\n").partition(b"\r\n")[0].decode("latin-1")
    escaped = line.encode("unicode_escape").decode("ascii").replace('"', '\\"')
    if len(escaped) > REQUEST_LINE_LIMIT:
        escaped = escaped[:REQUEST_LINE_LIMIT] + "..."
    return f'"{escaped}"'


def _address(client: object) -> str:
    match client:
        case (str(host), int(port), *_):
            return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        case _:
            return "-"
