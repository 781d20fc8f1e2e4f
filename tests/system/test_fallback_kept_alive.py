"""Connections that are kept alive: pages by a server that others wrote, and upgrades after them.

In: requests over real sockets, TCP, TLS and Unix, one after the other and pipelined.
Out: the answers, and the bytes that aiohttp, uvicorn and hypercorn were given.
Always: each request is decided [contract 8], and none that is refused reaches the fallback.
Not here: large bodies (`test_fallback_streams`), proxies and pooling clients.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import heads
import pytest
from asyncio_helpers import ECHO, ECHO_ACCEPTED, settle, until
from fallbacks import (
    GET,
    LIVE,
    OVER,
    OWN,
    SERVERS,
    read_answer,
    read_response,
    serving_with,
    write_answer,
)

from upgrade101 import Negotiator, Reason, WebSocket

if TYPE_CHECKING:
    from asyncio_helpers import Client

    from upgrade101 import Upgrade

TALKERS = ("aiohttp", "uvicorn-h11", "uvicorn-httptools")
"""Servers that are given a WebSocket route of their own."""
INNER = heads.write("GET", "/smuggled")
HELLO = b"\x81\x85\0\0\0\0hello"
"""A text frame of a client [RFC 6455 5.3]."""


async def ends(client: Client) -> bool:
    """Return whether nothing more comes but the end."""
    return await client.reader.read() == b""


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("over", OVER)
async def test_handshake_after_pages_switches(name: str, over: str) -> None:
    async with serving_with(name, over=over) as served:
        client = await served.connect()
        for _ in range(3):
            client.writer.write(GET)
            assert await read_answer(client) == b"<GET /get >"
        assert (await client.ask(LIVE + b"early")).startswith(b"HTTP/1.1 101 ")
        client.writer.write(b", late")
        assert await client.reader.readexactly(11) == b"early, late"
        assert served.taken == 3 * GET
        assert served.service.server.stats() == {Reason.NO_UPGRADE: 3, Reason.SWITCHED: 1}


@pytest.mark.parametrize("name", SERVERS)
async def test_hundred_pipelined_pages_and_a_handshake_are_answered_in_order(name: str) -> None:
    pages = [heads.write("GET", f"/{number}") for number in range(100)]
    async with serving_with(name) as served:
        client = await served.connect()
        client.writer.write(b"".join(pages) + ECHO + b"early")
        for number in range(100):
            assert await read_answer(client) == write_answer("GET", f"/{number}")
        assert await client.reader.readexactly(len(ECHO_ACCEPTED) + 5) == ECHO_ACCEPTED + b"early"
        assert served.taken == b"".join(pages)


@pytest.mark.parametrize("name", SERVERS)
async def test_connection_goes_on_after_a_page_whatever_the_cut(name: str) -> None:
    data = GET + heads.write("POST", "/post", "Transfer-Encoding: chunked") + b"1\r\na\r\n0\r\n\r\n"
    async with serving_with(name) as served:
        for cut in range(1, len(data + ECHO), 7):
            client = await served.connect()
            client.writer.write((data + ECHO)[:cut])
            await settle(5)
            client.writer.write((data + ECHO)[cut:])
            assert await read_answer(client) == b"<GET /get >"
            assert await read_answer(client) == b"<POST /post a>"
            assert await client.reader.readexactly(len(ECHO_ACCEPTED)) == ECHO_ACCEPTED
            client.writer.transport.abort()


# ---- policy -------------------------------------------------------------------------------

REFUSED = {
    "WS_ORIGIN_FORBIDDEN": (b"403", heads.websocket("Origin: http://evil.test", target="/live")),
    "HOST_FORBIDDEN": (b"421", GET.replace(b"example.com", b"evil.test")),
    "BARE_LF": (b"400", GET.replace(b"\r\n\r\n", b"\r\nX: y\n\r\n")),
    "HOST_DUPLICATE": (b"400", heads.write("GET", "/", "Host: example.com")),
    "FRAMING_CONFLICT": (
        b"400",
        heads.write("POST", "/", "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    ),
    "HTTP2_PREFACE": (b"505", heads.PREFACE),
    "WS_KEY_MISSING": (
        b"400",
        heads.websocket(target="/live").replace(b"Sec-WebSocket-Key", b"X-Key"),
    ),
}


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("reason", REFUSED)
async def test_later_request_that_is_refused_never_reaches_the_fallback(
    name: str, reason: str
) -> None:
    status, request = REFUSED[reason]
    async with serving_with(name) as served:
        client = await served.connect()
        client.writer.write(GET + request + INNER)
        assert await read_answer(client) == b"<GET /get >"
        head, body = await read_response(client)
        assert head.split(b" ", 2)[1] == status
        assert body.startswith(reason.encode())
        client.writer.write_eof()
        assert await ends(client)
        assert served.taken == GET
        assert served.service.server.stats() == {Reason.NO_UPGRADE: 1, Reason[reason]: 1}


@pytest.mark.parametrize("name", SERVERS)
async def test_later_head_that_drips_is_408(name: str) -> None:
    async with serving_with(name, handshake_timeout=0.2) as served:
        client = await served.connect()
        client.writer.write(GET)
        assert await read_answer(client) == b"<GET /get >"
        client.writer.write(GET[:20])
        head, _ = await read_response(client)
        assert head.startswith(b"HTTP/1.1 408 ")
        assert served.taken == GET


@pytest.mark.parametrize("name", SERVERS)
async def test_defect_in_the_chunks_of_a_body_never_reaches_the_fallback(name: str) -> None:
    post = heads.write("POST", "/post", "Transfer-Encoding: chunked")
    async with serving_with(name) as served:
        client = await served.connect()
        client.writer.write(GET + post + b"5\r\nhello\r\n")
        assert await read_answer(client) == b"<GET /get >"
        await until(lambda: served.taken.endswith(b"hello\r\n"))
        client.writer.write(b"5\n" + INNER)
        head, body = await read_response(client)
        assert head.startswith(b"HTTP/1.1 400 ")
        assert body.startswith(b"CHUNK_INVALID")
        assert INNER not in served.taken


# ---- bodies of upgrades that nobody takes --------------------------------------------------


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("upgrade", ["foo", "websocket", "h2c", "echo"])
@pytest.mark.parametrize("apart", [False, True])
async def test_body_of_an_upgrade_that_is_not_granted_is_no_request(
    name: str, upgrade: str, *, apart: bool
) -> None:
    post = heads.write(
        "POST",
        "/post",
        f"Upgrade: {upgrade}",
        "Connection: Upgrade",
        f"Content-Length: {len(INNER)}",
    )
    async with serving_with(name) as served:
        client = await served.connect()
        client.writer.write(post)
        if apart:
            await settle()
        client.writer.write(INNER + GET)
        assert await read_answer(client) == write_answer("POST", "/post", INNER)
        assert await read_answer(client) == b"<GET /get >"
        assert b"Upgrade" not in served.taken
        client.writer.write(LIVE)
        assert (await client.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize("name", SERVERS)
async def test_upgrade_that_must_be_ignored_is_no_upgrade_of_the_fallbacks(name: str) -> None:
    ignored = OWN.replace(b"Connection: Upgrade", b"Connection: keep-alive")
    async with serving_with(name) as served:
        client = await served.connect()
        client.writer.write(ignored.replace(b"/chat", b"/live"))
        head, _ = await read_response(client)
        assert not head.startswith(b"HTTP/1.1 101 ")
        assert b"Upgrade" not in served.taken


# ---- declining -----------------------------------------------------------------------------


def decline(upgrade: Upgrade) -> None:
    upgrade.decline()


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("cut", [0, 4, 40])
async def test_declined_upgrade_is_served_as_http_and_the_connection_goes_on(
    name: str, cut: int
) -> None:
    exec_ = heads.write(
        "POST", "/exec/1", "Upgrade: tcp", "Connection: Upgrade", f"Content-Length: {len(INNER)}"
    )
    async with serving_with(name, decline) as served:
        client = await served.connect()
        for _ in range(2):
            sent = GET + exec_ + INNER + GET
            client.writer.write(sent[: -len(GET + INNER) + cut])
            await settle()
            client.writer.write(sent[-len(GET + INNER) + cut :])
            assert await read_answer(client) == b"<GET /get >"
            assert await read_answer(client) == write_answer("POST", "/exec/1", INNER)
            assert await read_answer(client) == b"<GET /get >"
        assert b"Upgrade" not in served.taken


@pytest.mark.parametrize("name", TALKERS)
async def test_declined_handshake_is_the_fallbacks_own(name: str) -> None:
    negotiator = Negotiator(WebSocket(origins=None))
    async with serving_with(name, decline, negotiator=negotiator) as served:
        client = await served.connect()
        client.writer.write(GET + OWN + HELLO)
        assert await read_answer(client) == b"<GET /get >"
        assert (await client.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        assert await client.reader.readexactly(7) == b"\x81\x05hello"
        assert served.taken == GET + OWN + HELLO or served.taken == GET + OWN


# ---- the fallback's own WebSocket ----------------------------------------------------------


@pytest.mark.parametrize("name", TALKERS)
@pytest.mark.parametrize("over", OVER)
async def test_own_websocket_route_is_reached_after_a_page(name: str, over: str) -> None:
    async with serving_with(name, over=over) as served:
        client = await served.connect()
        client.writer.write(GET + OWN + HELLO)
        assert await read_answer(client) == b"<GET /get >"
        assert (await client.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        assert await client.reader.readexactly(7) == b"\x81\x05hello"
        for _ in range(3):
            client.writer.write(HELLO)
            assert await client.reader.readexactly(7) == b"\x81\x05hello"
        assert served.service.server.stats() == {Reason.NO_UPGRADE: 1, Reason.PATH_NOT_OFFERED: 1}


@pytest.mark.parametrize("name", SERVERS)
async def test_upgrade_that_nobody_takes_is_followed_by_requests_that_are_decided(
    name: str,
) -> None:
    async with serving_with(name) as served:
        client = await served.connect()
        client.writer.write(
            heads.write("GET", "/foo", "Upgrade: foo", "Connection: Upgrade") + GET + ECHO
        )
        assert await read_answer(client) == b"<GET /foo >"
        assert await read_answer(client) == b"<GET /get >"
        assert await client.reader.readexactly(len(ECHO_ACCEPTED)) == ECHO_ACCEPTED


# ---- ends ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVERS)
async def test_nothing_is_decided_after_a_request_that_ends_the_connection(name: str) -> None:
    last = heads.write("GET", "/get", "Connection: close")
    async with serving_with(name) as served:
        client = await served.connect()
        client.writer.write(last + ECHO + GET)
        assert await read_answer(client) == b"<GET /get >"
        assert await ends(client)
        assert served.taken == last
        assert served.service.server.stats() == {Reason.NO_UPGRADE: 1}


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("over", OVER)
async def test_client_that_ends_its_side_gets_its_answer_and_the_end(name: str, over: str) -> None:
    async with serving_with(name, over=over) as served:
        client = await served.connect()
        client.writer.write(GET)
        if client.writer.can_write_eof():
            client.writer.write_eof()
            # A server may close without its answer if its client has ended: as it does alone.
            answer = await client.reader.read()
            assert answer == b"" or b"<GET /get >" in answer
        await until(lambda: not served.service.server._factory.served or over == "tls")


@pytest.mark.parametrize("name", SERVERS)
async def test_drain_ends_idle_connections_and_finishes_requests(name: str) -> None:
    async with serving_with(name) as served:
        idle, busy = await served.connect(), await served.connect()
        idle.writer.write(GET)
        assert await read_answer(idle) == b"<GET /get >"
        post = heads.write("POST", "/post", "Content-Length: 4")
        busy.writer.write(post + b"bo")
        await until(lambda: served.taken.endswith(post + b"bo"))
        draining = asyncio.ensure_future(served.service.server.drain())
        assert await ends(idle)
        assert not draining.done()
        busy.writer.write(b"dy")
        assert await read_answer(busy) == b"<POST /post body>"
        assert await ends(busy)
        assert await draining
