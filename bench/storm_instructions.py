"""Counts the instructions that asyncio servers spend on a handshake, which no other load changes.

In: the command line (`--help`), valgrind, and the client that `storm.py` has built. Out: a table
on stdout: instructions in user code for one handshake from connect to reset, and beyond those of
the same loop's constant bytes. The exit status is 1 where a server fails, 2 where a tool is
missing.

Always: what is counted is the difference of a large storm and a small one on fresh servers, so
that start-up cancels. A server under valgrind is so slow beside its clients that handshakes come
to it one by one: what a storm shares, as the timer of the deadlines, one handshake pays for here.
Not here: the kernel's share, which is most of a handshake's time, and the same for all of them but
for the two calls that `set_protocol` costs with uvloop.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from storm import BENCH, Storm
from storm_process import FailedError, Process
from storm_servers import CONSTANT, COROUTINE, HANDED, LOOPS, PLAIN, TASKED, Server, servers

NAMES = (CONSTANT, HANDED, TASKED, PLAIN, COROUTINE)
FEW, MANY = 300, 2300
CONCURRENCY = 64
CORE = 0


def count_run(server: Server, storm: Storm, handshakes: int) -> int:
    """Return the instructions of a server from its start to its end, a storm between."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as log:
        valgrind = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
        counted = replace(
            server, arguments=(*valgrind, f"--log-file={log.name}", *server.arguments)
        )
        with Process(counted, CORE) as process:
            files = process.files()
            storm.run(server, process.port, handshakes, CONCURRENCY)
            process.drain(files)
            process.end()
        collected = re.search(r"Collected : (\d+)", log.read())
    if collected is None:
        raise FailedError("valgrind has counted nothing")
    return int(collected[1])


def count(server: Server, storm: Storm) -> float:
    """Return the instructions of one handshake."""
    more = count_run(server, storm, MANY) - count_run(server, storm, FEW)
    return more / (MANY - FEW)


def main() -> int:
    """Count, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--built", type=Path, default=BENCH.parent / "build" / "bench")
    client = parser.parse_args().built.resolve() / "storm"
    for tool, remedy in (("valgrind", "apt-get install valgrind"), (client, "make bench-servers")):
        if shutil.which(tool) is None:
            sys.stderr.write(f"{tool} is missing: {remedy}\n")
            return 2
    storm = Storm(client, BENCH / "heads" / "chrome", CORE)
    by_key = {server.key: server for server in servers(client)}
    sys.stdout.write(
        "| server | loop | instructions | beyond constant bytes |\n| --- | --- | --- | --- |\n"
    )
    for loop in LOOPS:
        constant = 0.0
        for name in NAMES:
            try:
                figure = count(by_key[f"{name} / {loop}"], storm)
            except FailedError as error:
                sys.stderr.write(f"{name} / {loop}: {error}\n")
                return 1
            constant = constant or figure
            sys.stdout.write(f"| {name} | {loop} | {figure:.0f} | {figure - constant:.0f} |\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
