"""Fails each allocation of each call in turn; run by test_memory in a process of its own.

In: nothing. Out: the exit status, and as JSON how often each call raised MemoryError.
Always: after the MemoryError the same call on the same objects gives what it would have given.
"""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import sys
from typing import TYPE_CHECKING, Any

from asyncio_helpers import make_factory
from fakes import Recorder, Transport
from heads import PREFACE, h2c, upgrade, websocket

from upgrade101 import (
    H2C,
    TLS,
    BodyReader,
    Limits,
    Negotiator,
    PerMessageDeflate,
    Protocol,
    ResponseReader,
    WebSocket,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from upgrade101 import Upgrade

    Call = Callable[[], object]
    Prepare = Callable[[], tuple[Call, Call]]

ENOUGH_QUIET = 10  # allocations whose failure does no harm, one after the other

NEGOTIATOR = Negotiator(
    WebSocket(subprotocols=["chat"], deflate=PerMessageDeflate()), H2C(), Protocol("tcp", body=True)
)
HEAD = websocket(
    "Sec-WebSocket-Protocol: chat, echo", "Sec-WebSocket-Extensions: permessage-deflate, x-mine"
)
EXPECTING = upgrade("tcp", "Content-Length: 5", "Expect: 100-continue")
LINES = [["Host", "a"], ["Upgrade", b"websocket"], *([["X", "\u0100"]] * 70)]
CHUNKED = upgrade("tcp", "Transfer-Encoding: chunked")
CHUNKS = b"5\r\nhello\r\n0\r\n\r\ntail"
DECISION = NEGOTIATOR.decide(HEAD + b"tail")
assert DECISION is not None
ACCEPTED = DECISION.accept(extensions="x-mine")
PRIOR = Negotiator(H2C(prior_knowledge=True))
FORWARDED = websocket(method="POST")


def show(decision: object) -> object:
    """Return what tells one decision from another; it makes each attribute."""
    if decision is None:
        return None
    response = decision.response.partition(b"\r\nDate: ")  # which may be another second's
    said = decision.detail, decision.offset, decision.extensions, decision.forward
    return decision.reason, response[0], decision.body, decision.leftover, said


def feed_on(*pieces: bytes) -> Prepare:
    """Return what prepares the feed of the last piece, the others being fed before."""

    def prepare() -> tuple[Call, Call]:
        handshake = NEGOTIATOR.handshake()
        *earlier, last = pieces
        for piece in earlier:
            handshake.feed(piece)

        def finish() -> object:
            decision = handshake.feed(last)
            rest = None
            if decision is None:
                rest = handshake.feed(HEAD[len(b"".join(pieces)) :])
            elif decision.reason.name == "BODY_AWAITED":
                rest = handshake.feed(b"hello")
            return show(decision), show(rest)

        return lambda: handshake.feed(last), finish

    return prepare


def simply(call: Call, finish: Callable[[Any], object] = repr) -> Prepare:
    """Return what prepares a call that depends on nothing but its arguments."""
    return lambda: (call, lambda: finish(call()))


FACTORY = make_factory(lambda upgrade: upgrade.accept(Recorder()), NEGOTIATOR)[0]


def connect() -> bytes:
    """Return what a connection is answered."""
    return Transport().connect(FACTORY).receive(HEAD + b"tail").written


class Made(asyncio.Protocol):
    """A protocol that allocates where it is looked at, also by a CPython that keeps methods."""

    @property
    def connection_made(self) -> Any:  # noqa: ANN401 - nobody calls it
        """Return what is new."""
        return bytearray(1)


def answer_late() -> tuple[Call, Call]:
    """Prepare an answer after the handler, whose upgrade has been refused for want of one."""
    upgrades: list[Upgrade] = []
    Transport().connect(make_factory(upgrades.append, NEGOTIATOR)[0]).receive(HEAD)
    return (lambda: upgrades[0].accept(Made()),) * 2


CHUNKS = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
RESPONSE = b"HTTP/1.1 103 \r\n\r\nHTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS


def read_on(make: Callable[[], Any], *pieces: bytes) -> Prepare:
    """Return what prepares the reading of the last piece, the others being read before."""

    def prepare() -> tuple[Call, Call]:
        reader = make()
        *earlier, last = pieces
        for piece in earlier:
            reader.read(piece)

        def finish() -> object:
            return reader.read(last), reader.leftover, repr(reader)

        return lambda: reader.read(last), finish

    return prepare


def refuse_wrong() -> list[str]:
    """Return what wrong calls are told."""
    headers: Any
    messages = []
    for headers in (
        {"X": "1"},
        [("X", 1)],
        [("X", "1"), ("Upgrade", "a" * 100)],
        [("X", "\u0100")],
    ):
        try:
            Protocol("c", paths=["/a"], headers=headers)
        except (TypeError, ValueError) as error:
            messages.append(str(error))
    return messages


CALLS: dict[str, Prepare] = {
    "answer late": answer_late,
    "connect": simply(connect),
    "feed first bytearray": feed_on(bytearray(HEAD[:100])),
    "feed second": feed_on(HEAD[:10], HEAD[10:100]),
    "feed whole": feed_on(HEAD),
    "feed whole bytearray": feed_on(bytearray(HEAD + b"tail")),
    "feed last": feed_on(HEAD[:100], HEAD[100:] + b"tail"),
    "feed continue": feed_on(EXPECTING),
    "feed continue last": feed_on(EXPECTING[:20], EXPECTING[20:]),
    "feed body": feed_on(EXPECTING, b"hello"),
    "feed body bytearray": feed_on(EXPECTING[:20], EXPECTING[20:], bytearray(b"hello, and more")),
    "feed chunked": feed_on(CHUNKED + CHUNKS),
    "feed chunked last": feed_on(CHUNKED, bytearray(CHUNKS)),
    "feed defect": feed_on(CHUNKED, bytearray(b"5\r\nhelloX")),
    "decide": simply(lambda: NEGOTIATOR.decide(bytearray(HEAD)), show),
    "decide_request": simply(lambda: NEGOTIATOR.decide_request("GET", "/", LINES), show),
    "decide_request iterator": simply(
        lambda: NEGOTIATOR.decide_request("G\u0100T", "/", iter(LINES)), show
    ),
    "accept": simply(lambda: DECISION.accept([("X", b"1")], subprotocol="echo"), show),
    "accept extensions": simply(
        lambda: DECISION.accept([("X", b"1")], subprotocol=None, extensions="x-mine"), show
    ),
    "accept again": simply(lambda: ACCEPTED.accept([("X", b"1")], extensions=...), show),
    "reject": simply(lambda: DECISION.reject(403, [("X", "1")], bytearray(b"no")), show),
    "read body": read_on(lambda: BodyReader(chunked=True), CHUNKS[:3], CHUNKS[3:] + b"tail"),
    "read body bytearray": read_on(lambda: BodyReader(length=5), bytearray(b"hello, tail")),
    "read response": read_on(ResponseReader, RESPONSE + b"tail"),
    "read response head": read_on(ResponseReader, RESPONSE[:20], RESPONSE[20:30]),
    "read response last": read_on(ResponseReader, RESPONSE[:20], RESPONSE[20:30], RESPONSE[30:]),
    "make readers": simply(lambda: (BodyReader(length=5), ResponseReader("HEAD"))),
    "request": simply(lambda: NEGOTIATOR.decide(HEAD).request.headers),
    "get": simply(lambda: DECISION.request.get("host")),
    "get_all": simply(lambda: DECISION.request.get_all("host")),
    "get_list": simply(lambda: DECISION.request.get_list("sec-websocket-protocol")),
    "target": simply(lambda: (DECISION.request.path, DECISION.request.query)),
    "preface": simply(lambda: repr(PRIOR.decide(bytearray(PREFACE)).request)),
    "parts": simply(lambda: (DECISION.accept().headers, DECISION.reject(403, body=b"no").content)),
    "detail": simply(lambda: (DECISION.detail, DECISION.offset)),
    "forward": simply(lambda: NEGOTIATOR.decide(FORWARDED).forward),
    "settings": simply(lambda: NEGOTIATOR.decide(h2c()).settings),
    "long protocol": simply(
        lambda: Negotiator(Protocol("p" * 300)).decide(upgrade("p" * 300)).protocol
    ),
    "long response": simply(
        lambda: DECISION.accept([("X", "x" * 2000)]).response,
    ),
    "repr": simply(lambda: repr(Limits()) + repr(DECISION) + repr(DECISION.request)),
    "negotiator": simply(
        lambda: Negotiator(
            WebSocket(subprotocols=["a"], origins=["https://a"], deflate=PerMessageDeflate()),
            H2C(paths=["/a"]),
            TLS(paths=iter(["/a", "/b/*"])),
            Protocol("b", "1", methods=["GET"], headers=[("X", b"1")]),
            hosts=["a.example"],
            limits=Limits(head=512),
        )
    ),
    "compare": simply(lambda: WebSocket(origins=["https://a"]) == WebSocket(origins=["https://a"])),
    "copy": simply(lambda: copy.deepcopy(NEGOTIATOR)),
    # pickle itself turns a MemoryError into an error of its own.
    "reduce": simply(NEGOTIATOR.__reduce__),
    "wrong": simply(refuse_wrong),
    "compare negotiators": simply(lambda: Negotiator(*NEGOTIATOR.offers) == NEGOTIATOR),
    "hash": simply(lambda: hash(WebSocket(origins=["https://a"]))),
}


def fail_each(name: str) -> int:
    """Fail allocation 0, 1, 2 ... of the call until none of them is its own; return how many."""
    # Imported on demand: test_memory reads CALLS under any CPython.
    import _testcapi  # noqa: PLC0415

    prepare = CALLS[name]
    _, finish = prepare()
    expected = finish()
    failed = quiet = count = 0
    while quiet < ENOUGH_QUIET:
        call, finish = prepare()
        _testcapi.set_nomemory(count, count + 1)
        try:
            call()
        except MemoryError:
            failed, quiet = failed + 1, 0
        else:
            # The interpreter does without some of its own, a free list that grows for one.
            quiet += 1
        finally:
            _testcapi.remove_mem_hooks()
        if quiet == 0:
            assert finish() == expected, (name, count)
        count += 1
    return failed


if __name__ == "__main__":
    logging.disable()
    json.dump({name: fail_each(name) for name in CALLS}, sys.stdout)
