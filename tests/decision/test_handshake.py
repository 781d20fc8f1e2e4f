"""Handshakes: one connection, its bytes as they come.

In: pieces. Out: None until the decision, the bytes behind the request once and in order, and
RuntimeError after it.
"""

from __future__ import annotations

import inspect
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from heads import PREFACE, h2c, upgrade, websocket, write

from upgrade101 import (
    H2C,
    TLS,
    Action,
    Decision,
    Handshake,
    Limits,
    Negotiator,
    Protocol,
    Reason,
    WebSocket,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = Negotiator(WebSocket())
BODY = Negotiator(Protocol("tcp", body=True))
MIB = 1 << 20


def feed(negotiator: Negotiator, *pieces: bytes, secure: bool = False) -> Decision:
    """Return the decision, which must come with the last piece."""
    handshake = negotiator.handshake(secure=secure)
    *earlier, last = pieces
    for piece in earlier:
        assert handshake.feed(piece) is None
    decision = handshake.feed(last)
    assert decision is not None
    return decision


def test_handshake_is_made_by_a_negotiator_only() -> None:
    assert type(PLAIN.handshake()) is Handshake
    with pytest.raises(TypeError, match="cannot create"):
        Handshake()
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Heir", (Handshake,), {})
    assert list(inspect.signature(Handshake.feed).parameters) == ["self", "data"]


def test_handshake_knows_tls_by_its_keyword_only() -> None:
    negotiator = Negotiator(H2C())
    assert feed(negotiator, h2c()).reason is Reason.SWITCHED
    assert feed(negotiator, h2c(), secure=True).reason is Reason.H2C_OVER_TLS
    with pytest.raises(TypeError, match="by keyword only: secure, first"):
        negotiator.handshake(True)  # noqa: FBT003
    with pytest.raises(TypeError, match="secure must be a bool"):
        negotiator.handshake(secure=1)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda data: memoryview(data)[::1]])
def test_feed_reads_any_bytes_like(kind: object) -> None:
    head = websocket()
    for cut in (0, 1, len(head) // 2, len(head)):
        handshake = PLAIN.handshake()
        decisions = [handshake.feed(kind(head[:cut])) if cut else None]
        if decisions[0] is None:
            decisions.append(handshake.feed(kind(head[cut:] + b"tail")))
        decision = decisions[-1]
        assert decision is not None
        assert decision.action is Action.SWITCH
        assert decision.leftover == (b"tail" if cut < len(head) else b"")


@pytest.mark.parametrize("data", ["GET", None, 7, [71]])
def test_feed_of_what_is_not_bytes_like_changes_nothing(data: object) -> None:
    handshake = PLAIN.handshake()
    head = websocket()
    assert handshake.feed(head[:20]) is None
    with pytest.raises(TypeError):
        handshake.feed(data)
    with pytest.raises(BufferError):
        handshake.feed(memoryview(b"abcdef")[::2])
    decision = handshake.feed(head[20:])
    assert decision is not None
    assert decision.action is Action.SWITCH


def test_feed_of_nothing_is_harmless_at_any_time() -> None:
    handshake = PLAIN.handshake()
    head = websocket()
    for i in range(len(head)):
        assert handshake.feed(b"") is None
        decision = handshake.feed(head[i : i + 1])
        assert (decision is None) == (i < len(head) - 1)


def test_feed_gives_a_buffer_back_and_keeps_no_view_of_it() -> None:
    handshake = PLAIN.handshake()
    head = websocket()
    buffer = bytearray(head[:50])
    assert handshake.feed(buffer) is None
    buffer[:] = b"\0" * 200  # BufferError while it is exported
    buffer[:] = head[50:] + b"tail"
    decision = handshake.feed(buffer)
    buffer[:] = b""
    assert decision is not None
    assert decision.request is not None
    assert (decision.request.head, decision.leftover) == (head, b"tail")


def test_feed_of_a_whole_request_keeps_the_very_bytes() -> None:
    head = websocket()
    decision = feed(PLAIN, head)
    assert decision.request is not None
    assert decision.request.head is head


@pytest.mark.parametrize(
    "data", [websocket(), write("GET", "/"), b"\0", PREFACE], ids=["switch", "pass", "bad", "h2"]
)
@pytest.mark.parametrize("cut", [False, True])
def test_feed_after_the_final_decision_is_an_error(data: bytes, cut: bool) -> None:  # noqa: FBT001
    handshake = PLAIN.handshake()
    for piece in (data[:-1], data[-1:]) if cut and len(data) > 1 else (data,):
        decision = handshake.feed(piece)
    assert decision is not None
    for more in (b"", b"x", data):
        with pytest.raises(RuntimeError, match="final decision"):
            handshake.feed(more)
    assert repr(handshake) == "<Handshake decided>"


def test_handshake_repr_shows_no_byte_of_the_request() -> None:
    handshake = PLAIN.handshake()
    assert repr(handshake) == "<Handshake of 0 bytes>"
    handshake.feed(b"GET /secret HTTP/1.1\r\n")
    assert repr(handshake) == "<Handshake of 22 bytes>"


# ---- bodies and 100 (Continue) [RFC 9110 10.1.1]

EXPECTING = upgrade("tcp", "Content-Length: 5", "Expect: 100-continue")


@pytest.mark.parametrize("pieces", [[EXPECTING], [EXPECTING[:9], EXPECTING[9:]]])
def test_feed_of_a_head_that_expects_goes_on_after_the_continue(pieces: list[bytes]) -> None:
    handshake = BODY.handshake()
    answers = [handshake.feed(piece) for piece in pieces]
    first = answers[-1]
    assert answers[:-1] == [None] * (len(pieces) - 1)
    assert first is not None
    assert (first.action, first.reason) == (Action.CONTINUE, Reason.BODY_AWAITED)
    assert first.response == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert (first.leftover, first.body, first.protocol) == (b"", b"", None)
    assert first.request is not None
    assert first.request.head == EXPECTING
    assert handshake.feed(b"") is None
    assert handshake.feed(b"he") is None
    final = handshake.feed(b"llotail")
    assert final is not None
    assert final.action is Action.SWITCH
    assert final.response.startswith(b"HTTP/1.1 101 ")
    assert (final.body, final.leftover) == (b"hello", b"tail")
    assert first.response == b"HTTP/1.1 100 Continue\r\n\r\n"


def test_feed_of_a_head_with_its_first_body_byte_gets_both_responses_at_once() -> None:
    decision = feed(BODY, EXPECTING + b"h", b"ello")
    assert decision.response.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 ")
    assert decision.body == b"hello"


def test_feed_gathers_a_body_that_is_larger_than_a_head_may_be() -> None:
    body = bytes(range(256)) * 250
    head = upgrade("tcp", f"Content-Length: {len(body)}")
    whole = head + body + b"tail"
    for step in (len(whole), 40_000, 16_384, 1000):
        handshake = BODY.handshake()
        answers = [handshake.feed(whole[i : i + step]) for i in range(0, len(whole), step)]
        decision = answers[-1]
        assert decision is not None
        assert answers[:-1] == [None] * (len(answers) - 1)
        assert (decision.body, decision.leftover) == (body, b"tail")
    # One byte first, then all that is left: the head is completed in the same call as the body.
    decision = feed(BODY, whole[:1], whole[1:])
    assert (decision.body, decision.leftover) == (body, b"tail")


def test_feed_of_a_head_at_its_limit_with_a_body_behind_sees_the_body() -> None:
    limits = Limits(head=256)
    negotiator = Negotiator(Protocol("tcp", body=True), limits=limits)
    bare = upgrade("tcp", "Content-Length: 5", "Expect: 100-continue", "X: ")
    head = bare.replace(b"X: ", b"X: " + b"x" * (limits.head - len(bare)))
    assert len(head) == limits.head
    decision = feed(negotiator, head[:1], head[1:] + b"hello")
    assert (decision.action, decision.body) == (Action.SWITCH, b"hello")
    assert decision.response.startswith(b"HTTP/1.1 100 ")


# ---- chunked bodies [RFC 9112 7.1]

CHUNKED = upgrade("tcp", "Transfer-Encoding: chunked")


def chunk(body: bytes, size: int, extension: bytes = b"") -> bytes:
    """Return the body in chunks of a size."""
    chunks = [body[i : i + size] for i in range(0, len(body), size)]
    framed = [b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in chunks]
    return b"".join(framed) + b"0\r\n\r\n"


@pytest.mark.parametrize("kind", [bytes, bytearray])
@pytest.mark.parametrize("step", [1, 7, 1000, 10_000])
def test_feed_of_a_chunked_body_decodes_it(kind: Callable[[bytes], Any], step: int) -> None:
    body = bytes(range(256)) * 4
    whole = CHUNKED + chunk(body, 100)
    handshake = BODY.handshake()
    pieces = [kind(whole[i : i + step]) for i in range(0, len(whole), step)]
    answers = [handshake.feed(piece) for piece in pieces]
    decision = answers.pop()
    assert answers == [None] * len(answers)
    assert decision is not None
    assert decision.action is Action.SWITCH
    assert (decision.body, decision.leftover) == (body, b"")
    decision = feed(BODY, whole[:5], kind(whole[5:] + b"tail"))
    assert (decision.body, decision.leftover) == (body, b"tail")


def test_feed_of_a_chunked_body_that_expects_is_asked_for() -> None:
    head = upgrade("tcp", "Transfer-Encoding: chunked", "Expect: 100-continue")
    for kind in (bytes, bytearray):
        handshake = BODY.handshake()
        asked = handshake.feed(kind(head))
        assert asked is not None
        assert (asked.action, asked.status) == (Action.CONTINUE, 100)
        assert handshake.feed(b"5\r\nhel") is None
        decision = handshake.feed(b"lo\r\n0\r\n\r\ntail")
        assert decision is not None
        assert (decision.body, decision.leftover) == (b"hello", b"tail")
        assert asked.request is not None
        assert asked.request.head == head


@pytest.mark.parametrize("kind", [bytes, bytearray])
@pytest.mark.parametrize(
    ("at", "byte"), [(0, b"g"), (1, b"\n"), (2, b"x"), (8, b"x"), (9, b"\r"), (10, b"-")]
)
def test_feed_of_a_defect_in_a_chunk_is_refused_at_its_byte(
    kind: Callable[[bytes], Any], at: int, byte: bytes
) -> None:
    sound = CHUNKED + b"5\r\nhello\r\n0\r\n\r\n"
    assert feed(BODY, sound[:9], kind(sound[9:])).body == b"hello"
    place = len(CHUNKED) + at
    unsound = sound[:place] + byte + sound[place + 1 :]
    details = set()
    for cut in (0, 1, len(CHUNKED), place):
        pieces = [kind(piece) for piece in (unsound[:cut], unsound[cut:]) if piece]
        decision = feed(BODY, *pieces)
        assert (decision.reason, decision.offset) == (Reason.CHUNK_INVALID, place)
        assert decision.request is not None
        assert decision.request.head == CHUNKED
        assert (decision.body, decision.leftover) == (b"", b"")
        details.add(decision.detail)
    (detail,) = details
    assert f"byte 0x{byte[0]:02x}" in detail


def test_feed_of_a_chunked_body_beyond_the_limit_is_refused() -> None:
    negotiator = Negotiator(Protocol("tcp", body=True), limits=Limits(body=1000))
    assert feed(negotiator, CHUNKED, chunk(b"x" * 1000, 100)).action is Action.SWITCH
    decision = feed(negotiator, CHUNKED, chunk(b"x" * 1001, 100))
    assert decision.reason is Reason.BODY_TOO_LARGE
    assert decision.offset is not None


@pytest.mark.parametrize("begin", [b"", CHUNKED[:1]], ids=["first", "second"])
def test_feed_of_the_smallest_chunks_takes_linear_time_and_memory(begin: bytes) -> None:
    """A body at its limit in chunks of one byte, and mebibytes that follow it."""
    body = b"x" * 65536
    data = memoryview(CHUNKED[len(begin) :] + chunk(body, 1) + b"t" * (16 * MIB))
    handshake = BODY.handshake()
    if begin:
        handshake.feed(begin)
    decision = handshake.feed(data)
    assert decision is not None
    assert decision.body == body
    assert decision.leftover == b"t" * (16 * MIB)


# ---- later requests of a connection


def test_handshake_of_a_later_request_takes_no_preface_and_no_proxy_header() -> None:
    negotiator = Negotiator(H2C(prior_knowledge=True))
    proxied = b"\r\n\r\n\0\r\nQUIT\n"
    for data, first, later in (
        (PREFACE, Reason.HTTP2_PRIOR_KNOWLEDGE, Reason.HTTP2_PREFACE),
        (proxied, Reason.PROXY_PROTOCOL, Reason.BAD_METHOD),
        (write("GET", "/"), Reason.NO_UPGRADE, Reason.NO_UPGRADE),
    ):
        reasons = []
        for handshake in (
            negotiator.handshake(),
            negotiator.handshake(first=True),
            negotiator.handshake(first=False),
        ):
            decision = handshake.feed(data)
            assert decision is not None
            reasons.append(decision.reason)
        assert reasons == [first, first, later]


@pytest.mark.parametrize("cut", [0, 1, 30])
def test_feed_of_a_byte_behind_a_request_for_tls_is_refused(cut: int) -> None:
    negotiator = Negotiator(TLS())
    request = upgrade("TLS/1.2", method="OPTIONS")
    pieces = [request[:cut], request[cut:]] if cut else [request]
    assert feed(negotiator, *pieces).protocol == "TLS/1.2"
    pieces[-1] += b"\x16"
    assert feed(negotiator, *pieces).reason is Reason.TLS_LEFTOVER


@pytest.mark.parametrize("cut", [1, 10, 23, 24, 30])
def test_feed_of_the_preface_leaves_every_byte(cut: int) -> None:
    negotiator = Negotiator(H2C(prior_knowledge=True))
    data = PREFACE + b"\0\0\0\4\0\0\0\0\0"
    handshake = negotiator.handshake()
    first = handshake.feed(data[:cut])
    decision = first or handshake.feed(data[cut:])
    assert decision is not None
    assert decision.reason is Reason.HTTP2_PRIOR_KNOWLEDGE
    assert decision.leftover + (data[cut:] if first else b"") == data
    assert decision.response == b""
    assert decision.request is not None
    assert decision.request.method == "PRI"


# ---- what is kept


@pytest.mark.parametrize("begin", [b"", b"G"], ids=["first", "second"])
@pytest.mark.parametrize("byte", [b"\0", b"x"], ids=["nul", "header"])
def test_feed_of_many_mebibytes_is_refused_without_a_copy(begin: bytes, byte: bytes) -> None:
    data = b"ET / HTTP/1.1\r\nA: ".rjust(18 - len(begin), b"G") + byte * (64 * MIB)
    handshake = PLAIN.handshake()
    if begin:
        handshake.feed(begin)
    tracemalloc.start()
    decision = handshake.feed(memoryview(data))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert decision is not None
    assert decision.reason in {Reason.BAD_FIELD_VALUE, Reason.HEAD_TOO_LARGE}
    assert decision.leftover == b""
    assert peak < MIB


def test_feed_that_refuses_bytes_does_not_keep_them_alive() -> None:
    data = bytearray(b"\0" * MIB)
    tracemalloc.start()
    decision = PLAIN.decide(bytes(data))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert decision is not None
    assert decision.reason is Reason.BAD_METHOD
    assert kept < MIB // 2


def test_feed_that_raises_bytes_in_an_export_comes_before_the_outer_one() -> None:
    """A feed within a feed, from the buffer that the outer one opens, is whole in itself."""
    handshake = PLAIN.handshake()
    head = websocket()

    class Nesting:
        def __buffer__(self, flags: int) -> memoryview:
            assert handshake.feed(head[:10]) is None
            return memoryview(head[10:]).toreadonly()

    try:
        decision = handshake.feed(Nesting())
    except TypeError:
        # Before 3.12 no class of Python's has a buffer of its own [PEP 688].
        assert not hasattr(memoryview, "__buffer__")
        decision = handshake.feed(head)
    assert decision is not None
    assert decision.action is Action.SWITCH


# ---- refusals of the server's own

OWN = [
    Reason.HANDSHAKE_TIMEOUT,
    Reason.DECISION_TIMEOUT,
    Reason.CAPACITY,
    Reason.SHUTDOWN,
    Reason.HANDLER_FAILED,
    Reason.TLS_LEFTOVER,
    Reason.UPGRADE_REQUIRED,
]


@pytest.mark.parametrize("reason", OWN, ids=lambda reason: reason.name)
@pytest.mark.parametrize("fed", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n", b"GE"])
def test_refusal_before_a_decision_is_a_complete_response(reason: Reason, fed: bytes) -> None:
    handshake = PLAIN.handshake()
    handshake.feed(fed)
    decision = handshake._refusal(reason)
    assert (decision.action, decision.reason, decision.request) == (Action.REJECT, reason, None)
    head, _, body = decision.response.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % reason.status)
    assert b"close" in head
    assert b"\r\nDate: " in head
    assert body == f"{reason.name}: {reason.text} [{reason.rfc}].\n".encode()
    assert (b"Retry-After: 1" in head) == (reason is Reason.CAPACITY)
    assert decision.leftover == b""
    with pytest.raises(RuntimeError, match="final decision"):
        handshake.feed(b"x")
    with pytest.raises(RuntimeError, match="final decision"):
        handshake._refusal(reason)


def test_refusal_while_a_body_is_awaited_knows_the_request() -> None:
    handshake = BODY.handshake()
    head = upgrade("tcp", "Content-Length: 5")
    assert handshake.feed(head + b"he") is None
    decision = handshake._refusal(Reason.HANDSHAKE_TIMEOUT)
    assert decision.request is not None
    assert decision.request.head == head
    assert (decision.body, decision.leftover) == (b"", b"")


def test_refusal_of_half_a_head_request_has_no_body() -> None:
    for method, bodiless in ((b"HEAD", True), (b"HEADS", False)):
        handshake = PLAIN.handshake()
        handshake.feed(method + b" / HTTP/1.1\r\n")
        response = handshake._refusal(Reason.SHUTDOWN).response
        assert response.endswith(b"\r\n\r\n") == bodiless


@pytest.mark.parametrize("reason", ["CAPACITY", 804, None, Action.REJECT, Reason])
def test_refusal_for_what_is_no_reason_is_refused(reason: object) -> None:
    with pytest.raises(TypeError, match="reason must be a Reason"):
        PLAIN.handshake()._refusal(reason)


@pytest.mark.parametrize(
    "reason",
    [
        Reason.SWITCHED,
        Reason.HTTP2_PRIOR_KNOWLEDGE,
        Reason.BODY_AWAITED,
        Reason.REFUSED,
        Reason.METHOD_NOT_ALLOWED,
    ],
    ids=lambda reason: reason.name,
)
def test_refusal_for_a_reason_that_is_no_refusal_changes_nothing(reason: Reason) -> None:
    handshake = PLAIN.handshake()
    with pytest.raises(ValueError, match="cannot refuse"):
        handshake._refusal(reason)
    decision = handshake.feed(websocket())
    assert decision is not None
    with pytest.raises(ValueError, match="cannot refuse"):
        decision._refusal(reason)
    assert decision.action is Action.SWITCH
