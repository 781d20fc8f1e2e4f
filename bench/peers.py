"""What other libraries do with the bytes of a WebSocket handshake, in process.

In: the head of a request. Out: the response of a library that has one, else what its parser says.
Always: each call is that of a new connection, and does no more than its library needs.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from typing import TYPE_CHECKING, cast

import h11
import httptools
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_parser import HttpRequestParser
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.server import ServerProtocol
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection
from wsproto.extensions import PerMessageDeflate

if TYPE_CHECKING:
    from websockets.http11 import Request

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # [RFC 6455 1.3]
KEY_SIZE = 16  # bytes, decoded
LOOP = asyncio.new_event_loop()


def accept_value(key: bytes) -> bytes:
    """Return Sec-WebSocket-Accept for a key as the standard library makes it."""
    return base64.b64encode(hashlib.sha1(key + GUID).digest())  # noqa: S324 -- RFC 6455 4.2.2


def websockets(head: bytes) -> bytes:
    """Accept without extensions."""
    return answer_of_websockets(ServerProtocol(), head)


def websockets_with_deflate(head: bytes) -> bytes:
    """Accept with permessage-deflate, as upgrade101 does here."""
    return answer_of_websockets(ServerProtocol(extensions=[ServerPerMessageDeflateFactory()]), head)


def answer_of_websockets(protocol: ServerProtocol, head: bytes) -> bytes:
    """Accept what comes first."""
    protocol.receive_data(head)
    (request,) = protocol.events_received()
    protocol.send_response(protocol.accept(cast("Request", request)))
    return b"".join(protocol.data_to_send())


def wsproto(head: bytes) -> bytes:
    """Accept with permessage-deflate."""
    connection = WSConnection(ConnectionType.SERVER)
    connection.receive_data(head)
    next(connection.events())
    return connection.send(AcceptConnection(extensions=[PerMessageDeflate()]))


def h11_parser(head: bytes) -> object:
    """Parse, and decide nothing."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(head)
    return connection.next_event()


def aiohttp_parser(head: bytes) -> object:
    """Parse in C, and decide nothing."""
    return HttpRequestParser(BaseProtocol(LOOP), LOOP, 2**16).feed_data(head)


class Handshake:
    """The callbacks of httptools that a handshake written by hand needs."""

    def __init__(self) -> None:
        self.fields: dict[bytes, bytes] = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep one field line."""
        self.fields[name.lower()] = value


def httptools_by_hand(head: bytes) -> bytes:
    """Make the checks of RFC 6455 4.2.1 and the accept value; no Origin, no extensions."""
    handshake = Handshake()
    parser = httptools.HttpRequestParser(handshake)
    with contextlib.suppress(httptools.HttpParserUpgrade):  # which announces what is looked for
        parser.feed_data(head)
    get = handshake.fields.get
    key = get(b"sec-websocket-key", b"")
    if (
        parser.get_method() != b"GET"
        or parser.get_http_version() != "1.1"
        or not get(b"host")
        or get(b"upgrade", b"").lower() != b"websocket"
        or b"upgrade"
        not in [option.strip() for option in get(b"connection", b"").lower().split(b",")]
        or get(b"sec-websocket-version") != b"13"
        or len(base64.b64decode(key, validate=True)) != KEY_SIZE
    ):
        raise ValueError("no handshake")
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept_value(key) + b"\r\n\r\n"
    )
