"""Requests: the head as it came.

In: heads. Out: their parts, order and letter case kept, text as latin-1.
"""

from __future__ import annotations

import pytest
from heads import upgrade, websocket, write

from upgrade101 import Limits, Negotiator, Protocol, Request, WebSocket

NEGOTIATOR = Negotiator(WebSocket(), Protocol("tcp", body=True))


def read(data: bytes) -> Request:
    decision = NEGOTIATOR.decide(data)
    assert decision is not None
    assert decision.request is not None
    return decision.request


def test_request_is_made_by_a_decision_only() -> None:
    with pytest.raises(TypeError, match="cannot create"):
        Request()
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Heir", (Request,), {})
    for name in ("method", "target", "version", "headers", "head", "other"):
        with pytest.raises(AttributeError):
            setattr(read(websocket()), name, None)


def test_request_has_the_parts_of_its_head() -> None:
    request = read(websocket(target="/a?b=c%20d"))
    assert (request.method, request.target, request.version) == ("GET", "/a?b=c%20d", "1.1")
    request = read(b"X!-Y http://a/b HTTP/1.0\r\nHost: a\r\n\r\n")
    assert (request.method, request.target, request.version) == ("X!-Y", "http://a/b", "1.0")


def test_request_headers_keep_order_case_and_bytes() -> None:
    request = read(write("GET", "/", "b: 1", "A:2", "b:\t \xff\xfe \t", "Empty:", "b:  3"))
    assert request.headers == (
        (b"Host", b"example.com"),
        (b"b", b"1"),
        (b"A", b"2"),
        (b"b", b"\xff\xfe"),
        (b"Empty", b""),
        (b"b", b"3"),
    )
    assert request.headers is request.headers


def test_request_without_fields_has_none() -> None:
    request = read(b"GET / HTTP/1.0\r\n\r\n")
    assert request.headers == ()
    assert request.get("host") is None
    assert request.get_all("host") == ()


@pytest.mark.parametrize("behind", [b"", b"tail", b"\r\n\r\n"])
def test_request_head_is_the_exact_bytes(behind: bytes) -> None:
    for head in (websocket(), upgrade("tcp", "Content-Length: 0"), b"\r\n" + websocket()):
        assert read(head + behind).head == head


def test_request_get_joins_lines_and_get_all_does_not() -> None:
    request = read(write("GET", "/", "X-A: 1", "X-B: \xe9", "x-a: 2,3", "X-A:"))
    assert request.get("X-A") == request.get("x-A") == "1, 2,3, "
    assert request.get_all("X-A") == ("1", "2,3", "")
    assert request.get("X-B") == "\xe9"
    assert request.get_all("x-b") == ("\xe9",)


@pytest.mark.parametrize("name", ["X-A:", "X-", "X-AA", "", "X\x0dA", "X-\xc1", "X-\u0101", "X_A"])
def test_request_get_of_another_name_is_none(name: str) -> None:
    request = read(write("GET", "/", "X-A: 1"))
    assert request.get(name) is None
    assert request.get_all(name) == ()


@pytest.mark.parametrize("name", [b"X-A", None, 7])
def test_request_get_of_what_is_no_str_is_refused(name: object) -> None:
    request = read(write("GET", "/", "X-A: 1"))
    with pytest.raises(TypeError, match="name must be a str"):
        request.get(name)
    with pytest.raises(TypeError, match="name must be a str"):
        request.get_all(name)


def test_request_repr_shows_its_line_escaped() -> None:
    assert repr(read(websocket(target="/a'b"))) == '<Request GET "/a\'b" HTTP/1.1>'
    assert repr(read(b"GET / HTTP/1.0\r\n\r\n")) == "<Request GET '/' HTTP/1.0>"


def test_request_outlives_its_decision() -> None:
    request = read(bytes(bytearray(websocket("X-A: 1") + b"tail")))
    assert request.get("x-a") == "1"
    assert request.head == websocket("X-A: 1")


# ---- the target


@pytest.mark.parametrize(
    ("line", "path", "query"),
    [
        ("GET /a%20b", "/a%20b", None),
        ("GET /a?", "/a", ""),
        ("GET /a?b=c?d/e", "/a", "b=c?d/e"),
        ("GET //a/?b", "//a/", "b"),
        ("GET http://example.com", "/", None),
        ("GET http://example.com?b", "/", "b"),
        ("GET http://example.com/a?b", "/a", "b"),
        ("OPTIONS *", "", None),
        ("CONNECT example.com:443", "", None),
    ],
)
def test_request_path_and_query_are_parts_of_the_target(
    line: str, path: str, query: str | None
) -> None:
    head = f"{line} HTTP/1.1\r\nHost: example.com{':443' * line.startswith('CONNECT')}\r\n\r\n"
    request = read(head.encode())
    assert (request.path, request.query) == (path, query)
    method, target = line.split()
    parsed = NEGOTIATOR.decide_request(method, target, request.headers).request
    assert parsed is not None
    assert (parsed.path, parsed.query) == (path, query)


# ---- lists


@pytest.mark.parametrize(
    ("lines", "elements"),
    [
        ([], ()),
        (["X-A:"], ()),
        (["X-A: a"], ("a",)),
        (["X-A: a, b", "X-B: n", "x-a:\tc ,d"], ("a", "b", "c", "d")),
        (["X-A: ,, a ,\t,", "X-A:", "X-A: ,b"], ("a", "b")),
        (['X-A: "a,b", c'], ('"a,b"', "c")),
        (['X-A: "a\\",b", c'], ('"a\\",b"', "c")),
        (['X-A: a;p="b,c";q=d, e'], ('a;p="b,c";q=d', "e")),
        (['X-A: "a\\\\",b'], ('"a\\\\"', "b")),
        (['X-A: a, "b, c', "X-A: d"], ("a", '"b, c', "d")),
        (["X-A: \xe9, a"], ("\xe9", "a")),
    ],
)
def test_request_get_list_gives_the_elements_of_all_lines(
    lines: list[str], elements: tuple[str, ...]
) -> None:
    request = read(write("GET", "/", *lines))
    assert request.get_list("X-A") == request.get_list("x-a") == elements
    assert request.get_list("X") == request.get_list("X-\u0100") == ()
    with pytest.raises(TypeError, match="name must be a str"):
        request.get_list(b"X-A")


def test_request_get_list_of_many_quotes_takes_linear_time() -> None:
    """Quotes that are escaped and never closed: each would be a reason to read to the end."""
    limits = Limits(head=1 << 20)
    for value in ('"' + '\\"' * 500_000, '"' + '\\",' * 300_000, '",' * 500_000):
        decision = Negotiator(WebSocket(), limits=limits).decide(write("GET", "/", f"X: {value}"))
        assert decision is not None
        assert decision.request is not None
        assert ", ".join(decision.request.get_list("x")).count('"') == value.count('"')
