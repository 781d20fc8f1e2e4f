"""The map from RFC clauses to functions and tests.

In: docs/rfc-map.md and the script that writes it. Out: a failure where the page is stale, or where
a clause that the code cites has no test.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_rfc_map_page_is_as_it_would_be_written() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs/rfc_map.py", "--check"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr


def test_rfc_map_every_clause_has_a_test() -> None:
    rows = [
        line.split("|")
        for line in (ROOT / "docs/rfc-map.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and line[2].isdigit()
    ]

    assert rows
    assert [row[1:3] for row in rows if not row[3].strip()] == []
