"""The C library as an embedder gets it: what is installed, what it exports, and the example.

In: `make install` into a folder of its own. Out: a failure that names the file or the symbol.
Always: what is compiled here sees only what was installed.
Not here: what the functions do.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import upgrade101

if TYPE_CHECKING:
    from collections.abc import Callable

    RequireTool = Callable[[str, str], str]

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "docs/examples/embed.c"
INSTALLED = {
    "include/upgrade101/reasons.def",
    "include/upgrade101/upgrade101.h",
    "lib/libupgrade101.a",
    "lib/pkgconfig/upgrade101.pc",
}
PREFIX = "/opt/other"
DECLARED = re.compile(r"^U101_API[^;(]*?\b(u101_\w+)(?:\(|;)", re.MULTILINE)

HEAD = (
    b"GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
ACCEPT = b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # of that key [RFC 6455 1.3]


@dataclass(frozen=True)
class Library:
    """What `make install` has left, and where."""

    build: Path
    destination: Path
    make: Callable[[str], None]

    @property
    def prefix(self) -> Path:
        """Return the folder that `PREFIX` names below `DESTDIR`."""
        return self.destination / PREFIX.removeprefix("/")

    def files(self) -> set[str]:
        """Return the installed files, relative to the prefix."""
        paths = self.destination.rglob("*")
        return {path.relative_to(self.prefix).as_posix() for path in paths if path.is_file()}


def make_library(folder: Path, require_tool: RequireTool) -> Library:
    """Return a library that can be installed below the folder."""
    command = [
        require_tool("make", "make"),
        f"BUILD={folder / 'build'}",
        f"DESTDIR={folder / 'destination'}",
        f"PREFIX={PREFIX}",
    ]

    def make(target: str) -> None:
        subprocess.run([*command, target], cwd=ROOT, check=True, capture_output=True)

    return Library(folder / "build", folder / "destination", make)


@pytest.fixture(scope="module")
def library(require_tool: RequireTool, tmp_path_factory: pytest.TempPathFactory) -> Library:
    made = make_library(tmp_path_factory.mktemp("library"), require_tool)
    made.make("install")
    return made


@pytest.fixture(scope="module")
def pkg_config(library: Library, require_tool: RequireTool) -> Callable[..., list[str]]:
    """Return a function from options of pkg-config to the words of its answer."""
    program = require_tool("pkg-config", "pkg-config")
    environment = {**os.environ, "PKG_CONFIG_PATH": str(library.prefix / "lib/pkgconfig")}

    def ask(*options: str) -> list[str]:
        answer = subprocess.run(
            [program, *options, "upgrade101"],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return answer.stdout.split()

    return ask


@pytest.fixture(scope="module", params=[(), ("--static",)], ids=["plain", "static"])
def embed(
    request: pytest.FixtureRequest,
    pkg_config: Callable[..., list[str]],
    require_tool: RequireTool,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return the example, compiled as its comment says."""
    folder = tmp_path_factory.mktemp("embed")
    # A copy: beside the original the header of the tree might be found.
    source = shutil.copy(EXAMPLE, folder)
    program = folder / "embed"
    # The prefix is where the package would be on the target.
    flags = pkg_config("--define-prefix", *request.param, "--cflags", "--libs")
    warnings = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    subprocess.run(
        [require_tool("gcc", "gcc"), *warnings, "-o", program, source, *flags],
        cwd=folder,
        check=True,
    )
    return program


def test_install_leaves_header_table_archive_and_package(library: Library) -> None:
    assert library.files() == INSTALLED


def test_uninstall_leaves_no_file(
    require_tool: RequireTool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = make_library(tmp_path_factory.mktemp("uninstalled"), require_tool)
    made.make("install")
    made.make("uninstall")
    assert not made.files()
    assert not (made.prefix / "include/upgrade101").exists()


def test_package_names_the_prefix_and_not_the_destination(
    library: Library, pkg_config: Callable[..., list[str]]
) -> None:
    assert pkg_config("--variable=prefix") == [PREFIX]
    text = (library.prefix / "lib/pkgconfig/upgrade101.pc").read_text(encoding="utf-8")
    assert str(library.destination) not in text
    assert "@" not in text


def test_version_is_one(pkg_config: Callable[..., list[str]], require_tool: RequireTool) -> None:
    version = upgrade101.__version__
    assert pkg_config("--modversion") == [version]
    lines = (
        "major = U101_VERSION_MAJOR",
        "minor = U101_VERSION_MINOR",
        "patch = U101_VERSION_PATCH",
        "text = U101_VERSION",
        "number = U101_VERSION_NUMBER",
    )
    macros = subprocess.run(
        [require_tool("gcc", "gcc"), "-E", "-P", "-include", ROOT / "csrc/upgrade101.h", "-"],
        input="\n".join(lines),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    told: dict[str, object] = {}
    exec("\n".join(macros.splitlines()[-len(lines) :]), told)  # noqa: S102 -- five assignments
    assert told["text"] == version == f"{told['major']}.{told['minor']}.{told['patch']}"
    assert told["number"] == int("{:02x}{:02x}{:02x}".format(*map(int, version.split("."))), 16)


def test_library_exports_what_the_header_declares(
    library: Library, require_tool: RequireTool
) -> None:
    header = (library.prefix / "include/upgrade101/upgrade101.h").read_text(encoding="utf-8")
    command = [require_tool("nm", "binutils"), "--format=posix", "--extern-only", "--defined-only"]
    archive = library.prefix / "lib/libupgrade101.a"
    symbols = subprocess.run([*command, archive], check=True, capture_output=True, text=True).stdout
    exported = re.findall(r"^(\w+) \w ", symbols, re.MULTILINE)
    assert sorted(exported) == sorted(DECLARED.findall(header))


def test_header_declares_each_function_as_exported() -> None:
    header = (ROOT / "csrc/upgrade101.h").read_text(encoding="utf-8")
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    declared = re.findall(r"\b(u101_\w+)\(", code)
    assert sorted({*declared, "u101_default_limits"}) == sorted(DECLARED.findall(header))


def test_header_is_read_as_cpp(
    pkg_config: Callable[..., list[str]], require_tool: RequireTool
) -> None:
    flags = pkg_config("--define-prefix", "--cflags")
    subprocess.run(
        [
            require_tool("g++", "g++"),
            "-Wall",
            "-Wextra",
            "-Werror",
            *flags,
            "-fsyntax-only",
            "-xc++",
            "-",
        ],
        input="#include <upgrade101.h>\nint main() { return U101_SOUND == U101_REASON_COUNT; }\n",
        check=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("received", "status", "beginning", "end"),
    [
        (HEAD, 0, b"SWITCH SWITCHED\nHTTP/1.1 101 ", ACCEPT + b"\r\n\r\n"),
        (HEAD + b"\x81\x85", 0, b"SWITCH SWITCHED\n", ACCEPT + b"\r\n\r\n"),
        (
            HEAD.replace(b"13", b"12"),
            0,
            b"REJECT WS_VERSION_UNSUPPORTED\nHTTP/1.1 426 ",
            b"[RFC 6455 4.4].\n",
        ),
        (HEAD.replace(b"/chat", b"/"), 0, b"PASS PATH_NOT_OFFERED\n", b"PATH_NOT_OFFERED\n"),
        (HEAD[:-1], 1, b"the request is cut\n", b"cut\n"),
    ],
    ids=["handshake", "handshake-and-a-frame", "refusal", "pass", "cut"],
)
def test_embedded_core_decides(
    embed: Path, received: bytes, status: int, beginning: bytes, end: bytes
) -> None:
    done = subprocess.run([embed], input=received, check=False, capture_output=True)
    assert done.returncode == status
    assert done.stdout.startswith(beginning)
    assert done.stdout.endswith(end)
    assert not done.stderr
