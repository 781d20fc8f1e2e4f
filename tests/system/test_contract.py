"""docs/contract.md: what cites it, and the files that docs/rule-files.md leads to from it.

In: the pages and the text files of the tree. Out: a failure that names the citation or the path.
Always: a citation is `[contract 4]` or `[contract 3.8]`, alone or beside RFCs in its brackets. The
rules of vectors spell it `contract §3.8`.
Not here: whether the code does what the page says.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "contract.md"
FILES = ROOT / "docs" / "rule-files.md"
FOLDERS = ("bench", "csrc", "docs", "tests", "upgrade101")
SUFFIXES = {".c", ".def", ".h", ".html", ".jsonl", ".md", ".py", ".pyi"}

# "contract" and a number, also if a line of a comment ends between them.
CITATION = re.compile(r"\bcontract[\s*#/]+(§?)(\d+(?:\.\d+)*)", re.IGNORECASE)
BRACKETS = re.compile(r"\[[^\[\]]*\]")
SECTION = re.compile(r"^## (\d+)\. (.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
POINT = re.compile(r"^(\d+)\. ", re.MULTILINE)
PATH = re.compile(r"`((?:bench|csrc|docs|tests|upgrade101)/[^`]*)`")


def read_sections(page: Path = PAGE) -> dict[str, str]:
    """Return the text of each section of the contract, or of its files, by its number."""
    return dict(SECTION.findall(page.read_text(encoding="utf-8")))


def citable_numbers() -> set[str]:
    """Return the numbers of the sections, and those of their numbered points."""
    sections = read_sections()
    points = {
        f"{number}.{point}" for number in sections for point in POINT.findall(sections[number])
    }
    return set(sections) | points


def text_files() -> list[Path]:
    """Return the files that may cite the contract, this one and built ones aside."""
    return [
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in SUFFIXES and path != Path(__file__)
    ]


def find_wrong_citations(text: str, citable: set[str], *, vectors: bool) -> list[str]:
    """Return the citations that name nothing, or are not spelled as this kind of file does."""
    bracketed = {i for match in BRACKETS.finditer(text) for i in range(*match.span())}
    return [
        match[0]
        for match in CITATION.finditer(text)
        if match[2] not in citable
        or bool(match[1]) is not vectors
        or (not vectors and match.start() not in bracketed)
    ]


def test_contract_has_the_sections_and_points_that_are_cited() -> None:
    points = {f"3.{point}" for point in range(1, 9)} | {f"8.{point}" for point in range(1, 7)}
    assert citable_numbers() == {str(section) for section in range(1, 10)} | points


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[contract 3.8]", False),
        ("[contract 3.9]", True),
        ("[contract 9, RFC 9110 15]", False),
        ("[contract 10]", True),
        ("(contract 9)", True),
        ("[contract §9]", True),
        ("of the contract\n * 9", True),
    ],
)
def test_citation_is_taken_or_refused(text: str, wrong: bool) -> None:  # noqa: FBT001 -- a row
    assert bool(find_wrong_citations(text, {"3.8", "9"}, vectors=False)) is wrong


@pytest.mark.parametrize(("rule", "wrong"), [("contract §9", False), ("contract §10", True)])
def test_citation_of_a_vector_is_taken_or_refused(rule: str, wrong: bool) -> None:  # noqa: FBT001
    assert bool(find_wrong_citations(rule, {"9"}, vectors=True)) is wrong


def test_citation_names_a_section_of_the_contract() -> None:
    citable = citable_numbers()
    wrong = {}
    cited = set()
    for path in text_files():
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            text = text.replace(r"\u00a7", "§")
        found = find_wrong_citations(text, citable, vectors=path.suffix == ".jsonl")
        if found:
            wrong[path.relative_to(ROOT).as_posix()] = found
        cited |= {match[2] for match in CITATION.finditer(text)}
    assert not wrong
    assert {section.partition(".")[0] for section in cited} == set(read_sections())


def test_section_leads_to_files_that_exist() -> None:
    sections = read_sections(FILES)
    assert set(sections) == set(read_sections())
    for number, text in sections.items():
        paths = PATH.findall(text)
        assert paths, number
        assert not [path for path in paths if not (ROOT / path).is_file()], number


def test_core_file_of_a_rule_is_led_to() -> None:
    """A file that cites a section stands in the page, so that a stranger finds it."""
    led_to = set(PATH.findall(FILES.read_text(encoding="utf-8")))
    for path in (ROOT / "csrc/core").glob("*.c"):
        texts = [path, path.with_suffix(".h")]
        cites = any(CITATION.search(p.read_text(encoding="utf-8")) for p in texts if p.is_file())
        assert not cites or path.relative_to(ROOT).as_posix() in led_to, path.name
