"""The C bench of the core and the gate on its instructions, run briefly.

In: bench/, built by `make bench-core`. Out: that each case is measured and printed, that a head
which is decided otherwise ends the program, and what the gate says of counts.
Always: no time is compared with anything.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent.parent
HEADS = sorted((ROOT / "bench/heads").iterdir())

sys.path.append(str(ROOT / "bench"))
import instructions  # noqa: E402 -- a script, which is on no path

PROFILE = """\
ob=(1) /usr/lib/libc.so.6
fn=(1) memchr
0 1000
ob=(2) /build/libupgrade101.so
fn=(2) u101_decide
0 7
cob=(1)
cfn=(1)
calls=2 0
0 1000
+3 5
ob=(1)
fn=(1)
0 1000
ob=(2)
fn=(3) u101_scan
* 30
"""


@pytest.fixture(scope="module")
def program(
    require_tool: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return bench_core as `make bench-core` builds it."""
    build = tmp_path_factory.mktemp("bench")
    command = [require_tool("make", "make"), "bench-core", "U101_WERROR=1", f"BUILD={build}"]
    subprocess.run(command, cwd=ROOT, check=True)
    return build / "bench/bench_core"


def run(program: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(program), *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_head_file_of_bench_has_whole_lines() -> None:
    for path in HEADS:
        head = path.read_bytes()
        assert head.endswith(b"\r\n\r\n"), path.name
        assert head.count(b"\n") == head.count(b"\r") == head.count(b"\r\n"), path.name


def test_bench_core_measures_every_head_and_refusal(program: Path) -> None:
    ran = run(program, "json", 3, 2, *HEADS)
    assert ran.returncode == 0, ran.stderr
    rows = {(row["work"], row["name"]): row for row in json.loads(ran.stdout)}
    for head in HEADS:
        row = rows["accept", head.name]
        assert row["bytes"] == head.stat().st_size
        assert row["ns"] > 0
    refused = [row for (work, _), row in rows.items() if work == "refuse"]
    assert refused
    assert all(row["ratio"] > 0 and row["bar"] == 1 for row in refused)
    assert rows["feed", "byte of 16 KiB"]["bar"] == 1.2


def test_bench_core_prints_the_table_of_the_same_cases(program: Path) -> None:
    table = run(program, "table", 1, 1, *HEADS).stdout
    assert len(table.splitlines()) == 1 + len(json.loads(run(program, "json", 1, 1, *HEADS).stdout))


@pytest.mark.parametrize(("version", "status"), [(b"13", 0), (b"12", 2)])
def test_bench_core_of_a_head_that_is_refused_ends(
    version: bytes, status: int, program: Path, tmp_path: Path
) -> None:
    head = tmp_path / "head"
    wanted = b"Sec-WebSocket-Version: "
    chrome = (ROOT / "bench/heads/chrome").read_bytes()
    head.write_bytes(chrome.replace(wanted + b"13", wanted + version))
    ran = run(program, "count", 1, head)
    assert ran.returncode == status
    assert ran.stderr == ("bench_core: head is decided otherwise\n" if status else "")


@pytest.mark.parametrize(("message", "status"), [("body", 0), ("response", 0), ("request", 2)])
def test_bench_core_of_an_unknown_message_ends(message: str, status: int, program: Path) -> None:
    ran = run(program, "read", 1, message)
    assert ran.returncode == status
    assert ran.stderr == ("bench_core: request is no message that is known\n" if status else "")


@pytest.mark.parametrize(
    "arguments", [(), ("count", "0", "x"), ("read", "0", "body"), ("table", "1", "1")]
)
def test_bench_core_of_other_arguments_ends(arguments: tuple[str, ...], program: Path) -> None:
    assert run(program, *arguments).returncode == 2


def test_instructions_of_one_object_leave_out_those_it_calls() -> None:
    assert instructions.own_instructions(PROFILE, "libupgrade101.so") == 7 + 5 + 30
    assert instructions.own_instructions(PROFILE, "libc.so.6") == 1000 + 1000
    assert instructions.own_instructions(PROFILE, "libcrypto.so.3") == 0


@pytest.mark.parametrize(
    ("counted", "over", "under"), [(1030, 0, 0), (1031, 1, 0), (970, 0, 0), (969, 0, 1)]
)
def test_instructions_are_compared_within_three_percent(
    counted: int, over: int, under: int
) -> None:
    found = instructions.compare({"chrome": 1000}, {"chrome": counted})
    assert tuple(map(len, found)) == (over, under)


def test_instructions_of_other_cases_are_over() -> None:
    over, under = instructions.compare({"chrome": 1000}, {"chrome": 1000, "safari": 1000})
    assert over == ["cases differ: ['safari']"]
    assert under == []


def test_instructions_of_another_compiler_are_not_compared() -> None:
    here = {"compiler": "12.2.0", "machine": "x86_64"}
    instructions.require_same(here, here)
    with pytest.raises(instructions.UnusableError, match="build with that one"):
        instructions.require_same(here, here | {"compiler": "13.1.0"})


def test_instructions_are_committed_for_every_head_and_message() -> None:
    committed = json.loads(instructions.COMMITTED.read_text(encoding="utf-8"))
    heads = [head.name for head in HEADS]
    assert list(committed["instructions"]) == [*heads, *instructions.MESSAGES]
    assert {"compiler", "machine"} < committed.keys()
