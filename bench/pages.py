"""Compares HTTP servers behind upgrade101 with the same servers alone, on this machine.

In: the command line (`--help`). Out: a table on stdout with a bar beside each ratio; `pages.json`
in the folder that `--out` names.

Always: the server has one core and the client another, where there are two. The two sides of a
pair take turns, round by round and every second round in the opposite order; a ratio is the median
of the ratios of each round. CPU is the server's, so that what the client costs does not count.
Not here: handshakes (storm.py).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from storm_process import HOST, Process
from storm_servers import LOOPS, http_server

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVERS = ("aiohttp", "uvicorn")
SIDES = ("alone", "behind")
CONNECTIONS = 64
LARGE = 64 << 20
BLOCK = bytes(1 << 18)
GET = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8101\r\nUser-Agent: pages\r\nAccept: */*\r\n"
    b"Accept-Encoding: gzip, deflate\r\n\r\n"
)
BARS = {"get": 1.10, "down": 1.05, "up": 1.05, "idle": 1.5}
NAMES = {
    "get": "server CPU of a GET, µs",
    "down": "time of 64 MiB down, ms",
    "up": "time of 64 MiB up, ms",
    "idle": "memory of an idle connection, KiB",
}


class Pair:
    """A server alone and behind upgrade101, both running."""

    def __init__(self, name: str, loop: str, core: int, stack: ExitStack) -> None:
        self.key = f"{name} / {loop}"
        self.processes = {
            side: stack.enter_context(Process(http_server(name, loop, side), core))
            for side in SIDES
        }
        self.figures: dict[str, dict[str, list[float]]] = {
            what: {side: [] for side in SIDES} for what in NAMES
        }
        for process in self.processes.values():
            get(process.port, 20)
            process.settle()
            process.stop()

    def measure(self, turn: int, count: int) -> None:
        """Take one round of each side."""
        for side in SIDES[:: -1 if turn % 2 else 1]:
            process = self.processes[side]
            process.go_on()
            try:
                before = process.cpu()
                get(process.port, count)
                cost = (process.cpu() - before) / 1000 / count / CONNECTIONS
                self.figures["get"][side].append(cost)
                self.figures["down"][side].append(down(process.port) * 1000)
                self.figures["up"][side].append(up(process.port) * 1000)
            finally:
                process.stop()

    def weigh(self, count: int) -> None:
        """Weigh connections that wait between two requests."""
        for side, process in self.processes.items():
            process.go_on()
            with ExitStack() as held:
                process.settle()
                weights = []
                for _ in range(2):
                    for peer in connect(process.port, count, held):
                        ask(peer)
                    process.settle()
                    weights.append(process.memory())
            process.settle()
            process.stop()
            self.figures["idle"][side].append((weights[1] - weights[0]) / 1024 / count)

    def ratio(self, what: str) -> float:
        """Return how a figure behind compares with that alone: memory by what is beyond it."""
        alone, behind = (self.figures[what][side] for side in SIDES)
        if what == "idle":
            return median(behind) - median(alone)
        return median(one / two for one, two in zip(behind, alone, strict=True))


def connect(port: int, count: int, stack: ExitStack) -> Iterator[socket.socket]:
    """Return open connections."""
    for _ in range(count):
        yield stack.enter_context(socket.create_connection((HOST, port), 60))


def ask(peer: socket.socket) -> None:
    """Get the page."""
    peer.sendall(GET)
    receive(peer)


def receive(peer: socket.socket) -> None:
    """Read a response whose body is small."""
    answer = b""
    while not answer.partition(b"\r\n\r\n")[2]:
        data = peer.recv(4096)
        assert data, answer  # noqa: S101 - a bench that fails has no figures
        answer += data
    assert answer.startswith(b"HTTP/1.1 200"), answer  # noqa: S101 - as above


def get(port: int, count: int) -> None:
    """Get the page so many times on each of the connections, which are kept alive."""
    with ExitStack() as stack:
        peers = list(connect(port, CONNECTIONS, stack))
        for _ in range(count):
            for peer in peers:
                peer.sendall(GET)
            for peer in peers:
                receive(peer)


def down(port: int) -> float:
    """Return the seconds that a large response takes."""
    room = bytearray(len(BLOCK))
    with socket.create_connection((HOST, port), 60) as peer:
        ask(peer)
        start = time.perf_counter()
        peer.sendall(f"GET /{LARGE} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        left = LARGE
        while left > 0:
            size = peer.recv_into(room)
            assert size  # noqa: S101 - as above
            left -= size
        return time.perf_counter() - start


def up(port: int) -> float:
    """Return the seconds that a large request takes."""
    with socket.create_connection((HOST, port), 60) as peer:
        ask(peer)
        start = time.perf_counter()
        peer.sendall(f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {LARGE}\r\n\r\n".encode())
        for _ in range(LARGE // len(BLOCK)):
            peer.sendall(BLOCK)
        receive(peer)
        return time.perf_counter() - start


def table(pairs: list[Pair]) -> str:
    """Return the table."""
    lines = ["| what | server | alone | behind | | bar | |", "|" + " --- |" * 7]
    for what, title in NAMES.items():
        for pair in pairs:
            alone, behind = (median(pair.figures[what][side]) for side in SIDES)
            ratio, bar = pair.ratio(what), BARS[what]
            sign, verdict = "+" if what == "idle" else "", "met" if ratio <= bar else "missed"
            lines.append(
                f"| {title} | {pair.key} | {alone:.1f} | {behind:.1f} | {sign}{ratio:.2f} "
                f"| at most {sign}{bar:.2f} | {verdict} |"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--gets", type=int, default=60, help="on each of 64 connections")
    parser.add_argument("--held", type=int, default=400, help="connections to weigh, twice")
    parser.add_argument("--only", action="append", metavar="NAME", help="'aiohttp / asyncio' ...")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "build/bench")
    parser.add_argument("--quick", action="store_true", help="two short rounds")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.gets, options.held = 2, 10, 100
    cores = sorted(os.sched_getaffinity(0))
    pairs = []
    for name in SERVERS:
        for loop in LOOPS:
            if options.only and f"{name} / {loop}" not in options.only:
                continue
            # One pair at a time: a few processes at rest would take of its turns.
            with ExitStack() as stack:
                os.sched_setaffinity(0, {cores[0]})
                pair = Pair(name, loop, cores[-1], stack)
                sys.stderr.write(f"{pair.key}\n")
                for turn in range(options.rounds):
                    pair.measure(turn, options.gets)
                pair.weigh(options.held)
                pairs.append(pair)
    options.out.mkdir(parents=True, exist_ok=True)
    results = {"python": platform.python_version(), "pairs": {p.key: p.figures for p in pairs}}
    (options.out / "pages.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(table(pairs))


if __name__ == "__main__":
    main()
