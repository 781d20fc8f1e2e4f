"""picows with an empty listener; it does not compress."""

from __future__ import annotations

from picows import WSListener, WSUpgradeRequest, ws_create_server
from runner import BACKLOG, HOST, run


def make_listener(_request: WSUpgradeRequest) -> WSListener:
    """Return a listener, which accepts the upgrade."""
    return WSListener()


async def start(port: int) -> object:
    """Listen."""
    return await ws_create_server(make_listener, HOST, port, backlog=BACKLOG)


if __name__ == "__main__":
    run(start)
