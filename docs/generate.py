# ruff: noqa: INP001 -- a script, no module of a package
"""Writes what is made of `csrc/reasons.def` and `csrc/checks.def`.

In: the two tables, and docs/reasons.toml, which explains each reason. Out: of the reasons
docs/reasons.md anew, and the part of _core.pyi between two comments; of the checks
upgrade101/explain/_rows.py. With `--check` nothing is written, and the exit status is 1 if one of
them differs from the tables.

Always: a table is the only list of what it lists, so that whatever else lists it comes from here
or from the C enum; each reason has one explanation, and there is no other. Not here: the C enum,
which the preprocessor makes; the tests that run the examples.
"""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "csrc" / "reasons.def"
EXPLANATIONS = ROOT / "docs" / "reasons.toml"
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

<!-- Written by docs/generate.py from csrc/reasons.def and docs/reasons.toml; edit those. -->

Every decision has one reason of this closed table. Names and codes are stable. In Python,
`decision.reason` is a member of the enum `Reason`, whose value is the code; it has `name`, `code`,
`status`, `rfc`, `text` and `field`, the field that the reason is about. In C it is a `u101_reason`,
and `u101_reason_row_of` gives its row.

A refusal's body is the line `NAME: sentence [section].` In a log, `decision.detail` has the values
that decided. Below the table each reason has its meaning, who sends such a request, what to do,
and an example that a test runs. Paste any of these requests into `python -m upgrade101 explain`.
If you have seen a symptom and no reason, read [Handshake failed](handshake-failed.md).

"""
TABLE_HEAD = """\
| code | name | status | section | field | sentence | cause | remedy | more |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""

ROWS_INTRODUCTION = '''\
"""The checks of a request in their order: name, path, title, section, sentence and reasons.

Written by docs/generate.py from csrc/checks.def, which says what each of them is; edit that table.
"""

ROWS: tuple[tuple[str, str, str, str, str, tuple[str, ...]], ...] = (\
'''


@dataclass(frozen=True)
class Explanation:
    """What docs/reasons.toml says of a reason; the texts are Markdown."""

    meaning: str
    cause: str
    remedy: str
    offers: str = "WebSocket()"
    """The arguments of the Negotiator."""
    secure: bool = False
    request: str = ""
    """The lines of a head, if the example is one."""
    bytes: str = ""
    """A Python literal, if the example is that."""
    program: str = ""
    """A Python program, if the reason needs one."""


@dataclass(frozen=True)
class Reason:
    """One row of the table, and its explanation."""

    name: str
    code: int
    status: int
    rfc: str
    field: str
    text: str
    explanation: Explanation


def read_groups(table: str) -> dict[int, str]:
    """Return the titles of the groups by the thousands of their codes."""
    return {int(number): title for number, title in GROUP.findall(table)}


def read_reasons(table: str, explanations: str) -> list[Reason]:
    """Return the rows in order; a `ValueError` names what has a row or an explanation alone."""
    explained = {name: Explanation(**row) for name, row in tomllib.loads(explanations).items()}
    rows = ROW.findall(table)
    alone = {row[0] for row in rows} ^ set(explained)
    if alone:
        raise ValueError(f"in one of the tables only: {', '.join(sorted(alone))}")
    return [
        Reason(name, int(code), int(status), rfc, field, text, explained[name])
        for name, code, status, rfc, field, text in rows
    ]


def describe_status(reason: Reason) -> str:
    """Return what the page says of the status of the response."""
    if reason.status == 0:
        return "the caller's"
    if reason.code // 1000 == PASS_GROUP:
        return f"none; {reason.status} if required"
    return str(reason.status)


def write_row(reason: Reason) -> str:
    """Return the line of a reason in the page's table."""
    cells = (
        str(reason.code),
        f"`{reason.name}`",
        describe_status(reason),
        reason.rfc,
        reason.field,
        reason.text,
        reason.explanation.cause,
        reason.explanation.remedy,
        f"[example](#{reason.name.lower()})",
    )
    return f"| {' | '.join(cells)} |\n"


def write_example(explanation: Explanation) -> str:
    """Return the example, with the negotiator that decides so."""
    if explanation.program:
        return f"```python\n{explanation.program}```\n"
    transport = " on a TLS transport" if explanation.secure else ""
    text = f"{explanation.bytes}\n" if explanation.bytes else explanation.request
    return f"`Negotiator({explanation.offers})` decides so{transport} on\n\n```text\n{text}```\n"


def write_section(reason: Reason) -> str:
    """Return what the page says of a reason, under an anchor of its name."""
    explanation = reason.explanation
    about = f", about `{reason.field}`" if reason.field else ""
    return (
        f"### {reason.name}\n\n"
        f"*{reason.code}, status {describe_status(reason)}, {reason.rfc}{about}.* "
        f"{reason.text}.\n\n"
        f"{explanation.meaning}\n\n"
        f"- **Who sends it:** {explanation.cause}\n"
        f"- **What to do:** {explanation.remedy}\n\n"
        f"{write_example(explanation)}\n"
    )


def write_page(table: str, explanations: str) -> str:
    """Return the text of docs/reasons.md."""
    reasons = read_reasons(table, explanations)
    parts = [INTRODUCTION, TABLE_HEAD, *map(write_row, reasons), "\n"]
    for thousands, title in read_groups(table).items():
        parts.append(f"## {thousands}xxx: {title}\n\n")
        parts += [write_section(r) for r in reasons if r.code // 1000 == thousands]
    return "".join(parts).rstrip("\n") + "\n"


def write_stub(table: str, stub: str) -> str:
    """Return the text of the stub with the members of Reason made anew."""
    members = "".join(f"    {name} = {code}\n" for name, code, *_ in ROW.findall(table))
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
        PAGE: write_page(table, EXPLANATIONS.read_text(encoding="utf-8")),
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
