"""What a fallback sees of an upgrade [contract 8.4], and of one that was declined [contract 8.5].

In: upgrades that are not taken here. Out: the bytes that the fallback gets.
Not here: what it makes of them (`test_following_answers`).
"""

from __future__ import annotations

import asyncio

import heads
import pytest
from asyncio_helpers import ECHO, WEBSOCKET, settle
from fakes import Recorder
from following import GET, LAST, OK, SWITCHES, Site

from upgrade101 import Negotiator, Protocol, Reason, Upgrade, WebSocket
from upgrade101._connection import State

OFFERED = Negotiator(
    WebSocket(paths=("/chat",), origins=None), Protocol("echo", methods=("POST",), paths=("/",))
)
LINES = (b"Upgrade: ", b"HTTP2-Settings: ")


@pytest.mark.parametrize(
    ("head", "reason", "left_out"),
    [
        (heads.websocket(method="POST"), Reason.WS_METHOD, True),
        (heads.upgrade("ECHO", method="GET"), Reason.METHOD_NOT_ALLOWED, True),
        (heads.write("GET", "/chat", "Upgrade: websocket"), Reason.CONNECTION_OPTION_MISSING, True),
        (
            heads.upgrade("echo").replace(b"HTTP/1.1", b"HTTP/1.0"),
            Reason.UPGRADE_ON_HTTP_1_0,
            True,
        ),
        (heads.upgrade("foreign", "Content-Length: 4"), Reason.PROTOCOL_NOT_OFFERED, True),
        (heads.upgrade("foreign", "Transfer-Encoding: chunked"), Reason.PROTOCOL_NOT_OFFERED, True),
        (heads.upgrade("foreign"), Reason.PROTOCOL_NOT_OFFERED, False),
        (heads.upgrade("foreign", "Content-Length: 0"), Reason.PROTOCOL_NOT_OFFERED, False),
        (heads.websocket(target="/own"), Reason.PATH_NOT_OFFERED, False),
        (GET, Reason.NO_UPGRADE, False),
    ],
)
async def test_fallback_sees_no_upgrade_that_was_decided_here(
    head: bytes,
    reason: Reason,
    left_out: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    site = Site(negotiator=OFFERED).receive(GET)
    await site.answer()
    site.receive(head)
    assert site.reasons == [Reason.NO_UPGRADE, reason]
    seen = site.fallback.data.removeprefix(GET)
    assert seen == site.decisions[1].forward
    if not left_out:
        assert seen == head
    else:
        assert not [line for line in seen.split(b"\r\n") if line.startswith(LINES)]
        assert b"upgrade" not in seen.lower()
        kept = [
            line for line in head.split(b"\r\n") if not line.startswith((*LINES, b"Connection: "))
        ]
        assert seen == b"\r\n".join(kept)


async def test_body_of_an_upgrade_that_nobody_takes_is_no_request() -> None:
    head = heads.upgrade("foreign", f"Content-Length: {len(GET)}")
    site = Site().receive(head + GET)
    assert site.state is State.IDLE
    assert site.fallback.data.endswith(b"\r\n\r\n" + GET)
    assert b"pgrade" not in site.fallback.data
    assert len(site.decisions) == 1


# ---- declining


def decline(upgrade: Upgrade) -> None:
    """Leave an upgrade to the fallback."""
    assert upgrade.decline() is True


@pytest.mark.parametrize("before", [b"", GET])
@pytest.mark.parametrize("head", [ECHO, WEBSOCKET])
async def test_declined_upgrade_is_served_untouched(before: bytes, head: bytes) -> None:
    for cut in range(1, len(head)):
        site = Site(decline)
        if before:
            site.receive(before)
            await site.answer()
        stream = head + GET
        site.receive(stream[:cut])
        site.receive(stream[cut:])
        await settle(3)
        # A new protocol, if an earlier one was detached.
        assert len(site.made) == 1 + bool(before)
        assert site.fallback.data == head
        assert site.state is State.ASKED
        assert site.reasons[-1] is Reason.PROTOCOL_NOT_OFFERED
        await site.answer()
        assert site.fallback.data == head + GET
        assert site.transport.written == OK * len(site.made)
        assert site.factory.pending == 0


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        ("Content-Length: 4", b"body"),
        ("Transfer-Encoding: chunked", b"4\r\nbody\r\n0\r\nT: t\r\n\r\n"),
    ],
)
async def test_declined_upgrade_with_a_body_is_served_without_its_upgrade(
    framing: str, body: bytes
) -> None:
    head = heads.upgrade("echo", framing)
    for cut in range(1, len(head + body)):
        site = Site(decline)
        stream = head + body + GET
        site.receive(stream[:cut])
        site.receive(stream[cut:])
        await settle(3)
        # Some servers lose the body of a request whose upgrade they do not take.
        assert b"pgrade" not in site.fallback.data
        assert site.fallback.data.endswith(f"{framing}\r\n\r\n".encode() + body + GET)
        assert site.state is State.IDLE
        await site.answer()
        assert site.transport.written == OK


async def test_fallback_may_take_what_was_declined() -> None:
    site = Site(decline).receive(WEBSOCKET + b"frames")
    await site.answer(SWITCHES)
    assert site.transport.protocol is site.fallback
    assert site.fallback.data == WEBSOCKET + b"frames"


async def test_each_upgrade_may_be_declined_and_a_later_one_taken() -> None:
    answers = iter([decline, decline, None])
    upgraded = Recorder()

    def handler(upgrade: Upgrade) -> None:
        answer = next(answers)
        upgrade.accept(upgraded) if answer is None else answer(upgrade)

    site = Site(handler).receive(WEBSOCKET + WEBSOCKET + ECHO)
    await site.answer()
    await site.answer()
    assert site.transport.protocol is upgraded
    assert [each.data for each in site.made] == [WEBSOCKET, WEBSOCKET]
    assert [each.calls[-1] for each in site.made] == ["connection_lost"] * 2
    assert site.reasons == [Reason.PROTOCOL_NOT_OFFERED] * 2 + [Reason.SWITCHED]


async def test_declined_prior_knowledge_is_refused_as_the_preface() -> None:
    site = Site(decline).receive(heads.PREFACE)
    assert site.reasons == [Reason.HTTP2_PREFACE]
    assert site.made == []
    assert site.state is State.REFUSED


async def test_declined_last_request_is_the_last() -> None:
    head = heads.websocket("Connection: close")
    site = Site(decline).receive(head + GET)
    await site.answer()
    assert site.fallback.data == head
    assert site.state is State.LAST


async def test_upgrade_after_the_last_request_is_not_decided() -> None:
    site = Site().receive(LAST + ECHO)
    await site.answer()
    assert site.reasons == [Reason.NO_UPGRADE]


class Slow:
    """A handler that declines its first upgrade, and goes on until the test says so."""

    def __init__(self) -> None:
        self.cancelled: list[int] = []
        self.count = 0
        self.ended = 0
        self.go = asyncio.Event()

    async def __call__(self, upgrade: Upgrade) -> None:
        """Decline, or leave the upgrade open."""
        self.count += 1
        number = self.count
        if number == 1:
            upgrade.decline()
        try:
            await (self.go if number == 1 else asyncio.Event()).wait()
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        self.ended += 1


async def test_end_of_a_handler_that_has_declined_is_not_that_of_a_later_one() -> None:
    handler = Slow()
    site = Site(handler).receive(ECHO)
    await settle(3)
    await site.answer()
    site.receive(ECHO)
    await settle(3)
    handler.go.set()
    await settle(3)
    assert (handler.count, handler.ended) == (2, 1)
    assert site.state is State.DECIDING
    assert site.transport.written == OK
    site.transport.end()
    await settle(3)
    assert handler.cancelled == [2]


async def test_handler_that_has_declined_goes_on_when_its_peer_has_gone() -> None:
    handler = Slow()
    site = Site(handler).receive(ECHO)
    await settle(3)
    site.transport.lose()
    await settle(3)
    assert handler.cancelled == []
    handler.go.set()
    await settle(3)
    assert handler.ended == 1
    assert not site.factory.tasks
