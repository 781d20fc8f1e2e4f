"""Servers that others wrote, given as `fallback` in the lines that docs/handover.md has for it.

In: requests over real sockets, by hand and by curl. Out: the answers of aiohttp, uvicorn and
hypercorn, and the bytes that each of them was given.
Always: they are the client's [contract 8.4]. Not here: what a fallback that fails costs
(`test_fallback`), later upgrades (`test_fallback_kept_alive`) and sizes (`test_fallback_streams`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import heads
import pytest
from asyncio_helpers import NEGOTIATOR, Client, accept_echo, serving, settle
from client_programs import curl
from fallbacks import (
    GET,
    SERVERS,
    make_fallback,
    read_answer,
    serving_with,
    write_answer,
)

from upgrade101 import Negotiator, Reason, WebSocket

if TYPE_CHECKING:
    from asyncio_helpers import Service
    from client_programs import Java, RequireTool

# Of requests that ask for an upgrade (github.com/Kludex/uvicorn/issues/2722): by itself, not here.
LOSES_BODIES = "uvicorn-httptools"

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
WITHOUT_H2C = heads.write("POST", "/h2c", "Content-Length: 4")
"""What the fallback gets of it."""
ANSWERS = {
    GET: b"<GET /get >",
    POST: b"<POST /post body>",
    CHUNKED: b"<POST /chunked body>",
    OFFERING_H2C + b"body": b"<POST /h2c body>",
}
SEQUENCES = [[GET], [POST], [CHUNKED], [GET, POST, CHUNKED, GET]]
BODY = bytes(range(256)) * 512


def url(service: Service, path: str) -> str:
    return "http://{}:{}".format(*service.server.sockets[0].getsockname()) + path


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("requests", SEQUENCES)
async def test_pipelined_requests_are_answered_in_order(name: str, requests: list[bytes]) -> None:
    async with serving_with(name) as served:
        client = await served.connect()
        client.writer.write(b"".join(requests))
        assert [await read_answer(client) for _ in requests] == [ANSWERS[r] for r in requests]
        assert served.taken == b"".join(requests)
        assert served.service.server.stats() == {Reason.NO_UPGRADE: len(requests)}


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize(
    ("request_", "taken"),
    [(CHUNKED, CHUNKED), (OFFERING_H2C + b"body", WITHOUT_H2C + b"body")],
    ids=["chunked", "h2c"],
)
async def test_request_cut_anywhere_in_its_body_is_answered(
    name: str, request_: bytes, taken: bytes
) -> None:
    async with serving_with(name) as served:
        for cut in range(request_.index(b"\r\n\r\n"), len(request_)):
            served.taken.clear()
            client = await served.connect()
            client.writer.write(request_[:cut])
            await settle()
            client.writer.write(request_[cut:])
            assert await read_answer(client) == ANSWERS[request_]
            assert served.taken == taken
            client.writer.close()


@pytest.mark.parametrize("name", SERVERS)
async def test_curl_post_with_an_h2c_offer_arrives_with_its_body(
    name: str, require_tool: RequireTool
) -> None:
    async with serving_with(name, negotiator=NEGOTIATOR) as served:
        asked = "--http2", "--data-binary", "@-", url(served.service, "/curl")
        answer = await asyncio.to_thread(curl, require_tool, *asked, body=BODY)
        assert answer == [write_answer("POST", "/curl", BODY), b"1.1", b"200"]
        assert served.service.server.stats() == {Reason.H2C_BODY: 1}
        assert b"h2c" not in served.taken


async def test_h2c_that_is_not_offered_here_is_hypercorns_to_grant(
    require_tool: RequireTool,
) -> None:
    async with serving_with("hypercorn", negotiator=Negotiator(WebSocket())) as served:
        asked = "--http2", url(served.service, "/get")
        answer = await asyncio.to_thread(curl, require_tool, *asked)
        assert answer == [ANSWERS[GET], b"2", b"200"]
        assert served.taken.startswith(b"GET /get HTTP/1.1\r\n")


async def test_post_with_an_h2c_offer_without_a_fallback_is_426(
    require_tool: RequireTool, java: Java
) -> None:
    line = b"H2C_BODY: "
    async with serving(accept_echo) as service:
        client = await service.connect()
        client.writer.write(OFFERING_H2C + b"body")
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


@pytest.mark.parametrize("packets", [[OFFERING_H2C + b"body"], [OFFERING_H2C, b"body"]])
async def test_body_that_uvicorn_loses_by_itself_is_not_lost_here(packets: list[bytes]) -> None:
    async def ask(client: Client) -> bytes:
        for packet in packets:
            client.writer.write(packet)
            await settle()
        return await read_answer(client)

    loop = asyncio.get_running_loop()
    alone = await loop.create_server(make_fallback(LOSES_BODIES), "127.0.0.1", 0)
    client = Client(*await asyncio.open_connection(*alone.sockets[0].getsockname()))
    assert await ask(client) == b"<POST /h2c >"
    client.writer.transport.abort()
    alone.close()
    await settle()
    async with serving_with(LOSES_BODIES) as served:
        assert await ask(await served.connect()) == b"<POST /h2c body>"
