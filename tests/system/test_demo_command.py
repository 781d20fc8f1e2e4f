"""The command that serves the demo: how it begins, fails and ends.

In: command lines. Out: exit statuses, stdout and stderr. Not here: what is served.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys

import aiohttp
import pytest
from demo_process import DEADLINE, started, upgrade_head
from h2.events import ConnectionTerminated
from h2_client import H2Client, h2c_head
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_serve_signal_says_goodbye_and_exits_0(number: int) -> None:
    with started() as demo:
        http2 = H2Client()
        await http2.open(demo, h2c_head(demo))
        await http2.answered(1)
        lines, echo = await asyncio.open_connection("127.0.0.1", demo.port)
        echo.write(upgrade_head(demo, "echo/1"))
        await lines.readuntil(b"\r\n\r\n")
        # And HTTP/1.1 that is kept alive.
        async with (
            aiohttp.ClientSession() as session,
            session.get(demo.url) as answer,
            connect(f"ws://{demo.host}/") as client,
        ):
            await answer.read()
            demo.process.send_signal(number)
            with pytest.raises(ConnectionClosed):
                await client.recv()
            assert client.protocol.close_code == 1001
            events = http2.h2.receive_data(await http2.reader.read())
            assert any(isinstance(event, ConnectionTerminated) for event in events)
            assert await lines.read() == b""
        assert await asyncio.to_thread(demo.process.wait, DEADLINE) == 0
        assert demo.process.stderr.read() == ""
        echo.transport.abort()
        http2.close()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)


@pytest.mark.sockets
def test_serve_port_in_use_is_one_line_and_exit_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("-m", "upgrade101", "serve", "--port", str(port))
    assert result.returncode == 1
    assert result.stderr == (
        f"upgrade101: port {port} of 127.0.0.1 is in use; --port chooses another\n"
    )
    assert result.stdout == ""


@pytest.mark.sockets
@pytest.mark.parametrize("host", ["not a host", "host.invalid", "192.0.2.1"])
def test_serve_host_that_cannot_be_listened_on_is_one_line_and_exit_1(host: str) -> None:
    result = run("-m", "upgrade101", "serve", "--port", "0", "--host", host)
    assert result.returncode == 1
    assert re.fullmatch(rf"upgrade101: .*{re.escape(host)}.*\n", result.stderr)


@pytest.mark.parametrize("port", ["-1", "65536", "http", ""])
def test_serve_port_that_is_none_is_a_usage_error(port: str) -> None:
    result = run("-m", "upgrade101", "serve", f"--port={port}")
    assert result.returncode == 2
    assert result.stderr.endswith(f"argument --port: '{port}' is no port, 0 to 65535\n")


@pytest.mark.parametrize("package", ["aiohttp", "h2", "websockets"])
def test_serve_without_the_extra_names_it(package: str) -> None:
    code = f"import sys; sys.modules['{package}'] = None; from upgrade101.__main__ import main; "
    result = run("-c", code + "sys.exit(main(['serve']))")
    assert result.returncode == 1
    assert result.stderr == (
        f"upgrade101: the demo needs {package}; pip install upgrade101[demo]\n"
    )


def test_serve_help_needs_no_extra_and_says_what_hosts_are_answered() -> None:
    code = "import sys; sys.modules['aiohttp'] = None; from upgrade101.__main__ import main; "
    result = run("-c", code + "main(['serve', '--help'])")
    assert result.returncode == 0
    assert "Against DNS rebinding" in " ".join(result.stdout.split())
    assert "microseconds" in result.stdout


@pytest.mark.sockets
def test_serve_ends_when_nobody_reads_its_lines() -> None:
    reading, writing = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "upgrade101", "serve", "--port", "0"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            os.close(writing)
            with os.fdopen(reading, encoding="utf-8") as lines:
                port = int(re.search(r":(\d+)/", lines.readline())[1])
            with socket.create_connection(("127.0.0.1", port), DEADLINE) as client:
                client.sendall(b"\x00")
                assert client.recv(16) == b"HTTP/1.1 400 Bad"
            assert process.wait(DEADLINE) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()
