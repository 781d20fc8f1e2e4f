"""docs/contributing.md and docs/glossary.md: what they name is there.

In: the pages, the tree and the Makefile. Out: a failure that names what is missing.
Not here: whether a test that the page names tests what the page says.
"""

from __future__ import annotations

import re
from pathlib import Path

import upgrade101

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/contributing.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
PATH = re.compile(r"`([\w.]+(?:/[\w.]+)*)`")


def rows_of(header: str) -> list[tuple[str, ...]]:
    """Return the rows of the table with this header."""
    table = PAGE[PAGE.index(header) :].partition("\n\n")[0]
    return [row for row in ROW.findall(table)[1:] if not row[0].startswith("---")]


def test_change_leads_to_files_and_tests_that_exist() -> None:
    rows = rows_of("| to change | look at | test |")
    assert rows
    for change, looked_at, tested in rows:
        for cell in (looked_at, tested):
            paths = PATH.findall(cell)
            assert paths, change
            assert [path for path in paths if not (ROOT / path).exists()] == [], change


def test_folder_of_code_and_of_tests_is_led_to() -> None:
    named = " ".join(" ".join(row) for row in rows_of("| to change | look at | test |"))
    for folder in ("csrc/core", "csrc/binding", "upgrade101", "docs", "bench"):
        assert f"`{folder}" in named
    for folder in ("core", "decision", "asyncio", "system", "vectors", "support"):
        assert f"`tests/{folder}" in named


def test_command_is_a_target_and_each_target_is_explained() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)`", PAGE))
    assert named - targets == set()
    # `make bench` runs what it is made of; of the others `make help` says enough.
    parts = {name for name in targets if name.startswith("bench-")}
    assert targets - named == {*parts, "help", "clean"}


def test_page_of_the_top_leads_to_the_text() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "(docs/contributing.md)" in text
    assert "(SECURITY.md)" in text


def test_glossary_is_in_order_and_explains_a_word_once() -> None:
    words = re.findall(r"^\*\*(.+?)\.\*\*", GLOSSARY, re.MULTILINE)
    assert words == sorted(words, key=str.casefold)
    assert len(set(words)) == len(words)


def test_glossary_has_the_words_of_the_interface() -> None:
    words = set(re.findall(r"\*\*(.+?)\.?\*\*", GLOSSARY))
    for name in ("Action", "Decision", "Handshake", "Negotiator", "Reason", "Upgrade"):
        assert hasattr(upgrade101, name)
        assert name in words
