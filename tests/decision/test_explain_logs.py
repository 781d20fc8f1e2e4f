"""The causes that messages of logs tell.

In: messages of browsers, clients, servers and proxies, as they stand in public threads. Out: the
cause, and the reason that the message stands for. Always: what is no such message is not
recognized.
Not here: requests.
"""

from __future__ import annotations

import time

import pytest
from explained import as_json, explained

from upgrade101.explain.logs import LAST_ROWS, ROWS

REASONS = {
    "tls-to-plain": "TLS_CLIENT_HELLO",
    "h2-to-plain": "HTTP2_PREFACE",
    "proxy-protocol": "PROXY_PROTOCOL",
    "log-origin": "WS_ORIGIN_FORBIDDEN",
}
MESSAGES = {
    "uvicorn-no-websockets": [
        'WARNING:  No supported WebSocket library detected. Please use "pip install ..."',
        "WARNING:  Unsupported upgrade request.",
    ],
    "log-status": [
        (
            "WebSocket connection to "
            "'wss:/myhost/socket.io/?EIO=3&transport=websocket&sid=Ch0ODpQYqP21dDiMAAAE' "
            "failed: Error during WebSocket handshake: Unexpected response code: 400"
        ),
        "Error: Unexpected server response: 502",
        "websockets.exceptions.InvalidStatusCode: server rejected WebSocket connection: HTTP 403",
        "websocket._exceptions.WebSocketBadStatusException: Handshake status 404 Not Found",
        (
            "aiohttp.client_exceptions.WSServerHandshakeError: 404, message='Invalid response "
            "status', url=URL('http://localhost/ws')"
        ),
        "java.net.ProtocolException: Expected HTTP 101 response but was '200 OK'",
        (
            "System.Net.WebSockets.WebSocketException: The server returned status code '404' "
            "when status code '101' was expected."
        ),
        "failed to WebSocket dial: expected handshake response status code 101 but got 403",
        "javax.websocket.DeploymentException: Handshake error. Response code was not 101: 403",
        "Invalid status code received: 404 Status line: HTTP/1.1 404 Not Found",
        (
            "org.eclipse.jetty.websocket.api.UpgradeException: Failed to upgrade to websocket: "
            "Unexpected HTTP Response Status Code: 404 Not Found"
        ),
        "websocat: WebSocketError: Received unexpected status code (400 Bad Request)",
        "dial error: websocket: bad handshake",
        "WebSocket connection to 'wss://x' failed: There was a bad response from the server.",
        (
            "2024/01/01 [error] 29#29: *5 connect() failed (111: Connection refused) while "
            'connecting to upstream, client: 1.2.3.4, request: "GET /ws HTTP/1.1"'
        ),
        (
            "upstream timed out (110: Connection timed out) while reading response header from "
            "upstream"
        ),
        ('10.0.0.1 - - [10/Oct/2023:13:55:36 +0000] "GET /ws HTTP/1.1" 400 157 "-" "Mozilla/5.0"'),
        "INFO:     ('127.0.0.1', 51234) - \"WebSocket /ws\" 403",
        "WebSocket REJECT /ws/chat/ [127.0.0.1:5000]",
        '"GET /ws/chat/ HTTP/1.1" 404 2232',
        "tokio_tungstenite error: HTTP error: 502 Bad Gateway",
        "An unauthorized connection attempt was rejected",
        "WebSocketException: Connection to 'http://a:0/#' was not upgraded to websocket",
        "starscream upgradeError(Starscream.HTTPUpgradeError.notAnUpgrade(403, [:]))",
        (
            "haproxy[1]: 10.0.0.1:5 [x] fe be/s1 0/0/0/5/6 403 212 - - ---- 1/1/0/0/0 0/0 "
            '"GET /ws HTTP/1.1"'
        ),
        "Server: nginx/1.18.0 Error during WebSocket handshake: Unexpected response code: 500",
        "Handshake ended with HTTP error: 400",
        "failed: Server sent invalid upgrade response: [0]",
    ],
    "log-upgrade-missing": [
        (
            "[ERROR] 2019-06-17 "
            "org.springframework.web.socket.server.support.DefaultHandshakeHandler - Handshake "
            "failed due to invalid Upgrade header: null"
        ),
        'handshake error: bad \\"Upgrade\\" header',
        'handshake error: bad "Upgrade" header',
        "WebSocket handshake: 'Upgrade' header is missing",
        "assert get_header('Upgrade').lower() == 'websocket'",
        (
            "websocket: the client is not using the websocket protocol: 'websocket' token not "
            "found in 'Upgrade' header"
        ),
        'No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".',
        'Can "Upgrade" only to "WebSocket".',
        (
            "Failed to upgrade to WebSocket (REQUEST_METHOD: GET, HTTP_CONNECTION: close, "
            "HTTP_UPGRADE: )"
        ),
        'Started GET "/cable/" [non-WebSocket] for 127.0.0.1',
        "websockets.exceptions.InvalidUpgrade: missing Upgrade header",
        "WebSocket protocol error: Missing, duplicated or incorrect header Upgrade",
        'Missing "Upgrade: websocket" header',
        "The HTTP upgrade request from client didn't contain required 'Upgrade' header.",
        "java.net.ProtocolException: Expected 'Upgrade' header value 'websocket' but was 'null'",
        "aiohttp.WSServerHandshakeError: 101, message='Invalid upgrade header', url='ws://'",
        "Error: Invalid Upgrade header",
        "not a WebSocket handshake request: missing upgrade",
        "The WebSocket handshake Upgrade field is missing",
        "upgrader.Upgrade%!(websocket.HandshakeError=websocket: upgrade != websocket)",
    ],
    "log-connection-missing": [
        (
            "o.s.w.s.s.s.DefaultHandshakeHandler - Handshake failed due to invalid Connection "
            "header [close]"
        ),
        'handshake error: bad "Connection" header',
        "Error during WebSocket handshake: 'Connection' header is missing",
        (
            "websocket: the client is not using the websocket protocol: 'upgrade' token not "
            "found in 'Connection' header"
        ),
        "No CONNECTION upgrade hdr: keep-alive",
        '"Connection" must be "Upgrade".',
        (
            "Failed to upgrade to WebSocket (REQUEST_METHOD: GET, HTTP_CONNECTION: keep-alive, "
            "HTTP_UPGRADE: websocket)"
        ),
        "websockets.exceptions.InvalidUpgrade: missing Connection header",
        "invalid Connection header: keep-alive",
        'No "Connection: upgrade" header',
        "java.net.ProtocolException: Expected 'Connection' header value 'Upgrade' but was 'close'",
        'WebSocket protocol violation: Connection header "" does not contain Upgrade',
        'Bad Request: "Connection: Upgrade" header required\'',
        '400, "Connection" must be "Upgrade"',
        "HandshakeError.InvalidConnection",
    ],
    "log-no-request": [
        "websockets.exceptions.InvalidMessage: Malformed HTTP message",
        'raise EOFError("line without CRLF")',
        "opening handshake failed",
        "websockets.exceptions.InvalidMessage: did not receive a valid HTTP request",
        "WARNING:  Invalid HTTP request received.",
        "EOFError: connection closed while reading HTTP request line",
        "[ERR] websocket: TLS handshake error from 192.168.114.120:9394: EOF",
        "WARNING 2016-09-02 09:42:19,976 websockets.server Error in opening handshake",
    ],
    "log-origin": [
        "[error] Could not check origin for Phoenix.Socket transport.",
        "Origin of the request: chrome-extension://mjoafcg",
        "Request origin not allowed: http://localhost:3001",
        "Cross origin websockets not allowed",
        (
            "[W 403 GET /api/kernels/x/channels (127.0.0.1)] Blocking Cross Origin API request "
            "for /api.  Origin: http://a, Host: b"
        ),
        "Blocking Cross Origin WebSocket Attempt.  Origin: http://a:8080, Host: b",
        (
            "ERROR Refusing websocket connection from Origin 'http://10.0.0.1'; use "
            "--allow-websocket-origin=10.0.0.1 to permit this"
        ),
        "websocket: request origin not allowed by Upgrader.CheckOrigin",
        (
            "http://localhost:3000 is not an accepted origin. (further occurrences of this "
            "error will be logged with level INFO)"
        ),
        "Handshake request rejected, Origin header value http://localhost:63342 not allowed",
        'request Origin "localhost:3000" is not authorized for Host "localhost:8080"',
        "websockets.exceptions.InvalidOrigin: invalid Origin header: http://x",
        "received request from bad Origin: https://cockpit.example",
        "WebSocket connection denied: origin 'null' not allowed",
        (
            "originCheck: rejecting request because Origin header value http://a is not in the "
            "same origin"
        ),
        "refuse to serve WS client from different origin due to the --check-origin option",
        (
            "Access to XMLHttpRequest at 'http://a/socket.io/' from origin 'http://b' has been "
            "blocked by CORS policy: No 'Access-Control-Allow-Origin' header"
        ),
    ],
    "log-accept": [
        "Error during WebSocket handshake: Incorrect 'Sec-WebSocket-Accept' header value",
        "Error during WebSocket handshake: 'Sec-WebSocket-Accept' header is missing",
        "Error: Invalid Sec-WebSocket-Accept header",
        'Key mismatch in "Sec-WebSocket-Accept" header',
        "WSServerHandshakeError: 101, message='Invalid challenge response'",
        "Expected 'Sec-WebSocket-Accept' header value 'x=' but was 'null'",
        "Bad response 'Sec-WebSocket-Accept' header",
        "invalid Sec-WebSocket-Accept header: qELEzTXDs0AxcFlAJmMjCSwpgIc=",
    ],
    "log-subprotocol": [
        (
            "Error during WebSocket handshake: Sent non-empty 'Sec-WebSocket-Protocol' header "
            "but no response was received"
        ),
        (
            "'Sec-WebSocket-Protocol' header value 'soap' in response does not match any of "
            "sent values"
        ),
        "Error: Server sent no subprotocol",
        "Error: Server sent an invalid subprotocol",
        "NegotiationError: unsupported subprotocol: wamp",
        "NegotiationError: no subprotocols supported",
        "Client protocols ['a'] don't overlap server-known ones ['b']",
        (
            "Error during WebSocket handshake: Response must not include "
            "'Sec-WebSocket-Protocol' header if not present in request: chat"
        ),
        "SubProtocol error: Server sent no subprotocol",
    ],
    "log-closed": [
        (
            "WebSocket connection to 'ws://x/' failed: Connection closed before receiving a "
            "handshake response"
        ),
        "Firefox can\u2019t establish a connection to the server at wss://staging/socket?token=SFMyNTY.",
        "upstream prematurely closed connection while reading response header from upstream",
        "WebSocket closed with code 1006",
        "Error: connect ECONNREFUSED 127.0.0.1:8080",
        (
            "WebSocket connection to 'ws://localhost:3000/' failed: Error in connection "
            "establishment: net::ERR_CONNECTION_REFUSED"
        ),
        "The connection to ws://x was interrupted while the page was loading.",
        "WebSocket is closed before the connection is established.",
        "WebSocket opening handshake timed out",
        "TimeoutError: timed out during opening handshake",
        "WebSocket connection to 'wss://x/y' failed:",
        (
            "(70007)The timeout specified has expired: [client] AH01102: error reading status "
            "line from remote server localhost:8080"
        ),
    ],
    "tls-to-plain": [
        '1.2.3.4 - - [x] "\\x16\\x03\\x01\\x02\\x00\\x01\\x00" 400 157 "-" "-"',
        "code 400, message Bad request version ('\\x13\\x01\\x13') \"\\x16\\x03\\x01\\x02\\x00\"",
        (
            "Error parsing HTTP request header: Invalid character found in method name "
            "[0x160x030x010x02]. HTTP method names must be tokens"
        ),
        "rawPacket: <Buffer 16 03 01 02 00 01>",
        "You're accessing the development server over HTTPS, but it only supports HTTP.",
        "ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1129)",
        "Error: write EPROTO 140:error:1408F10B:SSL routines:ssl3_get_record:wrong version number",
    ],
    "h2-to-plain": [
        '"PRI * HTTP/2.0" 400 157',
    ],
    "proxy-protocol": [
        '"PROXY TCP4 10.0.0.1 10.0.0.2 5 80" 400 157',
        "b'\\r\\n\\r\\n\\x00\\r\\nQUIT\\n!\\x11",
    ],
    "no-proxy-protocol": [
        'broken header: "GET / HTTP/1.1" while reading PROXY protocol, client: 1.2.3.4',
    ],
    "plain-to-tls": [
        "Client sent an HTTP request to an HTTPS server.",
        "400 The plain HTTP request was sent to HTTPS port",
    ],
    "mixed-content": [
        (
            "Mixed Content: The page at 'https://x' was loaded over HTTPS, but attempted to "
            "connect to the insecure WebSocket endpoint 'ws://x/'. This request has been "
            "blocked"
        ),
    ],
    "apache-no-wstunnel": [
        "AH01144: No protocol handler was valid for the URL /ws (scheme 'ws').",
    ],
    "proxy-too-old": [
        "nginx version: nginx/1.1.19\\nWebSocket connection failed: 400",
        (
            "Server: Apache/2.4.18 (Ubuntu) Error during WebSocket handshake: Unexpected "
            "response code: 500"
        ),
    ],
    "nginx-no-map": [
        '[emerg] unknown "connection_upgrade" variable',
    ],
}
STATUSES = {
    200: "ordinary page",
    301: "redirect",
    302: "redirect",
    307: "redirect",
    308: "redirect",
    400: "removed",
    401: "uthentication",
    403: "origin",
    404: "path",
    426: "proxy",
    500: "application",
    502: "server behind",
    503: "server behind",
    504: "server behind",
    418: "other than 101",
}


@pytest.mark.parametrize(
    ("cause", "message"),
    [(cause, message) for cause, texts in MESSAGES.items() for message in texts],
)
def test_log_with_a_known_message_names_its_cause(cause: str, message: str) -> None:
    found = as_json(message)
    assert (found["form"], found["cause"]["id"]) == ("log", cause)
    assert (found["action"], found["reason"]) == (None, REASONS.get(cause))
    assert found["checks"] == []
    assert found["cause"]["facts"]
    assert explained(message).exit_status == 14


def test_every_row_has_a_message() -> None:
    rows = {row.cause.id for row in (*ROWS, *LAST_ROWS)} | {"log-status"}
    assert rows == {*MESSAGES}


@pytest.mark.parametrize("status", STATUSES)
def test_log_with_a_status_says_what_it_means(status: int) -> None:
    found = as_json(f"WebSocket connection to 'ws://a/' failed: Unexpected response code: {status}")
    assert found["cause"]["id"] == "log-status"
    assert found["cause"]["text"].startswith(f"{status}: ")
    assert STATUSES[status] in found["cause"]["text"]
    assert found["remedy"]


@pytest.mark.parametrize(
    "cause", sorted({*MESSAGES} - {"tls-to-plain", "h2-to-plain", "proxy-protocol"})
)
def test_log_says_how_to_get_the_head(cause: str) -> None:
    remedy = as_json(MESSAGES[cause][0])["remedy"]
    if cause not in {"nginx-no-map", "uvicorn-no-websockets"}:
        for word in ("log_format", "uvicorn --log-level trace", "websockets", "tcpdump"):
            assert word in remedy


@pytest.mark.parametrize(
    "text",
    [
        "INFO:     Started server process [1]",
        "INFO Listening on http://127.0.0.1:8080",
        "hello",
        "the answer is 1007",
        '10.0.0.1 - - [x] "GET /index.html HTTP/1.1" 200 12',
        "websockets.server:connection open",
        "101 Switching Protocols",
        "nginx/1.1.19",
    ],
)
def test_log_without_a_known_message_is_not_recognized(text: str) -> None:
    found = explained(text)
    assert (found.form, found.cause, found.exit_status) == ("log", None, 13)
    assert "can be read" in found.notes[-1]


def test_log_with_several_messages_takes_the_first_row() -> None:
    text = "\n".join(texts[0] for texts in reversed([*MESSAGES.values()]))
    assert as_json(text)["cause"]["id"] == "tls-to-plain"
    text = "Error: socket hang up\nUnexpected server response: 502\nmissing Upgrade header"
    assert as_json(text)["cause"]["id"] == "log-upgrade-missing"


def test_log_of_an_origin_shows_it() -> None:
    found = as_json("Request origin not allowed: http://localhost:3001")
    assert "http://localhost:3001" in " ".join(found["cause"]["facts"])


def test_log_with_colours_is_read_without_them() -> None:
    found = as_json("\x1b[31mError:\x1b[0m Unexpected server \x1b[1mresponse: 502\x1b[0m")
    assert found["cause"]["id"] == "log-status"
    assert "\x1b" not in " ".join(found["cause"]["facts"])


@pytest.mark.parametrize(
    "text",
    ["origin " * 40000, "upgrade header " * 20000, "websocket http " * 20000, "=?&;" * 70000],
)
def test_log_takes_time_linear_in_its_size(text: str) -> None:
    begin = time.monotonic()
    explained(text)
    assert time.monotonic() - begin < 10
