"""The blocks of the pages, run as a reader would run them.

In: README.md and docs/**/*.md. Out: a failure if a block does not do what the page shows.
Always: a block that is not run says why, and no more than a third are not.
Not here: links and titles (`test_docs`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pages import PAGES, ROOT, matches, read_blocks, read_commands, run_page

if TYPE_CHECKING:
    from pathlib import Path

    from client_programs import RequireTool

TOOLS = {"bash": "bash", "caddy": "caddy", "curl": "curl", "systemd-analyze": "systemd"}
"""The programs of pages that may be missing, with their packages."""
WITH_BLOCKS = [path for path in PAGES if any(block.is_run for block in read_blocks(path))]


@pytest.mark.sockets
@pytest.mark.parametrize("page", WITH_BLOCKS, ids=lambda page: str(page.relative_to(ROOT)))
def test_blocks_of_page_do_what_it_shows(
    page: Path, tmp_path: Path, require_tool: RequireTool
) -> None:
    commands = "".join(block.text for block in read_blocks(page) if block.language == "console")
    for program, package in TOOLS.items():
        if program in commands.split():
            require_tool(program, package)
    run_page(page, tmp_path)


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=lambda page: str(page.relative_to(ROOT)))
def test_file_of_page_is_used_by_its_commands(page: Path) -> None:
    blocks = read_blocks(page)
    commands = "".join(b.text for b in blocks if b.language == "console" and b.why is None)
    # What a browser reads is opened in one by `test_docs_browser`.
    files = [block for block in blocks if block.language != "html" and block.why is None]
    names = [block.name for block in files if block.name is not None]
    assert [name for name in names if name not in commands] == []
    assert len(names) == len(set(names))


def test_blocks_that_are_not_run_are_a_third_at_the_most() -> None:
    blocks = [block for page in PAGES for block in read_blocks(page) if block.is_run]
    assert 3 * sum(block.why is not None for block in blocks) <= len(blocks)


def test_python_of_readme_is_run_all_of_it() -> None:
    blocks = [block for block in read_blocks(ROOT / "README.md") if block.language == "python"]
    assert blocks
    assert [block for block in blocks if block.why is not None] == []


@pytest.mark.parametrize(
    ("shown", "said", "expected"),
    [
        ([], "", True),
        ([], "more\n", False),
        (["a", "b"], "a\nb\n", True),
        (["a", "b"], "a\nb\nc\n", False),
        (["a", "...", "b"], "a\nx\ny\nb\n", True),
        (["a", "...", "b"], "a\nb\n", True),
        (["at ... o'clock"], "at 12 o'clock\n", True),
        (["a.b"], "axb\n", False),
    ],
)
def test_shown_output_matches_what_was_said(shown: list[str], said: str, expected: bool) -> None:  # noqa: FBT001
    assert matches(shown, said) is expected


def test_commands_of_block_go_on_after_a_backslash() -> None:
    text = "$ first \\\n    --option\nshown\n$ second\n"
    assert read_commands(text) == [("first \\\n    --option", ["shown"]), ("second", [])]
