"""Health checks: what `health` answers, and when.

In: GET and HEAD of the path, and requests that are one thing off. Out: 200 or 503, no decision.
Not here: a check that waits for the responses that are due before it (`test_following_bounds`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import heads
import pytest
from asyncio_helpers import ECHO, ECHO_ACCEPTED, accept_echo, make_factory, records, serving, until
from fakes import Recorder, Transport
from following import GET, OK, Site

from upgrade101 import Negotiator, Protocol, Reason, UpgradeFactory

if TYPE_CHECKING:
    from upgrade101 import Decision

CHECK = heads.write("GET", "/healthz")
NEGOTIATOR = Negotiator(Protocol("echo", body=True), hosts=("example.com",))


def make(**settings: Any) -> tuple[UpgradeFactory, list[Decision]]:  # noqa: ANN401
    """Return a factory with health checks, and what it decides."""
    seen: list[Decision] = []
    factory = make_factory(
        accept_echo,
        NEGOTIATOR,
        health="/healthz",
        on_decision=lambda decision, _: seen.append(decision),
        **settings,
    )[0]
    return factory, seen


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(CHECK, id="get"),
        pytest.param(heads.write("GET", "/healthz?verbose=1"), id="query"),
        pytest.param(CHECK.replace(b"example.com", b"10.0.0.7"), id="a-host-that-is-not-ours"),
        pytest.param(
            b"GET http://example.com/healthz HTTP/1.1\r\nHost: example.com\r\n\r\n", id="absolute"
        ),
        pytest.param(b"GET /healthz HTTP/1.0\r\n\r\n", id="http-1.0"),
        pytest.param(heads.upgrade("echo", method="GET", target="/healthz"), id="upgrade"),
    ],
)
@pytest.mark.parametrize("fallback", [None, Recorder])
def test_health_check_is_answered_200_and_is_no_decision(
    check: bytes, fallback: type[Recorder] | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "upgrade101")
    factory, seen = make(fallback=fallback)
    transport = Transport().connect(factory).receive(check)
    head, _, content = transport.written.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nConnection: close" in head
    assert content == b"OK\n"
    assert transport.calls == ["write", "write_eof"]
    assert factory.stats() == {}
    assert seen == []
    assert not records(caplog)
    assert factory.pending == 0


def test_health_check_by_head_is_answered_without_content() -> None:
    factory, _ = make()
    by_get = Transport().connect(factory).receive(CHECK).written
    by_head = Transport().connect(factory).receive(CHECK.replace(b"GET", b"HEAD")).written
    assert by_get == by_head + b"OK\n"


@pytest.mark.parametrize(
    ("request_bytes", "reason"),
    [
        (heads.write("POST", "/healthz"), Reason.UPGRADE_REQUIRED),
        (heads.write("GET", "/healthz/"), Reason.UPGRADE_REQUIRED),
        (heads.write("GET", "/"), Reason.UPGRADE_REQUIRED),
        (CHECK.replace(b"Host", b"\0ost"), Reason.BAD_FIELD_NAME),
    ],
)
def test_request_that_is_no_health_check_is_decided(request_bytes: bytes, reason: Reason) -> None:
    factory, _ = make()
    Transport().connect(factory).receive(request_bytes)
    assert factory.stats() == {reason: 1}


def test_path_without_health_is_decided() -> None:
    factory = make_factory(accept_echo, NEGOTIATOR)[0]
    Transport().connect(factory).receive(CHECK)
    assert factory.stats() == {Reason.UPGRADE_REQUIRED: 1}


def test_health_check_that_waits_to_be_asked_for_its_body_is_asked_and_answered() -> None:
    check = heads.upgrade(
        "echo", "Content-Length: 4", "Expect: 100-continue", method="GET", target="/healthz"
    )
    factory, seen = make()
    transport = Transport().connect(factory).receive(check)
    assert transport.written == b"HTTP/1.1 100 Continue\r\n\r\n"
    transport.receive(b"body")
    assert b"HTTP/1.1 200 " in transport.written
    assert seen == []


def test_upgrade_on_another_path_goes_on() -> None:
    factory, _ = make()
    assert Transport().connect(factory).receive(ECHO).written == ECHO_ACCEPTED


@pytest.mark.parametrize("notice", [0.2, 0])
async def test_health_is_503_from_the_notice_of_a_drain_on(notice: float) -> None:
    async with serving(accept_echo, health="/healthz") as service:
        before, after = await service.connect(), await service.connect()
        assert (await before.ask(CHECK)).startswith(b"HTTP/1.1 200 ")
        draining = asyncio.ensure_future(service.server.drain(notice=notice))
        await until(lambda: not service.server._factory.is_healthy)
        # A connection that was accepted before, or while the notice runs.
        client = await service.connect() if notice else after
        assert (await client.ask(CHECK)).startswith(b"HTTP/1.1 503 ")
        after.writer.close()
        assert await draining is True
        assert service.server.stats() == {}


@pytest.mark.parametrize("closes", [True, False])
async def test_health_of_a_factory_that_closes_or_drains_is_503(closes: bool) -> None:  # noqa: FBT001 - a parameter of the test
    site = Site(health="/healthz").receive(GET)
    if closes:
        site.factory.close()
    else:
        await site.factory.drain(0)
    site.receive(CHECK)
    await site.answer()
    assert site.transport.written.startswith(OK + b"HTTP/1.1 503 ")


@pytest.mark.parametrize("health", ["healthz", "/a?b", "/a#b", "/a b", "/a*", "/\xe9", ""])
def test_health_that_is_no_path_raises(health: str) -> None:
    with pytest.raises(ValueError, match="health"):
        UpgradeFactory(NEGOTIATOR, accept_echo, health=health)
