"""What a user gets: the source archive, the wheel, and one sentence where OpenSSL is missing.

In: a copy of the tree, without what is built or cached in it. Out: both archives, built offline,
and a fresh environment that has the wheel only.
Always: the tree itself is not written to.
Not here: the targets of the Makefile.
"""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import setuptools

import upgrade101
import upgrade101._core

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent.parent
UNTRACKED = shutil.ignore_patterns(
    ".git",
    ".venv*",
    "build",
    "dist",
    "*.egg-info",
    "*.so",
    "*.pyc",
    "__pycache__",
    ".hypothesis",
    ".*_cache",
)
NEEDED = "upgrade101 needs the headers of OpenSSL 1.1.1 or later: install libssl-dev"
OPENSSL_3 = """
# define OPENSSL_VERSION_MAJOR  3
# define OPENSSL_VERSION_MINOR  0
# define OPENSSL_VERSION_PATCH  19
# define OPENSSL_VERSION_NUMBER          \\
    ( (OPENSSL_VERSION_MAJOR<<28) )
"""
HEAD = (
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # of that key [RFC 6455 1.3]


def build(tree: Path, kind: str, directory: Path) -> Path:
    """Build an archive as pip does, in the environment at hand; return its path."""
    code = f"import sys; from setuptools.build_meta import *; build_{kind}(sys.argv[1])"
    command = [sys.executable, "-c", code, str(directory)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("U101_")}
    built = subprocess.run(
        command, cwd=tree, env=environment, check=False, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    # Warnings are errors in CI only: a newer compiler must not stop a user.
    assert "-Werror" not in built.stdout
    (archive,) = directory.iterdir()
    return archive


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(ROOT, tmp_path_factory.mktemp("tree") / "upgrade101", ignore=UNTRACKED)


@pytest.fixture(scope="module")
def sdist(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tree, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel that is built from the source archive alone."""
    directory = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(directory, filter="data")
    (unpacked,) = directory.iterdir()
    return build(unpacked, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def setup_names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the names of setup.py, which is run without building."""
    monkeypatch.setattr(setuptools, "setup", lambda **_: None)
    return runpy.run_path(str(ROOT / "setup.py"))


def test_sdist_has_every_file_that_builds_tests_and_explains(tree: Path, sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        members = {name.partition("/")[2] for name in archive.getnames()}
    for place in (".ci", "csrc", "docs", "tests", "upgrade101"):
        files = {path for path in (tree / place).rglob("*") if path.is_file()}
        assert {path.relative_to(tree).as_posix() for path in files} <= members
    pages = {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md"}
    assert members > {*pages, "Makefile", "pyproject.toml"}


@pytest.mark.foreign
def test_wheel_has_the_package_and_its_licence_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = {name for name in names if not name.partition("/")[0].endswith(".dist-info")}
    assert all(name.startswith("upgrade101/") for name in package)
    assert {Path(name).suffix for name in package} == {".py", ".pyi", ".so", ".typed", ".html"}
    assert {"upgrade101/py.typed", "upgrade101/_core.pyi", "upgrade101/demo/page.html"} <= package
    modules = {
        f"upgrade101/explain/{path.name}" for path in (ROOT / "upgrade101/explain").glob("*.py")
    }
    assert {"upgrade101/explain/_rows.py"} < modules <= package
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


@pytest.mark.foreign
def test_wheel_metadata_needs_nothing_at_run_time(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
    requirements = metadata.get_all("Requires-Dist", [])
    assert all("extra ==" in requirement for requirement in requirements)
    assert metadata["Version"] == upgrade101.__version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"


@pytest.mark.foreign
def test_wheel_in_a_fresh_environment_decides(wheel: Path, tmp_path: Path) -> None:
    python = tmp_path / "bin/python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    install = ["install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run([*pip, *install], check=True)
    code = (
        "import upgrade101 as u, sys; n = u.Negotiator(u.WebSocket());"
        f"sys.stdout.buffer.write(n.decide({HEAD!r}).response)"
    )
    answer = subprocess.run([python, "-P", "-c", code], check=True, capture_output=True)
    assert b"\r\nSec-WebSocket-Accept: " + ACCEPT + b"\r\n" in answer.stdout


def test_extension_exports_its_init_function_only(
    require_tool: Callable[[str, str], str],
) -> None:
    file = upgrade101._core.__file__
    command = [
        require_tool("nm", "binutils"),
        "--dynamic",
        "--defined-only",
        "--format=posix",
        file,
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert [line.split()[0] for line in output.splitlines()] == ["PyInit__core"]


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [("OPENSSL_DIR", "{empty}", NEEDED), ("CC", "no-such-compiler", "no-such-compiler is missing")],
)
def test_build_without_what_it_needs_says_so_in_one_sentence(
    variable: str, value: str, sentence: str, tree: Path, tmp_path: Path
) -> None:
    environment = os.environ | {variable: value.format(empty=tmp_path)}
    command = [sys.executable, "setup.py", "--quiet", "build_ext", "--build-temp", str(tmp_path)]
    built = subprocess.run(
        command, cwd=tree, env=environment, check=False, capture_output=True, text=True
    )
    assert built.returncode == 1
    assert sentence in built.stderr
    assert len(built.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("header", "version"),
    [
        ("# define OPENSSL_VERSION_NUMBER  0x101000cfL\n", (1, 1, 0)),
        ("# define OPENSSL_VERSION_NUMBER  0x1010100fL\n", (1, 1, 1)),
        (OPENSSL_3, (3, 0, 19)),
        ("", (0, 0, 0)),
    ],
)
def test_openssl_version_of_a_header_is_read(
    header: str, version: tuple[int, int, int], setup_names: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "openssl").mkdir()
    (tmp_path / "openssl/opensslv.h").write_text(header)
    assert setup_names["openssl_version"](tmp_path) == version


@pytest.mark.parametrize(("number", "usable"), [("0x101000cf", False), ("0x1010100f", True)])
def test_openssl_of_a_prefix_is_used_from_1_1_1_on(
    number: str,
    usable: bool,  # noqa: FBT001
    setup_names: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "include/openssl").mkdir(parents=True)
    header = tmp_path / "include/openssl/opensslv.h"
    header.write_text(f"# define OPENSSL_VERSION_NUMBER  {number}L\n")
    monkeypatch.setenv("OPENSSL_DIR", str(tmp_path))
    if usable:
        assert setup_names["find_openssl"]() == (tmp_path / "include", tmp_path / "lib")
    else:
        with pytest.raises(SystemExit, match=NEEDED):
            setup_names["find_openssl"]()


def test_build_requirements_are_those_of_the_test_extra() -> None:
    """The archives are built without isolation here, so the tests need what a build needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = set(project["build-system"]["requires"])
    assert needed <= set(project["project"]["optional-dependencies"]["test"])
