"""Bodies and responses of any size through upgrade101, to servers that others wrote.

In: megabytes over real sockets, expectations, files, responses without a length, silence. Out: what
the client and the fallback got, and the memory that it took.
Always: it is the fallback's own flow control that bounds the memory.
Not here: what is decided (`test_fallback_kept_alive`).
"""

from __future__ import annotations

import asyncio
import re
import resource
from pathlib import Path

import heads
import pytest
from asyncio_helpers import Client, until
from fallbacks import (
    BLOCK,
    FILE,
    GET,
    LIVE,
    OVER,
    SERVERS,
    make_fallback,
    read_answer,
    read_response,
    serving_with,
    write_answer,
)

MIB = 1 << 20
BODY = BLOCK * (MIB // len(BLOCK))
LARGE = 64 * MIB


def chunked(body: bytes, size: int) -> bytes:
    """Return a body in chunks of up to `size` bytes [RFC 9112 7.1]."""
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    return b"".join(b"%x;x=y\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


async def switches(client: Client) -> bool:
    """Return whether a handshake on the same connection is granted."""
    client.writer.write(LIVE)
    return (await client.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("over", OVER)
async def test_body_of_1_mib_goes_up_and_the_connection_goes_on(name: str, over: str) -> None:
    post = heads.write("POST", "/post", f"Content-Length: {MIB}") + BODY
    async with serving_with(name, over=over) as served:
        client = await served.connect()
        client.writer.write(post)
        assert await read_answer(client) == write_answer("POST", "/post", BODY)
        assert served.taken == post or over == "tls"
        assert await switches(client)


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("size", [1000, 100_000])
async def test_chunked_body_goes_up_and_the_connection_goes_on(name: str, size: int) -> None:
    body = BODY[: 300 * 1000]
    post = heads.write("POST", "/post", "Transfer-Encoding: chunked") + chunked(body, size)
    async with serving_with(name) as served:
        client = await served.connect()
        for _ in range(2):
            client.writer.write(post)
            assert await read_answer(client) == write_answer("POST", "/post", body)
        assert served.taken == post + post
        assert await switches(client)


@pytest.mark.parametrize("name", SERVERS)
async def test_chunked_body_byte_by_byte_arrives(name: str) -> None:
    post = heads.write("POST", "/post", "Transfer-Encoding: chunked") + chunked(b"hello" * 9, 7)
    async with serving_with(name) as served:
        client = await served.connect()
        for byte in post + LIVE:
            client.writer.write(bytes([byte]))
            await asyncio.sleep(0)
        assert await read_answer(client) == write_answer("POST", "/post", b"hello" * 9)
        assert (await client.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        assert served.taken == post


@pytest.mark.parametrize("name", SERVERS)
async def test_expectation_is_the_fallbacks_to_meet(name: str) -> None:
    post = heads.write("POST", "/post", "Content-Length: 4", "Expect: 100-continue")
    async with serving_with(name) as served:
        client = await served.connect()
        for _ in range(2):
            assert (await client.ask(post)).startswith(b"HTTP/1.1 100 ")
            client.writer.write(b"body")
            assert b"<POST /post body>" in await client.reader.readuntil(b">")
        assert await switches(client)


# ---- down ----------------------------------------------------------------------------------


def peak() -> int:
    """Return the most memory that this process has had, in bytes, since it was asked last."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    match = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert match is not None
    # [proc(5)] From here on the most is counted anew.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return int(match[1]) << 10


async def swallow(client: Client, size: int) -> int:
    """Read so many bytes, of which none is kept; return how many blocks were other than BLOCK."""
    wrong = 0
    for _ in range(size // len(BLOCK)):
        wrong += await client.reader.readexactly(len(BLOCK)) != BLOCK
    return wrong


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("over", OVER)
async def test_response_of_64_mib_comes_down_in_bounded_memory(name: str, over: str) -> None:
    size = LARGE if over == "tcp" else LARGE // 8
    async with serving_with(name, over=over) as served:
        client = await served.connect()
        client.writer.write(GET)
        await read_answer(client)
        peak()
        before = resident()
        client.writer.write(heads.write("GET", f"/size/{size}"))
        await client.reader.readuntil(b"\r\n\r\n")
        # The server has written what it may by now, and waits.
        await asyncio.sleep(0.05)
        assert await swallow(client, size) == 0
        assert peak() - before < 8 * MIB
        assert await switches(client)


def resident() -> int:
    """Return the memory of this process, in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


@pytest.mark.parametrize("name", SERVERS)
async def test_client_that_does_not_read_is_not_read_from(name: str) -> None:
    """Pipelined requests for what nobody reads: they stay in the kernel, and cost nothing."""
    request = heads.write("GET", f"/size/{MIB}")
    async with serving_with(name) as served:
        client = await served.connect()
        client.writer.write(request * 400)
        before = resident()
        client.writer.transport.pause_reading()
        await asyncio.sleep(0.3)
        assert resident() - before < 16 * MIB
        client.writer.transport.resume_reading()
        for _ in range(12):
            head = await client.reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 ")
            assert await swallow(client, MIB) == 0


@pytest.mark.parametrize("over", OVER)
async def test_aiohttp_file_comes_down_and_the_connection_goes_on(over: str) -> None:
    async with serving_with("aiohttp", over=over) as served:
        client = await served.connect()
        for _ in range(3):
            client.writer.write(heads.write("GET", "/file"))
            head, body = await read_response(client)
            assert head.startswith(b"HTTP/1.1 200 ")
            assert body == FILE.read_bytes()
        assert await switches(client)


@pytest.mark.parametrize("over", OVER)
async def test_response_without_a_length_is_the_last(over: str) -> None:
    request = b"GET /until-close HTTP/1.0\r\nHost: example.com\r\n\r\n"
    async with serving_with("aiohttp", over=over) as served:
        client = await served.connect()
        client.writer.write(request + LIVE)
        head = await client.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.0 200 ")
        assert await client.reader.read() == 4 * BLOCK
        assert served.service.server.stats().total() == 1


@pytest.mark.parametrize("name", SERVERS)
async def test_response_to_head_is_followed_by_the_next(name: str) -> None:
    async with serving_with(name) as served:
        client = await served.connect()
        client.writer.write(heads.write("HEAD", "/head") + GET + LIVE)
        head = await client.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert await read_answer(client) == b"<GET /get >"
        assert (await client.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")


# ---- the fallback's own time ---------------------------------------------------------------

IDLE = {
    "aiohttp": {"keepalive_timeout": 0.2},
    "uvicorn-h11": {"http": "h11", "timeout_keep_alive": 1},
    "uvicorn-httptools": {"http": "httptools", "timeout_keep_alive": 1},
}


@pytest.mark.parametrize("name", IDLE)
@pytest.mark.parametrize("over", ["tcp", "tls"])
async def test_connection_that_is_idle_is_closed_by_the_fallback(
    name: str, over: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fallbacks.make_fallback", lambda name: make_fallback(name, **IDLE[name]))
    async with serving_with(name, over=over) as served:
        client, upgraded = await served.connect(), await served.connect()
        for each in (client, upgraded):
            each.writer.write(GET)
            assert await read_answer(each) == b"<GET /get >"
        # What has switched is nobody's to close, whatever timer the fallback still has.
        assert await switches(upgraded)
        async with asyncio.timeout(5):
            assert await client.reader.read() == b""
        upgraded.writer.write(b"echo")
        assert await upgraded.reader.readexactly(4) == b"echo"
        await until(lambda: not served.service.server._factory.served)
