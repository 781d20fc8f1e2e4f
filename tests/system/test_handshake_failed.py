"""docs/handshake-failed.md: what clients say of a handshake that fails is what the page quotes.

In: the page's table of what clients say, and a server for each of its rows. Out: a failure that
names the client and the row.
Always: each text between backticks in a cell is looked for in what the client really said.
Not here: faults of proxies (`test_proxy_faults`, `test_proxy_statuses`).
"""

from __future__ import annotations

import ast
import asyncio
import re
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from asyncio_helpers import serving, settle
from proxies import free_port
from talking import talk
from webdriver import browsing
from websockets.asyncio.client import connect

from upgrade101 import Negotiator, Reason, WebSocket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from contextlib import AbstractAsyncContextManager

    from client_programs import RequireTool
    from webdriver import Browser

    from upgrade101 import Upgrade

    Place = Callable[[], AbstractAsyncContextManager[str]]

pytestmark = [pytest.mark.sockets, pytest.mark.foreign]

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/handshake-failed.md").read_text(encoding="utf-8")
ANY = WebSocket(origins=None)
PATIENCE = 1.0
"""Seconds after which a client of these tests takes a handshake for one that hangs."""
DELAY = 25.0
"""Seconds for all other handshakes in a browser, which waits after some that have failed."""
OPEN_IN_A_PAGE = """
const [url, protocols, patience, done] = arguments;
const socket = new WebSocket(url, protocols);
socket.onclose = ({ code }) => done(`${code}`);
socket.onopen = () => { socket.onclose = null; socket.close(); done("opens"); };
setTimeout(() => done(`readyState ${socket.readyState}`), 1000 * patience);
"""
WRONG_ACCEPT = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)


def read_table() -> dict[str, dict[str, str]]:
    """Return the cells of the page's table of what clients say, by row and client."""
    lines = PAGE.partition("| what happens |")[2].splitlines()
    header = [cell.strip() for cell in lines[0].strip("|").split("|")]
    rows = {}
    for line in lines[2:]:
        if not line.startswith("|"):
            break
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        rows[name] = dict(zip(header, cells, strict=True))
    return rows


SAID = read_table()


@asynccontextmanager
async def ours(handler: Callable[[Upgrade], Any], **settings: Any) -> AsyncIterator[str]:  # noqa: ANN401
    """Serve; yield the URL of a WebSocket there."""
    async with serving(handler, negotiator=Negotiator(ANY), **settings) as service:
        port = service.server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/chat"


class Raw(asyncio.Protocol):
    """Answers a head by these bytes and the end, or not at all."""

    def __init__(self, answer: bytes | None, made: list[asyncio.BaseTransport]) -> None:
        self.answer = answer
        self.made = made
        self.head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport."""
        self.transport: Any = transport
        self.made.append(transport)

    def data_received(self, data: bytes) -> None:
        """Answer once the head is complete."""
        self.head += data
        if self.answer is not None and self.head.endswith(b"\r\n\r\n"):
            self.transport.write(self.answer)
            self.transport.close()


@asynccontextmanager
async def raw(answer: bytes | None) -> AsyncIterator[str]:
    """Serve by `Raw`; yield the URL of a WebSocket there."""
    made: list[Any] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Raw(answer, made), "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/chat"
    finally:
        server.close()
        for transport in made:
            transport.abort()
        await settle()


@asynccontextmanager
async def wss_to_plain() -> AsyncIterator[str]:
    """Serve without TLS; yield a URL that asks for TLS."""
    async with serving(talk, negotiator=Negotiator(ANY)) as service:
        port = service.server.sockets[0].getsockname()[1]
        yield f"wss://127.0.0.1:{port}/chat"
        assert set(service.server.stats()) == {Reason.TLS_CLIENT_HELLO}


@asynccontextmanager
async def nobody() -> AsyncIterator[str]:
    """Yield the URL of a port that nothing listens on."""
    yield f"ws://127.0.0.1:{free_port()}/chat"


PLACES: dict[str, Place] = {
    "a status, as 403": lambda: ours(lambda upgrade: upgrade.refuse(403)),
    "401": lambda: ours(lambda upgrade: upgrade.refuse(401)),
    "a redirect": lambda: ours(lambda upgrade: upgrade.refuse(301, [("Location", "/other")])),
    "the connection ends": lambda: raw(b""),
    "no answer": lambda: raw(None),
    "nobody listens": nobody,
    "`wss` to a port without TLS": wss_to_plain,
    "`ws` to a port with TLS": lambda: ours(talk, over="tls"),
    "no subprotocol is answered": lambda: ours(talk),
    "a wrong `Sec-WebSocket-Accept`": lambda: raw(WRONG_ACCEPT),
}


def protocols_of(name: str) -> list[str]:
    """Return the subprotocols that a client offers there."""
    return ["mqtt"] if "subprotocol" in name else []


async def told(opening: Awaitable[object]) -> str:
    """Return what a client says of its handshake, with the name of the exception."""
    try:
        await opening
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is compared
        return f"{type(error).__name__}: {error}"
    return "opens"


async def open_by_websockets(url: str, protocols: list[Any]) -> None:
    """Open and close a connection."""
    async with connect(url, subprotocols=protocols or None, open_timeout=PATIENCE, proxy=None):
        pass


async def open_by_aiohttp(url: str, protocols: list[str]) -> None:
    """Open and close a connection."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.ws_connect(url, protocols=protocols),
    ):
        pass


CLIENTS = {"websockets": open_by_websockets, "aiohttp": open_by_aiohttp}


def assert_quoted(cell: str, said: str) -> None:
    """Hold a cell to what was said: each text in backticks is in it."""
    quoted = re.findall(r"`([^`]+)`", cell)
    assert quoted or cell == said, said
    assert [text for text in quoted if text not in said] == [], said


@pytest.fixture(scope="module")
def window(
    require_tool: RequireTool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Return a browser that the tests of this module share."""
    with browsing(
        require_tool("chromedriver", "chromium-driver"),
        require_tool("chromium", "chromium"),
        tmp_path_factory.mktemp("profile"),
    ) as browser:
        yield browser


def test_table_of_what_clients_say_has_a_row_for_each_server() -> None:
    assert list(SAID) == list(PLACES)
    assert all(list(cells) == [*CLIENTS, "Chromium"] for cells in SAID.values())


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", PLACES)
async def test_client_says_of_a_failed_handshake_what_the_page_says(name: str, client: str) -> None:
    async with PLACES[name]() as url:
        said = await told(CLIENTS[client](url, protocols_of(name)))
    assert_quoted(SAID[name][client], said)


@pytest.mark.parametrize("name", PLACES)
async def test_browser_says_of_a_failed_handshake_what_the_page_says(
    name: str, window: Browser
) -> None:
    async def show(_: web.BaseRequest) -> web.Response:
        return web.Response(text="<p>A page.", content_type="text/html")

    def open_there(url: str) -> str:
        window.open(f"http://127.0.0.1:{port}/")
        window.console()
        patience = PATIENCE if name == "no answer" else DELAY
        arguments = [url, protocols_of(name), patience]
        code = window.ask("POST", "/execute/async", script=OPEN_IN_A_PAGE, args=arguments)
        return "\n".join((code, *window.console()))

    runner = web.ServerRunner(web.Server(show))
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port := free_port())
        await site.start()
        async with PLACES[name]() as url:
            said = await asyncio.to_thread(open_there, url)
    finally:
        await runner.cleanup()
    assert_quoted(SAID[name]["Chromium"], said)


def test_links_to_reasons_name_reasons() -> None:
    named = re.findall(r"\[`(\w+)`\]\(reasons\.md#(\w+)\)", PAGE)
    assert named
    assert [name for name, anchor in named if Reason[name].name.lower() != anchor] == []


def test_status_of_a_reason_is_that_of_its_section() -> None:
    sections = re.findall(r"^### Status (\d+).*?\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL)
    assert sections
    for status, text in sections:
        named = re.findall(r"\(reasons\.md#(\w+)\)", text)
        wrong = [name for name in named if Reason[name.upper()].status not in {0, int(status)}]
        assert not wrong, (status, wrong)


def read_names() -> set[str]:
    """Return the names that `explain` gives to causes."""
    return {
        node.args[0].value
        for path in (ROOT / "upgrade101/explain").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"Cause", "_cause"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_cause_that_explain_names_is_a_heading_and_no_other_is() -> None:
    names = read_names()
    assert {"tls-to-plain", "cross-origin", "log-closed"} <= names
    assert set(re.findall(r"^### ([a-z0-9-]+)$", PAGE, re.MULTILINE)) == names


def test_cause_says_what_is_seen_what_it_comes_from_and_what_to_do() -> None:
    causes = re.findall(r"^### ([a-z0-9-]+)\n\n(.*?)(?=^###|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert causes
    assert len({name for name, _ in causes}) == len(causes)
    for name, text in causes:
        said = re.findall(r"^- \*\*(.*?):\*\* \S", text, re.MULTILINE)
        assert said == ["You see", "Cause", "Fix"], name
