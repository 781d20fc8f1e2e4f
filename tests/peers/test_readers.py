"""The readers of bodies and responses against the model, and against h11.

`U101_FUZZ_EXAMPLES=N` tries N bodies and N responses chosen anew; without it the same few
thousand run each time. Each is read whole, in pieces and byte by byte. h11 reads more loosely:
what is sound here must be sound there too, and say the same.
"""

from __future__ import annotations

import os
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import h11
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from model import Limits
from model.body import BodyDefect, Bounds, Done, read_body
from model.head import Defect
from model.response import read_exchange
from strategies.chunks import make_chunks, make_overhead
from strategies.replies import Reply, make_reply

import upgrade101
from upgrade101 import BodyReader, ResponseReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.response import Response

EXAMPLES = int(os.environ.get("U101_FUZZ_EXAMPLES", "0"))
profile = settings(
    max_examples=EXAMPLES or 3000,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
LIMITS = Limits(head=256, target=16, fields=4)
OURS = upgrade101.Limits(**vars(LIMITS))
SEEDS = st.randoms(use_true_random=True)


def cuts(random: Random, data: bytes) -> Iterator[list[bytes]]:
    """List the bytes whole, in pieces, and one by one."""
    yield [data]
    places = sorted(random.randint(0, len(data)) for _ in range(random.randint(1, 5)))
    yield [data[i:j] for i, j in zip([0, *places], [*places, len(data)], strict=True)]
    yield [data[i : i + 1] for i in range(len(data))]


def read(reader: BodyReader | ResponseReader, pieces: list[bytes]) -> tuple[bytes, bytes]:
    """Return the content, and what follows the message."""
    content = b""
    for i, piece in enumerate(pieces):
        if reader.done or reader.reason is not None:
            return content, reader.leftover + b"".join(pieces[i:])
        content += reader.read(piece)
    return content, reader.leftover


def skip(reader: BodyReader | ResponseReader, pieces: list[bytes]) -> int:
    """Return how many bytes belong to the message."""
    counted = 0
    for piece in pieces:
        if reader.done or reader.reason is not None:
            break
        counted += reader.skip(piece)
    return counted


def make_body(random: Random) -> tuple[bytes, Bounds]:
    """Make a chunked body, and bounds that it may pass by one."""
    if random.randrange(4):
        data, decoded = make_chunks(random)
    else:
        data, decoded = make_overhead(random, LIMITS.head + random.randint(-1, 1)), 0
    most = random.choice([None, None, decoded, max(0, decoded - 1)])
    return data + random.choice([b"", b"tail"]), Bounds(LIMITS.head, LIMITS.fields, most)


@profile
@given(SEEDS)
def test_reader_of_chunks_says_what_the_model_says(random: Random) -> None:
    data, bounds = make_body(random)
    note(f"{data!r} {bounds}")
    expected = read_body(data, None, bounds)
    for pieces in cuts(random, data):
        reader = BodyReader(chunked=True, limits=OURS, max_size=bounds.decoded)
        content, rest = read(reader, pieces)
        assert reader.done == isinstance(expected, Done)
        if isinstance(expected, Done):
            assert (content, rest) == (expected.content, data[expected.end :])
        elif isinstance(expected, BodyDefect):
            assert reader.reason is upgrade101.Reason[expected.reason]
            assert reader.offset == expected.offset
        else:
            assert reader.reason is None
        skipper = BodyReader(chunked=True, limits=OURS, max_size=bounds.decoded)
        counted = skip(skipper, pieces)
        assert (skipper.done, skipper.reason) == (reader.done, reader.reason)
        assert counted == (reader.offset if reader.offset is not None else len(data) - len(rest))


def assert_same_head(head: upgrade101.Response | None, expected: Response) -> None:
    assert head is not None
    assert (head.status, head.phrase) == (expected.status, expected.phrase.decode("latin-1"))
    assert (head.version.encode(), len(head.head)) == (expected.version, expected.size)
    assert head.headers == expected.fields


def assert_same_heads(reader: ResponseReader, expected: list[Response]) -> None:
    interim = [head for head in expected if head.kind == "INTERIM"]
    final = [head for head in expected if head.kind != "INTERIM"]
    assert (reader.interim is None) == (not interim)
    assert (reader.response is None) == (not final)
    if interim:
        assert_same_head(reader.interim, interim[-1])
    if final:
        assert_same_head(reader.response, final[0])
        assert reader.switched == (final[0].kind == "SWITCH")
        assert reader.until_close == (final[0].framing == "CLOSE")
        if final[0].kind == "FINAL" and reader.reason is None:
            assert reader.keeps_alive == final[0].keeps_alive


def assert_same_end(
    reader: ResponseReader,
    content: bytes,
    rest: bytes,
    data: bytes,
    expected: tuple[list[Response], Done | BodyDefect | Defect | None],
) -> None:
    """Compare what the model says of the end, whose offsets count from its last part."""
    heads, end = expected
    begin = sum(head.size for head in heads)
    if isinstance(end, Done):
        assert reader.reason is None
        assert reader.done == (not reader.until_close)
        assert (rest if reader.switched else content) == end.content
        assert reader.switched or rest == data[end.end :]
    elif isinstance(end, BodyDefect | Defect):
        assert reader.reason is upgrade101.Reason[end.reason]
        assert reader.offset is not None
        if end.offset is None:
            assert data[: reader.offset].endswith(b"\r\n\r\n")
        else:
            assert reader.offset == begin + end.offset
    else:
        assert (reader.done, reader.reason) == (False, None)
        assert not reader.eof()


@profile
@given(SEEDS)
def test_reader_of_responses_says_what_the_model_says(random: Random) -> None:
    reply = make_reply(random)
    note(repr(reply))
    expected = read_exchange(reply.data, reply.method, LIMITS)
    for pieces in cuts(random, reply.data):
        reader = ResponseReader(reply.method.decode(), limits=OURS)
        content, rest = read(reader, pieces)
        skipper = ResponseReader(reply.method.decode(), limits=OURS)
        counted = skip(skipper, pieces)
        assert (skipper.done, skipper.reason, skipper.offset) == (
            *(reader.done, reader.reason),
            reader.offset,
        )
        used = reader.offset if reader.offset is not None else len(reply.data) - len(rest)
        assert counted == used
        assert_same_heads(reader, expected[0])
        assert_same_end(reader, content, rest, reply.data, expected)


ENDS = {
    *("INTERIM", "SWITCH", "FINAL NONE", "FINAL LENGTH", "FINAL CHUNKED", "FINAL CLOSE", "MORE"),
    *("BAD_VERSION", "UNSUPPORTED_VERSION", "BARE_LF", "BARE_CR", "OBS_FOLD", "BAD_FIELD_NAME"),
    *("BAD_FIELD_VALUE", "HEAD_TOO_LARGE", "TOO_MANY_FIELDS", "FRAMING_CONFLICT"),
    *("CONTENT_LENGTH_INVALID", "TRANSFER_ENCODING_INVALID", "TRANSFER_ENCODING_UNSUPPORTED"),
    "CHUNK_INVALID",
}


def name_ends(reply: Reply) -> Iterator[str]:
    """Name what the model has met in an answer."""
    heads, end = read_exchange(reply.data, reply.method, LIMITS)
    for head in heads:
        yield f"FINAL {head.framing}" if head.kind == "FINAL" else head.kind
    if not isinstance(end, Done):
        yield "MORE" if end is None else end.reason


def test_replies_reach_every_end() -> None:
    random = Random(101)  # noqa: S311 -- nothing is secret here
    met = Counter(name for _ in range(3000) for name in name_ends(make_reply(random)))
    assert met.keys() == ENDS
    assert min(met.values()) >= 5, met


def read_with_h11(reply: Reply) -> tuple[list[int], list[object], bytes, bytes] | None:
    """Return the statuses, the final head, the content and the rest; None: not read to its end."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method=reply.method, target="/", headers=[("Host", "a")]))
    client.send(h11.EndOfMessage())
    client.receive_data(reply.data)
    statuses: list[int] = []
    head: list[object] = []
    content = b""
    while True:
        event = client.next_event()
        if isinstance(event, h11.InformationalResponse | h11.Response):
            statuses.append(event.status_code)
            names = tuple((bytes(name), bytes(value)) for name, value in event.headers.raw_items())
            head = [event.reason, event.http_version, names]
        elif isinstance(event, h11.Data):
            content += event.data
        elif isinstance(event, h11.EndOfMessage):
            return statuses, head, content, client.trailing_data[0]
        else:
            return None


def is_for_h11(reader: ResponseReader, data: bytes) -> bool:
    """Leave out what h11 is stricter about: switches, and framing fields that frame no body."""
    if not reader.done or reader.switched:
        return False
    assert reader.response is not None
    codings = reader.response.get_all("Transfer-Encoding")
    lengths = reader.response.get_all("Content-Length")
    return (
        codings in {(), ("chunked",)}
        and (not lengths or (len(lengths) == 1 and lengths[0].isascii() and lengths[0].isdigit()))
        and data.lower().count(b"\ncontent-length:") == len(lengths)  # none in a trailer section
    )


@profile
@given(SEEDS)
def test_reader_of_responses_says_what_h11_says_of_what_is_sound(random: Random) -> None:
    reply = make_reply(random)
    note(repr(reply))
    reader = ResponseReader(reply.method.decode())
    content, rest = read(reader, [reply.data])
    if is_for_h11(reader, reply.data):
        assert reader.response is not None
        statuses, head, theirs, left = read_with_h11(reply) or ([], [], b"", b"")
        assert statuses[-1] == reader.response.status
        assert (len(statuses) > 1) == (reader.interim is not None)
        phrase = reader.response.phrase.encode("latin-1")
        assert head == [phrase, reader.response.version.encode(), reader.response.headers]
        assert (content, rest) == (theirs, left)
