"""A head as the rest of this package looks at it.

In: the bytes of a request, or a request that the core has read. Out: its parts as latin-1 text.
Always: what cannot be told apart is empty. Not here: whether anything is sound; the core says that.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from upgrade101 import Request

PROXY_FIELDS = ("via", "forwarded", "x-real-ip", "cf-ray")


@dataclass(frozen=True)
class Head:
    """The parts of a request's head, as text."""

    method: str = ""
    target: str = ""
    version: str = ""
    fields: tuple[tuple[str, str], ...] = ()

    def lines(self, name: str) -> list[str]:
        """Return the values of the lines of a field."""
        return [value for other, value in self.fields if other.lower() == name]

    def has(self, name: str) -> bool:
        """Tell whether there is a line of the field."""
        return any(other.lower() == name for other, _ in self.fields)

    def get(self, name: str) -> str:
        """Return the value of a field over all its lines, or an empty text."""
        return ", ".join(self.lines(name))

    def elements(self, name: str) -> list[str]:
        """Return the elements of a list field, but for empty ones, without regard to quotes."""
        parts = (part.strip(" \t") for part in self.get(name).split(","))
        return [part for part in parts if part]

    def without(self, *names: str) -> "Head":
        """Return the head without the lines of these fields."""
        kept = tuple(field for field in self.fields if field[0].lower() not in names)
        return Head(self.method, self.target, self.version, kept)

    def with_field(self, name: str, value: str) -> "Head":
        """Return the head with one line of this field, after all others."""
        rest = self.without(name.lower())
        return Head(self.method, self.target, self.version, (*rest.fields, (name, value)))

    @property
    def proxy_fields(self) -> list[str]:
        """The names of the fields that a proxy adds."""
        names = (name for name, _ in self.fields)
        return [
            name
            for name in names
            if name.lower() in PROXY_FIELDS or name.lower().startswith("x-forwarded-")
        ]

    @property
    def has_body(self) -> bool:
        """Whether a body follows: Transfer-Encoding, or a Content-Length above 0."""
        return self.has("transfer-encoding") or any(
            value.strip("0") for value in self.lines("content-length")
        )


def head_of(request: Request) -> Head:
    """Return the head of a request that the core has read."""
    fields = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in request.headers)
    return Head(request.method, request.target, request.version, fields)


def head_of_bytes(data: bytes) -> Head:
    """Return what can be told apart of a head that the core has refused for its bytes."""
    lines = data.lstrip(b"\r\n").decode("latin-1").split("\n")
    words = lines[0].rstrip("\r").split(" ")
    target = " ".join(words[1:-1]) if len(words) > 2 else "".join(words[1:])  # noqa: PLR2004
    version = words[-1] if len(words) > 2 else ""  # noqa: PLR2004 -- all three parts
    return Head(words[0], target, version.removeprefix("HTTP/"), tuple(_fields(lines[1:])))


def _fields(lines: Sequence[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.strip("\r").partition(":")
        if not name:
            return
        if colon:
            yield name.strip(), value.strip()


@dataclass(frozen=True)
class Parts:
    """Where the parts of a head's bytes end, as the core reads them [RFC 9112 3]."""

    begin: int
    """Of the method: 2 after the one CRLF that is skipped."""
    method: int
    target: int
    version: int

    def name_of(self, offset: int) -> str:
        """Return the check that reads the byte at this index."""
        if offset < self.begin:
            return "opening"
        if offset <= self.method:
            return "method"
        if offset <= self.target:
            return "target"
        return "version" if offset <= self.version else "fields"


def parts_of(data: bytes) -> Parts:
    """Return where the parts end; a part that does not end, ends after the last byte."""
    begin = 0
    if data.startswith(b"\r"):
        begin = 2
    ends = re.compile(rb"[^ \r\n]*").match(data, begin)
    method = ends.end() if ends else begin
    ends = re.compile(rb"[^ \r\n]*").match(data, method + 1)
    target = ends.end() if ends else len(data)
    line = data.find(b"\n", begin)
    return Parts(begin, method, target, len(data) if line < 0 else line)
