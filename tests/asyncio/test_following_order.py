"""The order of a connection in front of a fallback: what is no PASS waits for its turn.

In: a request that is switched, refused or asked for its body, after others. Out: what is written
and when, what the fallback is told, and what is dropped [contract 8.3].
Not here: the requests that go on (`test_following`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import heads
import pytest
from asyncio_helpers import ECHO, ECHO_ACCEPTED, GARBAGE, WEBSOCKET, settle
from fakes import Recorder
from following import (
    CHUNKED,
    CHUNKS,
    CLOSES,
    CONNECT,
    FOREIGN,
    GET,
    LAST,
    OK,
    POST,
    SWITCHES,
    Site,
)

from upgrade101 import Reason
from upgrade101._connection import State

if TYPE_CHECKING:
    import asyncio

OLD_KEPT = b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"
EXPECTING = heads.upgrade("echo", "Content-Length: 4", "Expect: 100-continue")


# ---- what is decided


@pytest.mark.parametrize("before", [GET, POST + b"body", CHUNKED + CHUNKS, OLD_KEPT, FOREIGN])
@pytest.mark.parametrize("behind", [b"", b"behind"])
async def test_later_upgrade_is_switched_as_the_first_would_be(
    before: bytes, behind: bytes
) -> None:
    site = Site().receive(before)
    await site.answer()
    site.receive(ECHO + behind)
    await settle(3)
    assert site.transport.written == OK + ECHO_ACCEPTED
    assert site.upgraded.data == behind
    assert site.upgraded.calls[0] == "connection_made"
    assert site.transport.protocol is site.upgraded
    assert site.fallback.data == before
    assert site.fallback.calls[-1] == "connection_lost"
    assert site.reasons[1:] == [Reason.SWITCHED]
    assert site.state is State.GONE


async def test_switch_waits_for_every_response_that_is_due() -> None:
    site = Site().receive(GET + POST + b"body" + GET + ECHO + b"be").receive(b"hind")
    for written in (OK, 2 * OK):
        await site.answer()
        assert site.state is State.HELD
        assert site.transport.written == written
        assert "connection_lost" not in site.fallback.calls
    site.write(OK[:-1])
    await settle(3)
    assert site.state is State.HELD
    site.write(OK[-1:])
    assert site.state is State.HELD
    await settle(3)
    assert site.transport.written == 3 * OK + ECHO_ACCEPTED
    assert site.upgraded.data == b"behind"
    assert site.fallback.data == GET + POST + b"body" + GET


async def test_refusal_waits_for_every_response_that_is_due() -> None:
    site = Site().receive(GET + GET + GARBAGE)
    await site.answer()
    assert site.transport.written == OK
    await site.answer()
    head, _, _ = site.transport.written.removeprefix(2 * OK).partition(b"\r\n")
    assert head == b"HTTP/1.1 400 Bad Request"
    assert site.fallback.calls[-1] == "connection_lost"
    assert site.fallback.data == GET + GET
    assert site.state is State.REFUSED
    assert site.reasons[2:] == [Reason.BAD_METHOD]
    # Nothing further is decided.
    site.receive(GET)
    assert len(site.decisions) == 3


async def test_defect_in_the_body_of_an_upgrade_waits_for_every_response_that_is_due() -> None:
    upgrade = heads.upgrade("echo", "Transfer-Encoding: chunked")
    site = Site().receive(GET + upgrade + b"no size")
    await settle(3)
    assert site.state is State.HELD
    assert site.transport.written == b""
    await site.answer()
    assert site.transport.written.startswith(OK + b"HTTP/1.1 400 ")
    assert site.reasons == [Reason.NO_UPGRADE, Reason.CHUNK_INVALID]


async def test_continue_waits_and_the_body_is_then_asked_for() -> None:
    site = Site().receive(GET + EXPECTING)
    assert site.state is State.HELD
    await site.answer()
    assert site.transport.written == OK + b"HTTP/1.1 100 Continue\r\n\r\n"
    assert "connection_lost" not in site.fallback.calls
    assert site.state is State.READING
    site.receive(b"bodybehind")
    await settle(3)
    assert site.upgraded.data == b"behind"
    assert site.fallback.calls[-1] == "connection_lost"
    assert site.transport.written.endswith(ECHO_ACCEPTED)


async def test_body_that_comes_while_a_continue_waits_is_not_lost() -> None:
    site = Site().receive(GET + EXPECTING).receive(b"bo").receive(b"dybehind")
    await site.answer()
    assert site.upgraded.data == b"behind"
    assert site.decisions[-1].body == b"body"


async def test_fallback_is_told_its_connection_is_lost_without_an_error() -> None:
    class Told(Recorder):
        told: object = "nothing"

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self.told = exc

    site = Site(make=Told).receive(GET)
    await site.answer()
    site.receive(ECHO)
    await settle(3)
    assert site.fallback.told is None
    assert site.fallback.calls.count("connection_lost") == 1


async def test_what_a_detached_fallback_writes_goes_nowhere() -> None:
    site = Site().receive(GET)
    await site.answer()
    site.receive(ECHO)
    await settle(3)
    written = site.transport.written
    calls = [*site.transport.calls]
    transport = site.fallback.transport
    transport.write(OK)
    transport.writelines([OK, OK])
    transport.write_eof()
    transport.pause_reading()
    transport.resume_reading()
    transport.set_protocol(Recorder())
    transport.close()
    transport.abort()
    assert site.transport.written == written
    assert site.transport.calls == calls
    assert not site.transport.closing


async def test_fallback_is_not_told_of_its_end_within_the_call_that_fed_it() -> None:
    inside: list[str] = []

    class Quick(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.busy = True
            super().connection_made(transport)
            self.busy = False

        def data_received(self, data: bytes) -> None:
            self.busy = True
            super().data_received(data)
            self.transport.write(OK)
            self.busy = False

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            inside.append("busy" if self.busy else "idle")

    for stream in (GET + ECHO, GET + GARBAGE):
        site = Site(make=Quick).receive(stream)
        assert "connection_lost" not in site.fallback.calls
        await settle(3)
        assert site.fallback.calls[-1] == "connection_lost"
    assert inside == ["idle", "idle"]


async def test_fallback_is_not_told_of_its_end_within_its_own_write() -> None:
    site = Site().receive(GET + ECHO)
    site.write(OK)
    assert "connection_lost" not in site.fallback.calls
    await settle(3)
    assert site.fallback.calls[-1] == "connection_lost"


# ---- what ends first


@pytest.mark.parametrize("held", [ECHO, GARBAGE, EXPECTING, WEBSOCKET])
@pytest.mark.parametrize("how", ["end", "lose", "fallback closes", "fallback aborts"])
async def test_decision_is_dropped_if_the_connection_ends_first(held: bytes, how: str) -> None:
    site = Site().receive(GET + held)
    assert site.state is State.HELD
    match how:
        case "end":
            site.transport.end()
        case "lose":
            site.transport.lose(ConnectionResetError())
        case "fallback closes":
            site.fallback.transport.close()
        case "fallback aborts":
            site.fallback.transport.abort()
    site.fallback.transport.write(OK)
    await settle(3)
    assert site.reasons == [Reason.NO_UPGRADE]
    assert site.upgraded.calls == []
    assert site.transport.written in (OK, b"")
    assert site.state is (State.GONE if how == "lose" else State.LAST)


@pytest.mark.parametrize("held", [ECHO, GARBAGE])
async def test_decision_is_dropped_if_the_connection_ends_in_the_last_moment(held: bytes) -> None:
    site = Site().receive(GET + held).write(OK)
    # Found out by a write that failed: `connection_lost` follows.
    site.transport.closing = True
    await settle(3)
    assert site.transport.written == OK
    assert site.reasons == [Reason.NO_UPGRADE]
    # Nor is the handler asked.
    assert site.state is State.HELD


@pytest.mark.parametrize(
    "response",
    [
        CLOSES,
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n\r\nok",
    ],
)
@pytest.mark.parametrize("held", [ECHO, GARBAGE, GET, b""])
async def test_nothing_is_decided_after_a_response_that_ends_the_connection(
    response: bytes, held: bytes
) -> None:
    site = Site().receive(GET + held)
    decided = len(site.decisions)
    await site.answer(response)
    assert site.state is State.LAST
    site.receive(ECHO)
    await settle(3)
    assert len(site.decisions) == decided
    assert site.transport.written == response
    assert "connection_lost" not in site.fallback.calls


async def test_reading_goes_on_after_a_response_that_ends_the_connection() -> None:
    site = Site(pending_bytes=2).receive(GET + ECHO).receive(b"behind")
    assert site.transport.paused
    # The peer's end of file is seen by a fallback that waits for it.
    await site.answer(CLOSES)
    assert not site.transport.paused
    site.transport.end()
    assert "eof_received" in site.fallback.calls


async def test_body_goes_on_after_a_response_until_close_has_begun() -> None:
    # As a server that answers while it reads does.
    site = Site().receive(POST + b"bo")
    await site.answer(b"HTTP/1.1 200 OK\r\n\r\n")
    site.receive(b"dy" + ECHO)
    await settle(3)
    assert site.fallback.data == POST + b"body"
    assert site.state is State.LAST
    assert len(site.decisions) == 1
    site.write(b"more")
    assert site.transport.written == b"HTTP/1.1 200 OK\r\n\r\nmore"


# ---- a defect in the chunks of a PASS


async def test_defect_in_a_body_is_refused_in_its_place() -> None:
    site = Site().receive(GET + CHUNKED + b"4\r\nbody\r\n!")
    assert site.fallback.data == GET + CHUNKED + b"4\r\nbody\r\n"
    assert site.state is State.HELD
    await settle(3)
    assert site.transport.written == b""
    await site.answer()
    answer = site.transport.written.removeprefix(OK)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert site.reasons == [Reason.NO_UPGRADE, Reason.NO_UPGRADE, Reason.CHUNK_INVALID]
    assert site.factory.stats() == {Reason.NO_UPGRADE: 2, Reason.CHUNK_INVALID: 1}
    assert site.fallback.calls[-1] == "connection_lost"


async def test_defect_in_the_only_body_is_refused_at_once() -> None:
    site = Site().receive(CHUNKED + b"!")
    assert "connection_lost" not in site.fallback.calls
    await settle(3)
    assert site.transport.written.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert site.state is State.REFUSED


@pytest.mark.parametrize(
    "begun",
    [
        b"H",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        OK[:-1],
        OK,
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2",
    ],
)
async def test_defect_in_a_body_that_is_being_answered_aborts(begun: bytes) -> None:
    site = Site().receive(CHUNKED)
    site.write(begun)
    site.receive(b"!")
    await settle(3)
    assert site.transport.written == begun
    assert site.transport.calls[-1] == "abort"
    # It counts besides the PASS.
    assert site.reasons == [Reason.NO_UPGRADE, Reason.CHUNK_INVALID]
    site.transport.lose()
    assert site.fallback.calls[-1] == "connection_lost"


async def test_defect_in_a_body_after_a_whole_interim_response_is_refused() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    site = Site().receive(CHUNKED)
    site.write(interim)
    site.receive(b"!")
    await settle(3)
    assert site.transport.written.startswith(interim + b"HTTP/1.1 400 ")


async def test_defect_in_a_body_whose_answer_begins_at_the_last_moment_aborts() -> None:
    site = Site().receive(GET + CHUNKED + b"!")
    site.write(OK + b"HTTP/1.1 2")
    await settle(3)
    assert site.transport.written == OK + b"HTTP/1.1 2"
    assert site.transport.calls[-1] == "abort"


async def test_defect_in_a_body_after_a_response_that_ends_the_connection_is_dropped() -> None:
    site = Site().receive(CHUNKED)
    await site.answer(CLOSES)
    site.receive(b"!").receive(b"4\r\nbody\r\n")
    await settle(3)
    assert site.state is State.LAST
    assert site.fallback.data == CHUNKED
    assert "abort" not in site.transport.calls
    assert site.reasons == [Reason.NO_UPGRADE]


async def test_nothing_after_a_defect_in_a_body_reaches_the_fallback() -> None:
    site = Site().receive(GET + CHUNKED + b"!" + GET).receive(GET)
    assert site.fallback.data == GET + CHUNKED
    await site.answer()
    assert site.fallback.data == GET + CHUNKED
    assert site.state is State.REFUSED


# ---- the fallback's end of file


@pytest.mark.parametrize("stream", [GET, GET + GET[:5], POST + b"bo", LAST, FOREIGN])
@pytest.mark.parametrize("stays", [False, True])
async def test_end_of_file_is_the_fallbacks(stream: bytes, *, stays: bool) -> None:
    class Ended(Recorder):
        def eof_received(self) -> bool:
            super().eof_received()
            return stays

    site = Site(make=Ended).receive(stream)
    site.transport.end()
    assert site.fallback.calls[-1] == "eof_received"
    assert site.transport.closing == (not stays)
    assert site.state is State.LAST
    if stays:
        await site.answer()
        assert site.transport.written == OK


async def test_end_of_file_after_kept_bytes_comes_after_them() -> None:
    class Ended(Recorder):
        def eof_received(self) -> bool:
            super().eof_received()
            return True

    site = Site(make=Ended).receive(FOREIGN + GET)
    site.transport.end()
    assert not site.transport.closing
    await site.answer(OK[:-1])
    assert "eof_received" not in site.fallback.calls
    await site.answer(OK[-1:])
    assert site.fallback.data == FOREIGN + GET
    assert site.fallback.calls[-1] == "eof_received"
    assert site.state is State.LAST
    await site.answer()
    assert site.fallback.calls.count("eof_received") == 1


async def test_end_of_file_after_two_upgrades_comes_after_both() -> None:
    site = Site().receive(FOREIGN + FOREIGN + GET)
    site.transport.end()
    await site.answer()
    assert site.fallback.data == FOREIGN + FOREIGN
    assert not site.transport.closing
    await site.answer()
    assert site.fallback.data == FOREIGN + FOREIGN + GET
    assert site.fallback.calls[-1] == "eof_received"
    assert site.transport.closing


async def test_end_of_file_after_a_kept_upgrade_drops_it() -> None:
    # A peer that sends no more does not take it.
    site = Site().receive(FOREIGN + GET + ECHO + b"behind")
    site.transport.end()
    await site.answer()
    assert site.fallback.data == FOREIGN + GET
    assert site.fallback.calls[-1] == "eof_received"
    assert site.reasons == [Reason.PROTOCOL_NOT_OFFERED, Reason.NO_UPGRADE]
    assert site.state is State.LAST


@pytest.mark.parametrize("answer", [CLOSES, None])
async def test_end_of_file_is_told_if_what_was_kept_is_dropped(answer: bytes | None) -> None:
    site = Site().receive(FOREIGN + GET)
    site.transport.end()
    if answer is None:
        site.fallback.transport.write_eof()
    else:
        site.write(answer)
    assert "eof_received" not in site.fallback.calls
    await settle(3)
    assert site.fallback.calls[-1] == "eof_received"
    assert site.fallback.data == FOREIGN
    assert site.transport.closing


async def test_end_of_file_of_tls_ends_the_connection_whatever_is_kept() -> None:
    site = Site()
    site.transport.half_closes = False
    site.receive(FOREIGN + GET)
    site.transport.end()
    assert site.transport.closing


@pytest.mark.parametrize("asks", [FOREIGN, CONNECT])
async def test_end_of_file_after_bytes_of_a_switch_comes_after_them(asks: bytes) -> None:
    site = Site().receive(asks + b"behind")
    site.transport.end()
    await site.answer(SWITCHES)
    assert site.fallback.data == asks + b"behind"
    assert site.fallback.calls[-1] == "eof_received"
    assert site.transport.closing
