"""Responses near the border (9112 4 and 6.3), with the interim ones before them.

In: a source of randomness. Out: the method of a request, and what answers it. It always holds
that an answer starts as one that a server would send and then loses its way in a place or two.
What is found wrong with it is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import pools
from .choices import chance, mostly, some
from .chunks import make_chunks

if TYPE_CHECKING:
    from random import Random

SOUND_VERSIONS = 4
VERSIONS = [
    *(b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/1.2", b"HTTP/2.0", b"HTTP/2"),
    *(b"http/1.1", b"HTTP/1.1 ", b"HTTP/ 1.1", b"ICY", b"", b"\r\nHTTP/1.1"),
]
SOUND_STATUSES = 14
STATUSES = [
    *(b"200", b"200", b"200", b"204", b"304", b"205", b"299", b"300", b"404", b"500", b"599"),
    *(b"199", b"102", b"101", b"600", b"099", b"99", b"2000", b"2x0", b"20x", b"", b"-20"),
]
SOUND_PHRASES = 5
PHRASES = [
    *(b" OK", b" ", b" Not Found", b" a\tb", b" \xff", b"", b"\tOK", b" \x00", b" \x7f", b" a\x0b"),
]
INTERIM = [b"100", b"103", b"102", b"199", b"101"]
SOUND_ENDS = 6
ENDS = [*[b"\r\n"] * 6, *pools.LINE_ENDS]
SOUND_LINES = 8
LINES = [
    *(b"X: y", b"x-y:", b"Vary: a, b", b"Connection: close", b"Connection: keep-alive"),
    *(b"connection: a, Close", b"Connection: closed", b"Connection: Keep-Alive, close"),
    *(b"Connection: a b", b"Connection: close, @", b" X: y", b"\tX", b"X", b"X : y", b": y"),
    *(b"X: \x00", b"X: \x7f", b"X(: y", b"X: y\nZ: z", b"X: y\rZ"),
]


@dataclass(frozen=True)
class Reply:
    """What answers one request."""

    method: bytes
    data: bytes


def _make_head(random: Random, status: bytes, lines: list[bytes]) -> bytes:
    """Write a head, sound eight times of ten."""
    sound = chance(random, 8)

    def pick(pool: list[bytes], good: int) -> bytes:
        return random.choice(pool[:good]) if sound else mostly(random, pool, good)

    lines = [*lines, *(pick(LINES, SOUND_LINES) for _ in range(random.choice([0, 1, 1, 2, 3])))]
    if not random.randrange(12):
        # Near the limit of the whole head, which is 256.
        lines.append(b"X:" + b"x" * random.randint(180, 235))
    random.shuffle(lines)
    start = pick(VERSIONS, SOUND_VERSIONS) + b" " + status + pick(PHRASES, SOUND_PHRASES)
    return b"".join(line + pick(ENDS, SOUND_ENDS) for line in (start, *lines, b""))


def _make_framed(random: Random) -> tuple[list[bytes], bytes]:
    """Write the lines that frame a body, and the body, which may not be what they say."""
    kind = random.randrange(8)
    if kind == 0:
        return [], b"until the end"
    if kind == 1:
        lines = [b"Transfer-Encoding: " + random.choice(pools.CODINGS)]
        if chance(random, 2):
            lines.append(b"Content-Length: 5")
        return lines, make_chunks(random)[0]
    if kind == 2:
        values = [random.choice(pools.LENGTHS), *some(random, [b"5", b"0"], 1)]
        return [b"Content-Length: " + value for value in values], b"hello"
    if kind <= 4:
        return [b"Content-Length: 5"], b"hello"[: random.choice([5, 5, 4, 0])]
    return [b"Transfer-Encoding: chunked"], make_chunks(random)[0]


def make_reply(random: Random) -> Reply:
    """Make what answers a request."""
    method = random.choice([b"GET", b"GET", b"POST", b"HEAD", b"CONNECT", b"head"])
    data = b""
    for _ in range(random.choice([0, 0, 0, 1, 2])):
        data += _make_head(random, random.choice(INTERIM), [])
    lines, body = _make_framed(random)
    data += _make_head(random, mostly(random, STATUSES, SOUND_STATUSES), lines) + body
    if chance(random, 3):
        data += random.choice([*pools.TAILS, b"HTTP/1.1 200 OK\r\n"])
    return Reply(method, data)
