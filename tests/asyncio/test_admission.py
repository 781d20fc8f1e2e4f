"""Which connections are taken: `admit`, and `max_pending` while TLS handshakes go on.

In: connections at their accept. Out: those that are refused with 503, and what is pending.
Not here: the other bounds (`test_factory`).
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import pytest
from asyncio_helpers import (
    ECHO,
    ECHO_ACCEPTED,
    PLAIN,
    accept_echo,
    make_factory,
    records,
    serving,
    until,
)
from fakes import Recorder, Transport

from upgrade101 import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncio_helpers import Service

OVER = ["tcp", "tls", "unix"]
HANDSHAKES = 50


def deny(_: object) -> None:
    """Be an `admit` whose answer is false."""


def fail(_: object) -> bool:
    """Be an `admit` that fails."""
    raise LookupError


def cancel(_: object) -> bool:
    """Be an `admit` that is cancelled."""
    raise asyncio.CancelledError


@pytest.mark.parametrize(
    ("admit", "message"), [(deny, None), (fail, "admit failed"), (cancel, "admit failed")]
)
@pytest.mark.parametrize("fallback", [None, Recorder])
def test_connection_that_is_not_admitted_is_refused_before_its_head(
    admit: Callable[[object], object],
    message: str | None,
    fallback: type[Recorder] | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    factory, clock = make_factory(accept_echo, admit=admit, fallback=fallback)
    transport = Transport().connect(factory)
    assert transport.written.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 1\r\n" in transport.written
    assert transport.calls == ["write", "write_eof"]
    assert factory.stats() == {Reason.CAPACITY: 1}
    assert factory.pending == 0
    # What is sent all the same is not looked at.
    transport.receive(ECHO)
    assert factory.stats() == {Reason.CAPACITY: 1}
    assert [record.getMessage() for record in records(caplog)] == ([message] if message else [])
    transport.lose()
    assert clock.timers == []


def test_admit_is_asked_once_for_each_connection_and_not_for_its_requests() -> None:
    asked: list[object] = []

    def admit(transport: object) -> str:
        asked.append(transport)
        return "any truth"

    fallback = Recorder()
    factory = make_factory(accept_echo, admit=admit, fallback=lambda: fallback)[0]
    first, second = Transport().connect(factory), Transport().connect(factory)
    assert asked == [first, second]
    assert first.receive(ECHO).written == ECHO_ACCEPTED
    second.receive(PLAIN).receive(PLAIN)
    assert fallback.data == PLAIN * 2
    assert asked == [first, second]


@pytest.mark.parametrize("over", OVER)
async def test_admit_can_ask_for_the_address_and_the_facts_of_tls(over: str) -> None:
    facts: list[Any] = []

    def admit(transport: asyncio.Transport) -> bool:
        facts.append(transport.get_extra_info("sslcontext" if over == "tls" else "sockname"))
        return len(facts) < 2

    async with serving(accept_echo, over=over, admit=admit) as service:
        assert await (await service.connect()).ask(ECHO) == ECHO_ACCEPTED
        refused = await service.connect()
        assert (await refused.reader.read()).startswith(b"HTTP/1.1 503 ")
        assert None not in facts
        assert service.server.stats() == {Reason.SWITCHED: 1, Reason.CAPACITY: 1}


def connect(service: Service, count: int) -> Iterator[socket.socket]:
    """Return clients that begin no TLS handshake."""
    for _ in range(count):
        yield socket.create_connection(service.server.sockets[0].getsockname())


async def test_connections_in_their_tls_handshake_are_pending() -> None:
    async with serving(accept_echo, over="tls", max_pending=5, handshake_timeout=60) as service:
        peers = list(connect(service, HANDSHAKES))
        await until(lambda: service.server.pending == HANDSHAKES)
        client = await service.connect()
        assert (await client.reader.read()).startswith(b"HTTP/1.1 503 ")
        assert service.server.stats() == {Reason.CAPACITY: 1}
        assert service.server.pending == HANDSHAKES
        # They have nobody to answer: closing does not wait for them.
        service.server.close()
        await service.server.wait_closed()
        assert service.server.pending == 0
        for peer in peers:
            peer.close()


async def test_tls_handshake_that_fails_is_pending_no_longer_than_the_handshake_timeout() -> None:
    async with serving(accept_echo, over="tls", max_pending=5, handshake_timeout=0.3) as service:
        for peer in list(connect(service, 6)):
            peer.sendall(b"no TLS")
            peer.close()
        await until(lambda: service.server.pending == 6)
        await until(lambda: service.server.pending == 0)
        assert service.server.stats() == {}
        assert await (await service.connect()).ask(ECHO) == ECHO_ACCEPTED
