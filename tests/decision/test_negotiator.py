"""Negotiators: what they are made of, and deciding on bytes at once [contract 7].

In: offers, policy and bytes-like objects. Out: a decision or None; TypeError or ValueError when a
negotiator is made, and never for what bytes say.
"""

from __future__ import annotations

import array
import copy
import inspect
import pickle
import random
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from heads import KEY, PREFACE, h2c, upgrade, websocket, write

from upgrade101 import (
    H2C,
    TLS,
    Action,
    Limits,
    Negotiator,
    PerMessageDeflate,
    Protocol,
    Reason,
    WebSocket,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = Negotiator(WebSocket())


def test_negotiator_without_an_offer_is_refused() -> None:
    assert Negotiator(TLS()).offers == (TLS(),)
    with pytest.raises(ValueError, match="offer"):
        Negotiator()


@pytest.mark.parametrize(
    "offer", [PerMessageDeflate(), Limits(), WebSocket, "websocket", b"h2c", None, 7, [WebSocket()]]
)
def test_negotiator_with_what_is_no_offer_is_refused(offer: object) -> None:
    with pytest.raises(TypeError, match=r"offers\[1\] must be a WebSocket, H2C, Protocol or TLS"):
        Negotiator(WebSocket(), offer)


ROOMS = WebSocket(paths=["/rooms/*"])


@pytest.mark.parametrize(
    ("reachable", "hidden"),
    [
        ((WebSocket(), H2C()), (WebSocket(), WebSocket())),
        ((Protocol("a"), Protocol("b")), (Protocol("a"), Protocol("A"))),
        ((Protocol("a", "1"), Protocol("a", "2")), (Protocol("a", "1"), Protocol("A", "1"))),
        ((Protocol("a", "1"), Protocol("a")), (Protocol("a"), Protocol("a"))),
        ((H2C(), Protocol("h2")), (H2C(), Protocol("h2c"))),
        ((ROOMS, WebSocket()), (WebSocket(), ROOMS)),
        ((WebSocket(paths=["/a"]), WebSocket(paths=["/a", "/b"])), (ROOMS, ROOMS)),
        ((WebSocket(paths=["/rooms/1"]), ROOMS), (ROOMS, WebSocket(paths=["/rooms/1"]))),
        ((TLS(paths=["/a"]), TLS()), (TLS(), TLS(paths=["/a"]))),
    ],
)
def test_negotiator_with_an_offer_that_is_never_reached_is_refused(
    reachable: tuple[Any, ...], hidden: tuple[Any, ...]
) -> None:
    assert Negotiator(*reachable).offers == reachable
    with pytest.raises(ValueError, match="offers: one can never be reached"):
        Negotiator(*hidden)


def test_negotiator_takes_the_offer_of_the_path() -> None:
    offers = ROOMS, WebSocket(paths=["/chat"]), Protocol("tcp", paths=["/tcp"]), H2C()
    negotiator = Negotiator(*offers)
    for target, offer in (
        ("/rooms/1", offers[0]),
        ("/rooms/", offers[0]),
        ("/chat?a=/rooms/1", offers[1]),
        ("http://example.com/chat", offers[1]),
    ):
        decision = negotiator.decide(websocket(target=target))
        assert decision is not None
        assert decision.offer is offer
    for target in ("/rooms", "/chat/", "/Chat", "/tcp"):
        decision = negotiator.decide(websocket(target=target))
        assert decision is not None
        assert decision.reason is Reason.PATH_NOT_OFFERED


@pytest.mark.parametrize(
    ("sound", "unsound"),
    [
        ("a.example", "a example"),
        ("a.example:80", "a.example:"),
        ("a.example:65535", "a.example:65536"),
        ("[::1]", "::1"),
        ("*.example.com", "*.exa/mple.com"),
        ("localhost", ""),
        ("a", "\u0101"),
    ],
)
def test_negotiator_hosts_are_uri_hosts(sound: str, unsound: str) -> None:
    assert Negotiator(WebSocket(), hosts=[sound]).hosts == (sound,)
    with pytest.raises(ValueError, match="host"):
        Negotiator(WebSocket(), hosts=["sound.example", unsound])


def test_negotiator_with_no_hosts_is_refused_and_with_none_takes_any() -> None:
    assert Negotiator(WebSocket(), hosts=None).hosts is None
    with pytest.raises(ValueError, match="hosts must not be empty: use None for any host"):
        Negotiator(WebSocket(), hosts=[])


@pytest.mark.parametrize("hosts", ["a.example", b"a.example", 7, [b"a.example"], [None]])
def test_negotiator_with_hosts_of_a_wrong_type_is_refused(hosts: object) -> None:
    with pytest.raises(TypeError):
        Negotiator(WebSocket(), hosts=hosts)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"required": 1}, "required must be a bool"),
        ({"limits": {}}, "limits must be a Limits or None"),
        ({"limits": 16384}, "limits must be a Limits or None"),
        ({"host": ["a"]}, "has no argument 'host': its arguments are required, hosts, limits"),
    ],
)
def test_negotiator_with_a_wrong_keyword_is_refused(keywords: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Negotiator(WebSocket(), **keywords)


def test_negotiator_has_what_a_variant_is_made_of() -> None:
    offers = (WebSocket(subprotocols=["chat"]), H2C(), Protocol("tcp"))
    limits = Limits(head=512)
    negotiator = Negotiator(*offers, required=True, hosts=["a", "b:1"], limits=limits)
    variant = Negotiator(
        *negotiator.offers,
        required=negotiator.required,
        hosts=negotiator.hosts,
        limits=negotiator.limits,
    )
    assert all(ours is given for ours, given in zip(variant.offers, offers, strict=True))
    assert variant.required is True
    assert variant.hosts == ("a", "b:1")
    assert variant.limits is limits
    assert Negotiator(*offers).limits == Limits()
    assert Negotiator(*offers).required is False
    assert repr(variant).startswith("Negotiator(WebSocket(paths=None, subprotocols=('chat',)")
    assert variant == negotiator


PARTS: dict[str, Any] = {"required": True, "hosts": ("a", "b:1"), "limits": Limits(head=512)}
OFFERS = (ROOMS, H2C(upgrade=False, prior_knowledge=True), Protocol("tcp", "1"), TLS())


def test_negotiator_equals_one_of_the_same_parts_and_no_other() -> None:
    negotiator = Negotiator(*OFFERS, **PARTS)
    same = Negotiator(*map(copy.copy, OFFERS), **PARTS)
    assert negotiator == same
    assert hash(negotiator) == hash(same)
    assert {negotiator: 1}[same] == 1
    others: list[object] = [
        Negotiator(*OFFERS[1:], **PARTS),
        Negotiator(*OFFERS[::-1], **PARTS),
        *(Negotiator(*OFFERS, **PARTS | {name: None}) for name in ("hosts", "limits")),
        Negotiator(*OFFERS, **PARTS | {"required": False}),
        OFFERS,
    ]
    assert all(negotiator != other for other in others)
    with pytest.raises(TypeError):
        _ = negotiator < same


@pytest.mark.parametrize("negotiator", [Negotiator(*OFFERS, **PARTS), PLAIN])
def test_negotiator_copied_pickled_and_evaluated_is_an_equal_one(negotiator: Negotiator) -> None:
    assert copy.copy(negotiator) is copy.deepcopy(negotiator) is negotiator
    copies = [eval(repr(negotiator))]  # noqa: S307 -- a repr made here
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        for dump in (pickle.dumps, pickle._dumps):
            copies.append(pickle.loads(dump(negotiator, protocol)))  # noqa: S301, PERF401
    for made in copies:
        assert made == negotiator
        assert made is not negotiator
        decision = made.decide(websocket(target="/rooms/1"))
        assert decision is not None
        assert decision.reason in {Reason.SWITCHED, Reason.HOST_FORBIDDEN}


def test_negotiator_is_immutable_and_final() -> None:
    for name in ("offers", "required", "hosts", "limits", "other"):
        with pytest.raises(AttributeError):
            setattr(PLAIN, name, None)
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Heir", (Negotiator,), {})
    assert list(inspect.signature(Negotiator).parameters) == [
        "offers",
        "required",
        "hosts",
        "limits",
    ]


def test_negotiator_outlives_what_it_was_made_of() -> None:
    """The core has copies: nothing of the caller's is read after the constructor."""
    names = [f"protocol-{i}" for i in range(200)]
    negotiator = Negotiator(
        *(Protocol(name, headers=[("X-Name", name)]) for name in names),
        hosts=[f"{name}.example" for name in names],
    )
    del names
    for i in range(200):
        head = upgrade(f"protocol-{i}").replace(b"example.com", b"protocol-%d.example" % i)
        decision = negotiator.decide(head)
        assert decision is not None
        assert decision.protocol == f"protocol-{i}"
        assert b"X-Name: protocol-%d\r\n" % i in decision.response


# ---- deciding at once


@pytest.mark.parametrize(
    "kind",
    [
        bytes,
        bytearray,
        memoryview,
        lambda data: memoryview(bytearray(data)),
        lambda data: memoryview(b"xx" + data)[2:],
        lambda data: array.array("B", data),
        type("Heir", (bytes,), {}),
    ],
)
def test_decide_reads_any_bytes_like(kind: Callable[[bytes], Any]) -> None:
    decision = PLAIN.decide(kind(websocket() + b"tail"))
    assert decision is not None
    assert decision.action is Action.SWITCH
    assert type(decision.leftover) is bytes
    assert decision.leftover == b"tail"
    assert decision.request is not None
    assert decision.request.head == websocket()


@pytest.mark.parametrize("data", ["GET / HTTP/1.1", None, 7, [71], object()])
def test_decide_on_what_is_not_bytes_like_is_refused(data: object) -> None:
    with pytest.raises(TypeError):
        PLAIN.decide(data)


def test_decide_on_a_buffer_with_gaps_is_refused() -> None:
    with pytest.raises(BufferError):
        PLAIN.decide(memoryview(websocket() * 2)[::2])


def test_decide_gives_a_buffer_back_whatever_comes_of_it() -> None:
    for data in (websocket() + b"tail", b"GET / HT", b"\0", websocket("Bad Name: 1"), b""):
        buffer = bytearray(data)
        decision = PLAIN.decide(buffer)
        buffer += b"x" * 100_000  # BufferError while it is exported
        buffer[:] = b"\0" * len(buffer)
        if decision is not None and decision.request is not None:
            assert decision.request.head == websocket()


def test_decide_keeps_the_very_bytes() -> None:
    data = b"".join((websocket(), b"tail"))
    decision = PLAIN.decide(websocket())
    assert decision is not None
    assert decision.request is not None
    head = decision.request.head
    again = PLAIN.decide(head)
    assert again is not None
    assert again.request is not None
    assert again.request.head is head
    longer = PLAIN.decide(data)
    assert longer is not None
    assert longer.leftover == b"tail"


def test_decide_on_half_a_head_is_none() -> None:
    head = websocket()
    for size in range(len(head)):
        assert PLAIN.decide(head[:size]) is None
    assert PLAIN.decide(head) is not None


def test_decide_knows_tls_by_its_keyword_only() -> None:
    negotiator = Negotiator(H2C())
    insecure, secure = negotiator.decide(h2c()), negotiator.decide(h2c(), secure=True)
    assert insecure is not None
    assert insecure.reason is Reason.SWITCHED
    assert secure is not None
    assert secure.reason is Reason.H2C_OVER_TLS
    for value in (1, None, "yes"):
        with pytest.raises(TypeError, match="secure must be a bool"):
            negotiator.decide(h2c(), secure=value)
    with pytest.raises(TypeError, match="at most 1 argument by position, not 2"):
        negotiator.decide(h2c(), True)  # noqa: FBT003
    assert negotiator.decide(data=h2c()) is not None


@pytest.mark.parametrize(
    ("args", "keywords"),
    [
        ((), {}),
        ((b"",), {"data": b""}),
        ((b"",), {"insecure": True}),
    ],
)
def test_decide_with_wrong_arguments_is_refused(args: object, keywords: object) -> None:
    with pytest.raises(TypeError, match="argument"):
        PLAIN.decide(*args, **keywords)


def test_decide_on_anything_never_raises() -> None:
    source = random.Random(101)  # noqa: S311 -- the same requests each time
    alphabet = [b"\r\n", b"\r", b"\n", b" ", b":", b"GET / HTTP/1.1", b"Upgrade", b"\0", b"\xff"]
    heads = [websocket(), h2c(), upgrade("tcp"), PREFACE]
    negotiator = Negotiator(
        WebSocket(deflate=PerMessageDeflate()),
        H2C(prior_knowledge=True),
        Protocol("tcp", body=True),
        TLS(),
    )
    for _ in range(20_000):
        data = bytearray(source.choice(heads))
        for _ in range(source.randrange(4)):
            at = source.randrange(len(data))
            data[at : at + source.randrange(3)] = source.choice(alphabet)
        decision = negotiator.decide(data)
        if decision is not None:
            assert isinstance(decision.response, bytes)
            assert decision.action is not Action.SWITCH or decision.protocol


def test_decide_escapes_what_is_in_no_response() -> None:
    """No byte of the request ever appears in a refusal [contract 1]."""
    for bad in (write("G\x01T", "/secret"), write("GET", "/secret", "Bad\x01: secret")):
        decision = PLAIN.decide(bad)
        assert decision is not None
        assert b"secret" not in decision.response
        assert "secret" not in repr(decision)


WRITTEN_BY_OTHERS = """
import mmap, os, sys, time
sys.path[:] = {path!r}
from heads import upgrade, websocket
from upgrade101 import Negotiator, Protocol, WebSocket

negotiator = Negotiator(WebSocket(origins=None), Protocol("tcp", body=True))
sound = {head}
memory = mmap.mmap(-1, len(sound))
memory[:] = sound
at = sound.index(b"X-Flag: ") + len(b"X-Flag: ")
if os.fork() == 0:
    parent = os.getppid()
    while os.getppid() == parent:
        memory[at] = 0
        memory[at] = ord("y")
    os._exit(0)
seen = set()
rounds = 0
end = time.monotonic() + 60
while rounds < 20_000 or (len(seen) < 2 and time.monotonic() < end):
    rounds += 1
    decision = {decide}
    seen.add(decision.reason.name)
    if decision.request is not None and decision.reason.name == "SWITCHED":
        assert decision.request.get("X-Flag") == "y", decision.request.head
        assert (b"X-Flag", b"y") in decision.request.headers
    elif decision.offset is not None:
        assert "byte 0x00 after" in decision.detail, decision.detail
print(*sorted(seen))
"""


@pytest.mark.parametrize(
    "decide",
    [
        "negotiator.decide(memoryview(memory))",
        "negotiator.decide(memory)",
        "negotiator.handshake().feed(memory)",
        "[h := negotiator.handshake(), h.feed(sound[:9]), h.feed(memoryview(memory)[9:])][-1]",
    ],
)
@pytest.mark.parametrize(
    "head",
    [
        'websocket("X-Flag: y")',
        'upgrade("tcp", "X-Flag: y", "Content-Length: 5") + b"hellotail"',
    ],
    ids=["head", "body"],
)
def test_decide_on_a_buffer_that_another_process_writes_checks_what_it_keeps(
    head: str, decide: str
) -> None:
    code = WRITTEN_BY_OTHERS.format(path=sys.path, head=head, decide=decide)
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    # Both were seen: the bytes did change.
    assert done.stdout.split() == ["BAD_FIELD_VALUE", "SWITCHED"]


def test_reject_with_a_body_that_is_written_afterwards_has_what_was_given() -> None:
    decision = PLAIN.decide(websocket())
    assert decision is not None
    body = bytearray(b"no way")
    refused = decision.reject(403, body=memoryview(body))
    body[:] = b"\0" * 6
    assert refused.content == b"no way"


def test_decide_in_many_threads_gives_each_its_own() -> None:
    keys = [f"{i:022d}==" for i in range(8)]
    expected = {}
    for key in keys:
        decision = PLAIN.decide(websocket(key=key))
        assert decision is not None
        expected[key] = decision.response
    wrong = []

    def work(key: str) -> None:
        for _ in range(2000):
            decision = PLAIN.decide(websocket(key=key))
            if decision is None or decision.response != expected[key]:
                wrong.append(key)

    threads = [threading.Thread(target=work, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(set(expected.values())) == len(keys)
    assert KEY not in keys
