"""Proxies of Debian, each with its configuration of docs/examples/proxies.

In: a proxy's name, the port behind it, and edits of its configuration. Out: the proxy as a process,
and where it listens.
Always: it has ended when this ends. What an edit replaces is there, so that none is without effect.
Not here: what the connections carry.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from demo_process import DEADLINE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from client_programs import RequireTool

Edits: TypeAlias = "tuple[tuple[str, str], ...]"
"""What is replaced in a configuration, and by what."""

EXAMPLES = Path(__file__).parent.parent.parent / "docs/examples/proxies"


@dataclass(frozen=True)
class Proxy:
    """A proxy: how it is started."""

    program: str
    package: str
    file: str
    arguments: tuple[str, ...]
    edits: Edits = ()

    def write(self, folder: Path, front: int, back: int) -> list[str]:
        """Write its configuration, edited and with other ports; return its arguments."""
        text = (EXAMPLES / self.file).read_text(encoding="utf-8")
        for old, new in self.edits:
            assert old in text, old
            text = text.replace(old, new)
        assert text.count("8100") == text.count("8101") == 1
        text = text.replace("8100", str(front)).replace("8101", str(back))
        if self.program == "nginx":
            # What a package has set up for its user root, for any user.
            kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
            text = text.replace("http {", f"http {{ access_log off; {places}")
        (folder / self.file).write_text(text, encoding="utf-8")
        return [
            argument.format(folder=folder, file=folder / self.file) for argument in self.arguments
        ]


PROXIES = {
    "nginx": Proxy(
        "nginx",
        "nginx",
        "nginx.conf",
        (
            "-e",
            "stderr",
            "-c",
            "{file}",
            "-g",
            "daemon off; pid {folder}/pid; worker_processes 1;",
        ),
    ),
    "haproxy": Proxy("haproxy", "haproxy", "haproxy.cfg", ("-db", "-f", "{file}")),
    "nghttpx": Proxy("nghttpx", "nghttp2-proxy", "nghttpx.conf", ("--conf={file}",)),
    "apache": Proxy(
        "apache2",
        "apache2-bin",
        "apache.conf",
        (
            "-DFOREGROUND",
            "-f",
            "{file}",
            "-C",
            "DefaultRuntimeDir {folder}",
            "-C",
            "PidFile {folder}/pid",
            "-C",
            "ErrorLog /dev/stderr",
            # One process, for each has connections of its own.
            "-c",
            "ServerLimit 1",
            "-c",
            "StartServers 1",
            "-c",
            "MaxRequestWorkers 25",
        ),
    ),
    "caddy": Proxy(
        "caddy", "caddy", "Caddyfile", ("run", "--adapter", "caddyfile", "--config", "{file}")
    ),
}


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def running(
    proxy: Proxy, program: str, folder: Path, front: int, back: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a proxy."""
    with (folder / "said").open("wb") as said:
        arguments = proxy.write(folder, front, back)
        # Caddy keeps what it has been told, and looks for it there.
        homes = {f"XDG_{kind}_HOME": str(folder) for kind in ("CONFIG", "DATA")}
        process = subprocess.Popen(
            [program, *arguments], stdout=said, stderr=said, env={**os.environ, **homes}
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(DEADLINE)


@asynccontextmanager
async def proxied(
    name: str, port: int, require_tool: RequireTool, folder: Path, edits: Edits = ()
) -> AsyncIterator[str]:
    """Run a proxy in front of a port; yield where it listens."""
    proxy, front = replace(PROXIES[name], edits=edits), free_port()
    program = require_tool(proxy.program, proxy.package)
    with running(proxy, program, folder, front, port) as process:
        await listening(process, front, folder)
        yield f"127.0.0.1:{front}"


async def listening(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    """Wait until a process listens."""
    async with asyncio.timeout(DEADLINE):
        while True:
            assert process.poll() is None, (folder / "said").read_text(errors="replace")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            await writer.wait_closed()
            return
