"""Workers on one inherited socket, which take each other's place under a storm of handshakes.

In: handshakes without a pause, and SIGTERM to one of two workers after the other.
Out: what became of each handshake. Always: none is lost, for a worker drains what it has accepted.
`U101_RESTART_HANDSHAKES=N` makes N of them; `-o faulthandler_timeout=0` leaves the time for it.
Not here: what drains beside handshakes (`test_fallback_kept_alive`, `test_server`).
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from asyncio_helpers import ECHO, ECHO_ACCEPTED
from demo_process import DEADLINE

WORKER = Path(__file__).parent.parent / "support/worker.py"
HANDSHAKES = int(os.environ.get("U101_RESTART_HANDSHAKES", "3000"))
CLIENTS = 100
"""Handshakes at a time."""


def start(listener: socket.socket, loop: str, stack: ExitStack) -> subprocess.Popen[str]:
    """Start a worker, which listens when this returns."""
    process = subprocess.Popen(
        [sys.executable, WORKER, str(listener.fileno()), loop],
        pass_fds=[listener.fileno()],
        # `PYTHONSAFEPATH` keeps a program from what stands beside it.
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    stack.callback(process.communicate)
    stack.callback(process.kill)
    assert process.stdout is not None
    assert process.stdout.readline() == "listens\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    """End a worker, which had decided something and has left nothing."""
    process.terminate()
    said, complaint = process.communicate(timeout=2 * DEADLINE)
    assert (process.returncode, complaint) == (0, "")
    assert set(eval(said)) == {"SWITCHED"}  # noqa: S307 - what the worker writes


async def shake_hands(address: tuple[str, int]) -> str:
    """Make one handshake; return what became of it."""
    try:
        async with asyncio.timeout(DEADLINE):
            reader, writer = await asyncio.open_connection(*address)
            try:
                writer.write(ECHO)
                answer = await reader.readuntil(b"\r\n\r\n")
            finally:
                writer.transport.abort()
    except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
        return type(error).__name__
    return "switched" if answer == ECHO_ACCEPTED else answer.decode("latin-1")


async def storm(address: tuple[str, int], ended: asyncio.Event, counts: Counter[str]) -> None:
    """Make handshakes until there were enough and all restarts have ended."""
    while counts.total() < HANDSHAKES or not ended.is_set():
        counts[await shake_hands(address)] += 1


async def restart(
    listener: socket.socket, loop: str, counts: Counter[str], ended: asyncio.Event, stack: ExitStack
) -> int:
    """Replace one worker after the other while the storm lasts; return how many were replaced."""
    workers = [await asyncio.to_thread(start, listener, loop, stack) for _ in range(2)]
    ended.clear()
    replaced = 0
    while replaced < 3 or counts.total() < HANDSHAKES:
        workers.append(await asyncio.to_thread(start, listener, loop, stack))
        await asyncio.to_thread(end, workers.pop(0))
        replaced += 1
    ended.set()
    for worker in workers:
        worker.kill()
    return replaced


async def test_rolling_restart_under_a_storm_loses_no_handshake(loop: str) -> None:
    counts: Counter[str] = Counter()
    ended = asyncio.Event()
    with ExitStack() as stack, socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        address = listener.getsockname()
        # They wait in the backlog until there are workers.
        storms = [asyncio.ensure_future(storm(address, ended, counts)) for _ in range(CLIENTS)]
        replaced = await restart(listener, loop, counts, ended, stack)
        # Those that are under way have no worker any more; they are none of the restart's.
        for each in storms:
            each.cancel()
        await asyncio.gather(*storms, return_exceptions=True)
    assert counts == {"switched": counts.total()}
    assert counts.total() >= HANDSHAKES
    assert replaced >= 3
