"""Reading the responses to one request (9112 4 and 6.3, [contract 8.2]).

In: the method of the request, the bytes received so far from the first byte of a status line,
the limits. Out: a `Response`, a `Defect`, or `None` while more bytes are needed; and where its
body ends. It always holds that each byte is looked at once, in order, and that the first bad one
ends the reading. Whether an answer is due is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .body import BodyDefect, Bounds, Done, read_body
from .framing import body_length, framing_defect
from .grammar import elements, is_token
from .head import VERSION_PATTERN, VERSIONS, Defect
from .lines import CR, HTAB, LF, SP, FieldLines

if TYPE_CHECKING:
    from collections.abc import Callable

    from .policy import Limits

STATUS_DIGITS = 3
SWITCHING_PROTOCOLS, NO_CONTENT, NOT_MODIFIED = 101, 204, 304


@dataclass(frozen=True)
class Response:
    """A complete head of a response; `size` counts every byte up to its last LF."""

    kind: str  # "INTERIM", "FINAL", or "SWITCH": HTTP ends behind it
    status: int
    phrase: bytes
    version: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    size: int
    framing: str  # "NONE", "LENGTH", "CHUNKED", or "CLOSE": until the connection ends
    length: int  # its Content-Length, where it counts
    keeps_alive: bool


class _Reader:
    """One method for each place in a status line [RFC 9112 4].

    Each takes one byte and says where the next one stands, or names the defect.
    """

    def __init__(self, limits: Limits) -> None:
        self.version = b""
        self.status = b""
        self.phrase = b""
        self.lines = FieldLines(limits.fields)
        self.next: Callable[[bytes], str | None] = self.version_byte

    def version_byte(self, byte: bytes) -> str | None:
        if len(self.version) == len(VERSION_PATTERN):
            self.next = self.status_byte
            return None if byte == SP else "BAD_VERSION"
        expected = VERSION_PATTERN[len(self.version) : len(self.version) + 1]
        if not (byte.isdigit() if expected == b"d" else byte == expected):
            return "BAD_VERSION"
        self.version += byte
        if len(self.version) == len(VERSION_PATTERN) and self.version not in VERSIONS:
            return "UNSUPPORTED_VERSION"
        return None

    def status_byte(self, byte: bytes) -> str | None:
        # "the SP after the code must be there, the phrase may be empty"
        if len(self.status) == STATUS_DIGITS:
            self.next = self.phrase_byte
            return None if byte == SP else "BAD_VERSION"
        # [RFC 9110 15] "values outside that range are invalid": it is 100 to 599.
        allowed = b"0123456789" if self.status else b"12345"
        self.status += byte
        return None if byte in allowed else "BAD_VERSION"

    def phrase_byte(self, byte: bytes) -> str | None:
        if byte == LF:
            return "BARE_LF"
        if byte == CR:
            self.next = self.line_lf
            return None
        self.phrase += byte
        is_text = byte in (SP, HTAB) or b"\x21" <= byte <= b"\x7e" or byte >= b"\x80"
        return None if is_text else "BAD_VERSION"

    def line_lf(self, byte: bytes) -> str | None:
        self.next = self.lines.take
        return None if byte == LF else "BARE_CR"


def read_response(data: bytes, method: bytes, limits: Limits) -> Response | Defect | None:
    """Read one head, interim or final; its offsets count from its first byte."""
    reader = _Reader(limits)
    for offset, value in enumerate(data):
        reason = "HEAD_TOO_LARGE" if offset == limits.head else reader.next(bytes([value]))
        if reason is not None:
            return Defect(reason, offset, method)
        if reader.lines.complete:
            return _understand(reader, method, offset + 1)
    return None


def _understand(reader: _Reader, method: bytes, size: int) -> Response | Defect:
    """Say what follows the head [RFC 9112 6.3, 9.3, 9.6]."""

    def values(name: bytes) -> list[bytes]:
        return [value for own, value in reader.lines.fields if own.lower() == name]

    status = int(reader.status)
    version = reader.version.removeprefix(b"HTTP/")
    codings, lengths = values(b"transfer-encoding"), values(b"content-length")
    kind, framing, length = "FINAL", "NONE", 0
    if status == SWITCHING_PROTOCOLS or (method == b"CONNECT" and 200 <= status <= 299):
        kind = "SWITCH"
    elif 100 <= status <= 199:
        kind = "INTERIM"
    elif method != b"HEAD" and status not in (NO_CONTENT, NOT_MODIFIED):
        reason = framing_defect(codings, lengths, version)
        if reason is not None:
            return Defect(reason, None, method)
        known = body_length(codings, lengths)
        length = known or 0
        framing = "CHUNKED" if known is None else "LENGTH" if lengths else "CLOSE"
    options = [option.lower() for option in elements(values(b"connection"))]
    # What is no list of tokens may have been meant to end the connection.
    persists = (version == b"1.1" or b"keep-alive" in options) and all(map(is_token, options))
    return Response(
        kind,
        status,
        reader.phrase,
        version,
        tuple(reader.lines.fields),
        size,
        framing,
        length,
        keeps_alive=persists and b"close" not in options and framing != "CLOSE",
    )


def read_exchange(
    data: bytes, method: bytes, limits: Limits
) -> tuple[list[Response], Done | BodyDefect | Defect | None]:
    """Read the interim responses, the final one and its body, whose end counts from `data`.

    Until the connection ends, and behind a switch, every byte is content.
    """
    heads: list[Response] = []
    at = 0
    while True:
        head = read_response(data[at:], method, limits)
        if head is None or isinstance(head, Defect):
            return heads, head
        heads.append(head)
        at += head.size
        if head.kind != "INTERIM":
            break
    if head.kind == "SWITCH" or head.framing == "CLOSE":
        return heads, Done(len(data), data[at:])
    # "without a bound on its length"
    bounds = Bounds(limits.head, limits.fields, None)
    body = read_body(data[at:], None if head.framing == "CHUNKED" else head.length, bounds)
    if isinstance(body, Done):
        return heads, Done(at + body.end, body.content)
    return heads, body
