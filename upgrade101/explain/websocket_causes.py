"""The causes of what happens to a WebSocket handshake, but for its Origin, and of what is sound.

In: a verdict. Out: the cause that fits. Always: the order of the rules decides. Not here: causes
that any request may have (causes).
"""

import base64
import binascii

from upgrade101.explain import remedies
from upgrade101.explain.origin_causes import ORIGIN_RULES
from upgrade101.explain.repairs import SOUND_KEY
from upgrade101.explain.rules import Case, Cause, Rule, rule
from upgrade101.explain.shown import LONGEST_SUBPROTOCOL, cut, visible

WS_REASONS = (
    "WS_VERSION_MISSING WS_VERSION_DUPLICATE WS_VERSION_UNSUPPORTED WS_KEY_MISSING "
    "WS_KEY_DUPLICATE WS_KEY_INVALID"
)
KEY_SIZE = 16
NEWEST_VERSION = 13
SCRIPT_VALUES = frozenset({"null", "undefined", "[object object]"})
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": SOUND_KEY,
}


def _old_draft(case: Case) -> Cause | None:
    version = case.head.get("sec-websocket-version")
    is_old = version.isascii() and version.isdecimal() and int(version[:9]) < NEWEST_VERSION
    has_key_1 = case.head.has("sec-websocket-key1")
    if not (has_key_1 or (is_old and case.reason == "WS_VERSION_UNSUPPORTED")):
        return None
    return Cause(
        "old-draft",
        "A client from before RFC 6455 (2011): it speaks a draft of WebSocket",
        "A newer client: version 13",
        case.seen("Sec-WebSocket-Key1" if has_key_1 else "Sec-WebSocket-Version"),
    )


def _has_no_websocket_field(case: Case) -> bool:
    return not any(name.lower().startswith("sec-websocket-") for name, _ in case.head.fields)


def _upgrade_for_all(case: Case) -> Cause | None:
    if not _has_no_websocket_field(case) or not case.proxied:
        return None
    return Cause(
        "upgrade-for-all",
        "An ordinary request: a proxy writes Upgrade: websocket into all requests, also into those "
        "that ask for none",
        remedies.UPGRADE_VARIABLE,
        (*case.seen("Upgrade", "Sec-WebSocket-Key"), *case.proxied),
    )


def _made_by_hand(case: Case) -> Cause | None:
    if case.proxied:
        return None
    missing = {name: value for name, value in HANDSHAKE.items() if not case.head.has(name.lower())}
    added = " ".join(f"-H '{name}: {value}'" for name, value in missing.items())
    return Cause(
        "made-by-hand",
        "The handshake was made by hand, by no WebSocket client: "
        f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing",
        f"curl: {added}; or a WebSocket client (websocat, wscat, python -m websockets)",
        tuple(f"no {name}" for name in missing),
    )


def _dropped_fields(case: Case) -> Cause:
    return Cause(
        "proxy-dropped-fields",
        "A proxy has passed Upgrade on, but not all of the client's Sec-WebSocket fields",
        "The proxy's rules for request fields: let all of Sec-WebSocket-* pass",
        (*case.seen("Sec-WebSocket-Key", "Sec-WebSocket-Version"), *case.proxied),
    )


def _wrong_method(case: Case) -> Cause:
    return Cause(
        "not-a-get",
        "A WebSocket handshake is a GET: this one was made by hand (curl -d makes a POST), or is "
        "an ordinary request into which a proxy or library writes Upgrade: websocket",
        "Client: GET without data (curl: no -d, no -X)",
        (f"the method is {cut(visible(case.head.method), 32)}", *case.proxied),
    )


def _has_body(case: Case) -> Cause:
    return Cause(
        "handshake-body",
        "A WebSocket handshake has no body: this one was made by hand, or a library adds a "
        "length to each request",
        "Client: no data, no Content-Length, no Transfer-Encoding",
        tuple(
            fact
            for fact in case.seen("Transfer-Encoding", "Content-Length")
            if not fact.startswith("no ")
        ),
    )


_TWICE = {
    "WS_VERSION_UNSUPPORTED": "Sec-WebSocket-Version",
    "WS_VERSION_DUPLICATE": "Sec-WebSocket-Version",
    "WS_KEY_DUPLICATE": "Sec-WebSocket-Key",
    "WS_ORIGIN_DUPLICATE": "Origin",
    "H2C_SETTINGS_DUPLICATE": "HTTP2-Settings",
}


def _merged_lines(case: Case) -> Cause | None:
    name = _TWICE[case.reason]
    if case.reason == "WS_VERSION_UNSUPPORTED" and "," not in case.head.get(name.lower()):
        return None
    return Cause(
        "merged-lines",
        f"{name} is there twice: a proxy or a library adds what the caller has set already",
        f"Client or proxy: leave {name} to one of them; a WebSocket library sets it itself",
        case.seen(name),
    )


def _other_version(case: Case) -> Cause:
    return Cause(
        "other-version",
        "Sec-WebSocket-Version is set by hand, or a variable was not filled in: 13 is the only "
        "version in use",
        "Sec-WebSocket-Version: 13",
        case.seen("Sec-WebSocket-Version"),
    )


def _key_length(case: Case) -> Cause:
    value = case.head.get("sec-websocket-key")
    facts = [*case.seen("Sec-WebSocket-Key")]
    decoded = _decode(value)
    if decoded is None:
        facts.append(f"its {len(value)} characters are no base64")
    else:
        facts.append(
            f"it decodes to {len(decoded)} byte{'s' * (len(decoded) != 1)}, not {KEY_SIZE}"
            if len(decoded) != KEY_SIZE
            else f"it is not written as 22 characters and == ({len(value)} characters)"
        )
        text = decoded.decode("latin-1")
        if text and text.isascii() and text.isprintable():
            facts.append(f"they are the text {cut(text, 40)!r}")
    return Cause(
        "key-length",
        "The key is not 16 random bytes in base64: it was made by hand, or of a text",
        "Client: leave the key to a WebSocket library, or 16 random bytes in base64: "
        f"openssl rand -base64 16 (for a test: Sec-WebSocket-Key: {SOUND_KEY})",
        tuple(facts),
    )


def _decode(value: str) -> bytes | None:
    try:
        # Many who write it by hand leave the padding out.
        return base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _subprotocol_null(case: Case) -> Cause | None:
    decision = case.verdict.decision
    members = case.head.elements("sec-websocket-protocol")
    found = [member for member in members if member.lower() in SCRIPT_VALUES]
    if not found or decision is None or decision.subprotocol is not None:
        return None
    return Cause(
        "subprotocol-null",
        f"The script has passed {found[0]} as protocols, which became a subprotocol of that name",
        "new WebSocket(url): [] or no second argument; options belong to libraries, not to "
        "WebSocket itself",
        case.seen("Sec-WebSocket-Protocol"),
    )


def _token_in_subprotocol(case: Case) -> Cause | None:
    members = case.head.elements("sec-websocket-protocol")
    found = [
        member
        for member in members
        if len(member) > LONGEST_SUBPROTOCOL or any(mark in member for mark in "=/ ")
    ]
    if not found:
        return None
    return Cause(
        "token-in-subprotocol",
        "A token for authentication is passed as subprotocol, and has characters that no "
        "subprotocol may have",
        "Client: base64url without padding (- and _ in the place of + and /, no =); "
        'new WebSocket(url, ["bearer", token])',
        case.seen("Sec-WebSocket-Protocol"),
    )


def _bad_subprotocol(case: Case) -> Cause:
    return Cause(
        "bad-subprotocol",
        "Sec-WebSocket-Protocol is set by hand: names are separated by commas, each once",
        'new WebSocket(url, ["chat", "chat.v2"])',
        case.seen("Sec-WebSocket-Protocol"),
    )


def _no_subprotocol(case: Case) -> Cause:
    offer = case.verdict.server.websocket
    ours = () if offer is None else offer.subprotocols
    return Cause(
        "no-common-subprotocol",
        "The client offers no subprotocol that this server speaks, and the server demands one",
        f'new WebSocket(url, ["{ours[0] if ours else "chat"}"])',
        (*case.seen("Sec-WebSocket-Protocol"), cut(f"spoken here: {', '.join(ours)}", 100)),
    )


def _bad_extensions(case: Case) -> Cause:
    return Cause(
        "bad-extensions",
        "Sec-WebSocket-Extensions is set by hand, or was broken on the way: a quote, a parameter "
        "or a name is no token",
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; or no such line",
        case.seen("Sec-WebSocket-Extensions"),
    )


def _tls_ended(case: Case) -> Cause | None:
    origin = case.head.get("origin")
    if case.verdict.secure or not origin.lower().startswith(("https://", "wss://")):
        return None
    return Cause(
        "sound-tls-ended",
        "The request is sound: a proxy ends TLS before this server. A server that compares the "
        "scheme of Origin as well answers 403",
        "That server: have it trust X-Forwarded-Proto, or list the origin with https:// (Django: "
        "SECURE_PROXY_SSL_HEADER; tornado: xheaders=True; Rails: config.assume_ssl)",
        (*case.seen("Origin"), "no TLS at this server", *case.proxied),
    )


def _connection_lines(case: Case) -> Cause | None:
    if len(case.head.lines("connection")) < 2:  # noqa: PLR2004 -- several
        return None
    return Cause(
        "sound-connection-lines",
        "The request is sound: two lines of Connection are one list (RFC 9110 5.3). A server that "
        "reads one of them only refuses",
        "That server: a newer version, which joins the lines; or one line in the client or proxy",
        case.seen("Connection"),
    )


def _connection_list(case: Case) -> Cause | None:
    if len(case.head.elements("connection")) < 2:  # noqa: PLR2004 -- several
        return None
    return Cause(
        "sound-connection-list",
        "The request is sound: Connection is a list, as Firefox sends it (keep-alive, Upgrade). A "
        "server that compares the whole value refuses",
        "That server: look for the option upgrade in the list, letter case aside",
        case.seen("Connection"),
    )


def _length_0(case: Case) -> Cause | None:
    if not case.head.has("content-length"):
        return None
    return Cause(
        "sound-length-0",
        "The request is sound: Content-Length: 0 is no body. A server that refuses any "
        "Content-Length is wrong",
        "That server: a newer version; or a client or proxy that adds no Content-Length to a GET",
        case.seen("Content-Length"),
    )


def _absolute(case: Case) -> Cause | None:
    if "://" not in case.head.target.partition("?")[0] or case.head.target.startswith("/"):
        return None
    return Cause(
        "sound-absolute",
        "The request is sound: servers must take a target in absolute-form (RFC 9112 3.2.2)",
        "That server: route by the path of the target; or a client that writes the path alone",
        (f"the target is {cut(case.shield.target(case.head.target), 80)}",),
    )


WEBSOCKET_RULES: tuple[Rule, ...] = (
    rule("old-draft", WS_REASONS, _old_draft),
    rule(
        "upgrade-for-all", "WS_METHOD WS_BODY WS_VERSION_MISSING WS_KEY_MISSING", _upgrade_for_all
    ),
    rule("made-by-hand", "WS_VERSION_MISSING WS_KEY_MISSING", _made_by_hand),
    rule("proxy-dropped-fields", "WS_VERSION_MISSING WS_KEY_MISSING", _dropped_fields),
    rule("not-a-get", "WS_METHOD", _wrong_method),
    rule("handshake-body", "WS_BODY", _has_body),
    rule("merged-lines", " ".join(_TWICE), _merged_lines),
    rule("other-version", "WS_VERSION_UNSUPPORTED", _other_version),
    rule("key-length", "WS_KEY_INVALID", _key_length),
    *ORIGIN_RULES,
    rule(
        "subprotocol-null",
        "WS_SUBPROTOCOL_INVALID WS_SUBPROTOCOL_REQUIRED SWITCHED",
        _subprotocol_null,
    ),
    rule("token-in-subprotocol", "WS_SUBPROTOCOL_INVALID", _token_in_subprotocol),
    rule("bad-subprotocol", "WS_SUBPROTOCOL_INVALID", _bad_subprotocol),
    rule("no-common-subprotocol", "WS_SUBPROTOCOL_REQUIRED", _no_subprotocol),
    rule("bad-extensions", "WS_EXTENSIONS_INVALID", _bad_extensions),
)
SOUND_RULES: tuple[Rule, ...] = (
    rule("sound-tls-ended", "SWITCHED", _tls_ended),
    rule("sound-connection-lines", "SWITCHED", _connection_lines),
    rule("sound-connection-list", "SWITCHED", _connection_list),
    rule("sound-length-0", "SWITCHED", _length_0),
    rule("sound-absolute", "SWITCHED", _absolute),
)
