"""A request as its parts, whether sound or not.

In: the parts. Out: the bytes of the head. It always holds that the parts are written as they
are: nothing is checked or mended.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Draft:
    """A request on its way from sound to broken."""

    method: bytes
    target: bytes
    fields: list[tuple[bytes, bytes]]
    version: bytes = b"HTTP/1.1"
    lead: bytes = b""
    separator: bytes = b": "
    line_end: bytes = b"\r\n"
    head_end: bytes = b"\r\n"
    tail: bytes = b""
    decoded: int | None = None
    """How many bytes a chunked tail decodes to."""

    def find(self, name: bytes) -> int | None:
        """Return the index of the first line of that name."""
        for index, (own, _) in enumerate(self.fields):
            if own.lower() == name.lower():
                return index
        return None

    def put(self, name: bytes, value: bytes) -> None:
        """Give the first line of that name the value, or add one."""
        index = self.find(name)
        if index is None:
            self.fields.append((name, value))
        else:
            self.fields[index] = (self.fields[index][0], value)

    def head(self) -> bytes:
        """Write the head as it goes over the wire."""
        start = b" ".join([self.method, self.target, self.version])
        lines = [start, *(name + self.separator + value for name, value in self.fields)]
        return self.lead + b"".join(line + self.line_end for line in lines) + self.head_end
