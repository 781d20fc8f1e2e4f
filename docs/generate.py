# ruff: noqa: INP001 -- a script, no module of a package
"""Writes what is made of `csrc/reasons.def` and `csrc/checks.def`.

In: the two tables. Out: of the reasons docs/reasons.md anew, and the part of _core.pyi between two
comments; of the checks upgrade101/explain/_rows.py. With `--check` nothing is written, and the exit
status is 1 where one of them differs from its table.

Always: a table is the only list of what it lists, so that whatever else lists it comes from here
or from the C enum. Not here: the C enum, which the preprocessor makes.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "csrc" / "reasons.def"
PAGE = ROOT / "docs" / "reasons.md"
STUB = ROOT / "upgrade101" / "_core.pyi"
CHECKS = ROOT / "csrc" / "checks.def"
ROWS = ROOT / "upgrade101" / "explain" / "_rows.py"

ROW = re.compile(r'U101_REASON\((\w+), (\d+), (\d+), "([^"]+)", "([^"]*)", "([^"]+)"\)')
CHECK = re.compile(
    r'U101_CHECK\("([^"]+)", "([^"]*)", "([^"]+)", "([^"]+)", "([^"]+)", "([A-Z0-9_ ]+)"\)'
)
GROUP = re.compile(r"/\* (\d)xxx: ([^*]+) \*/")
MEMBERS = re.compile(
    r"(    # docs/generate\.py writes what follows\n)(.*?)(    # and what precedes\n)", re.DOTALL
)
PASS_GROUP = 2  # the thousands of the codes of sound requests that are not upgraded

INTRODUCTION = """\
# Reasons

<!-- Written by docs/generate.py from csrc/reasons.def; edit that table. -->

Every decision has one reason of this closed table. Names and codes are stable. In Python,
`decision.reason` is a member of the enum `Reason`, whose value is the code; it has `name`, `code`,
`status`, `rfc`, `text` and `field`, the field that the reason is about. In C it is a `u101_reason`,
and `u101_reason_row_of` gives its row.

A refusal's body is the line `NAME: sentence [section].`
"""

ROWS_INTRODUCTION = '''\
"""The checks of a request in their order: name, path, title, section, sentence and reasons.

Written by docs/generate.py from csrc/checks.def, which says what each of them is; edit that table.
"""

ROWS: tuple[tuple[str, str, str, str, str, tuple[str, ...]], ...] = (\
'''


@dataclass(frozen=True)
class Reason:
    """One row of the table."""

    name: str
    code: int
    status: int
    rfc: str
    field: str
    text: str


def read_groups(table: str) -> dict[int, str]:
    """Return the titles of the groups by the thousands of their codes."""
    return {int(number): title for number, title in GROUP.findall(table)}


def read_reasons(table: str) -> list[Reason]:
    """Return the rows in order."""
    return [
        Reason(name, int(code), int(status), rfc, field, text)
        for name, code, status, rfc, field, text in ROW.findall(table)
    ]


def describe_status(reason: Reason) -> str:
    """Return what the page says of the status of the response."""
    if reason.status == 0:
        return "the caller's"
    if reason.code // 1000 == PASS_GROUP:
        return f"none; {reason.status} if required"
    return str(reason.status)


def write_page(table: str) -> str:
    """Return the text of docs/reasons.md."""
    lines = [INTRODUCTION]
    for thousands, title in read_groups(table).items():
        lines += [
            f"## {thousands}xxx: {title}\n",
            "| code | name | status | section | field | sentence |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {reason.code} | `{reason.name}` | {describe_status(reason)} "
            f"| {reason.rfc} | {reason.field} | {reason.text} |"
            for reason in read_reasons(table)
            if reason.code // 1000 == thousands
        ]
        lines.append("")
    return "\n".join(lines)


def write_stub(table: str, stub: str) -> str:
    """Return the text of the stub with the members of Reason made anew."""
    members = "".join(f"    {reason.name} = {reason.code}\n" for reason in read_reasons(table))
    written, count = MEMBERS.subn(rf"\g<1>{members}\g<3>", stub)
    if count != 1:
        raise ValueError(f"{STUB.name} must have one part for the members, not {count}")
    return written


def write_rows(table: str) -> str:
    """Return the text of the module with the checks."""
    lines = [ROWS_INTRODUCTION]
    for *texts, listed in CHECK.findall(table):
        reasons = [f'"{reason}",' for reason in listed.split()]
        lines += ["    (", *(f'        "{text}",' for text in texts)]
        if len(reasons) == 1:
            lines += [f"        ({reasons[0]}),", "    ),"]
        else:
            lines += ["        (", *(f"            {reason}" for reason in reasons)]
            lines += ["        ),", "    ),"]
    return "\n".join([*lines, ")\n"])


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` tell whether they are as they would be written."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: generate.py [--check]\n")
        return 2
    table = TABLE.read_text(encoding="utf-8")
    wanted = {
        PAGE: write_page(table),
        STUB: write_stub(table, STUB.read_text(encoding="utf-8")),
        ROWS: write_rows(CHECKS.read_text(encoding="utf-8")),
    }
    drifted = [
        path
        for path, text in wanted.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in drifted:
        if arguments:
            sys.stderr.write(f"{path.relative_to(ROOT)} differs: run docs/generate.py\n")
        else:
            path.write_text(wanted[path], encoding="utf-8")
    return 1 if arguments and drifted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
