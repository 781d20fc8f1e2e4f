"""The servers of docs/examples: an upgrade as the third request of a connection, or none.

In: requests over real sockets, pipelined and cut anywhere. Out: the answers in order, the 101
behind them, and what was behind the request once.
Always: the files are run as they are. Not here: what is refused and why (`test_decide_request`).
"""

from __future__ import annotations

import asyncio
import importlib.util
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import heads
import pytest
from asyncio_helpers import CHUNK, MORE_THAN_A_KERNEL_HOLDS, Client, settle, until
from demo_process import DEADLINE
from websockets.asyncio.client import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

EXAMPLES = Path(__file__).parent.parent.parent / "docs/examples"
GET = heads.write("GET", "/")
POST = heads.write("POST", "/", "Content-Length: 4") + b"body"


@dataclass(frozen=True)
class Example:
    """A server, and a request that it upgrades."""

    name: str
    request: bytes
    accepted: bytes
    """The last line of the 101, which has no other."""
    said: bytes
    echoed: bytes
    long: bytes
    """What is echoed too, `CHUNK` times an x."""
    refused: bytes
    """The request, one byte away."""
    reason: bytes

    def load(self) -> Any:  # noqa: ANN401 - a module, as it is
        """Return the server's module."""
        spec = importlib.util.spec_from_file_location(self.name, self.path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        # Dataclasses look their module up.
        sys.modules[self.name] = module
        spec.loader.exec_module(module)
        return module

    @property
    def path(self) -> Path:
        """The file."""
        return EXAMPLES / f"{self.name}.py"


WEBSOCKET = heads.websocket()
LINE = heads.upgrade("echo", "Content-Length: 0", method="GET")
H11 = Example(
    name="h11_server",
    request=WEBSOCKET,
    accepted=f"Sec-WebSocket-Accept: {heads.ACCEPT}".encode(),
    said=b"\x81\x84\0\0\0\0said",  # a text frame whose mask changes nothing [RFC 6455 5.2]
    echoed=b"\x81\x04said",
    long=b"\x82\xff" + CHUNK.to_bytes(8, "big") + bytes(4) + b"x" * CHUNK,
    refused=WEBSOCKET.replace(b"Version: 13", b"Version: 12"),
    reason=b"WS_VERSION_UNSUPPORTED",
)
HTTPTOOLS = Example(
    name="httptools_server",
    request=LINE,
    accepted=b"Connection: Upgrade",
    said=b"said",
    echoed=b"said",
    long=b"x" * CHUNK,
    refused=LINE.replace(b": echo", b": ech="),
    reason=b"UPGRADE_INVALID",
)
BOTH = [pytest.param(example, id=example.name) for example in (H11, HTTPTOOLS)]
example_of_each = pytest.mark.parametrize("example", BOTH)


@asynccontextmanager
async def running(example: Example, **names: object) -> AsyncIterator[Callable[[], Any]]:
    """Run a server, some of its names changed, in this loop; yield what connects to it."""
    module = example.load()
    for name, value in names.items():
        assert hasattr(module, name)
        setattr(module, name, value)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(module.HttpConnection, "127.0.0.1", 0)
    clients = []

    async def join() -> Client:
        streams = await asyncio.open_connection(*server.sockets[0].getsockname())
        clients.append(Client(*streams))
        return clients[-1]

    try:
        yield join
    finally:
        for client in clients:
            client.writer.transport.abort()
        server.close()
        await settle()


async def read_head(client: Client) -> bytes:
    return await client.reader.readuntil(b"\r\n\r\n")


async def check_answer(client: Client, content: bytes) -> None:
    head = await read_head(client)
    assert head.startswith(b"HTTP/1.1 200 ")
    assert await client.reader.readexactly(len(content)) == content


async def check_upgrade(client: Client, example: Example) -> None:
    """Check that both answers, the 101 and one echo come, and that the echo goes on."""
    await check_answer(client, b"hello\n")
    await check_answer(client, b"body")
    head = await read_head(client)
    assert head.startswith(b"HTTP/1.1 101 ")
    assert head.endswith(b"\r\n" + example.accepted + b"\r\n\r\n")
    assert await client.reader.readexactly(len(example.echoed)) == example.echoed
    client.writer.write(example.said)
    assert await client.reader.readexactly(len(example.echoed)) == example.echoed


@example_of_each
async def test_upgrade_as_third_request_of_one_packet_follows_the_answers(example: Example) -> None:
    async with running(example) as join:
        client = await join()
        client.writer.write(GET + POST + example.request + example.said)
        await check_upgrade(client, example)


@example_of_each
async def test_upgrade_on_a_connection_that_was_kept_alive_is_granted(example: Example) -> None:
    async with running(example) as join:
        client = await join()
        for request, content in ((GET, b"hello\n"), (POST, b"body")) * 2:
            client.writer.write(request)
            await check_answer(client, content)
        assert (await client.ask(example.request)).startswith(b"HTTP/1.1 101 ")
        client.writer.write(example.said)
        assert await client.reader.readexactly(len(example.echoed)) == example.echoed


@example_of_each
async def test_upgrade_cut_anywhere_is_granted_and_what_is_behind_it_delivered_once(
    example: Example,
) -> None:
    before, last = GET + POST, example.request + example.said
    async with running(example) as join:
        for cut in range(len(example.request) + 1):
            client = await join()
            client.writer.write(before + last[:cut])
            await settle()
            client.writer.write(last[cut:])
            await check_upgrade(client, example)
            client.writer.close()


def respond_after(served: asyncio.Event) -> Callable[..., Awaitable[bytes]]:
    """Return what responds to a request once the event is set."""

    async def respond(*_: object) -> bytes:
        await served.wait()
        return b"served"

    return respond


@example_of_each
async def test_bytes_that_come_while_an_earlier_request_is_served_are_delivered_once(
    example: Example,
) -> None:
    served = asyncio.Event()
    async with running(example, respond=respond_after(served)) as join:
        client = await join()
        for packet in (GET, example.request, example.said):
            client.writer.write(packet)
            await settle()
        served.set()
        await check_answer(client, b"served")
        assert (await read_head(client)).startswith(b"HTTP/1.1 101 ")
        client.writer.write_eof()
        assert await client.reader.read() == example.echoed


async def hold_back(client: Client, data: bytes) -> bool:
    """Send `data`; return whether the server leaves more of it unread than the kernel holds."""
    client.writer.write(data)
    unsent = None
    while unsent != (unsent := client.writer.transport.get_write_buffer_size()):
        await settle()
    return unsent > 0


@example_of_each
async def test_client_that_sends_on_while_it_is_served_is_not_read(example: Example) -> None:
    served = asyncio.Event()
    async with running(example, respond=respond_after(served)) as join:
        client = await join()
        client.writer.write(GET)
        await settle()
        assert await hold_back(client, POST + bytes(MORE_THAN_A_KERNEL_HOLDS))
        served.set()
        await check_answer(client, b"served")


@example_of_each
async def test_client_that_does_not_read_its_echo_is_not_read_either(example: Example) -> None:
    flood = example.long * (MORE_THAN_A_KERNEL_HOLDS // CHUNK)
    async with running(example) as join:
        client = await join()
        await client.ask(example.request)
        client.writer.transport.pause_reading()
        assert await hold_back(client, flood)
        client.writer.transport.resume_reading()
        client.writer.write_eof()
        # Among the lengths of frames there may be one more.
        assert (await client.reader.read()).count(b"x") >= flood.count(b"x")


@example_of_each
async def test_client_that_goes_before_its_request_is_whole_leaves_no_task(
    example: Example,
) -> None:
    tasks = asyncio.all_tasks()
    async with running(example, REQUEST_DEADLINE=60) as join:
        client = await join()
        client.writer.write(GET[:-1])
        await until(lambda: asyncio.all_tasks() > tasks)
        client.writer.transport.abort()
        await until(lambda: asyncio.all_tasks() == tasks)


@example_of_each
async def test_refused_upgrade_is_answered_and_ends_the_connection(example: Example) -> None:
    async with running(example, END_DEADLINE=60) as join:
        client = await join()
        client.writer.write(GET + POST + example.refused + example.said)
        await check_answer(client, b"hello\n")
        await check_answer(client, b"body")
        head, _, body = (await client.reader.read()).partition(b"\r\n\r\n")
        assert b"\r\nConnection: " in head
        assert b"close" in head
        assert body.startswith(example.reason + b": ")


@example_of_each
@pytest.mark.parametrize(
    "body",
    [("Content-Length: 4", b"body"), ("Transfer-Encoding: chunked", b"4\r\nbody\r\n0\r\n\r\n")],
    ids=["length", "chunked"],
)
async def test_declined_upgrade_is_answered_and_http_goes_on(
    example: Example, body: tuple[str, bytes]
) -> None:
    declined = heads.upgrade("other", body[0]) + body[1]
    async with running(example) as join:
        for cut in range(len(declined)):
            client = await join()
            client.writer.write(GET + declined[:cut])
            await settle()
            client.writer.write(declined[cut:] + POST)
            for content in (b"hello\n", b"body", b"body"):
                await check_answer(client, content)
        # The last one is upgraded after all.
        client.writer.write(GET + declined + example.request + example.said)
        await check_upgrade(client, example)


@example_of_each
@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"\0", b"400"),
        (heads.write("CONNECT", "example.com:80"), b"501"),
        (heads.write("GET", "/", "Host: other"), b"400"),
        (heads.write("POST", "/", "Content-Length: 200000") + bytes(200_000), b"4"),
    ],
    ids=["garbage", "connect", "two-hosts", "long"],
)
async def test_request_that_cannot_be_served_ends_the_connection(
    example: Example, request_: bytes, status: bytes
) -> None:
    async with running(example) as join:
        client = await join()
        client.writer.write(request_)
        assert (await client.reader.read()).startswith(b"HTTP/1.1 " + status)


@example_of_each
async def test_body_that_is_held_back_is_asked_for(example: Example) -> None:
    head = heads.write("POST", "/", "Content-Length: 4", "Expect: 100-continue")
    async with running(example) as join:
        client = await join()
        assert (await client.ask(head)).startswith(b"HTTP/1.1 100 ")
        client.writer.write(b"body")
        await check_answer(client, b"body")


@example_of_each
async def test_field_behind_a_body_is_no_part_of_the_head(example: Example) -> None:
    head = heads.write("POST", "/", "Transfer-Encoding: chunked")
    async with running(example) as join:
        client = await join()
        client.writer.write(head + b"4\r\nbody\r\n0\r\nHost: other\r\n\r\n" + GET)
        await check_answer(client, b"body")
        await check_answer(client, b"hello\n")


@example_of_each
async def test_request_for_the_last_answer_gets_it(example: Example) -> None:
    async with running(example) as join:
        client = await join()
        client.writer.write(heads.write("HEAD", "/", "Connection: close") + GET)
        head, _, rest = (await client.reader.read()).partition(b"\r\n\r\n")
        assert b"\r\nConnection: close" in head
        assert rest == b""


@example_of_each
async def test_client_that_does_not_finish_its_request_is_let_go(example: Example) -> None:
    async with running(example, REQUEST_DEADLINE=0.05) as join:
        client = await join()
        client.writer.write(GET[:-1])
        assert await client.reader.read() == b""


@example_of_each
async def test_client_that_does_not_read_is_let_go(example: Example) -> None:
    request = heads.write("POST", "/", "Content-Length: 60000") + bytes(60_000)
    async with running(example, REQUEST_DEADLINE=0.05, END_DEADLINE=0.05) as join:
        client = await join()
        client.writer.transport.pause_reading()

        def is_let_go() -> bool:
            client.writer.write(request)
            return client.writer.transport.is_closing()

        await until(is_let_go)


@example_of_each
async def test_application_that_fails_ends_the_connection(
    example: Example, caplog: pytest.LogCaptureFixture
) -> None:
    async def respond(*_: object) -> bytes:
        raise LookupError

    async with running(example, respond=respond) as join:
        client = await join()
        client.writer.write(GET)
        assert await client.reader.read() == b""
        assert "LookupError" in caplog.text


@example_of_each
async def test_client_that_does_not_close_is_cut_off(example: Example) -> None:
    async with running(example, END_DEADLINE=0.05) as join:
        client = await join()
        client.writer.write(example.refused)
        assert (await client.reader.read()).startswith(b"HTTP/1.1 4")

        def is_cut_off() -> bool:
            client.writer.write(b"more")
            return client.writer.transport.is_closing()

        await until(is_cut_off)


async def test_websockets_client_is_echoed_pinged_and_closed() -> None:
    async with running(H11) as join:
        address = (await join()).writer.get_extra_info("peername")
        async with connect("ws://{}:{}".format(*address), compression=None) as websocket:
            await websocket.send("said")
            assert await websocket.recv() == "said"
            await websocket.send([b"in ", b"parts"])
            assert await websocket.recv() == b"in parts"
            await (await websocket.ping())
        assert websocket.close_code == 1000


@pytest.mark.sockets
@example_of_each
def test_example_is_run_as_a_program_until_it_is_interrupted(example: Example) -> None:
    command = [sys.executable, str(example.path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().decode().strip()
            port = int(address.rstrip("/").rpartition(":")[2])
            answer = asyncio.run(talk(port, example, process))
        finally:
            process.kill()
    assert answer.startswith(b"HTTP/1.1 101 ")


async def talk(port: int, example: Example, process: subprocess.Popen[bytes]) -> bytes:
    """Return the answer to an upgrade; end the server while the connection is open."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        answer = await Client(reader, writer).ask(example.request)
        process.send_signal(signal.SIGINT)
        _, said = await asyncio.to_thread(process.communicate, timeout=DEADLINE)
        assert (process.returncode, said) == (0, b"")
        return answer
    finally:
        writer.transport.abort()
