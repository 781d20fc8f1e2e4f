"""Request heads that the tests of the binding begin with.

In: the lines that differ. Out: the bytes of one request, with its blank line.
Always: with no argument each is accepted by an offer of its kind.
"""

from __future__ import annotations

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # of KEY [RFC 6455 1.3]
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def write(method: str, target: str, *lines: str) -> bytes:
    """Return the head of an HTTP/1.1 request."""
    text = "\r\n".join((f"{method} {target} HTTP/1.1", "Host: example.com", *lines, "", ""))
    return text.encode("latin-1")


def websocket(*lines: str, method: str = "GET", target: str = "/chat", key: str = KEY) -> bytes:
    """Return the head of a WebSocket handshake."""
    return write(
        method,
        target,
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *lines,
    )


def upgrade(protocol: str, *lines: str, method: str = "POST", target: str = "/") -> bytes:
    """Return the head of a request for any other protocol."""
    return write(method, target, f"Upgrade: {protocol}", "Connection: Upgrade", *lines)


def h2c(settings: str = "AAMAAABkAAQAAP__") -> bytes:
    """Return the head of a request for HTTP/2, from the example of RFC 7540 3.2."""
    return write(
        "GET",
        "/",
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        f"HTTP2-Settings: {settings}",
    )
