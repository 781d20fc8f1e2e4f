"""A running demo, for the tests that ask it.

In: nothing. Out: the process, its port, its lines, and raw
exchanges with it. Always: it is ended with SIGINT and must end with 0 and an empty stderr, where
Python would report what is left open. Not here: what it should answer.
"""

from __future__ import annotations

import asyncio
import queue
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DEADLINE = 20
"""Seconds after which what has not come is taken for missing."""


class Demo:
    """A running demo."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        first = self.line()
        match = re.fullmatch(
            r"upgrade101 demo on http://127\.0\.0\.1:(\d+)/ \(Ctrl-C ends it\)", first
        )
        assert match, first
        self.port = int(match[1])
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"

    def _read(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def line(self) -> str:
        """Return the next line of stdout."""
        return self._lines.get(timeout=DEADLINE)

    def decision(self, reason: str) -> str:
        """Return the next line that prints `reason`; those before it are let go."""
        while reason not in (line := self.line()).split():
            pass
        return line

    def end(self, number: int = signal.SIGINT) -> None:
        """Send a signal, and check the way the demo ends."""
        self.process.send_signal(number)
        assert self.process.wait(DEADLINE) == 0
        complaint = self.process.stderr.read()
        assert complaint == "", complaint


@contextmanager
def started() -> Iterator[Demo]:
    """Run a demo; whoever does not end it leaves that to this."""
    command = [sys.executable, "-W", "error", "-m", "upgrade101", "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            demo = Demo(process)
            yield demo
            if process.poll() is None:
                demo.end()
        finally:
            process.kill()


async def exchange(demo: Demo, data: bytes, *, ends: bool = False) -> bytes:
    """Send `data`, and the end of it where the demo would wait for more; return what comes."""
    async with asyncio.timeout(DEADLINE):
        reader, writer = await asyncio.open_connection("127.0.0.1", demo.port)
        try:
            writer.write(data)
            if ends:
                writer.write_eof()
            return await reader.read()
        finally:
            writer.transport.abort()


def upgrade_head(demo: Demo, protocol: str, *fields: str) -> bytes:
    lines = (
        "GET / HTTP/1.1",
        f"Host: {demo.host}",
        f"Upgrade: {protocol}",
        *(fields or ("Connection: Upgrade",)),
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()
