"""The arrows of docs/design.md: what each part of the tree may include, import and call.

In: the tree itself. Out: a failure that names the file which knows too much.
Always: what a part may use is a table here, so that a new dependency is a visible change of it.
Not here: what the code does.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent.parent
CORE = sorted((ROOT / "csrc/core").glob("*.[ch]"))
BINDING = sorted((ROOT / "csrc/binding").glob("*.[ch]"))
C_FILES = [ROOT / "csrc/upgrade101.h", *CORE, *BINDING, *(ROOT / "tests/core").glob("*.[ch]")]
PACKAGE = sorted((ROOT / "upgrade101").rglob("*.py"))
TESTS = ROOT / "tests"
TEST_FOLDERS = {"asyncio", "decision", "peers", "system"}
DEFINITIONS = (ast.AsyncFunctionDef, ast.ClassDef, ast.FunctionDef)

MOST_LINES = 450
MOST_LINES_OF_PUBLIC_HEADER = 600  # an embedder reads and includes one
ASYNCIO_MODULES = {
    "_connection.py",
    "_deadlines.py",
    "_factory.py",
    "_handlers.py",
    "_handover.py",
    "_line.py",
    "_log.py",
    "_served.py",
    "_server.py",
    "_settings.py",
    "_standin.py",
    "_tls.py",
    "_transports.py",
    "_types.py",
    "_upgrade.py",
    "_upgraded.py",
}
DEMO_PACKAGES = {"aiohttp", "h2", "websockets"}
CORE_HEADERS = {
    "emmintrin.h",
    "limits.h",
    "stdbool.h",
    "stddef.h",
    "stdint.h",
    "string.h",
}
CORE_CALLS = {"memchr", "memcmp", "memcpy", "memmove", "memset", "strlen"}
LINKER_NAMES = {"_GLOBAL_OFFSET_TABLE_"}  # position-independent code finds its own data there
# A server makes its hasher and its negotiator, with the sorted lists of one, before its first
# request.
MAKERS = {
    "allowlist.c": {"qsort"},
    "hasher.c": {"free", "malloc"},
    "names.c": {"calloc", "free", "qsort"},
    "negotiator.c": {"free", "malloc"},
}
# A value of the public type u101_limits, and named for it.
NAMED_FOR_A_TYPE = {"u101_default_limits"}
DIGEST = re.compile(r"EVP_\w+|SHA1_Init|SHA1_Transform")


def includes(path: Path) -> set[str]:
    """Return what the file includes, as it is written between the quotes."""
    text = path.read_text(encoding="utf-8")
    return set(re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.MULTILINE))


def imports(path: Path) -> set[str]:
    """Return the top-level names of the modules that are imported anywhere in the file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.fixture(scope="module")
def objects(
    require_tool: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    """Return the core's objects of `make core`, without what a compiler adds for hardening."""
    build = tmp_path_factory.mktemp("core")
    flags = "CFLAGS=-O2 -fno-stack-protector -U_FORTIFY_SOURCE"
    make = require_tool("make", "make")
    subprocess.run([make, "core", f"BUILD={build}", flags], cwd=ROOT, check=True)
    return [*(build / "core").glob("*.o")]


@pytest.fixture(scope="module")
def symbols(
    objects: list[Path], require_tool: Callable[[str, str], str]
) -> dict[str, dict[str, set[str]]]:
    """Return, for each C file of the core, its symbols by the letter of their kind in `nm`."""
    command = [require_tool("nm", "binutils"), "--format=posix", "--print-file-name", *objects]
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for stem, name, kind in re.findall(r"/(\w+)\.o: (\S+) (\w)", output):
        found[f"{stem}.c"][kind].add(name)
    return found


def test_core_file_includes_only_what_is_listed() -> None:
    ours = {path.name for path in CORE} | {"upgrade101.h", "reasons.def"}
    for path in [ROOT / "csrc/upgrade101.h", *CORE]:
        allowed = ours | CORE_HEADERS | ({"stdlib.h"} if path.name in MAKERS else set())
        if path.name == "hasher.c":
            allowed |= {"openssl/evp.h", "openssl/sha.h"}
        assert includes(path) <= allowed, path.name


def test_binding_alone_includes_python() -> None:
    including = {path for path in (ROOT / "csrc").rglob("*.[ch]") if "Python.h" in includes(path)}
    assert including
    assert including <= set(BINDING)


def test_core_object_calls_only_what_is_listed(symbols: dict[str, dict[str, set[str]]]) -> None:
    assert set(symbols) == {path.name for path in CORE if path.suffix == ".c"}
    for file, kinds in symbols.items():
        calls = {name for name in kinds["U"] - LINKER_NAMES if not name.startswith("u101_")}
        if file == "hasher.c":
            calls = {name for name in calls if not DIGEST.fullmatch(name)}
        makes = MAKERS.get(file, set())
        assert makes <= calls <= CORE_CALLS | makes, file


def test_core_symbol_has_the_noun_of_its_file(symbols: dict[str, dict[str, set[str]]]) -> None:
    for file, kinds in symbols.items():
        linked = {name for kind, names in kinds.items() if kind in "TRDBC" for name in names}
        named = re.compile(rf"u101_{file.removesuffix('.c')}(_\w+)?")
        assert not {name for name in linked - NAMED_FOR_A_TYPE if not named.fullmatch(name)}, file


def test_csrc_file_name_stands_once() -> None:
    names = [path.name for path in (ROOT / "csrc").rglob("*")]
    assert not {name for name in names if names.count(name) > 1}
    assert not {path.stem for path in CORE} & {path.stem for path in BINDING}


def test_binding_sees_the_public_header_of_the_core_only() -> None:
    """Its files begin with `py_`, and so does what they include of the project's."""
    ours = {path.name for path in BINDING}
    assert all(name.startswith("py_") for name in ours)
    project = ours | {path.name for path in CORE} | {"reasons.def", "upgrade101.h"}
    for path in BINDING:
        included = {name for name in includes(path) if Path(name).name in project}
        assert included <= ours | {"upgrade101.h"}, path.name
    setup = (ROOT / "setup.py").read_text(encoding="utf-8")
    assert 'include_dirs=["csrc"]' in setup


def test_core_object_has_no_data_that_can_change(
    symbols: dict[str, dict[str, set[str]]],
) -> None:
    for file, kinds in symbols.items():
        assert not kinds["D"] | kinds["B"] | kinds["C"] | kinds["b"], file


@pytest.mark.parametrize(
    ("program", "language", "standard"), [("gcc", "c", "c11"), ("g++", "c++", "c++11")]
)
def test_public_header_alone_compiles(
    program: str, language: str, standard: str, require_tool: Callable[[str, str], str]
) -> None:
    options = [f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]
    subprocess.run(
        [require_tool(program, program), *options, "-x", language, "-"],
        input='#include "upgrade101.h"\n',
        cwd=ROOT / "csrc",
        check=True,
        text=True,
    )


def test_c_file_is_short() -> None:
    for path in C_FILES:
        public = path.name == "upgrade101.h"
        lines = path.read_text(encoding="utf-8").count("\n")
        assert lines < (MOST_LINES_OF_PUBLIC_HEADER if public else MOST_LINES), path.name


def test_c_file_opens_with_what_it_is_for() -> None:
    assert not [p.name for p in C_FILES if not p.read_text(encoding="utf-8").startswith("/*")]


def test_design_names_c_files_that_exist() -> None:
    text = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+\.[ch])`", text))
    assert named <= {path.name for path in C_FILES} | {"Python.h"}
    # Of the core all are named, but for the header that a C file has for itself.
    alone = {
        path.name for path in CORE if path.suffix == ".c" or not path.with_suffix(".c").exists()
    }
    assert alone - named == set()


def test_c_file_has_no_macro_that_returns_or_jumps() -> None:
    for path in C_FILES:
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
        for macro in re.findall(r"^\s*#\s*define.*", code, re.MULTILINE):
            assert not re.search(r"\b(return|goto|break|continue)\b", macro), path.name


def test_core_file_has_a_test_of_its_own() -> None:
    tests = {path.name for path in (ROOT / "tests/core").glob("test_*.c")}
    assert {f"test_{path.name}" for path in CORE if path.suffix == ".c"} <= tests


def test_python_test_stands_in_a_folder_of_tests() -> None:
    folders = {path.relative_to(TESTS).parent.as_posix() for path in TESTS.rglob("test_*.py")}
    assert folders == TEST_FOLDERS


def test_support_has_no_test() -> None:
    paths = [*(TESTS / "support").rglob("*.py")]
    assert paths
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, DEFINITIONS)}
        assert not {name for name in names if name.lower().startswith("test")}, path.name


def test_folder_of_tests_hides_no_module() -> None:
    """A folder that is no package gives way to a module of the same name."""
    assert not [*TESTS.glob("*/__init__.py")]
    code = f"import sys; sys.path.insert(0, {str(TESTS)!r}); import asyncio; asyncio.Event"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_package_imports_asyncio_in_its_asyncio_modules_only() -> None:
    importing = {
        path.relative_to(ROOT / "upgrade101").as_posix()
        for path in PACKAGE
        if "asyncio" in imports(path)
    }
    assert {name for name in importing if not name.startswith("demo/")} == ASYNCIO_MODULES


def module_of(path: Path) -> str:
    """Return the name of a module of the package."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def imports_of_package(path: Path, modules: set[str]) -> set[str]:
    """Return the package's own modules that are imported anywhere, for type checkers too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports by a relative name"
            # A name of a package is a module of it, or something that it has.
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inner & modules
            if not inner <= modules:
                found.add(str(node.module))
    return found & modules


def test_package_imports_go_one_way() -> None:
    modules = {module_of(path) for path in PACKAGE}
    graph = {module_of(path): imports_of_package(path, modules) for path in PACKAGE}
    assert graph["upgrade101._server"] >= {"upgrade101._factory", "upgrade101._types"}
    TopologicalSorter(graph).prepare()
    # One import more, the other way round, and there is a circle.
    graph["upgrade101._types"].add("upgrade101._server")
    with pytest.raises(CycleError):
        TopologicalSorter(graph).prepare()


def test_explain_is_imported_by_the_command_and_the_demo_only() -> None:
    modules = {module_of(path) for path in PACKAGE}
    for path in PACKAGE:
        if path.parent.name == "upgrade101" and path.name != "__main__.py":
            found = imports_of_package(path, modules)
            assert not {name for name in found if name.startswith("upgrade101.explain")}, path.name


def test_package_imports_other_packages_in_its_demo_only() -> None:
    for path in PACKAGE:
        allowed = sys.stdlib_module_names | {"upgrade101"}
        if path.parent.name == "demo":
            allowed |= DEMO_PACKAGES
        assert imports(path) <= allowed, path.name


@pytest.mark.parametrize(
    ("statement", "imported"),
    [("import upgrade101", "False"), ("import upgrade101; upgrade101.serve", "True")],
)
def test_import_of_the_package_brings_asyncio_once_asked_for(statement: str, imported: str) -> None:
    code = f"{statement}; import sys; print('asyncio' in sys.modules)"
    command = [sys.executable, "-c", code]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    assert answer.stdout.strip() == imported
