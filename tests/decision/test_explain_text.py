"""Explanations as text: the lines of the checks, the byte that shows a defect, and the end.

In: requests. Out: lines.
Not here: options of the command, and secrets.
"""

from __future__ import annotations

import re

import pytest
from explained import explained, head

from upgrade101.explain import to_text


def text_of(data: bytes | str, *specs: str, **options: object) -> str:
    """Return the text of an explanation."""
    return to_text(explained(data, *specs, **options))


def test_text_shows_the_checks_the_cause_and_what_to_do() -> None:
    out = text_of("GET /live HTTP/1.0\nHost: 10.1.2.3\nUpgrade: websocket\nConnection: close\n")
    lines = out.splitlines()
    assert lines[0].startswith("request head, ")
    assert lines[0].endswith("offers: websocket")
    assert re.search(r"(?m)^  ok    method, target, version +GET /live HTTP/1.0 +RFC 9112 3$", out)
    assert re.search(r"(?m)^  FAIL  HTTP/1.1 +HTTP/1.0 +RFC 9110 7.8$", out)
    assert "        UPGRADE_ON_HTTP_1_0: Upgrade is ignored in an HTTP/1.0 request." in lines
    assert re.search(r"(?m)^  -     not CONNECT, Connection, .*WebSocket", out)
    assert "  here  PASS: served as HTTP/1.1; 426 if there is no fallback" in lines
    assert re.search(r"(?m)^  cause A proxy speaks HTTP/1.0", out)
    assert "proxy_http_version 1.1;" in out
    assert "  next  then CONNECTION_OPTION_MISSING, WS_VERSION_MISSING, WS_KEY_MISSING" in lines


@pytest.mark.parametrize(
    ("data", "line", "under"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", "X :(2 bytes)", " "),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n", r"X: b\x00c", "\\"),
        (b"GET / HTTP/1.1\nHost: a\r\n\r\n", r"GET / HTTP/1.1\x0a", "\\"),
        (b"GET /a b HTTP/1.1\r\n\r\n", "GET /a b HTTP/1.1", "b"),
        (b"G\xe9T / HTTP/1.1\r\n\r\n", r"G\xe9T / HTTP/1.1", "\\"),
        (b"GET /?a=\xe9 HTTP/1.1\r\n\r\n", "GET /?a=(1 byte) HTTP/1.1", "("),
        (b"GET /?a=bb&c\xe9 HTTP/1.1\r\n\r\n", r"GET /?a=(2 bytes)&c\xe9 HTTP/1.1", "\\"),
        (b"GET /" + b"a" * 300 + b"#b HTTP/1.1\r\n\r\n", None, "#"),
    ],
)
def test_text_marks_the_byte_that_shows_a_defect(data: bytes, line: str | None, under: str) -> None:
    lines = text_of(data, form="raw").splitlines()
    (at,) = (number for number, text in enumerate(lines) if text.strip() == "^")
    if line is not None:
        assert lines[at - 1] == f"        {line}"
    assert lines[at - 1][lines[at].index("^")] == under
    assert len(lines[at - 1]) < 120


def test_text_names_each_element_and_says_if_no_rule_fits() -> None:
    out = text_of(head(but={"Upgrade": "foo, websocket"}))
    assert "  each  foo (not offered: PROTOCOL_NOT_OFFERED); websocket (websocket: SWITCHED)" in out
    assert "  here  SWITCH: 101, the connection becomes websocket\n" in out
    assert "  cause no rule fits\n" in out


@pytest.mark.parametrize(
    ("data", "specs", "here"),
    [
        (head("Origin: null"), (), "REJECT: answers 403 and closes"),
        (head()[:-3], (), "more bytes are needed"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ("h2c,prior_knowledge",), "SWITCH: HTTP/2 with"),
        (
            head("Content-Length: 1", "Expect: 100-continue", but={"Upgrade": "x"}),
            ("x,body",),
            "CONTINUE: answers 100",
        ),
        (
            head("Sec-WebSocket-Protocol: a", "Sec-WebSocket-Extensions: permessage-deflate"),
            ("websocket,subprotocols=a,deflate",),
            "SWITCH: 101, the connection becomes websocket, subprotocol a, permessage-deflate",
        ),
    ],
)
def test_text_says_what_this_server_does(data: bytes, specs: tuple[str, ...], here: str) -> None:
    assert f"  here  {here}" in text_of(data, *specs, form="raw")


def test_text_of_a_log_has_a_cause_and_no_verdict() -> None:
    out = text_of("Unexpected server response: 502")
    assert out.startswith("log excerpt, 31 bytes\n")
    assert "  cause 502: " in out
    assert "  seen  the excerpt has: Unexpected server response: 502\n" in out
    assert "  here" not in out


def test_colour_changes_no_word() -> None:
    found = explained(head("Origin: null"))
    coloured = to_text(found, colour=True)
    assert "\x1b[32mok\x1b[0m" in coloured
    assert "\x1b[31;1mFAIL\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == to_text(found)


def test_text_is_visible_ascii_and_narrow_but_for_lines_to_write() -> None:
    for data in (head("X: \xe9\x1b[2J\x85"), head("Origin: http://\x1b[31m"), "caf\u00e9 failed"):
        out = text_of(data)
        assert all(character == "\n" or " " <= character <= "~" for character in out)
