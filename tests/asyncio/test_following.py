"""The requests of a connection in front of a fallback: where each ends, and what follows it.

In: requests, whole, cut and pipelined, and their answers. Out: what the fallback gets [contract
8.1], and when.
Not here: what is no PASS (`test_following_order`), what a response means (`test_following_answers`)
and bounds (`test_following_bounds`).
"""

from __future__ import annotations

import heads
import pytest
from asyncio_helpers import ECHO, GARBAGE, settle
from fakes import BufferedRecorder
from following import (
    CHUNKED,
    CHUNKS,
    CONNECT,
    FOREIGN,
    GET,
    LAST,
    OK,
    POST,
    Site,
)

from upgrade101 import Limits, Negotiator, Protocol, Reason
from upgrade101._connection import State

OLD = b"GET / HTTP/1.0\r\n\r\n"
OLD_KEPT = b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"
EMPTY_CHUNKS = CHUNKED + b"0\r\n\r\n"

PASSED = [
    GET + GET,
    b"\r\n" + GET + b"\r\n" + GET,
    POST + b"body" + GET,
    heads.write("POST", "/", "Content-Length: 0") + GET,
    CHUNKED + CHUNKS + GET,
    EMPTY_CHUNKS + POST + b"GET " + CHUNKED + CHUNKS + GET,
    OLD_KEPT + GET,
    POST + GET[:4] + GET,
    heads.websocket("Origin: https://a.example", method="POST").replace(b"Upgrade: ", b"X-: ")
    + GET,
]
"""Requests that go on byte for byte, each ended by one without a body."""


# ---- what goes on


@pytest.mark.parametrize("stream", PASSED)
async def test_pass_goes_on_byte_for_byte_in_any_cuts(stream: bytes) -> None:
    for cut in range(1, len(stream)):
        site = Site().receive(stream[:cut])
        site.receive(stream[cut:])
        assert site.fallback.data == stream
        assert site.state is State.IDLE
        assert site.transport.written == b""
        assert len(site.made) == 1


async def test_pass_goes_on_at_once_with_the_body_that_is_there() -> None:
    site = Site()
    for piece, got in [
        (GET[:-1], b""),
        (GET[-1:] + POST, GET + POST),
        (b"bo", GET + POST + b"bo"),
        (b"dy" + CHUNKED[:9], GET + POST + b"body"),
        (CHUNKED[9:] + b"4\r\nbo", GET + POST + b"body" + CHUNKED + b"4\r\nbo"),
    ]:
        site.receive(piece)
        assert (site.made[0].data if site.made else b"") == got


async def test_each_request_is_decided_and_counted_once() -> None:
    site = Site().receive(GET + POST + b"body" + EMPTY_CHUNKS + GET)
    assert site.reasons == [Reason.NO_UPGRADE] * 4
    assert site.factory.stats() == {Reason.NO_UPGRADE: 4}
    assert site.factory.pending == 0
    # The fallback is made and connected once.
    assert len(site.made) == 1
    assert site.fallback.calls.count("connection_made") == 1


async def test_body_that_looks_like_a_request_is_not_decided() -> None:
    head = heads.write("POST", "/", f"Content-Length: {len(ECHO)}")
    site = Site().receive(head + ECHO)
    assert site.fallback.data == head + ECHO
    chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(ECHO), ECHO)
    site.receive(CHUNKED + chunk)
    assert site.fallback.data == head + ECHO + CHUNKED + chunk
    assert site.reasons == [Reason.NO_UPGRADE] * 2


async def test_body_one_byte_longer_is_the_next_request() -> None:
    site = Site().receive(POST + b"body")
    assert site.state is State.IDLE
    site.receive(b"\0")
    assert site.fallback.data == POST + b"body"
    await site.answer()
    assert site.reasons == [Reason.NO_UPGRADE, Reason.BAD_METHOD]


async def test_chunked_body_of_any_length_passes() -> None:
    site = Site(negotiator=Negotiator(Protocol("echo", body=True), limits=Limits(body=0)))
    chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
    site.receive(CHUNKED)
    for _ in range(20):
        site.receive(chunk)
    site.receive(b"0\r\n\r\n" + GET)
    assert site.fallback.data == CHUNKED + 20 * chunk + b"0\r\n\r\n" + GET


@pytest.mark.parametrize("size", [255, 256])
async def test_chunk_extensions_are_bound_by_the_negotiators_limits(size: int) -> None:
    limits = Limits(head=256)
    site = Site(negotiator=Negotiator(Protocol("echo"), limits=limits)).receive(CHUNKED)
    site.receive(b"1;" + b"a" * size + b"\r\n\0\r\n0\r\n\r\n")
    await settle(3)
    assert (site.state is State.IDLE) == (size == 255)


@pytest.mark.parametrize("size", [1, 5, 1000])
async def test_buffered_fallback_gets_every_byte(size: int) -> None:
    stream = GET + POST + b"body" + CHUNKED + CHUNKS
    site = Site(make=lambda: BufferedRecorder(size))
    for byte in stream:
        site.receive(bytes([byte]))
    site.receive(stream)
    assert site.fallback.data == 2 * stream


# ---- the last request


@pytest.mark.parametrize(
    "last",
    [
        LAST,
        OLD,
        heads.write("GET", "/", "Connection: a, CLOSE"),
        heads.write("GET", "/", "Connection: a", "Connection: close"),
        heads.write("GET", "/", "Connection: keep-alive, close"),
        heads.write("POST", "/", "Connection: close", "Content-Length: 4") + b"body",
    ],
)
@pytest.mark.parametrize("more", [GET, ECHO, GARBAGE])
async def test_bytes_after_the_last_request_are_read_and_dropped(last: bytes, more: bytes) -> None:
    for cut in (0, 1, len(more)):
        site = Site().receive(last + more[:cut])
        if cut < len(more):
            site.receive(more[cut:])
        assert site.state is State.LAST
        assert site.fallback.data == last
        await site.answer()
        assert site.transport.receive(more).written == OK
        assert site.fallback.data == last
        assert site.transport.is_reading()
        assert len(site.decisions) == 1


@pytest.mark.parametrize(
    "kept", [OLD_KEPT, heads.write("GET", "/", "Connection: keep-alive, closed"), GET]
)
async def test_request_that_keeps_the_connection_is_not_the_last(kept: bytes) -> None:
    site = Site().receive(kept + GET)
    assert site.fallback.data == kept + GET


# ---- what is not known before it is answered


@pytest.mark.parametrize("asks", [CONNECT, FOREIGN])
@pytest.mark.parametrize("more", [GET, ECHO, b"\0 no HTTP"])
async def test_bytes_after_connect_or_an_upgrade_are_kept_until_it_is_answered(
    asks: bytes, more: bytes
) -> None:
    site = Site().receive(asks + more[:1]).receive(more[1:])
    assert site.state is State.ASKED
    assert site.fallback.data == asks
    assert len(site.decisions) == 1


@pytest.mark.parametrize("asks", [CONNECT, FOREIGN])
async def test_kept_bytes_are_requests_after_an_answer_that_is_no_switch(asks: bytes) -> None:
    site = Site().receive(asks + GET + POST[:5])
    site.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" + b"HTTP/1.1 404 Not Found\r\nContent-Length: 2")
    await settle(3)
    assert site.fallback.data == asks
    site.write(b"\r\n\r\nno")
    # Not within the fallback's own call.
    assert site.fallback.data == asks
    await settle(3)
    assert site.fallback.data == asks + GET
    assert site.state is State.READING
    site.receive(POST[5:] + b"body")
    assert site.fallback.data == asks + GET + POST + b"body"
    assert site.state is State.IDLE


async def test_answer_of_an_earlier_request_says_nothing_of_a_later_upgrade() -> None:
    site = Site().receive(GET + FOREIGN + GET)
    await site.answer()
    assert site.state is State.ASKED
    assert site.fallback.data == GET + FOREIGN
    await site.answer()
    assert site.fallback.data == GET + FOREIGN + GET


async def test_upgrades_one_after_the_other_wait_each_for_its_answer() -> None:
    site = Site().receive(FOREIGN + FOREIGN + CONNECT + GET)
    for n, got in enumerate([FOREIGN, 2 * FOREIGN, 2 * FOREIGN + CONNECT]):
        assert site.state is State.ASKED
        assert site.fallback.data == got
        assert len(site.decisions) == n + 1
        await site.answer(b"HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n")
    assert site.fallback.data == 2 * FOREIGN + CONNECT + GET


async def test_upgrade_that_is_the_last_request_is_answered_and_then_nothing_follows() -> None:
    asks = heads.write("GET", "/", "Upgrade: foreign", "Connection: upgrade, close")
    site = Site().receive(asks + GET)
    assert site.state is State.ASKED
    await site.answer()
    assert site.state is State.LAST
    assert site.fallback.data == asks


@pytest.mark.parametrize("option", ["close", "keep-alive"])
async def test_connect_that_is_refused_is_the_last_request_if_it_closes(option: str) -> None:
    connect = CONNECT[:-2] + f"Connection: {option}\r\n\r\n".encode()
    site = Site().receive(connect + GET)
    await site.answer(b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n")
    closes = option == "close"
    assert site.state is (State.LAST if closes else State.IDLE)
    assert site.fallback.data == (connect if closes else connect + GET)


@pytest.mark.parametrize("line", ["Content-Length: 4", "Transfer-Encoding: chunked"])
async def test_connect_that_says_it_has_a_body_is_the_last_if_it_is_refused(line: str) -> None:
    # Servers differ in whether what follows is a body: nobody's request is smuggled in.
    connect = CONNECT[:-2] + line.encode() + b"\r\n\r\n"
    site = Site().receive(connect + GET)
    await site.answer(b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n")
    assert site.state is State.LAST
    assert site.fallback.data == connect
