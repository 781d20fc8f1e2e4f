"""A server of the storm while it runs.

In: a command and the core that it is pinned to. Out: the CPU time, the memory and the open files
of its process and of all that descend from it.
Always: it listens when the context begins, and every process of it is killed when that ends.
Not here: what is done to it.

Linux only. CPU time is the kernel's own account of a process, user and system, with that of its
threads, in nanoseconds (`clock_getcpuclockid`); `/proc/PID/stat` has the same in ticks of 10 ms.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from storm_servers import FOLDER

if TYPE_CHECKING:
    from types import TracebackType

    from storm_servers import Server

HOST = "127.0.0.1"
START = 60.0  # seconds to listen in; under valgrind it takes ten
REST = 10.0  # seconds to come to rest in
POLL = 0.05
DRAIN_POLL = 0.002
IDLE = 5_000_000  # nanoseconds of CPU in POLL: socketify polls, and uses half of it when idle

_libc = ctypes.CDLL(None)


class FailedError(Exception):
    """A server does not do what is asked of it; the argument says what happened."""


class Process:
    """A running server, as a context."""

    def __init__(self, server: Server, core: int) -> None:
        self.port = free_port()
        self._command = ["taskset", "--cpu-list", str(core), *server.command(self.port)]
        self._environment = os.environ | server.environment

    def __enter__(self) -> Self:
        self._output = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            self._command,
            cwd=FOLDER,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._await_listening()
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._kill()

    def cpu(self) -> int:
        """Return the CPU time up to now, in nanoseconds."""
        return sum(_cpu(pid) for pid in self._pids())

    def memory(self) -> int:
        """Return the bytes of memory that are no file's: heaps, stacks and anonymous maps."""
        return sum(_anonymous(pid) for pid in self._pids())

    def files(self) -> int:
        """Return the number of open files."""
        return sum(1 for pid in self._pids() for _ in Path(f"/proc/{pid}/fd").iterdir())

    def drain(self, files: int) -> None:
        """Wait until no more than so many files are open, and no longer.

        Raises `FailedError` where that does not come.
        """
        deadline = time.monotonic() + REST
        while self.files() > files:
            if time.monotonic() >= deadline:
                raise FailedError(f"it keeps {self.files()} files open")
            time.sleep(DRAIN_POLL)

    def settle(self, least: float = 0, most: float = math.inf) -> None:
        """Wait until so many files are open and no work is done on them any more.

        Raises `FailedError` where that does not come.
        """
        deadline = time.monotonic() + REST
        before = self.cpu()
        while time.monotonic() < deadline:
            time.sleep(POLL)
            now = self.cpu()
            if now - before < IDLE and least <= self.files() <= most:
                return
            before = now
        raise FailedError(f"it does not come to rest; it has {self.files()} files open")

    def stop(self) -> None:
        """Let it do nothing until `go_on`: some servers poll when they are at rest."""
        os.killpg(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run again."""
        os.killpg(self._process.pid, signal.SIGCONT)

    def end(self) -> None:
        """Send SIGTERM, and wait until the process has ended of it.

        Raises `FailedError` where it does not.
        """
        self._process.terminate()
        try:
            self._process.wait(REST)
        except subprocess.TimeoutExpired:
            raise FailedError("SIGTERM does not end it") from None

    def _await_listening(self) -> None:
        deadline = time.monotonic() + START
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                self._output.seek(0)
                lines = self._output.read().decode(errors="replace").splitlines()
                raise FailedError(f"it ended: {lines[-1] if lines else self._process.returncode}")
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection((HOST, self.port)).close()
                return
            time.sleep(POLL)
        raise FailedError(f"it does not listen after {START:.0f} s")

    def _kill(self) -> None:
        # One that has ended alone may have left its group without members.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._output.close()

    def _pids(self) -> list[int]:
        """Return the process and its descendants."""
        parents = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
        pids = [self._process.pid]
        for pid in pids:
            pids += [child for child, parent in parents.items() if parent == pid]
        return pids


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _parent(process: Path) -> int | None:
    try:
        stat = (process / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        # It ended since it was listed.
        return None
    # The name, in parentheses, may have any character in it.
    return int(stat.rpartition(")")[2].split()[1])


def _cpu(pid: int) -> int:
    clock = ctypes.c_int()
    error = _libc.clock_getcpuclockid(pid, ctypes.byref(clock))
    if error:
        raise FailedError(f"it has no CPU clock: {os.strerror(error)}")
    return time.clock_gettime_ns(clock.value)


def _anonymous(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(rollup.partition("\nAnonymous:")[2].split()[0]) * 1024
