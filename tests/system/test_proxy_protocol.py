"""docs/examples/proxy_protocol.py: headers of the PROXY protocol, and a HAProxy that writes them.

In: headers of both versions, whole, cut, and one byte away. Out: the client's address, and the
request that follows the header, decided.
Always: the file is run as it is. Not here: the other examples (`test_examples`).
"""

from __future__ import annotations

import asyncio
import runpy
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import heads
import pytest
from asyncio_helpers import Client, settle
from proxies import EXAMPLES, proxied
from websockets.asyncio.client import connect

from upgrade101 import Negotiator, UpgradeFactory, WebSocket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from client_programs import RequireTool

FILE = EXAMPLES.parent / "proxy_protocol.py"
NAMES = runpy.run_path(str(FILE))
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LINE = b"PROXY TCP4 192.0.2.7 198.51.100.1 50123 443\r\n"
FOUR = bytes([192, 0, 2, 7, 198, 51, 100, 1]) + (50123).to_bytes(2) + (443).to_bytes(2)
SIX = bytes([0x20, 1, 0xD, 0xB8, *bytes(11), 7]) * 2 + (50123).to_bytes(2) + (443).to_bytes(2)
CLIENT = ("192.0.2.7", 50123)


def binary(content: bytes, command: int = 0x21, family: int = 0x11) -> bytes:
    """Return a header of version 2."""
    return SIGNATURE + bytes([command, family]) + len(content).to_bytes(2) + content


HEADERS = [
    (LINE, CLIENT),
    (LINE.replace(b"TCP4 192.0.2.7", b"TCP6 2001:db8::7"), ("2001:db8::7", 50123)),
    (b"PROXY UNKNOWN\r\n", None),
    (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", None),
    (binary(FOUR), CLIENT),
    (binary(FOUR + b"\x04\0\x01x"), CLIENT),
    (binary(SIX, family=0x21), ("2001:db8::7", 50123)),
    (binary(b"", command=0x20, family=0), None),
    (binary(FOUR, command=0x20), None),
    (binary(bytes(216), family=0x31), None),
]


@pytest.mark.parametrize(("header", "client"), HEADERS)
def test_header_tells_the_client_and_where_it_ends(header: bytes, client: object) -> None:
    found = NAMES["read_header"](header + b"GET")
    assert (found.size, found.client) == (len(header), client)


@pytest.mark.parametrize("header", [header for header, _ in HEADERS])
def test_header_that_is_cut_needs_more(header: bytes) -> None:
    for size in range(len(header)):
        assert NAMES["read_header"](header[:size]) is None


@pytest.mark.parametrize(
    "header",
    [
        b"GET / HTTP/1.1\r\n",
        b"PROXY\t",
        LINE.replace(b"TCP4", b"TCP6"),
        LINE.replace(b"TCP4", b"UDP4"),
        LINE.replace(b"50123", b"65536"),
        LINE.replace(b"50123", b"-1"),
        LINE.replace(b"192.0.2.7", b"192.0.2.256"),
        LINE.replace(b"192.0.2.7", b"192.0.2.\xb2"),
        LINE.replace(b"7 198", b"7  198"),
        b"PROXY UNKNOWN ".ljust(106, b"x") + b"\r\n",
        b"PROXY ".ljust(106, b"x"),
        SIGNATURE[:-1] + b"x",
        binary(FOUR, command=0x11),
        binary(FOUR, command=0x22),
        binary(FOUR[:-1]),
        binary(SIX[:-1], family=0x21),
        SIGNATURE + b"\x21\x11" + (4097).to_bytes(2),
    ],
)
def test_header_that_is_wrong_is_none(header: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        NAMES["read_header"](header)


def test_header_of_the_most_bytes_is_read() -> None:
    line = b"PROXY UNKNOWN ".ljust(105, b"x") + b"\r\n"
    assert NAMES["read_header"](line).size == 107
    assert NAMES["read_header"](binary(FOUR.ljust(4096, b"x"))).size == 16 + 4096


@asynccontextmanager
async def running(**changes: object) -> AsyncIterator[Any]:
    """Run the server with some of its names changed; yield what connects to it, and its port."""
    names = NAMES["ProxyHeader"].connection_made.__globals__
    before = {name: names[name] for name in changes}
    names.update(changes)
    factory = UpgradeFactory(Negotiator(WebSocket()), names["handle"])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: names["ProxyHeader"](factory), "127.0.0.1", 0)
    clients = []

    async def join() -> Client:
        clients.append(Client(*await asyncio.open_connection(*server.sockets[0].getsockname())))
        return clients[-1]

    join.port = server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    try:
        yield join
    finally:
        names.update(before)
        for client in clients:
            client.writer.transport.abort()
        server.close()
        await settle()


@pytest.mark.parametrize("header", [LINE, binary(FOUR)])
async def test_request_after_a_header_cut_anywhere_is_decided(header: bytes) -> None:
    data = header + heads.websocket() + b"\x81\x84\0\0\0\0said"
    async with running() as join:
        for cut in {*range(1, len(header) + 2), len(data) - 10, len(data)}:
            client = await join()
            client.writer.write(data[:cut])
            await settle()
            client.writer.write(data[cut:])
            answer = await client.reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 101 ")
            assert b"\r\nX-Client: 192.0.2.7:50123\r\n" in answer
            assert await client.reader.readexactly(6) == b"\x81\x04said"


@pytest.mark.parametrize("data", [heads.websocket(), LINE[:4] + b"X", SIGNATURE[:11] + b"\0"])
async def test_connection_whose_header_is_wrong_ends_without_an_answer(data: bytes) -> None:
    async with running() as join:
        client = await join()
        client.writer.write(data)
        answer = b""
        with suppress(ConnectionResetError):  # it was aborted
            answer = await client.reader.read()
        assert answer == b""


async def test_header_that_drips_ends_at_its_deadline() -> None:
    async with running(DEADLINE=0.05) as join:
        client = await join()
        client.writer.write(LINE[:-1])
        assert await client.reader.read() == b""


async def test_proxy_that_is_not_trusted_is_not_read() -> None:
    async with running(TRUSTED=frozenset()) as join:
        client = await join()
        assert await client.reader.read() == b""


@pytest.mark.parametrize("option", ["send-proxy", "send-proxy-v2"])
async def test_haproxy_tells_who_its_client_is(
    option: str, require_tool: RequireTool, tmp_path: Path
) -> None:
    edits = ((":8101", f":8101 {option}"),)
    async with (
        running() as join,
        proxied("haproxy", join.port, require_tool, tmp_path, edits) as host,
        connect(f"ws://{host}/", proxy=None) as client,
    ):
        name = "{}:{}".format(*client.transport.get_extra_info("sockname"))
        assert client.response.headers["X-Client"] == name
        await client.send("said")
        assert await client.recv() == "said"
