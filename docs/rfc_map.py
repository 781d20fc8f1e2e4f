# ruff: noqa: INP001 -- a script, no module of a package
"""Writes docs/rfc-map.md: from each RFC clause to the code that obeys it and what tests it.

In: the citations `[RFC 9112 5.1]` in csrc/ and upgrade101/, the section of each reason in
csrc/reasons.def, the citations in tests/, and the `rule` of each vector. Out: the page anew; with
`--check` nothing is written, and the exit status is 1 if it differs.

Always: nothing is listed that is not in one of those places, so that the map cannot say more than
the code does. A clause is tested by what cites it, and by what cites a reason with that section.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "rfc-map.md"
MOST_TESTS = 4  # of one clause that are named; the others are counted

INTRODUCTION = """\
# From RFC clauses to code and tests

<!-- Written by docs/rfc_map.py from the citations in the code, the tests and the vectors. -->

A function, type, table or macro is listed if it, or the comment above it, cites the clause; a
reason if its row of `csrc/reasons.def` does. A test is a vector (by its id in `tests/vectors/`), or
a test function that cites the clause, or a test file whose cases do; a reason's vectors count for
the section of its row.
"""

CITATION = re.compile(r"RFC (\d+)((?:,? (?:and )?§?\d+(?:\.\d+)*(?![\d:]))+)")
SECTION = re.compile(r"\d+(?:\.\d+)*")
BRACKETED = re.compile(r"\[(RFC [^\]]+)\]")
COMMENT = re.compile(r"/\*.*?\*/")
C_MACRO = re.compile(r"#define (\w+)")
C_FUNCTION = re.compile(r"\w[\w *]*?\**(\w+)\(")
C_STRUCT = re.compile(r"(?:enum|struct|union) (\w+) \{")
C_VALUE = re.compile(r"\w[\w *]*?\**(\w+)(?:\[[^\]]*\])* *[=;]")
C_TYPE_END = re.compile(r"\} (\w+);")
PY_FUNCTION = re.compile(r"^( *)(?:async )?(?:def|class) (\w+)")
REASON = re.compile(r'U101_REASON\((\w+), \d+, \d+, "(RFC [^"]+)"')

Clause = tuple[int, tuple[int, ...]]


def clauses_in(text: str) -> list[Clause]:
    """Return the clauses of citations such as `RFC 9112 5.1` and `RFC 7540 3.2, RFC 9113 3.4`."""
    return [
        (int(number), tuple(map(int, section.split("."))))
        for number, sections in CITATION.findall(text)
        for section in SECTION.findall(sections)
    ]


def name_of(line: str) -> str | None:
    """Return what a top-level line of C begins, `None` if it is no item or its name comes last."""
    for pattern in (C_MACRO, C_FUNCTION, C_STRUCT, C_VALUE):
        match = pattern.match(line)
        if match:
            return match[1]
    return None


def is_item(line: str) -> bool:
    """Return whether a top-level line begins a macro, type, value or function."""
    return line.startswith("#define") or (line[:1].isalpha() and not line.startswith('extern "C"'))


def ends_item(line: str, *, macro: bool, braced: bool) -> bool:
    """Return whether a line ends the item that it stands in; `braced` tells of an open brace."""
    if macro:
        return not line.endswith("\\")
    code = COMMENT.sub("", line).rstrip()
    one_line = not line.startswith(" ") and code.endswith("};")
    return line.startswith("}") or one_line or (not braced and code.endswith(";"))


def cited_in_c(source: str, name: str) -> list[tuple[Clause, str]]:
    """Return the citations of a C file, each with the item that it stands in or above.

    Those of the comment at its top, and of what has no name, are the file's.
    """
    top, _, rest = source.partition("*/")
    found = [(clause, name) for cited in BRACKETED.findall(top) for clause in clauses_in(cited)]
    waiting: list[Clause] = []  # cited above an item, or in one whose name comes last
    inside = False
    macro = braced = False
    item = None
    for line in rest.splitlines():
        if not inside and is_item(line):
            inside, braced = True, False
            macro = line.startswith("#define")
            item = name_of(line)
        for citation in BRACKETED.findall(line):
            waiting += clauses_in(citation)
        if not inside:
            continue
        braced = braced or "{" in line
        if ends_item(line, macro=macro, braced=braced):
            last = C_TYPE_END.match(line)
            found += [(clause, item or (last[1] if last else name)) for clause in waiting]
            waiting = []
            inside = False
    return found + [(clause, name) for clause in waiting]


def cited_in_python(source: str, name: str) -> list[tuple[Clause, str]]:
    """Return the citations of a Python module, each with the function or class it stands in."""
    found: list[tuple[Clause, str]] = []
    inside = name
    for line in source.splitlines():
        function = PY_FUNCTION.match(line)
        if function:
            inside = function[2]
        for citation in BRACKETED.findall(line):
            found += [(clause, inside) for clause in clauses_in(citation)]
    return found


def cited_in(path: Path) -> list[tuple[Clause, str]]:
    """Return the citations of a source file."""
    cited = cited_in_python if path.suffix == ".py" else cited_in_c
    return cited(path.read_text(encoding="utf-8"), path.name)


def read_reasons() -> dict[str, list[Clause]]:
    """Return the section of each reason."""
    table = (ROOT / "csrc" / "reasons.def").read_text(encoding="utf-8")
    return {name: clauses_in(rfc) for name, rfc in REASON.findall(table)}


def find_functions() -> dict[Clause, list[str]]:
    """Return what obeys each clause."""
    found: dict[Clause, list[str]] = defaultdict(list)
    for path in [
        *sorted(ROOT.glob("csrc/core/*.[ch]")),
        ROOT / "csrc/upgrade101.h",
        *sorted(ROOT.glob("upgrade101/*.py")),
    ]:
        for clause, function in cited_in(path):
            found[clause].append(f"`{path.relative_to(ROOT).name}`: `{function}`")
    for reason, clauses in read_reasons().items():
        for clause in clauses:
            found[clause].append(f"reason `{reason}`")
    return found


def find_tests() -> dict[Clause, list[str]]:
    """Return what tests each clause: vectors first, then test functions."""
    found: dict[Clause, list[str]] = defaultdict(list)
    reasons = read_reasons()
    for path in sorted(ROOT.glob("tests/vectors/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            vector = json.loads(line)
            expected = [vector.get("expect")] + [expect for _, expect in vector.get("feeds", [])]
            by_reason = [
                clause
                for expect in expected
                if expect and expect["action"] is not None
                for clause in reasons[expect["reason"]]
            ]
            for clause in dict.fromkeys(clauses_in(vector["rule"]) + by_reason):
                found[clause].append(vector["id"])
    for path in [
        *sorted(ROOT.glob("tests/core/test_*.c")),
        *sorted(ROOT.glob("tests/*/test_*.py"), key=lambda path: path.name),
    ]:
        for clause, item in cited_in(path):
            # The cases of a table are those of its file.
            found[clause].append(f"`{item if item.startswith('test_') else path.name}`")
    return found


def write_cell(names: list[str], most: int | None = None) -> str:
    """Return names without repetition, at most so many of them and the number of the others."""
    unique = list(dict.fromkeys(names))
    shown = ", ".join(unique[:most])
    return shown + (f" and {len(unique) - most} more" if most and len(unique) > most else "")


def write_page() -> str:
    """Return the text of docs/rfc-map.md."""
    functions, tests = find_functions(), find_tests()
    lines = [INTRODUCTION]
    for number in sorted({number for number, _ in functions}):
        lines += [f"## RFC {number}\n", "| section | code | tests |", "| --- | --- | --- |"]
        for clause in sorted(clause for clause in functions if clause[0] == number):
            section = ".".join(map(str, clause[1]))
            lines.append(
                f"| {section} | {write_cell(functions[clause])} "
                f"| {write_cell(tests[clause], MOST_TESTS)} |"
            )
        lines.append("")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` tell whether it is as it would be written."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: rfc_map.py [--check]\n")
        return 2
    text = write_page()
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    if arguments:
        sys.stderr.write(f"{PAGE.relative_to(ROOT)} differs: run docs/rfc_map.py\n")
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
