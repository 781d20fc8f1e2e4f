"""What one connection sends to one negotiator, as bytes or as parsed parts.

In: a source of randomness. Out: a `Case` or a `ParsedCase`. It always holds that about a
fifth of them stand within one byte or line of a limit, and that about two fifths of the byte
strings had a byte changed at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from model import Limits, Policy

from .choices import chance
from .chunks import make_chunks, make_overhead
from .drafts import Draft
from .listed import list_own
from .mutations import make_own_origin, mutate
from .nudges import find_twice, nudge
from .policies import make_policy
from .pools import HOSTS, PREFACE, REQUESTS, SOUND_HOSTS, WIDE

if TYPE_CHECKING:
    from random import Random

Field = tuple[bytes | str, bytes | str]


PROTOCOLS = [*[b"websocket"] * 5, *[b"h2c"] * 2, *[b"other"] * 4]
TARGETS = [b"/", b"/", b"/chat", b"/rooms/vip"]


@dataclass(frozen=True)
class Case:
    """What one connection sends; `pieces` are the sizes it is cut into, over and over."""

    policy: Policy
    secure: bool
    data: bytes
    pieces: tuple[int, ...]
    first: bool = True
    twin: bytes | None = None
    """What it was before its last byte was changed, if one was."""


@dataclass(frozen=True)
class ParsedCase:
    """A head as others have parsed it; text that no bytes stand for is possible here."""

    policy: Policy
    secure: bool
    method: str
    target: str
    version: str
    fields: tuple[Field, ...]


def make_case(random: Random) -> Case:
    """Write what one connection sends to one negotiator."""
    policy, draft = _make_both(random)
    data, twin = draft.head() + draft.tail, None
    if not random.randrange(50):
        data = PREFACE + draft.tail
    if not random.randrange(30):
        data = data[: random.randint(0, len(data))]
    for _ in range(random.choice([0, 0, 0, 0, 1, 1, 1, 2]) or bool(find_twice(data))):
        data, twin = nudge(random, data), data
    pieces = tuple(random.choice([1, 2, 3, 10, 50, 200]) for _ in range(random.randint(1, 3)))
    first = not chance(random, 3 if draft.lead or data.startswith(b"P") else 1)
    return Case(policy, not random.randrange(7), data, pieces, first, twin)


def make_parsed_case(random: Random) -> ParsedCase:
    """Write the same as parsed parts; a few hold text that latin-1 has no byte for."""
    policy, draft = _make_both(random)
    start = [draft.method, draft.target, draft.version.removeprefix(b"HTTP/")]
    texts = [part.decode("latin-1") for part in start]
    fields: list[Field] = [
        (name.decode("latin-1"), value.decode("latin-1")) if chance(random, 3) else (name, value)
        for name, value in draft.fields
    ]
    if not random.randrange(20):
        index = random.randrange(len(texts))
        at = random.randint(0, len(texts[index]))
        texts[index] = texts[index][:at] + random.choice(WIDE) + texts[index][at:]
    if not random.randrange(20):
        wide = random.choice(["", "y", "y\n"]) + random.choice(WIDE)
        wrong: list[Field] = [("X", wide), (wide, "y"), (b"X", wide)]
        fields.append(random.choice(wrong))
    method, target, version = texts
    return ParsedCase(policy, chance(random, 1), method, target, version, tuple(fields))


def make_draft(random: Random, breaks: int) -> Draft:
    """Write a request that some client sends, then lose the way so many times."""
    wanted = random.choice(PROTOCOLS)
    protocol, method, options, fields = random.choice(
        [request for request in REQUESTS if request[0] == wanted]
    )
    host = (b"Host", random.choice([b"a", b"a:8080", *HOSTS[:SOUND_HOSTS]]))
    draft = Draft(method, random.choice(TARGETS), [host, (b"Connection", options), *fields])
    if protocol == b"websocket" and chance(random, 3):
        draft.fields.append((b"Origin", make_own_origin(random, host[1])))
    if draft.find(b"Transfer-Encoding") is not None:
        draft.tail, draft.decoded = make_chunks(random)
    elif method == b"POST":
        draft.tail = b"hello"
    if chance(random, 3):
        random.shuffle(draft.fields)
    for _ in range(breaks):
        mutate(random, draft, protocol)
    return draft


def _make_both(random: Random) -> tuple[Policy, Draft]:
    # Mostly one way: of two the first that is found hides the other.
    draft = make_draft(random, random.choice([0, 0, 1, 1, 1, 1, 2]))
    policy = make_policy(random)
    if chance(random, 2):
        policy = _near(random, policy, draft)
    elif not random.randrange(100):
        _fill(random, policy, draft)
    if chance(random, 2):
        policy = list_own(random, policy, draft)
    return policy, draft


def _near(random: Random, policy: Policy, draft: Draft) -> Policy:
    """Put one limit within a byte or a line of what the draft needs."""
    off = random.randint(-1, 1)
    bodies = ["body"] * (3 if draft.tail else 1)
    limit = random.choice(["head", "target", "fields", *bodies])
    if draft.decoded is not None and chance(random, 3):
        return _near_overhead(random, policy, draft)
    if limit == "head":
        # Pad to the least that a limit can be.
        draft.fields.append((b"X", b"x" * max(0, 260 - len(draft.head()))))
        least, size = 256, len(draft.head())
    elif limit == "target":
        if draft.target.startswith(b"/"):
            draft.target += b"t" * 16
        least, size = 16, len(draft.target)
    elif limit == "fields":
        while len(draft.fields) < 4:
            draft.fields.append((b"X", b"y"))
        least, size = 4, len(draft.fields)
    else:
        least, size = 0, len(draft.tail) if draft.decoded is None else draft.decoded
    return replace(policy, limits=Limits(**_limits(limit, max(least, size + off))))


def _near_overhead(random: Random, policy: Policy, draft: Draft) -> Policy:
    """Put what is in a chunked body but data within a byte or a line of its bounds."""
    if chance(random, 3):
        lines = max(4, len(draft.fields))
        draft.tail = b"0\r\n" + b"X:\r\n" * (lines + random.randint(-1, 1)) + b"\r\n"
        return replace(policy, limits=Limits(fields=lines))
    # The head has to stay below the same limit.
    size = max(256, len(draft.head()) + 1)
    draft.tail = make_overhead(random, size + random.randint(-1, 1))
    return replace(policy, limits=Limits(**_limits("head", size)))


def _limits(name: str, value: int) -> dict[str, int]:
    # The target's limit is at most the head's.
    return {"head": value, "target": min(value, 8192)} if name == "head" else {name: value}


def _fill(random: Random, policy: Policy, draft: Draft) -> None:
    """Put the draft within a byte or a line of one of the policy's own limits."""
    off = random.randint(-1, 1)
    limit = random.choice(["head", "target", "fields"])
    if limit == "head":
        draft.fields.append((b"X", b""))
        missing = policy.limits.head + off - len(draft.head())
        draft.fields[-1] = (b"X", b"x" * missing)
    elif limit == "target":
        draft.target = b"/" + b"t" * (policy.limits.target + off - 1)
    else:
        missing = policy.limits.fields + off - len(draft.fields)
        draft.fields += [(b"X", b"y")] * missing
