"""The examples of README.md, run as they are printed.

In: the page. Out: a failure where an example does not do what the text around it says.
"""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import upgrade101

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
UPGRADE = (
    b"GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\n\r\nfirst line\n"
)


@pytest.fixture
def examples() -> dict[str, Any]:
    """Return the names that the examples define, all of them run in order."""
    names: dict[str, Any] = {"__name__": "readme"}
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 5
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)  # noqa: S102 - that is what they are for
    return names


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


async def talk(port: int, request: bytes, end: bytes) -> bytes:
    """Return what a server says until `end`, or until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = b""
    while end not in answer and (data := await reader.read(4096)):
        answer += data
    writer.close()
    await writer.wait_closed()
    return answer


async def test_readme_server_echoes_the_lines_behind_the_request(
    examples: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    serve = examples["upgrade101"].serve

    async def serve_there(
        negotiator: upgrade101.Negotiator, handler: object, host: str, _: int
    ) -> upgrade101.Server:
        server: upgrade101.Server = await serve(negotiator, handler, host, port)
        listening.set()
        return server

    listening = asyncio.Event()
    monkeypatch.setattr(examples["upgrade101"], "serve", serve_there)
    serving = asyncio.create_task(examples["main"]())
    await listening.wait()
    answer = await talk(port, UPGRADE, b"first line\n")
    refused = await talk(port, UPGRADE.replace(b"/echo", b"/other", 1), b"\r\n\r\n")
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving

    head, _, echoed = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    assert echoed == b"first line\n"
    assert refused.startswith(b"HTTP/1.1 404 ")


@pytest.mark.sockets
def test_readme_server_does_not_mind_clients_that_are_killed() -> None:
    """A few of the 10,000 that `make soak` kills."""
    command = [sys.executable, ROOT / "tests/support/kill_clients.py", "--clients", "160"]
    subprocess.run(command, check=True)


@pytest.mark.parametrize("name", ["serve_with_aiohttp", "serve_with_uvicorn"])
async def test_readme_fallback_serves_what_is_passed_on(
    examples: dict[str, Any], name: str
) -> None:
    async with await examples[name]() as server:
        port = server.sockets[0].getsockname()[1]
        request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        answer = await talk(port, request, b"hello")

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"hello" in answer
