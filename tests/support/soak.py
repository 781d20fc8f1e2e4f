"""Many connections on one way each, with the collector off: nothing of them may be left.

In: a way (`ways`), how many connections, and how they end. Out: what the process holds before and
after them. As a program: 100,000 on each of SOAKED in one event loop, and a line for each way; it
fails if anything is left.

Always: connections of the same way are made before, for what is made once. A `Connection`,
`Upgrade` or transport that lives after its connection's end is a failure by itself.

Not here: the clients, which are another process (`soak_client`).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import subprocess
import sys
import time
import weakref
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from unittest import mock

from asyncio_helpers import serving, settle, until
from loops import LOOPS
from ways import WAYS

from upgrade101._connection import Connection
from upgrade101._log import LOGGER
from upgrade101._upgrade import Upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from upgrade101 import Handler, Server

SOAKED = (
    # the way, and whether the client ends it with a reset
    ("accept", False),
    ("refuse", False),
    ("pass", False),
    ("pass and accept", False),
    ("pass and be closed", False),
    ("decline", False),
    ("decision timeout", False),
    ("end while deciding", True),
    ("end while deciding", False),
    ("exception", False),
    ("cancel", False),
)
BATCH = 500
"""Connections that are open at a time, within the descriptors that a process has by default."""
MOST_GROWTH = 1024
"""KiB: less than 100,000 times 16 bytes, the smallest piece of memory that can be left."""
ROUNDS = 3
"""How often memory must grow by more to be a leak: a peak of the load takes it once."""
DEADLINE = 300
"""Seconds for the connections of one order."""
CLIENT = Path(__file__).with_name("soak_client.py")
MODULES = (
    "upgrade101.",
    "asyncio.",
    "_asyncio.",
    "uvloop.",
    "ways.",
    "ssl.",
    "_ssl.",
)
# Up to Python 3.11 a transport of asyncio's refers to itself, whatever is done to it.
CYCLIC = (
    {"asyncio.selector_events._SelectorSocketTransport", "asyncio.trsock.TransportSocket"}
    if sys.version_info < (3, 12)
    else set()
)


@contextmanager
def collector_off() -> Iterator[None]:
    """Turn the collector off, and the records that would keep the frames of handlers."""
    gc.collect()
    gc.disable()
    try:
        with (
            mock.patch.object(LOGGER, "disabled", new=True),
            mock.patch.object(logging.getLogger("asyncio"), "disabled", new=True),
        ):
            yield
    finally:
        gc.enable()


class Living:
    """Weak references to objects that have not been freed yet."""

    def __init__(self) -> None:
        self.references: set[weakref.ref[Any]] = set()
        self.seen: Counter[str] = Counter()

    def add(self, kind: str, thing: object) -> None:
        """Note an object until it is freed."""
        self.seen[kind] += 1
        self.references.add(weakref.ref(thing, self.references.discard))

    def watch(self, handler: Handler) -> Handler:
        """Return a handler whose upgrades are noted."""

        def watched(upgrade: Upgrade) -> object:
            self.add("upgrades", upgrade)
            return handler(upgrade)

        return watched


@contextmanager
def watching() -> Iterator[Living]:
    """Note what connections are made of."""
    living = Living()

    class WatchedConnection(Connection):
        __slots__ = ()

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            living.add("connections", self)
            if name_of(type(transport)) not in CYCLIC:
                living.add("transports", transport)
            super().connection_made(transport)

    class WatchedUpgrade(Upgrade):
        __slots__ = ("__weakref__",)

    with (
        mock.patch("upgrade101._factory.Connection", WatchedConnection),
        mock.patch("upgrade101._connection.Upgrade", WatchedUpgrade),
    ):
        yield living


def name_of(kind: type) -> str:
    """Return the name of a type with that of its module."""
    return f"{kind.__module__}.{kind.__qualname__}"


def population() -> Counter[str]:
    """Count the living objects of the kinds that a connection is made of."""
    counts: Counter[str] = Counter()
    for kind, count in Counter(map(type, gc.get_objects())).items():
        name = name_of(kind)
        if name.startswith(MODULES) and name not in CYCLIC:
            counts[name] += count
    return counts


def resident() -> int:
    """Return the memory of this process in KiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


def holding(server: Server) -> Counter[str]:
    """Count what this process holds."""
    return population() + Counter(
        {
            # As each `Handshake` and `Decision` has one; the collector knows neither.
            "references to the negotiator": sys.getrefcount(server._factory.negotiator),
            "descriptors": len(list(Path("/proc/self/fd").iterdir())),
            "KiB": resident(),
        }
    )


class Clients:
    """The process of the clients."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, CLIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    async def connect(self, **arguments: Any) -> None:  # noqa: ANN401 - those of its `connect`
        """Let the process make connections, and see them to their end."""
        self.process.stdin.write(f"{json.dumps(arguments)}\n")
        self.process.stdin.flush()
        # Not in a thread, which has references of its own a little longer than its answer is due.
        answered = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self.process.stdout, answered.set)
        try:
            async with asyncio.timeout(DEADLINE):
                await answered.wait()
        finally:
            loop.remove_reader(self.process.stdout)
        assert self.process.stdout.readline() == "done\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


async def soak(
    name: str, *, reset: bool, before: int, count: int, clients: Clients
) -> tuple[Counter[str], dict[str, int]]:
    """Return what the process holds after `before` connections, and what changes by `count` more.

    The memory, in KiB, is among the changes.
    """
    way = WAYS[name]
    holdings = []
    made = 0
    with collector_off(), watching() as living:
        async with serving(living.watch(way.handler), **way.settings, backlog=BATCH) as service:
            for number in (before, count):
                await clients.connect(
                    port=service.server.sockets[0].getsockname()[1],
                    count=number,
                    batch=BATCH,
                    data=way.sends.decode("latin-1"),
                    reads=None if way.reads is None else way.reads.decode("latin-1"),
                    reset=reset,
                )
                made += number
                await freed(service.server, living, made)
                holdings.append(holding(service.server))
            assert service.server.stats() == way.stats(made)
    first, last = holdings
    last.subtract(first)
    return first, {name: change for name, change in last.items() if change or name == "KiB"}


async def freed(server: Server, living: Living, made: int) -> None:
    """Wait until every connection has ended; fail if something of one is left then."""
    await until(lambda: living.seen["connections"] == made and not server.upgraded)
    await until(lambda: server._factory.deadlines._timer is None)
    try:
        await until(lambda: not living.references)
    except TimeoutError:
        left = Counter(type(reference()).__name__ for reference in living.references)
        raise AssertionError(f"not freed: {left}") from None
    await settle()


def main() -> None:
    """Soak the event loop that the command line names."""
    parser = argparse.ArgumentParser(description="Makes many connections; nothing may be left.")
    parser.add_argument("--loop", choices=LOOPS, default="asyncio")
    parser.add_argument("--connections", type=int, default=100_000, help="on each way")
    arguments = parser.parse_args()
    if arguments.loop == "asyncio" and CYCLIC:
        parser.error("asyncio's own transports need the collector up to Python 3.11")
    count = arguments.connections
    with Clients() as clients:
        for name, reset in SOAKED:
            for _ in range(ROUNDS):
                start = time.monotonic()
                with asyncio.Runner(loop_factory=LOOPS[arguments.loop]) as runner:
                    held, changes = runner.run(
                        soak(name, reset=reset, before=count // 10, count=count, clients=clients)
                    )
                growth = changes.pop("KiB")
                sys.stdout.write(
                    f"{arguments.loop:7} {name + (', reset' if reset else ''):25} "
                    f"{count} connections in {time.monotonic() - start:4.1f} s, "
                    f"RSS {held['KiB']} {growth:+} KiB, {held['descriptors']} descriptors\n"
                )
                sys.stdout.flush()
                if growth <= MOST_GROWTH or changes:
                    break
            if growth > MOST_GROWTH or changes:
                raise SystemExit(f"not all is freed: {growth} KiB, {changes}")


if __name__ == "__main__":
    main()
