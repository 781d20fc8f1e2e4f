"""HTTP/2 over cleartext TCP (7540 3.2, [contract 5]).

In: a head without defect and whether the transport is TLS. Out: `Yes` or `No`. It always
holds that no defect in the offer is more than a `PASS`.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from .answer import No, Yes
from .grammar import elements
from .meaning import has_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .head import Head

SETTING_BYTES = 6
MOST_SETTINGS = 64
ENABLE_PUSH, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE = 2, 4, 5
_BASE64URL = re.compile(rb"[A-Za-z0-9_-]*")


def check(head: Head, *, secure: bool) -> Yes | No:
    """Answer with the first row of [contract 5] that fails, or with the 101."""
    for reason in _failing_rows(head, secure=secure):
        return No(reason)
    settings = read_settings(head.values(b"HTTP2-Settings")[0])
    return Yes("h2c", (("Upgrade", "h2c"), ("Connection", "Upgrade")), settings=settings)


def _failing_rows(head: Head, *, secure: bool) -> Iterator[str]:
    """Name the rows that fail; one is looked at only where all before it hold."""
    if secure:
        yield "H2C_OVER_TLS"
    if has_body(head):
        yield "H2C_BODY"
    values = head.values(b"HTTP2-Settings")
    if not values:
        yield "H2C_SETTINGS_MISSING"
    if len(values) > 1:
        yield "H2C_SETTINGS_DUPLICATE"
    options = [option.lower() for option in elements(head.values(b"Connection"))]
    if b"http2-settings" not in options:
        yield "H2C_SETTINGS_NOT_HOP_BY_HOP"
    if read_settings(values[0]) is None:
        yield "H2C_SETTINGS_INVALID"


def read_settings(value: bytes) -> tuple[tuple[int, int], ...] | None:
    """Read (identifier, value) pairs; an empty value is zero settings [RFC 7540 3.2.1]."""
    # "base64url without padding"
    if _BASE64URL.fullmatch(value) is None or len(value) % 4 == 1:
        return None
    payload = base64.urlsafe_b64decode(value + b"=" * (-len(value) % 4))
    # "unused bits zero": writing it again gives the same text.
    if base64.urlsafe_b64encode(payload).rstrip(b"=") != value:
        return None
    if len(payload) % SETTING_BYTES or len(payload) > MOST_SETTINGS * SETTING_BYTES:
        return None
    pairs = tuple(
        (
            int.from_bytes(payload[start : start + 2], "big"),
            int.from_bytes(payload[start + 2 : start + SETTING_BYTES], "big"),
        )
        for start in range(0, len(payload), SETTING_BYTES)
    )
    return pairs if all(_is_valid(*pair) for pair in pairs) else None


def _is_valid(identifier: int, value: int) -> bool:
    """Tell a value in range [RFC 9113 6.5.2]; unknown identifiers take any."""
    if identifier == ENABLE_PUSH:
        return value <= 1
    if identifier == INITIAL_WINDOW_SIZE:
        return value <= 2**31 - 1
    if identifier == MAX_FRAME_SIZE:
        return 2**14 <= value <= 2**24 - 1
    return True
