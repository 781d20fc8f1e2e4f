"""websockets with a handler that waits for the end, without compression."""

from __future__ import annotations

from runner import BACKLOG, HOST, run
from websockets.asyncio.server import ServerConnection, serve


async def handler(connection: ServerConnection) -> None:
    """Wait for the end."""
    await connection.wait_closed()


async def start(port: int) -> object:
    """Listen."""
    return await serve(handler, HOST, port, compression=None, backlog=BACKLOG)


if __name__ == "__main__":
    run(start)
