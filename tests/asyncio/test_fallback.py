"""Requests that are not upgraded: the fallback gets them, each decided before.

In: requests and a fallback. Out: what the fallback's protocol gets, or the refusal.
Not here: the servers that are meant to be one.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import heads
import pytest
from asyncio_helpers import (
    GARBAGE,
    PLAIN,
    Echo,
    accept_echo,
    make_factory,
    records,
    serving,
    until,
)
from fakes import Recorder, Transport

from upgrade101 import Reason

if TYPE_CHECKING:
    from collections import Counter

OVER = ["tcp", "tls", "unix"]


def fed(stream: bytes, cut: int) -> tuple[Recorder, Transport, Counter[Reason]]:
    """Return what a fallback got of a stream, its transport, and what was counted."""
    protocol = Recorder()
    factory = make_factory(accept_echo, fallback=lambda: protocol)[0]
    transport = Transport().connect(factory).receive(stream[:cut]).receive(stream[cut:])
    assert protocol.calls[0] == "connection_made"
    assert factory.pending == 0
    return protocol, transport, factory.stats()


@pytest.mark.parametrize(
    ("stream", "requests"),
    [
        (PLAIN, 1),
        (b"\r\n" + PLAIN, 1),
        (PLAIN + PLAIN, 2),
        (heads.write("POST", "/", "Content-Length: 4") + b"body" + PLAIN, 2),
        (heads.write("POST", "/", "Transfer-Encoding: chunked") + b"4\r\nbody\r\n0\r\n\r\n", 1),
    ],
)
def test_fallback_gets_requests_byte_for_byte(stream: bytes, requests: int) -> None:
    for cut in range(1, len(stream)):
        protocol, transport, stats = fed(stream, cut)
        assert protocol.data == stream
        # The connection stays the transport's protocol.
        assert transport.calls == []
        assert stats == {Reason.NO_UPGRADE: requests}


@pytest.mark.parametrize("name", ["other", "websocket"])
def test_fallback_gets_a_body_without_the_upgrade_that_would_hide_it(name: str) -> None:
    # A server that ignores Upgrade must not take the body for a request [contract 8.4].
    stream = heads.upgrade(name, "Content-Length: 4") + b"body"
    expected = heads.write("POST", "/", "Content-Length: 4") + b"body"
    for cut in range(1, len(stream)):
        protocol, _, _ = fed(stream, cut)
        assert protocol.data == expected


@pytest.mark.parametrize("over", OVER)
async def test_fallback_answers_over_real_transports(over: str) -> None:
    async with serving(accept_echo, over=over, fallback=Echo) as service:
        client = await service.connect()
        assert await client.ask(PLAIN) == PLAIN
        assert service.server.stats() == {Reason.NO_UPGRADE: 1}


def test_broken_request_is_not_the_fallbacks() -> None:
    protocol = Recorder()
    factory = make_factory(accept_echo, fallback=lambda: protocol)[0]
    transport = Transport().connect(factory).receive(GARBAGE)
    assert transport.written.startswith(b"HTTP/1.1 400 ")
    assert protocol.calls == []


def test_fallback_that_raises_is_500_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fallback() -> asyncio.Protocol:
        raise LookupError

    factory = make_factory(accept_echo, fallback=fallback)[0]
    transport = Transport().connect(factory).receive(PLAIN)
    assert transport.written.startswith(b"HTTP/1.1 500 ")
    assert factory.stats() == {Reason.HANDLER_FAILED: 1}
    (record,) = records(caplog)
    assert record.getMessage() == "the fallback failed: 'GET / HTTP/1.1'"


class Broken(Recorder):
    """Fails in one of its callbacks."""

    def __init__(self, where: str) -> None:
        super().__init__()
        setattr(self, where, self._fail)

    def _fail(self, *_: object) -> None:
        raise LookupError


class Closing(Recorder):
    """Closes its transport at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close it."""
        super().connection_made(transport)
        self.transport.close()


def test_fallback_that_closes_as_it_is_connected_gets_nothing() -> None:
    # As from any transport.
    protocol = Closing()
    factory = make_factory(accept_echo, fallback=lambda: protocol)[0]
    transport = Transport().connect(factory).receive(PLAIN + PLAIN)
    transport.lose()
    assert protocol.calls == ["connection_made", "connection_lost"]
    assert factory.stats() == {Reason.NO_UPGRADE: 1}


@pytest.mark.parametrize("where", ["connection_made", "data_received"])
@pytest.mark.parametrize("over", OVER)
async def test_fallback_whose_protocol_raises_loses_its_connection_and_leaves_nothing(
    over: str, where: str
) -> None:
    # As asyncio treats it: one error of the loop.
    errors: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    protocol = Broken(where)
    async with serving(accept_echo, over=over, fallback=lambda: protocol) as service:
        client = await service.connect()
        client.writer.write(PLAIN)
        assert await client.reader.read() == b""
        await until(lambda: protocol.calls[-1] == "connection_lost")
        assert [type(error["exception"]) for error in errors] == [LookupError]
        factory = service.server._factory
        assert factory.stats() == {Reason.NO_UPGRADE: 1}
        assert not factory.served
        assert factory.deadlines._timer is None
