"""The causes of what happens to a request: a table of rules.

In: a verdict. Out: the first cause that fits, with the culprit, the facts that show it and the line
to write. Always: the order of RULES decides. Not here: causes of a defect in the bytes
(byte_causes) and of a WebSocket handshake's own fields (websocket_causes), and of excerpts of logs
(logs).
"""

from upgrade101 import H2C
from upgrade101.explain import remedies
from upgrade101.explain.byte_causes import BYTE_RULES
from upgrade101.explain.rules import Case, Cause, Rule, find_cause, rule
from upgrade101.explain.shown import Shield, cut
from upgrade101.explain.verdict import Verdict
from upgrade101.explain.websocket_causes import SOUND_RULES, WEBSOCKET_RULES

H2C_REASONS = (
    "H2C_OVER_TLS H2C_BODY H2C_SETTINGS_MISSING H2C_SETTINGS_DUPLICATE "
    "H2C_SETTINGS_NOT_HOP_BY_HOP H2C_SETTINGS_INVALID"
)


def _absolute_proxy(case: Case) -> Cause:
    return Cause(
        "absolute-proxy",
        "A request for a forward proxy, or a client that writes another host into the target "
        "than into Host",
        "Client: make the target and Host equal, or write the path alone into the target",
        (f"the target is {case.shield.target(case.head.target)[:80]}", *case.seen("Host")),
    )


def _foreign_host(case: Case) -> Cause:
    ours = ", ".join(case.verdict.server.hosts or ())
    host = case.head.get("host").partition(":")[0] or "example.com"
    return Cause(
        "foreign-host",
        "Host is none of the server's own names: a health check by address, a proxy that rewrites "
        "Host, or DNS rebinding",
        f"If the name is yours: hosts=(..., {case.shield.text(host)[:60]!r}); "
        f"if a proxy rewrites it: {remedies.KEEP_HOST}",
        (*case.seen("Host"), cut(f"this server's own names: {ours}", 100)),
    )


def _two_hosts(case: Case) -> Cause:
    return Cause(
        "merged-lines",
        "The same field is there twice: a proxy or a library adds what the caller has set already",
        "Client or proxy: set it in one place; a WebSocket library sets its own fields itself",
        case.seen("Host"),
    )


def _no_host(case: Case) -> Cause:
    return Cause(
        "no-host",
        "The request was made by hand or by a probe: each HTTP/1.1 client sends Host",
        "Client: Host: example.com",
        case.seen("Host"),
    )


def _bad_host(case: Case) -> Cause:
    value = case.head.get("host")
    slash = "a URL or a path stands in Host" if "/" in value else "the value is no host"
    return Cause(
        "bad-host",
        "Host is set by hand to something that is no host: a URL, a name with an underscored or "
        "empty part, or a variable that was not filled in",
        "Host: example.com or Host: example.com:8080; nginx: proxy_set_header Host $http_host;",
        (*case.seen("Host"), slash),
    )


def _bad_framing(case: Case) -> Cause:
    return Cause(
        "two-lengths",
        "Readers of this request may disagree on where its body ends: two fields or two values "
        "say it, or one that cannot be read; attacks look so, and clients that set the fields by "
        "hand",
        "Client: let the library write Content-Length or Transfer-Encoding, and neither of them "
        "in a WebSocket handshake",
        tuple(
            fact
            for fact in case.seen("Transfer-Encoding", "Content-Length")
            if not fact.startswith("no ")
        )
        + ((f"HTTP/{case.head.version}",) if case.head.version == "1.0" else ()),
    )


def _proxy_http_1_0(case: Case) -> Cause:
    return Cause(
        "proxy-http-1-0",
        "A proxy speaks HTTP/1.0 to this server, which is nginx's default before 1.29.7",
        remedies.SPEAK_1_1,
        ("the version is HTTP/1.0", *case.proxied),
    )


def _dropped_upgrade(case: Case) -> Cause:
    head = case.head
    options = {option.lower() for option in head.elements("connection")}
    facts = [*case.seen("Sec-WebSocket-Key", "Upgrade", "Connection"), *case.proxied]
    facts[0] = "Sec-WebSocket-Key is there: the client wants a WebSocket"
    who = "A proxy has dropped Upgrade and Connection, which are for one hop"
    if head.version == "1.0":
        facts.append("HTTP/1.0 and close: nginx's defaults before 1.29.7")
        who = "nginx has dropped Upgrade and Connection, which are for one hop; it does by default"
    elif head.has("x-forwarded-port") and "keep-alive" in options:
        facts.append("X-Forwarded-Port and keep-alive: a layer-7 load balancer")
        who = (
            "A layer-7 load balancer that knows no upgrades (AWS classic) has dropped Upgrade "
            "and Connection"
        )
    return Cause("proxy-dropped-upgrade", who, remedies.PASS_UPGRADE_ON, tuple(facts))


def _connection_for_all(case: Case) -> Cause | None:
    if "upgrade" not in {option.lower() for option in case.head.elements("connection")}:
        return None
    return Cause(
        "connection-for-all",
        "An ordinary request: a proxy sets Connection: upgrade for all requests, also for those "
        "that ask for none",
        remedies.MAPPED_CONNECTION,
        (*case.seen("Connection", "Upgrade"), *case.proxied),
    )


def _ordinary_request(case: Case) -> Cause:
    return Cause(
        "ordinary-request",
        "An ordinary request, of a browser tab, a health check or curl: it asks for no upgrade",
        'Server: fallback=... serves it as HTTP, health="/healthz" answers health checks. '
        'Client: a WebSocket client (new WebSocket("ws://..."), python -m websockets ws://...) '
        "in the place of an HTTP one",
        (*case.seen("Upgrade"), *case.proxied),
    )


def _dropped_connection(case: Case) -> Cause:
    return Cause(
        "proxy-dropped-connection",
        "Upgrade came through, the option upgrade in Connection did not: of a proxy's two lines "
        "one is missing, or a client has set Upgrade alone",
        remedies.CONNECTION_LINE,
        (*case.seen("Upgrade", "Connection"), *case.proxied),
    )


def _upgrade_is_upgrade(case: Case) -> Cause | None:
    if case.head.get("upgrade").lower() not in {"upgrade", "close", "keep-alive"}:
        return None
    return Cause(
        "upgrade-is-upgrade",
        "Upgrade has the value of Connection: a proxy's two lines have $connection_upgrade where "
        "$http_upgrade belongs",
        remedies.UPGRADE_VARIABLE,
        (*case.seen("Upgrade", "Connection"), *case.proxied),
    )


def _bad_upgrade(case: Case) -> Cause | None:
    value = case.head.get("upgrade")
    if case.reason != "UPGRADE_INVALID" and "$" not in value and not value.startswith("websocket/"):
        return None
    return Cause(
        "bad-upgrade",
        "Upgrade is set by hand, or by a proxy, to something that no server takes for WebSocket: "
        "quotes, a version, or a variable that was not filled in",
        "Upgrade: websocket (nginx: proxy_set_header Upgrade $http_upgrade;)",
        (*case.seen("Upgrade"), *case.proxied),
    )


def _offers(case: Case, name: str) -> bool:
    return any(
        element.lower() == name or element.lower().startswith(f"{name}/")
        for element in case.head.elements("upgrade")
    )


def _h2c_body(case: Case) -> Cause | None:
    if not _offers(case, "h2c") or not case.head.has_body:
        return None
    return Cause(
        "h2c-body",
        "Java's HttpClient, curl --http2 and others offer h2c with every request, this one with a "
        "body: it may be ignored, but servers that stop at the head lose the body",
        "Client: HTTP/1.1 (Java: HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1); "
        "curl --http1.1)",
        tuple(
            fact
            for fact in case.seen("Upgrade", "Content-Length", "Transfer-Encoding")
            if not fact.startswith("no ")
        ),
    )


def _h2c_offer(case: Case) -> Cause | None:
    if not _offers(case, "h2c"):
        return None
    speaks = any(isinstance(offer, H2C) for offer in case.verdict.server.offers)
    return Cause(
        "h2c-offer",
        "Java's HttpClient, curl --http2 and others offer h2c with every request: it may be "
        "ignored, and the request served as HTTP/1.1",
        "Server: serve it as HTTP/1.1 (fallback=...)"
        + ("" if speaks else ", or offer H2C()")
        + ". Client: HTTP/1.1 (Java: "
        "HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1); curl --http1.1)",
        case.seen("Upgrade"),
    )


def _tls_offer(case: Case) -> Cause | None:
    if not _offers(case, "tls"):
        return None
    return Cause(
        "tls-offer",
        "Apache HttpClient 5.4 offers TLS with every request: it may be ignored, and the request "
        "served as HTTP/1.1",
        "Server: ignore it (fallback=...). Client: RequestConfig.custom()"
        ".setProtocolUpgradeEnabled(false)",
        case.seen("Upgrade"),
    )


def _other_protocol(case: Case) -> Cause:
    names = ", ".join(case.verdict.server.offer_names(secure=case.verdict.secure))
    return Cause(
        "other-protocol",
        "The client asks for a protocol that this server does not offer",
        "Server: offer it, Protocol(name); or client: ask for one that is offered",
        (*case.seen("Upgrade"), cut(f"offered here: {names}", 100)),
    )


def _other_path(case: Case) -> Cause:
    offers = case.verdict.server.offers
    paths = list(dict.fromkeys(path for offer in offers for path in offer.paths or ()))
    path = case.head.target.partition("?")[0]
    return Cause(
        "other-path",
        "The path is not one of the offer's: the client's URL is wrong, or a proxy adds or strips "
        "a prefix",
        "Client: the path as it is offered. nginx: proxy_pass http://127.0.0.1:8101; without a "
        "path keeps the request's own, with one (even a / alone) it replaces the location's prefix",
        (
            f"the path is {cut(case.shield.target(path), 80)}",
            cut(f"offered at {', '.join(paths)}", 100),
        ),
    )


def _connection_invalid(case: Case) -> Cause:
    return Cause(
        "bad-connection",
        "Connection is set by hand, or by a proxy, to something that is no list of options",
        "Connection: Upgrade",
        case.seen("Connection"),
    )


def _expect(case: Case) -> Cause:
    return Cause(
        "expect-100",
        "Expect asks for something other than 100-continue, which no server knows",
        "Client: drop the line (curl: -H 'Expect:')",
        case.seen("Expect"),
    )


RULES: tuple[Rule, ...] = (
    *BYTE_RULES,
    rule("absolute-proxy", "HOST_MISMATCH", _absolute_proxy),
    rule("merged-lines", "HOST_DUPLICATE", _two_hosts),
    rule("no-host", "HOST_MISSING", _no_host),
    rule("bad-host", "HOST_INVALID", _bad_host),
    rule("foreign-host", "HOST_FORBIDDEN", _foreign_host),
    rule(
        "two-lengths",
        "FRAMING_CONFLICT TRANSFER_ENCODING_INVALID CONTENT_LENGTH_INVALID",
        _bad_framing,
    ),
    rule("proxy-http-1-0", "UPGRADE_ON_HTTP_1_0", _proxy_http_1_0),
    rule("proxy-dropped-upgrade", "WS_UPGRADE_MISSING", _dropped_upgrade),
    rule("connection-for-all", "NO_UPGRADE", _connection_for_all),
    rule("ordinary-request", "NO_UPGRADE", _ordinary_request),
    rule("proxy-dropped-connection", "CONNECTION_OPTION_MISSING", _dropped_connection),
    rule("bad-connection", "CONNECTION_INVALID", _connection_invalid),
    rule("upgrade-is-upgrade", "PROTOCOL_NOT_OFFERED", _upgrade_is_upgrade),
    rule("bad-upgrade", "UPGRADE_INVALID PROTOCOL_NOT_OFFERED", _bad_upgrade),
    rule("h2c-body", f"PROTOCOL_NOT_OFFERED {H2C_REASONS}", _h2c_body),
    rule("h2c-offer", f"PROTOCOL_NOT_OFFERED {H2C_REASONS}", _h2c_offer),
    rule("tls-offer", "PROTOCOL_NOT_OFFERED", _tls_offer),
    rule("other-protocol", "PROTOCOL_NOT_OFFERED", _other_protocol),
    rule("other-path", "PATH_NOT_OFFERED", _other_path),
    *WEBSOCKET_RULES,
    rule("expect-100", "EXPECTATION_FAILED", _expect),
    *SOUND_RULES,
)


def cause_of(verdict: Verdict, shield: Shield) -> Cause | None:
    """Return the likely cause of a verdict, or None if no rule fits."""
    return find_cause(Case(verdict, shield), RULES)
