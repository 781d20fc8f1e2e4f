"""Wrong calls, as a new user makes them: what the message says [contract 7].

In: a call, the exception, the argument that is wrong and what the message must say of it. Out: a
failure where the message does not name the argument, say what is allowed, or is too long.
Not here: that a wrong value is refused at its bounds.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from heads import upgrade, websocket

from upgrade101 import (
    H2C,
    TLS,
    BodyReader,
    Limits,
    Negotiator,
    PerMessageDeflate,
    Protocol,
    Reason,
    ResponseReader,
    WebSocket,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SHOWN = 80
"""Characters of a value that a message may hold."""

MOST_SAID = 320
"""Characters of a message: its sentence and the value."""

NEGOTIATOR = Negotiator(WebSocket(subprotocols=["chat"]), Protocol("tcp"))
SWITCH = NEGOTIATOR.decide(
    websocket(
        "Sec-WebSocket-Protocol: chat",
        "Sec-WebSocket-Extensions: permessage-deflate, x-mine; a=1",
    )
)
TCP = NEGOTIATOR.decide(upgrade("tcp"))
PASS = NEGOTIATOR.decide(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
assert SWITCH is not None
assert TCP is not None
assert PASS is not None
LINES = [("Host", "a")]

LONG = "x" * 100_000
WIDE = "\u0100" * 100_000
ESCAPED = "\0" * 100_000


def nest(depth: int) -> list[Any]:
    """Return a list in a list in a list ..."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


DEEP = nest(100_000)
POSITIONAL = True


class LongNamed:
    """What has a long name."""


LongNamed.__name__ = LONG


@dataclass(frozen=True)
class Wrong:
    """A wrong call."""

    call: Callable[..., object]
    args: tuple[Any, ...]
    keywords: dict[str, Any]
    error: type[Exception]
    argument: str
    """The argument that the message names."""
    allowed: str
    """What the message says of what is allowed."""

    def __str__(self) -> str:
        name = getattr(self.call, "__qualname__", "call")
        return f"{name}: {self.argument:.30}, {self.allowed:.30}"


def value_error(
    call: Callable[..., object], argument: str, allowed: str, *args: object, **keywords: object
) -> Wrong:
    return Wrong(call, args, keywords, ValueError, argument, allowed)


def type_error(
    call: Callable[..., object], argument: str, allowed: str, *args: object, **keywords: object
) -> Wrong:
    return Wrong(call, args, keywords, TypeError, argument, allowed)


PAIRS = "(name, value) pair"
STRINGS = "iterable of str"
KEYWORDS = "by keyword only"

OFFERS = [
    # what may be given, and how
    type_error(Limits, "head, target, fields, body", KEYWORDS, 16384),
    type_error(Limits, "'heads'", "head, target, fields, body", heads=1),
    type_error(PerMessageDeflate, "server_no_context_takeover", KEYWORDS, POSITIONAL),
    type_error(PerMessageDeflate, "'max_window_bits'", "server_max_window_bits", max_window_bits=9),
    type_error(WebSocket, "paths, subprotocols, subprotocol_required, origins", KEYWORDS, ["chat"]),
    type_error(WebSocket, "'origin'", "origins, origin_required", origin="null"),
    type_error(H2C, "paths, upgrade, prior_knowledge", KEYWORDS, POSITIONAL),
    type_error(TLS, "paths", KEYWORDS, "1.2"),
    type_error(TLS, "'version'", "paths", version="1.2"),
    type_error(Protocol, "name", "needs the argument name"),
    type_error(Protocol, "paths, methods, headers, body", KEYWORDS, "a", "1", ["/"]),
    type_error(Protocol, "name", "twice", "a", name="b"),
    type_error(Protocol, "'method'", "methods, headers, body", "a", method="GET"),
    type_error(TLS, "'xxx", "paths", **{LONG: 1}),
    # limits
    value_error(Limits, "head", "256 to 1048576 bytes, not 1", head=1),
    value_error(Limits, "head", "256 to 1048576 bytes", head=10**5000),
    value_error(Limits, "head", "256 to 1048576 bytes, not -1", head=-1),
    value_error(Limits, "target", "16 bytes to head, not 15", target=15),
    value_error(Limits, "target", "16 bytes to head, not 1000", head=300, target=1000),
    value_error(Limits, "fields", "4 to 1000, not 1001", fields=1001),
    value_error(Limits, "fields", "4 to 1000, not 1", fields=POSITIONAL),
    value_error(Limits, "body", "0 to 67108864 bytes", body=2**64),
    type_error(Limits, "head", "an int, not str", head="16384"),
    type_error(Limits, "fields", "an int, not float", fields=1e3),
    type_error(Limits, "body", "an int, not NoneType", body=None),
    type_error(Limits, "target", "an int, not list", target=DEEP),
    # permessage-deflate
    value_error(
        PerMessageDeflate,
        "server_max_window_bits",
        "9 to 15, or None, not 8",
        server_max_window_bits=8,
    ),
    value_error(
        PerMessageDeflate,
        "client_max_window_bits",
        "8 to 15, or None, not 16",
        client_max_window_bits=16,
    ),
    value_error(
        PerMessageDeflate,
        "require_client_max_window_bits",
        "needs client_max_window_bits",
        require_client_max_window_bits=True,
    ),
    type_error(
        PerMessageDeflate,
        "server_max_window_bits",
        "an int or None, not str",
        server_max_window_bits="15",
    ),
    type_error(
        PerMessageDeflate,
        "client_no_context_takeover",
        "a bool, not int",
        client_no_context_takeover=1,
    ),
    # paths
    type_error(WebSocket, "paths", STRINGS, paths="/chat"),
    type_error(H2C, "paths", STRINGS, paths=7),
    type_error(TLS, "paths[1]", "a str, not bytes", paths=["/", b"/chat"]),
    type_error(WebSocket, "paths[0]", "a str, not list", paths=DEEP),
    value_error(WebSocket, "paths", "None for any target", paths=[]),
    value_error(WebSocket, "paths", "begin with '/'", paths=["chat"]),
    value_error(WebSocket, "paths", "'*' only in '/*' at its end", paths=["/a*"]),
    value_error(WebSocket, "paths", "without '?' and '#'", paths=["/a?b"]),
    value_error(WebSocket, "paths", "not be repeated", paths=["/a", "/a"]),
    value_error(WebSocket, "paths", "begin with '/'", paths=[LONG]),
    value_error(WebSocket, "paths[0]", "no character above U+00FF", paths=["/" + WIDE]),
    # WebSocket
    type_error(WebSocket, "subprotocols", STRINGS, subprotocols="chat"),
    type_error(WebSocket, "subprotocols", "put it into a list", subprotocols=b"chat"),
    type_error(WebSocket, "subprotocols", STRINGS, subprotocols=None),
    type_error(WebSocket, "subprotocols[0]", "a str, not NoneType", subprotocols=[None]),
    type_error(WebSocket, "subprotocols[0]", "a str, not list", subprotocols=DEEP),
    value_error(WebSocket, "subprotocols", "without comma", subprotocols=["a, b"]),
    value_error(WebSocket, "subprotocols", "quote and space: ''", subprotocols=[""]),
    value_error(WebSocket, "subprotocols", "visible ASCII", subprotocols=[ESCAPED]),
    value_error(WebSocket, "subprotocols", "not be repeated", subprotocols=[LONG, LONG]),
    value_error(
        WebSocket, "subprotocols[1]", "no character above U+00FF", subprotocols=["a", WIDE]
    ),
    value_error(WebSocket, "subprotocol_required", "needs subprotocols", subprotocol_required=True),
    type_error(WebSocket, "subprotocol_required", "a bool", subprotocol_required="yes"),
    value_error(WebSocket, "origins", "None for any origin", origins="*"),
    value_error(WebSocket, "origins", "None for any origin", origins=["*"]),
    value_error(WebSocket, "origins", "'*' only as first label", origins=["https://a.*.example"]),
    value_error(WebSocket, "origins", "'same-origin', 'same-host', 'null'", origins=""),
    value_error(WebSocket, "origins", "visible ASCII", origins=[LONG + " "]),
    type_error(WebSocket, "origins", "None for any origin, a str or an iterable", origins=b"null"),
    type_error(WebSocket, "origins", "None for any origin, a str or an iterable", origins=False),
    type_error(WebSocket, "origins[0]", "a str, not list", origins=DEEP),
    type_error(WebSocket, "origin_required", "a bool", origin_required=None),
    type_error(WebSocket, "deflate", "a PerMessageDeflate or None, not bool", deflate=True),
    type_error(WebSocket, "deflate", "a PerMessageDeflate or None", deflate=PerMessageDeflate),
    type_error(WebSocket, "deflate", "a PerMessageDeflate or None", deflate=LongNamed()),
    # HTTP/2
    value_error(H2C, "upgrade", "upgrade or prior_knowledge must be True", upgrade=False),
    type_error(H2C, "prior_knowledge", "a bool, not str", prior_knowledge="yes"),
    # other protocols
    value_error(Protocol, "name", "a token", "t cp"),
    value_error(Protocol, "name", "a token: ''", ""),
    value_error(Protocol, "name", "a token", LONG + " "),
    value_error(Protocol, "name", "no character above U+00FF", WIDE),
    value_error(Protocol, "name", "WebSocket()", "WebSocket"),
    value_error(Protocol, "name", "TLS()", "tls"),
    type_error(Protocol, "name", "a str, not bytes", b"tcp"),
    type_error(Protocol, "name", "a str, not list", DEEP),
    value_error(Protocol, "version", "a token, or None", "tcp", "1/0"),
    value_error(Protocol, "version", "None for no version", "tcp", ""),
    type_error(Protocol, "version", "a str or None, not int", "tcp", 1),
    type_error(Protocol, "methods", STRINGS, "tcp", methods="GET"),
    type_error(Protocol, "methods[0]", "a str", "tcp", methods=[b"GET"]),
    value_error(Protocol, "methods", "None for any method", "tcp", methods=[]),
    value_error(Protocol, "methods", "a token", "tcp", methods=["G T"]),
    value_error(Protocol, "methods", "upper case", "tcp", methods=["get"]),
    value_error(Protocol, "methods", "no upgrade", "tcp", methods=["CONNECT"]),
    value_error(Protocol, "methods", "not be repeated", "tcp", methods=["GET", "GET"]),
    type_error(Protocol, "body", "a bool, not bytes", "tcp", body=b""),
    # negotiators
    value_error(Negotiator, "offers", "at least one"),
    type_error(Negotiator, "offers[0]", "an argument of its own", [WebSocket()]),
    type_error(Negotiator, "offers[0]", "call the class", WebSocket),
    type_error(Negotiator, "offers[1]", "a WebSocket, H2C, Protocol or TLS", TLS(), "h2c"),
    type_error(Negotiator, "offers[0]", "a WebSocket, H2C, Protocol or TLS", DEEP),
    value_error(Negotiator, "offers", "never be reached", WebSocket(), WebSocket(paths=["/"])),
    type_error(Negotiator, "hosts", STRINGS, TLS(), hosts="a.example"),
    type_error(Negotiator, "hosts[0]", "a str", TLS(), hosts=[None]),
    value_error(Negotiator, "hosts", "None for any host", TLS(), hosts=[]),
    value_error(Negotiator, "hosts", "as its first label: ''", TLS(), hosts=[""]),
    value_error(Negotiator, "hosts", "a host name or an IP address", TLS(), hosts=["http://a"]),
    value_error(Negotiator, "hosts", "'*' only as its first label", TLS(), hosts=["a.*"]),
    value_error(Negotiator, "hosts", "a host name", TLS(), hosts=[LONG + "/"]),
    type_error(Negotiator, "limits", "a Limits or None, not dict", TLS(), limits={"head": 512}),
    type_error(Negotiator, "required", "a bool, not int", TLS(), required=1),
    type_error(Negotiator, "'host'", "required, hosts, limits", TLS(), host=["a"]),
]

READERS = [
    type_error(BodyReader, "length, chunked, until_close, limits", KEYWORDS, 5),
    type_error(BodyReader, "length", "an int or None, not str", length="5"),
    value_error(BodyReader, "length", "0 to 9223372036854775807, not -1", length=-1),
    value_error(BodyReader, "max_size", "0 to 9223372036854775807", max_size=2**64),
    value_error(BodyReader, "length, chunked", "not be given together", length=3, chunked=True),
    type_error(BodyReader, "chunked", "a bool, not int", chunked=1),
    type_error(BodyReader, "limits", "a Limits or None, not int", limits=5),
    type_error(BodyReader(chunked=True).read, "data", "a bytes-like object, not str", "0"),
    type_error(ResponseReader, "method", "a str, not bytes", b"GET"),
    value_error(ResponseReader, "method", "no character above U+00FF", WIDE),
    type_error(ResponseReader, "limits", "a Limits or None, not dict", limits={}),
    type_error(ResponseReader().skip, "data", "a bytes-like object, not list", DEEP),
]

DECISIONS = [
    type_error(NEGOTIATOR.decide, "data", "a bytes-like object, not str", "GET / HTTP/1.1"),
    type_error(NEGOTIATOR.decide, "data", "a bytes-like object, not list", DEEP),
    type_error(NEGOTIATOR.decide, "data", "needs the argument data"),
    type_error(NEGOTIATOR.decide, "secure", KEYWORDS, b"", POSITIONAL),
    type_error(NEGOTIATOR.decide, "secure", "a bool, not NoneType", b"", secure=None),
    type_error(NEGOTIATOR.decide, "'tls'", "data, secure", b"", tls=True),
    Wrong(NEGOTIATOR.decide, (memoryview(b"abcd")[::2],), {}, BufferError, "data", "C-contiguous"),
    type_error(NEGOTIATOR.handshake, "secure, first", KEYWORDS, POSITIONAL),
    type_error(NEGOTIATOR.handshake, "first", "a bool, not int", first=0),
    type_error(NEGOTIATOR.handshake().feed, "data", "a bytes-like object, not str", "GET"),
    type_error(NEGOTIATOR.handshake().feed, "data", "a bytes-like object, not NoneType", None),
    type_error(NEGOTIATOR.decide_request, "headers", "needs the argument headers", "GET", "/"),
    type_error(NEGOTIATOR.decide_request, "method", "a str or bytes, not NoneType", None, "/", []),
    type_error(NEGOTIATOR.decide_request, "target", "a str or bytes, not list", "GET", DEEP, []),
    type_error(
        NEGOTIATOR.decide_request,
        "version",
        "a str or bytes, not float",
        "GET",
        "/",
        [],
        version=1.1,
    ),
    type_error(NEGOTIATOR.decide_request, "version, secure", KEYWORDS, "GET", "/", [], "1.1"),
    type_error(NEGOTIATOR.decide_request, "headers", "use its items()", "GET", "/", {"Host": "a"}),
    type_error(
        NEGOTIATOR.decide_request,
        "headers[1][1]",
        "a str or bytes, not int",
        "GET",
        "/",
        [*LINES, ("Age", 1)],
    ),
    type_error(NEGOTIATOR.decide_request, "headers[0]", PAIRS, "GET", "/", DEEP),
    type_error(SWITCH.request.get, "name", "a str, not bytes", b"host"),
    type_error(SWITCH.request.get_all, "name", "a str, not list", DEEP),
    type_error(SWITCH.request.get_list, "name", "a str, not NoneType", None),
    type_error(SWITCH.accept, "headers, subprotocol, extensions", "extensions", fields=()),
    type_error(SWITCH.accept, "at most 3 arguments", "by position", (), None, None, None),
    type_error(SWITCH.accept, "subprotocol", "a str, None for none, or ...", subprotocol=["chat"]),
    value_error(SWITCH.accept, "subprotocol", "offered", subprotocol="other"),
    value_error(SWITCH.accept, "subprotocol", "offered", subprotocol=LONG),
    value_error(SWITCH.accept, "subprotocol", "None for none", subprotocol=""),
    value_error(TCP.accept, "subprotocol", "offered", subprotocol="chat"),
    type_error(SWITCH.accept, "extensions", "a str, None for none, or ...", extensions=b"x-mine"),
    value_error(SWITCH.accept, "extensions", "offered", extensions="x-other"),
    value_error(SWITCH.accept, "extensions", "offered", extensions=LONG),
    value_error(SWITCH.accept, "extensions", "None for none", extensions=""),
    value_error(PASS.accept, "SWITCH", "only a SWITCH"),
    type_error(SWITCH.reject, "status", "needs the argument status"),
    type_error(SWITCH.reject, "status", "an int, not str", "403"),
    type_error(SWITCH.reject, "status", "an int, not list", DEEP),
    value_error(SWITCH.reject, "status", "200 to 599, not 101", 101),
    value_error(SWITCH.reject, "status", "200 to 599", 10**5000),
    type_error(SWITCH.reject, "body", "a bytes-like object, not str", 403, body="no"),
    type_error(SWITCH.reject, "body", "a bytes-like object, not list", 403, body=DEEP),
    value_error(SWITCH.reject, "body", "empty with status 204, 205 and 304", 204, body=b"x"),
    type_error(SWITCH._refusal, "reason", "a Reason, not str", "CAPACITY"),
    value_error(SWITCH._refusal, "reason", "cannot refuse", Reason.SWITCHED),
]


def wrong_headers(call: Callable[..., object], *args: object) -> list[Wrong]:
    """Return what can be wrong with the headers of any of the calls that take them."""
    wrong: list[tuple[Callable[..., Wrong], object, str, str]] = [
        (type_error, {"X-A": "1"}, "headers", "use its items()"),
        (type_error, {}, "headers", "use its items()"),
        (type_error, Named({"X-A": "1"}), "headers", "use its items()"),
        (type_error, "X-A: 1", "headers", "iterable of (name, value) pairs, not str"),
        (type_error, 7, "headers", "iterable of (name, value) pairs, not int"),
        (type_error, ["ab"], "headers[0]", PAIRS),
        (type_error, [("X-A", "1"), ("X-B",)], "headers[1]", f"{PAIRS}, not a tuple of 1"),
        (type_error, [{"X-A": "1", "X-B": "2"}], "headers[0]", f"{PAIRS}, not dict"),
        (type_error, [{"X-A", "1"}], "headers[0]", f"{PAIRS}, not set"),
        (type_error, DEEP, "headers[0]", PAIRS),
        (type_error, [(DEEP, DEEP)], "headers[0][0]", "a str or bytes, not list"),
        (type_error, [("X-A", 1)], "headers[0][1]", "a str or bytes, not int"),
        (value_error, [("X A", "1")], "headers", "a token"),
        (value_error, [("Upgrade", "x")], "headers", "the library writes this field itself"),
        (value_error, [("X-A", "a\nb")], "headers", "no control character but HTAB"),
        (value_error, [("X-A", " a")], "headers", "not begin or end with white space"),
        (value_error, [("X-A", LONG + "\n")], "headers", "no control character but HTAB"),
        (value_error, [("X-A", WIDE)], "headers[0][1]", "no character above U+00FF"),
    ]
    return [
        make(call, argument, allowed, *args, headers=headers)
        for make, headers, argument, allowed in wrong
    ]


class Named:
    """A mapping that is no dict: it yields names alone."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values = values

    def __iter__(self) -> Any:  # noqa: ANN401 - an iterator of str
        return iter(self.values)

    def items(self) -> object:
        """Return the pairs."""
        return self.values.items()


HEADERS = [
    *wrong_headers(Protocol, "tcp"),
    *wrong_headers(SWITCH.accept),
    *wrong_headers(SWITCH.reject, 403),
]


def longest_run(text: str) -> int:
    """Return how often one character stands there at most that values are made of."""
    return max(text.count(character) for character in ("x", "\u0100", "\\x00"))


@pytest.mark.parametrize("wrong", [*OFFERS, *READERS, *DECISIONS, *HEADERS], ids=str)
def test_wrong_call_names_its_argument_and_what_is_allowed(wrong: Wrong) -> None:
    with pytest.raises(wrong.error) as raised:
        wrong.call(*wrong.args, **wrong.keywords)
    assert type(raised.value) is wrong.error
    message = str(raised.value)
    assert wrong.argument in message
    assert wrong.allowed in message
    assert longest_run(message) <= MOST_SHOWN
    assert len(message) <= MOST_SAID + 3 * MOST_SHOWN * ("\\x" in message)


def test_wrong_call_with_a_deep_list_leaves_the_recursion_alone() -> None:
    """A message holds no repr of a list, which would need a frame for each level."""
    limit = sys.getrecursionlimit()
    with pytest.raises(RecursionError):
        repr(DEEP)
    with pytest.raises(TypeError, match=r"headers\[0\]"):
        Protocol("tcp", headers=DEEP)
    assert sys.getrecursionlimit() == limit
