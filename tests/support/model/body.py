"""Where a body ends and what it decodes to (9112 6.3 and 7.1, [contract 6] and [contract 8.1]).

In: the bytes that follow a head, received so far, how they are framed, and the bounds. Out:
`Done`, a `BodyDefect`, or `None` while more bytes are needed. It always holds that each byte is
looked at once, in order, that the first bad one ends the reading, and that no byte after the
body is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .grammar import is_token
from .lines import CR, HTAB, LF, SP, FieldLines

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SIZE_DIGITS = 15
HEX = b"0123456789abcdefABCDEF"


@dataclass(frozen=True)
class Bounds:
    """The bounds of a chunked body, in bytes and lines; `decoded` may be `None`."""

    overhead: int
    lines: int
    decoded: int | None


@dataclass(frozen=True)
class Done:
    """The body is the bytes up to `end`, and decodes to `content`."""

    end: int
    content: bytes


@dataclass(frozen=True)
class BodyDefect:
    """The first defect and the index of the byte that shows it."""

    reason: str
    offset: int


def read_body(data: bytes, length: int | None, bounds: Bounds) -> Done | BodyDefect | None:
    """Read `length` bytes, or chunks if it is `None`."""
    if length is not None:
        return Done(length, data[:length]) if len(data) >= length else None
    reader = _Chunks(bounds)
    for offset, value in enumerate(data):
        reason = reader.next(bytes([value]))
        if reason is not None:
            return BodyDefect(reason, offset)
        if reader.trailer.complete:
            return Done(offset + 1, reader.content)
    return None


class _Chunks:
    """One method for each place in a chunked body [RFC 9112 7.1].

    Each takes one byte and says where the next one stands, or names the defect.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.overhead = 0
        self.content = b""
        self.digits = b""
        self.left = 0
        self.trailer = FieldLines(bounds.lines)
        self.next: Callable[[bytes], str | None] = self.first_digit

    def first_digit(self, byte: bytes) -> str | None:
        self.digits = b""
        self.next = self.size_byte
        return self.digit(byte)

    def digit(self, byte: bytes) -> str | None:
        """Read a digit: "chunk-size of 1-15 hex digits"."""
        if byte not in [HEX[i : i + 1] for i in range(len(HEX))]:
            return "CHUNK_INVALID"
        if len(self.digits) == MOST_SIZE_DIGITS:
            return "CHUNK_INVALID"
        self.digits += byte
        self.left = int(self.digits, 16)
        most = self.bounds.decoded
        # "at the digit that passes the limit"
        if most is not None and len(self.content) + self.left > most:
            return "BODY_TOO_LARGE"
        return None

    def size_byte(self, byte: bytes) -> str | None:
        if byte == CR:
            self.next = self.size_lf
            return None
        if byte == b";":
            self.next = self.extension_name_first
            return self.count()
        return self.digit(byte)

    def count(self) -> str | None:
        """Count a byte that is of an extension or of the trailer section.

        "Every byte but size digits, data and their CRLFs, and the last blank line."
        """
        self.overhead += 1
        return "CHUNK_INVALID" if self.overhead > self.bounds.overhead else None

    def extension_name_first(self, byte: bytes) -> str | None:
        # [RFC 9112 7.1.1] "no white space around `;` or `=`"
        self.next = self.extension_name
        return self.count() if is_token(byte) else "CHUNK_INVALID"

    def extension_name(self, byte: bytes) -> str | None:
        if byte == b"=":
            self.next = self.extension_value_first
            return self.count()
        return self.extension_token(byte)

    def extension_token(self, byte: bytes) -> str | None:
        if is_token(byte):
            return self.count()
        return self.extension_end(byte)

    def extension_end(self, byte: bytes) -> str | None:
        if byte == CR:
            self.next = self.size_lf
            return None
        if byte == b";":
            self.next = self.extension_name_first
            return self.count()
        return "CHUNK_INVALID"

    def extension_value_first(self, byte: bytes) -> str | None:
        if byte == b'"':
            self.next = self.quoted
            return self.count()
        self.next = self.extension_token
        return self.count() if is_token(byte) else "CHUNK_INVALID"

    def quoted(self, byte: bytes) -> str | None:
        # [RFC 9110 5.6.4]
        if byte == b'"':
            self.next = self.extension_end
        elif byte == b"\\":
            self.next = self.escaped
        elif not _is_text(byte):
            return "CHUNK_INVALID"
        return self.count()

    def escaped(self, byte: bytes) -> str | None:
        self.next = self.quoted
        return self.count() if _is_text(byte) else "CHUNK_INVALID"

    def size_lf(self, byte: bytes) -> str | None:
        if byte != LF:
            return "CHUNK_INVALID"
        # [RFC 9112 7.1] A size of zero begins the last chunk, which has no data.
        self.next = self.data_byte if self.left else self.trailer_byte
        return None

    def data_byte(self, byte: bytes) -> str | None:
        self.content += byte
        self.left -= 1
        if not self.left:
            self.next = self.data_cr
        return None

    def data_cr(self, byte: bytes) -> str | None:
        self.next = self.data_lf
        return None if byte == CR else "CHUNK_INVALID"

    def data_lf(self, byte: bytes) -> str | None:
        self.next = self.first_digit
        return None if byte == LF else "CHUNK_INVALID"

    def trailer_byte(self, byte: bytes) -> str | None:
        # "a defect, one of the trailer section included, is CHUNK_INVALID"
        if self.trailer.take(byte) is not None:
            return "CHUNK_INVALID"
        if self.trailer.in_blank_line or self.trailer.complete:
            return None
        return self.count()


def _is_text(byte: bytes) -> bool:
    """Tell a byte that a quoted string may hold: HTAB, SP, VCHAR or obs-text."""
    return byte in (SP, HTAB) or b"\x21" <= byte <= b"\x7e" or byte >= b"\x80"
