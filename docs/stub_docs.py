# ruff: noqa: INP001 -- a script, no module of a package
"""Writes the docstrings of upgrade101/_core.pyi, so that editors and type checkers show them.

In: the stub, and the extension as it is built. Out: the stub with the docstring of each class,
method, property and function that the extension has one for; with `--check` nothing is written,
and the exit status is 1 if the stub differs.

Always: the docstrings of the C types are the only ones, so that the stub cannot say anything else.
Not here: what the stub lists, and its types; methods such as `__eq__`, whose docstrings are those
of every class.
"""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parent.parent
if __name__ == "__main__":
    # The package beside the stub, and no other that is installed.
    sys.path.insert(0, str(ROOT))

from upgrade101 import _core  # noqa: E402 -- found on the path of the line above

if TYPE_CHECKING:
    from collections.abc import Iterator

STUB = ROOT / "upgrade101" / "_core.pyi"

Documented = ast.ClassDef | ast.FunctionDef


def _docstring_of(found: object) -> str | None:
    # None has one of its own from Python 3.13 on.
    return None if found is None else found.__doc__


def find_documented(tree: ast.Module) -> Iterator[tuple[Documented, str | None]]:
    """Return each class, function and method of the stub with its docstring at run time."""
    for node in tree.body:
        if isinstance(node, Documented):
            found = getattr(_core, node.name, None)
            yield node, _docstring_of(found)
        if isinstance(node, ast.ClassDef):
            members = vars(found) if isinstance(found, type) else {}
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and not member.name.startswith("__"):
                    yield member, _docstring_of(members.get(member.name))


def write_docstring(text: str, indent: str) -> list[str]:
    """Return the lines of a docstring in source text."""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"""')
    if escaped.endswith('"'):
        escaped = escaped[:-1] + '\\"'
    first, *rest = inspect.cleandoc(escaped).splitlines()
    lines = [f'{indent}"""{first}', *(f"{indent}{line}".rstrip() for line in rest)]
    if rest:
        return [*lines, f'{indent}"""']
    return [f'{lines[0]}"""']


def is_empty(node: Documented) -> bool:
    """Return whether a class or function has no more than a docstring and `...`."""
    return all(
        isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) for line in node.body
    )


def document_empty(lines: list[str], node: Documented, docstring: list[str]) -> None:
    """Replace the whole body: it is the docstring, or `...`."""
    start = node.body[0].lineno - 1
    header = lines[start][: node.body[0].col_offset].rstrip()
    if not header:
        start -= 1
        header = lines[start]
    body = [header, *docstring] if docstring else [f"{header} ..."]
    lines[start : node.body[-1].end_lineno] = body


def document_class(lines: list[str], node: Documented, docstring: list[str]) -> None:
    """Replace the docstring, and the blank line between it and the members."""
    start = end = node.lineno
    if ast.get_docstring(node) is not None:
        start, end = node.body[0].lineno - 1, node.body[0].end_lineno or start
        end += not lines[end]
    lines[start:end] = [*docstring, ""] if docstring else []


def write_stub(stub: str) -> str:
    """Return the text of the stub with its docstrings made anew."""
    lines = stub.splitlines()
    # From the last on, so that the lines above keep their numbers.
    found = sorted(find_documented(ast.parse(stub)), key=lambda pair: -pair[0].lineno)
    for node, text in found:
        docstring = write_docstring(text, " " * (node.col_offset + 4)) if text else []
        document = document_empty if is_empty(node) else document_class
        document(lines, node, docstring)
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the stub, or with `--check` tell whether it is as it would be written."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: stub_docs.py [--check]\n")
        return 2
    stub = STUB.read_text(encoding="utf-8")
    written = write_stub(stub)
    if written == stub:
        return 0
    if arguments:
        sys.stderr.write(f"{STUB.name} differs: run docs/stub_docs.py\n")
        return 1
    STUB.write_text(written, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
