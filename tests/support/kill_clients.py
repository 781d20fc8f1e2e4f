"""Clients that are killed at any moment, and a server that does not mind.

In: the command that runs Python for the server. Out: where the clients were when they were killed;
exit status 0 if the server then still answers, holds what it held, and has logged nothing.
Always: a client is gone before the next few start, and none outlives ALARM.
Not here: the server (`readme_server`).
"""

from __future__ import annotations

import argparse
import json
import mmap
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
HEAD = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
# Frames of text, masked with zeros as clients have to mask them [RFC 6455 5.2].
MESSAGE = b"\x81\x86\0\0\0\0a line"
MESSAGES = (b"\x81\xfe\x04\0\0\0\0\0" + b"x" * 1024) * 256
STAGES = ("not connected", "connected", "in the request", "behind the request", "in the messages")
SEED = 101
CROWD = 16
"""Clients at a time."""
MOMENT = 0.002
"""Seconds between two kills at most."""
ALARM = 30
"""Seconds for any wait."""
DEADLINE = 600
"""Seconds for all of it."""


def act(port: int, choose: random.Random, stage: memoryview) -> None:
    """Be a client, up to a moment of its own choice; then wait to be killed."""
    signal.alarm(ALARM)
    with socket.socket() as peer:
        last = choose.randrange(len(STAGES))
        if last >= 1:
            peer.connect(("127.0.0.1", port))
            stage[0] = 1
        if last >= 2:
            cut = choose.randrange(1, len(REQUEST))
            peer.sendall(REQUEST[:cut])
            stage[0] = 2
        if last >= 3:
            peer.sendall(REQUEST[cut:])
            stage[0] = 3
        if last >= 4:
            peer.recv(len(HEAD), socket.MSG_WAITALL)
            stage[0] = 4
            # Not read again: the server's writes come to a stop.
            peer.sendall(MESSAGES)
        signal.pause()


def fork(port: int, seed: int, stage: memoryview) -> int:
    """Start a client."""
    pid = os.fork()
    if pid == 0:
        try:
            act(port, random.Random(seed), stage)  # noqa: S311 - nothing is secret
        finally:
            os._exit(1)
    return pid


def kill_all(port: int, count: int) -> Counter[str]:
    """Start clients and kill them; return how many were killed at each stage."""
    choose = random.Random(SEED)  # noqa: S311 - nothing is secret
    killed: Counter[str] = Counter()
    with mmap.mmap(-1, CROWD) as shared, memoryview(shared) as stages:
        for first in range(0, count, CROWD):
            shared[:] = bytes(CROWD)
            crowd = [
                fork(port, first + number, stages[number : number + 1])
                for number in range(min(CROWD, count - first))
            ]
            places = list(enumerate(crowd))
            choose.shuffle(places)
            for number, pid in places:
                time.sleep(choose.uniform(0, MOMENT))
                os.kill(pid, signal.SIGKILL)
                _, status = os.waitpid(pid, 0)
                if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
                    raise SystemExit("a client has ended by itself")
                killed[STAGES[stages[number]]] += 1
    return killed


def check_answer(port: int) -> None:
    """Check that the server upgrades a connection."""
    expected = HEAD + b"\x81\x06a line"
    with socket.create_connection(("127.0.0.1", port), ALARM) as peer:
        peer.sendall(REQUEST + MESSAGE)
        with peer.makefile("rb") as reader:
            answer = reader.read(len(expected))
    if answer != expected:
        raise SystemExit(f"the server answered {answer!r}")


class Server:
    """The server's process."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            [*command, Path(__file__).with_name("readme_server.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def hear(self) -> Any:  # noqa: ANN401 - any JSON
        """Return what the next line of it says."""
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the server ended with status {self.process.wait(ALARM)}")
        return json.loads(line)

    def ask(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return what it holds, and how often it has logged what."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        told = self.hear()
        descriptors = len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))
        return {"pending": told["pending"], "descriptors": descriptors}, told["records"]

    def end(self) -> None:
        """Let it end, which it must do well."""
        self.process.communicate(timeout=ALARM)
        if self.process.returncode != 0:
            raise SystemExit(f"the server ended with status {self.process.returncode}")


def try_server(server: Server, count: int) -> None:
    """Kill `count` clients, and compare the server with what it was before."""
    port = server.hear()
    before, _ = server.ask()
    killed = kill_all(port, count)
    check_answer(port)
    end = time.monotonic() + ALARM
    while (after := server.ask())[0] != before and time.monotonic() < end:
        time.sleep(0.01)
    held, records = after
    sys.stdout.write(f"{count} clients killed: {dict(killed)}; {before} -> {held}; {records}\n")
    if killed.keys() != set(STAGES):
        raise SystemExit("no client was killed at one of the stages")
    if held != before:
        raise SystemExit("the server holds what it should not")
    if records:
        raise SystemExit("the server has logged what it should not")
    server.end()


def main() -> None:
    """Kill the clients of a server that is started for it."""
    parser = argparse.ArgumentParser(description="Kills clients; the server must not mind.")
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("python", nargs=argparse.REMAINDER, help="command that runs the server")
    arguments = parser.parse_args()
    signal.alarm(DEADLINE)
    server = Server(arguments.python or [sys.executable])
    try:
        try_server(server, arguments.clients)
    finally:
        server.process.kill()
        server.process.wait()


if __name__ == "__main__":
    main()
