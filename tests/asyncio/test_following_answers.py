"""What a fallback's bytes mean for the connection [contract 8.2].

In: responses that end HTTP, that cannot be read, or that nobody asked for. Out: what becomes of the
connection and of the bytes of both sides.
Not here: reading responses (`test_answers`).
"""

from __future__ import annotations

import asyncio
import logging

import heads
import pytest
from asyncio_helpers import ECHO, GARBAGE, WEBSOCKET, records, settle
from fakes import BufferedRecorder, Recorder
from following import CONNECT, FOREIGN, GET, OK, POST, SWITCHES, Site

from upgrade101 import Reason
from upgrade101._connection import State

ESTABLISHED = b"HTTP/1.1 200 OK\r\n\r\n"
SWITCHING = [(FOREIGN, SWITCHES), (CONNECT, ESTABLISHED), (CONNECT, SWITCHES)]
EXPECTING = heads.upgrade("echo", "Content-Length: 4", "Expect: 100-continue")
UNSOUND = [
    b"\0",
    b"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
    OK + b"more",
    SWITCHES,
]
"""What cannot be followed, as the answer to a GET."""


# ---- the fallback's own switch


@pytest.mark.parametrize(("asks", "answer"), SWITCHING)
@pytest.mark.parametrize("kept", [b"", b"be"])
async def test_switch_of_the_fallbacks_own_makes_the_transport_its_protocols(
    asks: bytes, answer: bytes, kept: bytes
) -> None:
    site = Site().receive(GET)
    await site.answer()
    site.receive(asks + kept)
    site.write(answer[:9])
    assert site.transport.protocol is site.connection
    site.write(answer[9:])
    if not kept:
        # At once and for good.
        assert site.transport.protocol is site.fallback
    await settle(3)
    assert site.transport.protocol is site.fallback
    assert site.state is State.GONE
    assert site.connection not in site.factory.served
    assert site.fallback.data == GET + asks + kept
    # From then on every byte of both sides passes unread.
    site.receive(b"\0 no HTTP").receive(ECHO)
    site.fallback.transport.write(b"\0 nor this")
    assert site.fallback.data == GET + asks + kept + b"\0 no HTTP" + ECHO
    assert site.transport.written == OK + answer + b"\0 nor this"
    assert len(site.decisions) == 2
    assert "connection_lost" not in site.fallback.calls


@pytest.mark.parametrize(("asks", "answer"), SWITCHING)
async def test_protocol_that_the_fallback_sets_gets_what_follows(
    asks: bytes, answer: bytes
) -> None:
    for first in ("write", "set"):
        for kept in (b"", b"kept"):
            target = Recorder()
            site = Site().receive(asks + kept)
            transport = site.fallback.transport
            if first == "write":
                transport.write(answer)
            transport.set_protocol(target)
            assert transport.get_protocol() is target
            if first == "set":
                transport.write(answer)
            await settle(3)
            site.receive(b"live")
            assert target.data == kept + b"live"
            assert site.fallback.data == asks
            assert site.transport.protocol is target


async def test_protocol_that_the_fallback_sets_before_any_switch_gets_requests() -> None:
    target = Recorder()
    site = Site().receive(GET)
    site.fallback.transport.set_protocol(target)
    site.receive(GET + ECHO)
    await site.answer(times=2)
    assert target.data == GET
    assert target.calls[-1] == "connection_lost"
    assert "connection_lost" not in site.fallback.calls
    assert site.reasons == [Reason.NO_UPGRADE] * 2 + [Reason.SWITCHED]


@pytest.mark.parametrize("size", [None, 3])
async def test_switch_within_the_call_that_fed_the_request_gets_the_rest(size: int | None) -> None:
    class Switching(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if data.endswith(b"\r\n\r\n"):
                target = Recorder() if size is None else BufferedRecorder(size)
                self.target = target
                self.transport.set_protocol(target)
                self.transport.write(SWITCHES)

    site = Site(make=Switching).receive(FOREIGN + b"behind")
    assert site.fallback.target.data == b"behind"
    assert site.fallback.data == FOREIGN
    assert site.state is State.GONE


async def test_protocol_that_closes_as_it_switches_gets_no_more() -> None:
    class Closing(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.transport.write(SWITCHES)
            self.transport.close()

    site = Site(make=Closing).receive(FOREIGN + b"behind")
    await settle(3)
    assert site.fallback.data == FOREIGN
    assert site.transport.closing


@pytest.mark.parametrize("full", [False, True])
async def test_reading_is_as_the_fallback_wants_it_after_its_switch(*, full: bool) -> None:
    for paused in (False, True):
        site = Site(pending_bytes=3).receive(FOREIGN + b"kept" * full)
        assert site.transport.paused == full
        if paused:
            site.fallback.transport.pause_reading()
        await site.answer(SWITCHES)
        assert site.transport.paused == paused
        assert site.fallback.transport.is_reading() != paused
        site.fallback.transport.resume_reading()
        assert not site.transport.paused
        site.fallback.transport.pause_reading()
        assert site.transport.paused


async def test_switched_protocol_that_pauses_within_the_call_stays_paused() -> None:
    class Pausing(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.transport.write(SWITCHES)
            self.transport.pause_reading()

    site = Site(make=Pausing).receive(FOREIGN)
    assert site.transport.paused


async def test_bytes_that_arrive_with_a_switch_come_after_what_was_kept() -> None:
    site = Site().receive(FOREIGN + b"be")
    site.write(SWITCHES)
    # In the turn in which the switch was written, before the loop has come round.
    site.receive(b"hind")
    site.fallback.transport.write(b"hello")
    await settle(3)
    assert site.fallback.data == FOREIGN + b"behind"
    assert site.transport.written == SWITCHES + b"hello"


async def test_end_of_file_that_arrives_with_a_switch_comes_after_what_was_kept() -> None:
    site = Site().receive(FOREIGN + b"behind")
    site.write(SWITCHES)
    site.transport.end()
    await settle(3)
    assert site.fallback.data == FOREIGN + b"behind"
    assert site.fallback.calls[-1] == "eof_received"


async def test_loss_that_arrives_with_a_switch_is_the_fallbacks() -> None:
    site = Site().receive(FOREIGN + b"behind")
    site.write(SWITCHES)
    site.transport.lose()
    await settle(3)
    assert site.fallback.calls[-1] == "connection_lost"
    assert site.fallback.calls.count("connection_lost") == 1


async def test_switched_protocol_that_raises_on_what_was_kept_is_aborted() -> None:
    class Failing(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if data == b"behind":
                raise LookupError(data)

    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    site = Site(make=Failing).receive(FOREIGN + b"behind")
    await site.answer(SWITCHES)
    assert site.transport.calls[-1] == "abort"
    assert len(errors) == 1


# ---- what is not followed


@pytest.mark.parametrize("unsound", UNSOUND)
async def test_unsound_response_passes_with_one_warning(
    unsound: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    site = Site().receive(GET)
    await site.answer(unsound)
    await site.answer(OK, 3)
    assert site.transport.written == unsound + 3 * OK
    (record,) = records(caplog)
    assert record.levelno == logging.WARNING
    assert site.transport.protocol is site.connection


@pytest.mark.parametrize("unsound", UNSOUND)
async def test_later_requests_of_an_unfollowed_connection_go_on(unsound: bytes) -> None:
    site = Site().receive(GET)
    await site.answer(unsound)
    site.receive(100 * GET + POST).receive(b"body" + GET)
    assert site.fallback.data == 101 * GET + POST + b"body" + GET
    assert site.transport.is_reading()
    assert site.factory.stats() == {Reason.NO_UPGRADE: 103}


@pytest.mark.parametrize("unsound", UNSOUND)
@pytest.mark.parametrize("later", [ECHO, WEBSOCKET, EXPECTING, GARBAGE])
async def test_later_head_that_is_no_pass_ends_an_unfollowed_connection(
    unsound: bytes, later: bytes
) -> None:
    for before in (GET, GET + GET):
        site = Site().receive(before)
        await site.answer(unsound)
        site.receive(later)
        await settle(3)
        assert site.transport.written == unsound
        assert site.transport.calls[-1] == "abort"
        assert site.upgraded.calls == []
        assert site.fallback.data == before
        assert Reason.SWITCHED not in site.reasons
        assert (Reason.BAD_METHOD in site.reasons) == (later == GARBAGE)


async def test_held_decision_ends_the_connection_that_becomes_unfollowed() -> None:
    site = Site().receive(GET + GET + ECHO)
    await site.answer(b"\0")
    assert site.transport.written == b"\0"
    assert site.transport.calls[-1] == "abort"


@pytest.mark.parametrize("asks", [FOREIGN, CONNECT])
async def test_kept_bytes_of_an_unfollowed_connection_are_decided(asks: bytes) -> None:
    site = Site().receive(GET + asks + GET)
    await site.answer(b"\0")
    assert site.fallback.data == GET + asks + GET
    # Nor is what follows kept: nobody could tell when it is answered.
    site.receive(asks + GET)
    assert site.fallback.data == GET + asks + GET + asks + GET
    assert site.state is State.IDLE


async def test_switch_to_a_request_whose_upgrade_was_left_out_is_not_followed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # HTTP/1.0 cannot switch: the fallback never saw the Upgrade that it answers.
    head = heads.websocket("Connection: keep-alive").replace(b"HTTP/1.1", b"HTTP/1.0")
    site = Site().receive(head)
    await site.answer(SWITCHES)
    assert site.state is State.IDLE
    assert site.transport.protocol is site.connection
    assert len(records(caplog)) == 1


async def test_fallback_that_writes_before_a_request_is_not_followed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Greeting(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.write(b"220 hello\r\n")

    site = Site(make=Greeting).receive(GET)
    await settle(3)
    assert site.transport.written == b"220 hello\r\n"
    assert site.fallback.data == GET
    assert len(records(caplog)) == 1
