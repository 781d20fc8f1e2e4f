"""docs/security.md: each threat has its answer, its rule and tests that exist.

In: the page, and the names of all tests and vectors. Out: a failure that names the row.
Always: a name in the last column is that of one test, or of one vector.
Not here: whether the rule is a section of the contract (`test_contract`).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from conftest import read_vectors

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
HEADER = ["threat", "what it is", "what answers it", "what stays yours", "source", "rule", "test"]
THREATS = (
    "h2c smuggling",
    "WebSocket smuggling",
    "Cross-site WebSocket hijacking",
    "DNS rebinding",
    "CL.TE and TE.CL",
    "CL.0 and 0.CL",
    "Folded lines",
    "Bare LF and CR",
    "NUL and other controls",
    "Space before the colon",
    "Fields that occur twice",
    "Absolute-form",
    "Header bombs",
    "Slow heads",
    "Segmentation",
    "Response splitting",
    "Early bytes after a refusal",
    "Plaintext before TLS",
    "Unicode case folding",
    "Pool poisoning",
    "Lines in the log",
)


def read_rows() -> list[list[str]]:
    """Return the cells of the table of threats, its header first."""
    lines = PAGE[PAGE.index("| threat |") :].partition("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [rows[0], *rows[2:]]


ROWS = read_rows()


@cache
def read_names() -> set[str]:
    """Return the names of all tests, of what a state machine always asks, and of the vectors."""
    names = {vector.id for vector in read_vectors()}
    for path in (ROOT / "tests").glob("*/test_*.py"):
        names |= set(
            re.findall(r"^ *(?:async )?def (\w+)\(", path.read_text("utf-8"), re.MULTILINE)
        )
    for path in (ROOT / "tests/core").glob("test_*.c"):
        names |= set(
            re.findall(r"^static void (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
        )
    return names


def test_table_has_a_row_for_each_known_attack() -> None:
    assert ROWS[0] == HEADER
    assert tuple(row[0] for row in ROWS[1:]) == THREATS


@pytest.mark.parametrize("row", ROWS[1:], ids=THREATS)
def test_threat_has_its_answer_its_rule_and_tests_that_exist(row: list[str]) -> None:
    assert len(row) == len(HEADER)
    assert all(row)
    assert re.fullmatch(r"\[contract [\d.]+(, contract [\d.]+)*\]", row[5])
    named = re.findall(r"`([^`]+)`", row[6])
    assert named
    assert set(named) - read_names() == set()


def test_report_is_led_to_from_the_top_of_the_tree() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "(docs/security.md#reporting-a-vulnerability)" in text
    assert "\n## Reporting a vulnerability\n" in PAGE
