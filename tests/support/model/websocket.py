"""The WebSocket handshake (6455 4.2, [contract 4]).

In: a head without defect and the offer. Out: `Yes` or `No`. It always holds that the
checks run in the order of the contract's table and that the first that fails decides.
"""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import chain
from typing import TYPE_CHECKING

from . import deflate
from .answer import No, Yes
from .grammar import elements, is_token
from .meaning import has_body
from .origin import is_allowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .head import Head
    from .policy import PerMessageDeflate, WebSocket

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MOST_SUBPROTOCOLS = 32
_KEY = re.compile(rb"[A-Za-z0-9+/]{22}==")
_VERSION = (("Sec-WebSocket-Version", "13"),)


def check(offer: WebSocket, head: Head) -> Yes | No:
    """Answer with the first row of [contract 4] that fails, or with the 101."""
    for broken in chain(_failing_rows(head), _failing_origin(offer, head), _failing(offer, head)):
        return broken
    accept = hashlib.sha1(head.values(b"Sec-WebSocket-Key")[0] + GUID, usedforsecurity=False)
    response = [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Accept", base64.b64encode(accept.digest()).decode()),
    ]
    subprotocol = _choose_subprotocol(offer, head)
    if subprotocol is not None:
        response.append(("Sec-WebSocket-Protocol", subprotocol))
    agreed = _agree_on_deflate(offer, head)
    extensions = None if agreed is None else deflate.write_answer(agreed)
    if extensions is not None:
        response.append(("Sec-WebSocket-Extensions", extensions))
    return Yes(
        "websocket",
        tuple(response),
        subprotocol=subprotocol,
        extensions=extensions,
        deflate=agreed,
    )


def _failing_rows(head: Head) -> Iterator[No]:
    """Name the rows up to the key that fail; one is looked at only where all before it hold."""
    if head.method != b"GET":
        yield No("WS_METHOD", (("Allow", "GET"),))
    if has_body(head):
        yield No("WS_BODY")
    versions = head.values(b"Sec-WebSocket-Version")
    # [RFC 6455 4.4] every refusal for a version reason names ours.
    if not versions:
        yield No("WS_VERSION_MISSING", _VERSION)
    if len(versions) > 1:
        yield No("WS_VERSION_DUPLICATE", _VERSION)
    if versions[0] != b"13":
        yield No("WS_VERSION_UNSUPPORTED", _VERSION)
    keys = head.values(b"Sec-WebSocket-Key")
    if not keys:
        yield No("WS_KEY_MISSING")
    if len(keys) > 1:
        yield No("WS_KEY_DUPLICATE")
    if _KEY.fullmatch(keys[0]) is None:
        yield No("WS_KEY_INVALID")


def _failing_origin(offer: WebSocket, head: Head) -> Iterator[No]:
    origins = head.values(b"Origin")
    if len(origins) > 1:
        yield No("WS_ORIGIN_DUPLICATE")
    # A request without Origin "passes, unless `origin_required=True`".
    if not origins and offer.origin_required:
        yield No("WS_ORIGIN_FORBIDDEN")
    # Without entries any origin is taken.
    host = head.values(b"Host")[0]
    if origins and offer.origins is not None and not is_allowed(offer.origins, origins[0], host):
        yield No("WS_ORIGIN_FORBIDDEN")


def _failing(offer: WebSocket, head: Head) -> Iterator[No]:
    """Name the rows that fail after the origin's."""
    offered = elements(head.values(b"Sec-WebSocket-Protocol"))
    if not _are_subprotocols(offer, offered):
        yield No("WS_SUBPROTOCOL_INVALID")
    if offer.subprotocol_required and _choose_subprotocol(offer, head) is None:
        yield No("WS_SUBPROTOCOL_REQUIRED")
    if deflate.read_extensions(head.values(b"Sec-WebSocket-Extensions")) is None:
        yield No("WS_EXTENSIONS_INVALID")


def _are_subprotocols(offer: WebSocket, offered: list[bytes]) -> bool:
    """Tell "1-32 unique names, each a token or equal to a name that the offer lists".

    "Without an element" the field "counts as absent".
    """
    listed = [name.encode() for name in offer.subprotocols]
    return (
        len(offered) <= MOST_SUBPROTOCOLS
        and len(set(offered)) == len(offered)
        and all(is_token(name) or name in listed for name in offered)
    )


def _choose_subprotocol(offer: WebSocket, head: Head) -> str | None:
    """Return "the first of the server's list that the client offers, compared exactly"."""
    offered = elements(head.values(b"Sec-WebSocket-Protocol"))
    return next((ours for ours in offer.subprotocols if ours.encode() in offered), None)


def _agree_on_deflate(offer: WebSocket, head: Head) -> PerMessageDeflate | None:
    """Take the "first acceptable offer"; "names are compared exactly"."""
    lines = head.values(b"Sec-WebSocket-Extensions")
    if offer.deflate is None:
        return None
    for extension in deflate.read_extensions(lines) or []:
        agreed = deflate.agree(extension, offer.deflate)
        if extension.name == b"permessage-deflate" and agreed is not None:
            return agreed
    return None
