"""BodyReader: where a body ends, and what it says.

In: bodies by length, in chunks and until the connection ends, in pieces of every size. Out: their
content, their end, or the defect and the byte that shows it.
"""

from __future__ import annotations

from typing import Any

import pytest

from upgrade101 import BodyReader, Limits, Reason

CHUNKS = b"5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX: y\r\n\r\n"
CHUNKED = {"chunked": True}


def read_pieces(pieces: list[bytes], framing: dict[str, Any]) -> tuple[BodyReader, bytes, bytes]:
    """Return the reader, the content, and what is left of the pieces."""
    reader = BodyReader(**framing)
    content = b""
    for i, piece in enumerate(pieces):
        if reader.done or reader.reason is not None:
            return reader, content, reader.leftover + b"".join(pieces[i:])
        content += reader.read(piece)
    return reader, content, reader.leftover


def ways(data: bytes) -> list[list[bytes]]:
    """Return the bytes whole, cut in two at each place, and one by one."""
    cuts = [[data[:i], data[i:]] for i in range(len(data) + 1)]
    return [[data], *cuts, [data[i : i + 1] for i in range(len(data))]]


@pytest.mark.parametrize(
    ("framing", "body", "content"),
    [
        ({}, b"", b""),
        ({"length": 0}, b"", b""),
        ({"length": 5}, b"hello", b"hello"),
        (CHUNKED, CHUNKS, b"hello world"),
        (CHUNKED, b"0\r\n\r\n", b""),
    ],
)
@pytest.mark.parametrize("tail", [b"", b"tail", b"\r\n0\r\n\r\n"])
def test_body_that_is_whole_is_done(
    framing: dict[str, Any], body: bytes, content: bytes, tail: bytes
) -> None:
    for pieces in ways(body + tail):
        reader, read, left = read_pieces(pieces, framing)
        assert (reader.done, reader.reason, reader.offset) == (True, None, None)
        assert (read, left, reader.decoded) == (content, tail, len(content))


@pytest.mark.parametrize(
    ("framing", "body", "content"),
    [
        ({"length": 5}, b"hell", b"hell"),
        ({"until_close": True}, b"hello", b"hello"),
        ({"until_close": True}, b"", b""),
        (CHUNKED, CHUNKS[:-1], b"hello world"),
        (CHUNKED, b"5\r\nhe", b"he"),
    ],
)
def test_body_that_goes_on_is_not_done(
    framing: dict[str, Any], body: bytes, content: bytes
) -> None:
    for pieces in ways(body):
        reader, read, left = read_pieces(pieces, framing)
        assert (reader.done, reader.reason, read, left) == (False, None, content, b"")


@pytest.mark.parametrize(
    ("framing", "body", "content", "reason", "offset"),
    [
        (CHUNKED, b"5\nhello", b"", Reason.CHUNK_INVALID, 1),
        (CHUNKED, b"5\r\nhelloX", b"hello", Reason.CHUNK_INVALID, 8),
        (CHUNKED, b"0\r\nX y\r\n", b"", Reason.CHUNK_INVALID, 4),
        (CHUNKED | {"max_size": 4}, b"5\r\nhello", b"", Reason.BODY_TOO_LARGE, 0),
        ({"until_close": True, "max_size": 4}, b"hello", b"hell", Reason.BODY_TOO_LARGE, 4),
        ({"length": 5, "max_size": 4}, b"hello", b"", Reason.BODY_TOO_LARGE, 0),
    ],
)
def test_body_with_a_defect_says_which_and_where(
    framing: dict[str, Any], body: bytes, content: bytes, reason: Reason, offset: int
) -> None:
    for pieces in ways(body + b"tail"):
        reader, read, _ = read_pieces(pieces, framing)
        assert (reader.done, reader.reason, reader.offset) == (False, reason, offset)
        assert (read, reader.leftover) == (content, b"")


@pytest.mark.parametrize("most", [5, None])
def test_body_of_max_size_is_done(most: int | None) -> None:
    for framing in ({"length": 5}, {"chunked": True}):
        body = b"hello" if "length" in framing else b"5\r\nhello\r\n0\r\n\r\n"
        reader, content, _ = read_pieces([body], framing | {"max_size": most})
        assert (reader.done, content) == (True, b"hello")


def test_body_limits_bind_extensions_and_trailer_lines() -> None:
    bound = {"chunked": True, "limits": Limits(head=256, fields=4)}
    fits = b"0;" + b"x" * 255 + b"\r\n\r\n"
    reader, _, _ = read_pieces([fits], bound)
    assert reader.done
    reader, _, _ = read_pieces([b"0;x" + fits[2:]], bound)
    assert (reader.reason, reader.offset) == (Reason.CHUNK_INVALID, 257)
    reader, _, _ = read_pieces([b"0\r\n" + b"X:\r\n" * 4 + b"\r\n"], bound)
    assert reader.done
    reader, _, _ = read_pieces([b"0\r\n" + b"X:\r\n" * 5 + b"\r\n"], bound)
    assert (reader.reason, reader.offset) == (Reason.CHUNK_INVALID, 19)


@pytest.mark.parametrize("end", [b"hello", b"5\r\nhello\r\n0\r\n\r\n"])
def test_body_after_its_end_is_not_read(end: bytes) -> None:
    reader = BodyReader(length=5) if end == b"hello" else BodyReader(chunked=True)
    reader.read(end + b"tail")
    for call in (reader.read, reader.skip):
        with pytest.raises(RuntimeError, match="the body has ended"):
            call(b"x")
    assert (reader.done, reader.leftover) == (True, b"tail")


def test_body_after_a_defect_is_not_read() -> None:
    reader = BodyReader(chunked=True)
    assert reader.read(b"x") == b""
    for call in (reader.read, reader.skip):
        with pytest.raises(RuntimeError, match="defect"):
            call(b"5\r\nhello")
    assert (reader.reason, reader.offset, reader.decoded) == (Reason.CHUNK_INVALID, 0, 0)


def test_body_that_is_none_is_done_at_once() -> None:
    for reader in (BodyReader(), BodyReader(length=0), BodyReader(length=None)):
        assert reader.done
        with pytest.raises(RuntimeError):
            reader.read(b"")


def test_body_content_that_is_all_of_exact_bytes_is_that_object() -> None:
    piece = b"hello, world"
    reader = BodyReader(length=24)
    assert reader.read(piece) is piece
    copied = reader.read(bytearray(piece))
    assert (type(copied), copied, reader.done) == (bytes, piece, True)
    assert BodyReader(until_close=True).read(piece) is piece
    reader = BodyReader(chunked=True)
    assert reader.read(b"ff\r\n") == b""
    assert reader.read(piece) is piece


def test_body_of_a_buffer_that_is_written_later_stays_as_it_was() -> None:
    data = bytearray(b"hellotail")
    reader = BodyReader(length=5)
    content = reader.read(memoryview(data))
    data[:] = b"x" * len(data)
    assert (content, reader.leftover) == (b"hello", b"tail")


@pytest.mark.parametrize("tail", [b"", b"tail"])
def test_body_skip_counts_what_belongs_to_it(tail: bytes) -> None:
    for framing, body in ((CHUNKED, CHUNKS), ({"length": 5}, b"hello")):
        for pieces in ways(body + tail):
            reader = BodyReader(**framing)
            counted = sum(reader.skip(piece) for piece in pieces if not reader.done)
            assert (counted, reader.done, reader.leftover) == (len(body), True, b"")


def test_body_skip_does_not_count_the_byte_that_shows_a_defect() -> None:
    reader = BodyReader(chunked=True)
    assert reader.skip(b"5\r\nhel") == 6
    assert reader.skip(b"loX\r\n") == 2
    assert (reader.reason, reader.offset, reader.decoded) == (Reason.CHUNK_INVALID, 8, 5)


def test_body_leftover_is_that_of_the_last_piece() -> None:
    reader = BodyReader(length=5)
    assert reader.leftover == b""
    reader.read(b"hell")
    assert reader.leftover == b""
    reader.read(b"otail")
    assert reader.leftover == b"tail"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"length": 1, "chunked": True}, "must not be given together"),
        ({"length": 0, "until_close": True}, "must not be given together"),
        ({"chunked": True, "until_close": True}, "must not be given together"),
        ({"length": -1}, "length must be 0 to 9223372036854775807"),
        ({"length": 2**63}, "length must be 0 to 9223372036854775807"),
        ({"length": 2**200}, "length must be 0 to 9223372036854775807"),
        ({"max_size": 2**64}, "max_size must be 0 to 9223372036854775807"),
    ],
)
def test_body_reader_of_wrong_values_is_not_made(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BodyReader(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"length": "5"}, "length must be an int or None, not str"),
        ({"chunked": 1}, "chunked must be a bool, not int"),
        ({"until_close": None}, "until_close must be a bool, not NoneType"),
        ({"limits": 5}, "limits must be a Limits or None, not int"),
        ({"max_size": 1.5}, "max_size must be an int or None, not float"),
        ({"size": 5}, "no argument 'size'"),
    ],
)
def test_body_reader_of_wrong_types_is_not_made(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        BodyReader(**arguments)
    with pytest.raises(TypeError, match="keyword only"):
        BodyReader(5)  # type: ignore[misc]


def test_body_of_the_largest_length_goes_on() -> None:
    reader = BodyReader(length=2**63 - 1, max_size=2**63 - 1)
    assert reader.read(b"hello") == b"hello"
    assert not reader.done


@pytest.mark.parametrize(
    ("data", "error"),
    [("text", TypeError), (5, TypeError), (memoryview(b"abcd")[::2], BufferError)],
)
def test_body_of_no_bytes_raises_and_goes_on(data: object, error: type[Exception]) -> None:
    reader = BodyReader(length=5)
    for call in (reader.read, reader.skip):
        with pytest.raises(error, match="data must be"):
            call(data)
    assert reader.read(b"hello") == b"hello"


def test_body_read_within_a_read_comes_first() -> None:
    reader = BodyReader(length=5)

    class Late(bytearray):
        def __buffer__(self, flags: int) -> memoryview:
            reader.read(b"hel")
            return memoryview(b"lotail")

    if not hasattr(bytearray, "__buffer__"):
        assert reader.read(b"hello") == b"hello"
        return
    assert reader.read(Late()) == b"lo"
    assert reader.leftover == b"tail"


def test_body_reader_shows_how_far_it_is() -> None:
    reader = BodyReader(chunked=True)
    reader.read(b"5\r\nhello")
    assert repr(reader) == "<BodyReader of 5 bytes>"
    reader.read(b"\r\n0\r\n\r\n")
    assert repr(reader) == "<BodyReader of 5 bytes, done>"
    reader = BodyReader(chunked=True)
    reader.read(b"5\n")
    assert repr(reader) == "<BodyReader: CHUNK_INVALID at 1>"


def test_body_reader_cannot_be_changed_or_inherited_from() -> None:
    for name in ("done", "reason", "offset", "leftover", "decoded", "other"):
        with pytest.raises(AttributeError):
            setattr(BodyReader(), name, None)
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Heir", (BodyReader,), {})
