"""The status of a refused handshake, as messages of clients and servers tell it.

In: an excerpt of a log. Out: the status and the words that tell it, and its cause. Always: a number
counts only beside words that make it a status. Not here: any other message.
"""

import re

from upgrade101.explain import remedies
from upgrade101.explain.patterns import find_any
from upgrade101.explain.rules import Cause

_S = r"((?!101)[1-5][0-9]{2})\b"  # 101 is that of a handshake that has succeeded
_NUMBERED = find_any(
    rf"unexpected (?:server |HTTP )?response(?: status)?(?: code)?\W{{1,4}}{_S}",
    rf"unexpected (?:HTTP )?(?:response )?(?:status|code)[^0-9\n]{{0,40}}{_S}",
    rf"rejected WebSocket connection\W{{1,3}}HTTP {_S}",
    rf"\bhandshake (?:failed |error )?(?:with )?(?:HTTP )?status(?: code)?\W{{0,3}}{_S}",
    rf"WSServerHandshakeError\W{{1,3}}{_S}",
    rf"{_S}, message=.?Invalid response status",
    rf"Expected HTTP 101 response but was \W?{_S}",
    rf"status code \W?{_S}\W? when status code \W?101",
    rf"status code \W?101\W{{1,3}}but (?:got|was|received) \W?{_S}",
    rf"(?:not|instead of|expected|expecting) 101\W{{1,4}}(?:but )?(?:got |was )?\W?{_S}",
    rf"invalid status(?: code)?(?: received)?\W{{1,3}}{_S}",
    rf"notAnUpgrade\({_S}",
    rf"\bHTTP error\W{{1,3}}{_S}",
    rf"\"WebSocket [^\"\n]{{0,2000}}\" {_S}",
    rf"connection rejected \({_S}",
    (
        r"(?:handshake|websocket|upgrade|\bws\b)[^\n]{0,200}?"
        rf"\b(?:HTTP(?:/1\.[01])?|status|code)(?: code)?\W{{1,4}}{_S}"
    ),
    rf"\bStatus(?: ?Code)?\W{{1,3}}{_S}",
    rf"response code(?: was)?\W{{1,3}}{_S}",
    rf"\bbad status\W{{1,3}}{_S}",
)
_NAMED = (
    (502, r"connect\(\) failed \([^\n]{0,80}\) while connecting to upstream|no live upstreams"),
    (504, r"upstream timed out"),
    (401, r"HTTP Authentication failed|unauthorized connection attempt was rejected"),
    (403, r"\bWebSocket REJECT\b"),
    (
        None,
        (
            r"websocket: bad handshake|bad response from the server|was not upgraded to websocket|"
            r"ERR_INVALID_HTTP_RESPONSE|websocket\S{0,20}[^\n]{0,200}\bbad status\b|"
            r"Invalid HTTP upgrade|invalid upgrade response|invalid status line"
        ),
    ),
    (400, r"\b400 Bad Request\b|session id unknown"),
    (403, r"\b403 Forbidden\b"),
    (404, r"\b404 Not Found\b|\bNot Found: /"),
    (426, r"\b426 Upgrade Required\b|\bUpgrade Required\b"),
    (502, r"\b502 Bad Gateway\b"),
    (503, r"\b503 Service (?:Temporarily )?Unavailable\b"),
    (504, r"\b504 Gateway Time-?out\b"),
)
_BY_NAME = tuple((number, find_any(*patterns.split("|"))) for number, patterns in _NAMED)
# Common log formats: nginx and Apache, uvicorn and others; HAProxy.
_ACCESS = re.compile(
    r"\"?\b(?:GET|CONNECT) \S{1,4000} HTTP/1\.[01]\"? ([345][0-9]{2})\b|"
    r"\s-?\d+/-?\d+/-?\d+/-?\d+/\+?\d+ ([345][0-9]{2}) |"
    r"\b([345][0-9]{2}) GET /\S{0,4000}"
)
_ACCESS_200 = re.compile(
    r"\"?\bGET (?=\S{0,400}(?:ws|socket|cable|live|upgrade))\S{1,4000} HTTP/1\.[01]\"? (200)\b"
)

_UNKNOWN = (
    "The server, or a proxy before it, has answered the handshake with something other than 101",
    "See the answer: curl --http1.1 -i -N with the four fields of a handshake",
)
_TEXTS: dict[int, tuple[str, str]] = {
    200: (
        (
            "200: an ordinary page was answered. The request came to a route or a proxy that knows "
            "no WebSocket, or its Upgrade was lost on the way"
        ),
        (
            f"Client: the URL of the WebSocket route. Server: WebSocket at that path. Proxy:\n"
            f"{remedies.PASS_UPGRADE_ON}"
        ),
    ),
    301: (
        (
            "A redirect was answered, which WebSocket clients do not follow: to https://, to a "
            "log-in page, or to a path with or without a slash at its end"
        ),
        (
            "Client: the final URL: wss:// in the place of ws://, the path with the slash that the "
            "server wants, and a session that is logged in"
        ),
    ),
    400: (
        (
            "400: a proxy has removed Upgrade or Connection, or the server's parser has refused "
            "the request. With Socket.IO behind several servers: the session is on another one"
        ),
        (
            f"Proxy:\n{remedies.PASS_UPGRADE_ON}\nSocket.IO: sticky sessions, or "
            "transports: ['websocket']"
        ),
    ),
    401: (
        "Authentication or the origin: the server does not accept this client, or this page",
        (
            "401: a browser's WebSocket sends no Authorization: a cookie, a token in the query or "
            "as subprotocol. 403: list the page's origin (here: origins=[...]), check the token, "
            "and firewall rules before the server"
        ),
    ),
    404: (
        (
            "404: no route at this path, or a server that knows no WebSocket there; a proxy may "
            "add or strip a prefix"
        ),
        (
            "Client: the path that the server has. nginx: proxy_pass without a path keeps the "
            "request's own. Server: run it by one that speaks WebSocket (Django: ASGI, uvicorn or "
            "daphne, not WSGI)"
        ),
    ),
    426: (
        (
            "426: the request came without Upgrade, or with a version that the server does not "
            "speak: a proxy has removed the field, or speaks HTTP/1.0"
        ),
        f"Proxy:\n{remedies.PASS_UPGRADE_ON}",
    ),
    500: (
        "500: the application has failed while it decided on the handshake",
        "Look at the application's log: an exception in its handler, its session or its database",
    ),
    502: (
        "The proxy cannot reach the server behind it, or that server answers late or not at all",
        (
            "Check that it runs and on which port and address (a container's localhost is its "
            "own), whether both agree on TLS, and the timeout (nginx: proxy_read_timeout)"
        ),
    ),
}
_SAME = {302: 301, 303: 301, 307: 301, 308: 301, 403: 401, 503: 502, 504: 502}


def find_status(text: str) -> tuple[int | None, str] | None:
    """Return the status that the excerpt tells, or None for one without a number, and its words."""
    numbered = _NUMBERED(text)
    if numbered is not None:
        return _number_of(numbered), numbered[0]
    for number, pattern in _BY_NAME:
        named = pattern(text)
        if named is not None:
            return number, named[0]
    logged = _ACCESS.search(text) or _ACCESS_200.search(text)
    return None if logged is None else (_number_of(logged), logged[0])


def _number_of(match: re.Match[str]) -> int:
    return int(next(group for group in match.groups() if group))


def status_cause(number: int | None) -> Cause:
    """Return the cause of an answer with this status."""
    text, remedy = _TEXTS.get(_SAME.get(number or 0, number or 0), _UNKNOWN)
    if number is not None and not text.startswith(str(number)):
        text = f"{number}: {text[0].lower()}{text[1:]}"
    return Cause("log-status", text, f"{remedy}\n{remedies.HEAD_OF_LOG}")
