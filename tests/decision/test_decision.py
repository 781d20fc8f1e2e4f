"""Decisions: what they say [contract 1].

In: decisions of each action. Out: their attributes.
Not here: the caller's last word.
"""

from __future__ import annotations

import inspect
import tracemalloc

import pytest
from decisions import ALL, TCP, WEBSOCKET, awaiting, decide, refusal, switch
from heads import ACCEPT, PREFACE, h2c, upgrade, websocket, write

from upgrade101 import (
    H2C,
    Action,
    Decision,
    Limits,
    Negotiator,
    PerMessageDeflate,
    Protocol,
    Reason,
    Request,
    WebSocket,
)


def test_decision_is_made_by_deciding_only() -> None:
    with pytest.raises(TypeError, match="cannot create"):
        Decision()
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Heir", (Decision,), {})
    for name in ("action", "reason", "response", "leftover", "other"):
        with pytest.raises(AttributeError):
            setattr(switch(), name, None)
    assert list(inspect.signature(Decision.accept).parameters) == [
        "self",
        "headers",
        "subprotocol",
        "extensions",
    ]
    assert list(inspect.signature(Decision.reject).parameters) == [
        "self",
        "status",
        "headers",
        "body",
    ]


# ---- attributes


def assert_preface(request: Request | None) -> None:
    assert request is not None
    assert (request.method, request.target, request.version) == ("PRI", "*", "2.0")
    assert (request.path, request.query, request.headers) == ("", None, ())
    assert request.head == b"PRI * HTTP/2.0\r\n\r\n"
    assert repr(request) == "<Request PRI '*' HTTP/2.0>"


def test_decision_of_a_preface_that_is_not_offered_has_its_request_too() -> None:
    for data in (PREFACE, PREFACE + b"x" * 10_000, bytearray(PREFACE)):
        decision = decide(data, Negotiator(WebSocket()))
        assert (decision.reason, decision.offset) == (Reason.HTTP2_PREFACE, 23)
        assert_preface(decision.request)
        refused = decision.reject(403)
        assert refused.offset is None
        assert_preface(refused.request)


def test_decision_switch_to_websocket_has_all_that_was_negotiated() -> None:
    decision = decide(
        websocket(
            "Sec-WebSocket-Protocol: superchat, chat",
            "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; "
            "server_max_window_bits=10",
        )
        + b"tail"
    )
    assert (decision.action, decision.reason) == (Action.SWITCH, Reason.SWITCHED)
    assert decision.protocol == "websocket"
    assert decision.offer is WEBSOCKET
    assert decision.subprotocol == "chat"
    extensions = "permessage-deflate; client_no_context_takeover; server_max_window_bits=10"
    assert decision.extensions == extensions
    assert decision.deflate == PerMessageDeflate(
        client_no_context_takeover=True, server_max_window_bits=10
    )
    assert (decision.settings, decision.body, decision.leftover) == (None, b"", b"tail")
    assert (
        decision.response
        == (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {ACCEPT}\r\nSec-WebSocket-Protocol: chat\r\n"
            f"Sec-WebSocket-Extensions: {extensions}\r\n\r\n"
        ).encode()
    )


def test_decision_switch_to_h2c_has_the_settings() -> None:
    decision = decide(h2c())
    assert (decision.protocol, decision.settings) == ("h2c", ((3, 100), (4, 65535)))
    assert decision.request is not None
    assert decision.request.get("http2-settings") == "AAMAAABkAAQAAP__"
    assert decide(h2c("")).settings == ()
    assert decide(h2c("_" * 8)).settings == ((0xFFFF, 0xFFFFFFFF),)


def test_decision_of_the_preface_has_the_request_that_it_writes() -> None:
    for secure, protocol in ((False, "h2c"), (True, "h2")):
        decision = decide(PREFACE + b"\0", secure=secure)
        assert (decision.action, decision.protocol) == (Action.SWITCH, protocol)
        assert (decision.status, decision.settings) == (None, None)
        assert_preface(decision.request)
        assert (decision.response, decision.leftover) == (b"", PREFACE + b"\0")
        assert decision.offer == H2C(prior_knowledge=True)


def test_decision_switch_with_a_body_has_it_apart_from_the_leftover() -> None:
    decision = decide(upgrade("TCP/1", "Content-Length: 5") + b"hellotail")
    assert (decision.protocol, decision.offer) == ("tcp/1", TCP)
    assert (decision.body, decision.leftover) == (b"hello", b"tail")
    assert decision.response.endswith(
        b"Upgrade: tcp/1\r\nConnection: Upgrade\r\nX-Always: 1\r\n\r\n"
    )


def test_decision_pass_leaves_all_behind_the_head() -> None:
    decision = decide(write("POST", "/", "Content-Length: 2") + b"hiGET")
    assert (decision.action, decision.reason) == (Action.PASS, Reason.NO_UPGRADE)
    assert (decision.response, decision.body, decision.leftover) == (b"", b"", b"hiGET")
    assert (decision.protocol, decision.offer, decision.deflate) == (None, None, None)
    assert decision.request is not None


def test_decision_reject_of_a_completed_head_has_the_request() -> None:
    decision = refusal()
    assert (decision.action, decision.reason) == (Action.REJECT, Reason.WS_ORIGIN_FORBIDDEN)
    assert (decision.protocol, decision.subprotocol, decision.extensions) == (None, None, None)
    assert (decision.body, decision.leftover) == (b"", b"")
    assert decision.request is not None
    assert decision.request.get("origin") == "https://elsewhere.example"
    assert decide(b"GET / HTTP/1.1\r\n bad").request is None


def test_decision_makes_its_response_and_request_once() -> None:
    for decision in (switch(), refusal()):
        assert decision.response is decision.response
        assert decision.request is decision.request
        assert decision.request is not None


def test_decision_outlives_its_negotiator_and_bytes() -> None:
    negotiator = Negotiator(Protocol("tcp", headers=[("X-Long", "x" * 5000)]))
    decision = decide(bytes(bytearray(upgrade("tcp"))), negotiator)
    del negotiator
    assert decision.response.endswith(b"X-Long: " + b"x" * 5000 + b"\r\n\r\n")
    assert decision.offer == Protocol("tcp", headers=[("X-Long", "x" * 5000)])


@pytest.mark.parametrize("size", range(900, 1100))
def test_decision_response_of_any_size_is_whole(size: int) -> None:
    decision = switch().accept([("X", "x" * size)])
    assert decision.response.endswith(b"\r\nX: " + b"x" * size + b"\r\n\r\n")


@pytest.mark.parametrize("size", [1, 253, 254, 255, 256, 257, 300, 5000])
def test_decision_protocol_of_any_size_is_whole(size: int) -> None:
    name = "p" * size
    negotiator = Negotiator(Protocol(name, "1"))
    assert decide(upgrade(f"{name}/1"), negotiator).protocol == f"{name}/1"


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (switch(), "<Decision SWITCH SWITCHED websocket>"),
        (refusal(), "<Decision REJECT WS_ORIGIN_FORBIDDEN 403>"),
        (awaiting(), "<Decision CONTINUE BODY_AWAITED>"),
        (decide(write("GET", "/")), "<Decision PASS NO_UPGRADE>"),
        (decide(b"GET /\0"), "<Decision REJECT BAD_TARGET 400>"),
        (switch().reject(418), "<Decision REJECT REFUSED 418>"),
    ],
)
def test_decision_repr_says_what_and_why(decision: Decision, expected: str) -> None:
    assert repr(decision) == expected


# ---- the parts of the response


def join(decision: Decision) -> bytes:
    """Return the final response, put together from its parts."""
    lines = b"".join(b"%b: %b\r\n" % pair for pair in decision.headers)
    return b"%d\r\n" % (decision.status or 0) + lines + b"\r\n" + decision.content


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        (switch(), 101),
        (switch().accept([("X", ""), ("Set-Cookie", "a=\xff")]), 101),
        (awaiting(), 100),
        (refusal(), 403),
        (decide(b"GET /\0"), 400),
        (switch().reject(200, [("X", "1")], b"page\r\n\r\nX: 2"), 200),
        (switch().reject(204), 204),
        (decide(write("HEAD", "/")).reject(403, body=b"no"), 403),
    ],
)
def test_decision_parts_are_those_of_the_response(decision: Decision, status: int) -> None:
    assert decision.status == status
    line, _, rest = decision.response.partition(b"\r\n")
    assert line.startswith(b"HTTP/1.1 %d " % status)
    assert b"%d\r\n" % status + rest == join(decision)
    assert type(decision.headers) is tuple


def test_decision_parts_of_a_switch_after_a_continue_are_those_of_the_switch() -> None:
    decision = decide(upgrade("tcp/1", "Content-Length: 1", "Expect: 100-continue") + b"x")
    begin = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n"
    assert decision.response == begin + join(decision).removeprefix(b"101\r\n")
    assert decision.headers[:2] == ((b"Upgrade", b"tcp/1"), (b"Connection", b"Upgrade"))
    assert (decision.status, decision.content) == (101, b"")


@pytest.mark.parametrize("decision", [decide(write("GET", "/")), decide(PREFACE)])
def test_decision_without_a_response_has_no_parts(decision: Decision) -> None:
    assert (decision.response, decision.status) == (b"", None)
    assert (decision.headers, decision.content) == ((), b"")


# ---- why

LIMITED = Negotiator(WEBSOCKET, limits=Limits(head=300, target=16, fields=4))


@pytest.mark.parametrize(
    ("data", "reason", "offset"),
    [
        (b"\x16\x03", Reason.TLS_CLIENT_HELLO, 1),
        (b"\x16\x04", Reason.BAD_METHOD, 0),
        (b"GET /\0", Reason.BAD_TARGET, 5),
        (b"\r\nGET /\0", Reason.BAD_TARGET, 7),
        (b"\r\n\r\n\0", Reason.PROXY_PROTOCOL, 4),
        (b"GET / HTTP/1.1\r\nA: b\n", Reason.BARE_LF, 20),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r", Reason.BAD_TARGET, 5),
        (b"GET /" + b"x" * 16, Reason.TARGET_TOO_LONG, 20),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 5, Reason.TOO_MANY_FIELDS, 40),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 300, Reason.HEAD_TOO_LARGE, 300),
        (b"GET / HTTP/1.1\r\n\r\n", Reason.HOST_MISSING, None),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", Reason.NO_UPGRADE, None),
    ],
)
def test_decision_offset_is_that_of_the_byte_that_shows_the_defect(
    data: bytes, reason: Reason, offset: int | None
) -> None:
    details = set()
    for tail in (b"", b"\n" * 10_000):
        for kind in (bytes, bytearray, memoryview):
            decision = decide(kind(data + tail), LIMITED)
            assert (decision.reason, decision.offset) == (reason, offset)
            details.add(decision.detail)
        for cut in range(1, len(data)):
            handshake = LIMITED.handshake()
            for piece in (data[:cut], data[cut:] + tail):
                fed = handshake.feed(piece)
                if fed is not None:
                    break
            assert fed is not None
            assert (fed.reason, fed.offset) == (reason, offset)
            details.add(fed.detail)
    (detail,) = details
    assert (offset is None) == ("offset" not in detail)
    if offset is not None:
        assert f": offset {offset}, byte 0x{data[offset]:02x}" in detail


def test_decision_of_a_parsed_head_has_no_offset() -> None:
    decision = ALL.decide_request("GET", "/\0", [("Host", "a")])
    assert (decision.reason, decision.offset) == (Reason.BAD_TARGET, None)
    assert decision.detail == decision.reason.text


def test_decision_detail_has_the_values_that_decided() -> None:
    assert (
        refusal().detail
        == "Origin 'https://elsewhere.example' is not same-origin with Host 'example.com'"
    )
    for decision in (switch(), awaiting(), decide(write("GET", "/")), decide(PREFACE)):
        assert decision.detail.startswith(decision.reason.text)


def test_decision_detail_of_anything_is_one_short_line_of_ascii() -> None:
    for value in ("'\\\t\xff", "x" * 5000, "\xff" * 5000, "'" * 5000):
        decision = decide(websocket(f"Origin: a{value}a"))
        assert decision.reason is Reason.WS_ORIGIN_FORBIDDEN
        assert decision.detail.isascii()
        assert decision.detail.isprintable()
        assert len(decision.detail) <= 200
        assert value not in decision.response.decode("latin-1")


def test_reason_field_is_the_one_that_it_is_about() -> None:
    assert refusal().reason.field == "Origin"
    assert Reason.WS_KEY_INVALID.field == "Sec-WebSocket-Key"
    assert decide(b"GET /\0").reason.field is None
    assert all(reason.field is None or reason.field for reason in Reason)


# ---- what is forwarded


def test_decision_forward_is_the_head_without_an_upgrade_that_is_decided() -> None:
    head = upgrade("tcp/1", "X-A: 1", method="GET")
    decision = decide(head + b"tail")
    assert decision.reason is Reason.METHOD_NOT_ALLOWED
    assert decision.forward == (b"GET / HTTP/1.1\r\nHost: example.com\r\nX-A: 1\r\n\r\n")
    assert decision.request is not None
    assert decision.request.head == head
    untouched = upgrade("other", "X-A: 1")
    assert decide(untouched + b"tail").forward == untouched
    for other in (switch(), refusal(), awaiting(), decide(PREFACE), decide(b"\0")):
        assert other.forward == b""


# ---- what is kept


def test_decision_on_a_few_bytes_keeps_few_alive() -> None:
    for begin in (b"\0", websocket("Origin: https://elsewhere.example")):
        tracemalloc.start()
        decision = decide(begin + b"x" * (1 << 20))
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert decision.action is Action.REJECT
        assert kept < 1 << 16
