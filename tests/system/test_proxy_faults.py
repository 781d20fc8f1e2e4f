"""The table of docs/proxy.md: what goes wrong without each line of a proxy's configuration.

In: the configurations of docs/examples/proxies, each with one line changed. Out: what is decided on
a handshake, the cause that `explain` names, how many connections carry five pages, and how long an
idle WebSocket lasts.
Always: the rows of the page are the ones that are run. Not here: the configurations as they are
(`test_proxies`).
"""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from client_programs import curl
from demo_process import DEADLINE
from fallbacks import serving_with
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived
from proxies import EXAMPLES, proxied
from talking import talk
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from upgrade101 import H2C, Negotiator, Reason, WebSocket
from upgrade101.explain import Server, explain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from client_programs import RequireTool

PAGE = (EXAMPLES.parent.parent / "proxy.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (nginx|HAProxy|Apache|Caddy) \| (.+?) \| .*? \| `(\w+)` \|$", re.MULTILINE)
OFFERS = (WebSocket(paths=("/live",)), H2C())
NEGOTIATOR = Negotiator(*OFFERS)
SERVER = Server(OFFERS)
LOST = {
    "no `proxy_http_version 1.1`": ("nginx", "proxy_http_version 1.1;", "", "proxy-http-1-0"),
    "no `Upgrade`": (
        "nginx",
        "proxy_set_header Upgrade $http_upgrade;",
        "",
        "proxy-dropped-upgrade",
    ),
    "no `Connection`": (
        "nginx",
        "proxy_set_header Connection $connection_upgrade;",
        "",
        "proxy-dropped-connection",
    ),
    "no `Host`": ("nginx", "proxy_set_header Host $http_host;", "", "host-is-the-upstream"),
    "`Host $host`": ("nginx", "Host $http_host;", "Host $host;", "host-lost-its-port"),
    "`send-proxy`": ("haproxy", ":8101", ":8101 send-proxy"),
    "`send-proxy-v2`": ("haproxy", ":8101", ":8101 send-proxy-v2"),
    "no `upgrade=any`": ("apache", " upgrade=any", "", "proxy-dropped-upgrade"),
    "no `ProxyPreserveHost On`": ("apache", "ProxyPreserveHost On", "", "host-is-the-upstream"),
    "`header_up Host {upstream_hostport}`": (
        "caddy",
        "127.0.0.1:8101",
        "127.0.0.1:8101 {\nheader_up Host {upstream_hostport}\n}",
        "host-is-the-upstream",
    ),
}
"""What is changed, and the cause that `explain` names; it sees no head after a PROXY header."""
POOLS = [
    ("nginx", "keepalive 16;", ""),
    ("nginx", "''      '';", "''      close;"),
    ("haproxy", "http-reuse always", "option httpclose"),
    ("apache", " upgrade=any", " upgrade=any disablereuse=On"),
]
"""Without these each page has a connection of its own."""


@dataclass
class Front:
    """A proxy in front of a server, and what that has seen."""

    host: str = ""
    reasons: list[Reason] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    """Of the requests that have one; what begins with a PROXY protocol header has none."""
    peers: set[Any] = field(default_factory=set)

    def note(self, decision: Any, transport: asyncio.Transport) -> None:  # noqa: ANN401
        """Note a decision."""
        self.reasons.append(decision.reason)
        if decision.request is not None:
            self.heads.append(decision.request.head)
        self.peers.add(transport.get_extra_info("peername"))


class Runner:
    """Runs proxies with other configurations."""

    def __init__(self, tool: RequireTool, folder: Path) -> None:
        self.tool = tool
        self.folder = folder

    @asynccontextmanager
    async def run(self, name: str, *changes: tuple[str, str]) -> AsyncIterator[Front]:
        """Run a proxy, its configuration changed, in front of a server with pages."""
        front = Front()
        async with serving_with(
            "aiohttp", talk, negotiator=NEGOTIATOR, on_decision=front.note
        ) as served:
            port = served.service.server.sockets[0].getsockname()[1]
            async with proxied(name, port, self.tool, self.folder, changes) as front.host:
                front.reasons.clear()
                front.heads.clear()
                yield front


@pytest.fixture
def runner(require_tool: RequireTool, tmp_path: Path) -> Runner:
    return Runner(require_tool, tmp_path)


def shake(host: str) -> connect:
    """Return a handshake of a page of the proxy."""
    return connect(f"ws://{host}/live", origin=f"http://{host}", proxy=None)


def test_page_has_a_row_for_each_line_that_is_taken_out() -> None:
    assert [row[1] for row in ROW.findall(PAGE)] == list(LOST)


@pytest.mark.parametrize("row", ROW.findall(PAGE), ids=lambda row: row[1])
async def test_handshake_without_a_line_of_the_page_is_decided_as_it_says(
    row: tuple[str, str, str], runner: Runner
) -> None:
    _, line, reason = row
    name, old, new, *causes = LOST[line]
    async with runner.run(name, (old, new)) as front:
        with pytest.raises(InvalidStatus):
            await shake(front.host)
        assert [found.name for found in front.reasons] == [reason]
        # What arrived is what a user would paste.
        assert [explain(head, server=SERVER).cause.id for head in front.heads] == causes


@pytest.mark.parametrize("change", [None, *POOLS], ids=str)
async def test_pages_share_a_connection_unless_the_pool_is_taken_away(
    change: tuple[str, str, str] | None, runner: Runner
) -> None:
    name, *changes = change or ("nginx",)
    async with (
        runner.run(name, *([tuple(changes)] if changes else [])) as front,
        aiohttp.ClientSession() as session,
    ):
        front.peers.clear()
        for _ in range(5):
            async with session.get(f"http://{front.host}/page") as answer:
                await answer.read()
        assert len(front.peers) == (5 if change else 1)


@pytest.mark.parametrize(
    ("name", "changes", "ends"),
    [
        ("nginx", [("proxy_http_version", "proxy_read_timeout 1s; proxy_http_version")], True),
        ("haproxy", [("60s", "1s"), ("timeout tunnel 1h", "")], True),
        ("haproxy", [("60s", "1s")], False),
    ],
)
async def test_idle_websocket_ends_with_the_time_of_the_proxy(
    name: str,
    changes: list[tuple[str, str]],
    ends: bool,  # noqa: FBT001
    runner: Runner,
) -> None:
    async with runner.run(name, *changes) as front, shake(front.host) as client:
        with pytest.raises(ConnectionClosedError if ends else TimeoutError):
            await asyncio.wait_for(client.recv(), DEADLINE if ends else 2)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nginx", Reason.H2C_SETTINGS_NOT_HOP_BY_HOP),
        ("haproxy", Reason.SWITCHED),
        ("apache", Reason.H2C_SETTINGS_MISSING),
        ("caddy", Reason.H2C_SETTINGS_MISSING),
    ],
)
async def test_offer_of_h2c_passes_haproxy_alone(
    name: str, reason: Reason, runner: Runner, require_tool: RequireTool
) -> None:
    async with runner.run(name) as front:
        arguments = ["--http2", "-o", "/dev/null", f"http://{front.host}/page"]
        if reason is Reason.SWITCHED:
            # What it switches to speaks no HTTP/2.
            with pytest.raises(AssertionError):
                await asyncio.to_thread(curl, require_tool, *arguments)
        else:
            await asyncio.to_thread(curl, require_tool, *arguments)
        assert front.reasons == [reason]


async def test_websocket_over_http2_reaches_us_through_haproxy_as_an_upgrade(
    runner: Runner,
) -> None:
    async with runner.run("haproxy", ("127.0.0.1:8100", "127.0.0.1:8100 proto h2")) as front:
        host, port = front.host.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        http2 = H2Connection(H2Configuration(header_encoding="utf-8"))
        http2.initiate_connection()
        events: list[Any] = []

        async def read_until(kind: type) -> Any:  # noqa: ANN401 - an event of h2
            while not (found := [event for event in events if isinstance(event, kind)]):
                writer.write(http2.data_to_send())
                events.extend(http2.receive_data(await reader.read(65536)))
            return found[0]

        async with asyncio.timeout(DEADLINE):
            # An extended CONNECT [RFC 8441 4].
            fields = {
                ":method": "CONNECT",
                ":protocol": "websocket",
                ":scheme": "http",
                ":path": "/live",
                ":authority": front.host,
                "origin": f"http://{front.host}",
                "sec-websocket-version": "13",
            }
            http2.send_headers(1, list(fields.items()))
            answer = await read_until(ResponseReceived)
            assert (":status", "200") in answer.headers
            http2.send_data(1, b"\x81\x84\0\0\0\0said")
            assert (await read_until(DataReceived)).data == b"\x81\x04said"
        writer.transport.abort()
        assert front.reasons == [Reason.SWITCHED]
