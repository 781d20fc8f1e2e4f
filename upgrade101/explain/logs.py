"""The causes that messages of logs tell: a table of what stays the same between releases.

In: an excerpt of a log, a browser's console or a client's error. Out: the cause of the first row
that fits, and the reason that its message stands for, if it does. Always: what is quoted is what
matched, without secrets; a pattern takes time linear in the text. Not here: verdicts, which need a
head.
"""

import re
from dataclasses import dataclass, replace

from upgrade101.explain import byte_causes, remedies
from upgrade101.explain.patterns import Search, find_any, telling_part
from upgrade101.explain.rules import LONGEST_FACT, Cause
from upgrade101.explain.shown import Shield, cut
from upgrade101.explain.statuses import find_status, status_cause

_ORIGIN = re.compile(
    r"(?i)\borigin\b[^\n]{0,40}?((?:[a-z][a-z0-9+.-]{0,20}://[^\s'\"<>,;)\]]{1,200})|\bnull\b)"
)
_NGINX = re.compile(r"(?i)\bnginx[/ ](\d{1,3})\.(\d{1,3})\.(\d{1,3})")
_APACHE = re.compile(r"(?i)\bapache(?: httpd)?[/ ](2)\.(\d{1,3})\.(\d{1,3})")
_FAILED = re.compile(
    r"(?i)fail|error|closed|refused|can.?t establish|unexpected|invalid|\b(?:400|426|502|1006)\b"
)


@dataclass(frozen=True)
class Row:
    """One row: what tells it, what it says, and the reason that it stands for."""

    find: Search
    cause: Cause
    reason: str | None = None


def _cause(name: str, text: str, remedy: str) -> Cause:
    return Cause(name, text, f"{remedy}\n{remedies.HEAD_OF_LOG}")


def _about(name: str, *patterns: str) -> Search:
    """Return a search for a field of a handshake that is missing or wrong."""
    other = {"upgrade": "connection", "connection": "upgrade"}[name]
    field = r"(?:header|hdr|field)s?"
    wrong = (
        r"(?:missing|invalid|null|none|empty|absent|not found|not present|not set|incorrect|"
        r"unexpected|is not|was not|isn.t|does ?n.t|does not|did ?n.t|bad\b|wrong|required)"
    )
    return find_any(
        rf"(?<!{other}: )\b{name}['\"`\\|]{{0,2}} {field}[^\n]{{0,40}}?{wrong}",
        rf"\b(?:missing|invalid|bad|no|empty|unexpected|wrong|without|required|expected|valid)\b"
        rf"(?:(?!{other})[ a-z]){{0,24}}[^a-z\n]{{0,4}}\b{name}\b[^\n]{{0,16}}?\b{field}\b",
        rf"{field}\W{{1,4}}{name}\b[^\n]{{0,24}}{wrong}",
        rf"{wrong}[ ,a-z]{{1,24}}{field}\W{{1,4}}{name}\b",
        rf"token not found in \W{{0,3}}{name}\b",
        *patterns,
    )


def _find_old(text: str) -> re.Match[str] | None:
    if not _FAILED.search(text):
        return None
    for pattern, first in ((_NGINX, (1, 3, 13)), (_APACHE, (2, 4, 47))):
        for match in pattern.finditer(text):
            if (int(match[1]), int(match[2]), int(match[3])) < first:
                return match
    return None


_PROXY_LINES = remedies.PASS_UPGRADE_ON
ROWS: tuple[Row, ...] = (
    Row(
        find_any(
            r"\\x16\\x03",
            r"\\u0016\\u0003",
            r"\\0?26\\0?0?3",
            "\x16\x03",
            r"0x160x03",
            r"<Buffer 16 03\b",
            r"\b16 ?03 ?0[0-4] ?[0-9a-f]{2}\b",
            r"illegal character (?:CNTL=)?0x16\b",
            r"client sent an HTTPS request",
            r"accessing the development server over HTTPS",
            r"\bHTTPS request (?:received |sent )?(?:on|to) (?:an? )?(?:plain[- ])?HTTP\b",
            r"SSL:? ?WRONG_VERSION_NUMBER",
            r"SSL routines[^\n]{0,80}wrong version number",
            r"ERR_SSL_PROTOCOL_ERROR|SSL_ERROR_RX_RECORD_TOO_LONG",
            r"Unsupported or unrecognized SSL message",
        ),
        byte_causes.tls_to_plain(()),
        "TLS_CLIENT_HELLO",
    ),
    Row(find_any(r"\bPRI \* HTTP/2"), byte_causes.h2_to_plain(()), "HTTP2_PREFACE"),
    Row(
        find_any(
            r"\bPROXY (?:TCP[46]|UNKNOWN)\b",
            r"\\r\\n\\r\\n\\(?:x00|0{1,3}|u0000)\\r\\nQUIT",
            "\r?\n\r?\n\x00\r?\nQUIT",
            r"0d\W?0a\W?0d\W?0a\W?00\W?0d\W?0a\W?51\W?55\W?49\W?54",
            r"\\x0d\\x0a\\x0d\\x0a\\x00\\x0d\\x0aQUIT",
        ),
        byte_causes.proxy_protocol(()),
        "PROXY_PROTOCOL",
    ),
    Row(
        find_any(r"broken header:[^\n]{0,400}while reading PROXY protocol"),
        _cause(
            "no-proxy-protocol",
            "The proxy awaits the PROXY protocol, and its client or balancer does not send it",
            "nginx: listen 443 ssl; without proxy_protocol; or switch it on in the balancer",
        ),
    ),
    Row(
        find_any(
            r"HTTP request was sent to HTTPS port",
            r"client sent an HTTP request to an HTTPS server",
            r"combination of host and port requires TLS",
            r"speaking plain HTTP to an SSL-enabled",
            r"SSL routines[^\n]{0,80}:http request",
            r"\[SSL: HTTP_REQUEST\]",
            r"TLS handshake error[^\n]{0,200}first record does not look like a TLS handshake",
        ),
        _cause(
            "plain-to-tls",
            "The client speaks without TLS (ws:// or http://) to a port with TLS",
            "Client: wss:// (https://)",
        ),
    ),
    Row(
        find_any(
            r"insecure WebSocket endpoint",
            r"insecure WebSocket connection may not be initiated",
            r"Mixed Content:[^\n]{0,400}\bws://",
            r"SecurityError[^\n]{0,200}\binsecure\b",
            r"insecure content from ws://",
        ),
        _cause(
            "mixed-content",
            "The page was loaded by https://, and the browser lets it open no WebSocket by ws://",
            "Client: wss:// (location.protocol === 'https:' ? 'wss:' : 'ws:'); server: end TLS in "
            "it or in a proxy",
        ),
    ),
    Row(
        find_any(r"unknown \"connection_upgrade\" variable"),
        Cause(
            "nginx-no-map",
            "nginx has no map that makes $connection_upgrade",
            f"nginx, in http {{}}: {remedies.MAP}",
        ),
    ),
    Row(
        _find_old,
        _cause(
            "proxy-too-old",
            "This version of the proxy cannot pass an upgrade on: nginx can from 1.3.13, Apache "
            "from 2.4.47 (before by mod_proxy_wstunnel only)",
            "A newer nginx or Apache; Apache 2.4: a2enmod proxy_wstunnel, and ProxyPass "
            '"/ws" "ws://127.0.0.1:8101/ws"',
        ),
    ),
    Row(
        find_any(r"No protocol handler was valid for the URL[^\n]{0,300}\(scheme 'wss?'\)"),
        _cause(
            "apache-no-wstunnel",
            "Apache has no module for ws:// targets",
            "a2enmod proxy_http proxy_wstunnel; or from 2.4.47: "
            'ProxyPass "/" "http://127.0.0.1:8101/" upgrade=websocket',
        ),
    ),
    Row(
        find_any(
            r"no supported websocket library detected",
            r"unsupported upgrade request",
        ),
        Cause(
            "uvicorn-no-websockets",
            "uvicorn has no library for WebSocket, so it answers the handshake as a GET: 404",
            "pip install 'uvicorn[standard]' (or websockets, or wsproto)",
        ),
    ),
    Row(
        find_any(
            r"\borigins?\b(?!:)[^\n]{0,240}?\b(?:not (?:be |in |an? |the )*"
            r"(?:allowed|accepted|authori[sz]ed|permitted|trusted|same|valid|whitelisted)"
            r"|forbidden|mismatch(?:ed)?|disallowed|denied|rejected|refused|unauthori[sz]ed"
            r"|(?:does ?n.t|does not|do not|did not) match|is invalid)\b",
            r"\b(?:not allowed|forbidden|disallowed|denied|rejected|rejecting|refus(?:ed|ing)|"
            r"block(?:ed|ing)|could not check|bad|invalid|illegal|unauthori[sz]ed|unexpected|"
            r"missing|different|mismatch(?:ed)?)\b(?: [\w-]+){0,5}? ?['\"`]?\borigin\b(?!al)",
            r"cross[- ]origin websockets? not allowed",
            r"not an? (?:accepted|allowed|authori[sz]ed|valid|permitted|trusted) origin",
            r"origin of the request: ?\S",
            r"origin(?: header)? value [^\n]{1,200} not allowed",
            r"\borigin:[^\n]{0,240}?\b(?:not (?:allowed|accepted|authori[sz]ed)|forbidden|mismatch"
            r"|rejected|denied)\b",
            r"blocked by CORS policy",
            r"UnsafeHostError|Invalid Host/Origin header|CheckOrigin",
        ),
        _cause(
            "log-origin",
            "The page's host is not among the origins that the server allows: it compares Origin "
            "with its own name, and that is a balancer's, another host or another port",
            "List the page's origin in the server's configuration, or open the page under the "
            "name that is configured. Here: origins=[...]; Phoenix: check_origin; Rails: "
            "config.action_cable.allowed_request_origins; Django: ALLOWED_HOSTS; Jupyter: "
            "allow_origin; tornado: check_origin; Socket.IO: cors; gorilla: Upgrader.CheckOrigin.\n"
            f"If a proxy has changed Host:\n{remedies.KEEP_HOST}",
        ),
        "WS_ORIGIN_FORBIDDEN",
    ),
    Row(
        _about(
            "upgrade",
            r"can \W{0,2}upgrade\W{0,2} only to",
            r"HTTP_UPGRADE: ?(?:[,)]|$)",
            r"\[non-WebSocket\]",
            r"upgrade != websocket",
            r"get_header\('Upgrade'\)",
            r"\b(?:missing|no) upgrade\b(?! (?:to|for))",
            r"upgrade request required",
            r"(?:not (?:a|an)|isn.t an?) websocket (?:upgrade|handshake)(?: request)?",
            r"['\"]?upgrade['\"]?: (?:undefined|null|none|nil)\b",
            r"without[^\n]{0,40}upgrade header",
        ),
        _cause(
            "log-upgrade-missing",
            "Upgrade did not arrive: a proxy forwards no hop-by-hop fields, or an ordinary HTTP "
            "client has asked",
            _PROXY_LINES,
        ),
    ),
    Row(
        _about(
            "connection",
            r"\W{0,2}connection\W{0,2} must be \W{0,2}upgrade",
            r"HTTP_CONNECTION: ?(?!upgrade)[\w-]*, HTTP_UPGRADE: ?websocket",
            r"no connection upgrade hdr",
            r"\bconnection: upgrade\W{0,3} header[^\n]{0,20}(?:required|missing)",
            r"\bInvalidConnection\b",
            r"connection header \S{0,40} ?does not contain upgrade",
        ),
        _cause(
            "log-connection-missing",
            "The option upgrade in Connection did not arrive: a proxy forwards no hop-by-hop "
            "fields, or overwrites the line",
            _PROXY_LINES,
        ),
    ),
    Row(
        find_any(
            r"Sec-WebSocket-Accept\b[^\n]{0,80}?(?:missing|mismatch|incorrect|invalid|wrong|"
            r"but was|not match|not found|not present|does not|is not|null|none)",
            r"\b(?:missing|mismatch\w*|incorrect|invalid|wrong|bad|no|unexpected|expected)\b"
            r"[^\n]{0,60}?Sec-WebSocket-Accept",
            r"invalid challenge response|challenge response (?:mismatch|failed)",
        ),
        _cause(
            "log-accept",
            "The answer is not for this client's key: a cache or a proxy has answered, or a server "
            "computes Sec-WebSocket-Accept wrongly",
            "Switch caching off for this path (nginx: proxy_cache off; CDN: bypass), and let a "
            "WebSocket library of the server make the answer (for a test: "
            "dGhlIHNhbXBsZSBub25jZQ== gives s3pPLMBiTxaQ9kYGzzhZRbK+xOo=)",
        ),
    ),
    Row(
        find_any(
            r"Sec-WebSocket-Protocol\W{0,3} header[^\n]{0,80}?(?:no response|does not match|"
            r"not match|missing|invalid|not present in request)",
            r"\b(?:sent|received|negotiated|selected) (?:no|an? (?:invalid|unsupported|unknown)|"
            r"a) sub-?protocol",
            r"\b(?:unsupported|unknown|invalid|no(?: matching| common| supported)?|missing|bad) "
            r"sub-?protocols?\b",
            r"sub-?protocols?\b[^\n]{0,80}?\b(?:mismatch|not (?:supported|acceptable|in|match\w*)|"
            r"unsupported|overlap|error|is only accepting|invalid|not recognized)",
            r"client protocols [^\n]{0,200}overlap",
            r"requested '[^\n]{0,200}' protocol\(s\), but server is only accepting",
            r"Sec-WebSocket-Protocol\b[^\n]{0,60}?(?:mismatch|not supported|invalid)",
        ),
        _cause(
            "log-subprotocol",
            "The client has sent subprotocols, and the server has answered none of them: it does "
            "not know them",
            'Configure the subprotocol in the server (here: WebSocket(subprotocols=["name"])), or '
            "do not offer it: new WebSocket(url) without a second argument",
        ),
    ),
)
LAST_ROWS: tuple[Row, ...] = (
    Row(
        find_any(
            r"\bEOFError\b",
            r"connection closed while reading",
            r"did not receive a valid HTTP request",
            r"line without CRLF",
            r"stream ends after \d{1,6} bytes, before end of line",
            r"Invalid HTTP request received",
            r"Malformed HTTP message",
            r"<BADREQ>",
            r"client prematurely closed connection",
            r"Invalid method encountered",
            r"(?:opening|websocket) handshake failed|error in opening handshake",
            r"TLS handshake error[^\n]{0,200}\bEOF\b",
            r"invalid HTTP (?:method|request line)",
            r"client closed (?:connection|keepalive) while (?:waiting|reading|SSL)",
            r"reset by peer\)? while reading client request",
            r"bad request (?:version|syntax)",
        ),
        _cause(
            "log-no-request",
            "The connection ended before or in its request line, or brought none: a TCP health "
            "check, a spare connection of a browser, or a balancer that passes TLS through",
            'Check health by HTTP (here: health="/healthz"; HAProxy: option httpchk), end TLS '
            "before this server, or log it lower: it harms nobody",
        ),
    ),
    Row(
        find_any(
            r"\b1006\b",
            r"closed before receiving a handshake response",
            r"can.?t establish a connection",
            r"upstream prematurely closed",
            r"interrupted while the page was loading",
            r"ERR_(?:CONNECTION|EMPTY|NAME|TIMED|ADDRESS|TUNNEL|INTERNET|NETWORK)_?\w{0,30}",
            r"\b(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)\b",
            r"socket hang up",
            r"handshake timed out|timed out during (?:the )?(?:opening )?handshake",
            r"closed before the connection is established",
            r"could not connect to the server",
            r"(?:network|websocket) connection was (?:lost|closed|refused)",
            r"connection (?:was )?(?:refused|reset|lost|aborted)",
            r"\bAH0(?:1102|0898|1114|0957)\b",
            r"error reading (?:status line )?from remote server",
            r"no close frame received",
            r"did not receive a valid HTTP response",
            r"\bWebSocket connection to '[^'\n]{0,400}' failed",
            r"\bwebsocket error\b|WebSocketException|\bnot upgraded to websocket\b",
            r"connection (?:is )?closed (?:abnormally|unexpectedly)|abnormal closure",
        ),
        _cause(
            "log-closed",
            "No answer to the handshake arrived, or the connection broke: a proxy or server "
            "without WebSocket, a wrong port, a firewall, or a timeout",
            "Look at the proxy's log at that time; try the server without the proxy "
            "(curl --http1.1 -i -N with the four fields of a handshake); for a break after a fixed "
            "time, raise the timeout (nginx: proxy_read_timeout 1h; HAProxy: timeout tunnel 1h; "
            "balancer: idle timeout) or send pings",
        ),
    ),
)


def find(text: str, shield: Shield) -> tuple[Cause | None, str | None]:
    """Return the cause of the first row that fits and its reason, or two Nones."""
    text = telling_part(text)
    for row in ROWS:
        match = row.find(text)
        if match is not None:
            return _with_facts(row.cause, match[0], text, shield), row.reason
    found = find_status(text)
    if found is not None:
        number, words = found
        return _with_facts(status_cause(number), words, text, shield), None
    for row in LAST_ROWS:
        match = row.find(text)
        if match is not None:
            return _with_facts(row.cause, match[0], text, shield), row.reason
    return None, None


def _with_facts(cause: Cause, words: str, text: str, shield: Shield) -> Cause:
    # The words are a part of a line, which tells what is secret in it.
    begin = text.find(words)
    start = text.rfind("\n", 0, begin) + 1
    end = text.find("\n", begin + len(words))
    line = shield.text(text[max(start, begin - 200) : end if end >= 0 else len(text)][:2000])
    plain = shield.text(words)
    facts = [f"the excerpt has: {cut(plain if plain in line else line, LONGEST_FACT)}"]
    origin = _ORIGIN.search(text) if cause.id == "log-origin" else None
    if origin is not None:
        facts.append(f"the origin is {cut(shield.text(origin[1]), LONGEST_FACT)}")
    return replace(cause, facts=tuple(facts))
