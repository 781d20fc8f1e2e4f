"""The ways in which a request is broken, or nearly.

In: a source of randomness and a draft, which is changed. Out: nothing else. It always holds
that a draft keeps at least one field. What is found wrong with it is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from . import pools
from .choices import chance, mostly, some
from .chunks import make_chunks
from .drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence


def make_list(random: Random, pool: Sequence[bytes], most: int = 4) -> bytes:
    """Write a list field, sometimes at a number of elements that the contract limits."""
    items = some(random, pool, most)
    if not random.randrange(10):
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
    if not random.randrange(10):
        offers.append(b"foo" + b";a=1" * random.choice([15, 16, 17]))
    if not random.randrange(10):
        offers = [b"foo"] * max(0, random.choice([15, 16, 17]) - len(offers)) + offers
    return (random.choice(pools.OWS) + b"," + random.choice(pools.OWS)).join(offers)


def make_origin(random: Random, host: bytes) -> bytes:
    """Write an Origin that is the host's own, nearly, or another."""
    if chance(random, 2):
        return random.choice(pools.ORIGINS)
    host = re.sub(rb":[0-9]*\Z", b"", host)
    if chance(random, 2):
        host = random.choice(pools.HOSTS)
    return (
        mostly(random, pools.SCHEMES, pools.SOUND_SCHEMES)
        + b"://"
        + host
        + random.choice(pools.PORTS)
    )


def make_own_origin(random: Random, host: bytes) -> bytes:
    """Write an Origin that a client of the host sends."""
    without_port = re.sub(rb":[0-9]*\Z", b"", host)
    port = random.choice([b"", b"", b":80", b":443", b":8080", b":3000"])
    scheme = random.choice(pools.SCHEMES[: pools.SOUND_SCHEMES])
    own = [scheme + b"://" + host, scheme + b"://" + without_port + port]
    return random.choice([*own, *own, *own, b"null", b"file://"])


def _without(draft: Draft, name: bytes) -> None:
    others = [field for field in draft.fields if field[0] != name]
    draft.fields = others or draft.fields


def _set_host(random: Random, draft: Draft) -> None:
    host = mostly(random, pools.HOSTS, pools.SOUND_HOSTS)
    draft.put(b"Host", host)
    if chance(random, 5):
        _set_absolute(random, draft, host)


def _set_absolute(random: Random, draft: Draft, host: bytes) -> None:
    """Give it a target in absolute-form, whose authority is the host or nearly."""
    if chance(random, 4):
        host = re.sub(rb":[0-9]*\Z", b"", host) + random.choice(pools.PORTS)
    if chance(random, 4):
        host = host.swapcase()
    draft.target = random.choice(pools.TARGET_SCHEMES) + b"://" + host + _absolute_path(random)


def _absolute_path(random: Random) -> bytes:
    path = random.choice([b"", b"/", b"?a", *pools.PATHS])
    return path if path[:1] in (b"", b"/", b"?") else b"/"


def _set_path(random: Random, draft: Draft) -> None:
    index = draft.find(b"Host")
    if index is not None and chance(random, 3):
        _set_absolute(random, draft, draft.fields[index][1])
        return
    draft.target = random.choice(pools.PATHS)
    if draft.target == b"*":
        draft.method = b"OPTIONS"


def _set_origin(random: Random, draft: Draft) -> None:
    index = draft.find(b"Host")
    host = b"a" if index is None else draft.fields[index][1]
    draft.put(b"Origin", make_origin(random, host))


def _set_connection(random: Random, draft: Draft) -> None:
    draft.put(b"Connection", make_list(random, pools.OPTIONS))


def _set_upgrade(random: Random, draft: Draft) -> None:
    count = pools.SOUND_UPGRADES if chance(random, 7) else None
    draft.put(b"Upgrade", make_list(random, pools.UPGRADES[:count]))


def _set_subprotocols(random: Random, draft: Draft) -> None:
    count = pools.SOUND_SUBPROTOCOLS if chance(random, 7) else None
    draft.put(b"Sec-WebSocket-Protocol", make_list(random, pools.SUBPROTOCOLS[:count]))


def _set_extensions(random: Random, draft: Draft) -> None:
    draft.put(b"Sec-WebSocket-Extensions", make_extensions(random))


def _set_expect(random: Random, draft: Draft) -> None:
    value = pools.EXPECTS[0] if chance(random, 7) else make_list(random, pools.EXPECTS, 2)
    draft.put(b"Expect", value)
    if chance(random, 4):
        draft.tail = b""


def _set_chunks(random: Random, draft: Draft) -> None:
    """Give it a chunked body, and perhaps something behind it."""
    _without(draft, b"Content-Length")
    draft.put(b"Transfer-Encoding", random.choice([b"chunked", b"chunked", b"Chunked"]))
    draft.tail, draft.decoded = make_chunks(random)
    if chance(random, 3):
        draft.tail += random.choice(pools.TAILS)


def _set_proxy(random: Random, draft: Draft) -> None:
    """Begin as a PROXY header does, of either version."""
    if chance(random, 4):
        draft.lead = random.choice(pools.PROXY_LEADS)
        return
    draft.lead = random.choice([b"", b"", b"\r\n"])
    draft.method = random.choice([b"PROXY", b"PROXY", b"PROXY", b"proxy", b"PROX"])
    draft.target = random.choice([*pools.PROXY_TARGETS, *pools.TARGETS])


def _misname_field(random: Random, draft: Draft) -> None:
    """Have a line of a name that is one byte from a known one."""
    name, value = random.choice(draft.fields)
    line = (name[:-1] + b"-", value)
    if chance(random, 5):
        draft.fields.append(line)
    else:
        draft.fields[draft.fields.index((name, value))] = line


def _empty_field(random: Random, draft: Draft) -> None:
    """Take the elements from a list."""
    name, _ = random.choice(draft.fields)
    index = draft.find(name)
    if index is not None:
        draft.fields[index] = (name, random.choice([b"", b",", b" ,\t, "]))


def _set_framing(random: Random, draft: Draft) -> None:
    if chance(random, 5):
        draft.put(b"Content-Length", random.choice(pools.LENGTHS))
    else:
        draft.put(b"Transfer-Encoding", random.choice(pools.CODINGS))
        # Together they are a conflict whatever the coding is.
        _without(draft, b"Content-Length")


def _set_websocket_value(random: Random, draft: Draft) -> None:
    name, pool = random.choice(
        [
            (b"Sec-WebSocket-Version", pools.WEBSOCKET_VERSIONS),
            (b"Sec-WebSocket-Key", pools.KEYS),
        ]
    )
    draft.put(name, random.choice(pool))


def _set_settings(random: Random, draft: Draft) -> None:
    draft.put(b"HTTP2-Settings", random.choice(pools.SETTING_VALUES))


def _set_body(random: Random, draft: Draft) -> None:
    size = random.randint(0, 40)
    draft.put(b"Content-Length", b"%d" % size)
    draft.tail = b"b" * max(0, size + random.randint(-1, 1))


def _set_start(random: Random, draft: Draft) -> None:
    part, pool = random.choice(
        [("method", pools.METHODS), ("target", pools.TARGETS), ("version", pools.VERSIONS)]
    )
    setattr(draft, part, random.choice(pool))


def _age(random: Random, draft: Draft) -> None:
    """Make it HTTP/1.0, whose rules for Host and bodies differ."""
    draft.version = b"HTTP/1.0"
    if chance(random, 5):
        _without(draft, b"Host")


def _connect(random: Random, draft: Draft) -> None:
    """Make it a CONNECT, which takes a target of its own."""
    draft.method, draft.target = b"CONNECT", random.choice(pools.HOSTS)


def _add_field(random: Random, draft: Draft) -> None:
    at = random.randint(0, len(draft.fields))
    draft.fields.insert(
        at, (mostly(random, pools.NAMES, pools.SOUND_NAMES), random.choice(pools.VALUES))
    )


def _repeat_field(random: Random, draft: Draft) -> None:
    """Write one line twice, the same or in another case."""
    name, value = random.choice(draft.fields)
    at = random.randint(0, len(draft.fields))
    draft.fields.insert(at, (name.swapcase() if chance(random, 5) else name, value))


def _repeat_settings(random: Random, draft: Draft) -> None:
    """Write two lines of settings, or one of a name that is one byte from it."""
    name = random.choice([b"HTTP2-Settings", b"http2-settings", b"HTTP2-Setting-"])
    draft.fields.append((name, random.choice(pools.SETTING_VALUES)))


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


Mutation = Callable[[Random, Draft], None]
# What concerns any request, and beside it what concerns one that asks for that protocol.
ANY: list[Mutation] = [
    *(_set_host, _set_host, _set_connection, _set_upgrade, _set_expect, _set_framing, _set_body),
    *(_set_start, _age, _connect, _add_field, _repeat_field, _drop_field, _split_field),
    *(_dress_field, _break_lines, _set_tail, _set_path, _set_path, _set_chunks, _set_proxy),
    *(_misname_field, _empty_field),
]
CONCERNED: dict[bytes, list[Mutation]] = {
    b"websocket": [
        *(_set_websocket_value, _set_origin, _set_origin, _set_extensions, _set_extensions),
        *(_set_subprotocols, _set_subprotocols, _repeat_field, _set_path, _misname_field),
        *(_empty_field, _set_origin),
    ],
    b"h2c": [
        *(_set_settings, _set_settings, _set_settings, _set_connection, _repeat_field),
        *(_repeat_settings, _misname_field),
    ],
    b"other": [
        *(_set_framing, _set_body, _set_expect, _set_tail, _set_upgrade, _set_chunks),
        _set_chunks,
    ],
}


def mutate(random: Random, draft: Draft, protocol: bytes) -> None:
    """Break a draft that asks for a protocol in one way."""
    random.choice(CONCERNED[protocol] if chance(random, 6) else ANY)(random, draft)
