"""Chunked bodies, sound and nearly (9112 7.1, [contract 6]).

In: a source of randomness. Out: bytes, and how many they decode to if they are sound. It always
holds that a body begins as a sound one. Nothing here knows the bounds of a policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .choices import chance, mostly, some

if TYPE_CHECKING:
    from random import Random

SOUND_EXTENSIONS = 7
EXTENSIONS = [
    *(b"", b"", b";a", b";a=b", b';a="b;\\"\xff"', b";a;b=c", b';a=""'),
    *(b";", b";a=", b" ;a", b"; a", b";a =b", b";a= b", b';a="b', b';a="b"c', b';a="\x7f"', b"\t"),
    *(b';a="\\\x00"', b";=b", b";a@", b'="b"', b";a;"),
]
SOUND_TRAILERS = 4
TRAILERS = [
    *(b"X: 1", b"X:", b"Host: b", b"Content-Length: 1", b" X: 1", b"X : 1", b"X", b":", b"X: \0"),
    *(b"X: 1\n", b"X: 1\rY", b"\tX"),
]
SOUND_ENDS = 6
ENDS = [*[b"\r\n"] * 6, b"\n", b"\r", b"", b"\r\r\n", b"x\r\n"]
PREFIXES = [b"", b"", b"", b"0", b"00", b"0" * 13, b"0" * 14, b"0" * 15, b"0x", b"+", b"-", b" "]
SOUND_PREFIXES = 5


def make_chunks(random: Random) -> tuple[bytes, int]:
    """Make a body, sound three times of five."""
    sound = chance(random, 6)

    def pick(pool: list[bytes], good: int) -> bytes:
        return random.choice(pool[:good]) if sound else mostly(random, pool, good)

    data, decoded = b"", 0
    for size in some(random, [1, 5, 5, 9, 10, 15, 16, 17, 31], 3):
        digits = random.choice([b"%x", b"%X"]) % size
        data += pick(PREFIXES, SOUND_PREFIXES) + digits + pick(EXTENSIONS, SOUND_EXTENSIONS)
        data += pick(ENDS, SOUND_ENDS) + b"hello"[:size].ljust(size, b"d") + pick(ENDS, SOUND_ENDS)
        decoded += size
    data += random.choice([b"0", b"0", b"00", b"0" * 15]) + pick(EXTENSIONS, SOUND_EXTENSIONS)
    data += pick(ENDS, SOUND_ENDS)
    for _ in range(random.choice([0, 0, 1, 2, 5])):
        data += pick(TRAILERS, SOUND_TRAILERS) + pick(ENDS, SOUND_ENDS)
    return data + pick(ENDS, SOUND_ENDS), decoded


def make_overhead(random: Random, size: int) -> bytes:
    """Make an empty body whose extensions and trailer section have that many bytes together."""
    extension = b";" + b"e" * random.choice([1, 7, max(1, size - 1), max(1, size // 2)])
    left = size - len(extension)
    line = b"X:".ljust(max(0, left - 2), b"x") + b"\r\n" if left > 3 else b""
    extension += b"e" * (size - len(extension) - len(line))
    return b"0" + extension + b"\r\n" + line + b"\r\n"
