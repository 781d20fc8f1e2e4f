"""The statuses that come through a proxy which is set up for something else, and their reasons.

In: the configurations of docs/examples/proxies, each with one fault. Out: the status that a
WebSocket client gets through it, and the reason of the decision, as docs/handshake-failed.md has
them.
Always: the same handshake switches through the same proxy without the fault (`test_proxies`).
Not here: the lines that a proxy needs (`test_proxy_faults`); what clients say about a status
(`test_handshake_failed`).
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from asyncio_helpers import serving
from proxies import proxied
from talking import talk
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from upgrade101 import Negotiator, Reason, WebSocket

if TYPE_CHECKING:
    from client_programs import RequireTool
    from proxies import Edits

    from upgrade101 import Upgrade

pytestmark = [pytest.mark.sockets, pytest.mark.foreign]

PAGE = (Path(__file__).parent.parent.parent / "docs/handshake-failed.md").read_text("utf-8")
VERSION = "proxy_http_version 1.1;"
HOST = "proxy_set_header Host $http_host;"
UPGRADE = "proxy_set_header Upgrade $http_upgrade;"
CONNECTION = "proxy_set_header Connection $connection_upgrade;"
NGINX = "proxy_pass http://upgrade101;"
HAPROXY = "server upgrade101 127.0.0.1:8101"


@dataclass(frozen=True)
class Fault:
    """One fault of a configuration, and what comes of it."""

    proxy: str
    edits: Edits
    status: int
    reason: Reason | None
    hosts: tuple[str, ...] | None = None


FAULTS = {
    "no-lines": Fault(
        "nginx",
        ((VERSION, ""), (UPGRADE, ""), (CONNECTION, "")),
        426,
        Reason.WS_UPGRADE_MISSING,
    ),
    "upgrade-is-upgrade": Fault(
        "nginx",
        ((UPGRADE, "proxy_set_header Upgrade $connection_upgrade;"),),
        426,
        Reason.PROTOCOL_NOT_OFFERED,
    ),
    "host-not-listed": Fault(
        "nginx", ((HOST, ""),), 421, Reason.HOST_FORBIDDEN, hosts=("127.0.0.1",)
    ),
    "prefix": Fault(
        "nginx", ((NGINX, "proxy_pass http://upgrade101/api/;"),), 404, Reason.PATH_NOT_OFFERED
    ),
    "tls-to-plain": Fault(
        "nginx", ((NGINX, "proxy_pass https://upgrade101;"),), 502, Reason.TLS_CLIENT_HELLO
    ),
    "nobody-there": Fault(
        "nginx", (("server 127.0.0.1:8101;", "server 127.0.0.1:1;  # not 8101"),), 502, None
    ),
    "proto-h2": Fault("haproxy", ((HAPROXY, f"{HAPROXY} proto h2"),), 503, Reason.HTTP2_PREFACE),
    "ssl": Fault(
        "haproxy", ((HAPROXY, f"{HAPROXY} ssl verify none"),), 503, Reason.TLS_CLIENT_HELLO
    ),
}


def test_page_has_each_fault_with_its_status_and_reason() -> None:
    rows = re.findall(r"^\| (nginx|haproxy) \| .+ \| (\d+) \| (.*)\|$", PAGE, re.MULTILINE)
    assert [(proxy, int(status), reason.strip(" `")) for proxy, status, reason in rows] == [
        (fault.proxy, fault.status, fault.reason.name if fault.reason else "")
        for fault in FAULTS.values()
    ]


@pytest.mark.parametrize("name", FAULTS)
async def test_fault_of_a_proxy_gives_its_status_and_reason(
    name: str, require_tool: RequireTool, tmp_path: Path
) -> None:
    fault = FAULTS[name]
    negotiator = Negotiator(WebSocket(paths=("/live",)), hosts=fault.hosts)
    async with serving(talk, negotiator=negotiator) as service:
        port = service.server.sockets[0].getsockname()[1]
        async with proxied(fault.proxy, port, require_tool, tmp_path, fault.edits) as host:
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"ws://{host}/live", origin=f"http://{host}", proxy=None)
        assert refused.value.response.status_code == fault.status
        assert set(service.server.stats()) == ({fault.reason} if fault.reason else set())


async def test_handler_that_does_not_answer_is_504_when_the_proxys_time_is_over(
    require_tool: RequireTool, tmp_path: Path
) -> None:
    cancelled = asyncio.Event()

    async def wait(_: Upgrade) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with serving(wait, negotiator=Negotiator(WebSocket())) as service:
        port = service.server.sockets[0].getsockname()[1]
        edits = ((NGINX, f"{NGINX} proxy_read_timeout 1s;"),)
        async with proxied("nginx", port, require_tool, tmp_path, edits) as host:
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"ws://{host}/live", proxy=None)
            await cancelled.wait()
    assert refused.value.response.status_code == 504
