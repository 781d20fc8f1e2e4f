"""Runs the asyncio servers of the storm.

In: the command line `PORT asyncio|uvloop`, and what makes a server listen. Out: nothing: the
server runs until its process is killed.

Always: every server has the same address and backlog. A backlog below the size of a storm
would have the kernel drop connections, which clients repeat a second later.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HOST = "127.0.0.1"
BACKLOG = 2048


def run(start: Callable[[int], Awaitable[object]]) -> None:
    """Await `start(port)`, which returns what has to be kept, and serve."""
    port, loop = sys.argv[1:]
    with asyncio.Runner(loop_factory=_loop_factory(loop)) as runner:
        runner.run(_serve(start, int(port)))


async def _serve(start: Callable[[int], Awaitable[object]], port: int) -> None:
    server = await start(port)
    await asyncio.Event().wait()
    # Until here: a server that nothing refers to may be collected.
    del server


def _loop_factory(loop: str) -> Callable[[], asyncio.AbstractEventLoop]:
    if loop == "asyncio":
        return asyncio.new_event_loop
    # On demand: a server on asyncio is measured without it.
    import uvloop  # noqa: PLC0415

    return uvloop.new_event_loop
