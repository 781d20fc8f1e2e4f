"""The floor of what a handshake can cost on asyncio: constant bytes, without a look at the head."""

from __future__ import annotations

import asyncio

from runner import BACKLOG, HOST, run

ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\n"
    b"Upgrade: websocket\r\n"
    b"Connection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)


class Constant(asyncio.Protocol):
    """Writes the answer to whatever arrives."""

    __slots__ = ("transport",)

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Note the transport."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 -- asyncio's signature
        """Write the answer."""
        self.transport.write(ANSWER)


async def start(port: int) -> object:
    """Listen."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(Constant, HOST, port, backlog=BACKLOG)


if __name__ == "__main__":
    run(start)
