"""Steps over a border that are one byte long.

In: a source of randomness and bytes. Out: the same with one byte inserted, deleted or
overwritten. It always holds that exactly one byte differs. Which side of a border either is on
is not known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .choices import chance
from .pools import EDIT_BYTES

if TYPE_CHECKING:
    from random import Random

NAMES = [
    *(b"Host", b"Upgrade", b"Connection", b"Content-Length", b"Transfer-Encoding", b"Expect"),
    *(b"Origin", b"HTTP2-Settings", b"Sec-WebSocket-Key", b"Sec-WebSocket-Version"),
    *(b"Sec-WebSocket-Protocol", b"Sec-WebSocket-Extensions"),
]
# What is written one way or the other.
PAIRS = [
    *((b"\n" + name + b":", b"\n" + name[:-1] + b"-:") for name in NAMES),
    *(
        (b"\r\n\r\n", b"\r\nX\r\n"),
        (b"\r\n\r\n", b"\r\nX\r\n"),
        (b"\r\n\r\n", b"\r\n\n"),
        (b"\r\n\r\n", b"\r\n\rX"),
    ),
    *((b"\r\n", b"\r\n "), (b"\r\n", b"\n"), (b"\r\n", b"\rx"), (b"\r\n", b"\r\n\t")),
    *(
        (b":", b" :"),
        (b": ", b":\0"),
        (b": ", b":  "),
        (b"ost: ", b"ost: @"),
        (b"ost: a", b"ost: b"),
    ),
    *((b" HTTP/1.1", b" HTTP/1.0"), (b" HTTP/1.1", b" HTTP/1.2"), (b" HTTP/", b" hTTP/")),
    *(
        (b" /", b" //"),
        (b" / ", b" /\x7f "),
        (b" /", b" x/"),
        (b"://a", b"://b"),
        (b"/chat", b"/chax"),
    ),
    *((b"GET ", b"G(T "), (b"GET ", b"GEX "), (b"POST ", b"POSX "), (b"PROXY /", b"PROXY x/")),
    *((b"Upgrade", b"Upgrad"), (b"Upgrade", b"Upgr@de"), (b"websocket", b"websocke")),
    *((b"websocket", b"web@ocket"), (b"h2c", b"h2"), (b"tcp", b"tc@"), (b"TLS/1.2", b"TLS/1x2")),
    *(
        (b"HTTP2-Settings", b"HTTP2-Setting"),
        (b"HTTP2-Settings\r", b"HTTP2-Settingx\r"),
        (b"13\r\n", b"14\r\n"),
        (b"==\r\n", b"=\r\n"),
    ),
    *((b"100-continue", b"100-continu"), (b"th: 5", b"th: x"), (b"th: 5", b"th: 0")),
    *((b"th: 5", b"th: 4"), (b"th: 5", b"th: 6"), (b"://a/", b"://a:/"), (b"://a/", b"://b/")),
    *((b"chunked", b"chunke"), (b": chunked", b": ,chunked"), (b"gin: h", b"gin: x")),
    *((b"ol: chat", b"ol: chax"), (b"ol: chat", b"ol: ch@t"), (b"ol: chat", b"ol: ch/t")),
    *((b"ns: p", b"ns: ;p"), (b"ns: p", b"ns: P"), (b"\r\n0\r\n", b"\r\n0 \r\n")),
    *((b"\r\n5\r\n", b"\r\n6\r\n"), (b"\r\n5\r\n", b"\r\n4\r\n"), (b"\r\n5\r\n", b"\r\n5;\r\n")),
]


def find_twice(data: bytes) -> list[tuple[bytes, bytes]]:
    """List what is there twice but for one byte, as what to write and what instead."""
    return [pair[::-1] for pair in PAIRS[: len(NAMES)] if all(name in data for name in pair)]


def nudge(random: Random, data: bytes) -> bytes:
    """Write one thing the other way, or one byte anywhere else."""
    pairs = [pair for pair in PAIRS if pair[0] in data or pair[1] in data]
    if not pairs or chance(random, 1):
        return data + random.choice(EDIT_BYTES)
    if chance(random, 2):
        return edit(random, data)
    # A line that is there twice but for one byte says most.
    twice = find_twice(data)
    named = [pair for pair in PAIRS[: len(NAMES)] if pair in pairs]
    pair = random.choice(twice or (named if named and chance(random, 2) else pairs))
    old, new = pair if pair[0] in data else pair[::-1]
    # Of several places one of the first.
    before = old.join(data.split(old)[: random.randint(1, data.count(old))])
    return before + new + data[len(before) + len(old) :]


def edit(random: Random, data: bytes) -> bytes:
    """Delete, insert or overwrite one byte."""
    at = random.randrange(len(data)) if data else 0
    way = random.choice(["delete", "insert", "overwrite"]) if data else "insert"
    byte = b"" if way == "delete" else random.choice(EDIT_BYTES)
    return data[:at] + byte + data[at + (way != "insert") :]
