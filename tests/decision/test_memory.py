"""Memory: what is referenced, what is given back, and what a MemoryError leaves behind.

In: each path through the binding, many times. Out: a failure where a reference or a byte stays.
"""

from __future__ import annotations

import copy
import gc
import importlib.util
import json
import os
import pickle
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from allocation_faults import CALLS
from heads import PREFACE, h2c, upgrade, websocket, write

from upgrade101 import (
    H2C,
    TLS,
    BodyReader,
    Decision,
    Limits,
    Negotiator,
    PerMessageDeflate,
    Protocol,
    Reason,
    Request,
    Response,
    ResponseReader,
    WebSocket,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SUPPORT = Path(__file__).parent.parent / "support"
NEGOTIATOR = Negotiator(
    WebSocket(subprotocols=["chat"], deflate=PerMessageDeflate()),
    H2C(prior_knowledge=True),
    Protocol("tcp", headers=[("X", "1")], body=True),
    TLS(),
)
HEAD = websocket(
    "Sec-WebSocket-Protocol: chat, echo", "Sec-WebSocket-Extensions: permessage-deflate"
)
EXPECTING = upgrade("tcp", "Content-Length: 5", "Expect: 100-continue")
CHUNKED = upgrade("tcp", "Transfer-Encoding: chunked")
LINES = [("Host", "a"), (b"Upgrade", "tcp"), ("Connection", b"upgrade"), ("X", "\u0100")]


def use(decision: Decision | None) -> None:
    """Ask for each attribute of a decision, twice, because some are kept."""
    assert decision is not None
    for _ in range(2):
        for name in dir(Decision):
            getattr(decision, name)
    request = decision.request
    if request is not None:
        for name in dir(Request):
            getattr(request, name)
        request.get("host")
        request.get_all("x")
        request.get_list("upgrade")
    repr(decision)


def feed(*pieces: bytes) -> Decision | None:
    handshake = NEGOTIATOR.handshake()
    return [handshake.feed(piece) for piece in pieces][-1]


def refuse_before_the_end() -> Decision:
    handshake = NEGOTIATOR.handshake()
    handshake.feed(HEAD[:50])
    return handshake._refusal(Reason.CAPACITY)


def feed_too_late() -> None:
    handshake = NEGOTIATOR.handshake()
    handshake.feed(HEAD)
    with pytest.raises(RuntimeError):
        handshake.feed(bytearray(b"x"))


def make_all(*, paths: bool = False) -> Negotiator:
    return Negotiator(
        WebSocket(subprotocols=["a", "b"], origins=["https://a"], deflate=PerMessageDeflate()),
        H2C(paths=["/a"]),
        Protocol("c", "1", paths=["/b/*"], methods=["GET"], headers=[("X", b"1")]),
        TLS(paths=iter(["/c"])),
        WebSocket(paths=["/d"], origins="null") if paths else Protocol("d"),
        hosts=["a.example"],
        limits=Limits(head=512),
    )


def fail_to_make() -> None:
    for make in (
        lambda: WebSocket(subprotocols=["a", "a"], origins=["null"], deflate=PerMessageDeflate()),
        lambda: WebSocket(origins=["null", "*"]),
        lambda: WebSocket(paths=["/a", "/b"], origins="*"),
        lambda: TLS(paths=["/a", "b"]),
        lambda: TLS(paths=["/a", "\u0100"]),
        lambda: H2C(paths=["/a"], upgrade=False),
        lambda: make_all(paths=True),
        lambda: Protocol("c", "1", methods=["GET", "GET"], headers=[("X", b"1")]),
        lambda: Protocol("c", headers=[("X", b"1"), ("Y", " ")]),
        lambda: Protocol("c", headers=[("X", b"1"), ("Y", "\u0100")]),
        lambda: Negotiator(TLS(), TLS(), hosts=["a"]),
        lambda: Negotiator(TLS(), hosts=["a", "a b"]),
        lambda: Limits(head=1),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            make()
    headers: Any
    for headers in ({"X": "1"}, [("X", "1"), ("Y", 1)], [("X", "1"), ("Y",)], 7):
        with pytest.raises(TypeError, match="headers"):
            Protocol("c", paths=["/a"], headers=headers)
    for offers in ([TLS(), 7], [TLS(), TLS]):
        with pytest.raises(TypeError, match="offers"):
            Negotiator(*offers)


def fail_to_answer() -> None:
    decision = NEGOTIATOR.decide(HEAD)
    assert decision is not None
    for answer in (
        lambda: decision.accept([("X", "1"), ("Y", "\0")]),
        lambda: decision.accept([("X", "1")], subprotocol="none"),
        lambda: decision.accept([("X", "1")], subprotocol="chat", extensions="none"),
        lambda: decision.accept([("X", "1")], subprotocol="", extensions="permessage-deflate"),
        lambda: decision.reject(403, [("X", "1"), ("Upgrade", "x")], bytearray(b"no")),
        lambda: decision.reject(304, [("X", "1")], bytearray(b"no")),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            answer()


def answer() -> None:
    decision = NEGOTIATOR.decide(bytearray(HEAD))
    assert decision is not None
    use(decision.accept([("X", "1")], subprotocol="echo").accept())
    use(decision.accept([("X", "1")], extensions="permessage-deflate").accept(extensions=None))
    use(decision.reject(403, [("X", "1")], bytearray(b"no")))
    use(decision._refusal(Reason.SHUTDOWN))


def read_body() -> None:
    reader = BodyReader(chunked=True)
    reader.read(bytearray(b"5\r\nhello\r\n6\r\n wo"))
    reader.skip(b"rld\r\n")
    reader.read(b"0\r\n\r\ntail")
    for name in dir(reader):
        getattr(reader, name)
    with pytest.raises(RuntimeError):
        reader.read(bytearray(b"x"))
    defective = BodyReader(chunked=True)
    defective.read(b"x")
    repr((reader, defective, defective.reason))


def read_response() -> None:
    reader = ResponseReader("POST")
    for i in range(2):
        reader.read(b"HTTP/1.1 10%d \r\n\r\nHTTP/1.1 " % (i * 3))
        reader.read(b"102 \r\n\r\n")
    reader.read(bytearray(b"HTTP/1.1 200 OK\r\nA: b\r\na: c\r\n"))
    reader.skip(b"Content-Length: 5\r\n\r\nhe")
    reader.read(b"llotail")
    assert reader.response is not None
    for read in (reader, reader.response):
        for name in dir(read):
            getattr(read, name)
        repr(read)
    reader.response.get("a")
    reader.response.get_all("a")
    reader.response.get_list("a")
    with pytest.raises(RuntimeError):
        reader.read(bytearray(b"x"))
    cut = ResponseReader()
    cut.read(b"HTTP/1.1 ")
    cut.eof()


def fail_to_make_readers() -> None:
    for make in (
        lambda: BodyReader(length=-1, limits=Limits()),
        lambda: BodyReader(length=1, chunked=True),
        lambda: ResponseReader("\u0100", limits=Limits()),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            make()


PATHS: dict[str, Callable[[], object]] = {
    "switch": lambda: use(NEGOTIATOR.decide(HEAD + b"tail")),
    "switch to h2c": lambda: use(NEGOTIATOR.decide(h2c())),
    "preface": lambda: use(NEGOTIATOR.decide(bytearray(PREFACE + b"x"))),
    "pass": lambda: use(NEGOTIATOR.decide(memoryview(write("GET", "/") + b"tail"))),
    "refuse": lambda: use(NEGOTIATOR.decide(websocket("Origin: https://x"))),
    "garbage": lambda: use(NEGOTIATOR.decide(b"\0" * 100)),
    "undecided": lambda: NEGOTIATOR.decide(bytearray(HEAD[:-1])),
    "fed in pieces": lambda: use(feed(HEAD[:9], HEAD[9:99], HEAD[99:] + b"tail")),
    "fed and dropped": lambda: feed(HEAD[:9], HEAD[9:99]),
    "continue": lambda: use(feed(EXPECTING, b"hello")),
    "continue in pieces": lambda: use(feed(EXPECTING[:9], bytearray(EXPECTING[9:]), b"hello")),
    "chunked": lambda: use(feed(CHUNKED, bytearray(b"5\r\nhello\r\n0\r\n\r\ntail"))),
    "chunked and refused": lambda: use(feed(CHUNKED + b"5\r\nhel", bytearray(b"loX"))),
    "refused early": lambda: use(refuse_before_the_end()),
    "fed too late": feed_too_late,
    "parsed": lambda: use(NEGOTIATOR.decide_request("POST", b"/", LINES[:3])),
    "parsed with wide text": lambda: use(NEGOTIATOR.decide_request("POST", "/\u0100", iter(LINES))),
    "made": make_all,
    "not made": fail_to_make,
    "answered": answer,
    "not answered": fail_to_answer,
    "body read": read_body,
    "response read": read_response,
    "readers not made": fail_to_make_readers,
    "compared": lambda: hash(make_all().offers) == hash(make_all().offers),
    "compared negotiators": lambda: make_all() == make_all() != hash(make_all()),
    "shown": lambda: repr(make_all()),
    "copied": lambda: copy.deepcopy([make_all()]),
    "pickled": lambda: [pickle.loads(pickle.dumps(make_all(), i)) for i in (0, 5)],  # noqa: S301
}


KINDS = (Decision, Request, WebSocket, Protocol, Limits, BodyReader, ResponseReader, Response)


def referred() -> dict[str, int]:
    """Return the reference counts of what every path uses."""
    shared = {
        "negotiator": NEGOTIATOR,
        "head": HEAD,
        "none": None,
        **{f"offer {i}": offer for i, offer in enumerate(NEGOTIATOR.offers)},
        **{f"reason {reason.name}": reason for reason in Reason},
        **{kind.__name__: kind for kind in KINDS},
        "Handshake": type(NEGOTIATOR.handshake()),
    }
    # From 3.12 None is immortal, and its count says nothing.
    return {name: sys.getrefcount(value) for name, value in shared.items() if value is not None}


@pytest.mark.parametrize("name", PATHS)
def test_path_gives_every_reference_back(name: str) -> None:
    path = PATHS[name]
    path()
    gc.collect()
    gc.disable()  # it must not need the collector
    try:
        before = referred()
        for _ in range(50):
            path()
        after = referred()
    finally:
        gc.enable()
    assert after == before


LEAK = 100 * 16
"""Bytes after 100 rounds; one lost object or byte string a round is more."""


@pytest.mark.parametrize("name", PATHS)
def test_path_gives_every_byte_back(name: str) -> None:
    path = PATHS[name]
    grown: list[int] = []
    tracemalloc.start()
    try:
        # A leak shows each time.  What CPython keeps for later use comes to an end, if late.
        while len(grown) < 30 and not any(size < LEAK for size in grown):
            gc.collect()  # `raises` makes cycles
            before, _ = tracemalloc.get_traced_memory()
            for _ in range(100):
                path()
            gc.collect()
            grown.append(tracemalloc.get_traced_memory()[0] - before)
    finally:
        tracemalloc.stop()
    assert min(grown) < LEAK


RESIDENT = """
import sys
sys.path[:] = {path!r}
from test_memory import PATHS

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

def run(rounds):
    for _ in range(rounds):
        for path in PATHS.values():
            path()

run(300)
before = resident()
run(1500)
print(resident() - before)
"""


def test_paths_taken_many_times_leave_the_process_as_large_as_before() -> None:
    """The core's own allocations too, which no tracer of Python's sees."""
    output = subprocess.run(
        [sys.executable, "-c", RESIDENT.format(path=sys.path)],
        # The address sanitizer would keep what was freed.
        env=os.environ | {"ASAN_OPTIONS": "detect_leaks=0:quarantine_size_mb=0"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert int(output) < 512 * 1024


def test_decision_is_small_until_it_is_asked() -> None:
    """One allocation of an object and no other, whatever the size of the request."""
    large = websocket("X: " + "x" * 10_000)
    NEGOTIATOR.decide(large)
    tracemalloc.start()
    try:
        decisions = [None] * 100
        before, _ = tracemalloc.get_traced_memory()
        for i in range(100):
            decisions[i] = NEGOTIATOR.decide(large)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / 100 < 512


def test_handshake_that_waits_holds_what_it_was_fed_and_little_more() -> None:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        handshake = NEGOTIATOR.handshake()
        handshake.feed(b"GET / HTTP/1.1\r\nX: ")
        for _ in range(10_000):
            handshake.feed(b"x")
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 10_000 < after - before < 2 * 10_019 + 1024


@pytest.fixture(scope="module")
def raised() -> dict[str, int]:
    """Return how often each call raised MemoryError, having given what it has to after each."""
    if importlib.util.find_spec("_testcapi") is None:
        message = "_testcapi is missing: use a CPython with its test modules"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    output = subprocess.run(
        [sys.executable, SUPPORT / "allocation_faults.py"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, sys.path))},
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    counts: dict[str, int] = json.loads(output)
    return counts


@pytest.mark.parametrize("name", CALLS)
def test_call_after_a_memory_error_gives_what_it_would_have_given(
    name: str, raised: dict[str, int]
) -> None:
    assert raised[name] > 0
