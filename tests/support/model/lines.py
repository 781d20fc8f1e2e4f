"""Reading field lines byte by byte ([contract 2]; 9112 5).

In: the bytes that follow a start line or a last chunk, one at a time, and how many lines
there may be. Out: the fields, and the name of the defect at the byte that shows it. It always
holds that each byte is looked at once, by the method that is named for its place. What a
field means is not known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .grammar import OWS, is_token

if TYPE_CHECKING:
    from collections.abc import Callable

SP, HTAB, CR, LF = b" ", b"\t", b"\r", b"\n"


def is_value_byte(byte: bytes) -> bool:
    """Tell a byte of a field value: "HTAB, 0x20-0x7E, 0x80-0xFF" [RFC 9110 5.5]."""
    return byte == HTAB or b"\x20" <= byte <= b"\x7e" or byte >= b"\x80"


class FieldLines:
    """Field lines up to the blank line that ends them, both included.

    Each private method takes one byte and says where the next one stands, or names the
    defect.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.fields: list[tuple[bytes, bytes]] = []
        self.name = b""
        self.value = b""
        self.complete = False
        self.next: Callable[[bytes], str | None] = self._line_first_byte

    def take(self, byte: bytes) -> str | None:
        """Read one more byte."""
        return self.next(byte)

    @property
    def at_line_start(self) -> bool:
        """Whether the next byte is the first of a line."""
        return self.next == self._line_first_byte

    @property
    def in_blank_line(self) -> bool:
        """Whether the next byte can only be the last LF."""
        return self.next == self._last_lf

    def _line_first_byte(self, byte: bytes) -> str | None:
        if byte in (SP, HTAB):
            return "OBS_FOLD"
        if byte == LF:
            return "BARE_LF"
        if byte == CR:
            self.next = self._last_lf
            return None
        if len(self.fields) == self.most:
            return "TOO_MANY_FIELDS"
        self.name = b""
        self.next = self._name_byte
        return self._name_byte(byte)

    def _name_byte(self, byte: bytes) -> str | None:
        # [RFC 9112 5.1]
        if byte == b":" and self.name:
            self.value = b""
            self.next = self._value_byte
            return None
        if not is_token(byte):
            return "BAD_FIELD_NAME"
        self.name += byte
        return None

    def _value_byte(self, byte: bytes) -> str | None:
        if byte == LF:
            return "BARE_LF"
        if byte == CR:
            self.fields.append((self.name, self.value.strip(OWS)))
            self.next = self._line_lf
            return None
        if not is_value_byte(byte):
            return "BAD_FIELD_VALUE"
        self.value += byte
        return None

    def _line_lf(self, byte: bytes) -> str | None:
        if byte != LF:
            return "BARE_CR"
        self.next = self._line_first_byte
        return None

    def _last_lf(self, byte: bytes) -> str | None:
        if byte != LF:
            return "BARE_CR"
        self.complete = True
        return None
