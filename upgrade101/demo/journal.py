"""The record of decisions: a printed line for each, and the decision itself for who asked.

In: each final decision, as `upgrade101.serve(on_decision=...)` reports it. Out: one line, and
the decision to a caller that expected it, or that asks for it later by the name that the page
gave to its handshake. Always: nothing of a request is printed unescaped or beyond
REQUEST_LINE_LIMIT; no more than KEPT decisions are kept, of handshakes of the page only.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

from upgrade101 import Decision, Negotiator, Reason

REQUEST_LINE_LIMIT = 120
"""Characters of an escaped request line that are printed."""
HANDSHAKE_PATH = "/handshake"
"""Where the page opens its WebSocket; the query is a name that only this page knows."""
KEPT = 64
"""Handshakes of pages that can be asked for; older ones are forgotten."""
_NAME = re.compile(r"[0-9a-f]{32}")


def describe(decision: Decision) -> dict[str, object]:
    """Return what a decision says, as a JSON object."""
    return {
        "action": decision.action.name,
        "reason": decision.reason.name,
        "status": decision.status,
        "rfc": decision.reason.rfc,
        "text": decision.reason.text,
        "field": decision.reason.field,
        "detail": decision.detail,
        "offset": decision.offset,
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
        self._kept: OrderedDict[str, Decision] = OrderedDict()

    def __call__(self, decision: Decision, transport: asyncio.BaseTransport) -> None:
        """Print one decision about the connection `transport`."""
        client = transport.get_extra_info("peername")
        waiting = self._expected.get(client)
        if waiting is not None and not waiting.done():
            waiting.set_result(decision)
        self._keep(decision)
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

    def kept(self, name: str) -> Decision | None:
        """Return what was decided on the page's handshake of this name, if it is known."""
        return self._kept.get(name)

    def _keep(self, decision: Decision) -> None:
        request = decision.request
        if request is None or request.path != HANDSHAKE_PATH:
            return
        name = request.query or ""
        if _NAME.fullmatch(name):
            self._kept[name] = decision
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)

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
    """Return the bytes decided on, or nothing if no head was completed."""
    if decision.request is None:
        return b""
    if decision.reason is Reason.HTTP2_PRIOR_KNOWLEDGE:
        # The preface is longer than the request that it writes.
        return decision.leftover
    return decision.request.head


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
