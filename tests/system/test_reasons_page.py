"""docs/reasons.md: each reason is explained, and each example gives the reason that it is for.

In: docs/reasons.toml, which the page is written from. Out: a failure that names the reason.
Always: an example is run as it stands in the page.
Not here: whether the page is the table (`test_reasons`).
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import upgrade101
from upgrade101 import Reason

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/reasons.md").read_text(encoding="utf-8")
EXPLANATIONS: dict[str, dict[str, Any]] = tomllib.loads(
    (ROOT / "docs/reasons.toml").read_text(encoding="utf-8")
)
PROGRAMS = [name for name, row in EXPLANATIONS.items() if "program" in row]
REQUESTS = [name for name in EXPLANATIONS if name not in PROGRAMS]


def decide(explanation: dict[str, Any], request: bytes) -> upgrade101.Decision | None:
    """Return what the negotiator of an example decides on a request."""
    offers = explanation.get("offers", "WebSocket()")
    negotiator: upgrade101.Negotiator = eval(  # noqa: S307 -- the table is ours
        f"Negotiator({offers})", vars(upgrade101)
    )
    return negotiator.decide(request, secure=explanation.get("secure", False))


def request_of(explanation: dict[str, Any]) -> bytes:
    """Return the bytes of an example."""
    if "bytes" in explanation:
        data = ast.literal_eval(explanation["bytes"])
        assert isinstance(data, bytes)
        return data
    lines: str = explanation["request"]
    return (lines + "\n").replace("\n", "\r\n").encode("latin-1")


def test_reason_has_an_explanation_and_one_example() -> None:
    assert list(EXPLANATIONS) == [reason.name for reason in Reason]
    for name, explanation in EXPLANATIONS.items():
        assert all(explanation[key].strip() for key in ("meaning", "cause", "remedy")), name
        assert len({"request", "bytes", "program"} & set(explanation)) == 1, name


@pytest.mark.parametrize("name", REQUESTS)
def test_reason_of_the_request_is_the_one_that_it_explains(name: str) -> None:
    decision = decide(EXPLANATIONS[name], request_of(EXPLANATIONS[name]))
    assert decision is not None
    assert decision.reason is Reason[name], decision.detail


@pytest.mark.sockets
@pytest.mark.parametrize("name", PROGRAMS)
def test_reason_of_the_program_is_the_one_that_it_explains(name: str) -> None:
    program = EXPLANATIONS[name]["program"]
    assert re.search(rf"^ *assert .*\bReason\.{name}\b", program, re.MULTILINE)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr


def test_program_whose_assertion_fails_is_seen() -> None:
    """What the programs assert is not left out: no option of Python is set that drops it."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", "assert False"], check=False, capture_output=True
    )
    assert ran.returncode != 0


def test_page_has_each_reason_under_its_name_with_its_example() -> None:
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
    assert list(sections) == list(EXPLANATIONS)
    for name, explanation in EXPLANATIONS.items():
        for key in ("meaning", "cause", "remedy"):
            assert explanation[key] in sections[name], name
        (shown,) = re.findall(r"```\w+\n(.*?)```", sections[name], re.DOTALL)
        kind = next(key for key in ("program", "bytes", "request") if key in explanation)
        assert shown.rstrip("\n") == explanation[kind].rstrip("\n"), name


def test_table_of_the_page_has_a_cause_and_a_remedy_for_each_reason() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    header, _, *cells = ([cell.strip() for cell in row.strip("|").split("|")] for row in rows)
    assert [row[header.index("name")].strip("`") for row in cells] == list(EXPLANATIONS)
    for row in cells:
        assert len(row) == len(header), row
        assert row[header.index("cause")], row
        assert row[header.index("remedy")], row
        assert (
            row[header.index("more")]
            == f"[example](#{row[header.index('name')].strip('`').lower()})"
        )
