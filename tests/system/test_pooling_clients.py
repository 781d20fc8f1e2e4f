"""Clients that others wrote, which keep their connections alive and ask for upgrades on them.

In: pages and upgrades by aiohttp, httpx, Node's agent, Java's HttpClient and docker-py.
Out: what the clients were given. Always: upgrades come on connections that have carried pages.
Not here: proxies (`test_proxies`).
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import aiohttp
import docker
import heads
import httpx
import httpx_ws
import pytest
from aiohttp import web
from asyncio_helpers import accept_echo, serving
from client_programs import CLIENTS, run
from demo_process import DEADLINE
from fallbacks import SERVERS, serving_with, write_answer
from talking import talk

from upgrade101 import Negotiator, Protocol, Reason, WebSocket

if TYPE_CHECKING:
    from asyncio_helpers import Service
    from client_programs import Java, RequireTool

    from upgrade101 import Upgrade

NEGOTIATOR = Negotiator(
    WebSocket(paths=("/live",)),
    Protocol("tcp", methods=("POST",), body=True),
)
ROUNDS = 10


def host_of(service: Service) -> str:
    """Return the host and the port of a service."""
    return "{}:{}".format(*service.server.sockets[0].getsockname())


class Accepted:
    """Counts connections, as `admit`."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _: asyncio.BaseTransport) -> bool:
        """Admit one."""
        self.count += 1
        return True


@pytest.mark.parametrize("name", SERVERS)
async def test_aiohttp_session_upgrades_on_the_connection_of_its_page(name: str) -> None:
    accepted = Accepted()
    async with (
        serving_with(name, talk, negotiator=NEGOTIATOR, admit=accepted) as served,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(DEADLINE)) as session,
    ):
        host = host_of(served.service)
        for _ in range(ROUNDS):
            async with session.get(f"http://{host}/page") as page:
                assert await page.text() == "<GET /page >"
            async with session.ws_connect(f"ws://{host}/live", origin=f"http://{host}") as client:
                await client.send_str("hello")
                assert await client.receive_str(timeout=DEADLINE) == "hello"
        assert accepted.count == ROUNDS


@pytest.mark.parametrize("name", SERVERS)
async def test_httpx_client_upgrades_on_the_connection_of_its_page(name: str) -> None:
    accepted = Accepted()
    async with (
        serving_with(name, talk, negotiator=NEGOTIATOR, admit=accepted) as served,
        httpx.AsyncClient(timeout=DEADLINE, trust_env=False) as client,
    ):
        host = host_of(served.service)
        for _ in range(ROUNDS):
            assert (await client.get(f"http://{host}/page")).text == "<GET /page >"
            async with httpx_ws.aconnect_ws(f"http://{host}/live", client) as socket:
                await socket.send_text("hello")
                assert await socket.receive_text(timeout=DEADLINE) == "hello"
        assert accepted.count == ROUNDS


@pytest.mark.parametrize("name", SERVERS)
async def test_node_agent_upgrades_on_the_connection_of_its_page(
    name: str, require_tool: RequireTool
) -> None:
    node = require_tool("node", "nodejs")
    async with serving_with(name, accept_echo, negotiator=NEGOTIATOR) as served:
        url = f"http://{host_of(served.service)}"
        shown, _ = await asyncio.to_thread(
            run, node, CLIENTS / "keep_alive.js", url, "tcp", str(ROUNDS)
        )
        assert shown.decode().splitlines() == ROUNDS * ["<GET /page > hello true"]
        assert served.service.server.stats() == {
            Reason.NO_UPGRADE: ROUNDS,
            Reason.SWITCHED: ROUNDS,
        }


@pytest.mark.parametrize("name", SERVERS)
async def test_java_client_that_offers_h2c_with_each_post_keeps_its_connection(
    name: str, java: Java
) -> None:
    # What would be requests if it were no body.
    body = heads.write("GET", "/smuggled") * 2000
    accepted = Accepted()
    async with serving_with(name, talk, negotiator=NEGOTIATOR, admit=accepted) as served:
        url = f"http://{host_of(served.service)}/post"
        answer = await asyncio.to_thread(java, "POST", url, body, 3)
        assert answer == [write_answer("POST", "/post", body), *[b"HTTP_1_1", b"200"] * 3]
        assert accepted.count == 1
        assert served.service.server.stats() == {Reason.PROTOCOL_NOT_OFFERED: 3}
        assert b"h2c" not in served.taken


# ---- Docker's API --------------------------------------------------------------------------

OUTPUT = b"\x01\0\0\0\0\0\0\x06" + b"hello\n"
"""A frame of what a command has written, as the Engine API frames it."""


class Output(asyncio.Protocol):
    """What `exec` upgrades to: the output of a command, and its end."""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - uvloop's is not asyncio's
        """Write it, after a while: docker-py loses what comes in one packet with the 101."""
        self.transport = transport
        asyncio.get_running_loop().call_later(0.05, self.write)

    def write(self) -> None:
        """Write it."""
        self.transport.write(OUTPUT)
        self.transport.close()


async def engine(request: web.BaseRequest) -> web.Response:
    """Answer as the Engine API."""
    if request.path.endswith("/version"):
        return web.json_response({"ApiVersion": "1.41", "Version": "20.10"})
    return web.Response(status=404, text=json.dumps({"message": "no such path"}))


def ask_docker(path: str) -> list[Any]:
    """Ask by docker-py, twice each on connections that it keeps."""
    with docker.APIClient(base_url=f"unix://{path}", version="1.41", timeout=DEADLINE) as client:
        return [
            answer
            for _ in range(3)
            for answer in (client.version()["Version"], client.exec_start("1"))
        ]


async def test_docker_client_gets_its_output_after_the_version() -> None:
    def run_it(upgrade: Upgrade) -> None:
        assert upgrade.decision.body == b'{"Tty": false, "Detach": false}'
        upgrade.accept(Output())

    negotiator = Negotiator(Protocol("tcp", methods=("POST",), paths=("/v1.41/exec/*",), body=True))
    async with serving(
        run_it, negotiator=negotiator, over="unix", fallback=web.Server(engine)
    ) as service:
        answers = await asyncio.to_thread(ask_docker, service.path)
        assert answers == 3 * ["20.10", b"hello\n"]
        assert service.server.stats() == {Reason.NO_UPGRADE: 3, Reason.SWITCHED: 3}


async def test_docker_client_sequence_by_hand_is_answered_on_one_connection() -> None:
    start = heads.write(
        "POST", "/v1.41/exec/1/start", "Connection: Upgrade", "Upgrade: tcp", "Content-Length: 2"
    )
    async with serving(
        lambda upgrade: upgrade.accept(Output()),
        negotiator=NEGOTIATOR,
        over="unix",
        fallback=web.Server(engine),
    ) as service:
        client = await service.connect()
        head = await client.ask(heads.write("GET", "/version"))
        assert head.startswith(b"HTTP/1.1 200 ")
        await client.reader.readuntil(b"}")
        client.writer.write(start + b"{}")
        answer = await client.reader.read()
        assert answer.startswith(b"HTTP/1.1 101 ")
        assert answer.endswith(b"\r\n\r\n" + OUTPUT)
