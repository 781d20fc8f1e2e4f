"""What a caller answers to a decision, sound or nearly [contract 7].

In: a source of randomness. Out: an `AnsweredCase`. It always holds that what is sent is a request
that some client sends, broken in one place at most. Nothing here knows what can be answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .cases import make_draft
from .choices import chance, mostly, some
from .policies import make_policy

if TYPE_CHECKING:
    from random import Random

    from model import Policy

SOUND_HEADERS = 8
HEADERS = [
    *(("X", "1"), ("Set-Cookie", "a=\xe9"), ("X", "a\tb"), ("X", ""), ("date", "now")),
    *(("Content-Type", "text/html"), ("!#$%&'*+-.^_`|~", "\xff"), ("Upgrad", "x")),
    *(("Upgrade", "x"), ("connection", "x"), ("CONTENT-LENGTH", "1"), ("Transfer-Encoding", "x")),
    *(("Trailer", "x"), ("Sec-WebSocket-X", "x"), ("sec-websocket-", ""), ("", "x"), ("X ", "x")),
    *(("X:", "x"), ("X\r\n", "x"), ("\xe9", "x"), ("\u0101", "x"), ("X", " a"), ("X", "a\t")),
    *(("X", "a\0"), ("X", "a\r\nY: 1"), ("X", "\x7f"), ("X", "\x1f"), ("X", "\u0120"), ("X", "\n")),
]
SOUND_STATUSES = 10
STATUSES = [200, 204, 205, 299, 304, 401, 403, 426, 503, 599, 199, 600, 100, 101, 0, -1, 2**64]
SUBPROTOCOLS = ["chat", "chat.v2", "Chat", "x", "a/b", "", "chat, chat.v2", "\xe9", "\u0101"]
EXTENSIONS = [
    *("permessage-deflate", "permessage-deflate; server_max_window_bits=10", "foo", 'foo; a="b"'),
    *("permessage-deflate;", "", "Permessage-Deflate", "foo, permessage-deflate", "foo; a=\xe9"),
    *(" foo", "foo\t", "foo;a=b\r\n", 'foo; a=""', "permessage-deflate; x=\u0101", "foo bar"),
]


@dataclass(frozen=True)
class AnsweredCase:
    """What is sent at once, and the answer; a refusal if it has a status."""

    policy: Policy
    secure: bool
    data: bytes
    status: int | None
    headers: tuple[tuple[str, str], ...]
    arguments: dict[str, Any] = field(default_factory=dict)


def make_answered_case(random: Random) -> AnsweredCase:
    """Write what one connection sends, and the caller's last word."""
    draft = make_draft(random, random.choice([0, 0, 0, 1]))
    headers = tuple(mostly(random, HEADERS, SOUND_HEADERS) for _ in some(random, HEADERS, 2))
    status = None
    arguments: dict[str, Any] = {}
    if chance(random, 4):
        status = mostly(random, STATUSES, SOUND_STATUSES)
        if chance(random, 5):
            arguments["body"] = random.choice([b"", b"no\n", b"<p>\xff"])
    else:
        if chance(random, 4):
            arguments["subprotocol"] = random.choice([None, *SUBPROTOCOLS])
        if chance(random, 4):
            arguments["extensions"] = random.choice([None, *EXTENSIONS])
    policy = make_policy(random)
    data = draft.head() + draft.tail
    return AnsweredCase(policy, chance(random, 1), data, status, headers, arguments)
