"""Builds `upgrade101._core` from `csrc/`; all else that is built is said in pyproject.toml.

In: the C files, the headers and library of OpenSSL 1.1.1 or later, and from the environment
`OPENSSL_DIR` (the prefix of an OpenSSL to use instead of the system's), `U101_WERROR=1` (warnings
are errors) and `U101_SANITIZE=1` (address and undefined behaviour are checked at run time).
Out: one extension, which exports its init function only.
Always: what is missing on the machine ends the build with one sentence that says what to install;
nothing is looked for unless the extension is built, so that a source archive needs no OpenSSL.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).parent
# After pkg-config's answer: Homebrew does not link its OpenSSL into the system's directories.
USUAL_PREFIXES = ("/usr", "/usr/local", "/opt/homebrew/opt/openssl@3", "/usr/local/opt/openssl@3")
OPENSSL_MISSING = (
    "upgrade101 needs the headers of OpenSSL 1.1.1 or later: install libssl-dev (Debian, Ubuntu), "
    "openssl-devel (Fedora), openssl-dev (Alpine) or openssl@3 (brew on macOS), "
    "or set OPENSSL_DIR to its prefix"
)


def project_files(*patterns: str) -> list[str]:
    """Return the files below `csrc` that match, relative to the project, in a fixed order."""
    return sorted(
        path.relative_to(ROOT).as_posix() for p in patterns for path in ROOT.glob(f"csrc/{p}")
    )


def openssl_version(include: Path) -> tuple[int, int, int]:
    """Return major, minor and patch of the headers in `include`; zeros where there are none."""
    header = include / "openssl" / "opensslv.h"
    text = header.read_text(encoding="utf-8") if header.is_file() else ""
    # 1.1.1 has one number, 0xMNNFFPPS; 3.0 and later have a macro for each part of it.
    number = re.search(r"define\s+OPENSSL_VERSION_NUMBER\s+0x([0-9a-fA-F]{8})", text)
    if number:
        value = int(number[1], 16)
        return value >> 28, value >> 20 & 0xFF, value >> 12 & 0xFF
    parts = [
        re.search(rf"define\s+OPENSSL_VERSION_{part}\s+(\d+)", text)
        for part in ("MAJOR", "MINOR", "PATCH")
    ]
    major, minor, patch = (int(part[1]) if part else 0 for part in parts)
    return major, minor, patch


def pkg_config_places() -> list[tuple[Path, Path]]:
    """Return the include and the library directory that pkg-config knows, if it does."""
    program = shutil.which("pkg-config")
    if program is None:
        return []
    directories = [
        subprocess.run(  # noqa: S603 -- the arguments are constants
            [program, f"--variable={variable}", "libcrypto"],
            check=False,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for variable in ("includedir", "libdir")
    ]
    return [(Path(directories[0]), Path(directories[1]))] if all(directories) else []


def find_openssl() -> tuple[Path, Path]:
    """Return the include and the library directory of the first OpenSSL that is new enough."""
    chosen = os.environ.get("OPENSSL_DIR")
    places = [] if chosen else pkg_config_places()
    for prefix in map(Path, [chosen] if chosen else USUAL_PREFIXES):
        # OpenSSL's own `make install` uses lib64 where the system's ABI has 32 and 64 bits.
        places += [(prefix / "include", prefix / name) for name in ("lib64", "lib")]
    for include, library in places:
        if library.is_dir() and openssl_version(include) >= (1, 1, 1):
            return include, library
    raise SystemExit(OPENSSL_MISSING)


def compiler_name() -> str:
    """Return the command of the C compiler."""
    return (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]


def is_gcc() -> bool:
    """Tell whether the C compiler is GCC, whose link-time optimisation needs nothing else."""
    return re.search(r"\bgcc(-\d+)?$", compiler_name()) is not None


def require_compiler() -> None:
    """End the build where there is no C compiler or no header of this Python."""
    compiler = compiler_name()
    if shutil.which(compiler) is None:
        raise SystemExit(f"upgrade101 needs a C compiler, {compiler} is missing: install gcc")
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        raise SystemExit(
            "upgrade101 needs Python.h: install python3-dev (Debian, Ubuntu, Alpine) "
            "or python3-devel (Fedora)"
        )


class BuildCore(build_ext):
    """Looks for what the extension needs at the moment that it is built."""

    def build_extensions(self) -> None:
        """Complete the one extension's flags and build it."""
        require_compiler()
        (core,) = self.extensions
        include, library = find_openssl()
        if include != Path("/usr/include"):
            core.include_dirs.append(str(include))
            core.library_dirs.append(str(library))
        if os.environ.get("OPENSSL_DIR"):
            # By itself the loader looks in the system's directories only.
            core.runtime_library_dirs.append(str(library))
        core.extra_compile_args += ["-std=c11", "-fvisibility=hidden"]
        if os.environ.get("U101_WERROR") == "1":
            core.extra_compile_args.append("@.ci/warnings")
        if os.environ.get("U101_SANITIZE") == "1":
            sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
            core.extra_compile_args += [*sanitizers, "-O1", "-g"]
            core.extra_link_args += sanitizers
        else:
            core.extra_compile_args.append("-O2")
            if is_gcc():
                # The core is many small files; a seventh of its time goes between them otherwise.
                link_time = ["-flto", "-flto-partition=one"]
                core.extra_compile_args += link_time
                core.extra_link_args += ["-O2", *link_time]
        super().build_extensions()


setup(
    cmdclass={"build_ext": BuildCore},
    ext_modules=[
        Extension(
            "upgrade101._core",
            sources=project_files("core/*.c", "binding/*.c"),
            depends=project_files("*.h", "*.def", "core/*.h", "binding/*.h"),
            include_dirs=["csrc"],
            define_macros=[("U101_API", "")],
            libraries=["crypto"],
        ),
    ],
)
