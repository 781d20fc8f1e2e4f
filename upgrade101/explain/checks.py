"""Every check of a request: passed, failed or not reached, and what was seen.

In: a verdict. Out: one result for each row of `csrc/checks.def` that is of this request's path.
Always: the order and the reasons are that table's; the reason is the verdict's. Not here: checking.
"""

from collections.abc import Callable
from dataclasses import dataclass

from upgrade101 import H2C, TLS, Protocol, Reason, WebSocket
from upgrade101.explain._rows import ROWS
from upgrade101.explain.lines import defect_of
from upgrade101.explain.offers import Offer
from upgrade101.explain.shown import Shield, cut, visible
from upgrade101.explain.verdict import PRIOR_KNOWLEDGE, Verdict

OK, FAILED, NOT_REACHED = "ok", "failed", "not reached"
# These belong to the part of the head that was being read.
OF_A_PART = frozenset({Reason.BARE_CR, Reason.BARE_LF, Reason.HEAD_TOO_LARGE})
PATHS: dict[type, str] = {WebSocket: "websocket", H2C: "h2c", Protocol: "own", TLS: "tls"}


@dataclass(frozen=True)
class Row:
    """One check, as `csrc/checks.def` has it."""

    name: str
    path: str
    title: str
    rfc: str
    text: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """What came of one check."""

    row: Row
    state: str
    value: str | None
    reason: Reason | None

    @property
    def rfc(self) -> str:
        """The section: the reason's if the check failed."""
        return self.row.rfc if self.reason is None else self.reason.rfc

    @property
    def text(self) -> str:
        """The sentence: the reason's if the check failed."""
        return self.row.text if self.reason is None else self.reason.text


TABLE = tuple(Row(*row) for row in ROWS)


def path_of(offer: Offer) -> str:
    """Return the path of the rows that an offer's checks are."""
    return PATHS[type(offer)]


def row_of(verdict: Verdict) -> str | None:
    """Return the name of the check that the reason belongs to, or that waits for more bytes."""
    if verdict.decision is None:
        return "body" if verdict.request is not None else _waiting(verdict)
    reason = verdict.decision.reason
    if reason in OF_A_PART and verdict.decision.offset is not None:
        return verdict.parts.name_of(verdict.decision.offset)
    if reason is Reason.BODY_TOO_LARGE:
        # Of a body in chunks it is found in a chunk-size.
        return "own-body" if verdict.decision.offset is None else "body"
    return next((row.name for row in TABLE if reason.name in row.reasons), None)


def _waiting(verdict: Verdict) -> str:
    """Return the check that waits; the very first bytes may be those of anything."""
    data = verdict.data
    if not data or data in {b"\r", b"\r\n"} or b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".startswith(data):
        return "opening"
    return verdict.parts.name_of(len(data))


def rows_of(verdict: Verdict) -> list[Row]:
    """Return the rows of this request's path, in order."""
    if verdict.reason is PRIOR_KNOWLEDGE:
        return [row for row in TABLE if row.name == "opening"]
    path = path_of(verdict.offer or verdict.server.offers[0])
    left_out = set()
    if verdict.server.hosts is None:
        left_out.add("hosts")
    if not _body_is_read(verdict):
        left_out.add("body")
    return [row for row in TABLE if row.path in {"", path} and row.name not in left_out]


def _body_is_read(verdict: Verdict) -> bool:
    if verdict.request is None or row_of(verdict) == "body":
        return verdict.request is not None
    return verdict.switches and verdict.head.has_body


def check(verdict: Verdict, shield: Shield) -> list[Check]:
    """Return the result of each check."""
    rows = rows_of(verdict)
    deciding = None if verdict.switches else row_of(verdict)
    checks = []
    state = OK
    for row in rows:
        reason = None
        if row.name == deciding:
            reason = verdict.reason
            state = FAILED if reason is not None else NOT_REACHED
        value = _value(verdict, row, shield, reason)
        checks.append(Check(row, state, None if value is None else cut(value), reason))
        if state == FAILED:
            state = NOT_REACHED
    return checks


def _value(verdict: Verdict, row: Row, shield: Shield, reason: Reason | None) -> str | None:
    if reason is not None and verdict.decision is not None and verdict.decision.offset is not None:
        return defect_of(verdict, shield).excerpt()
    reader = _READERS.get(row.name)
    head_only = row.name in {"method", "target", "version"}
    if reader is None or (verdict.request is None and not (head_only and _is_read(verdict, row))):
        return None
    return reader(verdict, shield) or None


def _is_read(verdict: Verdict, row: Row) -> bool:
    """Tell whether a part of the request line has been read to its end."""
    deciding = row_of(verdict)
    names = [row.name for row in TABLE]
    return deciding in names and names.index(row.name) < names.index(str(deciding))


def _field(name: str) -> Callable[[Verdict, Shield], str]:
    def read(verdict: Verdict, shield: Shield) -> str:
        values = verdict.head.lines(name.lower())
        return ", ".join(shield.field(name, value) or '""' for value in values)

    return read


def _framing(verdict: Verdict, shield: Shield) -> str:
    names = ("Transfer-Encoding", "Content-Length")
    lines = [
        f"{name}: {shield.field(name, value)}"
        for name in names
        for value in verdict.head.lines(name.lower())
    ]
    return "; ".join(lines) or "no body"


def _count(verdict: Verdict, _: Shield) -> str:
    number = len(verdict.head.fields)
    return f"{number} line{'s' * (number != 1)}"


def _transport(verdict: Verdict, _: Shield) -> str:
    return "TLS" if verdict.secure else "no TLS"


def _version(verdict: Verdict, _: Shield) -> str:
    return f"HTTP/{visible(verdict.head.version)}"


def _leftover(verdict: Verdict, _: Shield) -> str:
    end = len(verdict.request.head) if verdict.request is not None else 0
    number = len(verdict.data) - end
    return f"{number} byte{'s' * (number != 1)}" if number > 0 else "nothing"


_method: Callable[[Verdict, Shield], str] = lambda v, _: visible(v.head.method)  # noqa: E731
_READERS: dict[str, Callable[[Verdict, Shield], str]] = {
    "method": _method,
    "target": lambda verdict, shield: shield.target(verdict.head.target),
    "version": _version,
    "fields": _count,
    "host": _field("Host"),
    "hosts": _field("Host"),
    "framing": _framing,
    "asked": _field("Upgrade"),
    "http-1.1": _version,
    "not-connect": _method,
    "connection": _field("Connection"),
    "upgrade": _field("Upgrade"),
    "offered": _field("Upgrade"),
    "ws-method": _method,
    "ws-body": _framing,
    "ws-version": _field("Sec-WebSocket-Version"),
    "ws-key": _field("Sec-WebSocket-Key"),
    "ws-origin": _field("Origin"),
    "ws-subprotocol": _field("Sec-WebSocket-Protocol"),
    "ws-extensions": _field("Sec-WebSocket-Extensions"),
    "h2c-transport": _transport,
    "h2c-body": _framing,
    "h2c-settings": _field("HTTP2-Settings"),
    "own-method": _method,
    "own-body": _framing,
    "tls-transport": _transport,
    "tls-body": _framing,
    "tls-leftover": _leftover,
    "expect": _field("Expect"),
    "body": _framing,
}
