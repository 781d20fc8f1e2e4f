"""What the test modules share.

In: the vectors beside this file and the command line (`--loop`, `--coarse`).
Out: `vector` and `loop` (a test that names one runs once for each) and the negotiator of a
vector's policy, `require_tool`, `java`, and coroutine tests, each run to its end in a fresh loop of
each kind.
Always: a tool that is missing in CI fails the test; elsewhere it skips and names the package.
Not here: how a vector is fed or a decision is compared; what a test may open (`marks`).
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import json
import os
import shutil
import signal
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from client_programs import CLIENTS, run
from loops import LOOPS

import upgrade101

if TYPE_CHECKING:
    from collections.abc import Callable

    from client_programs import Java, RequireTool

    Offer = upgrade101.WebSocket | upgrade101.H2C | upgrade101.Protocol | upgrade101.TLS

pytest_plugins = ["marks"]

VECTORS = Path(__file__).parent / "vectors"


@dataclass(frozen=True)
class Vector:
    """One line of a vector file: bytes of one connection and the decision for each feed."""

    id: str
    rule: str
    """The sentence that is shown; it stands in the report of a failure."""
    policy: str
    secure: bool
    first: bool
    """Whether it is the first request of its connection."""
    cuttable: bool
    """Whether the decision holds however the bytes are cut (`request`, not `feeds`)."""
    feeds: tuple[tuple[bytes, dict[str, Any]], ...]
    """What is fed and what is expected of it; one pair where `cuttable`."""
    answers: tuple[dict[str, Any], ...]
    """What the caller answers to the decision, and what comes of it."""

    @property
    def request(self) -> bytes:
        """All bytes of the connection."""
        return b"".join(data for data, _ in self.feeds)

    @property
    def expect(self) -> dict[str, Any]:
        """The last decision, `{"action": None}` where more bytes are needed."""
        return self.feeds[-1][1]


def read_vector(line: str) -> Vector:
    """Return the vector of one JSON line; U+0000-U+00FF of its strings are bytes."""
    case = json.loads(line)
    pairs = case.get("feeds") or [(case["request"], case["expect"])]
    return Vector(
        id=case["id"],
        rule=case["rule"],
        policy=case["policy"],
        secure=case["secure"],
        first=case.get("first", True),
        cuttable="request" in case,
        feeds=tuple((data.encode("latin-1"), expect or {"action": None}) for data, expect in pairs),
        answers=tuple(case.get("answers", ())),
    )


def read_vectors() -> list[Vector]:
    """Return the vectors of every file, in the order of the files' names."""
    return [
        read_vector(line)
        for path in sorted(VECTORS.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def make_offer(arguments: dict[str, Any]) -> Offer:
    """Return the offer that an entry of `offers` describes."""
    arguments = dict(arguments)
    make: Callable[..., Offer] = getattr(upgrade101, arguments.pop("type"))
    if arguments.get("deflate") is not None:
        arguments["deflate"] = upgrade101.PerMessageDeflate(**arguments["deflate"])
    return make(**arguments)


@cache
def read_policies() -> dict[str, Any]:
    """Return what `policies.json` holds: the arguments of a negotiator for each name."""
    policies: dict[str, Any] = json.loads((VECTORS / "policies.json").read_text(encoding="utf-8"))
    return policies


@cache
def make_negotiator(policy: str) -> upgrade101.Negotiator:
    """Return the negotiator that `policies.json` describes under this name."""
    arguments = read_policies()[policy]
    return upgrade101.Negotiator(
        *map(make_offer, arguments["offers"]),
        required=arguments["required"],
        hosts=arguments.get("hosts"),
        limits=upgrade101.Limits(**arguments["limits"]),
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--loop`."""
    parser.addoption("--loop", choices=LOOPS, help="run tests in this event loop only")
    parser.addoption(
        "--coarse",
        action="store_true",
        help="cut streams at an eighth of their places, for interpreters that are slow by design",
    )


def pytest_configure() -> None:
    """Have the programs that tests start heed Ctrl-C, also where this one runs in the background.

    A shell without job control has its background commands ignore it, and theirs would too.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for each vector, and in each event loop, where it depends on one."""
    if "vector" in metafunc.fixturenames:
        metafunc.parametrize("vector", read_vectors(), ids=lambda vector: vector.id)
    if inspect.iscoroutinefunction(metafunc.function):
        metafunc.fixturenames.append("loop")
    if "loop" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--loop")
        metafunc.parametrize("loop", [chosen] if chosen else LOOPS)


def pytest_collection_finish() -> None:
    """Keep the collector from the modules and the thousands of items, which live to the end.

    Many tests collect, and some look at every object: that is where their time would go.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test to its end in a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    with asyncio.Runner(loop_factory=LOOPS[pyfuncitem.callspec.params["loop"]]) as runner:
        runner.run(pyfuncitem.obj(**arguments))
    return True


@pytest.fixture(scope="session")
def require_tool() -> RequireTool:
    """Return a function from (program, Debian package) to the program's path."""

    def require(program: str, package: str) -> str:
        path = shutil.which(program)
        if path is None:
            message = f"{program} is missing: apt-get install {package}"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        return path

    return require


@pytest.fixture(scope="session")
def java(require_tool: RequireTool, tmp_path_factory: pytest.TempPathFactory) -> Java:
    """Return a function that asks by Java's HttpClient, compiled once."""
    compiler, program = (
        require_tool(name, "openjdk-17-jdk-headless") for name in ("javac", "java")
    )
    classes = tmp_path_factory.mktemp("java")
    run(compiler, "-d", classes, CLIENTS / "PostClient.java")
    # What is left of its start without that which only pays in a long run.
    command = (program, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classes, "PostClient")

    def ask(method: str, url: str, body: bytes, count: int = 1) -> list[bytes]:
        shown, said = run(*command, method, url, str(count), body=body)
        return [shown, *said.split()]

    return ask
