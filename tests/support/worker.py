"""A worker of a rolling restart: a server on a socket that it has inherited.

In: the command line `DESCRIPTOR LOOP`, and SIGTERM. Out: a line when it listens; when it was told
to end, a line with what it has decided.
Always: it drains before it ends, and ends with 0 if nothing is pending then.
Not here: who starts and ends it.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys

from loops import LOOPS

from upgrade101 import Negotiator, Protocol, Upgrade, serve


class Quiet(asyncio.Protocol):
    """Says nothing."""


def tell(line: str) -> None:
    """Write a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def accept(upgrade: Upgrade) -> None:
    """Accept an upgrade."""
    upgrade.accept(Quiet())


async def work(listener: socket.socket) -> int:
    """Serve until SIGTERM; return the exit status."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    server = await serve(Negotiator(Protocol("echo")), accept, sock=listener)
    tell("listens")
    await told.wait()
    drained = await server.drain()
    server.close()
    await server.wait_closed()
    tell(repr({reason.name: count for reason, count in server.stats().items()}))
    return 0 if drained else 1


def main() -> None:
    """Run."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    listener.setblocking(False)  # noqa: FBT003 - asyncio asks for it
    with asyncio.Runner(loop_factory=LOOPS[sys.argv[2]]) as runner:
        sys.exit(runner.run(work(listener)))


if __name__ == "__main__":
    main()
