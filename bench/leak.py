"""Makes a million handshakes in one process, and tells by how much its memory grows.

In: a number of handshakes. Out: the resident memory that is more than after the first 10,000.
Always: every way to a decision is taken in turn, and each response is asked for: bytes at once and
in two pieces, a parsed head, a refusal, and answers of the caller's own.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import sys
from pathlib import Path
from typing import cast

from heads import read

from upgrade101 import (
    H2C,
    Decision,
    Negotiator,
    PerMessageDeflate,
    Protocol,
    Request,
    WebSocket,
)

FIRST = 10_000
MOST = 1 << 20  # bytes
HEADS = [read(name) for name in ("chrome", "firefox", "minimal", "curl_h2c", "docker")]
NEGOTIATOR = Negotiator(
    WebSocket(subprotocols=("chat",), deflate=PerMessageDeflate()),
    H2C(),
    Protocol("tcp", methods=("POST",), body=True),
)


def decide(head: bytes) -> Decision:
    """Decide on a head, which is whole."""
    return cast("Decision", NEGOTIATOR.decide(head))


def request_of(decision: Decision) -> Request:
    """Return the request of what was decided on bytes."""
    return cast("Request", decision.request)


def decide_whole(head: bytes) -> object:
    """Decide on the bytes, and read what a server reads."""
    decision = decide(head)
    return decision.response, decision.protocol, request_of(decision).headers


def decide_in_pieces(head: bytes) -> object:
    """Decide on bytes that come in two pieces."""
    handshake = NEGOTIATOR.handshake()
    handshake.feed(head[:100])
    return cast("Decision", handshake.feed(head[100:])).response


def decide_parsed(head: bytes) -> object:
    """Decide on a parsed head."""
    request = request_of(decide(head))
    return NEGOTIATOR.decide_request(request.method, request.target, request.headers).response


def answer(head: bytes) -> object:
    """Accept and refuse in words of the caller's own."""
    decision = decide(head)
    accepted = decision.accept(headers=[("X-Served-By", "a")])
    return accepted.response, decision.reject(403, body=b"no\n").response


def refuse(head: bytes) -> object:
    """Refuse what is no request."""
    return decide(head[:-2] + b"\0\r\n").response


WAYS = (decide_whole, decide_in_pieces, decide_parsed, answer, refuse)


def resident() -> int:
    """Return the resident memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def main() -> None:
    """Make the handshakes, and print by how much memory grew."""
    parser = argparse.ArgumentParser(description="Tell by how much memory grows.")
    parser.add_argument("--handshakes", type=int, default=1_000_000)
    handshakes = parser.parse_args().handshakes
    turns = itertools.cycle(itertools.product(WAYS, HEADS))
    for way, head in itertools.islice(turns, FIRST):
        way(head)
    before = resident()
    for way, head in itertools.islice(turns, max(0, handshakes - FIRST)):
        way(head)
    grown = resident() - before
    verdict = "met" if grown < MOST else "NOT MET"
    sys.stdout.write(
        f"{handshakes} handshakes: memory grew by {grown / 1024:.0f} KiB after the first {FIRST}"
        f"   bar: below {MOST // 1024} KiB   {verdict}\n"
    )


if __name__ == "__main__":
    main()
