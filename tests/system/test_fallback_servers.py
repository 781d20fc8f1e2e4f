"""Servers that others wrote, given as `fallback` in the lines that docs/handover.md has for it.

In: requests over real sockets, by hand, by curl and by Java's HttpClient. Out: the answers of
aiohttp, uvicorn and hypercorn, and the bytes that each of them was given.
Always: they are the client's, from the connection's first byte. Not here: what a fallback that
fails costs (`test_fallback`).
"""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import heads
import pytest
from aiohttp import web
from asyncio_helpers import NEGOTIATOR, Client, accept_echo, serving, settle
from client_programs import Java, RequireTool, curl

from upgrade101 import Negotiator, Reason, WebSocket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from asyncio_helpers import Service

PAGE = (Path(__file__).parent.parent.parent / "docs/handover.md").read_text(encoding="utf-8")
SECTION = re.search(r"^## Fallbacks\n(.*?)^## ", PAGE, re.DOTALL | re.MULTILINE)

SERVERS = ["aiohttp", "uvicorn-h11", "uvicorn-httptools", "hypercorn"]
# Of requests that ask for an upgrade (github.com/Kludex/uvicorn/issues/2722); without this library
# too, as the last test here shows.
LOSES_BODIES = "uvicorn-httptools"

GET = heads.write("GET", "/get")
POST = heads.write("POST", "/post", "Content-Length: 4") + b"body"
CHUNKED = heads.write("POST", "/chunked", "Transfer-Encoding: chunked") + b"4\r\nbody\r\n0\r\n\r\n"
OFFERING_H2C = heads.write(
    "POST",
    "/h2c",
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAMAAABkAAQAAP__",
    "Content-Length: 4",
)
POST_OFFERING_H2C = OFFERING_H2C + b"body"
ANSWERS = {
    GET: b"<GET /get >",
    POST: b"<POST /post body>",
    CHUNKED: b"<POST /chunked body>",
    POST_OFFERING_H2C: b"<POST /h2c body>",
}
SEQUENCES = [[GET], [POST], [CHUNKED], [GET, POST, CHUNKED, GET]]
BODY = bytes(range(256)) * 512


def write_answer(method: str, path: str, body: bytes) -> bytes:
    """Return what every server answers: what it was asked."""
    return f"<{method} {path} ".encode() + body + b">"


async def handle(request: web.Request) -> web.Response:
    """Answer as a handler of aiohttp."""
    return web.Response(body=write_answer(request.method, request.path, await request.read()))


async def app(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[..., Any]) -> None:
    """Answer as an ASGI application."""
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    answer = write_answer(scope["method"], scope["path"], body)
    headers = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


def make_fallback(name: str) -> Callable[[], asyncio.Protocol]:
    """Return the fallback of a server, made by the lines of the page."""
    lines: dict[str, Any] = {}
    assert SECTION is not None
    for block in re.findall(r"^```python\n(.*?)^```", SECTION[1], re.DOTALL | re.MULTILINE):
        exec(compile(block, "handover.md", "exec"), lines)  # noqa: S102 - they are there to be run
    server, _, http = name.partition("-")
    arguments = (handle,) if server == "aiohttp" else (app, http) if http else (app,)
    fallback: Callable[[], asyncio.Protocol] = lines[f"with_{server}"](*arguments)
    return fallback


class Tap:
    """Stands before a protocol and notes what it is given."""

    def __init__(self, protocol: asyncio.Protocol, taken: bytearray) -> None:
        self.protocol = protocol
        self.taken = taken

    def data_received(self, data: bytes) -> None:
        """Note `data` and pass it on."""
        self.taken += data
        self.protocol.data_received(data)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a protocol has
        return getattr(self.protocol, name)


@asynccontextmanager
async def serving_with(
    name: str, negotiator: Negotiator = NEGOTIATOR
) -> AsyncIterator[tuple[Service, bytearray]]:
    """Serve with a fallback; yield the service and what the fallback is given."""
    taken = bytearray()
    make = make_fallback(name)
    fallback: Any = lambda: Tap(make(), taken)  # noqa: E731 - a protocol by its behaviour alone
    async with serving(accept_echo, negotiator=negotiator, fallback=fallback) as service:
        yield service, taken


def url(service: Service, path: str) -> str:
    return "http://{}:{}".format(*service.server.sockets[0].getsockname()) + path


async def read_answer(client: Client) -> bytes:
    """Return the body of the next answer, which is a 200."""
    head, _, body = (await client.reader.readuntil(b">")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    return body


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("requests", SEQUENCES)
async def test_pipelined_requests_are_answered_in_order(name: str, requests: list[bytes]) -> None:
    async with serving_with(name) as (service, taken):
        client = await service.connect()
        client.writer.write(b"".join(requests))
        assert [await read_answer(client) for _ in requests] == [ANSWERS[r] for r in requests]
        assert taken == b"".join(requests)
        assert service.server.stats().total() == 1


@pytest.mark.parametrize("name", SERVERS)
async def test_connection_that_is_kept_alive_stays_the_fallbacks(name: str) -> None:
    async with serving_with(name) as (service, taken):
        client = await service.connect()
        for request in SEQUENCES[-1]:
            client.writer.write(request)
            assert await read_answer(client) == ANSWERS[request]
        assert taken == b"".join(SEQUENCES[-1])


@pytest.mark.parametrize(
    ("name", "request_"),
    [(name, CHUNKED) for name in SERVERS]
    + [(name, POST if name == LOSES_BODIES else POST_OFFERING_H2C) for name in SERVERS],
)
async def test_request_cut_anywhere_in_its_body_is_answered(name: str, request_: bytes) -> None:
    async with serving_with(name) as (service, taken):
        for cut in range(request_.index(b"\r\n\r\n"), len(request_)):
            taken.clear()
            client = await service.connect()
            client.writer.write(request_[:cut])
            await settle()
            client.writer.write(request_[cut:])
            assert await read_answer(client) == ANSWERS[request_]
            assert taken == request_
            client.writer.close()


def body_for(name: str) -> bytes:
    """Return the body of a POST: a short one where it is lost, which ends the connection."""
    return BODY[:256] if name == LOSES_BODIES else BODY


# Bare truth: a difference of such bodies takes minutes to write out.


def is_passed_on(taken: bytearray, name: str) -> bool:
    """Return whether a fallback was given a client's whole POST."""
    head, _, body = taken.partition(b"\r\n\r\n")
    return b"\r\nUpgrade: h2c\r\n" in head and body == body_for(name)


def is_answer(answer: list[bytes], name: str, path: str, version: bytes) -> bool:
    """Return whether a client got the answer that the server has for its POST."""
    body = b"" if name == LOSES_BODIES else BODY
    return answer == [write_answer("POST", path, body), version, b"200"]


@pytest.mark.parametrize("name", SERVERS)
async def test_curl_post_with_an_h2c_offer_arrives_with_its_body(
    name: str, require_tool: RequireTool
) -> None:
    async with serving_with(name) as (service, taken):
        asked = "--http2", "--data-binary", "@-", "-H", "Expect:", url(service, "/curl")
        answer = await asyncio.to_thread(curl, require_tool, *asked, body=body_for(name))
        assert is_passed_on(taken, name)
        assert service.server.stats() == {Reason.H2C_BODY: 1}
        assert is_answer(answer, name, "/curl", b"1.1")


@pytest.mark.parametrize("name", SERVERS)
async def test_java_post_with_its_h2c_offer_arrives_with_its_body(name: str, java: Java) -> None:
    async with serving_with(name) as (service, taken):
        asked = "POST", url(service, "/java"), body_for(name)
        answer = await asyncio.to_thread(java, *asked)
        assert is_passed_on(taken, name)
        assert service.server.stats() == {Reason.H2C_BODY: 1}
        assert is_answer(answer, name, "/java", b"HTTP_1_1")


async def test_h2c_that_is_not_offered_here_is_hypercorns_to_grant(
    require_tool: RequireTool,
) -> None:
    async with serving_with("hypercorn", Negotiator(WebSocket())) as (service, taken):
        answer = await asyncio.to_thread(curl, require_tool, "--http2", url(service, "/get"))
        assert answer == [ANSWERS[GET], b"2", b"200"]
        assert taken.startswith(b"GET /get HTTP/1.1\r\n")


async def test_post_with_an_h2c_offer_without_a_fallback_is_426(
    require_tool: RequireTool, java: Java
) -> None:
    line = b"H2C_BODY: "
    async with serving(accept_echo) as service:
        client = await service.connect()
        client.writer.write(POST_OFFERING_H2C)
        head, _, body = (await client.reader.read()).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 426 Upgrade Required\r\n")
        assert b"\r\nUpgrade: echo, websocket, h2c, TLS/1.0\r\n" in head
        assert b"\r\nConnection: Upgrade, close" in head
        assert body.startswith(line)

        asked = "--http2", "--data-binary", "@-", url(service, "/curl")
        for answer in (
            await asyncio.to_thread(curl, require_tool, *asked, body=BODY),
            await asyncio.to_thread(java, "POST", url(service, "/java"), BODY),
        ):
            assert answer[0].startswith(line)
            assert answer[-1] == b"426"
        assert service.server.stats() == {Reason.H2C_BODY: 3}


@pytest.mark.parametrize("packets", [[POST_OFFERING_H2C], [OFFERING_H2C, b"body"]])
async def test_body_that_uvicorn_loses_is_lost_without_this_library_too(
    packets: list[bytes],
) -> None:
    async def ask(client: Client) -> bytes:
        for packet in packets:
            client.writer.write(packet)
            await settle()
        return await read_answer(client)

    async with serving_with(LOSES_BODIES) as (service, taken):
        behind = await ask(await service.connect())
        assert taken == POST_OFFERING_H2C
    loop = asyncio.get_running_loop()
    alone = await loop.create_server(make_fallback(LOSES_BODIES), "127.0.0.1", 0)
    client = Client(*await asyncio.open_connection(*alone.sockets[0].getsockname()))
    assert await ask(client) == behind == b"<POST /h2c >"
    client.writer.transport.abort()
    alone.close()
    await settle()
