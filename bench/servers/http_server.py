"""An HTTP server that others wrote, alone or as the fallback of upgrade101.

In: the command line `PORT asyncio|uvloop alone|behind aiohttp|uvicorn`. Out: `GET /` is answered
with a small page, `GET /N` with N bytes, a POST with the number of bytes of its body.
Always: the server is the same on both sides, made by the lines of docs/handover.md; uvicorn parses
with httptools.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from runner import BACKLOG, HOST, run

from upgrade101 import Negotiator, Upgrade, WebSocket, serve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

PAGE = b"hello\n"
BLOCK = bytes(1 << 16)
NEGOTIATOR = Negotiator(WebSocket())


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Answer as an ASGI application."""
    size = int(scope["path"][1:] or 0)
    page = b"" if size else PAGE
    if scope["method"] == "POST":
        count, more = 0, True
        while more:
            message = await receive()
            count += len(message.get("body", b""))
            more = message.get("more_body", False)
        page = str(count).encode()
    headers = [(b"content-length", str(size or len(page)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for _ in range(size // len(BLOCK)):
        await send({"type": "http.response.body", "body": BLOCK, "more_body": True})
    await send({"type": "http.response.body", "body": page})


async def handle(request: web.BaseRequest) -> web.StreamResponse:
    """Answer as a handler of aiohttp."""
    from aiohttp import web  # noqa: PLC0415 - on demand: uvicorn is measured without it

    size = int(request.path[1:] or 0)
    if request.method == "POST":
        count = 0
        async for data in request.content.iter_any():
            count += len(data)
        return web.Response(body=str(count).encode())
    if not size:
        return web.Response(body=PAGE)
    response = web.StreamResponse(headers={"Content-Length": str(size)})
    await response.prepare(request)
    for _ in range(size // len(BLOCK)):
        await response.write(BLOCK)
    return response


def make_protocols(name: str) -> Callable[[], asyncio.Protocol]:
    """Return the protocol factory of a server."""
    if name == "aiohttp":
        from aiohttp import web  # noqa: PLC0415 - as above

        return web.Server(handle, access_log=None)
    import uvicorn  # noqa: PLC0415 - as above
    from uvicorn.server import ServerState  # noqa: PLC0415

    config = uvicorn.Config(
        app, http="httptools", lifespan="off", log_config=None, access_log=False
    )
    config.load()
    state = ServerState()
    make: Any = config.http_protocol_class
    return lambda: make(config=config, server_state=state, app_state={})


def refuse(upgrade: Upgrade) -> None:
    """Refuse: no client of this bench asks for an upgrade."""
    upgrade.refuse(403)


async def start(port: int) -> object:
    """Listen."""
    protocols = make_protocols(name)
    if side == "behind":
        return await serve(NEGOTIATOR, refuse, HOST, port, fallback=protocols, backlog=BACKLOG)
    loop = asyncio.get_running_loop()
    return await loop.create_server(protocols, HOST, port, backlog=BACKLOG)


if __name__ == "__main__":
    side, name = sys.argv[3:]
    del sys.argv[3:]
    run(start)
