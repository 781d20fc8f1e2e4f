"""wsproto on an asyncio protocol of the least code that accepts, without extensions."""

from __future__ import annotations

import asyncio

from runner import BACKLOG, HOST, run
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Request


class Bare(asyncio.Protocol):
    """Accepts, and drops all other events."""

    __slots__ = ("connection", "transport")

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for a head."""
        self.transport = transport
        self.connection = WSConnection(ConnectionType.SERVER)

    def data_received(self, data: bytes) -> None:
        """Accept the upgrade when it is there."""
        self.connection.receive_data(data)
        for event in self.connection.events():
            if isinstance(event, Request):
                self.transport.write(self.connection.send(AcceptConnection()))


async def start(port: int) -> object:
    """Listen."""
    return await asyncio.get_running_loop().create_server(Bare, HOST, port, backlog=BACKLOG)


if __name__ == "__main__":
    run(start)
