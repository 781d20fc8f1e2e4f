"""A request as its parts, sound at first, then broken in a few places.

In: a source of randomness. Out: a `Draft`, whose head can be written. It always holds that a
draft starts as a request that some client sends. Limits are not looked at here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import pools
from .choices import chance, mostly, some

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random


@dataclass
class Draft:
    """A request on its way from sound to broken."""

    method: bytes
    target: bytes
    fields: list[tuple[bytes, bytes]]
    version: bytes = b"HTTP/1.1"
    lead: bytes = b""
    separator: bytes = b": "
    line_end: bytes = b"\r\n"
    head_end: bytes = b"\r\n"
    tail: bytes = b""

    def find(self, name: bytes) -> int | None:
        """Return the index of the first line of that name."""
        for index, (own, _) in enumerate(self.fields):
            if own.lower() == name.lower():
                return index
        return None

    def put(self, name: bytes, value: bytes) -> None:
        """Give the first line of that name the value, or add one."""
        index = self.find(name)
        if index is None:
            self.fields.append((name, value))
        else:
            self.fields[index] = (self.fields[index][0], value)

    def head(self) -> bytes:
        """Write the head as it goes over the wire."""
        start = b" ".join([self.method, self.target, self.version])
        lines = [start, *(name + self.separator + value for name, value in self.fields)]
        return self.lead + b"".join(line + self.line_end for line in lines) + self.head_end


def make_list(random: Random, pool: Sequence[bytes], most: int = 4) -> bytes:
    """Write a list field, sometimes at a number of elements that the contract limits."""
    items = some(random, pool, most)
    if not random.randrange(20):
        count = random.choice([15, 16, 17, 31, 32, 33])
        items = [b"e%d" % number for number in range(max(0, count - len(items)))] + items
    return random.choice([b", ", b",", b" ,", b"\t,\t", b",,", b", ,"]).join(items)


def make_extensions(random: Random) -> bytes:
    """Write a Sec-WebSocket-Extensions value (6455 9.1), sound or not."""
    offers = []
    broken = chance(random, 3)
    names, parameters, values = pools.EXTENSION_NAMES, pools.PARAMETERS, pools.PARAMETER_VALUES
    if not broken:
        names = names[: pools.SOUND_EXTENSION_NAMES]
        parameters = parameters[: pools.SOUND_PARAMETERS]
        values = values[: pools.SOUND_PARAMETER_VALUES]
    for _ in range(random.randint(1, 3)):
        text = mostly(random, names, 1)
        for parameter in some(random, parameters, 3):
            value = random.choice(values)
            text += random.choice(pools.OWS) + b";" + random.choice(pools.OWS) + parameter
            if value is not None and (broken or parameter not in parameters[: pools.FLAGS]):
                text += random.choice(pools.OWS) + b"=" + random.choice(pools.OWS) + value
        offers.append(text)
    if not random.randrange(20):
        offers.append(b"foo" + b";a=1" * random.choice([15, 16, 17]))
    return (random.choice(pools.OWS) + b"," + random.choice(pools.OWS)).join(offers)


def make_origin(random: Random, host: bytes) -> bytes:
    """Write an Origin that is the host's own, nearly, or another."""
    if chance(random, 2):
        return random.choice(pools.ORIGINS)
    for port in (b":80", b":443", b":8080"):
        host = host.removesuffix(port)
    if chance(random, 2):
        host = random.choice(pools.HOSTS)
    return (
        mostly(random, pools.SCHEMES, pools.SOUND_SCHEMES)
        + b"://"
        + host
        + random.choice(pools.PORTS)
    )


def _set_host(random: Random, draft: Draft) -> None:
    host = random.choice(pools.HOSTS)
    draft.put(b"Host", host)
    if chance(random, 3):
        draft.target = b"http://" + (host.swapcase() if chance(random, 5) else host) + b"/"


def _set_origin(random: Random, draft: Draft) -> None:
    index = draft.find(b"Host")
    host = b"a" if index is None else draft.fields[index][1]
    draft.put(b"Origin", make_origin(random, host))


def _set_list(random: Random, draft: Draft) -> None:
    name, pool = random.choice(
        [
            (b"Connection", pools.OPTIONS),
            (b"Upgrade", pools.UPGRADES),
            (b"Upgrade", pools.UPGRADES[: pools.SOUND_UPGRADES]),
            (b"Sec-WebSocket-Protocol", pools.SUBPROTOCOLS),
            (b"Sec-WebSocket-Protocol", pools.SUBPROTOCOLS[: pools.SOUND_SUBPROTOCOLS]),
        ]
    )
    draft.put(name, make_list(random, pool))


def _set_extensions(random: Random, draft: Draft) -> None:
    draft.put(b"Sec-WebSocket-Extensions", make_extensions(random))


def _set_expect(random: Random, draft: Draft) -> None:
    value = pools.EXPECTS[0] if chance(random, 7) else make_list(random, pools.EXPECTS, 2)
    draft.put(b"Expect", value)
    if chance(random, 4):
        draft.tail = b""


def _set_value(random: Random, draft: Draft) -> None:
    name, pool = random.choice(
        [
            (b"Content-Length", pools.LENGTHS),
            (b"Transfer-Encoding", pools.CODINGS),
            (b"Sec-WebSocket-Version", pools.WEBSOCKET_VERSIONS),
            (b"Sec-WebSocket-Key", pools.KEYS),
            (b"HTTP2-Settings", pools.SETTING_VALUES),
        ]
    )
    draft.put(name, random.choice(pool))


def _set_body(random: Random, draft: Draft) -> None:
    size = random.randint(0, 40)
    draft.put(b"Content-Length", b"%d" % size)
    draft.tail = b"b" * max(0, size + random.randint(-1, 1))


def _set_start(random: Random, draft: Draft) -> None:
    part, pool = random.choice(
        [("method", pools.METHODS), ("target", pools.TARGETS), ("version", pools.VERSIONS)]
    )
    setattr(draft, part, random.choice(pool))


def _add_field(random: Random, draft: Draft) -> None:
    at = random.randint(0, len(draft.fields))
    draft.fields.insert(
        at, (mostly(random, pools.NAMES, pools.SOUND_NAMES), random.choice(pools.VALUES))
    )


def _repeat_field(random: Random, draft: Draft) -> None:
    name, value = random.choice(draft.fields)
    at = random.randint(0, len(draft.fields))
    draft.fields.insert(at, (name.swapcase() if chance(random, 5) else name, value))


def _drop_field(random: Random, draft: Draft) -> None:
    if len(draft.fields) > 1:
        del draft.fields[random.randrange(len(draft.fields))]


def _split_field(_: Random, draft: Draft) -> None:
    """Write one list field as several lines."""
    for index, (name, value) in enumerate(draft.fields):
        if b"," in value:
            split = [(name, element) for element in value.split(b",")]
            draft.fields[index : index + 1] = split
            return


def _dress_field(random: Random, draft: Draft) -> None:
    """Change what means nothing: the case of a name, the white space around a value."""
    index = random.randrange(len(draft.fields))
    name, value = draft.fields[index]
    dressed = random.choice(pools.OWS) + value + random.choice(pools.OWS)
    draft.fields[index] = (name.swapcase(), dressed)


def _break_lines(random: Random, draft: Draft) -> None:
    part, pool = random.choice(
        [
            ("lead", pools.LEADS),
            ("separator", pools.SEPARATORS),
            ("line_end", pools.LINE_ENDS),
            ("head_end", pools.LINE_ENDS),
        ]
    )
    setattr(draft, part, random.choice(pool))


def _set_tail(random: Random, draft: Draft) -> None:
    draft.tail = random.choice(pools.TAILS)


MUTATIONS: list[Callable[[Random, Draft], None]] = [
    *(_set_host, _set_list, _set_list, _set_extensions, _set_extensions, _set_origin, _set_origin),
    *(_set_expect, _set_value, _set_value, _set_body, _set_start, _add_field, _repeat_field),
    *(_repeat_field, _drop_field, _split_field, _dress_field, _break_lines, _set_tail),
]


def make_draft(random: Random) -> Draft:
    """Write a request that some client sends, then lose the way up to three times."""
    method, options, fields = random.choice(pools.REQUESTS)
    host = (b"Host", random.choice(pools.HOSTS[: pools.SOUND_HOSTS]))
    draft = Draft(method, b"/", [host, (b"Connection", options), *fields])
    if method == b"POST":
        draft.tail = b"hello"
    if chance(random, 3):
        random.shuffle(draft.fields)
    for mutate in some(random, MUTATIONS, 3):
        mutate(random, draft)
    return draft
