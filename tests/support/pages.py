"""The pages of the documentation: their blocks, and running them as a reader would.

In: README.md and docs/**/*.md. Out: the blocks of each page, and what is wrong with those that are
run.
Always: a block whose first line is a comment with the name of a file is saved as that file for the
commands of its page. The other Python blocks are one program in their order. The commands of a page
are typed into one shell, and what is shown below a command is all that it prints, but that `...`
stands for anything. Ports are replaced by free ones, and a command whose time was too short on a
busy machine is typed again with more. Not here: what the pages say.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from demo_process import DEADLINE

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LANGUAGES = ("python", "pycon", "console")
FENCES = re.compile(r"^(`{3,}).*?^\1`*$", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<why>.+) -->\n)?"
    r"^(?P<fence>`{3,})(?P<language>\w*)\n(?P<text>.*?)^(?P=fence)$",
    re.DOTALL | re.MULTILINE,
)
FILE = re.compile(r"(?:#|<!--) ([\w-]+\.\w+)(?: -->)?\n")
PORT = re.compile(r"\b8(?:08[01]|10[0-9])\b")
"""The ports that pages use: 8080, 8081 and 8100 to 8109."""
ESCAPES = re.compile(r"\x1b(?:\[[0-9;]*[A-Za-z]|[78])")


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    language: str
    text: str
    why: str | None
    """Why it is not run."""

    @property
    def name(self) -> str | None:
        """The name of the file that it is, if it is one."""
        match = FILE.match(self.text)
        return match[1] if match else None

    @property
    def is_run(self) -> bool:
        """Whether it is of a language that is run."""
        return self.language in LANGUAGES


def read_blocks(path: Path) -> list[Block]:
    """Return the blocks of a page."""
    return [
        Block(match["language"], match["text"], match["why"])
        for match in BLOCK.finditer(path.read_text(encoding="utf-8"))
    ]


class Ports:
    """Free ports in the place of those of a page."""

    def __init__(self) -> None:
        self.given: dict[str, int] = {}

    def replace(self, text: str) -> str:
        """Return a text with other ports."""
        return PORT.sub(lambda match: str(self._find(match[0])), text)

    def _find(self, port: str) -> int:
        if port not in self.given:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                self.given[port] = listener.getsockname()[1]
        return self.given[port]

    def listening(self) -> set[int]:
        """Return those that are listened on."""
        return {port for port in self.given.values() if _is_taken(port)}


def _is_taken(port: int) -> bool:
    try:
        # No connection is made: that would count in what the page shows.
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return True
    return False


class Shell:
    """A shell that commands are typed into, one after the other."""

    END = "== the command has ended =="
    JOBS = "what-the-jobs-say"

    def __init__(self, folder: Path, ports: Ports) -> None:
        self.ports = ports
        bash = shutil.which("bash")
        assert bash is not None
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.process = subprocess.Popen(
            [bash, "--norc"],
            cwd=folder,
            env={
                **os.environ,
                "HOME": str(folder),
                "PATH": path,
                "PYTHONPATH": str(ROOT),
                "PYTHONUNBUFFERED": "1",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._write("set -m\nslower=1\nsleep() { command sleep $(($1 * slower)); }")

    def run(self, command: str) -> str:
        """Type a command, and return what is printed until it ends or listens."""
        before = self.ports.listening()
        # As if a command that goes on had a terminal of its own.
        elsewhere = f">>{self.JOBS} 2>&1" if command.endswith("&") else ""
        self._write(f"{{ {command}\n}} </dev/null {elsewhere}\necho '{self.END}'")
        said = self._read()
        if command.endswith("&"):
            end = time.monotonic() + DEADLINE
            while not self.ports.listening() - before:
                assert time.monotonic() < end, f"{command} does not listen: {said}"
                time.sleep(0.02)
        return said

    def wait_longer(self, times: int) -> None:
        """Have each `sleep` that is typed from now on last that much longer."""
        self._write(f"slower={times}")

    def _write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def _read(self) -> str:
        assert self.process.stdout is not None
        said = b""
        while not said.endswith(f"{self.END}\n".encode()):
            line = self.process.stdout.readline()
            assert line, said.decode()
            said += line
        text = said.decode()[: -len(self.END) - 1].replace("\r\n", "\n")
        return ESCAPES.sub("", text.replace("\r", "\n"))

    def close(self) -> None:
        """End the shell and what it has started."""
        self._write('for job in $(jobs -p); do kill -KILL -- "-$job"; done 2>/dev/null; exit')
        try:
            self.process.communicate(timeout=DEADLINE)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)


def read_commands(text: str) -> list[tuple[str, list[str]]]:
    r"""Return the commands of a block with what is shown below each; a `\` at an end goes on."""
    commands: list[tuple[str, list[str]]] = []
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command += "\n" + next(lines).removeprefix("> ")
            commands.append((command, []))
        else:
            commands[-1][1].append(line.rstrip())
    return commands


def matches(shown: list[str], said: str) -> bool:
    """Return whether a command has printed what the page shows."""
    pattern = "".join(
        "(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + " *\n"
        for line in shown
    )
    return (
        re.fullmatch(pattern, said if said.endswith("\n") or not said else f"{said}\n") is not None
    )


def run_commands(blocks: list[Block], folder: Path, ports: Ports) -> None:
    """Run the commands of a page."""
    shell = Shell(folder, ports)
    try:
        for block in blocks:
            for command, shown in read_commands(ports.replace(block.text)):
                said = shell.run(command)
                for times in (3, 10):
                    if "sleep" in command and not matches(shown, said):
                        shell.wait_longer(times)
                        said = shell.run(command)
                shell.wait_longer(1)
                assert matches(shown, said), f"$ {command}\n{said}"
    finally:
        shell.close()


def run_python(blocks: list[Block], folder: Path, ports: Ports, page: str) -> None:
    """Run the Python of a page that is no program of its own, as one."""
    program = folder / "of_the_page.py"
    parts = [block.text if block.language == "python" else _doctest(block.text) for block in blocks]
    program.write_text(ports.replace("\n\n".join(parts)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", program.name],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 0, f"{page}: {done.stderr}"


def _doctest(text: str) -> str:
    return (
        "import doctest as _doctest\n"
        "_test = _doctest.DocTestParser().get_doctest("
        f"{text!r}, globals(), 'page', None, 0)\n"
        "assert _doctest.DocTestRunner(optionflags=_doctest.ELLIPSIS)"
        ".run(_test, clear_globs=False).failed == 0\n"
        "globals().update(_test.globs)\n"
    )


def write_files(path: Path, folder: Path, ports: Ports | None = None) -> list[str]:
    """Save the files of a page; return their names."""
    names = []
    for block in read_blocks(path):
        if block.name is not None:
            text = ports.replace(block.text) if ports else block.text
            (folder / block.name).write_text(text, encoding="utf-8")
            names.append(block.name)
    return names


def run_page(path: Path, folder: Path) -> None:
    """Run the blocks of a page."""
    ports = Ports()
    write_files(path, folder, ports)
    # Commands are typed in the root of the project, or beside the files of the page.
    (folder / "docs").symlink_to(ROOT / "docs")
    blocks = [block for block in read_blocks(path) if block.is_run and block.why is None]
    python = [block for block in blocks if block.language != "console" and block.name is None]
    if python:
        run_python(python, folder, ports, path.name)
    run_commands([block for block in blocks if block.language == "console"], folder, ports)


def main() -> None:
    """Save the Python of README.md in a folder, for a type checker."""
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    page = PAGES[0]
    write_files(page, folder)
    rest = [b.text for b in read_blocks(page) if b.language == "python" and b.name is None]
    (folder / "of_the_page.py").write_text("\n\n".join(rest), encoding="utf-8")


if __name__ == "__main__":
    main()
