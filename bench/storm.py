"""Compares servers under storms of WebSocket handshakes on this machine.

In: the command line (`--help`). Out: a table on stdout; `storm.md`, `storm.json` and `storm.svg`
in the folder that `--out` names. The exit status is 1 where a server failed.

Always: the server has one core and the client another, where there are two. The servers take turns,
round by round and every second round in the opposite order, so that a machine that slows down slows
all: they are started and warmed up together, and each is stopped while it is not its turn. Every
answer's accept value is verified, but for the servers of constant bytes. A server that is missing
or fails is reported as that.

Not here: the client (storm.c), the servers (servers/), and what is made of the figures
(storm_report.py).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shlex
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from storm_chart import draw
from storm_process import HOST, FailedError, Process
from storm_report import STATES, STORMS, markdown, summarize
from storm_servers import CONSTANT, PLAIN, MissingError, servers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storm_servers import Server

BENCH = Path(__file__).parent
PROGRAMS = {
    "storm": ("storm.c", "storm_options.c", "challenge.c"),
    "constant": ("servers/constant.c",),
}
SECONDS = 60  # of one storm, at most
QUICK = (f"{CONSTANT} in C", f"{CONSTANT} / asyncio", f"{PLAIN} / asyncio", "websockets / asyncio")


class Storm:
    """The client: the program built of storm.c."""

    def __init__(self, program: Path, head: Path, core: int) -> None:
        self._command = ["taskset", "--cpu-list", str(core), str(program), "-f", str(head)]

    def run(self, server: Server, port: int, total: int, concurrency: int) -> dict[str, Any]:
        """Return what the client reports; raise `FailedError` where a handshake fails."""
        asked = subprocess.run(
            self._arguments(server, port, total, concurrency),
            capture_output=True,
            text=True,
            check=False,
        )
        return _checked(asked.stdout or asked.stderr)

    @contextmanager
    def hold(self, server: Server, port: int, total: int, state: str) -> Iterator[None]:
        """Keep so many connections open in a state while the context lasts."""
        command = [*self._arguments(server, port, total, 1), "-o", state]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as client:
            # Closing its stdin, which leaving the context does, ends it.
            _checked(cast("IO[str]", client.stdout).readline())
            yield

    def _arguments(self, server: Server, port: int, total: int, concurrency: int) -> list[str]:
        return [
            *self._command,
            *([] if server.verified else ["-n"]),
            *("-t", str(total), "-c", str(concurrency), "-s", str(SECONDS), HOST, str(port)),
        ]


def _checked(output: str) -> dict[str, Any]:
    if not output.startswith("{"):
        raise FailedError(f"the client could not begin: {output.strip()}")
    result: dict[str, Any] = json.loads(output)
    if result["completed"] != result["total"]:
        errors = ", ".join(f"{kind} {count}" for kind, count in result["errors"].items() if count)
        raise FailedError(f"{result['completed']} of {result['total']} handshakes; {errors}")
    return result


class Bench:
    """All that is measured."""

    def __init__(self, options: argparse.Namespace, built: Path) -> None:
        cores = sorted(os.sched_getaffinity(0))
        self.server_core, self.client_core = cores[-1], cores[0]
        self.load = os.getloadavg()[0]
        self.storm = Storm(built / "storm", options.head, self.client_core)
        self.options = options
        self.missing: dict[str, str] = {}
        self.failed: dict[str, str] = {}
        self.versions: dict[str, str] = {}
        self.running: dict[str, tuple[Process, int]] = {}
        """Each server's process, and the number of files that it has open at rest."""
        self.rounds: dict[str, list[dict[str, Any]]] = {}
        self.memory: dict[str, dict[str, float]] = {}
        every = servers(built / "constant")
        unknown = set(options.only or ()) - {server.key for server in every}
        if unknown:
            names = "\n".join(server.key for server in every)
            sys.exit(f"storm.py: not a server: {', '.join(unknown)}; there are\n{names}")
        self.servers = [server for server in every if self._wanted(server)]

    def run(self) -> None:
        """Measure all servers."""
        rounds, starts = range(self.options.rounds), self.options.starts
        for number in range(starts):
            begin, end = (len(rounds) * i // starts for i in (number, number + 1))
            with ExitStack() as self.started:
                for server in self.servers:
                    self._attempt(server, f"start {number + 1}", self._start)
                for turn in rounds[begin:end]:
                    for server in self.servers[:: -1 if turn % 2 else 1]:
                        self._attempt(server, f"round {turn + 1}", self._measure)
        for server in self.servers:
            self._attempt(server, "memory", self._weigh)

    def results(self) -> dict[str, Any]:
        """Return all that is known when it is over."""
        return {
            "machine": {
                "processor": _processor(),
                "cores": os.cpu_count(),
                "load": self.load,
                "server_core": self.server_core,
                "client_core": self.client_core,
                "system": f"{platform.system()} {platform.release()}",
                "python": platform.python_version(),
            },
            "settings": {
                "head": f"{self.options.head.name}, {self.options.head.stat().st_size} bytes",
                "rounds": self.options.rounds,
                "starts": self.options.starts,
                "handshakes": self.options.handshakes,
                "held": self.options.held,
            },
            "servers": [
                {
                    "key": server.key,
                    "name": server.name,
                    "loop": server.loop,
                    "version": self.versions[server.key],
                    "rounds": self.rounds[server.key],
                    "memory": self.memory[server.key],
                }
                for server in self.servers
                if server.key not in self.failed
            ],
            "missing": self.missing,
            "failed": self.failed,
        }

    def _wanted(self, server: Server) -> bool:
        if self.options.only and server.key not in self.options.only:
            return False
        try:
            self.versions[server.key] = server.version()
        except MissingError as error:
            self.missing[server.key] = str(error)
            return False
        self.rounds[server.key] = []
        self.memory[server.key] = {}
        return True

    def _attempt(self, server: Server, what: str, step: Any) -> None:  # noqa: ANN401
        if server.key in self.failed:
            return
        sys.stderr.write(f"{what}: {server.key}\n")
        try:
            step(server)
        except FailedError as error:
            self.failed[server.key] = f"{what}: {error}"

    def _start(self, server: Server) -> None:
        process = self.started.enter_context(Process(server, self.server_core))
        process.settle()
        files = process.files()
        self.storm.run(server, process.port, self.options.handshakes, max(STORMS))
        process.settle(most=files)
        process.stop()
        self.running[server.key] = (process, files)

    def _measure(self, server: Server) -> None:
        count = self.options.handshakes
        process, files = self.running[server.key]
        figures = {}
        process.go_on()
        try:
            for concurrency in STORMS:
                before = process.cpu()
                result = self.storm.run(server, process.port, count, concurrency)
                # The ends of the last connections are a part of their costs; idling is none.
                process.drain(files)
                figures[str(concurrency)] = {
                    "cpu_us": (process.cpu() - before) / 1000 / count,
                    "rate": result["rate"],
                    **{f"{name}_us": result["latency_us"][name] for name in ("p50", "p99")},
                }
        finally:
            # One that has failed must not take of the turns of others either.
            process.stop()
        self.rounds[server.key].append(figures)

    def _weigh(self, server: Server) -> None:
        held = self.options.held
        for state in STATES:
            with Process(server, self.server_core) as process, ExitStack() as connections:
                process.settle()
                files = process.files()
                weights = []
                # Twice: the first ones take what the start of the process has left free.
                for count in (held, 2 * held):
                    hold = self.storm.hold(server, process.port, held, state)
                    connections.enter_context(hold)
                    process.settle(least=files + count)
                    weights.append(process.memory())
                self.memory[server.key][state] = (weights[1] - weights[0]) / 1024 / held


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def build(folder: Path) -> None:
    """Compile the client and the C server; CC, CFLAGS and LDLIBS are those of make."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {"CC": "cc", "CFLAGS": "-O2", "LDLIBS": "-lcrypto"}
    compiler, flags, libraries = (
        shlex.split(os.environ.get(name, default)) for name, default in names.items()
    )
    for program, sources in PROGRAMS.items():
        paths = [str(BENCH / source) for source in sources]
        output = ["-o", str(folder / program)]
        subprocess.run([*compiler, "-std=c11", *flags, *output, *paths, *libraries], check=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument(
        "--starts", type=int, default=2, help="of each server; the rounds are split"
    )
    parser.add_argument("--handshakes", type=int, default=2000, help="in each storm")
    parser.add_argument(
        "--held", type=int, default=1000, help="connections to weigh, on top of as many"
    )
    parser.add_argument("--head", type=Path, default=BENCH / "heads" / "chrome")
    parser.add_argument("--only", action="append", metavar="NAME", help="a server, as it is listed")
    parser.add_argument("--out", type=Path, default=BENCH.parent / "build" / "bench")
    parser.add_argument("--quick", action="store_true", help="few servers, one short round")
    options = parser.parse_args()
    # The servers run in a folder of their own.
    options.out = options.out.resolve()
    if options.quick:
        options.rounds, options.starts, options.held = 1, 1, 500
        options.only = options.only or QUICK
    return options


def main() -> int:
    """Measure, report, and return the exit status."""
    options = _options()
    # The usual limit of 1024 is below what a storm has open, here and in the servers.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    build(options.out)
    bench = Bench(options, options.out)
    bench.run()
    results = summarize(bench.results())
    (options.out / "storm.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (options.out / "storm.md").write_text(markdown(results), encoding="utf-8")
    (options.out / "storm.svg").write_text(draw(results), encoding="utf-8")
    sys.stdout.write(markdown(results))
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
