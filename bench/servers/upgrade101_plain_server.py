"""upgrade101 with a handler that is a plain function, and an empty protocol."""

from __future__ import annotations

import asyncio

from runner import BACKLOG, HOST, run

from upgrade101 import Negotiator, Upgrade, WebSocket, serve

# From any origin, as with the other servers.
NEGOTIATOR = Negotiator(WebSocket(origins=None))


def handler(upgrade: Upgrade) -> None:
    """Accept the upgrade."""
    upgrade.accept(asyncio.Protocol())


async def start(port: int) -> object:
    """Listen."""
    return await serve(NEGOTIATOR, handler, HOST, port, backlog=BACKLOG)


if __name__ == "__main__":
    run(start)
