"""Which handshakes `websockets`, as a server, takes otherwise.

It speaks WebSocket only, so it is compared with a negotiator that requires an upgrade. The
last two entries are also what its permessage-deflate answers by itself, to an offer alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from model.grammar import elements
from websockets.exceptions import InvalidHeaderFormat
from websockets.headers import parse_extension

from . import sketch
from .difference import ACCEPTS, REFUSES, WAITS, Disagreement, refused_here, verdict_differs

if TYPE_CHECKING:
    from .difference import Difference

LIST_FIELDS = (b"Connection", b"Upgrade", b"Sec-WebSocket-Protocol", b"Sec-WebSocket-Extensions")


def _has_empty_list_line(data: bytes) -> bool:
    """Tell a line of a list field without an element."""
    return any(not elements([value]) for name in LIST_FIELDS for value in sketch.values(data, name))


def _has_many_upgrades(data: bytes) -> bool:
    return len(elements(sketch.values(data, b"Upgrade"))) > 1


def _has_repeated_subprotocol(data: bytes) -> bool:
    offered = elements(sketch.values(data, b"Sec-WebSocket-Protocol"))
    return len(set(offered)) < len(offered)


def _has_many_subprotocols(data: bytes) -> bool:
    offered = elements(sketch.values(data, b"Sec-WebSocket-Protocol"))
    return len(set(offered)) == len(offered) > 32


def _has_many_extensions(data: bytes) -> bool:
    """Tell more offers or parameters than we read."""
    offers = elements(sketch.values(data, b"Sec-WebSocket-Extensions"))
    return len(offers) > 16 or any(offer.count(b";") > 16 for offer in offers)


def _has_bad_extensions(data: bytes) -> bool:
    """Tell extensions that `websockets` refuses too, where it reads them."""
    try:
        for value in sketch.values(data, b"Sec-WebSocket-Extensions"):
            parse_extension(value.decode("latin-1"))
    except InvalidHeaderFormat:
        return True
    return False


def _has_long_line(data: bytes) -> bool:
    return any(len(line) + 1 > 8192 for line in sketch.head(data).split(b"\n"))


def _is_long_line_refused(one: Difference) -> bool:
    """Tell a line that is refused there, and here is taken or is read on."""
    verdicts = one.aspect, one.theirs
    return verdicts == ("verdict", REFUSES) and one.ours != REFUSES and _has_long_line(one.data)


def _is_window_unasked(one: Difference) -> bool:
    """Tell a bound that the client offers for its own window and we do not take up."""
    return one.aspect == "client_max_window_bits" and one.ours is None and one.theirs is not None


def _is_window_of_15(one: Difference) -> bool:
    """Tell a bound of 15, which is what no bound means too."""
    return one.aspect == "server_max_window_bits" and (one.ours, one.theirs) == (None, 15)


_HOSTLESS = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
_FIELDS = b"Host: a\r\n" + _HOSTLESS
_GET = b"GET / HTTP/1.1\r\n"
_SOUND = _GET + _FIELDS + b"\r\n"


def _with(field: bytes) -> bytes:
    return _GET + _FIELDS + field + b"\r\n\r\n"


OF_WEBSOCKETS = [
    Disagreement("websockets", name, rfc, covers, example)
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
            b"\r\n" + _SOUND,
        ),
        (
            "empty-first-line-alone",
            "RFC 9112 2.2",
            verdict_differs(WAITS, REFUSES, shown=lambda data: data.startswith(b"\r\n")),
            b"\r\n",
        ),
        (
            "preface-begun",
            "RFC 9113 3.4",
            verdict_differs(WAITS, REFUSES, shown=sketch.is_preface_begun),
            b"PRI * HTTP/2.0\r\n",
        ),
        (
            "target-form",
            "RFC 9112 3.2",
            refused_here("BAD_TARGET", "BAD_VERSION", shown=sketch.has_bad_target),
            _SOUND.replace(b"/", b"a", 1),
        ),
        (
            "host-missing",
            "RFC 9112 3.2",
            refused_here("HOST_MISSING", shown=lambda data: not sketch.values(data, b"Host")),
            _GET + _HOSTLESS + b"\r\n",
        ),
        (
            "host-repeated",
            "RFC 9112 3.2",
            refused_here(
                "HOST_DUPLICATE", shown=lambda data: len(sketch.values(data, b"Host")) > 1
            ),
            _with(b"Host: a"),
        ),
        (
            "host-syntax",
            "RFC 9112 3.2",
            refused_here("HOST_INVALID", shown=sketch.has_bad_host),
            _SOUND.replace(b"Host: a", b"Host: @"),
        ),
        (
            "host-of-target",
            "RFC 9112 3.2.2",
            refused_here("HOST_MISMATCH", shown=sketch.has_other_host),
            _SOUND.replace(b"/", b"http://b", 1),
        ),
        (
            "length-repeated",
            "RFC 9110 8.6",
            refused_here(
                "CONTENT_LENGTH_INVALID",
                shown=lambda data: len(sketch.values(data, b"Content-Length")) > 1,
            ),
            _with(b"Content-Length: 0\r\nContent-Length: 0"),
        ),
        (
            "length-of-zeros",
            "RFC 9110 8.6",
            verdict_differs(
                ACCEPTS,
                REFUSES,
                shown=lambda data: any(
                    re.fullmatch(b"00+", value) for value in sketch.values(data, b"Content-Length")
                ),
            ),
            _with(b"Content-Length: 00"),
        ),
        (
            "upgrade-list",
            "RFC 9110 7.8",
            verdict_differs(ACCEPTS, REFUSES, shown=_has_many_upgrades),
            _SOUND.replace(b"websocket", b"b, websocket", 1),
        ),
        (
            "empty-list-line",
            "RFC 9110 5.6.1.2",
            verdict_differs(ACCEPTS, REFUSES, shown=_has_empty_list_line),
            _with(b"Connection:"),
        ),
        (
            "expectation",
            "RFC 9110 10.1.1",
            refused_here(
                "EXPECTATION_FAILED",
                shown=lambda data: any(
                    element.lower() != b"100-continue"
                    for element in elements(sketch.values(data, b"Expect"))
                ),
            ),
            _with(b"Expect: a"),
        ),
        (
            "subprotocol-repeated",
            "RFC 6455 4.1",
            refused_here("WS_SUBPROTOCOL_INVALID", shown=_has_repeated_subprotocol),
            _with(b"Sec-WebSocket-Protocol: chat, chat"),
        ),
        (
            "many-subprotocols",
            "RFC 9110 17.5",
            refused_here("WS_SUBPROTOCOL_INVALID", shown=_has_many_subprotocols),
            _with(b"Sec-WebSocket-Protocol: chat" + b"".join(b",%d" % n for n in range(32))),
        ),
        (
            "many-extensions",
            "RFC 9110 17.5",
            refused_here("WS_EXTENSIONS_INVALID", shown=_has_many_extensions),
            _with(b"Sec-WebSocket-Extensions: a" + b",a" * 16),
        ),
        (
            "extensions-unread",
            "RFC 6455 9.1",
            refused_here("WS_EXTENSIONS_INVALID", shown=_has_bad_extensions),
            _with(b"Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: @"),
        ),
        (
            "more-limits",
            "RFC 9110 5.4",
            refused_here(
                *("HEAD_TOO_LARGE", "TOO_MANY_FIELDS"),
                shown=sketch.has_long_head,
            ),
            _with(b"X:\r\n" * 96 + b"X:"),
        ),
        (
            "line-limit",
            "RFC 9110 5.4",
            _is_long_line_refused,
            _with(b"X: " + b"x" * 8188),
        ),
        (
            "client-window-unasked",
            "RFC 7692 7.1.2.2",
            _is_window_unasked,
            _with(
                b"Sec-WebSocket-Extensions: permessage-deflate; "
                b"server_max_window_bits=9; client_max_window_bits=9"
            ),
        ),
        (
            "server-window-of-15",
            "RFC 7692 7.1.2.1",
            _is_window_of_15,
            _with(b"Sec-WebSocket-Extensions: permessage-deflate"),
        ),
    )
]
