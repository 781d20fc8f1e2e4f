"""A WebSocket server behind a proxy that says by the PROXY protocol who its client is.

In: connections of proxies that are trusted; each begins with a header of version 1 or 2, as
HAProxy's `send-proxy` and `send-proxy-v2` write it. Out: an echo, and the client's address in each
101 and in each line of the log.

Always: the header is bounded in bytes and in time, and a connection whose header is wrong is ended
without an answer; what follows the header is handed over, once and in order.

Not here: the checksum and the other extensions of version 2, which are skipped. A `fallback` sees
the proxy's address, for that is the transport's; it has X-Forwarded-For to go by.
"""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Message, Ping

from upgrade101 import Negotiator, UpgradeFactory, WebSocket, hand_over

if TYPE_CHECKING:
    from upgrade101 import Decision, Fallback, Upgrade

LOGGER = logging.getLogger(__name__)
TRUSTED = frozenset({"127.0.0.1", "::1"})  # proxies that may say who somebody is
DEADLINE = 5.0  # seconds for the whole header
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
HIGHEST_PORT = 65535
LINE_LIMIT = 107  # bytes of version 1, its CRLF included
REST_LIMIT = 4096  # bytes of version 2 after its first 16
LINE = re.compile(rb"PROXY TCP([46]) (\S+) (\S+) (\d{1,5}) (\d{1,5})\r\n")
FIXED = 16  # bytes of version 2 before its addresses
LOCAL, PROXIED = 0x20, 0x21  # its version and command
SIZES = {0x11: 4, 0x21: 16}  # bytes of one address of TCP over IPv4 and IPv6

Address = tuple[str, int]
CLIENTS: WeakKeyDictionary[asyncio.Transport, Address] = WeakKeyDictionary()


@dataclass(frozen=True)
class Header:
    """What a header says."""

    size: int
    """Its bytes."""
    client: Address | None
    """None if the proxy speaks for itself, as in its health checks."""


def read_header(data: bytes) -> Header | None:
    """Return the header that the bytes begin with, None if more are needed.

    Raises `ValueError` if they cannot begin with one.
    """
    if SIGNATURE.startswith(data[:12]):
        return _read_binary(data) if len(data) >= len(SIGNATURE) else None
    return _read_line(data)


def _read_line(data: bytes) -> Header | None:
    line, end, _ = data.partition(b"\r\n")
    if not b"PROXY ".startswith(data[:6]) or len(line) + 2 > LINE_LIMIT:
        raise ValueError("no header of version 1")
    if not end:
        return None
    size = len(line) + 2
    if line == b"PROXY UNKNOWN" or line.startswith(b"PROXY UNKNOWN "):
        return Header(size, None)
    match = LINE.fullmatch(data[:size])
    if match is None:
        raise ValueError("no header of version 1")
    client = ipaddress.ip_address(match[2].decode("ascii"))
    port = int(match[4])
    if client.version != int(match[1]) or port > HIGHEST_PORT:
        raise ValueError("no address of its family")
    return Header(size, (str(client), port))


def _read_binary(data: bytes) -> Header | None:
    if len(data) < FIXED:
        return None
    command, family = data[12], data[13]
    length = int.from_bytes(data[14:16], "big")
    if command not in {LOCAL, PROXIED} or length > REST_LIMIT:
        raise ValueError("no header of version 2")
    if len(data) < FIXED + length:
        return None
    if command == LOCAL or family not in SIZES:
        return Header(FIXED + length, None)
    size = SIZES[family]
    if length < 2 * size + 4:
        raise ValueError("no room for the addresses")
    client = ipaddress.ip_address(data[FIXED : FIXED + size])
    port = int.from_bytes(data[FIXED + 2 * size :][:2], "big")
    return Header(FIXED + length, (str(client), port))


class ProxyHeader(asyncio.Protocol):
    """A connection until its header is read."""

    def __init__(self, make_protocol: Fallback) -> None:
        self._make_protocol = make_protocol
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._deadline = asyncio.get_running_loop().call_later(DEADLINE, transport.close)
        if transport.get_extra_info("peername")[0] not in TRUSTED:
            transport.close()

    def data_received(self, data: bytes) -> None:
        self._data += data
        try:
            header = read_header(self._data)
        except ValueError as error:
            LOGGER.warning("%s: %s", self._transport.get_extra_info("peername"), error)
            self._transport.abort()
            return
        if header is None:
            return
        self._deadline.cancel()
        if header.client is not None:
            CLIENTS[self._transport] = header.client
        hand_over(self._transport, self._make_protocol(), self._data[header.size :])

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.cancel()


def client_of(transport: asyncio.BaseTransport) -> Address:
    """Return the address of a client, which is the proxy's if the proxy named none."""
    own: Address = transport.get_extra_info("peername")[:2]
    return CLIENTS.get(cast("asyncio.Transport", transport), own)


class WebSocketEcho(asyncio.Protocol):
    """A connection that has become a WebSocket."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._websocket = Connection(ConnectionType.SERVER)

    def data_received(self, data: bytes) -> None:
        self._websocket.receive_data(data)
        for event in self._websocket.events():
            if isinstance(event, Message):
                self._transport.write(self._websocket.send(event))
            elif isinstance(event, Ping | CloseConnection):
                self._transport.write(self._websocket.send(event.response()))
                if isinstance(event, CloseConnection):
                    self._transport.close()

    def pause_writing(self) -> None:
        self._transport.pause_reading()  # a client that does not read is not read either

    def resume_writing(self) -> None:
        self._transport.resume_reading()


def handle(upgrade: Upgrade) -> None:
    """Accept, and tell the client its address."""
    upgrade.accept(WebSocketEcho(), [("X-Client", "{}:{}".format(*client_of(upgrade.transport)))])


def note(decision: Decision, transport: asyncio.Transport) -> None:
    """Log a decision with the client's address, which the logger `upgrade101` does not know."""
    LOGGER.info("%s:%d %s", *client_of(transport), decision.reason.name)


async def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Behind HAProxy's send-proxy")
    parser.add_argument("--port", type=int, default=8113)
    port = parser.parse_args().port
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("upgrade101").setLevel(logging.ERROR)
    factory = UpgradeFactory(Negotiator(WebSocket()), handle, on_decision=note)
    server = await asyncio.get_running_loop().create_server(
        lambda: ProxyHeader(factory), "127.0.0.1", port, backlog=4096
    )
    print("http://{}:{}/".format(*server.sockets[0].getsockname()), flush=True)
    # Not serve_forever, whose end waits for every connection from Python 3.12 on.
    await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
