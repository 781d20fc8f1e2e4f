"""The stub of the extension says what the extension says.

In: upgrade101/_core.pyi and the extension. Out: a failure where a docstring of the one is not that
of the other, or where a caller would see none.
Not here: the types, which `make lint` holds against the extension (mypy.stubtest).
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import upgrade101
from upgrade101 import _core

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parent.parent.parent
STUB = ROOT / "upgrade101/_core.pyi"
WRITER = ROOT / "docs/stub_docs.py"
PUBLIC = sorted(
    name
    for name, value in vars(_core).items()
    if isinstance(value, type) and name in upgrade101.__all__
)
ONE = "class Limits:{}\n    @property\n    def head(self) -> int:{}"


@pytest.fixture
def writer() -> ModuleType:
    """Return docs/stub_docs.py as a module."""
    spec = importlib.util.spec_from_file_location("stub_docs", WRITER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_class(name: str) -> ast.ClassDef:
    """Return a class of the stub."""
    module = ast.parse(STUB.read_text(encoding="utf-8"))
    (found,) = (
        node for node in module.body if isinstance(node, ast.ClassDef) and node.name == name
    )
    return found


def test_stub_docs_check_of_the_tree_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, WRITER, "--check"], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", PUBLIC)
def test_stub_of_a_public_class_has_each_docstring_of_the_extension(name: str) -> None:
    stub, there = read_class(name), getattr(_core, name)
    methods = [
        node
        for node in stub.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]

    assert ast.get_docstring(stub) == inspect.getdoc(there)
    assert {node.name: ast.get_docstring(node) for node in methods} == {
        node.name: inspect.getdoc(vars(there)[node.name]) for node in methods
    }
    assert all(map(ast.get_docstring, [stub, *methods]))


@pytest.mark.parametrize(
    ("before", "after"), [("", " ..."), ('\n    """Old."""\n', '\n        """Old."""')]
)
def test_stub_docs_writes_a_docstring_that_is_missing_or_old(
    before: str, after: str, writer: ModuleType
) -> None:
    written = writer.write_stub(ONE.format(before, after) + "\n")
    (stub,) = ast.parse(written).body

    assert isinstance(stub, ast.ClassDef)
    assert ast.get_docstring(stub) == inspect.getdoc(upgrade101.Limits)
    assert '\n        """int: bytes of the head."""\n' in written
    assert written == writer.write_stub(written)


def test_stub_docs_removes_a_docstring_that_the_extension_does_not_have(
    writer: ModuleType,
) -> None:
    old = ONE.replace("Limits", "Absent").format('\n    """Old."""\n', '\n        """Old."""')
    assert writer.write_stub(old + "\n") == (
        ONE.replace("Limits", "Absent").format("", " ...") + "\n"
    )


def test_stub_docs_with_an_unknown_argument_explains_itself(writer: ModuleType) -> None:
    assert writer.main(["--chekc"]) == 2


def test_stub_docs_check_of_a_changed_stub_fails_until_it_is_written(
    writer: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = STUB.read_text(encoding="utf-8")
    changed = tmp_path / STUB.name
    changed.write_text(text.replace("bytes of the head", "bytes of it"), encoding="utf-8")
    monkeypatch.setattr(writer, "STUB", changed)
    assert writer.main(["--check"]) == 1
    assert writer.main([]) == 0
    assert writer.main(["--check"]) == 0
    assert changed.read_text(encoding="utf-8") == text
