"""The causes of a defect in the bytes of a head.

In: a verdict with such a defect. Out: the cause that fits. Always: facts name the byte and where it
stands. Not here: causes of what a head means (causes).
"""

import re

from upgrade101 import Limits
from upgrade101.explain import remedies
from upgrade101.explain.lines import defect_of
from upgrade101.explain.rules import Case, Cause, Rule, rule
from upgrade101.explain.shown import cut


def tls_to_plain(facts: tuple[str, ...]) -> Cause:
    """Return the cause of a TLS handshake on a plain-text port."""
    return Cause(
        "tls-to-plain",
        "The client speaks TLS (wss:// or https://) to a port without TLS, or a TCP balancer "
        "passes TLS through to it",
        remedies.END_TLS,
        facts,
    )


def h2_to_plain(facts: tuple[str, ...]) -> Cause:
    """Return the cause of the HTTP/2 preface."""
    return Cause(
        "h2-to-plain",
        "The client, or a proxy, speaks HTTP/2 with prior knowledge to a port that speaks HTTP/1.1",
        remedies.SPEAK_HTTP_1,
        facts,
    )


def proxy_protocol(facts: tuple[str, ...]) -> Cause:
    """Return the cause of a PROXY header."""
    return Cause(
        "proxy-protocol",
        "A balancer sends the PROXY protocol (HAProxy send-proxy, AWS NLB, nginx stream) to a "
        "port that does not read it",
        remedies.NO_PROXY_PROTOCOL,
        facts,
    )


def _tls_to_plain(case: Case) -> Cause:
    shown = case.verdict.data[:2].hex(" ")
    return tls_to_plain((f"the first bytes are {shown}: a TLS record with a handshake",))


def _h2_to_plain(_: Case) -> Cause:
    return h2_to_plain(("the first bytes are PRI * HTTP/2.0, the preface of HTTP/2",))


def _proxy_protocol(case: Case) -> Cause:
    if case.verdict.data.startswith(b"\r\n\r\n"):
        return proxy_protocol(("the first bytes are the signature of PROXY version 2",))
    return proxy_protocol(("the first line begins with PROXY: a header of version 1",))


def _space_in_target(case: Case) -> Cause | None:
    line = case.verdict.data.lstrip(b"\r\n").split(b"\n", 1)[0].rstrip(b"\r")
    if line.count(b" ") <= 2:  # noqa: PLR2004 -- one before and one after the target
        return None
    return Cause(
        "space-in-target",
        "The client has written a space into the target: a path, query or name that it did not "
        "encode",
        "Client: encode it, a space as %20 (encodeURIComponent(), urllib.parse.quote())",
        (f"the first line has {line.count(b' ')} spaces; two are right",),
    )


def _cookies(case: Case) -> Cause | None:
    limits = case.verdict.server.limits or Limits()
    data = case.verdict.data[: limits.head]
    lines = re.findall(rb"(?im)^cookie:[^\n]*\n?", data)
    size = sum(map(len, lines))
    if size * 2 <= len(data):
        return None
    return Cause(
        "cookies",
        "Cookies fill the head: those of the parent domain are sent to each host below it",
        f"Server: Limits(head={limits.head * 2}); or keep the cookies off this host "
        "(no Domain attribute, another domain for the WebSocket host)",
        (f"{size} of {len(data)} bytes are Cookie",),
    )


def _line_ends(case: Case) -> Cause:
    return Cause(
        "line-ends",
        "The request was written by hand or by a script that ends lines with LF",
        r"End each line with CR LF: printf 'GET / HTTP/1.1\r\n...' in the place of echo; "
        "nc -C; in Python b'\\r\\n'.join(lines)",
        (f"a line ends with LF alone at byte {_offset(case)}",),
    )


def _folded(case: Case) -> Cause:
    return Cause(
        "folded-line",
        "A field line is continued on the next line, which HTTP no longer allows: a line was "
        "wrapped or indented when it was written or pasted",
        "Client: one line for each field, without a line end in its value",
        (f"the line at byte {_offset(case)} begins with white space",),
    )


def _bad_name(case: Case) -> Cause:
    shown = cut(defect_of(case.verdict, case.shield).line)
    return Cause(
        "field-name",
        "A line of the head is no field: a name with white space before its colon, a line without "
        "a colon, or a value that was wrapped",
        "Client: Name: value in one line, without a space before the colon",
        (f"the line is {shown}",),
    )


def _control(case: Case) -> Cause:
    return Cause(
        "control-character",
        "A value has a control character: it was made of text that was not checked, such as a "
        "file's content or a token with its line end",
        "Client: strip() the value before it is sent",
        (f"byte {_offset(case)} is 0x{_byte(case):02x}",),
    )


def _not_http(case: Case) -> Cause:
    return Cause(
        "not-http",
        "What arrived is no HTTP request: another protocol, or the middle of a message",
        "Client: check port and protocol; paste from the first byte of the request",
        (f"byte {_offset(case)} is 0x{_byte(case):02x}, which no method has",),
    )


def _offset(case: Case) -> int:
    decision = case.verdict.decision
    return 0 if decision is None or decision.offset is None else decision.offset


def _byte(case: Case) -> int:
    return case.verdict.data[_offset(case)] if _offset(case) < len(case.verdict.data) else 0


def _http2_version(case: Case) -> Cause | None:
    if not case.head.version.startswith(("2", "3")):
        return None
    return Cause(
        "http-2-request",
        "The request was sent by HTTP/2 or HTTP/3, which know no Upgrade: WebSocket needs an "
        "extended CONNECT there (RFC 8441)",
        "Client: HTTP/1.1 (curl --http1.1); browsers take HTTP/1.1 for wss:// by themselves",
        (f"the version is HTTP/{cut(case.shield.text(case.head.version), 10)}",),
    )


BYTE_RULES: tuple[Rule, ...] = (
    rule("tls-to-plain", "TLS_CLIENT_HELLO", _tls_to_plain),
    rule("h2-to-plain", "HTTP2_PREFACE", _h2_to_plain),
    rule("proxy-protocol", "PROXY_PROTOCOL", _proxy_protocol),
    rule("space-in-target", "BAD_TARGET BAD_VERSION", _space_in_target),
    rule("cookies", "HEAD_TOO_LARGE", _cookies),
    rule("line-ends", "BARE_LF", _line_ends),
    rule("folded-line", "OBS_FOLD", _folded),
    rule("field-name", "BAD_FIELD_NAME", _bad_name),
    rule("control-character", "BAD_FIELD_VALUE", _control),
    rule("not-http", "BAD_METHOD", _not_http),
    rule("http-2-request", "UNSUPPORTED_VERSION BAD_VERSION", _http2_version),
)
