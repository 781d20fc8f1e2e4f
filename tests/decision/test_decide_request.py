"""Deciding on a head that others have parsed.

In: parts of every type that parsers and servers have. Out: the decision on the head's bytes;
TypeError for a wrong type, and for what text says never an exception.
"""

from __future__ import annotations

import gc
import itertools
import sys
import tracemalloc
from typing import TYPE_CHECKING, Any, NamedTuple

import h11
import pytest
from heads import KEY, upgrade, websocket

from upgrade101 import TLS, Action, Decision, Limits, Negotiator, Protocol, Reason, WebSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NEGOTIATOR = Negotiator(WebSocket(), Protocol("tcp", body=True), TLS())
LINES = [
    (b"Host", b"example.com"),
    (b"Upgrade", b"websocket"),
    (b"Connection", b"Upgrade"),
    (b"Sec-WebSocket-Key", KEY.encode()),
    (b"Sec-WebSocket-Version", b"13"),
]


class Line(NamedTuple):
    """A pair that is no exact tuple."""

    name: Any
    value: Any


class Text(str):
    """A str that is not exact, and says otherwise than it is."""

    __slots__ = ()

    def __len__(self) -> int:
        return 0


class Bytes(bytes):
    """Bytes that are not exact, and say otherwise than they are."""

    __slots__ = ()

    def __len__(self) -> int:
        return 0


def decide(
    lines: object = LINES, method: object = "GET", target: object = "/chat", **rest: object
) -> Decision:
    return NEGOTIATOR.decide_request(method, target, lines, **rest)


@pytest.mark.parametrize(
    "convert",
    [
        list,
        tuple,
        iter,
        lambda lines: (line for line in lines),
        lambda lines: [list(line) for line in lines],
        lambda lines: tuple(map(list, lines)),
        lambda lines: [Line(*line) for line in lines],
        lambda lines: [iter(line) for line in lines],
        lambda lines: [(n.decode(), v.decode()) for n, v in lines],
        lambda lines: [(n.decode(), v) for n, v in lines],
        lambda lines: [(Text(n.decode()), Bytes(v)) for n, v in lines],
        lambda lines: dict(lines).items(),
        lambda lines: [(n.lower(), v) for n, v in lines],
        lambda lines: h11.Request(method="GET", target="/chat", headers=lines).headers,
    ],
)
def test_decide_request_takes_any_iterable_of_pairs(convert: Callable[[Any], Any]) -> None:
    decision = decide(convert(LINES))
    assert decision.action is Action.SWITCH
    expected = NEGOTIATOR.decide(websocket())
    assert expected is not None
    assert decision.response == expected.response
    assert (decision.body, decision.leftover) == (b"", b"")
    assert decision.offer is NEGOTIATOR.offers[0]


def test_decide_request_on_what_h11_has_parsed_is_the_decision_on_the_bytes() -> None:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(websocket("X-Long: " + "x" * 5000))
    event = connection.next_event()
    assert isinstance(event, h11.Request)
    decision = NEGOTIATOR.decide_request(
        event.method, event.target, event.headers.raw_items(), version=event.http_version
    )
    assert decision.action is Action.SWITCH
    assert decision.request is not None
    assert decision.request.headers[0] == (b"Host", b"example.com")


@pytest.mark.parametrize("text", [str, str.encode, Text, lambda text: Bytes(text.encode())])
def test_decide_request_takes_the_request_line_as_str_or_bytes(text: Callable[[str], Any]) -> None:
    decision = decide(method=text("GET"), target=text("/chat"), version=text("1.1"))
    assert decision.action is Action.SWITCH
    assert decision.request is not None
    assert decision.request.head == websocket()


def test_decide_request_writes_the_head_out_anew() -> None:
    decision = decide([(b"Host", b" \texample.com\t"), ("X-A", "\xff"), ("Empty", " ")])
    request = decision.request
    assert request is not None
    assert (
        request.head == b"GET /chat HTTP/1.1\r\nHost: example.com\r\nX-A: \xff\r\nEmpty: \r\n\r\n"
    )
    assert request.headers == ((b"Host", b"example.com"), (b"X-A", b"\xff"), (b"Empty", b""))
    assert (request.method, request.target, request.version) == ("GET", "/chat", "1.1")
    assert NEGOTIATOR.decide(request.head) is not None


def test_decide_request_knows_version_and_tls_by_keyword_only() -> None:
    assert decide(version="1.0").reason is Reason.UPGRADE_ON_HTTP_1_0
    assert decide(version=b"1.1").reason is Reason.SWITCHED
    lines = [("Host", "a"), ("Upgrade", "TLS/1.2"), ("Connection", "upgrade")]
    assert decide(lines).protocol == "TLS/1.2"
    assert decide(lines, secure=True).reason is Reason.TLS_ALREADY
    with pytest.raises(TypeError, match="not 4; by keyword only: version, secure"):
        NEGOTIATOR.decide_request("GET", "/", LINES, "1.1")
    with pytest.raises(TypeError, match="secure must be a bool"):
        decide(secure=1)


@pytest.mark.parametrize("missing", ["method", "target", "headers"])
def test_decide_request_without_a_part_is_refused(missing: str) -> None:
    parts: dict[str, Any] = {"method": "GET", "target": "/", "headers": LINES}
    assert NEGOTIATOR.decide_request(**parts) is not None
    del parts[missing]
    with pytest.raises(TypeError, match=f"needs the argument {missing}"):
        NEGOTIATOR.decide_request(**parts)


# ---- what text says

HOST = ("Host", "example.com")


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"method": ""}, Reason.BAD_METHOD),
        ({"method": "G ET"}, Reason.BAD_METHOD),
        ({"method": "G\u0100T"}, Reason.BAD_METHOD),
        ({"method": "x" * 33}, Reason.BAD_METHOD),
        ({"target": ""}, Reason.BAD_TARGET),
        ({"target": "/ "}, Reason.BAD_TARGET),
        ({"method": "PROXY", "target": "TCP4 192.0.2.1"}, Reason.PROXY_PROTOCOL),
        ({"method": "proxy", "target": "TCP4 192.0.2.1"}, Reason.BAD_TARGET),
        ({"target": "/\u20ac"}, Reason.BAD_TARGET),
        ({"target": "/\U0001f600"}, Reason.BAD_TARGET),
        ({"target": "/\r\nX: y"}, Reason.BAD_TARGET),
        ({"target": "/" + "x" * 8192}, Reason.TARGET_TOO_LONG),
        ({"target": "/" + "x" * 8192 + "\u0100"}, Reason.TARGET_TOO_LONG),
        ({"version": "2.0"}, Reason.UNSUPPORTED_VERSION),
        ({"version": ""}, Reason.BAD_VERSION),
        ({"version": "1.\u0661"}, Reason.BAD_VERSION),
        ({"version": "HTTP/1.1"}, Reason.BAD_VERSION),
        ({"lines": [HOST, ("", "1")]}, Reason.BAD_FIELD_NAME),
        ({"lines": [HOST, ("X Y", "1")]}, Reason.BAD_FIELD_NAME),
        ({"lines": [HOST, ("X\u0100", "1")]}, Reason.BAD_FIELD_NAME),
        ({"lines": [HOST, (b"X:", b"1")]}, Reason.BAD_FIELD_NAME),
        ({"lines": [HOST, ("X", "\0")]}, Reason.BAD_FIELD_VALUE),
        ({"lines": [HOST, ("X", "a\u0100b")]}, Reason.BAD_FIELD_VALUE),
        ({"lines": [HOST, ("X", "a\ud800b")]}, Reason.BAD_FIELD_VALUE),
        ({"lines": [HOST, ("X", "a\nY: b")]}, Reason.BARE_LF),
        ({"lines": [HOST, ("X", "a\r\nY: b")]}, Reason.BARE_CR),
        ({"lines": [("Host", "exa\u0301mple.com")]}, Reason.BAD_FIELD_VALUE),
        ({"lines": []}, Reason.HOST_MISSING),
    ],
)
def test_decide_request_on_unsound_text_is_a_decision(
    parts: dict[str, Any], reason: Reason
) -> None:
    decision = decide(**parts)
    assert (decision.action, decision.reason) == (Action.REJECT, reason)
    assert decision.response.startswith(b"HTTP/1.1 %d " % reason.status)
    if reason is not Reason.HOST_MISSING:
        assert decision.request is None


def test_decide_request_binds_the_limit_of_fields_and_not_that_of_the_head() -> None:
    limits = Limits(head=256, target=16, fields=8)
    negotiator = Negotiator(WebSocket(), limits=limits)
    lines = [*LINES, ("A", "x" * 1000), ("B", ""), ("C", "")]
    assert negotiator.decide_request("GET", "/" * 16, lines).action is Action.SWITCH
    assert negotiator.decide_request("GET", "/" * 17, lines).reason is Reason.TARGET_TOO_LONG
    for more in ([*lines, ("D", "")], tuple(lines) * 50, iter([*lines, ("D", "")])):
        decision = negotiator.decide_request("GET", "/", more)
        assert decision.reason is Reason.TOO_MANY_FIELDS


def test_decide_request_reads_no_more_lines_than_the_limit_and_one() -> None:
    negotiator = Negotiator(WebSocket(), limits=Limits(fields=1000))
    counter = itertools.count()
    endless = (("X", str(next(counter))) for _ in itertools.repeat(None))
    decision = negotiator.decide_request("GET", "/", endless)
    assert decision.reason is Reason.TOO_MANY_FIELDS
    assert next(counter) == 1001


@pytest.mark.parametrize("count", [63, 64, 65, 99, 100])
def test_decide_request_takes_as_many_lines_as_the_limit_allows(count: int) -> None:
    lines = [*LINES, *(("X", str(i)) for i in range(count - len(LINES)))]
    decision = decide(lines)
    assert decision.action is Action.SWITCH
    assert decision.request is not None
    assert len(decision.request.headers) == count


def test_decide_request_on_a_head_with_a_body_decides_on_the_head_alone() -> None:
    lines = [HOST, ("Upgrade", "tcp"), ("Connection", "Upgrade"), ("Content-Length", "5")]
    decision = decide([*lines, ("Expect", "100-continue")], method="POST")
    assert decision.action is Action.SWITCH
    assert decision.response.startswith(b"HTTP/1.1 101 ")
    assert (decision.body, decision.leftover) == (b"", b"")
    whole = NEGOTIATOR.decide(upgrade("tcp", "Content-Length: 5") + b"hello")
    assert whole is not None
    assert decision.response == whole.response
    lines[-1] = ("Content-Length", "65537")
    assert decide(lines, method="POST").reason is Reason.BODY_TOO_LARGE


# ---- what is of a wrong type


@pytest.mark.parametrize(
    "parts",
    [
        {"method": None},
        {"method": 7},
        {"method": bytearray(b"GET")},
        {"target": None},
        {"target": ["/"]},
        {"version": 1.1},
        {"version": None},
        {"lines": None},
        {"lines": 7},
        {"lines": "Host"},
        {"lines": ""},
        {"lines": b"Host"},
        {"lines": b""},
        {"lines": ["ab"]},
        {"lines": [b"ab"]},
        {"lines": [HOST, None]},
        {"lines": [HOST, ("X",)]},
        {"lines": [HOST, ("X", "1", "2")]},
        {"lines": [HOST, ("X", 1)]},
        {"lines": [HOST, ("X", None)]},
        {"lines": [HOST, (1, "X")]},
        {"lines": [HOST, ("X", bytearray(b"1"))]},
        {"lines": dict([HOST])},
    ],
)
def test_decide_request_with_a_part_of_a_wrong_type_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        decide(**parts)


def test_decide_request_passes_the_error_of_an_iterable_on() -> None:
    def fail() -> Iterator[tuple[str, str]]:
        yield HOST
        raise LookupError("the iterable's own")

    with pytest.raises(LookupError, match="the iterable's own"):
        decide(fail())


def test_decide_request_of_more_than_can_be_counted_is_too_large_without_memory() -> None:
    """A thousand lines that share one value: more bytes than 32 bits can count."""
    negotiator = Negotiator(WebSocket(), limits=Limits(fields=1000))
    lines = [HOST, *[("X", "x" * 4_400_000)] * 999]
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    decision = negotiator.decide_request("GET", "/", lines)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (decision.action, decision.reason) == (Action.REJECT, Reason.HEAD_TOO_LARGE)
    assert (decision.request, decision.offset, decision.leftover) == (None, None, b"")
    assert decision.response.startswith(b"HTTP/1.1 431 ")
    assert decision.detail.startswith(Reason.HEAD_TOO_LARGE.text)
    assert peak - before < 1 << 20


def test_decide_request_survives_lines_that_change_under_it() -> None:
    """A line of a Python type may run code while it is read; then no other is read in place."""
    lines: list[Any] = list(LINES)

    class Emptying:
        def __iter__(self) -> Iterator[str]:
            lines.clear()
            gc.collect()
            return iter(("X", "1" * 1000))

    lines.insert(1, Emptying())
    decision = decide(lines)
    assert decision.request is not None
    assert decision.request.headers == ((b"Host", b"example.com"), (b"X", b"1" * 1000))
    assert lines == []


def test_decide_request_keeps_no_reference_to_its_arguments() -> None:
    name, value = "X-" + "a" * 50, b"v" * 50
    lines = [*LINES, (name, value)]
    before = sys.getrefcount(name), sys.getrefcount(value), sys.getrefcount(lines)
    decisions = [decide(lines) for _ in range(100)]
    decisions += [decide(iter(lines)) for _ in range(100)]
    assert (sys.getrefcount(name), sys.getrefcount(value), sys.getrefcount(lines)) == before
    assert all(decision.action is Action.SWITCH for decision in decisions)
