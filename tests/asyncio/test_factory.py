"""`UpgradeFactory`: its arguments, its counters, its capacity and its closing.

In: settings and connections. Out: what each connection gets, and what the factory says of all
[RFC 9110 15.6.4].
Not here: a connection by itself (`test_connection`), and listening (`test_server`).
"""

from __future__ import annotations

import asyncio
import functools
from math import nan
from typing import TYPE_CHECKING, Any

import pytest
from asyncio_helpers import (
    ECHO,
    ECHO_ACCEPTED,
    GARBAGE,
    NEGOTIATOR,
    PLAIN,
    Echo,
    Handlers,
    accept_echo,
    make_factory,
    records,
    settle,
    until,
)
from fakes import Recorder, Transport
from loops import LOOPS

from upgrade101 import Decision, Limits, Negotiator, Protocol, Reason, UpgradeFactory

if TYPE_CHECKING:
    from upgrade101 import Upgrade


def refused_for(transport: Transport, status: int) -> bool:
    """Return whether this status, and nothing else, was written."""
    return transport.written.startswith(b"HTTP/1.1 %d " % status) and (
        transport.written.count(b"HTTP/1.1") == 1
    )


# Arguments.


async def observe_later(*_: object) -> None:
    """Be what nobody would await."""


class ObserverLater:
    """Is as well."""

    async def __call__(self, *_: object) -> None:
        """Do nothing."""


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"negotiator": Protocol("echo")}, TypeError),
        ({"handler": None}, TypeError),
        ({"fallback": 1}, TypeError),
        ({"on_decision": 1}, TypeError),
        ({"on_decision": observe_later}, TypeError),
        ({"on_decision": functools.partial(observe_later, 1)}, TypeError),
        ({"on_decision": ObserverLater()}, TypeError),
        ({"admit": 1}, TypeError),
        ({"admit": observe_later}, TypeError),
        ({"health": b"/healthz"}, TypeError),
        ({"handshake_timeout": "1"}, TypeError),
        ({"decision_timeout": True}, TypeError),
        ({"refusal_timeout": -0.1}, ValueError),
        ({"shutdown_timeout": nan}, ValueError),
        ({"pending_bytes": 1.0}, TypeError),
        ({"pending_bytes": -1}, ValueError),
        ({"max_pending": -1}, ValueError),
        ({"max_upgraded": True}, TypeError),
    ],
)
def test_factory_with_wrong_argument_raises(wrong: dict[str, Any], error: type[Exception]) -> None:
    arguments = {"negotiator": NEGOTIATOR, "handler": accept_echo}
    with pytest.raises(error, match=next(iter(wrong))):
        UpgradeFactory(**(arguments | wrong))


@pytest.mark.parametrize(
    "right",
    [
        {"handshake_timeout": 0, "shutdown_timeout": 0},
        {"decision_timeout": None, "refusal_timeout": 0.5},
        {"pending_bytes": 0, "max_pending": 0, "max_upgraded": 0},
    ],
)
def test_factory_with_least_arguments_is_made(right: dict[str, Any]) -> None:
    assert UpgradeFactory(NEGOTIATOR, accept_echo, **right).pending == 0


@pytest.mark.parametrize("required", [False, True])
def test_factory_without_fallback_requires_an_upgrade_and_keeps_the_rest(
    required: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    limits = Limits(head=1000)
    negotiator = Negotiator(Protocol("echo"), required=required, hosts=("a",), limits=limits)
    derived = make_factory(accept_echo, negotiator)[0].negotiator
    assert derived.required
    assert (derived.offers, derived.hosts, derived.limits) == (
        negotiator.offers,
        negotiator.hosts,
        negotiator.limits,
    )
    assert make_factory(accept_echo, negotiator, fallback=Echo)[0].negotiator is negotiator


# Counting.


def test_each_final_decision_is_counted_and_seen_once_after_its_bytes() -> None:
    seen: list[tuple[Decision, bytes]] = []

    def on_decision(decision: Decision, transport: Any) -> None:  # noqa: ANN401 - a fake
        seen.append((decision, transport.written))

    def handler(upgrade: Upgrade) -> None:
        assert upgrade.request is not None
        if upgrade.request.target == "/":
            upgrade.accept(Recorder(), [("X-Node", "7")])
        else:
            upgrade.refuse(403)

    factory = make_factory(handler, fallback=Recorder, on_decision=on_decision)[0]
    for request in (ECHO, ECHO.replace(b" / ", b" /x "), GARBAGE, PLAIN, PLAIN):
        Transport().connect(factory).receive(request)
    assert all(decision.response == written for decision, written in seen)
    assert [decision.reason for decision, _ in seen] == [
        Reason.SWITCHED,
        Reason.REFUSED,
        Reason.BAD_METHOD,
        Reason.NO_UPGRADE,
        Reason.NO_UPGRADE,
    ]
    assert b"\r\nX-Node: 7\r\n" in seen[0][1]
    stats = factory.stats()
    assert stats == {
        Reason.SWITCHED: 1,
        Reason.REFUSED: 1,
        Reason.BAD_METHOD: 1,
        Reason.NO_UPGRADE: 2,
    }
    assert stats[Reason.WS_KEY_MISSING] == 0
    # It is the caller's.
    stats.clear()
    assert factory.stats()[Reason.NO_UPGRADE] == 2


def test_decision_is_seen_before_the_handover() -> None:
    calls: list[str] = []
    protocol = Recorder()
    factory = make_factory(
        lambda upgrade: upgrade.accept(protocol),
        on_decision=lambda _, transport: calls.extend(transport.calls),
    )[0]
    Transport().connect(factory).receive(ECHO)
    assert calls == ["write"]
    assert protocol.calls == ["connection_made"]


def test_on_decision_that_raises_is_logged_and_harms_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def on_decision(decision: Decision, _: object) -> None:
        raise LookupError(decision)

    factory = make_factory(accept_echo, on_decision=on_decision)[0]
    transport = Transport().connect(factory).receive(ECHO + b"left")
    assert transport.written == ECHO_ACCEPTED + b"left"
    (record,) = records(caplog)
    assert record.getMessage() == "on_decision failed: 'POST / HTTP/1.1'"
    assert record.exc_info is not None


async def test_pending_counts_heads_and_handlers_and_not_refusals() -> None:
    handlers = Handlers()
    factory = make_factory(handlers)[0]
    transports = [Transport().connect(factory) for _ in range(4)]
    assert factory.pending == 4
    transports[0].receive(ECHO)
    transports[1].receive(GARBAGE)
    transports[2].receive(ECHO[:9])
    assert factory.pending == 3
    await handlers.release()
    assert factory.pending == 2


# Capacity.


async def test_connection_beyond_max_pending_is_refused_before_its_head() -> None:
    handlers = Handlers()
    factory = make_factory(handlers, max_pending=2)[0]
    first, second = (Transport().connect(factory) for _ in range(2))
    first.receive(ECHO)
    refused = Transport().connect(factory)
    assert refused_for(refused, 503)
    assert b"\r\nRetry-After: 1\r\n" in refused.written
    assert refused.calls == ["write", "write_eof"]
    assert factory.pending == 2
    second.lose()
    assert Transport().connect(factory).calls == []
    await handlers.release()
    assert first.written == ECHO_ACCEPTED
    assert factory.stats() == {Reason.CAPACITY: 1, Reason.SWITCHED: 1}


def test_connection_beyond_max_upgraded_is_refused_before_its_head() -> None:
    factory = make_factory(accept_echo, max_upgraded=1)[0]
    first = Transport().connect(factory)
    waiting = Transport().connect(factory)
    assert factory.upgraded == 0
    first.receive(ECHO)
    assert factory.upgraded == 1
    assert refused_for(Transport().connect(factory), 503)
    # It had been taken when there was room.
    assert refused_for(waiting.receive(ECHO), 503)
    first.close()
    assert factory.upgraded == 0
    assert Transport().connect(factory).receive(ECHO).written == ECHO_ACCEPTED


def test_max_upgraded_with_fallback_refuses_upgrades_only() -> None:
    protocol = Recorder()
    factory = make_factory(accept_echo, max_upgraded=0, fallback=lambda: protocol)[0]
    assert Transport().connect(factory).receive(PLAIN).calls == []
    assert protocol.data == PLAIN
    assert refused_for(Transport().connect(factory).receive(ECHO), 503)
    assert factory.stats() == {Reason.NO_UPGRADE: 1, Reason.CAPACITY: 1}


async def test_handlers_that_decide_count_towards_max_upgraded() -> None:
    handlers = Handlers()
    factory = make_factory(handlers, max_upgraded=1)[0]
    first, second = (Transport().connect(factory) for _ in range(2))
    first.receive(ECHO)
    second.receive(ECHO)
    assert refused_for(second, 503)
    await handlers.release()
    assert first.written == ECHO_ACCEPTED
    assert factory.upgraded == 1


def test_refusals_do_not_count_towards_max_upgraded() -> None:
    factory = make_factory(lambda upgrade: upgrade.refuse(403), max_upgraded=1)[0]
    for _ in range(2):
        assert refused_for(Transport().connect(factory).receive(ECHO), 403)
    assert factory.upgraded == 0


def test_upgraded_is_not_known_without_max_upgraded() -> None:
    factory = make_factory(accept_echo)[0]
    Transport().connect(factory).receive(ECHO)
    assert factory.upgraded is None


# Closing.


async def test_close_refuses_what_has_sent_a_part_of_a_head_at_once() -> None:
    factory, clock = make_factory(accept_echo)
    transports = [Transport().connect(factory).receive(data) for data in (ECHO[:1], ECHO[:-1])]
    factory.close()
    assert all(refused_for(transport, 503) for transport in transports)
    assert factory.stats() == {Reason.SHUTDOWN: 2}
    await factory.wait_closed()
    for transport in transports:
        transport.lose()
    assert clock.timers == []


async def test_close_ends_what_has_sent_nothing_without_a_word() -> None:
    factory, clock = make_factory(accept_echo)
    transport = Transport().connect(factory)
    factory.close()
    # A browser would take a 503 for the answer to the request that it sends next.
    assert "close" in transport.calls
    assert transport.written == b""
    assert factory.stats() == {}
    await factory.wait_closed()
    transport.lose()
    assert clock.timers == []


async def test_close_gives_handlers_their_time_to_answer() -> None:
    handlers = Handlers()
    factory, clock = make_factory(handlers, shutdown_timeout=5)
    transport = Transport().connect(factory).receive(ECHO)
    await settle()
    closed = asyncio.ensure_future(factory.wait_closed())
    factory.close()
    clock.advance(4.9)
    await settle()
    assert not closed.done()
    await handlers.release()
    assert transport.written == ECHO_ACCEPTED
    await closed
    assert clock.timers == []


async def test_close_cuts_handlers_short_when_their_time_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    handlers = Handlers()
    factory, clock = make_factory(handlers, decision_timeout=30, shutdown_timeout=5)
    transport = Transport().connect(factory).receive(ECHO)
    await settle()
    clock.advance(27)
    late = Transport().connect(factory).receive(ECHO)
    await settle()
    factory.close()
    # Its own deadline comes first.
    clock.advance(3)
    factory.close()
    assert refused_for(transport, 503)
    assert factory.stats() == {Reason.DECISION_TIMEOUT: 1}
    clock.advance(2)
    assert refused_for(late, 503)
    assert factory.stats() == {Reason.DECISION_TIMEOUT: 1, Reason.SHUTDOWN: 1}
    await factory.wait_closed()
    await settle()
    assert handlers.cancelled == 2
    assert not records(caplog)


async def test_close_cuts_a_handler_short_that_has_no_deadline() -> None:
    factory, clock = make_factory(Handlers(), decision_timeout=None, shutdown_timeout=5)
    Transport().connect(factory).receive(ECHO)
    factory.close()
    clock.advance(5)
    assert factory.stats() == {Reason.SHUTDOWN: 1}
    await settle()


def test_closed_factory_refuses_new_connections() -> None:
    factory = make_factory(accept_echo)[0]
    factory.close()
    assert refused_for(Transport().connect(factory), 503)
    assert factory.stats() == {Reason.SHUTDOWN: 1}


def test_close_by_a_handler_leaves_its_answer_to_it() -> None:
    def handler(upgrade: Upgrade) -> None:
        factory.close()
        accept_echo(upgrade)

    factory = make_factory(handler)[0]
    waiting = Transport().connect(factory).receive(ECHO[:1])
    assert Transport().connect(factory).receive(ECHO).written == ECHO_ACCEPTED
    assert refused_for(waiting, 503)


def test_close_by_on_decision_refuses_the_others_once() -> None:
    factory = make_factory(accept_echo, on_decision=lambda *_: factory.close())[0]
    others = [Transport().connect(factory).receive(ECHO[:1]) for _ in range(3)]
    Transport().connect(factory).receive(ECHO)
    assert all(refused_for(transport, 503) for transport in others)
    assert factory.stats() == {Reason.SWITCHED: 1, Reason.SHUTDOWN: 3}


def test_close_during_which_another_connection_is_lost_goes_on() -> None:
    factory = make_factory(accept_echo, on_decision=lambda *_: transports.pop().lose())[0]
    transports = [Transport().connect(factory).receive(ECHO[:1]) for _ in range(2)]
    factory.close()
    assert factory.stats() == {Reason.SHUTDOWN: 1}
    assert factory.pending == 0


@pytest.mark.parametrize("received", [b"", ECHO[:1]])
def test_close_of_connection_that_is_closing_does_not_answer_it(received: bytes) -> None:
    factory = make_factory(accept_echo)[0]
    transport = Transport().connect(factory).receive(received)
    transport.close()
    factory.close()
    assert transport.written == b""
    assert factory.stats() == {}
    assert factory.pending == 0


async def test_close_leaves_upgraded_connections_alone() -> None:
    factory = make_factory(accept_echo, max_upgraded=1)[0]
    transport = Transport().connect(factory).receive(ECHO)
    factory.close()
    await factory.wait_closed()
    assert transport.calls == ["write", "set_protocol"]
    assert factory.upgraded == 1


async def test_wait_closed_waits_for_close_and_for_the_last_decision() -> None:
    factory = make_factory(accept_echo)[0]
    waits = [asyncio.ensure_future(factory.wait_closed()) for _ in range(3)]
    await settle()
    assert not any(wait.done() for wait in waits)
    waits[0].cancel()
    factory.close()
    await until(lambda: all(wait.done() for wait in waits))
    assert [wait.cancelled() for wait in waits] == [True, False, False]


def test_factory_in_a_second_loop_is_refused(loop: str) -> None:
    factory = UpgradeFactory(NEGOTIATOR, accept_echo)

    async def make() -> asyncio.Protocol:
        return factory()

    with asyncio.Runner(loop_factory=LOOPS[loop]) as first:
        first.run(make())
        first.run(make())
        with (
            pytest.raises(RuntimeError, match="another event loop"),
            asyncio.Runner(loop_factory=LOOPS[loop]) as second,
        ):
            second.run(make())
    assert factory.pending == 2


async def test_factory_serves_behind_any_acceptor() -> None:
    factory = UpgradeFactory(NEGOTIATOR, accept_echo)
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(ECHO + b"left")
    assert await reader.readexactly(len(ECHO_ACCEPTED) + 4) == ECHO_ACCEPTED + b"left"
    writer.close()
    await writer.wait_closed()
    server.close()
    factory.close()
    await factory.wait_closed()
    await settle()
