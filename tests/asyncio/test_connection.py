"""A connection before its final decision: its bytes, and the end of its peer.

In: what a peer sends, in pieces. Out: the one final decision and who has the transport after it.
Not here: the fallback, handlers and deadlines, each in a file of its own, and tails over real
sockets (`test_tails`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import heads
import pytest
from asyncio_helpers import (
    ECHO,
    ECHO_ACCEPTED,
    GARBAGE,
    PLAIN,
    Handlers,
    accept_echo,
    make_factory,
    serving,
)
from fakes import BufferedRecorder, Recorder, Transport

from upgrade101 import Negotiator, Protocol, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from upgrade101 import Upgrade

EXPECT = heads.upgrade("echo", "Content-Length: 4", "Expect: 100-continue")
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize("make", [Recorder, lambda: BufferedRecorder(1000)])
def test_request_and_tail_cut_in_two_anywhere_is_delivered_once(
    make: Callable[[], Any],
) -> None:
    tail = bytes(range(256)) * 8
    stream = ECHO + tail
    for cut in range(1, len(stream)):
        protocol = make()
        factory = make_factory(lambda upgrade: upgrade.accept(protocol))[0]  # noqa: B023 - called at once
        transport = Transport().connect(factory).receive(stream[:cut])
        # What a transport delivers to a buffered protocol itself is no matter of this package.
        if isinstance(transport.protocol, asyncio.Protocol):
            transport.receive(stream[cut:])
            assert protocol.data == tail
        else:
            assert protocol.data == stream[len(ECHO) : cut]
        assert transport.written == ECHO_ACCEPTED


async def test_request_and_tail_cut_in_two_anywhere_is_kept_while_the_handler_decides() -> None:
    tail = bytes(range(256)) * 8
    stream = ECHO + tail
    for cut in range(1, len(stream), 7):
        protocol = Recorder()
        handlers = Handlers()
        handlers.answer = lambda upgrade: upgrade.accept(protocol)  # noqa: B023 - called at once
        transport = Transport().connect(make_factory(handlers)[0])
        transport.receive(stream[:cut])
        await asyncio.sleep(0)
        transport.receive(stream[cut:])
        await handlers.release()
        assert protocol.data == tail
        assert protocol.calls == ["connection_made", "data_received"]


def test_head_byte_by_byte_is_read() -> None:
    transport = Transport().connect(make_factory(accept_echo)[0])
    for byte in ECHO[:-1]:
        transport.receive(bytes([byte]))
        assert transport.calls == []
    assert transport.receive(ECHO[-1:]).written == ECHO_ACCEPTED


def test_expectation_is_answered_before_the_body_and_the_switch_after_it() -> None:
    protocol = Recorder()
    bodies: list[bytes] = []

    def handler(upgrade: Upgrade) -> None:
        bodies.append(upgrade.decision.body)
        upgrade.accept(protocol)

    factory = make_factory(handler)[0]
    transport = Transport().connect(factory).receive(EXPECT)
    assert transport.written == CONTINUE
    assert factory.pending == 1
    transport.receive(b"bo").receive(b"dyleft")
    assert transport.written == CONTINUE + ECHO_ACCEPTED
    assert bodies == [b"body"]
    assert protocol.data == b"left"
    assert factory.stats() == {Reason.SWITCHED: 1}


def test_http2_preface_is_the_protocols_and_nothing_is_written() -> None:
    protocol = Recorder()
    factory = make_factory(lambda upgrade: upgrade.accept(protocol))[0]
    transport = Transport().connect(factory).receive(heads.PREFACE + b"settings")
    assert transport.calls == ["set_protocol"]
    assert protocol.data == heads.PREFACE + b"settings"
    assert factory.stats() == {Reason.HTTP2_PRIOR_KNOWLEDGE: 1}


@pytest.mark.parametrize(
    ("request_bytes", "status", "reason"),
    [(GARBAGE, b"400", Reason.BAD_METHOD), (PLAIN, b"426", Reason.UPGRADE_REQUIRED)],
)
def test_refused_request_is_answered_and_lingers(
    request_bytes: bytes, status: bytes, reason: Reason
) -> None:
    factory = make_factory(accept_echo)[0]
    transport = Transport().connect(factory).receive(request_bytes)
    assert transport.written.startswith(b"HTTP/1.1 " + status)
    assert transport.calls == ["write", "write_eof"]
    assert factory.pending == 0
    assert factory.stats() == {reason: 1}


def test_bytes_after_the_final_decision_are_not_answered() -> None:
    transport = Transport().connect(make_factory(accept_echo)[0])
    connection = transport.protocol
    transport.receive(GARBAGE)
    written = transport.written
    connection.data_received(ECHO)
    assert transport.written == written


async def test_tls_transport_is_secure() -> None:
    negotiator = Negotiator(Protocol("echo"), hosts=("localhost:443",))
    async with serving(accept_echo, over="tls", negotiator=negotiator) as service:
        client = await service.connect()
        request = ECHO.replace(b"example.com", b"localhost")
        assert await client.ask(request) == ECHO_ACCEPTED


@pytest.mark.parametrize("received", [b"", ECHO[:-1]])
def test_end_of_peer_before_a_decision_closes_without_a_word(received: bytes) -> None:
    factory, clock = make_factory(accept_echo)
    transport = Transport().connect(factory)
    if received:
        transport.receive(received)
    transport.end()
    assert transport.calls[-1] == "close"
    assert transport.written == b""
    transport.lose()
    assert factory.pending == 0
    assert factory.stats() == {}
    assert clock.timers == []


def test_loss_of_peer_before_a_decision_ends_its_deadline() -> None:
    factory, clock = make_factory(accept_echo)
    transport = Transport().connect(factory)
    assert len(clock.timers) == 1
    transport.lose(ConnectionResetError())
    assert factory.pending == 0
    assert clock.timers == []
