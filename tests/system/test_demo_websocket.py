"""The demo's WebSocket: echo, chat, limits and the closing handshake.

In: a demo in a process of its own, asked by `websockets`' client and by raw bytes. Out: its
messages. Not here: which handshakes are accepted (the vectors).
"""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from demo_process import DEADLINE, Demo, exchange, started, upgrade_head
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.protocol import Protocol, Side

from upgrade101.demo.websocket import MESSAGE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """Return a demo that the tests of this module share."""
    with started() as running:
        yield running


def handshake_head(demo: Demo, *fields: str) -> bytes:
    return upgrade_head(
        demo,
        "websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *fields,
    )


@pytest.mark.parametrize(
    "message", ["Grüße", "", b"\x00\xff", ["in ", "pieces"], "x" * MESSAGE_LIMIT]
)
async def test_websocket_echo_sends_a_message_back(
    demo: Demo, message: str | bytes | list[str]
) -> None:
    async with connect(f"ws://{demo.host}/", subprotocols=["echo"]) as client:
        assert client.subprotocol == "echo"
        assert "permessage-deflate" in client.response.headers["Sec-WebSocket-Extensions"]
        await client.send(message)
        assert await client.recv() == ("".join(message) if isinstance(message, list) else message)
    assert '"GET / HTTP/1.1" SWITCH SWITCHED websocket ' in demo.decision("websocket")


async def test_websocket_without_subprotocol_or_deflate_echoes(demo: Demo) -> None:
    async with connect(f"ws://{demo.host}/", compression=None) as client:
        assert client.subprotocol is None
        assert "Sec-WebSocket-Extensions" not in client.response.headers
        await client.send("plain")
        assert await client.recv() == "plain"
        await (await client.ping())


async def test_websocket_chat_sends_to_everyone_there(demo: Demo) -> None:
    url = f"ws://{demo.host}/"
    async with (
        connect(url, subprotocols=["chat"]) as anna,
        connect(url, subprotocols=["chat"], compression=None) as ben,
        connect(url, subprotocols=["echo"]) as outsider,
    ):
        await anna.send("hello")
        assert await anna.recv() == await ben.recv() == "hello"
        await ben.send(b"\x01")
        assert await anna.recv() == await ben.recv() == b"\x01"
        await outsider.send("mine")
        assert await outsider.recv() == "mine"


async def test_websocket_chat_passes_by_who_does_not_read(demo: Demo) -> None:
    url, count = f"ws://{demo.host}/", 400
    # Neither reads to the end, so neither would see the server's close frame.
    options = {"subprotocols": ["chat"], "compression": None, "close_timeout": 0.1}
    async with connect(url, **options) as speaker, connect(url, **options, max_queue=1) as sleeper:
        # The speaker is in the room too, and has to read what it says.
        listening = asyncio.create_task(count_until(speaker, ""))
        for _ in range(count):
            await speaker.send(b"\xaa" * MESSAGE_LIMIT)
        waking = asyncio.create_task(count_until(sleeper, "awake"))
        while not waking.done():
            await speaker.send("awake")
            await asyncio.sleep(0.01)
        assert 0 < await waking < count
        listening.cancel()


async def count_until(client: ClientConnection, last: str) -> int:
    """Receive until `last`; return how many binary messages came before."""
    count = 0
    async with asyncio.timeout(DEADLINE):
        while (message := await client.recv()) != last:
            count += isinstance(message, bytes)
    return count


@pytest.mark.parametrize(
    ("message", "code"),
    [("x" * MESSAGE_LIMIT, 1000), ("x" * (MESSAGE_LIMIT + 1), 1009)],
)
async def test_websocket_message_above_the_limit_closes(
    demo: Demo, message: str, code: int
) -> None:
    async with connect(f"ws://{demo.host}/") as client:
        await client.send(message)
        with suppress(ConnectionClosed):
            await client.recv()
        await client.close()
        assert client.protocol.close_code == code


async def test_websocket_text_that_is_not_utf8_closes_with_1007(demo: Demo) -> None:
    async with connect(f"ws://{demo.host}/") as client:
        await client.send(b"\xc3\x28", text=True)
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert client.protocol.close_code == 1007


async def test_websocket_at_handshake_is_told_its_own_bytes(demo: Demo) -> None:
    head = handshake_head(demo, "X-Odd: \xe9").replace(b"GET /", b"GET /handshake", 1)
    # A masked ping, a text frame and a close stand behind the head in the same segment.
    frames = b"\x89\x80abcd" + b"\x81\x82\0\0\0\0hi" + b"\x88\x82\0\0\0\0\x03\xe8"
    answer = await exchange(demo, head + frames)
    response, _, rest = answer.partition(b"\r\n\r\n")
    client = Protocol(Side.CLIENT)
    client.receive_data(rest)
    first, *others = client.events_received()
    told = json.loads(first.data)
    assert told["request"].encode("latin-1") == head
    assert told["response"].encode("latin-1") == response + b"\r\n\r\n"
    assert told["decision"]["action"] == "SWITCH"
    assert told["decision"]["reason"] == "SWITCHED"
    assert [frame.opcode.name for frame in others] == ["PONG", "CLOSE"]


async def test_websocket_inflates_a_read_piece_by_piece() -> None:
    deflater = zlib.compressobj(9, wbits=-15)
    deflated = deflater.compress(bytes(MESSAGE_LIMIT)) + deflater.flush(zlib.Z_SYNC_FLUSH)
    payload = deflated.removesuffix(b"\x00\x00\xff\xff")
    assert len(payload) < 126
    # A masked binary frame with RSV1 set: 85 bytes that become 64 KiB, 25 MiB all together.
    frame = b"\xc2" + bytes([0x80 | len(payload)]) + bytes(4) + payload
    with started() as demo:
        head = handshake_head(demo, "Sec-WebSocket-Extensions: permessage-deflate")
        before = peak_memory(demo)
        answer = await exchange(demo, head + frame * 400 + b"\x88\x80" + bytes(4))
        assert answer.endswith(b"\x88\x00")
        assert peak_memory(demo) - before < 12 << 20


def peak_memory(demo: Demo) -> int:
    """Return the most that the process has had in memory, in bytes."""
    status = Path(f"/proc/{demo.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


async def test_websocket_from_another_site_is_refused(demo: Demo) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        await connect(f"ws://{demo.host}/", origin="http://evil.example").__aenter__()
    async with connect(f"ws://{demo.host}/", origin=demo.url) as client:
        await client.send("same site")
        assert await client.recv() == "same site"
