"""The deadlines of a connection: absolute, whatever arrives.

In: a connection and a clock. Out: when it is ended, and how [RFC 9110 15.5.9].
Not here: the timer that they share (`test_timer`).
"""

from __future__ import annotations

import heads
import pytest
from asyncio_helpers import (
    ECHO,
    ECHO_ACCEPTED,
    GARBAGE,
    Echo,
    Handlers,
    accept_echo,
    make_factory,
    records,
    settle,
)
from fakes import Transport

from upgrade101 import Decision, Reason, UpgradeFactory

EXPECT = heads.upgrade("echo", "Content-Length: 4", "Expect: 100-continue")


def silent(factory: UpgradeFactory) -> Transport:
    """Return the transport of a new connection."""
    return Transport().connect(factory)


def test_handshake_timeout_of_silent_peer_closes_without_a_word() -> None:
    factory, clock = make_factory(accept_echo, handshake_timeout=10)
    transport = silent(factory)
    clock.advance(9.9)
    assert transport.calls == []
    clock.advance(0.1)
    assert "close" in transport.calls
    assert transport.written == b""
    assert factory.stats() == {}
    assert factory.pending == 0
    transport.lose()
    assert clock.timers == []


@pytest.mark.parametrize("received", [ECHO[:1], ECHO[:-1], EXPECT])
def test_handshake_timeout_after_a_byte_is_408(received: bytes) -> None:
    factory, clock = make_factory(accept_echo, handshake_timeout=10)
    transport = silent(factory).receive(received)
    before = transport.written
    clock.advance(9.9)
    assert transport.written == before
    clock.advance(0.1)
    assert transport.written.startswith(before + b"HTTP/1.1 408 ")
    assert factory.stats() == {Reason.HANDSHAKE_TIMEOUT: 1}
    transport.lose()
    assert clock.timers == []


def test_slow_head_of_one_byte_a_second_does_not_move_the_deadline() -> None:
    factory, clock = make_factory(accept_echo, handshake_timeout=10)
    transport = silent(factory)
    for byte in ECHO[:9]:
        clock.advance(1)
        transport.receive(bytes([byte]))
        assert transport.written == b""
    clock.advance(1)
    assert transport.written.startswith(b"HTTP/1.1 408 ")


def test_handshake_timeout_runs_from_the_accept() -> None:
    factory, clock = make_factory(accept_echo, handshake_timeout=10)
    protocol = factory()
    # TLS: the transport is there only when its handshake has ended.
    clock.advance(9)
    transport = Transport(sslcontext=True).connect(lambda: protocol).receive(ECHO[:1])
    clock.advance(1)
    assert transport.written.startswith(b"HTTP/1.1 408 ")


async def test_decision_timeout_cancels_and_is_503(caplog: pytest.LogCaptureFixture) -> None:
    handlers = Handlers()
    factory, clock = make_factory(handlers, handshake_timeout=10, decision_timeout=30)
    transport = silent(factory)
    clock.advance(9)
    transport.receive(ECHO)
    await settle()
    for _ in range(29):
        clock.advance(1)
        transport.receive(b"x")
    assert transport.written == b""
    clock.advance(1)
    assert transport.written.startswith(b"HTTP/1.1 503 ")
    assert factory.stats() == {Reason.DECISION_TIMEOUT: 1}
    assert handlers.upgrades[0].accept(Echo()) is False
    await settle()
    assert handlers.cancelled == 1
    assert not records(caplog)
    transport.lose()
    assert clock.timers == []


def test_connection_whose_time_is_over_before_its_tls_handshake_is_closed() -> None:
    factory, clock = make_factory(accept_echo, handshake_timeout=10, max_pending=0)
    connection = factory()
    clock.advance(10)
    assert factory.pending == 0
    transport = Transport().connect(lambda: connection)
    assert transport.calls == ["close"]
    assert transport.receive(ECHO).written == b""
    assert factory.stats() == {}
    transport.lose()
    assert clock.timers == []


async def test_expired_connection_that_is_closing_is_not_answered() -> None:
    # A TLS transport closes for as long as its peer pleases.
    handlers = Handlers()
    factory, clock = make_factory(handlers)
    transport = silent(factory).receive(ECHO)
    await settle()
    transport.close()
    clock.advance(30)
    assert transport.written == b""
    assert factory.stats() == {}
    assert factory.pending == 0
    clock.advance(1)
    assert transport.calls[-1] == "abort"
    assert clock.timers == []
    await settle()
    assert handlers.cancelled == 1


async def test_deadlines_are_on_by_default() -> None:
    factory, clock = make_factory(Handlers())
    slow, deciding = silent(factory).receive(ECHO[:1]), silent(factory).receive(ECHO)
    refused = silent(factory).receive(GARBAGE)
    await settle()
    clock.advance(0.5)
    assert not refused.closing
    clock.advance(0.5)
    assert refused.closing
    clock.advance(8.5)
    assert slow.written == b""
    clock.advance(0.5)
    assert slow.written.startswith(b"HTTP/1.1 408 ")
    clock.advance(19.5)
    assert deciding.written == b""
    clock.advance(0.5)
    assert deciding.written.startswith(b"HTTP/1.1 503 ")
    await settle()


async def test_timeouts_of_none_never_come() -> None:
    handlers = Handlers()
    factory, clock = make_factory(handlers, handshake_timeout=None, decision_timeout=None)
    waiting, deciding = silent(factory), silent(factory).receive(ECHO)
    assert clock.timers == []
    clock.advance(1e9)
    assert waiting.calls == deciding.calls == []
    waiting.lose()
    deciding.lose()
    await settle()


def test_connection_decided_by_an_earlier_ones_end_is_left_alone() -> None:
    transports: list[Transport] = []

    def on_decision(decision: Decision, _: object) -> None:
        if decision.reason is Reason.HANDSHAKE_TIMEOUT:
            transports[1].receive(ECHO[1:])

    factory, clock = make_factory(accept_echo, handshake_timeout=10, on_decision=on_decision)
    transports += [silent(factory).receive(ECHO[:1]) for _ in range(2)]
    clock.advance(10)
    assert transports[0].written.startswith(b"HTTP/1.1 408 ")
    assert transports[1].written == ECHO_ACCEPTED
    assert factory.stats() == {Reason.HANDSHAKE_TIMEOUT: 1, Reason.SWITCHED: 1}
