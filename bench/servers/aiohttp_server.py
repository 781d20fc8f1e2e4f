"""aiohttp with a handler that reads to the end, without compression and access log."""

from __future__ import annotations

from aiohttp import web
from runner import BACKLOG, HOST, run


async def handler(request: web.Request) -> web.WebSocketResponse:
    """Accept the upgrade and read to the end."""
    websocket = web.WebSocketResponse(compress=False)
    await websocket.prepare(request)
    async for _ in websocket:
        pass
    return websocket


async def start(port: int) -> object:
    """Listen."""
    application = web.Application()
    application.router.add_get("/{path:.*}", handler)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port, backlog=BACKLOG).start()
    return runner


if __name__ == "__main__":
    run(start)
