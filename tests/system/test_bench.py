"""The storm of the bench: its client, and what is made of its figures.

In: bench/storm.c and its neighbours, built with sanitizers; servers of this process. Out: what the
client counts of answers that differ by little, and the tables of made-up figures.
Not here: how fast anything is.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import socket
import struct
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import heads
import pytest
from asyncio_helpers import accept_echo, serving, until

from upgrade101 import Reason

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

ROOT = Path(__file__).parent.parent.parent
BENCH = ROOT / "bench"
# Behind the folder of the tests, which has modules of the same names.
sys.path.append(str(BENCH))

import storm  # noqa: E402
import storm_chart  # noqa: E402
import storm_process  # noqa: E402
import storm_report  # noqa: E402
import storm_servers  # noqa: E402

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # [RFC 6455 1.3]
FLAGS = "-g -fsanitize=address,undefined -fno-sanitize-recover=all @" + str(ROOT / ".ci/warnings")


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str, str], str]
) -> Path:
    """Return the folder of the programs."""
    require_tool("cc", "gcc")
    folder = tmp_path_factory.mktemp("bench")
    (folder / "head").write_bytes(heads.websocket())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CFLAGS", FLAGS)
        storm.build(folder)
    return folder


async def start(
    built: Path, *target: str, total: int = 200, options: tuple[str, ...] = ()
) -> asyncio.subprocess.Process:
    """Start a storm."""
    bounds = ("-t", str(total), "-c", "64", "-s", "20", "-f", str(built / "head"))
    return await asyncio.create_subprocess_exec(
        built / "storm", *bounds, *options, *target, stdin=-1, stdout=-1, stderr=-1
    )


async def run(
    built: Path, *target: str, options: tuple[str, ...] = ()
) -> tuple[int, dict[str, Any]]:
    """Return the exit status of a storm and its report, with only those errors that occurred."""
    client = await start(built, *target, options=options)
    output, errors = await client.communicate()
    assert output, errors
    report = json.loads(output)
    report["errors"] = {kind: count for kind, count in report["errors"].items() if count}
    return client.returncode, report


class Answers(asyncio.Protocol):
    """Answers each head with what `change` makes of the right answer, None for a reset."""

    def __init__(self, change: Callable[[bytes], bytes | None], keys: list[bytes]) -> None:
        self.change = change
        self.keys = keys

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport."""
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answer; an answer without an end is the last of the connection."""
        key = re.search(rb"Sec-WebSocket-Key: (.+)\r\n", data)[1]
        self.keys.append(key)
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())  # noqa: S324 -- as RFC 6455 has it
        answer = self.change(
            b"HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: " + accept + b" \r\n\r\n"
        )
        if answer is None:
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        elif answer:
            self.transport.write(answer)
            if not answer.endswith(b"\r\n\r\n"):
                self.transport.close()


@asynccontextmanager
async def answering(
    change: Callable[[bytes], bytes | None] = bytes,
) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Serve changed answers; the port and the keys that come."""
    keys: list[bytes] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answers(change, keys), "127.0.0.1", 0, backlog=256)
    try:
        yield str(server.sockets[0].getsockname()[1]), keys
    finally:
        server.close()


# ---- the client ------------------------------------------------------------


@pytest.mark.parametrize("over", ["tcp", "unix"])
async def test_storm_on_upgrade101_completes_every_handshake(built: Path, over: str) -> None:
    async with serving(accept_echo, over=over, backlog=256) as service:
        target = (service.path,)
        if over == "tcp":
            target = tuple(map(str, service.server.sockets[0].getsockname()))
        status, report = await run(built, *target)
        assert (status, report["completed"], report["errors"]) == (0, 200, {})
        assert service.server.stats()[Reason.SWITCHED] == 200
    latency = report["latency_us"]
    assert 0 < latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["max"]


async def test_storm_sends_keys_of_16_bytes_and_never_one_twice(built: Path) -> None:
    async with answering() as (port, keys):
        assert (await run(built, "127.0.0.1", port))[0] == 0
    assert len(set(keys)) == 200
    assert {len(base64.b64decode(key, validate=True)) for key in keys} == {16}


CHANGES: dict[str, tuple[Callable[[bytes], bytes | None], str]] = {
    "another accept value": (lambda answer: answer.replace(b"= \r", b"+ \r"), "accept"),
    "an accept value and more": (lambda answer: answer.replace(b"= \r", b"== \r"), "accept"),
    "no accept value": (lambda answer: answer.replace(b"accept", b"except"), "accept"),
    "two accept values": (lambda answer: answer[:-2] + answer[34:], "accept"),
    "another status": (lambda answer: answer.replace(b"101", b"100"), "status"),
    "no last LF": (lambda answer: answer[:-1], "closed"),
    "a reset": (lambda _answer: None, "reset"),
    "a long head": (lambda answer: answer[:-2] + b"x: " + b"x" * 4096 + b"\r\n\r\n", "long"),
}


@pytest.mark.parametrize(("change", "kind"), CHANGES.values(), ids=CHANGES)
async def test_storm_on_changed_answer_counts_an_error(
    built: Path, change: Callable[[bytes], bytes | None], kind: str
) -> None:
    async with answering(change) as (port, _keys):
        status, report = await run(built, "127.0.0.1", port)
    assert (status, report["completed"], report["errors"]) == (1, 0, {kind: 200})


async def test_storm_that_takes_any_accept_value_completes(built: Path) -> None:
    change, _kind = CHANGES["another accept value"]
    async with answering(change) as (port, _keys):
        status, report = await run(built, "127.0.0.1", port, options=("-n",))
    assert (status, report["completed"]) == (0, 200)


async def test_storm_without_an_answer_ends_with_its_time(built: Path) -> None:
    async with answering(lambda _answer: b"") as (port, _keys):
        status, report = await run(built, "127.0.0.1", port, options=("-s", "1"))
    assert (status, report["completed"], report["errors"]) == (1, 0, {"unfinished": 64})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.255.255.254", "::1"])
async def test_storm_on_a_loopback_address_without_server_counts_errors(
    built: Path, host: str, unused_port: str
) -> None:
    status, report = await run(built, host, unused_port)
    assert (status, report["errors"]) == (1, {"connect": 200})


@pytest.fixture
def unused_port() -> str:
    """Return a port that nothing listens on."""
    return str(storm_process.free_port())


@pytest.mark.parametrize(
    "arguments",
    [
        ("126.255.255.255", "80"),
        ("128.0.0.1", "80"),
        ("::2", "80"),
        ("localhost", "80"),
        ("-t", "0", "127.0.0.1", "80"),
        ("-t", "10000001", "127.0.0.1", "80"),
        ("-s", "601", "127.0.0.1", "80"),
        ("-c", "16385", "127.0.0.1", "80"),
        ("-o", "busy", "127.0.0.1", "80"),
        ("-f", "/dev/null", "127.0.0.1", "80"),
        ("x" * 108,),
        (),
    ],
    ids=lambda arguments: " ".join(arguments)[:40],
)
async def test_storm_on_wrong_arguments_does_not_begin(
    built: Path, arguments: tuple[str, ...]
) -> None:
    client = await start(built, *arguments)
    output, errors = await client.communicate()
    assert (client.returncode, output) == (2, b"")
    assert errors.startswith(b"storm: ")


@pytest.mark.parametrize(
    ("state", "pending", "accepted"), [("idle", 20, 0), ("half", 20, 0), ("upgraded", 0, 20)]
)
async def test_storm_holds_connections_until_its_stdin_ends(
    built: Path, state: str, pending: int, accepted: int
) -> None:
    async with serving(accept_echo, max_upgraded=20) as service:
        target = map(str, service.server.sockets[0].getsockname())
        client = await start(built, *target, total=20, options=("-o", state))
        assert json.loads(await client.stdout.readline())["completed"] == 20
        await until(lambda: service.server.pending == pending)
        assert service.server.upgraded == accepted
        _output, errors = await client.communicate(b"")
        assert (client.returncode, errors) == (0, b"")
        await until(lambda: service.server.pending == 0)


# ---- the driver and its report ---------------------------------------------


@pytest.mark.sockets
def test_driver_measures_a_server_and_reports_it(built: Path) -> None:
    name = f"{storm_servers.CONSTANT} / asyncio"
    sizes = ("--rounds", "3", "--starts", "2", "--handshakes", "200", "--held", "500")
    options = (*sizes, "--head", built / "head", "--out", built / "out", "--only", name)
    subprocess.run(
        [sys.executable, BENCH / "storm.py", *options],
        check=True,
        capture_output=True,
    )
    results = json.loads((built / "out/storm.json").read_text(encoding="utf-8"))
    (server,) = results["servers"]
    assert server["key"] == name
    assert len(server["rounds"]) == 3
    assert all(figures["cpu_us"] > 0 for figures in server["storms"].values())
    assert all(kib > 0 for kib in server["memory"].values())
    assert f"| {storm_servers.CONSTANT} | asyncio |" in (built / "out/storm.md").read_text()
    assert name in {element.text for element in ET.parse(built / "out/storm.svg").iter()}  # noqa: S314


@pytest.mark.sockets
def test_driver_on_a_server_that_answers_wrongly_says_so(built: Path) -> None:
    server = storm_servers.Server("constant", None, (str(built / "constant"), "PORT"))
    client = storm.Storm(built / "storm", built / "head", 0)
    with (
        storm_process.Process(server, 0) as process,
        pytest.raises(storm_process.FailedError, match="0 of 200 handshakes; accept 200"),
    ):
        client.run(server, process.port, 200, 64)


@pytest.mark.sockets
@pytest.mark.foreign
def test_process_that_ends_at_once_is_reported_with_its_last_line() -> None:
    server = storm_servers.Server("none", None, (sys.executable, "-c", "raise SystemExit('why')"))
    with (
        pytest.raises(storm_process.FailedError, match="it ended: why"),
        storm_process.Process(server, 0),
    ):
        pass


def test_server_that_is_not_installed_names_its_package() -> None:
    server = storm_servers.Server("none", "asyncio", (), "no-such-distribution")
    with pytest.raises(storm_servers.MissingError, match="pip install no-such-distribution"):
        server.version()


def make_results(**costs: list[float]) -> dict[str, Any]:
    """Return results of servers on asyncio with their CPU costs, one for each round."""
    names = {"constant": storm_servers.CONSTANT, "ours": storm_servers.PLAIN}
    return {
        "machine": dict.fromkeys(
            ("processor", "cores", "system", "python", "server_core", "client_core"), "?"
        )
        | {"load": 0.0},
        "settings": {"head": "?", "rounds": 3, "starts": 1, "handshakes": 1, "held": 1},
        "servers": [
            {
                "key": f"{names.get(name, name)} / asyncio",
                "name": names.get(name, name),
                "loop": "asyncio",
                "version": "",
                "rounds": [
                    {"64": figures, "1000": figures}
                    for cost in rounds
                    for figures in [{"cpu_us": cost, "rate": 1.0, "p50_us": 1.0, "p99_us": 1.0}]
                ],
                "memory": {"idle": 3.0, "half": 3.0, "upgraded": 3.0},
            }
            for name, rounds in costs.items()
        ],
        "missing": {"picows / asyncio": "pip install picows"},
        "failed": {},
    }


def test_report_ratio_is_the_median_of_those_of_the_rounds() -> None:
    results = storm_report.summarize(make_results(constant=[10, 40, 20], ours=[20, 40, 60]))
    assert results["servers"][1]["storms"]["64"]["to_constant"] == 2
    assert results["servers"][1]["storms"]["64"]["cpu_us"] == 40


@pytest.mark.parametrize(("cost", "verdict"), [(105, "met"), (106, "missed")])
def test_report_judges_the_bar_to_constant_bytes(cost: float, verdict: str) -> None:
    results = storm_report.summarize(make_results(constant=[100] * 3, ours=[cost] * 3))
    assert [row[3] for row in results["bars"] if "CPU of upgrade101 /" in row[0]] == [verdict]


def test_report_names_what_is_missing() -> None:
    page = storm_report.markdown(storm_report.summarize(make_results(ours=[1] * 3)))
    assert "- missing: picows / asyncio (pip install picows)" in page


def test_chart_shows_the_cheapest_first() -> None:
    results = storm_report.summarize(make_results(ours=[9] * 3, constant=[8] * 3, picows=[10] * 3))
    texts = [element.text or "" for element in ET.fromstring(storm_chart.draw(results))]  # noqa: S314
    labels = [text for text in texts if text.endswith(" / asyncio")]
    assert labels == ["constant bytes / asyncio", "upgrade101 / asyncio", "picows / asyncio"]
