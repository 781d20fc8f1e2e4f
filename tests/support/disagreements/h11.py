"""What `h11`, as a server, reads otherwise.

It is asked for the request only: whether the request is upgraded is none of its business.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from model.grammar import elements, is_token

from . import sketch
from .difference import ACCEPTS, REFUSES, WAITS, Disagreement, refused_here, verdict_differs

if TYPE_CHECKING:
    from .difference import Difference


def _has_bad_upgrade(data: bytes) -> bool:
    upgrades = elements(sketch.values(data, b"Upgrade"))
    parts = [part for upgrade in upgrades for part in upgrade.split(b"/", 1)]
    return not 1 <= len(upgrades) <= 16 or not all(map(is_token, parts))


def _has_long_length(data: bytes) -> bool:
    """Tell a number of more digits than we read, or above 2^63-1."""
    return any(
        value.isdigit() and (len(value) > 19 or int(value) >= 2**63)
        for value in sketch.values(data, b"Content-Length")
    )


def _has_listed_length(data: bytes) -> bool:
    return len(b",".join(sketch.values(data, b"Content-Length")).split(b",")) > 1


def _writes_coding_small(one: Difference) -> bool:
    """Tell fields that differ in nothing but the case of a transfer coding."""
    if one.aspect != "headers":
        return False
    assert isinstance(one.ours, tuple)
    return one.theirs == tuple(
        (name, value.lower() if name.lower() == b"transfer-encoding" else value)
        for name, value in one.ours
    )


_GET = b"GET / HTTP/1.1\r\nHost: a\r\n"

OF_H11 = [
    Disagreement("h11", name, rfc, covers, example)
    for name, rfc, covers, example in (
        (
            "waits-for-the-head",
            "RFC 9112 2.2",
            verdict_differs(REFUSES, WAITS, shown=lambda data: not sketch.is_complete(data)),
            b"\x7f",
        ),
        (
            "empty-first-line",
            "RFC 9112 2.2",
            verdict_differs(ACCEPTS, REFUSES, shown=lambda data: data.startswith(b"\r\n")),
            b"\r\n" + _GET + b"\r\n",
        ),
        (
            "empty-first-line-alone",
            "RFC 9112 2.2",
            verdict_differs(WAITS, REFUSES, shown=lambda data: data.startswith(b"\r")),
            b"\r\n",
        ),
        (
            "tls-record-begun",
            "RFC 8446 5.1",
            verdict_differs(WAITS, REFUSES, shown=lambda data: data == b"\x16"),
            b"\x16",
        ),
        (
            "preface-begun",
            "RFC 9113 3.4",
            verdict_differs(WAITS, ACCEPTS, shown=sketch.is_preface_begun),
            sketch.PREFACE[:-1],
        ),
        (
            "preface",
            "RFC 9113 3.4",
            refused_here("HTTP2_PREFACE", shown=lambda data: data.startswith(sketch.PREFACE)),
            sketch.PREFACE,
        ),
        (
            "later-minor-version",
            "RFC 9110 2.5",
            refused_here(
                "UNSUPPORTED_VERSION",
                shown=lambda data: sketch.request_line(data)[2].startswith(b"HTTP/1."),
            ),
            b"GET / HTTP/1.2\r\n\r\n",
        ),
        (
            "other-major-version",
            "RFC 9110 15.6.6",
            refused_here(
                "UNSUPPORTED_VERSION",
                shown=lambda data: not sketch.request_line(data)[2].startswith(b"HTTP/1."),
            ),
            b"GET / HTTP/2.0\r\n\r\n",
        ),
        (
            "long-method",
            "RFC 9112 3",
            refused_here("BAD_METHOD", shown=lambda data: len(sketch.request_line(data)[0]) > 32),
            _GET.replace(b"GET", b"M" * 33) + b"\r\n",
        ),
        (
            "target-form",
            "RFC 9112 3.2",
            refused_here("BAD_TARGET", shown=sketch.has_bad_target),
            _GET.replace(b"/", b"a", 1) + b"\r\n",
        ),
        (
            "proxy-header",
            "RFC 9112 3.2",
            refused_here(
                "PROXY_PROTOCOL", shown=lambda data: sketch.request_line(data)[0] == b"PROXY"
            ),
            b"PROXY TCP4 HTTP/1.1\r\nHost: a\r\n\r\n",
        ),
        (
            "bare-lf",
            "RFC 9112 2.2",
            refused_here("BARE_LF", shown=lambda data: re.search(rb"(?<!\r)\n", data) is not None),
            _GET + b"\n",
        ),
        (
            "obs-fold",
            "RFC 9112 5.2",
            refused_here(
                "OBS_FOLD", shown=lambda data: re.search(rb"\n[ \t]", sketch.head(data)) is not None
            ),
            _GET + b" b\r\n\r\n",
        ),
        (
            "control-character",
            "RFC 9110 5.5",
            refused_here(
                "BAD_FIELD_VALUE",
                shown=lambda data: re.search(rb"[\x01-\x08\x0e-\x1f\x7f]", data) is not None,
            ),
            _GET + b"X: \x01\r\n\r\n",
        ),
        (
            "host-syntax",
            "RFC 9112 3.2",
            refused_here("HOST_INVALID", shown=sketch.has_bad_host),
            b"GET / HTTP/1.1\r\nHost: @\r\n\r\n",
        ),
        (
            "host-of-target",
            "RFC 9112 3.2.2",
            refused_here("HOST_MISMATCH", shown=sketch.has_other_host),
            b"GET http://b HTTP/1.1\r\nHost: a\r\n\r\n",
        ),
        (
            "listed-length",
            "RFC 9110 8.6",
            refused_here("CONTENT_LENGTH_INVALID", shown=_has_listed_length),
            _GET + b"Content-Length: 0,0\r\n\r\n",
        ),
        (
            "long-length",
            "RFC 9110 8.6",
            refused_here("CONTENT_LENGTH_INVALID", shown=_has_long_length),
            _GET + b"Content-Length: 9223372036854775808\r\n\r\n",
        ),
        (
            "two-framings",
            "RFC 9112 6.3",
            refused_here(
                "FRAMING_CONFLICT", shown=lambda data: bool(sketch.values(data, b"Content-Length"))
            ),
            _GET + b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
        ),
        (
            "coding-in-http-1.0",
            "RFC 9112 6.1",
            refused_here(
                "FRAMING_CONFLICT", shown=lambda data: not sketch.values(data, b"Content-Length")
            ),
            b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        ),
        (
            "connection-grammar",
            "RFC 9110 7.6.1",
            refused_here(
                "CONNECTION_INVALID",
                shown=lambda data: sketch.has_no_token_list(data, b"Connection"),
            ),
            _GET + b"Connection: @\r\nUpgrade: b\r\n\r\n",
        ),
        (
            "upgrade-grammar",
            "RFC 9110 7.8",
            refused_here("UPGRADE_INVALID", shown=_has_bad_upgrade),
            _GET + b"Connection: Upgrade\r\nUpgrade: @\r\n\r\n",
        ),
        (
            "coding-case",
            "RFC 9112 7",
            _writes_coding_small,
            _GET + b"Transfer-Encoding: Chunked\r\n\r\n",
        ),
        (
            "limits",
            "RFC 9110 5.4",
            refused_here(
                *("HEAD_TOO_LARGE", "TARGET_TOO_LONG", "TOO_MANY_FIELDS"),
                shown=sketch.has_long_head,
            ),
            _GET + b"X:\r\n" * 100 + b"\r\n",
        ),
    )
]
