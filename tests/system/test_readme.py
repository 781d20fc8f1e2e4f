"""The server of README.md, run as it is printed.

In: the page. Out: a failure if the server does not do what the text around it says.
Not here: the other blocks, and the commands (`test_docs_blocks`).
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import heads
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
SERVER = ROOT / "tests/support/readme_server.py"
DEADLINE = 30
"""Seconds for any wait."""


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


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Return the README's server as a process, and its port."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.sockets
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_readme_server_talks_to_websockets_own_client_and_ends_cleanly(
    server: tuple[subprocess.Popen[str], int], number: signal.Signals
) -> None:
    process, port = server
    with subprocess.Popen(
        [sys.executable, "-m", "websockets", f"ws://127.0.0.1:{port}/"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as client:
        try:
            client.stdin.write("first message\n")
            client.stdin.flush()
            said = ""
            while "< first message" not in said:
                line = client.stdout.readline()
                assert line, said
                said += line
            process.send_signal(number)
            assert process.wait(DEADLINE) == 0
            said, _ = client.communicate(timeout=DEADLINE)
            assert "1001 (going away)" in said
        finally:
            client.kill()
    assert process.stderr.read() == ""


@pytest.mark.sockets
async def test_readme_server_answers_pings_and_a_close_and_refuses_another_path(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    url = f"ws://127.0.0.1:{server[1]}"
    async with connect(url) as client:
        await (await client.ping())
        await client.send(b"bytes")
        assert await client.recv() == b"bytes"
        # A message in two frames, and one that is longer than a read.
        await client.send(["two ", "frames"])
        assert await client.recv() == "two frames"
        await client.send("x" * 200_000)
        assert await client.recv() == "x" * 200_000
    assert client.close_code == 1000

    with pytest.raises(InvalidStatus) as caught:
        await connect(f"{url}/other")
    assert caught.value.response.status_code == 404


@pytest.mark.sockets
async def test_readme_server_answers_what_is_no_frame_with_1002(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    # A frame that is not masked [RFC 6455 5.1].
    answer = await talk(server[1], heads.websocket(target="/") + b"\x81\x01a", b"never")
    assert answer.partition(b"\r\n\r\n")[2][2:4] == (1002).to_bytes(2)


@pytest.mark.sockets
def test_readme_server_does_not_mind_clients_that_are_killed() -> None:
    """A few of the 10,000 that `make soak` kills."""
    command = [sys.executable, SERVER.with_name("kill_clients.py"), "--clients", "160"]
    subprocess.run(command, check=True)
