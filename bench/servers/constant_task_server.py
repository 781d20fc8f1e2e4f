"""Constant bytes, written and handed over by a task: what every coroutine handler costs a loop."""

from __future__ import annotations

import asyncio
import sys

from constant_handed_server import Handed
from runner import BACKLOG, HOST, run


class Tasked(Handed):
    """Has a task write the answer and hand the transport over."""

    __slots__ = ("task",)

    def data_received(self, data: bytes) -> None:
        """Make the task; the event loop alone does not keep it."""
        self.task = asyncio.get_running_loop().create_task(self.answer(data))

    async def answer(self, data: bytes) -> None:
        """Do what `Handed` does, and await nothing."""
        super().data_received(data)


async def start(port: int) -> object:
    """Listen; from Python 3.12 on tasks begin at once."""
    loop = asyncio.get_running_loop()
    if sys.version_info >= (3, 12):
        loop.set_task_factory(asyncio.eager_task_factory)
    return await loop.create_server(Tasked, HOST, port, backlog=BACKLOG)


if __name__ == "__main__":
    run(start)
