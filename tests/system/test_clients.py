"""Clients that others wrote, and sockets that speak no protocol, against the demo.

In: the demo as a process, and programs of the system. Out: what each client was given. Always:
every client has a deadline, and a program that is missing is said by `require_tool`. Not here:
the demo's own edges (`test_demo.py`).
"""

from __future__ import annotations

import re
import select
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from client_programs import CLIENTS, Java, RequireTool, curl, run
from demo_process import DEADLINE, Demo, started
from webdriver import browsing
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from upgrade101.demo.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = bytes(range(256)) * 64


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """Return a demo that the tests of this module share."""
    with started() as running:
        yield running


# ---- Python clients -----------------------------------------------------------------------


def test_websockets_client_gets_its_message_back_compressed(demo: Demo) -> None:
    with connect(f"ws://{demo.host}/", subprotocols=[Subprotocol("echo")]) as client:
        assert client.subprotocol == "echo"
        assert client.response is not None
        assert "permessage-deflate" in client.response.headers["Sec-WebSocket-Extensions"]
        client.send("Grüße " * 1000)
        assert client.recv(DEADLINE) == "Grüße " * 1000


def test_websockets_clients_chat(demo: Demo) -> None:
    url, chat = f"ws://{demo.host}/", [Subprotocol("chat")]
    with connect(url, subprotocols=chat) as anna, connect(url, subprotocols=chat) as ben:
        # Ben is in the room once he hears himself.
        ben.send("here")
        assert ben.recv(DEADLINE) == "here"
        anna.send("hello")
        assert ben.recv(DEADLINE) == "hello"


async def test_aiohttp_client_gets_its_message_back(demo: Demo) -> None:
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(DEADLINE)) as session,
        session.ws_connect(demo.url, protocols=["echo"], compress=15) as client,
    ):
        assert (client.protocol, client.compress) == ("echo", 12)
        await client.send_str("hello")
        assert await client.receive_str(timeout=DEADLINE) == "hello"


async def test_aiohttp_client_gets_the_page(demo: Demo) -> None:
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(DEADLINE)) as session,
        session.get(demo.url) as answer,
    ):
        assert (answer.version, answer.status) == (aiohttp.HttpVersion11, 200)
        assert await answer.read() == Page().body


# ---- HTTP clients -------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--http2", "--http2-prior-knowledge"])
def test_curl_gets_the_page_over_http2(demo: Demo, require_tool: RequireTool, option: str) -> None:
    assert curl(require_tool, option, demo.url) == [Page().body, b"2", b"200"]


def test_curl_without_an_offer_gets_the_page_over_http1(
    demo: Demo, require_tool: RequireTool
) -> None:
    assert curl(require_tool, "--http1.1", demo.url) == [Page().body, b"1.1", b"200"]


def test_curl_post_with_an_h2c_offer_is_served_over_http1(
    demo: Demo, require_tool: RequireTool
) -> None:
    answer = curl(require_tool, "--http2", "--data-binary", "@-", f"{demo.url}/echo", body=BODY)
    assert answer == [BODY, b"1.1", b"200"]
    demo.decision("H2C_BODY")


def test_nghttp_upgrade_gets_the_page(demo: Demo, require_tool: RequireTool) -> None:
    nghttp = require_tool("nghttp", "nghttp2-client")
    shown, _ = run(nghttp, "-u", demo.url)
    assert shown == Page().body
    told, _ = run(nghttp, "-nvu", demo.url)
    assert b"HTTP Upgrade success" in told


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (("POST", "/echo"), (b"HTTP_1_1", BODY, "H2C_BODY")),
        (("GET", "/"), (b"HTTP_2", Page().body, "h2c")),
    ],
    ids=["post", "get"],
)
def test_java_client_with_its_h2c_offer_is_answered(
    demo: Demo,
    java: Java,
    asked: tuple[str, str],
    answered: tuple[bytes, bytes, str],
) -> None:
    method, path = asked
    version, body, word = answered
    assert java(method, demo.url + path, BODY) == [body, version, b"200"]
    demo.decision(word)


# ---- WebSocket clients --------------------------------------------------------------------


def test_node_client_gets_its_message_back_compressed(
    demo: Demo, require_tool: RequireTool
) -> None:
    # The package is found by a program of its own: Node's modules are none of the shell's.
    require_tool("wscat", "node-ws")
    shown, _ = run(
        require_tool("node", "nodejs"),
        CLIENTS / "echo.js",
        f"ws://{demo.host}/",
        "echo",
        "Grüße",
        NODE_PATH="/usr/share/nodejs",
    )
    assert shown.decode().splitlines() == ["echo", "permessage-deflate", "Grüße"]


def test_chromium_page_is_upgraded_and_shows_a_refusal(
    demo: Demo, require_tool: RequireTool, tmp_path: Path
) -> None:
    driver = require_tool("chromedriver", "chromium-driver")
    with browsing(driver, require_tool("chromium", "chromium"), tmp_path) as browser:
        browser.open(demo.url)
        browser.shows("#own-verdict b", "SWITCH")
        assert "Sec-WebSocket-Key: " in browser.text("#own-request")
        assert browser.text("#own-response").startswith("HTTP/1.1 101 Switching Protocols")
        browser.shows("#log", "permessage-deflate")
        browser.type("#message", "over a WebSocket")
        browser.click("#send")
        browser.shows("#log li:last-child b", "received")
        assert browser.text("#log li:last-child span") == "over a WebSocket"
        browser.shows("#cases button strong", "No key")
        browser.click("#cases button")
        browser.shows("#refusal code", "WS_KEY_MISSING")
        assert "HTTP/1.1 400 Bad Request" in browser.text("#refusal pre")
    demo.decision("WS_KEY_MISSING")


# ---- sockets ------------------------------------------------------------------------------


def exchange(demo: Demo, data: bytes) -> bytes:
    """Send bytes and the end; return all that comes back."""
    with socket.create_connection(("127.0.0.1", demo.port), DEADLINE) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as answer:
            return answer.read()


def test_socket_speaks_echo(demo: Demo) -> None:
    head = f"GET / HTTP/1.1\r\nHost: {demo.host}\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\n\r\n"
    answer = exchange(demo, head.encode() + b"one\ntwo\n")
    assert answer == (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo/1\r\nConnection: Upgrade\r\n\r\n"
        b"one\ntwo\n"
    )


def client_hello() -> bytes:
    """Return the first bytes of a TLS client."""
    out = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname="a")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return out.read()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (client_hello(), "TLS_CLIENT_HELLO"),
        (b"\xff\xfe garbage \x80", "BAD_METHOD"),
        (b"\0" * 1000, "BAD_METHOD"),
        (b"GET / HTTP/1.1\r\nX: \0\r\n", "BAD_FIELD_VALUE"),
        (b"GET / HTTP/1.1\nHost: a\n\n", "BARE_LF"),
    ],
    ids=["client-hello", "garbage", "nuls", "nul-in-value", "unix-lines"],
)
def test_socket_that_sends_what_is_no_request_is_told_so(
    demo: Demo, data: bytes, reason: str
) -> None:
    answer = exchange(demo, data)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    demo.decision(reason)


def test_socket_that_closes_within_a_head_gets_nothing(demo: Demo) -> None:
    assert exchange(demo, b"GET / HTTP/1.1\r\nHost: ") == b""


def peak(demo: Demo) -> int:
    """Return the most memory that the demo's process has had, in KiB."""
    status = Path(f"/proc/{demo.process.pid}/status").read_text(encoding="ascii")
    match = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert match is not None
    return int(match[1])


def send_without_end(demo: Demo, start: bytes, piece: bytes) -> bytes:
    """Send up to LONG bytes, refused or not, while the server takes them; return its answer."""
    block = piece * (BLOCK // len(piece))
    answer = b""
    with socket.create_connection(("127.0.0.1", demo.port), DEADLINE) as client:
        client.sendall(start)
        try:
            for _ in range(LONG // BLOCK):
                client.sendall(block)
                if not answer and select.select([client], [], [], 0)[0]:
                    answer = client.recv(4096)
        except ConnectionError:
            # Refused long ago: the server reads no more.
            return answer
        return answer or client.recv(4096)


BLOCK, LONG = 65536, 64 << 20


@pytest.mark.parametrize(
    ("start", "piece", "status"),
    [
        (b"GET / HTTP/1.1\r\nX: ", b"x", b"431"),
        (b"GET / HTTP/1.1\r\n", b"X: y\r\n", b"431"),
        (b"GET /", b"x", b"414"),
        (b"", b"x", b"400"),
    ],
    ids=["field", "fields", "target", "method"],
)
def test_socket_that_sends_without_end_is_refused_and_costs_no_memory(
    demo: Demo, start: bytes, piece: bytes, status: bytes
) -> None:
    # What the first connection of its kind makes is there to stay.
    exchange(demo, start + piece)
    # [proc(5)] From here on the most is counted anew.
    Path(f"/proc/{demo.process.pid}/clear_refs").write_text("5", encoding="ascii")
    before = peak(demo)
    answer = send_without_end(demo, start, piece)
    assert answer.split(b" ", 2)[:2] == [b"HTTP/1.1", status]
    assert peak(demo) - before < 2048
