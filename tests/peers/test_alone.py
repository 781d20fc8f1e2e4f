"""Servers that others wrote, behind upgrade101 against the same servers alone.

In: generated sequences of sound requests of a connection, in any cuts, over real sockets.
Out: the two answers, byte for byte but for their dates.
Always: the last request ends the connection, so that an answer has an end. A sequence is made of
its number alone, which a failure shows; `U101_FUZZ_EXAMPLES=N` tries the first N.
Not here: upgrades, and requests that are refused: a server alone knows neither.
"""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import asynccontextmanager
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest
from asyncio_helpers import accept_echo, settle
from fallbacks import NEGOTIATOR, SERVERS, make_fallback

import upgrade101

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

EXAMPLES = int(os.environ.get("U101_FUZZ_EXAMPLES", "150"))
DEADLINE = 20
DATE = re.compile(rb"(?i)\r\ndate: [^\r]*")
METHODS = ("GET", "GET", "GET", "HEAD", "DELETE", "OPTIONS", "POST", "PUT")
VALUES = " abc\t,;=/\"'~\xe9"


def make_body(random: Random) -> tuple[list[str], bytes]:
    """Make the fields that frame a body, and its bytes."""
    body = random.randbytes(random.randrange(60)) * random.choice([1, 1, 1, 1, 1, 300])
    if random.random() < 0.5:
        return [f"Content-Length: {len(body)}"], body
    coded = b""
    while body:
        size = random.randint(1, len(body))
        extension = random.choice(["", "", ";a", ";a=b"])
        coded += f"{size:{random.choice('xX')}}{extension}\r\n".encode() + body[:size] + b"\r\n"
        body = body[size:]
    return ["Transfer-Encoding: chunked"], coded + b"0\r\n\r\n"


def make_request(random: Random, *, last: bool) -> bytes:
    """Make a sound request; the last ends its connection."""
    method = random.choice(METHODS)
    target = "/" + "".join(random.choices("ab/?=&.", k=random.randrange(10)))
    target = random.choice(["", "", "", "http://example.com"]) + target
    if method == "GET" and random.random() < 0.1:
        target = "/size/65536"
    fields, body = make_body(random) if method in ("POST", "PUT") else ([], b"")
    version = "1.0" if last and not fields and random.random() < 0.3 else "1.1"
    lines = [
        f"{method} {target} HTTP/{version}",
        "Host: example.com",
        *fields,
        *("Connection: close" for _ in range(last)),
        *("Connection: keep-alive" for _ in range(not last and random.random() < 0.3)),
    ]
    for _ in range(random.randrange(4)):
        value = "".join(random.choices(VALUES, k=random.randrange(12))).strip(" \t")
        lines.append(f"X-{random.randrange(99)}:{random.choice(['', ' ', '  '])}{value}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def make_pieces(number: int) -> list[bytes]:
    """Make a connection's bytes, in the pieces in which they are sent."""
    random = Random(number)  # noqa: S311 - no secret
    count = random.randrange(5)
    data = b"".join(
        [*(make_request(random, last=False) for _ in range(count)), make_request(random, last=True)]
    )
    cuts = {random.randrange(1, len(data)) for _ in range(random.randrange(8))}
    return [data[start:end] for start, end in pairwise([0, *sorted(cuts), len(data)])]


async def ask(port: int, pieces: list[bytes]) -> bytes:
    """Send the pieces one after the other; return all that comes back, without dates."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await settle(3)
        async with asyncio.timeout(DEADLINE):
            return DATE.sub(b"", await reader.read())
    finally:
        writer.transport.abort()


@asynccontextmanager
async def listening(name: str) -> AsyncIterator[list[int]]:
    """Serve alone, and behind upgrade101; yield the two ports."""
    loop = asyncio.get_running_loop()
    alone = await loop.create_server(make_fallback(name), "127.0.0.1", 0)
    behind = await upgrade101.serve(
        NEGOTIATOR, accept_echo, "127.0.0.1", 0, fallback=make_fallback(name)
    )
    try:
        yield [server.sockets[0].getsockname()[1] for server in (alone, behind)]
    finally:
        alone.close()
        behind.close()
        await behind.wait_closed()
        await settle()


@pytest.mark.parametrize("name", SERVERS)
async def test_server_answers_the_same_behind_as_alone(name: str) -> None:
    async with listening(name) as ports:
        for number in range(EXAMPLES):
            pieces = make_pieces(number)
            alone, behind = await asyncio.gather(*(ask(port, pieces) for port in ports))
            assert alone == behind, (number, pieces)
            assert alone.startswith(b"HTTP/1."), (number, pieces)
