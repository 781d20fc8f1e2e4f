"""Reading a head byte by byte ([contract 2], "Syntax, in byte order").

In: every byte of the request received so far and the limits. Out: a `Head`, a `Defect`, or
`None` while more bytes are needed. It always holds that each byte is looked at once, in order,
by the method of the reader that is named for its place, and that the first bad one ends the
reading. What the head means is left to `meaning`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from .grammar import is_token, split_absolute_form, split_host
from .lines import CR, LF, SP, FieldLines, is_value_byte

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .policy import Limits

MOST_METHOD_BYTES = 32
NUL = b"\0"
VERSION_PATTERN = b"HTTP/d.d"
VERSIONS = (b"HTTP/1.0", b"HTTP/1.1")
PROXY = b"PROXY"


@dataclass(frozen=True)
class Head:
    """A complete head; `raw` is every byte up to its last LF, or the head written anew."""

    method: bytes
    target: bytes
    version: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    raw: bytes

    def values(self, name: bytes) -> list[bytes]:
        """Return the value of each line of that name, in order."""
        return [value for own, value in self.fields if own.lower() == name.lower()]


@dataclass(frozen=True)
class Defect:
    """The first defect, where it shows, and the method where one was read before it."""

    reason: str
    offset: int | None
    method: bytes | None


def is_target_byte(byte: bytes) -> bool:
    """Tell a byte of a target: "bytes 0x21-0x7E except `#`"."""
    return b"\x21" <= byte <= b"\x7e" and byte != b"#"


def has_valid_form(method: bytes, target: bytes) -> bool:
    """Tell one of the four forms of [RFC 9112 3.2]."""
    if method == b"CONNECT":
        # "authority-form (`host:port`, both non-empty, as in Host) with CONNECT, which takes
        # no other form"
        host = split_host(target)
        return host is not None and bool(host[1])
    if target == b"*":
        return method == b"OPTIONS"
    if target.startswith(b"/"):
        return True
    absolute = split_absolute_form(target)
    # "a non-empty authority that is a valid Host value"
    return absolute is not None and split_host(absolute[1]) is not None


class _Reader:
    """One method for each place in a head before its fields.

    Each takes one byte and says where the next one stands, or names the defect.
    """

    def __init__(self, limits: Limits, *, first: bool) -> None:
        self.limits = limits
        self.first = first
        self.method = b""
        self.target = b""
        self.version = b""
        self.lines = FieldLines(limits.fields)
        self.method_known = False
        self.next: Callable[[bytes], str | None] = self.first_byte

    def first_byte(self, byte: bytes) -> str | None:
        # [RFC 9112 2.2] "One CRLF at the very beginning is skipped."
        if byte == CR:
            self.next = self.leading_lf
            return None
        self.next = self.method_byte
        return self.method_byte(byte)

    def leading_lf(self, byte: bytes) -> str | None:
        if byte != LF:
            return "BARE_CR"
        self.next = self.second_line
        return None

    def second_line(self, byte: bytes) -> str | None:
        # "after CR LF CR the verdict waits for at most two more bytes; anything else than LF,
        # NUL there is BAD_METHOD at the byte that differs"
        if byte == CR and self.first:
            self.next = self.proxy_lf
            return None
        self.next = self.method_byte
        return self.method_byte(byte)

    def proxy_lf(self, byte: bytes) -> str | None:
        self.next = self.proxy_nul
        return None if byte == LF else "BAD_METHOD"

    def proxy_nul(self, byte: bytes) -> str | None:
        return "PROXY_PROTOCOL" if byte == NUL else "BAD_METHOD"

    def method_byte(self, byte: bytes) -> str | None:
        # [RFC 9112 3.1] "a token of 1-32 bytes ended by one SP; anything else is BAD_METHOD"
        if byte == SP and self.method:
            self.method_known = True
            self.next = self.target_byte
            return None
        if not is_token(byte) or len(self.method) == MOST_METHOD_BYTES:
            return "BAD_METHOD"
        self.method += byte
        return None

    def target_byte(self, byte: bytes) -> str | None:
        if byte == SP:
            # An empty target has no valid form either.
            if not has_valid_form(self.method, self.target):
                return self.unless_proxy("BAD_TARGET")
            self.next = self.version_byte
            return None
        # "TARGET_TOO_LONG, at a further byte other than its SP", before it is looked at
        if len(self.target) == self.limits.target:
            return "TARGET_TOO_LONG"
        if byte in (CR, LF):
            return self.unless_proxy("BAD_VERSION")
        if not is_target_byte(byte):
            return self.unless_proxy("BAD_TARGET")
        self.target += byte
        return None

    def unless_proxy(self, reason: str) -> str:
        """Name version 1 of a PROXY header instead."""
        return "PROXY_PROTOCOL" if self.first and self.method == PROXY else reason

    def version_byte(self, byte: bytes) -> str | None:
        # [RFC 9112 2.3]
        expected = VERSION_PATTERN[len(self.version) : len(self.version) + 1]
        if not (byte.isdigit() if expected == b"d" else byte == expected):
            # "whose line ends within or right after the target"
            ends = not self.version and byte in (CR, LF)
            return self.unless_proxy("BAD_VERSION") if ends else "BAD_VERSION"
        self.version += byte
        if len(self.version) == len(VERSION_PATTERN):
            if self.version not in VERSIONS:
                return "UNSUPPORTED_VERSION"
            self.next = self.version_end
        return None

    def version_end(self, byte: bytes) -> str | None:
        if byte == LF:
            return "BARE_LF"
        if byte != CR:
            return "BAD_VERSION"
        self.next = self.line_lf
        return None

    def line_lf(self, byte: bytes) -> str | None:
        if byte != LF:
            return "BARE_CR"
        self.next = self.lines.take
        return None


def read_head(data: bytes, limits: Limits, *, first: bool = True) -> Head | Defect | None:
    """Read from the first byte of a request, `first` of its connection or a later one."""
    reader = _Reader(limits, first=first)
    for offset, value in enumerate(data):
        # "Where one byte passes two limits, the head's wins."
        if offset == limits.head:
            reason: str | None = "HEAD_TOO_LARGE"
        else:
            reason = reader.next(bytes([value]))
        if reason is not None:
            return Defect(reason, offset, reader.method if reader.method_known else None)
        if reader.lines.complete:
            version = reader.version.removeprefix(b"HTTP/")
            fields = tuple(reader.lines.fields)
            return Head(reader.method, reader.target, version, fields, data[: offset + 1])
    return None


def check_parsed(head: Head, limits: Limits) -> Defect | None:
    """Find the first defect of a head that others have parsed ([contract 7], last paragraph).

    "What is no token, target or field value is its reason of 2; the limits of target and
    fields bind, the head's does not." The parts are taken in the order of a request.
    """
    method = None if is_method_broken(head.method) else head.method
    start = _parsed_start_defects(head, limits)
    fields = _parsed_field_defects(head, limits)
    return next((Defect(reason, None, method) for reason in chain(start, fields)), None)


def is_method_broken(method: bytes) -> bool:
    """Tell what is no "token of 1-32 bytes"."""
    return not is_token(method) or len(method) > MOST_METHOD_BYTES


def _parsed_start_defects(head: Head, limits: Limits) -> Iterator[str]:
    if is_method_broken(head.method):
        yield "BAD_METHOD"
    # A parser that gives these parts has taken a PROXY header for a request.
    bad_target = "PROXY_PROTOCOL" if head.method == PROXY else "BAD_TARGET"
    for position, code in enumerate(head.target):
        if position == limits.target:
            yield "TARGET_TOO_LONG"
        if not is_target_byte(bytes([code])):
            yield bad_target
    if not has_valid_form(head.method, head.target):
        yield bad_target
    if re.fullmatch(rb"[0-9]\.[0-9]", head.version) is None:
        yield "BAD_VERSION"
    if head.version not in (b"1.0", b"1.1"):
        yield "UNSUPPORTED_VERSION"


def _parsed_field_defects(head: Head, limits: Limits) -> Iterator[str]:
    for number, (name, value) in enumerate(head.fields, 1):
        if number > limits.fields:
            yield "TOO_MANY_FIELDS"
        if not is_token(name):
            yield "BAD_FIELD_NAME"
        for byte in (bytes([code]) for code in value):
            if not is_value_byte(byte):
                yield {LF: "BARE_LF", CR: "BARE_CR"}.get(byte, "BAD_FIELD_VALUE")
