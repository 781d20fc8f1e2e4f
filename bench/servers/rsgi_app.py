"""An RSGI application that accepts a WebSocket and reads to its end, for granian."""

from __future__ import annotations

from granian.rsgi import ProtocolClosed, Scope, WebsocketProtocol

CLOSED = 0  # the kind of the last message


async def app(_scope: Scope, protocol: WebsocketProtocol) -> None:
    """Serve one WebSocket."""
    websocket = await protocol.accept()
    try:
        while (await websocket.receive()).kind != CLOSED:
            pass
    except ProtocolClosed:
        # A peer that resets sends no last message, and what is raised here would be logged.
        return
