"""Constant bytes, and then another protocol as every upgrade has: what that costs a loop."""

from __future__ import annotations

import asyncio

from constant_server import Constant
from runner import BACKLOG, HOST, run


class Handed(Constant):
    """Writes the answer and hands the transport over."""

    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        """Write the answer, and go on with an empty protocol."""
        super().data_received(data)
        self.transport.set_protocol(asyncio.Protocol())


async def start(port: int) -> object:
    """Listen."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(Handed, HOST, port, backlog=BACKLOG)


if __name__ == "__main__":
    run(start)
