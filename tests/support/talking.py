"""A WebSocket that writes what it reads, by the websockets library.

In: the bytes of a connection that has switched. Out: each text message, written back.
Always: frames are that library's affair. Not here: the handshake.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

if TYPE_CHECKING:
    from upgrade101 import Upgrade


class Talk(asyncio.Protocol):
    """Echoes text messages."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport: Any = transport
        self.frames = ServerProtocol(state=State.OPEN)

    def data_received(self, data: bytes) -> None:
        """Read frames, and write what is due."""
        self.frames.receive_data(data)
        for event in self.frames.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self.frames.send_text(event.data)
        for piece in self.frames.data_to_send():
            if piece:
                self.transport.write(piece)
            else:
                self.transport.close()


def talk(upgrade: Upgrade) -> None:
    """Accept an upgrade with an echo of messages."""
    upgrade.accept(Talk())
