"""docs/handover.md: each promise names tests that exist.

In: the page. Out: a failure where a test that it names is in no file of that name.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ROW = re.compile(r"^\| (\w+) \| .* \| ([^|]+) \|$", re.MULTILINE)


def text_of(word: str) -> str:
    """Return the text of the tests of a word, empty if there are none."""
    return "".join(path.read_text("utf-8") for path in ROOT.glob(f"tests/*/test_{word}.py"))


def test_handover_page_names_tests_that_exist() -> None:
    page = (ROOT / "docs/handover.md").read_text(encoding="utf-8")
    named = [
        (word, name) for word, cell in ROW.findall(page) for name in re.findall(r"`(\w+)`", cell)
    ]

    assert named
    assert [(word, name) for word, name in named if f"def {name}(" not in text_of(word)] == []
