"""The servers of the storm: what each is called, how it is started, and whether it is installed.

In: nothing. Out: `SERVERS`, and of each its command and its version.
Always: each does one job, to accept any sound WebSocket handshake and then say nothing, as its
documentation has it for production: no debugging, no access log, one process. None compresses, for
upgrade101 does not by default; hypercorn cannot be told not to.
Not here: running them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

FOLDER = Path(__file__).parent / "servers"
LOOPS = ("asyncio", "uvloop")
CONSTANT = "constant bytes"
HANDED = "constant bytes, handed over"
TASKED = "constant bytes, by a task"
PLAIN = "upgrade101"
COROUTINE = "upgrade101, coroutine handler"
NODE_MODULES = "/usr/share/nodejs"  # where Debian installs them and its node looks for them


class MissingError(Exception):
    """A server is not installed; the argument says what to install."""


@dataclass(frozen=True)
class Server:
    """A server of the storm."""

    name: str
    loop: str | None
    """The asyncio event loop that does its I/O; None where none does."""
    arguments: tuple[str, ...]
    """Its command; PORT stands for the port."""
    package: str | None = None
    """The distribution that has to be installed for it, and uvloop besides where it is its loop."""
    node_module: str | None = None
    verified: bool = True
    """Whether it answers with the accept value of the key."""
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What the server is called in the results: its name and its loop."""
        return self.name if self.loop is None else f"{self.name} / {self.loop}"

    def command(self, port: int) -> list[str]:
        """Return the command that has it listen on a port of 127.0.0.1."""
        return [argument.replace("PORT", str(port)) for argument in self.arguments]

    def version(self) -> str:
        """Return the version; raise `MissingError` where the server is not installed."""
        if self.node_module is not None:
            return self._node_version(self.node_module)
        try:
            if self.loop == "uvloop":
                metadata.version("uvloop")
            return "" if self.package is None else metadata.version(self.package)
        except metadata.PackageNotFoundError as error:
            raise MissingError(f"pip install {error.name}") from error

    def _node_version(self, module: str) -> str:
        node = shutil.which("node")
        if node is None:
            raise MissingError(f"apt-get install node-{module}")
        code = f"process.stdout.write(require('{module}/package.json').version)"
        asked = subprocess.run(
            [node, "-e", code],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.returncode != 0:
            raise MissingError(f"apt-get install node-{module}")
        return asked.stdout


def _script(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(FOLDER / name), "PORT", *arguments)


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


def _on(loop: str) -> list[Server]:
    """Return the servers that run on an asyncio event loop."""
    uvicorn = _module(
        "uvicorn", "asgi_app:app", "--host", "127.0.0.1", "--port", "PORT", "--backlog", "2048",
        "--loop", loop, "--http", "httptools", "--lifespan", "off", "--no-access-log",
        "--log-level", "warning", "--ws-per-message-deflate", "false",
    )  # fmt: skip
    hypercorn = _module(
        "hypercorn", "asgi_app:app", "--bind", "127.0.0.1:PORT", "--backlog", "2048",
        "--worker-class", loop, "--workers", "1", "--log-level", "WARNING", "--keep-alive", "60",
    )  # fmt: skip
    return [
        Server(CONSTANT, loop, _script("constant_server.py", loop), verified=False),
        Server(HANDED, loop, _script("constant_handed_server.py", loop), verified=False),
        Server(TASKED, loop, _script("constant_task_server.py", loop), verified=False),
        Server(PLAIN, loop, _script("upgrade101_plain_server.py", loop), "upgrade101"),
        Server(COROUTINE, loop, _script("upgrade101_coroutine_server.py", loop), "upgrade101"),
        Server("picows", loop, _script("picows_server.py", loop), "picows"),
        Server("websockets", loop, _script("websockets_server.py", loop), "websockets"),
        Server("aiohttp", loop, _script("aiohttp_server.py", loop), "aiohttp"),
        Server("wsproto", loop, _script("wsproto_server.py", loop), "wsproto"),
        Server("uvicorn", loop, uvicorn, "uvicorn"),
        Server("hypercorn", loop, hypercorn, "hypercorn"),
        Server("tornado", loop, _script("tornado_server.py", loop), "tornado"),
    ]


# Where granian would take no more connections, it would not be storms that are compared.
_GRANIAN = _module(
    "granian", "rsgi_app:app", "--interface", "rsgi", "--host", "127.0.0.1", "--port", "PORT",
    "--backlog", "2048", "--backpressure", "16384", "--loop", "uvloop", "--workers", "1",
    "--no-access-log", "--log-level", "warning",
)  # fmt: skip


def servers(constant: Path) -> list[Server]:
    """Return all servers; `constant` is the program built of `servers/constant.c`."""
    return [
        Server(f"{CONSTANT} in C", None, (str(constant), "PORT"), verified=False),
        *(server for loop in LOOPS for server in _on(loop)),
        Server("granian", None, _GRANIAN, "granian"),
        Server("socketify", None, _script("socketify_server.py"), "socketify"),
        Server(
            "Node's ws",
            None,
            ("node", str(FOLDER / "ws_server.js"), "PORT"),
            node_module="ws",
            environment={"NODE_PATH": NODE_MODULES},
        ),
    ]


def http_server(name: str, loop: str, side: str) -> Server:
    """Return an HTTP server for `pages`: alone, or behind upgrade101."""
    return Server(f"{name}, {side}", loop, _script("http_server.py", loop, side, name))
