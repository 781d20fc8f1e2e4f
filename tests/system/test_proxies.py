"""Proxies of Debian in front, each with its configuration of docs/examples/proxies.

In: pages and WebSocket handshakes, mixed, through nginx, HAProxy, nghttpx, Apache and Caddy, whose
connections to upgrade101 are kept alive and shared by their clients; one of them is a browser.
Out: how many of the handshakes switched. Always: some of them came on a connection that had
carried a page, for that is what fails elsewhere, but Caddy mostly makes a new one.
Not here: what is written on the connections (`test_fallback_kept_alive`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import heads
import pytest
from demo_process import DEADLINE
from fallbacks import serving_with
from proxies import PROXIES, proxied
from talking import talk
from webdriver import browsing
from websockets.asyncio.client import connect

from upgrade101 import Negotiator, Protocol, Reason, WebSocket

if TYPE_CHECKING:
    from pathlib import Path

    from client_programs import RequireTool

    from upgrade101 import Decision

NEGOTIATOR = Negotiator(WebSocket(paths=("/live",)), Protocol("echo"))
# Caddy has a Server field too; aiohttp's client refuses two of them in development mode.
EDITS = {"caddy": ((":8101", ":8101 {\nheader_down -Server\n}"),)}
MIX = """
const [count, done] = arguments;
const page = async () => (await fetch("/page", { cache: "no-store" })).text();
const talk = (word) => new Promise((tell) => {
  const socket = new WebSocket(`ws://${location.host}/live`);
  socket.onopen = () => socket.send(word);
  socket.onmessage = ({ data }) => { socket.close(); tell(data); };
  socket.onerror = () => tell("failed");
});
(async () => {
  const told = [];
  for (let n = 0; n < count; n += 2)
    told.push(...await Promise.all([talk(`word ${n}`), page(), talk(`word ${n + 1}`), page()]));
  done(told);
})();
"""
"""Opens so many WebSockets, two at a time, and as many pages beside them; what each has told."""


class Seen:
    """What was decided on which connection."""

    def __init__(self) -> None:
        self.passed: set[Any] = set()
        self.switched_after_a_page = 0

    def __call__(self, decision: Decision, transport: asyncio.BaseTransport) -> None:
        """Note a decision."""
        peer = transport.get_extra_info("peername")
        if decision.reason is Reason.NO_UPGRADE:
            self.passed.add(peer)
        elif decision.reason is Reason.SWITCHED and peer in self.passed:
            self.switched_after_a_page += 1


async def talk_once(host: str) -> None:
    """Open a WebSocket through the proxy, and have a message back."""
    async with connect(
        f"ws://{host}/live", origin=f"http://{host}", open_timeout=DEADLINE, proxy=None
    ) as client:
        await client.send("hello")
        assert await client.recv() == "hello"


async def get_page(session: aiohttp.ClientSession, host: str) -> None:
    """Get a page through the proxy."""
    async with session.get(f"http://{host}/page") as answer:
        assert await answer.text() == "<GET /page >"


@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("name", ["aiohttp", "uvicorn-httptools"])
async def test_handshakes_mixed_with_pages_switch(
    name: str, proxy: str, require_tool: RequireTool, tmp_path: Path
) -> None:
    seen = Seen()
    count = 100 if proxy == "nginx" else 10
    async with serving_with(name, talk, negotiator=NEGOTIATOR, on_decision=seen) as served:
        server = served.service.server
        port = server.sockets[0].getsockname()[1]
        async with (
            proxied(proxy, port, require_tool, tmp_path, EDITS.get(proxy, ())) as host,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(DEADLINE)) as session,
        ):
            await get_page(session, host)
            for number in range(count):
                await talk_once(host)
                if number % 3 == 0:
                    await asyncio.gather(*(get_page(session, host) for _ in range(2)))
        stats = server.stats()
        assert stats[Reason.SWITCHED] == count
        assert set(stats) == {Reason.NO_UPGRADE, Reason.SWITCHED}
        assert seen.switched_after_a_page > 0 or proxy == "caddy"


@pytest.mark.parametrize("proxy", PROXIES)
async def test_pages_and_handshakes_of_many_clients_at_once_are_answered(
    proxy: str, require_tool: RequireTool, tmp_path: Path
) -> None:
    async with serving_with("uvicorn-h11", talk, negotiator=NEGOTIATOR) as served:
        server = served.service.server
        port = server.sockets[0].getsockname()[1]
        async with (
            proxied(proxy, port, require_tool, tmp_path) as host,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(DEADLINE)) as session,
        ):
            for _ in range(3):
                await asyncio.gather(
                    *(get_page(session, host) for _ in range(10)),
                    *(talk_once(host) for _ in range(10)),
                )
        assert server.stats() == {Reason.NO_UPGRADE: 30, Reason.SWITCHED: 30}


def mix(host: str, count: int, require_tool: RequireTool, folder: Path) -> list[str]:
    """Have a browser run `MIX` on the page of a host; return what it was told."""
    driver = require_tool("chromedriver", "chromium-driver")
    browser = require_tool("chromium", "chromium")
    with browsing(driver, browser, folder / "profile") as window:
        window.open(f"http://{host}/page")
        told: list[str] = window.ask("POST", "/execute/async", script=MIX, args=[count])
        return told


async def test_browser_behind_nginx_opens_100_websockets_of_100_beside_its_pages(
    require_tool: RequireTool, tmp_path: Path
) -> None:
    seen = Seen()
    async with serving_with(
        "uvicorn-httptools", talk, negotiator=NEGOTIATOR, on_decision=seen
    ) as served:
        server = served.service.server
        port = server.sockets[0].getsockname()[1]
        async with proxied("nginx", port, require_tool, tmp_path) as host:
            told = await asyncio.to_thread(mix, host, 100, require_tool, tmp_path)
        page = "<GET /page >"
        assert told == [
            each for n in range(0, 100, 2) for each in (f"word {n}", page, f"word {n + 1}", page)
        ]
        stats = server.stats()
        assert stats[Reason.SWITCHED] == 100
        assert set(stats) == {Reason.NO_UPGRADE, Reason.SWITCHED}
        assert seen.switched_after_a_page > 0


@pytest.mark.parametrize("proxy", PROXIES)
async def test_foreign_origin_is_refused_whatever_another_client_asked_before(
    proxy: str, require_tool: RequireTool, tmp_path: Path
) -> None:
    async with serving_with("uvicorn-h11", talk, negotiator=NEGOTIATOR) as served:
        port = served.service.server.sockets[0].getsockname()[1]
        async with (
            proxied(proxy, port, require_tool, tmp_path) as host,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(DEADLINE)) as session,
        ):
            for _ in range(5):
                await get_page(session, host)
                with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                    await session.ws_connect(f"ws://{host}/live", origin="http://evil.test")
            assert b"/live" not in served.taken


@pytest.mark.parametrize("proxy", PROXIES)
async def test_post_with_a_body_and_an_upgrade_is_one_request(
    proxy: str, require_tool: RequireTool, tmp_path: Path
) -> None:
    inner = heads.write("GET", "/smuggled")
    fields = {"Upgrade": "foo", "Connection": "Upgrade"}
    async with serving_with("uvicorn-httptools", talk, negotiator=NEGOTIATOR) as served:
        port = served.service.server.sockets[0].getsockname()[1]
        async with (
            proxied(proxy, port, require_tool, tmp_path) as host,
            # nghttpx takes no further request after one with Upgrade.
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session,
        ):
            for _ in range(3):
                async with session.post(
                    f"http://{host}/post", data=inner, headers=fields
                ) as answer:
                    assert await answer.read() == b"<POST /post " + inner + b">"
                await get_page(session, host)
