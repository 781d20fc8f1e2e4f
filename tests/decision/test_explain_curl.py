"""cURL commands: how a shell divides them, and what curl sends for them.

In: commands as browsers copy them and people write them. Out: the head.
Not here: other forms.
"""

from __future__ import annotations

import pytest
from explained import HANDSHAKE, as_json, explained
from heads import KEY

from upgrade101.explain import curl, shell

FIELDS = [f"{name}: {value}" for name, value in HANDSHAKE.items() if name != "Host"]
CHROME_BASH = "curl 'wss://example.com/ws?t=1' \\\n" + " \\\n".join(
    f"  -H '{field}'" for field in [*FIELDS, "Origin: https://example.com", "Accept-Language: de"]
)
CHROME_CMD = 'curl ^"wss://example.com/ws?t=1^&u=2^" ^\r\n' + " ^\r\n".join(
    f'  -H ^"{field}^"' for field in [*FIELDS, 'Sec-CH-UA: ^\\^"Chromium^\\^";v=^\\^"120^\\^"']
)
OLD_CMD = 'curl "http://example.com/ws" ^\n -H "X: ""q""" ^\n' + " ^\n".join(
    f' -H "{field}"' for field in FIELDS
)
FIREFOX = "curl 'http://example.com/ws' -H 'User-Agent: M' --compressed " + " ".join(
    f"-H '{field}'" for field in FIELDS
)


def sent(command: str) -> list[str]:
    """Return the lines of the head that a command sends, and its body in parentheses."""
    data = curl.read(command).data
    assert data is not None
    head, _, body = data.decode("utf-8", "surrogateescape").partition("\r\n\r\n")
    return [*head.split("\r\n"), *([f"({body})"] if body else [])]


@pytest.mark.parametrize("command", [CHROME_BASH, CHROME_CMD, OLD_CMD, FIREFOX])
def test_command_that_a_browser_copies_is_the_handshake(command: str) -> None:
    found = as_json(command)
    assert (found["form"], found["action"]) == ("curl", "SWITCH")
    assert found["notes"] == []
    assert set(FIELDS) <= set(sent(command))


def test_command_of_cmd_has_its_quotes_and_marks() -> None:
    assert 'Sec-CH-UA: "Chromium";v="120"' in sent(CHROME_CMD)
    assert sent(CHROME_CMD)[0] == "GET /ws?t=1&u=2 HTTP/1.1"
    assert 'X: "q"' in sent(OLD_CMD)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a  b\tc", ["a", "b", "c"]),
        ("'a b' \"c d\"", ["a b", "c d"]),
        ("a'b'\"c\"d", ["abcd"]),
        (r"a\ b \'", ["a b", "'"]),
        ("'' \"\"", ["", ""]),
        (r'"a\"b\\c\d"', ['a"b\\c\\d']),
        (r"$'a\'b\n\x41\u00e9\101\\'", ["a'b\nA\xe9A\\"]),
        ("a \\\n b", ["a", "b"]),
        ("a \\\r\n b", ["a", "b"]),
        ("a # b", ["a"]),
        ("a#b", ["a#b"]),
        ("a\nb", ["a"]),
        ("a | b", ["a"]),
        ("a 2>&1 b", ["a", "b"]),
        ("a > /dev/null b", ["a", "b"]),
        ("'open", ["open"]),
        ('"open', ["open"]),
        ("$'\\U00110000'", ["?"]),
    ],
)
def test_shell_divides_as_bash_does(text: str, words: list[str]) -> None:
    assert shell.split(text).words == words


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("curl a.b", ["GET / HTTP/1.1", "Host: a.b", "User-Agent: curl/8.5.0", "Accept: */*"]),
        ("curl http://a:80/b?c#d -A x", ["GET /b?c HTTP/1.1", "Host: a", "User-Agent: x"]),
        ("curl -I https://a:443/", ["HEAD / HTTP/1.1", "Host: a"]),
        ("curl -X DELETE http://a:81", ["DELETE / HTTP/1.1", "Host: a:81"]),
        ("curl -XPUT a -d b", ["PUT / HTTP/1.1", "Content-Length: 1", "(b)"]),
        ("curl a -d b -d c=d", ["POST / HTTP/1.1", "Content-Length: 5", "(b&c=d)"]),
        ("curl a -d @file", ["POST / HTTP/1.1", "Content-Length: 1"]),
        ("curl a --data-raw @file", ["Content-Length: 5", "(@file)"]),
        ("curl a -G -d b=c", ["GET /?b=c HTTP/1.1"]),
        ("curl a --json {}", ["POST / HTTP/1.1", "Accept: application/json", "({})"]),
        ("curl a -F b=c", ["POST / HTTP/1.1", "Content-Type: multipart/form-data; boundary=x"]),
        ("curl a -T file", ["PUT / HTTP/1.1"]),
        ("curl a -u b:c", ["Authorization: Basic Yjpj"]),
        ("curl http://b:c@a/", ["Host: a", "Authorization: Basic Yjpj"]),
        ("curl a --oauth2-bearer b", ["Authorization: Bearer b"]),
        ("curl a -e b -b c=d", ["Referer: b", "Cookie: c=d"]),
        ("curl a -H 'X;' -H Host:b", ["Host: b", "X:"]),
        ("curl a --compressed -0", ["GET / HTTP/1.0", "Accept-Encoding: deflate, gzip, br"]),
        ("curl a --request-target '*' -X OPTIONS", ["OPTIONS * HTTP/1.1"]),
        ("curl --http2 a", ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"]),
        ("curl ws://a/b", ["GET /b HTTP/1.1", "Upgrade: websocket", f"Sec-WebSocket-Key: {KEY}"]),
        ("curl ws://a/ -H 'Sec-WebSocket-Key: x'", ["Upgrade: websocket", "Sec-WebSocket-Key: x"]),
        ("curl -sSikNL --max-time 5 -o /dev/null -w '%{x}' a", ["GET / HTTP/1.1", "Host: a"]),
        ("curl --url a", ["Host: a"]),
        ("curl -- -a", ["Host: -a"]),
        ("user@host:~$ curl a", ["Host: a"]),
        ("PS C:\\> curl.exe a", ["Host: a"]),
        ("curl a -H 'Transfer-Encoding: chunked' -d bc", ["(2\r\nbc\r\n0\r\n\r\n)"]),
        ("curl 'a/b c'", ["GET /b%20c HTTP/1.1"]),
    ],
)
def test_command_is_the_request_that_curl_sends(command: str, lines: list[str]) -> None:
    assert set(lines) <= set(sent(command))


def test_field_that_is_given_replaces_curls_own_and_one_that_is_emptied_goes() -> None:
    lines = sent("curl ws://a/ -H 'Host: b' -H 'User-Agent:' -H 'Upgrade: c'")
    assert [line for line in lines if line.startswith(("Host", "User-Agent", "Upgrade"))] == [
        "Host: b",
        "Upgrade: c",
    ]


def test_https_and_wss_are_tls_and_http2_is_of_http_alone() -> None:
    schemes = {"http": False, "https": True, "ws": False, "wss": True}
    assert {scheme: curl.read(f"curl {scheme}://a").secure for scheme in schemes} == schemes
    assert "Upgrade: h2c" not in sent("curl --http2 https://a")
    assert as_json("curl --http2-prior-knowledge http://a")["reason"] == "HTTP2_PREFACE"


@pytest.mark.parametrize(
    ("command", "note"),
    [
        ("curl http://a/?b=1&c=2", "put the URL in quotes"),
        ("curl a | jq", "What follows the first |"),
        ("curl a b", "Only the first URL"),
        ("curl a --nonsense", "--nonsense is not known"),
        ("curl a -x p:3128", "proxy is left out"),
        ("curl a -d @b", "stand in a file"),
        ("curl a -H @b", "stand in a file"),
        ("curl a -b b", "stand in a file"),
        ("curl a -H b", "without a colon"),
        ('curl a -H "X: $TOKEN"', "the shell would fill it in"),
        ('curl a -H "Sec-WebSocket-Key: $(openssl rand -base64 16)"', "16 random bytes"),
        ("curl a --next b", "--next"),
        ("curl", "has no URL"),
        ("curl -H 'A: b'", "has no URL"),
        ("curl ftp://a", "neither of HTTP"),
        ("curl 'http://[a'", "cannot be read"),
    ],
)
def test_what_was_skipped_or_guessed_is_noted(command: str, note: str) -> None:
    found = explained(f"{command} ")
    assert found.form == "curl"
    assert note in " ".join(found.notes)
    assert found.exit_status == (10 if found.has_request else 13)


@pytest.mark.parametrize(
    ("made", "size"),
    [
        ('$(echo -n "test" | base64)', "4 bytes"),
        ("$(echo 'hello world' | base64)", "12 bytes"),
        ("`printf abc | base64`", "3 bytes"),
    ],
)
def test_key_that_a_command_makes_of_a_text_is_known(made: str, size: str) -> None:
    found = as_json(f'curl ws://a/ -H "Sec-WebSocket-Key: {made}"')
    assert found["reason"] == "WS_KEY_INVALID"
    assert size in " ".join(found["cause"]["facts"])


@pytest.mark.parametrize("text", ["curly a", "recurl a", "my curl a", "-curl a", "Error: curl a"])
def test_text_whose_first_word_is_not_curl_is_no_command(text: str) -> None:
    with pytest.raises(curl.NoCurlError):
        curl.read(text)
