"""The map from RFC clauses to code and tests.

In: docs/rfc-map.md and the script that writes it. Out: a failure if the page is stale, if a clause
that the code cites has no test, or if a citation is credited to what it does not stand in or above.
"""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TOP = "/* A file. */\n"
LAST = "static int last(void)\n{\n}\n"


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


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("/* [RFC 1 2] */\nstatic int one(int a,\n               int b)\n{\n    x;\n}\n", "one"),
        ("static int one(int a)\n{\n    s b = {1};\n    /* [RFC 1 2] */\n}\n", "one"),
        ("/* [RFC 1 2] */\nbool one(int a,\n         int b);\n", "one"),
        ("/* [RFC 1 2] */\nU101_API one *two(int a);\n", "two"),
        ("/* [RFC 1 2] */\n#define ONE 1\n", "ONE"),
        ("#define ONE \\\n    1 /* [RFC 1 2] */\n", "ONE"),
        ("/* [RFC 1 2] */\nstatic const char one[] = {\n    1,\n};\n", "one"),
        ("static const u101_slice one[U101_COUNT] = {\n    1, /* [RFC 1 2] */\n};\n", "one"),
        ("typedef enum {\n    ONE, /* [RFC 1 2] */\n} one;\n", "one"),
        ("struct one {\n    int a; /* [RFC 1 2] */\n};\n", "one"),
        ("enum {\n    ONE, /* [RFC 1 2] */\n};\n", "file.c"),
        ("/* [RFC 1 2] */\n", "file.c"),
    ],
    ids=[
        "above a function",
        "in a function",
        "above a declaration",
        "above a declaration on one line",
        "above a macro",
        "in a macro",
        "above a table",
        "in a table",
        "in a type",
        "in a struct",
        "in what has no name",
        "above nothing",
    ],
)
def test_citation_is_of_the_item_that_it_stands_in_or_above(text: str, item: str) -> None:
    cited_in_c = runpy.run_path(str(ROOT / "docs/rfc_map.py"))["cited_in_c"]
    after = "" if item == "file.c" and text.startswith("/*") else LAST
    assert cited_in_c(TOP + text + after, "file.c") == [((1, (2,)), item)]
