"""The forms that a request comes in: which one is taken, and what is made of it.

In: heads, HAR files, bytes in many notations, and what tools print. Out: form, bytes, notes.
Not here: cURL commands, and messages of logs.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from explained import HANDSHAKE, as_json, explained
from heads import KEY, PREFACE
from pasted import LF, OBJECT, SAME, SOUND, entry, har

from upgrade101.explain.forms import MOST_BYTES, CannotReadError, read


@pytest.mark.parametrize(("form", "text"), SAME)
def test_handshake_in_each_form_is_the_same_request(form: str, text: str) -> None:
    found = as_json(text)
    assert (found["form"], found["action"], found["reason"]) == (form, "SWITCH", "SWITCHED")
    values = {check["name"]: check["value"] for check in found["checks"]}
    assert values["ws-key"] == KEY
    if text not in (OBJECT, "curl ws://example.com/chat"):
        assert (values["target"], values["host"]) == ("/chat", "example.com")


@pytest.mark.parametrize(
    ("data", "form", "reason"),
    [
        (b"\x16\x03\x01\x00", "raw", "TLS_CLIENT_HELLO"),
        (b"\x16\x03\x01\xff", "raw", "TLS_CLIENT_HELLO"),
        (b"\r\n\r\n\0\r\nQUIT\n", "raw", "PROXY_PROTOCOL"),
        (b"caf\xe9", "raw", None),
        (b"GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", "head", "BAD_FIELD_VALUE"),
        (b"GET / HTTP/1.1\r\nX: \xe9\r\nHost: a\r\n\r\n", "head", "NO_UPGRADE"),
        (b"PROXY TCP4 1.2.3.4 5.6.7.8 9 80\n", "head", "PROXY_PROTOCOL"),
        (b"GET /\n", "head", "BAD_VERSION"),
        (b"get / HTTP/1.1\nHost: a\n", "head", "NO_UPGRADE"),
        (b"Hello World HTTP/1.1", "head", "BAD_TARGET"),
        (b"PRI * HTTP/2.0\n\nSM\n\n", "head", "HTTP2_PREFACE"),
        (b"PRI * HTTP/2.0", "head", "HTTP2_PREFACE"),
        (PREFACE, "head", "HTTP2_PREFACE"),
        (b"1603010200", "hex", "TLS_CLIENT_HELLO"),
        (b"16:03:01", "hex", "TLS_CLIENT_HELLO"),
        (rb"\x16\x03\x01\x02", "hex", "TLS_CLIENT_HELLO"),
        (rb"b'\x16\x03\x01'", "hex", "TLS_CLIENT_HELLO"),
        (b"160", "log", None),
        (b"hello", "log", None),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", None, None),
        (b"", None, None),
        (b" \n", None, None),
    ],
)
def test_form_that_fits_first_is_taken(data: bytes, form: str | None, reason: str | None) -> None:
    found = as_json(data)
    assert found["form"] == form
    if form != "raw" or reason is not None:
        assert found["reason"] == reason


def test_response_is_not_judged_and_says_so() -> None:
    found = explained("HTTP/1.1 400 Bad Request\r\n\r\n")
    assert (found.form, found.exit_status) == (None, 13)
    assert "response" in found.notes[0]
    assert explained("").notes == ("The input is empty.",)


def test_raw_repairs_nothing() -> None:
    assert as_json(LF, form="raw")["reason"] == "BARE_LF"
    assert as_json(LF, form="raw")["notes"] == []
    assert as_json(SOUND[:-2], form="raw")["reason"] is None
    assert as_json(SOUND[:-2])["reason"] == "SWITCHED"


def test_pasted_head_counts_from_the_first_byte_after_the_repairs() -> None:
    found = as_json("\n  GET / HTTP/1.1\n  Host: a\n  X : b\n")
    assert (found["reason"], found["offset"]) == ("BAD_FIELD_NAME", 26)
    joined = " ".join(found["notes"])
    assert "indentation" in joined
    assert "LF was made CRLF" in joined
    assert "blank line" in joined


def test_indentation_that_not_all_lines_share_stays() -> None:
    assert as_json("GET / HTTP/1.1\n  Host: a\n")["reason"] == "OBS_FOLD"


def test_head_with_a_body_keeps_it() -> None:
    text = "POST / HTTP/1.1\nHost: a\nUpgrade: x\nConnection: Upgrade\nContent-Length: 4\n\na\nb"
    found = as_json(text, "x,body")
    assert found["reason"] == "SWITCHED"


ORDINARY = entry(("Host", "example.com"), url="http://example.com/")
BROKEN = entry(*{**HANDSHAKE, "Sec-WebSocket-Key": "x"}.items())


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([ORDINARY, entry(), BROKEN], "WS_KEY_INVALID"),
        ([ORDINARY, entry(), entry()], "SWITCHED"),
        ([ORDINARY, ORDINARY], "NO_UPGRADE"),
        ([ORDINARY, ORDINARY | {"_resourceType": "websocket"}, entry()], "NO_UPGRADE"),
        ([ORDINARY, ORDINARY | {"response": {"status": 101}}], "NO_UPGRADE"),
    ],
)
def test_har_explains_the_first_entry_that_counts_and_fails(
    entries: list[dict[str, Any]], reason: str
) -> None:
    assert as_json(har(*entries))["reason"] == reason


def test_har_entry_is_chosen_by_its_number() -> None:
    text = har(ORDINARY, entry(), BROKEN)
    reasons = [as_json(text, entry=number)["reason"] for number in range(3)]
    assert reasons == ["NO_UPGRADE", "SWITCHED", "WS_KEY_INVALID"]
    for number in (3, -1):
        with pytest.raises(CannotReadError, match="0 to 2"):
            explained(text, entry=number)


def test_har_of_https_is_tls_and_its_other_parts_are_read() -> None:
    browser = entry(
        (":authority", "b.example"), ("Upgrade", "h2c"), url="https://u:p@a.example:8443/x?y=1#z"
    )
    found = as_json(har(browser | {"response": {"status": 502}}), "h2c")
    values = {check["name"]: check["value"] for check in found["checks"]}
    assert (values["host"], values["target"]) == ("b.example", "/x?y=(1 byte)")
    assert found["offers"] == ["h2c"]
    joined = " ".join(found["notes"])
    assert "HTTP/2" in joined
    assert "502" in joined


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("HTTP/1.0", "UPGRADE_ON_HTTP_1_0"),
        ("http/1.1", "SWITCHED"),
        ("", "SWITCHED"),
        ("h2", "UNSUPPORTED_VERSION"),
    ],
)
def test_har_version_is_that_of_the_entry(version: str, reason: str) -> None:
    one = entry()
    one["request"]["httpVersion"] = version
    assert as_json(har(one))["reason"] == reason


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        '{"log": 1}',
        '{"log": {"entries": 1}}',
        "{" * 100000,
        "[" * 100000,
        '{"a": ' + "9" * 5000 + "}",
        '{"request": 1}',
    ],
)
def test_json_that_is_no_har_is_not_taken_for_one(text: str) -> None:
    assert explained(text).form == "log"
    with pytest.raises(CannotReadError, match="har"):
        explained(text, form="har")


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"headers": 1, "url": 2, "method": [], "httpVersion": None},
        {"headers": [1, {"name": 1}, {"value": "a"}], "url": "http://[", "method": ""},
        {"headers": [{"name": "X", "value": "\ud800\u2019"}], "url": "\ud800", "method": "\n"},
    ],
)
def test_har_with_parts_of_other_types_is_read_as_far_as_it_goes(request_: object) -> None:
    found = explained(json.dumps({"log": {"entries": [1, {"request": request_}]}}))
    assert (found.form, found.has_request) == ("har", True)
    assert explained('{"log": {"entries": []}}').exit_status == 13


def test_input_that_is_too_large_is_refused_in_one_line() -> None:
    with pytest.raises(CannotReadError, match="save one entry") as caught:
        read(bytes(MOST_BYTES + 1))
    assert "\n" not in str(caught.value)


def test_utf_16_of_a_windows_terminal_is_read() -> None:
    assert as_json(LF.encode("utf-16"))["reason"] == "SWITCHED"
    assert as_json("curl ws://a/".encode("utf-16"))["form"] == "curl"
