"""Very many connections to a server in another process, and what they cost it.

In: what `crowd_server.py` is to serve, and the event loop's name. Out: the process, its memory and
its descriptors, and a client's sockets.
Always: sockets and process are gone at the end, and a process that nothing failed in ends with 0.
Not here: what is sent and expected.
"""

from __future__ import annotations

import os
import resource
import socket
import struct
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from crowd_server import BACKLOG

if TYPE_CHECKING:
    from collections.abc import Iterator

DEADLINE = 20
"""Seconds after which what has not come is taken for missing."""


def reset(connection: socket.socket) -> None:
    """End a connection with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Crowd:
    """A server in another process, and the connections to it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process: Any = process
        self.port = int(process.stdout.readline())  # type: ignore[union-attr]
        self.sockets: list[socket.socket] = []

    def memory(self) -> int:
        """Return the resident bytes of the server, when it has done all that it can."""
        self.wait(0)
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    def descriptors(self) -> int:
        """Return the number of the server's open files."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))  # noqa: PTH208 - no paths are made

    def wait(self, seconds: int) -> int:
        """Put the server's clock forward; return how many connections are pending then."""
        print(seconds, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def connect(self, count: int) -> None:
        """Open connections, never more at once than the server's backlog has room for."""
        while count:
            some = min(count, BACKLOG // 2)
            expected = self.descriptors() + some
            for _ in range(some):
                connection = socket.create_connection(("127.0.0.1", self.port), DEADLINE)
                self.sockets.append(connection)
            self.until_descriptors(expected)
            count -= some

    def until_descriptors(self, expected: int) -> None:
        """Wait until the server has so many open files."""
        end = time.monotonic() + DEADLINE
        while (found := self.descriptors()) != expected:
            assert time.monotonic() < end, f"{found} open files instead of {expected}"
            time.sleep(0.01)

    def close(self) -> None:
        """Reset every connection, for an orderly end would occupy its port for a minute."""
        while self.sockets:
            reset(self.sockets.pop())


@contextmanager
def crowd(kind: str, loop: str) -> Iterator[Crowd]:
    """Run a server; it ends with this."""
    # Neither a sanitizer nor a debug allocator is measured.
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    script = str(Path(__file__).with_name("crowd_server.py"))
    with subprocess.Popen(
        [sys.executable, "-E", script, kind, loop],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            with closing(Crowd(process)) as served:
                yield served
            process.stdin.close()  # type: ignore[union-attr]
            assert process.wait(DEADLINE) == 0
        finally:
            process.kill()


@contextmanager
def descriptors(needed: int) -> Iterator[None]:
    """Let this process and those that it starts have `needed` open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        pytest.fail(f"{needed} open files are needed, and `ulimit -Hn` is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
