"""The pages of the documentation as a whole: links, titles, and the site that is made of them.

In: README.md, docs/**/*.md, and the script that builds the site. Out: a failure if a link or an
anchor leads nowhere as GitHub shows it, or if a page cannot be reached.
Always: the same functions read links here and for the site. Not here: building it, which is for
`make docs` and tools of its own; the blocks of pages (`test_docs_blocks`).
"""

from __future__ import annotations

import re
import runpy
from typing import TYPE_CHECKING

import pytest
from pages import FENCES, PAGES, ROOT

import upgrade101

if TYPE_CHECKING:
    from pathlib import Path

SITE = runpy.run_path(str(ROOT / "docs/build_site.py"))
MARKDOWN = [*PAGES, *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"))]
TITLES = [
    "Your first WebSocket server",
    "Several protocols on one port",
    "Authentication and routing",
    "With aiohttp",
    "With uvicorn",
    "With hypercorn",
    "With websockets",
    "A server of your own",
    "API reference",
    "Handshake failed",
    "Behind a proxy",
    "Logging and metrics",
    "Deployment",
    "Security",
    "Contributing",
]
WORDS = 150


def links_of(path: Path) -> list[tuple[str, str, str]]:
    """Return the relative links of a page: as written, the path in the tree, and the anchor."""
    name = str(path.relative_to(ROOT))
    links = SITE["find_links"](path.read_text(encoding="utf-8"))
    return [(link, *SITE["resolve"](name, link)) for link in links if SITE["is_relative"](link)]


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_link_leads_to_a_file_and_an_anchor(page: Path) -> None:
    for link, path, anchor in links_of(page):
        assert (ROOT / path).is_file(), link
        if anchor and path.endswith(".md"):
            text = (ROOT / path).read_text(encoding="utf-8")
            assert anchor in SITE["find_anchors"](text), link


def test_every_page_is_reached_from_the_first_one() -> None:
    waiting, seen = ["docs/index.md"], set()
    while waiting:
        page = waiting.pop()
        if page not in seen:
            seen.add(page)
            waiting += [path for _, path, _ in links_of(ROOT / page) if path.endswith(".md")]
    assert {str(page.relative_to(ROOT)) for page in MARKDOWN} <= seen


def test_every_page_is_in_the_navigation() -> None:
    listed = SITE["navigation"]((ROOT / "docs/index.md").read_text(encoding="utf-8"))
    for page in (ROOT / "docs").glob("*.md"):
        if page.name != "index.md":
            assert listed.count(f"\n{page.stem}\n") == 1, page.name


def test_titles_that_are_agreed_on_are_there_and_their_pages_have_words() -> None:
    found = {}
    for page in (ROOT / "docs").glob("*.md"):
        title, _, text = page.read_text(encoding="utf-8").partition("\n")
        found[title.removeprefix("# ")] = len(FENCES.sub("", text).split())
    assert [title for title in TITLES if title not in found] == []
    # The reference has the docstrings for words.
    short = [title for title in TITLES if found[title] < WORDS and title != "API reference"]
    assert short == []


def test_reference_has_every_public_name_once() -> None:
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    named = re.findall(r"^\.\. auto\w+:: upgrade101\.(\w+)", page, re.MULTILINE)
    assert sorted(named) == sorted(upgrade101.__all__)


@pytest.mark.parametrize(
    ("text", "anchors"),
    [
        ("# A title\n\n## Another: `code`, [link](x.md)!\n", {"a-title", "another-code-link"}),
        ("# One\n\n# One\n", {"one", "one-1"}),
        ("# One\n\n```sh\n# Two\n```\n", {"one"}),
        ('<a id="own"></a>\n', {"own"}),
    ],
)
def test_anchors_are_those_that_github_makes(text: str, anchors: set[str]) -> None:
    assert SITE["find_anchors"](text) == anchors


def test_link_in_a_block_or_in_code_is_none() -> None:
    text = "[a](one.md)\n\n```md\n[b](two.md)\n```\n\n`[c](three.md)` [`d`](four.md#e)\n"
    assert SITE["find_links"](text) == ["one.md", "four.md#e"]


def test_links_of_a_page_are_changed_to_where_things_are_in_the_site() -> None:
    text = "[a](api.md#b) [c](../README.md) [d](examples/embed.c) [e](https://example.com/)"
    assert SITE["stage_page"]("docs/index.md", text) == (
        "[a](api.md#b) [c](tree/README.md) [d](tree/docs/examples/embed.c) [e](https://example.com/)"
    )
    assert SITE["stage_page"]("README.md", "[a](docs/api.md)") == "[a](../api.md)"


@pytest.mark.parametrize(
    ("html", "faults"),
    [
        ('<a href="other.html#there">x</a>', []),
        ('<a href="https://example.com/">x</a>', []),
        ('<a href="no.html">x</a>', ["leads to no page"]),
        ('<a href="other.html#no">x</a>', ["leads to no anchor"]),
        ('<a href="../outside.html">x</a>', ["leads to no page"]),
        ('<script src="https://cdn.example/x.js"></script>', ["from another host"]),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', ["from another host"]),
        ('<img src="no.png">', ["leads to no page"]),
    ],
)
def test_fault_of_a_site_is_found(html: str, faults: list[str], tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "outside.html").touch()
    (site / "other.html").write_text('<p id="there"></p>', encoding="utf-8")
    (site / "index.html").write_text(html, encoding="utf-8")
    found = SITE["find_faults"](site)
    assert len(found) == len(faults)
    assert all(fault in line for fault, line in zip(faults, found, strict=True))


def test_style_that_loads_from_another_host_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("@import 'https://fonts.example/x.css';", encoding="utf-8")
    (tmp_path / "b.css").write_text("p { background: url(x.png) }", encoding="utf-8")
    assert SITE["find_faults"](tmp_path) == [
        "a.css: https://fonts.example/x.css would be loaded from another host"
    ]


def test_site_of_a_page_whose_link_leads_nowhere_is_not_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# x\n\n[y](no.md)\n", encoding="utf-8")
    monkeypatch.setitem(SITE["stage"].__globals__, "ROOT", tmp_path)
    assert SITE["main"]([str(tmp_path / "site")]) == 1
