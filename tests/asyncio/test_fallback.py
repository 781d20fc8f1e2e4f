"""Requests that are not upgraded: the fallback has the connection from its first byte.

In: a request and a fallback. Out: what the fallback's protocol gets, or the refusal.
Not here: the servers that are meant to be one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import heads
import pytest
from asyncio_helpers import GARBAGE, PLAIN, Echo, accept_echo, make_factory, records, serving
from fakes import Recorder, Transport

from upgrade101 import Reason

if TYPE_CHECKING:
    import asyncio

OVER = ["tcp", "tls", "unix"]


@pytest.mark.parametrize(
    "stream",
    [
        PLAIN,
        b"\r\n" + PLAIN,
        PLAIN + PLAIN,
        heads.write("POST", "/", "Content-Length: 4") + b"body" + PLAIN,
        heads.write("POST", "/", "Transfer-Encoding: chunked") + b"4\r\nbody\r\n0\r\n\r\n",
        heads.upgrade("other", "Content-Length: 4") + b"body",
    ],
)
def test_fallback_gets_the_connection_from_its_first_byte(stream: bytes) -> None:
    for cut in range(1, len(stream)):
        protocol = Recorder()
        factory = make_factory(accept_echo, fallback=lambda: protocol)[0]  # noqa: B023 - called at once
        transport = Transport().connect(factory).receive(stream[:cut]).receive(stream[cut:])
        assert protocol.data == stream
        assert protocol.calls[0] == "connection_made"
        assert transport.calls == ["set_protocol"]
        assert factory.pending == 0
        assert sum(factory.stats().values()) == 1


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
    assert record.getMessage() == "the fallback failed: b'GET / HTTP/1.1'"


def test_fallback_whose_protocol_raises_is_aborted_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(Recorder):
        def data_received(self, data: bytes) -> None:
            raise LookupError(data)

    factory = make_factory(accept_echo, fallback=Broken)[0]
    transport = Transport().connect(factory).receive(PLAIN)
    assert transport.calls == ["set_protocol", "abort"]
    assert factory.stats() == {Reason.NO_UPGRADE: 1}
    assert len(records(caplog)) == 1
