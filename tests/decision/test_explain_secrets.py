"""No secret of the input is in what `explain` writes.

In: requests with secrets in each place and each form. Out: text and JSON without them, but with
their sizes; and with them if they are asked for.
Not here: what else is shown.
"""

from __future__ import annotations

import json

import pytest
from explained import explained, head

from upgrade101.explain import to_json, to_text
from upgrade101.explain.shown import Shield

LONG = "Q29va2llTW9uc3RlcjEyMzQ1Njc4OTBhYmNkZWZnaGlqa2xtbg"
SECRETS = ["s3cr3tcookie", "s3cr3tbasic", "s3cr3tproxy", "s3cr3tquery", "s3cr3tpass", LONG]
FIELDS = (
    "Cookie: sid=s3cr3tcookie; b=s3cr3tcookie",
    "Authorization: Basic s3cr3tbasic",
    "Proxy-Authorization: Bearer s3cr3tproxy",
    f"Sec-WebSocket-Protocol: chat, {LONG}",
    "Referer: http://u:s3cr3tpass@a/?x=s3cr3tquery",
)
TARGET = "/chat?token=s3cr3tquery&empty=&s=s3cr3tquery"
START = f"GET {TARGET} HTTP/1.1"


def har(fields: list[str]) -> str:
    headers = [dict(zip(("name", "value"), f.split(": ", 1), strict=True)) for f in fields]
    url = f"wss://u:s3cr3tpass@example.com{TARGET}"
    request = {"method": "GET", "url": url, "httpVersion": "HTTP/1.1", "headers": headers}
    return json.dumps({"log": {"entries": [{"request": request}]}})


def curl(fields: list[str]) -> str:
    given = " ".join(f"-H '{field}'" for field in fields)
    return (
        f"curl -u user:s3cr3tpass --unknown=s3cr3tpass -x http://u:s3cr3tpass@p {given} "
        f"'wss://u:s3cr3tpass@example.com{TARGET}'"
    )


WHOLE = head(*FIELDS, start=START)
BREAKS: dict[str, bytes] = {
    "sound": WHOLE,
    "control": WHOLE.replace(b"b=s3", b"\0b=s3"),
    "control in a token": WHOLE.replace(b"chat, ", b"chat, \0"),
    "folded": WHOLE.replace(b"; b=", b";\r\n b="),
    "wrapped": WHOLE.replace(b"; b=", b";\r\nb="),
    "wrapped protocol": WHOLE.replace(b"chat, ", b"chat,\r\n "),
    "bare CR": WHOLE.replace(b"; b=", b";\rb="),
    "bare CR before": WHOLE.replace(b"\r\nCookie", b"\rCookie"),
    "bare LF": WHOLE.replace(b"\r\nCookie", b"\nCookie"),
    "name": WHOLE.replace(b"Cookie:", b"Cookie :"),
    "control in a name": WHOLE.replace(b"Cookie:", b"Coo\0kie:"),
    "space in a value of the query": WHOLE.replace(b"token=s3", b"token=a s3"),
    "space in a name of the query": WHOLE.replace(b"token=", b"tok en="),
    "fragment": WHOLE.replace(b"token=s3", b"token=#s3"),
    "no version": WHOLE.replace(b" HTTP/1.1", b"", 1),
    "target with a password": WHOLE.replace(b"GET /", b"GET http://u:s3cr3tpass@example.com/"),
    "no request line": WHOLE.split(b"\r\n", 6)[6],
    "too large": WHOLE.replace(b"; b=", b"; b=" + b"x" * 20000),
    "key": WHOLE.replace(b"Sec-WebSocket-Key: ", b"Sec-WebSocket-Key: x"),
    "origin": WHOLE.replace(b"\r\n\r\n", b"\r\nOrigin: http://u:s3cr3tpass@b\r\n\r\n"),
    "mismatch": WHOLE.replace(b"GET /", b"GET http://other.example/"),
    "subprotocol": WHOLE.replace(LONG.encode(), LONG.encode() + b"="),
    "more": WHOLE[:-2],
}
TEXTS: dict[str, str] = {
    "har": har([line.decode() for line in WHOLE.split(b"\r\n")[1:-2]]),
    "curl": curl([line.decode() for line in WHOLE.split(b"\r\n")[2:-2]]),
    "hex": WHOLE.hex(),
    "literal": repr(WHOLE),
    "marked": "".join(f"> {line}\n" for line in WHOLE.decode().split("\r\n")[:-1]),
    "log of a browser": f"WebSocket connection to 'wss://u:s3cr3tpass@a{TARGET}' failed: "
    "Unexpected response code: 400",
    "log of nginx": f'1.2.3.4 - - [x] "GET {TARGET} HTTP/1.1" 400 157 "-" "-"',
    "log with fields": "missing Upgrade header\nCookie: s3cr3tcookie\nAuthorization: s3cr3tbasic",
    "log in one line": "missing Upgrade header Authorization: Basic s3cr3tbasic",
    "log of an origin": "Request origin not allowed: http://u:s3cr3tpass@a/?x=s3cr3tquery",
    "panel": f"Request URL: wss://u:s3cr3tpass@example.com{TARGET}\nRequest Method: GET\n"
    + WHOLE.decode().split("\r\n", 1)[1].replace("\r\n", "\n"),
}
INPUTS = [*BREAKS.items(), *TEXTS.items()]


def written(data: bytes | str, *specs: str, show_secrets: bool = False, **options: object) -> str:
    found = explained(data, *specs, show_secrets=show_secrets, **options)
    return json.dumps(to_json(found)) + to_text(found, verbose=True)


@pytest.mark.parametrize(("name", "data"), INPUTS, ids=[name for name, _ in INPUTS])
@pytest.mark.parametrize("form", [None, "raw"])
@pytest.mark.parametrize(
    "spec", ["websocket,deflate", f"websocket,origins=any,subprotocols={LONG}"]
)
def test_output_has_no_secret(name: str, data: bytes | str, form: str | None, spec: str) -> None:
    shown = written(data, spec, form=form)
    if spec.endswith(LONG):
        # The text says in a fact what the server itself speaks.
        shown = shown.replace(f"spoken here: {LONG}", "")
    assert not [secret for secret in SECRETS if secret in shown], name


def test_sizes_stand_in_the_place_of_secrets() -> None:
    shown = written(WHOLE)
    assert "/chat?token=(11 bytes)&empty=&s=(11 bytes)" in shown
    assert "chat, (50 bytes)" in shown
    shown = written(BREAKS["name"])
    assert "Cookie :(" in shown


def test_answered_subprotocol_is_hidden_in_the_response() -> None:
    found = explained(WHOLE, f"websocket,subprotocols={LONG}")
    assert found.response is not None
    assert "Sec-WebSocket-Protocol: (50 bytes)\r\n" in found.response
    assert "Upgrade: websocket\r\n" in found.response
    short = explained(head("Sec-WebSocket-Protocol: chat"), "websocket,subprotocols=chat")
    assert short.response is not None
    assert "Sec-WebSocket-Protocol: chat\r\n" in short.response


def test_show_secrets_hides_nothing() -> None:
    assert "token=s3cr3tquery" in written(WHOLE, show_secrets=True)
    assert LONG in written(WHOLE, f"websocket,subprotocols={LONG}", show_secrets=True)
    assert "b=s3cr3tcookie" in written(BREAKS["control"], show_secrets=True)
    assert "s3cr3tquery" in written(TEXTS["log of nginx"], show_secrets=True)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Cookie", "a=b", "(3 bytes)"),
        ("cookie ", "a", "(1 byte)"),
        ("Authorization", "", "(0 bytes)"),
        ("Sec-WebSocket-Protocol", f"a, ,{'b' * 41},{'c' * 40}", f"a, (41 bytes), {'c' * 40}"),
        ("Origin", "http://u:pass@a", "http://u:(4 bytes)@a"),
        ("Origin", "http://a:8080", "http://a:8080"),
        ("Host", "\xe9\t", r"\xe9\x09"),
        ("Host", "\u0101", r"\u0101"),
    ],
)
def test_shield_of_a_field_shows_what_is_no_secret(name: str, value: str, shown: str) -> None:
    assert Shield().field(name, value) == shown
