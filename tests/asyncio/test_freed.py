"""Every way frees what it made by reference counting alone: the collector is off.

In: connections over real sockets, several on each way that one can go. Out: what is left of them.
Not here: how that is counted, and as many connections as `make soak` makes (`soak`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asyncio_helpers import (
    ECHO,
    START_TLS,
    accept_echo,
    client_tls,
    server_tls,
    serving,
    settle,
    until,
)
from soak import Clients, collector_off, population, soak
from ways import WAYS, Ending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from upgrade101 import Upgrade


OURS = ("upgrade101.", "ways.")


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    with Clients() as process:
        yield process


@pytest.fixture
def _collector_off() -> Iterator[None]:
    with collector_off():
        yield


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("name", WAYS)
async def test_connection_of_any_way_leaves_nothing(
    name: str,
    reset: bool,  # noqa: FBT001 - a parameter of the test
    clients: Clients,
) -> None:
    _, changes = await soak(name, reset=reset, before=2, count=8, clients=clients)
    # A few connections tell nothing of memory.
    del changes["KiB"]
    assert changes == {}


@pytest.mark.usefixtures("_collector_off")
async def test_upgrade_to_tls_leaves_nothing_of_ours() -> None:
    async def handler(upgrade: Upgrade) -> None:
        await upgrade.accept_tls(context, Ending())

    context = server_tls()
    async with serving(handler) as service:
        counts = []
        for _ in range(8):
            client = await service.connect()
            await client.ask(START_TLS)
            await client.writer.start_tls(client_tls(), server_hostname="localhost")
            client.writer.transport.abort()
            service.clients.clear()
            del client
            await until(lambda: not service.server._factory.tasks)
            await settle()
            # What the TLS of the event loop leaves is its own.
            ours = {name: n for name, n in population().items() if name.startswith(OURS)}
            counts.append(ours)
        assert counts[1] == counts[-1]


@pytest.mark.usefixtures("_collector_off")
async def test_factory_that_is_dropped_leaves_nothing() -> None:
    before = population()
    async with serving(accept_echo) as service:
        client = await service.connect()
        await client.ask(ECHO)
    del service, client
    await settle()
    left = population() - before
    assert not [kind for kind in left if kind.startswith("upgrade101")]
