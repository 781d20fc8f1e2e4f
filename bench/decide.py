# ruff: noqa: INP001 -- a script, no module of a package
"""Times one decision on a browser's handshake against hashing its key, in one process.

In: nothing. Out: the median time of each, and their ratio: `negotiator.decide(head).response`, the
response being the 101 with its accept value, and `b64encode(sha1(key + guid).digest())`, which is
the accept value alone.

Always: the two take turns round by round, so that a machine that slows down slows both.
Not here: peers, the asyncio layer, and any bar to pass or fail.
"""

from __future__ import annotations

import base64
import hashlib
import statistics
import sys
import timeit

from upgrade101 import Negotiator, PerMessageDeflate, WebSocket

ROUNDS = 41
CALLS = 20_000  # a round

KEY = b"ASZLcJW63wQpTnOYveIHLA=="
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # [RFC 6455 1.3]
HEAD = (
    b"GET /live?room=7 HTTP/1.1\r\n"
    b"Host: app.example.com\r\n"
    b"Connection: Upgrade\r\n"
    b"Pragma: no-cache\r\n"
    b"Cache-Control: no-cache\r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    b"Chrome/126.0.0.0 Safari/537.36\r\n"
    b"Upgrade: websocket\r\n"
    b"Origin: https://app.example.com\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
    b"Accept-Encoding: gzip, deflate, br, zstd\r\n"
    b"Accept-Language: en-US,en;q=0.9\r\n"
    b"Sec-WebSocket-Key: " + KEY + b"\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    b"\r\n"
)
NEGOTIATOR = Negotiator(WebSocket(deflate=PerMessageDeflate()))


def hash_key() -> bytes:
    """Return the accept value as the standard library makes it."""
    return base64.b64encode(hashlib.sha1(KEY + GUID).digest())  # noqa: S324 -- RFC 6455 4.2.2


def decide() -> bytes:
    """Return the response to the handshake."""
    return NEGOTIATOR.decide(HEAD, secure=True).response


def main() -> None:
    """Print both medians and their ratio."""
    if hash_key() not in decide():
        raise RuntimeError("the response does not have the accept value")
    # Statements and not calls of the functions above, whose call would be timed too.
    names = globals()
    timers = {
        "decide(head).response": timeit.Timer(
            "decide(HEAD, secure=True).response", "decide = NEGOTIATOR.decide", globals=names
        ),
        "b64encode(sha1(key + guid).digest())": timeit.Timer(
            "b64encode(sha1(KEY + GUID).digest())",
            "from base64 import b64encode; from hashlib import sha1",
            globals=names,
        ),
    }
    times: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(ROUNDS):
        for name, timer in timers.items():
            times[name].append(timer.timeit(CALLS) / CALLS)
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    for name, seconds in medians.items():
        sys.stdout.write(f"{name:<40}{seconds * 1e9:8.0f} ns\n")
    ours, theirs = medians.values()
    sys.stdout.write(f"{f'ratio, for a head of {len(HEAD)} bytes':<40}{ours / theirs:8.2f}\n")


if __name__ == "__main__":
    main()
