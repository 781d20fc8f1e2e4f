"""ResponseReader: the responses to one request, and where they end.

In: interim responses, final ones, their bodies, in pieces of every size. Out: their heads and
content, what follows them, or the defect and the byte that shows it.
"""

from __future__ import annotations

from typing import Any

import pytest

from upgrade101 import Limits, Reason, Response, ResponseReader

OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = OK + b"Content-Length: 5\r\n\r\nhello"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n"
HINTS = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"


def goes_on(reader: ResponseReader) -> bool:
    return not reader.done and reader.reason is None


def read_pieces(pieces: list[bytes], method: str = "GET") -> tuple[ResponseReader, bytes, bytes]:
    """Return the reader, the content, and what is left of the pieces."""
    reader = ResponseReader(method)
    content = b""
    for i, piece in enumerate(pieces):
        if not goes_on(reader):
            return reader, content, reader.leftover + b"".join(pieces[i:])
        content += reader.read(piece)
    return reader, content, reader.leftover


def ways(data: bytes) -> list[list[bytes]]:
    """Return the bytes whole, cut in two at each place, and one by one."""
    cuts = [[data[:i], data[i:]] for i in range(len(data) + 1)]
    return [[data], *cuts, [data[i : i + 1] for i in range(len(data))]]


@pytest.mark.parametrize(
    ("method", "data", "content"),
    [
        ("GET", LENGTH, b"hello"),
        ("GET", CHUNKED, b"hello"),
        ("GET", HINTS + LENGTH, b"hello"),
        ("HEAD", OK + b"Content-Length: 5\r\n\r\n", b""),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b""),
        ("GET", OK + b"Content-Length: 0\r\n\r\n", b""),
        ("CONNECT", b"HTTP/1.1 403 \r\nContent-Length: 1\r\n\r\nx", b"x"),
    ],
)
@pytest.mark.parametrize("tail", [b"", OK])
def test_response_that_is_whole_is_done(
    method: str, data: bytes, content: bytes, tail: bytes
) -> None:
    for pieces in ways(data + tail):
        reader, read, left = read_pieces(pieces, method)
        assert (reader.done, reader.switched, reader.until_close) == (True, False, False)
        assert (reader.reason, reader.offset, reader.keeps_alive) == (None, None, True)
        assert (read, left, reader.eof()) == (content, tail, True)
        assert (reader.interim is not None) == data.startswith(HINTS)


@pytest.mark.parametrize("tail", [b"", b"\x81\x00"])
@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("GET", b"HTTP/1.1 101 Switching Protocols\r\nContent-Length: 5\r\n\r\n"),
        ("GET", HINTS + b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
        ("CONNECT", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ],
)
def test_response_that_switches_ends_after_its_head(method: str, data: bytes, tail: bytes) -> None:
    for pieces in ways(data + tail):
        reader, content, left = read_pieces(pieces, method)
        assert (reader.done, reader.switched, reader.keeps_alive) == (True, True, False)
        assert (content, left, reader.eof()) == (b"", tail, True)
        assert reader.response is not None
        assert reader.response.status in {101, 200}


@pytest.mark.parametrize(
    ("data", "content", "whole"),
    [
        (b"", b"", False),
        (OK[:-1], b"", False),
        (HINTS, b"", False),
        (LENGTH[:-1], b"hell", False),
        (CHUNKED[:-1], b"hello", False),
        (OK + b"\r\nhello", b"hello", True),
        (OK + b"\r\n", b"", True),
    ],
)
def test_response_at_the_end_of_the_connection_is_whole_or_not(
    *, data: bytes, content: bytes, whole: bool
) -> None:
    for pieces in ways(data):
        reader, read, left = read_pieces(pieces)
        assert (reader.done, read, left) == (False, content, b"")
        assert reader.until_close == whole
        assert reader.eof() == whole
        assert (reader.done, reader.reason) == (whole, None)
        assert not reader.keeps_alive
        assert reader.eof() == whole
        with pytest.raises(RuntimeError, match="has ended"):
            reader.read(b"x")


@pytest.mark.parametrize(
    ("data", "reason", "offset"),
    [
        (b"HTTP/1.1 200\r\n\r\n", Reason.BAD_VERSION, 12),
        (b"HTTP/2.0 200 OK\r\n", Reason.UNSUPPORTED_VERSION, 7),
        (OK + b"A b\r\n", Reason.BAD_FIELD_NAME, 18),
        (HINTS + OK + b" A: b\r\n", Reason.OBS_FOLD, len(HINTS) + 17),
        (HINTS + b"HTTP/1.1 600 \r\n", Reason.BAD_VERSION, len(HINTS) + 9),
        (OK + b"Content-Length: x\r\n\r\n", Reason.CONTENT_LENGTH_INVALID, 38),
        (HINTS + OK + b"Content-Length: x\r\n\r\n", Reason.CONTENT_LENGTH_INVALID, len(HINTS) + 38),
        (CHUNKED[:-4] + b"\n", Reason.CHUNK_INVALID, len(CHUNKED) - 4),
    ],
)
def test_response_with_a_defect_says_which_and_where(
    data: bytes, reason: Reason, offset: int
) -> None:
    for pieces in ways(data + b"tail"):
        reader, _, _ = read_pieces(pieces)
        assert (reader.done, reader.reason, reader.offset) == (False, reason, offset)
        assert (reader.leftover, reader.keeps_alive, reader.eof()) == (b"", False, False)
        for call in (reader.read, reader.skip):
            with pytest.raises(RuntimeError, match="defect"):
                call(b"x")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (b"", True),
        (b"Connection: close\r\n", False),
        (b"Connection: clos\r\n", True),
        (b"Connection: a b\r\n", False),
    ],
)
def test_response_keeps_the_connection_unless_it_says_close(*, line: bytes, kept: bool) -> None:
    reader = ResponseReader()
    reader.read(OK + line + b"Content-Length: 5\r\n")
    assert not reader.keeps_alive
    reader.read(b"\r\nhello")
    assert (reader.keeps_alive, reader.done) == (kept, True)


def test_response_limits_bind_each_head_and_the_overhead_of_chunks() -> None:
    limits = Limits(head=256, fields=4)
    head = OK + b"X:\r\n" * 2 + b"Transfer-Encoding: chunked\r\n"
    fits = head + b"Y: " + b"y" * (256 - len(head) - 7) + b"\r\n\r\n"
    reader = ResponseReader(limits=limits)
    reader.read(fits)
    assert reader.response is not None
    assert len(reader.response.head) == 256
    reader.read(b"0\r\n" + b"X:\r\n" * 5)
    assert (reader.reason, reader.offset) == (Reason.CHUNK_INVALID, 256 + 19)
    for pieces in ways(fits.replace(b"Y: ", b"Y:  ")):
        reader = ResponseReader(limits=limits)
        for piece in pieces:
            if goes_on(reader):
                reader.read(piece)
        assert (reader.reason, reader.offset) == (Reason.HEAD_TOO_LARGE, 256)
    reader = ResponseReader(limits=limits)
    reader.read(OK + b"X:\r\n" * 5)
    assert (reader.reason, reader.offset) == (Reason.TOO_MANY_FIELDS, 33)


def test_response_heads_are_kept_as_they_came() -> None:
    reader = ResponseReader()
    head = b"HTTP/1.0 418 I'm a \xe9 \r\nb: 1\r\nA:2\r\nb: \t\xff \r\n\r\n"
    reader.read(HINTS + head)
    assert reader.interim is not None
    assert (reader.interim.status, reader.interim.phrase) == (103, "Early Hints")
    assert reader.interim.head == b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    response = reader.response
    assert response is not None
    assert response is reader.response
    assert (response.status, response.phrase, response.version) == (418, "I'm a \xe9 ", "1.0")
    assert response.headers == ((b"b", b"1"), (b"A", b"2"), (b"b", b"\xff"))
    assert response.headers is response.headers
    assert response.head == head
    assert repr(response) == '<Response 418 "I\'m a \xe9 " HTTP/1.0>'


def test_response_fields_are_found_by_name() -> None:
    reader = ResponseReader()
    reader.read(OK + b'Vary: a\r\nvary: ,"b,c" , d\r\nX:\r\nContent-Length: 0\r\n\r\n')
    response = reader.response
    assert response is not None
    assert response.get("VARY") == 'a, ,"b,c" , d'
    assert response.get_all("Vary") == ("a", ',"b,c" , d')
    assert response.get_list("Vary") == ("a", '"b,c"', "d")
    assert (response.get("x"), response.get_all("x"), response.get_list("x")) == ("", ("",), ())
    assert (response.get("Var"), response.get_all("Var"), response.get_list("Var")) == (
        None,
        (),
        (),
    )
    for call in (response.get, response.get_all, response.get_list):
        with pytest.raises(TypeError, match="name must be a str"):
            call(b"x")  # type: ignore[operator]


@pytest.mark.parametrize("tail", [b"", b"tail"])
@pytest.mark.parametrize("data", [LENGTH, CHUNKED, HINTS + LENGTH])
def test_response_skip_counts_what_belongs_to_it(data: bytes, tail: bytes) -> None:
    for pieces in ways(data + tail):
        reader = ResponseReader()
        counted = sum(reader.skip(piece) for piece in pieces if goes_on(reader))
        assert (counted, reader.done, reader.leftover) == (len(data), True, b"")


def test_response_skip_does_not_count_the_byte_that_shows_a_defect() -> None:
    reader = ResponseReader()
    assert reader.skip(OK[:5]) == 5
    assert reader.skip(OK[5:] + b"A:b\r\n C\r\n") == len(OK) - 5 + 5
    assert (reader.reason, reader.offset) == (Reason.OBS_FOLD, len(OK) + 5)


def test_response_after_its_end_is_not_read() -> None:
    reader = ResponseReader()
    reader.read(LENGTH + b"tail")
    switched = ResponseReader()
    switched.read(b"HTTP/1.1 101 \r\n\r\n")
    for call in (reader.read, reader.skip, switched.read, switched.skip):
        with pytest.raises(RuntimeError, match=r"has (ended|switched)"):
            call(b"x")
    assert (reader.done, reader.leftover) == (True, b"tail")


def test_response_content_that_is_all_of_exact_bytes_is_that_object() -> None:
    piece = b"hello, world"
    reader = ResponseReader()
    reader.read(OK + b"\r\n")
    assert reader.read(piece) is piece
    assert reader.read(bytearray(piece)) == piece


def test_response_of_a_buffer_that_is_written_later_stays_as_it_was() -> None:
    data = bytearray(LENGTH + b"tail")
    reader = ResponseReader()
    reader.read(memoryview(data)[:20])
    data[:20] = b"x" * 20
    content = reader.read(memoryview(data)[20:])
    data[:] = b"x" * len(data)
    assert (content, reader.leftover) == (b"hello", b"tail")
    assert reader.response is not None
    assert reader.response.head == LENGTH.removesuffix(b"hello")


def test_response_reader_takes_the_method_by_name_or_by_position() -> None:
    data = OK + b"Content-Length: 5\r\n\r\n"
    for reader in (ResponseReader("HEAD"), ResponseReader(method="HEAD")):
        assert reader.read(data) == b""
        assert reader.done
    reader = ResponseReader("head")
    reader.read(data)
    assert not reader.done


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"method": b"GET"}, TypeError, "method must be a str, not bytes"),
        ({"method": None}, TypeError, "method must be a str, not NoneType"),
        ({"method": "\u0100"}, ValueError, "method"),
        ({"limits": 1}, TypeError, "limits must be a Limits or None, not int"),
        ({"head": 1}, TypeError, "no argument 'head'"),
    ],
)
def test_response_reader_of_wrong_arguments_is_not_made(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ResponseReader(**arguments)
    with pytest.raises(TypeError, match="at most 1 argument by position"):
        ResponseReader("GET", None)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("data", "error"),
    [("text", TypeError), (5, TypeError), (memoryview(b"abcd")[::2], BufferError)],
)
def test_response_of_no_bytes_raises_and_goes_on(data: object, error: type[Exception]) -> None:
    reader = ResponseReader()
    reader.read(LENGTH[:10])
    for call in (reader.read, reader.skip):
        with pytest.raises(error, match="data must be"):
            call(data)
    assert reader.read(LENGTH[10:]) == b"hello"


def test_response_reader_shows_where_it_is() -> None:
    reader = ResponseReader()
    assert repr(reader) == "<ResponseReader: in the head>"
    reader.read(LENGTH[:-1])
    assert repr(reader) == "<ResponseReader: in the body>"
    reader.read(b"o")
    assert repr(reader) == "<ResponseReader: done>"
    reader = ResponseReader()
    reader.eof()
    assert repr(reader) == "<ResponseReader: cut>"


def test_response_reader_cannot_be_changed_or_inherited_from() -> None:
    names = ("response", "interim", "done", "switched", "until_close", "keeps_alive", "reason")
    for name in (*names, "offset", "leftover", "other"):
        with pytest.raises(AttributeError):
            setattr(ResponseReader(), name, None)
    for kind in (Response, ResponseReader):
        with pytest.raises(TypeError, match="not an acceptable base type"):
            type("Heir", (kind,), {})


def test_response_is_made_by_a_reader_only() -> None:
    with pytest.raises(TypeError, match="cannot create"):
        Response()


def test_response_head_that_comes_byte_by_byte_is_gathered() -> None:
    head = OK + b"X: " + b"x" * 16_000
    reader = ResponseReader()
    for i in range(len(head)):
        reader.skip(head[i : i + 1])
    reader.read(b"\r\n\r\n")
    assert reader.response is not None
    assert reader.response.head == head + b"\r\n\r\n"
