"""The causes of what happens to a request: each rule with one input of its own.

In: requests as they arrive in set-ups that are wrong. Out: the reason and the cause. Always: each
cause has a sentence, facts and a remedy.
Not here: excerpts of logs.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field

import pytest
from explained import HANDSHAKE, as_json, head
from heads import KEY, PREFACE

from upgrade101.explain.causes import RULES


@dataclass(frozen=True)
class Case:
    """A request and what is found."""

    found: str
    """The cause and the reason."""
    data: bytes | str
    fact: str
    """A word of the facts."""
    remedy: str
    """A word of the remedy."""
    specs: tuple[str, ...] = ()
    options: dict[str, object] = field(default_factory=dict)


JAVA = (
    "POST /orders HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nContent-Length: 2\r\n"
    "Host: localhost:8080\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"
    "Upgrade: h2c\r\nUser-Agent: Java-http-client/21.0.1\r\n\r\n{}"
)
PROXIED = ("X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https")
NGINX = {"Upgrade": None, "Connection": "close"}
PLAIN = "GET / HTTP/1.1\r\nHost: example.com\r\n"

CASES = [
    Case("tls-to-plain TLS_CLIENT_HELLO", b"\x16\x03\x01\x02\x00\x01", "16 03", "ws://"),
    Case("h2-to-plain HTTP2_PREFACE", PREFACE, "preface", "prior_knowledge"),
    Case("proxy-protocol PROXY_PROTOCOL", "PROXY TCP4 1.2.3.4 5.6.7.8 9 80\r\n", "1", "send-proxy"),
    Case(
        "proxy-protocol PROXY_PROTOCOL", b"\r\n\r\n\x00\r\nQUIT\n!\x11\x00\x0c", "version 2", "NLB"
    ),
    Case("space-in-target BAD_VERSION", head(start="GET /my room HTTP/1.1"), "3 spaces", "%20"),
    Case(
        "cookies HEAD_TOO_LARGE", head("Cookie: " + "a=b; " * 3500), "Cookie", "Limits(head=32768)"
    ),
    Case(
        "line-ends BARE_LF",
        head().replace(b"\r\n", b"\n", 1),
        "byte 18",
        "CR LF",
        options={"form": "raw"},
    ),
    Case("folded-line OBS_FOLD", head("X: a", "  b"), "white space", "one line"),
    Case("field-name BAD_FIELD_NAME", head("X : a"), "X :", "colon"),
    Case("control-character BAD_FIELD_VALUE", head("X: a\x00"), "0x00", "strip"),
    Case("not-http BAD_METHOD", b"\x05\x01\x00", "0x05", "port"),
    Case("http-2-request BAD_VERSION", head(start="GET /chat HTTP/2"), "HTTP/2", "http1.1"),
    Case(
        "absolute-proxy HOST_MISMATCH", head(start="GET http://a/ HTTP/1.1"), "http://a/", "equal"
    ),
    Case(
        "merged-lines HOST_DUPLICATE", head("Host: example.com"), "Host: example.com", "one place"
    ),
    Case("no-host HOST_MISSING", head(but={"Host": None}), "no Host", "Host: "),
    Case("bad-host HOST_INVALID", head(but={"Host": "http://a/"}), "URL", "$http_host"),
    Case(
        "foreign-host HOST_FORBIDDEN",
        head(but={"Host": "10.0.0.7"}),
        "10.0.0.7",
        "hosts=",
        options={"hosts": ("example.com",)},
    ),
    Case(
        "two-lengths FRAMING_CONFLICT",
        head("Content-Length: 1", "Transfer-Encoding: chunked"),
        "chunked",
        "library",
    ),
    Case(
        "proxy-http-1-0 UPGRADE_ON_HTTP_1_0",
        head(*PROXIED, start="GET / HTTP/1.0"),
        "HTTP/1.0",
        "proxy_http_version 1.1;",
    ),
    Case(
        "proxy-dropped-upgrade WS_UPGRADE_MISSING",
        head(start="GET / HTTP/1.0", but=NGINX),
        "nginx",
        "$http_upgrade",
    ),
    Case(
        "proxy-dropped-upgrade WS_UPGRADE_MISSING",
        head("X-Forwarded-Port: 443", but={"Upgrade": None, "Connection": "keep-alive"}),
        "load balancer",
        "TCP listener",
    ),
    Case(
        "connection-for-all NO_UPGRADE",
        f"{PLAIN}Connection: upgrade\r\n\r\n",
        "Connection: upgrade",
        "map $http_upgrade",
    ),
    Case(
        "ordinary-request NO_UPGRADE",
        f"{PLAIN}User-Agent: curl/8\r\n\r\n",
        "no Upgrade",
        "fallback",
    ),
    Case(
        "proxy-dropped-connection CONNECTION_OPTION_MISSING",
        head(*PROXIED, but={"Connection": "close"}),
        "Connection: close",
        "$connection_upgrade",
    ),
    Case(
        "bad-connection CONNECTION_INVALID",
        head(but={"Connection": "Upgrade;"}),
        "Upgrade;",
        "Connection: Upgrade",
    ),
    Case(
        "upgrade-is-upgrade PROTOCOL_NOT_OFFERED",
        head(*PROXIED, but={"Upgrade": "upgrade"}),
        "Upgrade: upgrade",
        "$http_upgrade",
    ),
    Case("bad-upgrade UPGRADE_INVALID", head(but={"Upgrade": '"websocket"'}), '"w', "Upgrade: "),
    Case(
        "bad-upgrade PROTOCOL_NOT_OFFERED",
        head(but={"Upgrade": "$http_upgrade"}),
        "$http_upgrade",
        "Upgrade: websocket",
    ),
    Case("h2c-body PROTOCOL_NOT_OFFERED", JAVA, "Content-Length: 2", "HTTP_1_1"),
    Case("h2c-body H2C_BODY", JAVA, "h2c", "--http1.1", specs=("h2c",)),
    Case("h2c-offer PROTOCOL_NOT_OFFERED", head(but={"Upgrade": "h2c"}), "h2c", "fallback"),
    Case(
        "h2c-offer H2C_OVER_TLS",
        head(but={"Upgrade": "h2c"}),
        "h2c",
        "fallback",
        specs=("h2c",),
        options={"secure": True},
    ),
    Case(
        "tls-offer PROTOCOL_NOT_OFFERED",
        head(but={"Upgrade": "TLS/1.2"}),
        "TLS/1.2",
        "setProtocolUpgradeEnabled(false)",
    ),
    Case(
        "other-protocol PROTOCOL_NOT_OFFERED",
        head(but={"Upgrade": "foo"}),
        "offered here: websocket",
        "Protocol(",
    ),
    Case(
        "other-path PATH_NOT_OFFERED",
        head(start="GET /api/chat?t=1 HTTP/1.1"),
        "/chat, /rooms/*",
        "proxy_pass",
        specs=("websocket,paths=/chat+/rooms/*",),
    ),
    Case("old-draft WS_VERSION_UNSUPPORTED", head(but={"Sec-WebSocket-Version": "8"}), "8", "13"),
    Case(
        "old-draft WS_VERSION_MISSING",
        head("Sec-WebSocket-Key1: 1 2", but={"Sec-WebSocket-Version": None}),
        "Key1",
        "13",
    ),
    Case(
        "upgrade-for-all WS_VERSION_MISSING",
        head(*PROXIED, but={"Sec-WebSocket-Version": None, "Sec-WebSocket-Key": None}),
        "proxy",
        "$http_upgrade",
    ),
    Case(
        "upgrade-for-all WS_METHOD",
        head(
            *PROXIED,
            start="POST / HTTP/1.1",
            but={"Sec-WebSocket-Version": None, "Sec-WebSocket-Key": None},
        ),
        "proxy",
        "$http_upgrade",
    ),
    Case(
        "made-by-hand WS_VERSION_MISSING",
        head(but={"Sec-WebSocket-Version": None, "Sec-WebSocket-Key": None}),
        "no Sec-WebSocket-Key",
        "-H 'Sec-WebSocket-Version: 13'",
    ),
    Case(
        "made-by-hand WS_KEY_MISSING",
        head(but={"Sec-WebSocket-Key": None}),
        "no Sec-WebSocket-Key",
        f"-H 'Sec-WebSocket-Key: {KEY}'",
    ),
    Case(
        "proxy-dropped-fields WS_KEY_MISSING",
        head(*PROXIED, but={"Sec-WebSocket-Key": None}),
        "no Sec-WebSocket-Key",
        "Sec-WebSocket-*",
    ),
    Case("not-a-get WS_METHOD", head(start="POST /chat HTTP/1.1"), "POST", "GET"),
    Case(
        "handshake-body WS_BODY",
        head("Content-Length: 2"),
        "Content-Length: 2",
        "no Content-Length",
    ),
    Case(
        "merged-lines WS_VERSION_UNSUPPORTED",
        head(but={"Sec-WebSocket-Version": "13, 13"}),
        "13, 13",
        "one of them",
    ),
    Case("merged-lines WS_KEY_DUPLICATE", head(f"Sec-WebSocket-Key: {KEY}"), KEY, "library"),
    Case(
        "other-version WS_VERSION_UNSUPPORTED",
        head(but={"Sec-WebSocket-Version": "14"}),
        "14",
        "13",
    ),
    Case(
        "key-length WS_KEY_INVALID",
        head(but={"Sec-WebSocket-Key": b64encode(b"test").decode()}),
        "4 bytes",
        "16 random bytes",
    ),
    Case(
        "no-origin WS_ORIGIN_FORBIDDEN",
        head(),
        "no Origin",
        "origin_required=False",
        specs=("websocket,origin_required",),
    ),
    Case("null-origin WS_ORIGIN_FORBIDDEN", head("Origin: null"), "null", "http.server"),
    Case(
        "host-lost-its-port WS_ORIGIN_FORBIDDEN",
        head("Origin: http://example.com:8443"),
        "8443",
        "$http_host",
    ),
    Case(
        "localhost-names WS_ORIGIN_FORBIDDEN",
        head("Origin: http://127.0.0.1:8080", but={"Host": "localhost:8080"}),
        "127.0.0.1",
        "same name",
    ),
    Case(
        "localhost-names WS_ORIGIN_FORBIDDEN",
        head("Origin: http://localhost:3000", but={"Host": "[::1]:8080"}),
        "[::1]",
        "same name",
    ),
    Case(
        "www WS_ORIGIN_FORBIDDEN",
        head("Origin: https://www.example.com"),
        "www",
        "https://www.example.com",
    ),
    Case(
        "host-is-the-upstream WS_ORIGIN_FORBIDDEN",
        head("Origin: https://example.com", but={"Host": "10.0.0.5:8101"}),
        "10.0.0.5",
        "proxy_set_header Host $http_host;",
    ),
    Case(
        "host-is-the-upstream WS_ORIGIN_FORBIDDEN",
        head("Origin: https://example.com", but={"Host": "backend"}),
        "backend",
        "ProxyPreserveHost On",
    ),
    Case(
        "host-is-the-upstream WS_ORIGIN_FORBIDDEN",
        head(
            "Origin: https://example.com",
            "X-Forwarded-Host: example.com",
            but={"Host": "a.internal.example"},
        ),
        "X-Forwarded-Host",
        "Host",
    ),
    Case(
        "host-is-the-upstream WS_ORIGIN_FORBIDDEN",
        head(
            "Origin: http://127.0.0.1:8080",
            "X-Forwarded-Host: 127.0.0.1:8080",
            but={"Host": "127.0.0.1:8101"},
        ),
        "X-Forwarded-Host",
        "Host",
    ),
    Case(
        "cross-origin WS_ORIGIN_FORBIDDEN",
        head(
            "Origin: http://127.0.0.1:8080",
            "X-Forwarded-Host: 127.0.0.1:8081",
            but={"Host": "127.0.0.1:8101"},
        ),
        "127.0.0.1:8080",
        "origins=",
    ),
    Case(
        "cross-origin WS_ORIGIN_FORBIDDEN",
        head("Origin: https://app.example.org"),
        "app.example.org",
        'origins=["same-origin", "https://app.example.org"]',
    ),
    Case(
        "subprotocol-null WS_SUBPROTOCOL_INVALID",
        head("Sec-WebSocket-Protocol: [object Object]"),
        "[object Object]",
        "[]",
    ),
    Case("subprotocol-null SWITCHED", head("Sec-WebSocket-Protocol: undefined"), "undefined", "[]"),
    Case(
        "subprotocol-null WS_SUBPROTOCOL_REQUIRED",
        head("Sec-WebSocket-Protocol: null"),
        "null",
        "[]",
        specs=("websocket,subprotocols=a,subprotocol_required",),
    ),
    Case(
        "token-in-subprotocol WS_SUBPROTOCOL_INVALID",
        head("Sec-WebSocket-Protocol: bearer, eyJhbGciOi=="),
        "eyJ",
        "base64url",
    ),
    Case(
        "bad-subprotocol WS_SUBPROTOCOL_INVALID",
        head("Sec-WebSocket-Protocol: a, a"),
        "a, a",
        "new WebSocket",
    ),
    Case(
        "no-common-subprotocol WS_SUBPROTOCOL_REQUIRED",
        head("Sec-WebSocket-Protocol: b"),
        "spoken here: a",
        '["a"]',
        specs=("websocket,subprotocols=a,subprotocol_required",),
    ),
    Case(
        "bad-extensions WS_EXTENSIONS_INVALID",
        head("Sec-WebSocket-Extensions: a; b=("),
        "a; b=(",
        "permessage-deflate",
    ),
    Case("expect-100 EXPECTATION_FAILED", head("Expect: 200-ok"), "200-ok", "-H 'Expect:'"),
    Case(
        "sound-tls-ended SWITCHED",
        head("Origin: https://example.com", but={"Host": "example.com:443"}),
        "no TLS",
        "X-Forwarded-Proto",
    ),
    Case("sound-connection-lines SWITCHED", head("Connection: keep-alive"), "keep-alive", "joins"),
    Case(
        "sound-connection-list SWITCHED",
        head(but={"Connection": "keep-alive, Upgrade"}),
        "keep-alive, Upgrade",
        "list",
    ),
    Case("sound-length-0 SWITCHED", head("Content-Length: 0"), "0", "Content-Length"),
    Case(
        "sound-absolute SWITCHED", head(start="GET ws://example.com/chat HTTP/1.1"), "ws://", "path"
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.found)
def test_cause_of_a_request_is_named_with_its_facts_and_remedy(case: Case) -> None:
    found = as_json(case.data, *case.specs, **case.options)
    assert f"{found['cause']['id']} {found['reason']}" == case.found
    assert case.fact in " | ".join(found["cause"]["facts"])
    assert case.remedy in found["remedy"]
    assert len(found["cause"]["text"]) > 30


def test_every_rule_has_a_case() -> None:
    assert {rule.id for rule in RULES} == {case.found.split()[0] for case in CASES}


@pytest.mark.parametrize(
    ("data", "specs"),
    [
        (head(), ()),
        (head("Sec-WebSocket-Protocol: null"), ("websocket,subprotocols=null",)),
        (head(start="HEAD /chat HTTP/1.1", but={"Upgrade": "x"}), ("x,methods=GET",)),
        (head(start="GET /" + "a" * 9000 + " HTTP/1.1"), ()),
    ],
)
def test_request_that_no_rule_fits_has_neither_cause_nor_remedy(
    data: bytes, specs: tuple[str, ...]
) -> None:
    found = as_json(data, *specs)
    assert (found["cause"], found["remedy"]) == (None, None)


@pytest.mark.parametrize(
    ("key", "facts"),
    [
        ("dGVzdA==", ("4 bytes", "'test'")),
        ("eHh4eHh4eHh4eHh4eHh4eHg=", ("17 bytes", "'xxxxx")),
        ("dGhlIHNhbXBsZSBub25jZQ", ("22 characters",)),
        ("!!!", ("no base64",)),
        ("", ("0 bytes",)),
    ],
)
def test_key_of_the_wrong_length_is_decoded(key: str, facts: tuple[str, ...]) -> None:
    found = as_json(head(but={"Sec-WebSocket-Key": key}))
    shown = " | ".join(found["cause"]["facts"])
    assert all(fact in shown for fact in facts), shown


def test_made_by_hand_asks_for_every_field_that_is_missing() -> None:
    found = as_json(head(but={"Sec-WebSocket-Version": None, "Sec-WebSocket-Key": None}))
    for name in ("Sec-WebSocket-Version", "Sec-WebSocket-Key"):
        assert f"-H '{name}: {HANDSHAKE[name]}'" in found["remedy"]
    assert "-H 'Upgrade" not in found["remedy"]
