"""What an offer is made of [contract 7].

In: arguments in pairs, one sound and its neighbour not. Out: the attributes, or TypeError for a
wrong type and ValueError for a wrong value, never OverflowError.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import pytest

from upgrade101 import H2C, TLS, PerMessageDeflate, Protocol, WebSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HUGE = 10**40
DEFLATE = PerMessageDeflate(client_max_window_bits=10)


class Name(str):
    """A str that is not exact."""

    __slots__ = ()


def endless_failure() -> Iterator[str]:
    yield "chat"
    raise LookupError("the iterable's own")


# ---- permessage-deflate


@pytest.mark.parametrize(("side", "least"), [("server", 9), ("client", 8)])
def test_window_bits_at_their_bounds_are_taken_and_beyond_refused(side: str, least: int) -> None:
    name = f"{side}_max_window_bits"
    for value in (least, 15, None):
        assert getattr(PerMessageDeflate(**{name: value}), name) == value
    for value in (least - 1, 16, 0, -1, -HUGE, HUGE, 2**32 + 10):
        with pytest.raises(ValueError, match=name):
            PerMessageDeflate(**{name: value})
    with pytest.raises(TypeError, match=f"{name} must be an int"):
        PerMessageDeflate(**{name: "15"})


@pytest.mark.parametrize("value", [1, None, "yes"])
def test_flag_that_is_no_bool_is_refused(value: object) -> None:
    for make, name in (
        (PerMessageDeflate, "server_no_context_takeover"),
        (PerMessageDeflate, "client_no_context_takeover"),
        (WebSocket, "subprotocol_required"),
        (WebSocket, "origin_required"),
        (PerMessageDeflate, "require_client_max_window_bits"),
        (H2C, "upgrade"),
        (H2C, "prior_knowledge"),
    ):
        with pytest.raises(TypeError, match=f"{name} must be a bool"):
            make(**{name: value})
    with pytest.raises(TypeError, match="body must be a bool"):
        Protocol("a", body=value)


def test_window_bits_of_the_client_are_required_only_if_they_are_configured() -> None:
    required = {"require_client_max_window_bits": True}
    assert PerMessageDeflate(client_max_window_bits=15, **required).require_client_max_window_bits
    with pytest.raises(ValueError, match="require_client_max_window_bits needs client_max"):
        PerMessageDeflate(**required)


# ---- WebSocket


@pytest.mark.parametrize("single", ["chat", b"chat", bytearray(b"chat"), memoryview(b"chat"), ""])
@pytest.mark.parametrize("name", ["subprotocols", "paths"])
def test_websocket_with_one_text_where_several_are_meant_is_refused(
    name: str, single: object
) -> None:
    with pytest.raises(TypeError, match=f"{name} must be"):
        WebSocket(**{name: single})


@pytest.mark.parametrize("several", [["chat", "echo"], ("chat", "echo"), iter(("chat", "echo"))])
def test_websocket_takes_any_iterable_of_subprotocols_in_order(several: object) -> None:
    assert WebSocket(subprotocols=several).subprotocols == ("chat", "echo")


def test_websocket_keeps_exact_str_of_a_subclass() -> None:
    (name,) = WebSocket(subprotocols=[Name("chat")]).subprotocols
    assert type(name) is str


@pytest.mark.parametrize("several", [7, None, [b"chat"], [None], ["chat", 7]])
def test_websocket_with_subprotocols_of_a_wrong_type_is_refused(several: object) -> None:
    with pytest.raises(TypeError):
        WebSocket(subprotocols=several)


@pytest.mark.parametrize(
    ("sound", "unsound"),
    [
        (["chat.v2"], ["chat,v2"]),
        (["a"], [""]),
        (["chat", "Chat"], ["chat", "chat"]),
        (["a!#$%&'*+-.^_`|~"], ["a;b"]),
        (["SPDY/3.1+portforward.k8s.io", "a@b", "{[(<>)]}=:?\\"], ['a"b']),
        (["chat"], ["chat "]),
        (["chat"], ["ch\xe4t"]),
        (["chat"], ["ch\u0101t"]),
        (["chat"], ["ch\ud800t"]),
        (["chat"], ["chat\0"]),
        (["chat"], ["chat\n"]),
    ],
)
def test_websocket_subprotocols_are_unique_tokens(sound: list[str], unsound: list[str]) -> None:
    assert WebSocket(subprotocols=sound).subprotocols == tuple(sound)
    with pytest.raises(ValueError, match="subprotocol"):
        WebSocket(subprotocols=unsound)


def test_websocket_subprotocol_required_needs_subprotocols() -> None:
    assert WebSocket(subprotocols=["a"], subprotocol_required=True).subprotocol_required
    with pytest.raises(ValueError, match="subprotocol_required"):
        WebSocket(subprotocol_required=True)


def test_websocket_error_of_an_iterable_is_passed_on() -> None:
    with pytest.raises(LookupError, match="the iterable's own"):
        WebSocket(subprotocols=endless_failure())


@pytest.mark.parametrize(
    ("sound", "unsound"),
    [
        ("https://a.example/", "https://*.example/"),
        ("https://a.example:8443", "https://*:"),
        ("https://a.example:1", "https://*:01"),
        ("http://[::1]:80", "http://[::*]:80"),
        ("https://*.example.com", "*.example.com"),
        ("https://a.example:*", "https://a.example:*1"),
        ("https://*", "*://a.example"),
        ("null", "nu ll"),
        ("same-host", "same-*"),
        ("file://", "file://*/"),
        ("chrome-extension:abc", "chrome-extension:*"),
        ("https://u@a.example", "https://u@*.example"),
        ("https://a.example/app", "https://*.example/app"),
        ("Same-Origin", "Same Origin"),
        ("a.example", "*"),
        ("a", ""),
        ("a~", "a\x7f"),
        ("https://a.example", "https://\u0101.example"),
    ],
)
def test_websocket_origins_are_entries(sound: str, unsound: str) -> None:
    assert WebSocket(origins=[sound]).origins == (sound,)
    assert WebSocket(origins=sound).origins == sound
    with pytest.raises(ValueError, match="origin"):
        WebSocket(origins=["https://sound.example", unsound])
    with pytest.raises(ValueError, match="origin"):
        WebSocket(origins=unsound)


def test_websocket_origins_give_back_what_was_given() -> None:
    for origins in ("same-origin", "null", None, (), ("same-origin",), ("null", "file://")):
        assert WebSocket(origins=origins).origins == origins
    assert WebSocket(origins=["null"]) == WebSocket(origins=iter(["null"]))
    assert WebSocket(origins="null") != WebSocket(origins=["null"])
    assert type(WebSocket(origins=Name("null")).origins) is str


@pytest.mark.parametrize("origins", [7, b"null", bytearray(b"null"), object(), [b"null"]])
def test_websocket_origins_of_a_wrong_type_are_refused(origins: object) -> None:
    with pytest.raises(TypeError, match="origins"):
        WebSocket(origins=origins)


# ---- paths

MAKERS: list[Callable[..., Any]] = [WebSocket, H2C, functools.partial(Protocol, "tcp"), TLS]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("sound", "unsound"),
    [
        (["/"], []),
        (["/chat"], ["chat"]),
        (["/*"], ["*"]),
        (["/chat/*"], ["/chat*"]),
        (["/chat/*"], ["/chat/*/"]),
        (["/chat"], ["/chat?"]),
        (["/chat"], ["/chat#"]),
        (["/%20"], ["/ "]),
        (["/~"], ["/\x7f"]),
        (["/a", "/A"], ["/a", "/a"]),
        (["/a"], [""]),
        (["/a"], ["/\u0101"]),
    ],
)
def test_offer_paths_are_unique_patterns(
    make: Callable[..., Any], sound: list[str], unsound: list[str]
) -> None:
    assert make(paths=sound).paths == make(paths=iter(sound)).paths == tuple(sound)
    with pytest.raises(ValueError, match="paths"):
        make(paths=unsound)


@pytest.mark.parametrize("make", MAKERS)
def test_offer_paths_of_a_wrong_type_are_refused(make: Callable[..., Any]) -> None:
    assert make(paths=None).paths is None
    for paths in ("/chat", b"/chat", 7, [b"/chat"], [None]):
        with pytest.raises(TypeError, match="paths"):
            make(paths=paths)


# ---- HTTP/2


def test_h2c_offers_one_way_at_least() -> None:
    assert H2C(upgrade=False, prior_knowledge=True).upgrade is False
    for ways in ({"upgrade": False}, {"upgrade": False, "prior_knowledge": False}):
        with pytest.raises(ValueError, match="upgrade or prior_knowledge must be True"):
            H2C(**ways)


@pytest.mark.parametrize("deflate", [True, {}, PerMessageDeflate, "permessage-deflate"])
def test_websocket_deflate_of_a_wrong_type_is_refused(deflate: object) -> None:
    with pytest.raises(TypeError, match="deflate must be a PerMessageDeflate or None"):
        WebSocket(deflate=deflate)


def test_websocket_keeps_the_very_deflate() -> None:
    assert WebSocket(deflate=DEFLATE).deflate is DEFLATE


# ---- other protocols


@pytest.mark.parametrize(
    ("sound", "unsound"),
    [("websockets", "websocket"), ("websocke", "WebSocket"), ("TL", "TLS"), ("SSL", "tls")],
)
def test_protocol_of_an_offer_of_its_own_is_refused(sound: str, unsound: str) -> None:
    assert Protocol(sound).name == sound
    with pytest.raises(ValueError, match=r"name: use \w+\(\) for this protocol"):
        Protocol(unsound)


@pytest.mark.parametrize(
    ("sound", "unsound"),
    [
        (("tcp",), ("t cp",)),
        (("tcp",), ("",)),
        (("tcp",), ("tcp/1",)),
        (("tcp",), ("tc\xfe",)),
        (("tcp", "1.0"), ("tcp", "1/0")),
        (("tcp", "1"), ("tcp", "")),
        (("tcp", "1"), ("tcp", "\u0661")),
    ],
)
def test_protocol_name_and_version_are_tokens(
    sound: tuple[str, ...], unsound: tuple[str, ...]
) -> None:
    assert (Protocol(*sound).name, Protocol(*sound).version) == (*sound, None)[:2]
    with pytest.raises(ValueError, match=r"name|version"):
        Protocol(*unsound)


@pytest.mark.parametrize("arguments", [(b"tcp",), (7,), (None,), ("tcp", b"1"), ("tcp", 1)])
def test_protocol_name_and_version_are_str(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match="must be a str"):
        Protocol(*arguments)


@pytest.mark.parametrize(
    ("sound", "unsound"),
    [
        (["GET"], []),
        (["GET", "Gets"], ["GET", "GET"]),
        (["GET"], ["get"]),
        (["connection"], ["Connect"]),
        (["CONNECTION"], ["CONNECT"]),
        (["GET"], ["G ET"]),
        (["GET"], [""]),
        (["GET"], ["G\u0395T"]),
    ],
)
def test_protocol_methods_are_unique_tokens_but_connect(
    sound: list[str], unsound: list[str]
) -> None:
    assert Protocol("tcp", methods=sound).methods == tuple(sound)
    with pytest.raises(ValueError, match="method"):
        Protocol("tcp", methods=unsound)


@pytest.mark.parametrize("methods", ["GET", b"GET", [b"GET"], 7, [None]])
def test_protocol_methods_of_a_wrong_type_are_refused(methods: object) -> None:
    with pytest.raises(TypeError):
        Protocol("tcp", methods=methods)


@pytest.mark.parametrize(
    ("sound", "unsound"),
    [
        (("X-A", "1"), ("X A", "1")),
        (("X-A", ""), ("", "1")),
        ((b"X-A", b"\xff"), (b"X-A\xff", b"1")),
        (("X-A", "\xff"), ("X-A", "\u0100")),
        (("X-A", "a\tb"), ("X-A", "a\nb")),
        (("X-A", "a b"), ("X-A", "a b ")),
        (("X-A", "a"), ("X-A", "\ta")),
        (("X-A", "a"), ("X-A", "a\0")),
        (("X-A", "a"), ("X-A", "a\r\nSet-Cookie: x")),
        (("Upgrades", "a"), ("uPgrade", "a")),
        (("Connection-X", "a"), ("connection", "a")),
        (("Content-Lengths", "1"), ("Content-Length", "1")),
        (("TE", "trailers"), ("Transfer-Encoding", "chunked")),
        (("Trailers", "a"), ("Trailer", "a")),
        (("Sec-WebSocke", "a"), ("sec-websocket-", "a")),
        (("Sec-WebSocket", "a"), ("Sec-WebSocket-Accept", "a")),
    ],
)
def test_protocol_headers_are_what_a_caller_may_give(
    sound: tuple[str | bytes, str | bytes], unsound: tuple[str | bytes, str | bytes]
) -> None:
    name, value = (text if isinstance(text, str) else text.decode("latin-1") for text in sound)
    assert Protocol("tcp", headers=[sound]).headers == ((name, value),)
    with pytest.raises(ValueError, match="headers"):
        Protocol("tcp", headers=[("X-Sound", "1"), unsound])


@pytest.mark.parametrize(
    "headers",
    [
        "X-A",
        b"X-A",
        7,
        None,
        ["ab"],
        [b"ab"],
        [("X-A",)],
        [("X-A", "1", "2")],
        [7],
        [("X-A", 1)],
        [(None, "1")],
        {"X-A": "1"},
    ],
)
def test_protocol_headers_of_a_wrong_type_are_refused(headers: object) -> None:
    with pytest.raises(TypeError):
        Protocol("tcp", headers=headers)


def test_protocol_takes_any_iterable_of_pairs() -> None:
    pairs = [["X-A", b"1"], ("X-B", "2")]
    expected = (("X-A", "1"), ("X-B", "2"))
    assert Protocol("tcp", headers=iter(pairs)).headers == expected
    assert Protocol("tcp", headers={"X-A": "1", "X-B": "2"}.items()).headers == expected
