"""A server of very many connections, in a process of its own so that its memory can be read.

In: what to serve, "upgrades" (with the package) or "nothing" (what asyncio itself holds of an idle
connection), and the event loop's name; then lines on stdin, each the number of seconds to put the
clock forward by. Out: the port, then a line for each, when all is done that can be: the number of
connections that are pending.
Always: deadlines are far beyond any run, and come only when the clock is put forward.
Not here: clients, and what they cost.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from asyncio_helpers import on_clock, settle

import upgrade101

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT = 3600
"""Seconds of every deadline."""
BACKLOG = 2048


class Clock:
    """The event loop's clock and timers, with the time that it was put forward by."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.ahead = 0

    def time(self) -> float:
        """Return the time in seconds."""
        return self.loop.time() + self.ahead

    def call_soon(self, callback: Callable[[], None]) -> asyncio.Handle:
        """Have `callback` called when the loop has come round."""
        return self.loop.call_soon(callback)

    def call_at(self, when: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        """Have `callback` called at `when`."""
        return self.loop.call_at(when - self.ahead, callback)


async def main(kind: str) -> None:
    """Serve until stdin ends."""
    loop = asyncio.get_running_loop()
    factory = upgrade101.UpgradeFactory(
        upgrade101.Negotiator(upgrade101.WebSocket(origins=None)),
        lambda upgrade: upgrade.refuse(403),
        handshake_timeout=TIMEOUT,
        refusal_timeout=TIMEOUT,
    )
    clock = Clock(loop)
    on_clock(factory, clock)
    deadlines = factory.deadlines
    server = await loop.create_server(
        factory if kind == "upgrades" else asyncio.Protocol, "127.0.0.1", 0, backlog=BACKLOG
    )
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - where to connect to
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async for line in lines:
        if seconds := int(line):
            clock.ahead += seconds
            deadlines._arm(clock.time())
        while deadlines.wake <= clock.time():  # noqa: ASYNC110 - no event is set when it has run
            await asyncio.sleep(0.001)
        await settle()
        # Up to Python 3.11 asyncio's transports refer to themselves.
        gc.collect()
        print(factory.pending, flush=True)  # noqa: T201 - what is asked for
    server.close()


if __name__ == "__main__":
    # Either module has a function of this name.
    make_loop = import_module(sys.argv[2]).new_event_loop
    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(main(sys.argv[1]))
