"""The WebSocket handshake (6455 4.2, contract 4).

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
from .grammar import DEFAULT_PORTS, elements, is_token, name_matches, split_host, split_origin
from .meaning import content_length, is_chunked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .head import Head
    from .policy import PerMessageDeflate, WebSocket

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MOST_SUBPROTOCOLS = 32
_KEY = re.compile(rb"[A-Za-z0-9+/]{22}==")
_VERSION = (("Sec-WebSocket-Version", "13"),)


def check(offer: WebSocket, head: Head) -> Yes | No:
    """Answer with the first row of contract 4 that fails, or with the 101."""
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
    if is_chunked(head) or content_length(head) > 0:
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
    if not (_is_allowed(offer, head, origins[0]) if origins else not offer.origin_required):
        yield No("WS_ORIGIN_FORBIDDEN")


def _failing(offer: WebSocket, head: Head) -> Iterator[No]:
    """Name the rows that fail after the origin's."""
    lines = head.values(b"Sec-WebSocket-Protocol")
    if lines and not _are_subprotocols(elements(lines)):
        yield No("WS_SUBPROTOCOL_INVALID")
    if offer.subprotocol_required and _choose_subprotocol(offer, head) is None:
        yield No("WS_SUBPROTOCOL_REQUIRED")
    lines = head.values(b"Sec-WebSocket-Extensions")
    if lines and deflate.read_extensions(lines) is None:
        yield No("WS_EXTENSIONS_INVALID")


def _are_subprotocols(offered: list[bytes]) -> bool:
    """Tell "1-32 unique tokens"."""
    return (
        1 <= len(offered) <= MOST_SUBPROTOCOLS
        and len(set(offered)) == len(offered)
        and all(is_token(name) for name in offered)
    )


def _choose_subprotocol(offer: WebSocket, head: Head) -> str | None:
    """Return "the first of the server's list that the client offers, compared exactly"."""
    offered = elements(head.values(b"Sec-WebSocket-Protocol"))
    return next((ours for ours in offer.subprotocols if ours.encode() in offered), None)


def _agree_on_deflate(offer: WebSocket, head: Head) -> PerMessageDeflate | None:
    """Take the "first acceptable offer"; "names are compared exactly"."""
    lines = head.values(b"Sec-WebSocket-Extensions")
    if offer.deflate is None or not lines:
        return None
    for extension in deflate.read_extensions(lines) or []:
        agreed = deflate.agree(extension, offer.deflate)
        if extension.name == b"permessage-deflate" and agreed is not None:
            return agreed
    return None


def _is_allowed(offer: WebSocket, head: Head, origin: bytes) -> bool:
    if offer.origins is None:
        return True
    if offer.origins == "same-origin":
        return _is_same_origin(origin, head.values(b"Host")[0])
    return any(_is_listed(entry.encode(), origin) for entry in offer.origins)


def _is_same_origin(origin: bytes, host_value: bytes) -> bool:
    """Compare with Host.

    An Origin "must be `http` or `https`, and its host and port must equal `Host`'s, letter
    case aside, ports as numbers, an absent or empty port standing for the default of the
    origin's scheme".
    """
    ours = split_host(host_value)
    theirs = split_origin(origin)
    if ours is None or theirs is None or theirs[0] not in DEFAULT_PORTS:
        return False
    scheme, host, port = theirs
    default = DEFAULT_PORTS[scheme]
    return (ours[0], int(ours[1] or default)) == (host, default if port is None else port)


def _is_listed(entry: bytes, origin: bytes) -> bool:
    """Compare "letter case aside with default ports dropped; `null` may be listed".

    [RFC 6454 7.1] spells null in lower case only.
    """
    if entry == b"null":
        return origin == b"null"
    listed, theirs = split_origin(entry), split_origin(origin)
    assert listed is not None, "not an entry that an offer takes"
    return (
        theirs is not None
        and (listed[0], listed[2]) == (theirs[0], theirs[2])
        and name_matches(listed[1], theirs[1])
    )
