"""Which HTTP2-Settings `h2` takes otherwise, as a server.

The bytes compared are the value of the field.
"""

from __future__ import annotations

import base64
import re

from hyperframe.frame import SettingsFrame

from .difference import ACCEPTS, REFUSES, Disagreement, refused_here, verdict_differs

ENABLE_CONNECT_PROTOCOL = 8


def _has_connect_protocol(value: bytes) -> bool:
    """Tell an ENABLE_CONNECT_PROTOCOL that is neither 0 nor 1."""
    frame = SettingsFrame()
    frame.parse_body(memoryview(base64.urlsafe_b64decode(value)))
    return frame.settings.get(ENABLE_CONNECT_PROTOCOL, 0) > 1


def _has_corrected_setting(value: bytes) -> bool:
    """Tell settings that occur more than once, the last of each being sound."""
    payload = base64.urlsafe_b64decode(value)
    identifiers = [payload[start : start + 2] for start in range(0, len(payload), 6)]
    return len(set(identifiers)) < len(identifiers)


def _is_alphabetical(value: bytes) -> bool:
    return re.fullmatch(rb"[A-Za-z0-9_-]*", value) is not None


OF_H2 = [
    Disagreement("h2", name, rfc, covers, example)
    for name, rfc, covers, example in (
        (
            "extended-connect",
            "RFC 8441 3",
            verdict_differs(ACCEPTS, REFUSES, "SWITCHED", shown=_has_connect_protocol),
            b"AAgAAAAC",
        ),
        (
            "corrected-setting",
            "RFC 9113 6.5.3",
            refused_here(
                "H2C_SETTINGS_INVALID",
                shown=lambda value: _is_alphabetical(value) and _has_corrected_setting(value),
            ),
            b"AAIAAAACAAIAAAAA",
        ),
        (
            "many-settings",
            "RFC 9113 10.5",
            refused_here(
                "H2C_SETTINGS_INVALID",
                shown=lambda value: len(value) > 64 * 8,
            ),
            b"".join(base64.b64encode(b"\1%c\0\0\0\0" % code) for code in range(65)),
        ),
        (
            "foreign-character",
            "RFC 4648 3.3",
            refused_here(
                "H2C_SETTINGS_INVALID",
                shown=lambda value: not _is_alphabetical(value),
            ),
            b"AAMAAABk!",
        ),
    )
]
