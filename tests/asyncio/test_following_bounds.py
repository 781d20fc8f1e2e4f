"""What bounds a connection in front of a fallback, and what its later heads are held to.

In: many requests, slow ones, those that no policy admits, pauses of both sides. Out: when reading
pauses, when time is over, what is refused [contract 8.6].
Not here: the order of what is refused (`test_following_order`).
"""

from __future__ import annotations

import asyncio

import heads
import pytest
from asyncio_helpers import ECHO, ECHO_ACCEPTED, START_TLS, Handlers, settle
from fakes import Recorder, Transport
from following import CLOSES, CONNECT, FOREIGN, GET, OK, POST, Site

from upgrade101 import H2C, TLS, Negotiator, Protocol, Reason, WebSocket
from upgrade101._connection import State

MOST = 64
STRICT = Negotiator(
    WebSocket(origins="same-origin"),
    Protocol("echo", body=True),
    H2C(prior_knowledge=True),
    TLS(),
    hosts=("example.com",),
)


# ---- 64 requests


@pytest.mark.parametrize("pieces", [1, MOST, 3 * MOST])
async def test_no_more_requests_go_on_than_may_be_unanswered(pieces: int) -> None:
    stream = 3 * MOST * GET
    size = len(stream) // pieces
    site = Site()
    sent = 0
    while sent < len(stream) and not site.transport.paused:
        site.receive(stream[sent : sent + size])
        sent += size
    assert site.state is State.FULL
    assert site.fallback.data == MOST * GET
    await site.answer()
    assert site.fallback.data == min(MOST + 1, sent // len(GET)) * GET
    while sent < len(stream):
        while site.transport.paused:
            await site.answer()
        site.receive(stream[sent : sent + size])
        sent += size
        assert len(site.fallback.data) - len(site.transport.written) // len(OK) * len(GET) <= (
            MOST * len(GET)
        )
    while len(site.transport.written) < 3 * MOST * len(OK):
        await site.answer()
    assert len(site.decisions) == 3 * MOST
    assert site.fallback.data == stream
    assert site.state is State.IDLE


async def test_reading_pauses_at_64_requests_and_not_at_63() -> None:
    site = Site().receive((MOST - 1) * GET)
    assert not site.transport.paused
    assert site.state is State.IDLE
    site.receive(GET)
    assert site.transport.paused
    assert site.state is State.FULL
    await site.answer(OK[:-1])
    assert site.state is State.FULL
    await site.answer(OK[-1:])
    assert not site.transport.paused
    assert site.state is State.IDLE


@pytest.mark.parametrize("answered", [1, 2, 63, 64])
async def test_reading_resumes_however_many_are_answered_in_one_write(answered: int) -> None:
    site = Site().receive(MOST * GET)
    await site.answer(answered * OK)
    assert not site.transport.paused
    site.receive(GET)
    assert site.transport.paused == (answered == 1)


async def test_body_of_the_64th_request_goes_on() -> None:
    site = Site().receive((MOST - 1) * GET + POST)
    assert not site.transport.paused
    site.receive(b"body" + GET)
    assert site.fallback.data == (MOST - 1) * GET + POST + b"body"
    assert site.transport.paused
    await site.answer()
    assert site.fallback.data == (MOST - 1) * GET + POST + b"body" + GET


async def test_upgrade_after_63_requests_waits_for_all() -> None:
    site = Site().receive((MOST - 1) * GET + ECHO)
    await site.answer(times=MOST - 2)
    assert site.state is State.HELD
    await site.answer()
    assert site.transport.written == (MOST - 1) * OK + ECHO_ACCEPTED


async def test_connect_as_the_64th_request_waits_for_its_answer() -> None:
    site = Site().receive((MOST - 1) * GET + CONNECT + GET)
    assert site.state is State.ASKED
    await site.answer(times=MOST)
    assert site.fallback.data == (MOST - 1) * GET + CONNECT + GET


async def test_full_connection_reads_the_end_once_it_reads_again() -> None:
    site = Site().receive(MOST * GET)
    site.transport.lose()
    assert site.fallback.calls[-1] == "connection_lost"
    await settle(3)
    assert site.state is State.GONE


# ---- what is kept


@pytest.mark.parametrize("asks", [GET + ECHO, FOREIGN, CONNECT, GET + heads.PREFACE[:1] + b"\0"])
async def test_kept_bytes_are_bound(asks: bytes) -> None:
    site = Site(pending_bytes=10).receive(asks).receive(bytes(10))
    assert site.state in (State.HELD, State.ASKED)
    assert not site.transport.paused
    site.receive(b"\0")
    assert site.transport.paused


@pytest.mark.parametrize("behind", [10, 11])
async def test_bytes_of_the_same_read_are_bound_too(behind: int) -> None:
    for asks in (GET + ECHO, FOREIGN):
        site = Site(pending_bytes=10).receive(asks + bytes(behind))
        assert site.transport.paused == (behind == 11)


async def test_reading_is_on_after_the_switch_that_kept_bytes_waited_for() -> None:
    site = Site(pending_bytes=0).receive(GET + ECHO + b"behind")
    assert site.transport.paused
    await site.answer()
    assert not site.transport.paused
    assert site.upgraded.data == b"behind"


async def test_reading_stays_paused_while_a_handler_decides_on_what_was_held() -> None:
    handlers = Handlers()
    site = Site(handlers, pending_bytes=0).receive(GET + ECHO + b"behind")
    await site.answer()
    assert site.state is State.DECIDING
    assert site.transport.paused
    await handlers.release()
    assert not site.transport.paused


async def test_byte_that_is_kept_after_a_held_upgrade_to_tls_is_its_leftover() -> None:
    site = Site().receive(GET + START_TLS).receive(b"\0")
    await site.answer()
    assert site.reasons[1:] == [Reason.TLS_LEFTOVER]
    assert site.upgraded.calls == []
    site = Site().receive(GET + START_TLS)
    await site.answer()
    assert site.reasons[1:] == [Reason.SWITCHED]


# ---- time


async def test_time_of_a_later_head_runs_from_its_first_byte() -> None:
    site = Site(handshake_timeout=10).receive(GET)
    await site.answer()
    # Between requests the fallback's own idle time applies.
    site.clock.advance(1000)
    assert site.state is State.IDLE
    for byte in (b"G", b"E", b"T"):
        site.receive(byte)
        assert site.factory.pending == 1
        site.clock.advance(3.3)
        await settle(3)
    assert site.state is State.READING
    site.clock.advance(0.2)
    await settle(3)
    assert site.transport.written.startswith(OK + b"HTTP/1.1 408 Request Timeout")
    assert site.reasons == [Reason.NO_UPGRADE, Reason.HANDSHAKE_TIMEOUT]
    assert site.fallback.data == GET


@pytest.mark.parametrize("skipped", [b"\r\n", b"\r"])
async def test_skipped_line_does_not_begin_the_time(skipped: bytes) -> None:
    site = Site(handshake_timeout=10).receive(GET).receive(skipped)
    assert site.factory.pending == 0
    site.clock.advance(1000)
    assert site.state is State.IDLE
    assert site.clock.timers == []
    rest = b"\r\n"[len(skipped) :]
    site.receive(rest + b"G")
    assert site.factory.pending == 1
    site.receive(b"ET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert site.fallback.data == GET + b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
    assert site.factory.pending == 0


async def test_timeout_of_a_later_head_waits_for_its_turn() -> None:
    site = Site(handshake_timeout=10).receive(GET + GET + GET[:9])
    site.clock.advance(11)
    assert site.state is State.HELD
    assert site.factory.pending == 0
    site.receive(GET[9:])
    await site.answer()
    assert site.transport.written == OK
    await site.answer()
    assert site.transport.written.startswith(2 * OK + b"HTTP/1.1 408 ")
    assert site.reasons[2:] == [Reason.HANDSHAKE_TIMEOUT]


async def test_time_ends_with_the_head() -> None:
    site = Site(handshake_timeout=10)
    for piece in (GET[:5], GET[5:], POST[:5], POST[5:], b"bo"):
        site.receive(piece)
    site.clock.advance(100)
    await settle(3)
    assert site.state is State.PASSING
    assert site.clock.timers == []
    assert site.transport.written == b""


async def test_time_for_a_body_that_is_asked_for_runs_from_the_100() -> None:
    head = heads.upgrade("echo", "Content-Length: 4", "Expect: 100-continue")
    site = Site(handshake_timeout=10).receive(GET + head)
    site.clock.advance(100)
    await site.answer()
    assert site.factory.pending == 1
    site.clock.advance(11)
    await settle(3)
    assert site.reasons[1:] == [Reason.HANDSHAKE_TIMEOUT]


# ---- policy


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (heads.websocket("Origin: https://evil.example"), Reason.WS_ORIGIN_FORBIDDEN),
        (GET.replace(b"example.com", b"evil.example"), Reason.HOST_FORBIDDEN),
        (GET.replace(b"Host: example.com\r\n", b""), Reason.HOST_MISSING),
        (heads.write("GET", "/", "Host: example.com"), Reason.HOST_DUPLICATE),
        (heads.write("GET", "/", "A: b\nC: d"), Reason.BARE_LF),
        (
            heads.write("POST", "/", "Content-Length: 4", "Transfer-Encoding: chunked"),
            Reason.FRAMING_CONFLICT,
        ),
        (heads.write("GET", "/", "A: " + "a" * 16384), Reason.HEAD_TOO_LARGE),
        (b"\x16\x03\x01", Reason.TLS_CLIENT_HELLO),
        (heads.PREFACE, Reason.HTTP2_PREFACE),
        # A PROXY header is recognised at the very beginning only.
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", Reason.BAD_TARGET),
        (b"\r\n\r\n\0\r\nQUIT\n", Reason.BAD_METHOD),
        (heads.write("GET", "/ HTTP/1.1\r\nHost: example.com\r\n\r\nGET /"), None),
    ],
)
async def test_later_head_is_held_to_what_the_first_is(later: bytes, reason: Reason | None) -> None:
    for cut in range(1, min(len(later), 200)):
        site = Site(negotiator=STRICT).receive(GET)
        await site.answer()
        site.receive(later[:cut])
        if site.state in (State.IDLE, State.READING):
            site.receive(later[cut:])
        await settle(3)
        if reason is None:
            assert site.fallback.data == GET + later
        else:
            assert site.reasons == [Reason.NO_UPGRADE, reason]
            assert site.fallback.data == GET
            assert site.transport.written.startswith(OK + b"HTTP/1.1 %d " % reason.status)


async def test_prior_knowledge_is_taken_at_the_very_beginning_only() -> None:
    site = Site(negotiator=STRICT).receive(heads.PREFACE)
    assert site.upgraded.data == heads.PREFACE
    site = Site(negotiator=STRICT).receive(b"\r\n" + heads.PREFACE)
    assert site.upgraded.calls == []


@pytest.mark.parametrize("secure", [False, True])
async def test_later_head_on_tls_is_decided_as_on_tls(*, secure: bool) -> None:
    transport = Transport(sslcontext=object()) if secure else Transport()
    site = Site(transport=transport).receive(GET)
    await site.answer()
    site.receive(START_TLS)
    await settle(3)
    assert site.reasons[1] is (Reason.TLS_ALREADY if secure else Reason.SWITCHED)


async def test_capacity_is_looked_at_when_it_is_an_upgrades_turn() -> None:
    site = Site(max_upgraded=0).receive(GET + ECHO)
    await site.answer()
    assert site.reasons[1:] == [Reason.CAPACITY]


# ---- flow control


async def test_fallback_that_pauses_reading_pauses_the_transport() -> None:
    site = Site().receive(POST)
    transport = site.fallback.transport
    transport.pause_reading()
    assert site.transport.paused
    assert not transport.is_reading()
    transport.resume_reading()
    assert not site.transport.paused
    assert transport.is_reading()
    assert site.transport.calls == ["pause_reading", "resume_reading"]


async def test_fallback_that_pauses_between_requests_is_not_given_more() -> None:
    class Pausing(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.transport.pause_reading()

    site = Site(make=Pausing).receive(GET)
    assert site.transport.paused


async def test_reading_goes_on_for_what_is_kept_though_the_fallback_has_paused() -> None:
    site = Site().receive(FOREIGN)
    site.fallback.transport.pause_reading()
    # The peer's end is seen while the answer is awaited.
    assert not site.transport.paused
    await site.answer()
    assert site.transport.paused


async def test_writing_is_paused_as_the_transport_says() -> None:
    site = Site().receive(GET)
    site.connection.pause_writing()
    assert site.fallback.calls[-1] == "pause_writing"
    site.connection.resume_writing()
    assert site.fallback.calls[-1] == "resume_writing"
    site.connection.pause_writing()
    await site.answer()
    site.receive(ECHO)
    await settle(3)
    assert site.upgraded.calls[:2] == ["connection_made", "pause_writing"]


async def test_fallback_is_told_of_a_pause_that_was_before_it() -> None:
    site = Site()
    site.connection.pause_writing()
    site.receive(GET)
    assert site.fallback.calls == ["connection_made", "pause_writing", "data_received"]


# ---- closing and draining


async def test_closing_ends_a_connection_between_two_requests_without_a_word() -> None:
    site = Site().receive(GET)
    await site.answer()
    site.factory.close()
    assert site.transport.closing
    assert site.transport.written == OK
    site.transport.lose()
    assert site.fallback.calls[-1] == "connection_lost"


@pytest.mark.parametrize("stream", [GET, POST + b"bo", FOREIGN, FOREIGN + GET])
async def test_closing_leaves_the_request_that_is_served_and_then_ends(stream: bytes) -> None:
    site = Site().receive(stream)
    site.factory.close()
    assert not site.transport.closing
    assert site.factory.pending == 0
    if stream.endswith(b"bo"):
        site.receive(b"dy")
    await site.answer()
    if stream == FOREIGN + GET:
        assert not site.transport.closing
        await site.answer()
    assert site.transport.closing


async def test_closing_refuses_a_part_of_a_later_head_in_its_turn() -> None:
    site = Site().receive(GET + GET[:5])
    site.factory.close()
    assert site.state is State.HELD
    await site.answer()
    assert site.transport.written.startswith(OK + b"HTTP/1.1 503 ")
    assert site.reasons[1:] == [Reason.SHUTDOWN]


async def test_upgrade_whose_turn_comes_after_the_closing_is_refused() -> None:
    site = Site().receive(GET + ECHO)
    site.factory.close()
    await site.answer()
    assert site.reasons[1:] == [Reason.SHUTDOWN]
    assert site.upgraded.calls == []


async def test_draining_decides_what_was_read_and_ends_what_is_idle() -> None:
    idle = Site().receive(GET)
    await idle.answer()
    assert await idle.factory.drain(0) is True
    assert idle.transport.closing
    held = Site().receive(GET + ECHO)
    assert await held.factory.drain(0) is False
    await held.answer()
    assert held.reasons[1:] == [Reason.SWITCHED]
    assert await held.factory.drain(0) is True


async def test_draining_ends_a_connection_after_the_request_that_is_served() -> None:
    site = Site().receive(GET)
    assert await site.factory.drain(0) is False
    assert not site.transport.closing
    await site.answer()
    assert site.transport.closing
    assert await site.factory.drain(0) is True


async def test_drain_ends_with_the_last_response_though_the_fallback_does_not_close() -> None:
    site = Site().receive(GET)
    draining = asyncio.ensure_future(site.factory.drain(timeout=None))
    await settle(3)
    await site.answer(CLOSES)
    assert await asyncio.wait_for(draining, 10) is True
    assert not site.transport.closing


async def test_drain_that_waits_for_a_request_ends_with_its_connection() -> None:
    site = Site().receive(GET)
    draining = asyncio.ensure_future(site.factory.drain(timeout=None))
    await settle(3)
    assert not draining.done()
    site.transport.lose()
    assert await asyncio.wait_for(draining, 10) is True


async def test_unfollowed_connection_is_the_fallbacks_to_end() -> None:
    site = Site().receive(GET)
    await site.answer(b"\0")
    site.factory.close()
    assert not site.transport.closing
    # Nobody knows what it still answers.
    assert await site.factory.drain(0) is False
    site.fallback.transport.close()
    assert await site.factory.drain(0) is True


# ---- health


async def test_health_is_answered_in_its_turn() -> None:
    site = Site(health="/healthz").receive(GET + heads.write("GET", "/healthz"))
    assert site.state is State.HELD
    await site.answer()
    assert site.transport.written.startswith(OK + b"HTTP/1.1 200 OK")
    assert site.fallback.data == GET


async def test_health_check_that_expects_to_be_asked_for_a_body_is_answered() -> None:
    head = heads.upgrade("echo", "Content-Length: 4", "Expect: 100-continue", method="GET")
    site = Site(health="/").receive(head)
    site.receive(b"body")
    assert b"HTTP/1.1 200 OK" in site.transport.written
