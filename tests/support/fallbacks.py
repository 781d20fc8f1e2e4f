"""Servers that others wrote, made as docs/handover.md makes them, with one application for all.

In: the name of a server, and a request's method, path and body. Out: a factory of its protocols;
`GET /size/N` is answered with N bytes, `/file` (aiohttp) with a file's, `/chat` with a WebSocket
that echoes (aiohttp, uvicorn), `/until-close` with what has no length (aiohttp), anything else
with what was asked.
Always: the servers are unmodified. Not here: what they should answer behind upgrade101.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import heads
from aiohttp import WSMsgType, web
from asyncio_helpers import accept_echo, serving

from upgrade101 import Negotiator, Protocol, WebSocket

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable

    from asyncio_helpers import Client, Service

    from upgrade101 import Upgrade

PAGE = (Path(__file__).parent.parent.parent / "docs/handover.md").read_text(encoding="utf-8")
SECTION = re.search(r"^## Fallbacks\n(.*?)^## ", PAGE, re.DOTALL | re.MULTILINE)

SERVERS = ("aiohttp", "uvicorn-h11", "uvicorn-httptools", "hypercorn")
OVER = ("tcp", "tls", "unix")
NEGOTIATOR = Negotiator(
    WebSocket(paths=("/live",)),
    Protocol("echo"),
    Protocol("tcp", methods=("POST",), paths=("/exec/*",), body=True),
    hosts=("example.com", "localhost", "127.0.0.1"),
)
LIVE = heads.websocket("Origin: http://example.com", target="/live")
OWN = heads.websocket(target="/chat")
"""A handshake at a path that only the fallback serves."""
GET = heads.write("GET", "/get")
BLOCK = bytes(range(256)) * 256
FILE = Path(__file__)
SHORT = 1024
"""Bytes of a body that is shown as it is; of a longer one its size and digest are."""


def write_answer(method: str, path: str, body: bytes = b"") -> bytes:
    """Return what every server answers: what it was asked."""
    if len(body) > SHORT:
        body = f"{len(body)} {hashlib.sha256(body).hexdigest()}".encode()
    return f"<{method} {path} ".encode() + body + b">"


async def handle(request: web.BaseRequest) -> web.StreamResponse:
    """Answer as a handler of aiohttp."""
    if request.path == "/chat" and "Upgrade" in request.headers:
        return await _talk(request)
    if request.path == "/file":
        return web.FileResponse(FILE)
    if request.path == "/until-close":
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(4):
            await response.write(BLOCK)
        return response
    if request.path.startswith("/size/"):
        size = int(request.path[6:])
        response = web.StreamResponse(headers={"Content-Length": str(size)})
        await response.prepare(request)
        for _ in range(size // len(BLOCK)):
            await response.write(BLOCK)
        return response
    if "Expect" in request.headers:
        # As an aiohttp application's default.
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    parts = [data async for data in request.content.iter_any()]
    return web.Response(body=write_answer(request.method, request.path, b"".join(parts)))


async def _talk(request: web.BaseRequest) -> web.WebSocketResponse:
    websocket = web.WebSocketResponse()
    await websocket.prepare(request)
    async for message in websocket:
        if message.type is WSMsgType.TEXT:
            await websocket.send_str(message.data)
    return websocket


async def app(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[..., Any]) -> None:
    """Answer as an ASGI application."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            await send({"type": "websocket.send", "text": message["text"]})
        return
    method, path = scope["method"], scope["path"]
    if path.startswith("/size/"):
        await _send_blocks(int(path[6:]), send)
        return
    parts = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    answer = write_answer(method, path, b"".join(parts))
    headers = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def _send_blocks(size: int, send: Callable[..., Any]) -> None:
    headers = [(b"content-length", str(size).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for _ in range(size // len(BLOCK)):
        await send({"type": "http.response.body", "body": BLOCK, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def make_fallback(name: str, **options: Any) -> Callable[[], asyncio.Protocol]:  # noqa: ANN401 - the server's own
    """Return the fallback of a server, made by the lines of the page."""
    lines: dict[str, Any] = {}
    assert SECTION is not None
    for block in re.findall(r"^```python\n(.*?)^```", SECTION[1], re.DOTALL | re.MULTILINE):
        exec(compile(block, "handover.md", "exec"), lines)  # noqa: S102 - they are there to be run
    server, _, http = name.partition("-")
    if options:
        # The page shows no settings; these servers take theirs when they are made.
        return _make_with(server, options)
    arguments = (handle,) if server == "aiohttp" else (app, http) if http else (app,)
    fallback: Callable[[], asyncio.Protocol] = lines[f"with_{server}"](*arguments)
    return fallback


def _make_with(server: str, options: dict[str, Any]) -> Callable[[], asyncio.Protocol]:
    if server == "aiohttp":
        return web.Server(handle, **options)
    import uvicorn  # noqa: PLC0415 - the programs that take aiohttp start faster without it
    from uvicorn.server import ServerState  # noqa: PLC0415

    config = uvicorn.Config(app, lifespan="off", log_config=None, **options)
    config.load()
    state = ServerState()
    make: Any = config.http_protocol_class
    return lambda: make(config=config, server_state=state, app_state={})


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


@dataclass
class Served:
    """A service with a fallback."""

    service: Service
    taken: bytearray = field(default_factory=bytearray)
    """What the fallback was given."""

    async def connect(self) -> Client:
        """Return a new client."""
        return await self.service.connect()


@asynccontextmanager
async def serving_with(
    name: str,
    handler: Callable[[Upgrade], Any] = accept_echo,
    *,
    negotiator: Negotiator = NEGOTIATOR,
    over: str = "tcp",
    **settings: Any,  # noqa: ANN401 - those of `serve`
) -> AsyncIterator[Served]:
    """Serve with a fallback; yield the service and what the fallback is given."""
    taken = bytearray()
    make = make_fallback(name)
    fallback: Any = lambda: Tap(make(), taken)  # noqa: E731 - a protocol by its behaviour alone
    async with serving(
        handler, negotiator=negotiator, over=over, fallback=fallback, **settings
    ) as service:
        yield Served(service, taken)


async def read_response(client: Client) -> tuple[bytes, bytes]:
    """Return the head and the body of the next response, which has a Content-Length."""
    head = await client.reader.readuntil(b"\r\n\r\n")
    match = re.search(rb"(?i)\r\ncontent-length: *(\d+)\r\n", head)
    assert match, head
    return head, await client.reader.readexactly(int(match[1]))


async def read_answer(client: Client) -> bytes:
    """Return the body of the next response, which is a 200."""
    head, body = await read_response(client)
    assert head.startswith(b"HTTP/1.1 200 "), head
    return body
