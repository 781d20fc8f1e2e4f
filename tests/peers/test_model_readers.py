"""The model's readers of bodies and responses, one byte apart at each border."""

from __future__ import annotations

import pytest
from model import Limits
from model.body import BodyDefect, Bounds, Done, read_body
from model.head import Defect
from model.response import Response, read_exchange, read_response

BOUNDS = Bounds(overhead=12, lines=2, decoded=16)
LIMITS = Limits(head=256, target=16, fields=4)
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (b"0\r\n\r\n", b""),
        (b"1\r\na\r\n0\r\n\r\n", b"a"),
        (b"a\r\n0123456789\r\n6\r\nabcdef\r\n0\r\n\r\n", b"0123456789abcdef"),
        (b"A\r\n0123456789\r\n000000000000000\r\n\r\n", b"0123456789"),
        (b"1;a\r\na\r\n0\r\n\r\n", b"a"),
        (b"1;a=b;c\r\na\r\n0;d\r\n\r\n", b"a"),
        (b'1;a="\t\\"\xff"\r\na\r\n0\r\n\r\n', b"a"),
        (b"0\r\nX: 1\r\nY:\r\n\r\n", b""),
        # Twelve bytes of an extension, and of two lines.
        (b"1;0123456789a\r\na\r\n0\r\n\r\n", b"a"),
        (b"0\r\nX: 1\r\nY:23\r\n\r\n", b""),
    ],
)
def test_read_body_chunked_is_decoded_and_ends_before_what_follows(
    data: bytes, content: bytes
) -> None:
    assert read_body(data, None, BOUNDS) == Done(len(data), content)
    assert read_body(data + b"\r\n", None, BOUNDS) == Done(len(data), content)
    assert all(read_body(data[:size], None, BOUNDS) is None for size in range(len(data)))


@pytest.mark.parametrize(
    ("data", "reason", "offset"),
    [
        (b"\r\n", "CHUNK_INVALID", 0),
        (b"g", "CHUNK_INVALID", 0),
        (b"1 ", "CHUNK_INVALID", 1),
        (b"1\n", "CHUNK_INVALID", 1),
        (b"1\rx", "CHUNK_INVALID", 2),
        (b"0000000000000000", "CHUNK_INVALID", 15),
        (b"1;=", "CHUNK_INVALID", 2),
        (b"1;a =", "CHUNK_INVALID", 3),
        (b"1;a= ", "CHUNK_INVALID", 4),
        (b'1;a="b"c', "CHUNK_INVALID", 7),
        (b'1;a="\x7f', "CHUNK_INVALID", 5),
        (b'1;a="\\\r', "CHUNK_INVALID", 6),
        (b"1\r\nab", "CHUNK_INVALID", 4),
        (b"1\r\na\n", "CHUNK_INVALID", 4),
        (b"1\r\na\rx", "CHUNK_INVALID", 5),
        (b"1\r\na\r\n\r", "CHUNK_INVALID", 6),
        (b"11", "BODY_TOO_LARGE", 1),
        (b"0000000000011", "BODY_TOO_LARGE", 12),
        (b"1\r\na\r\n10", "BODY_TOO_LARGE", 7),
        (b"0\r\n X", "CHUNK_INVALID", 3),
        (b"0\r\nX :", "CHUNK_INVALID", 4),
        (b"0\r\nX: 1\n", "CHUNK_INVALID", 7),
        (b"0\r\n\n", "CHUNK_INVALID", 3),
        (b"0\r\n\rx", "CHUNK_INVALID", 4),
        (b"0\r\nX:\r\nX:\r\nX", "CHUNK_INVALID", 11),
        (b"1;0123456789ab", "CHUNK_INVALID", 13),
        (b"0\r\nX: 1\r\nY:234\r\n", "CHUNK_INVALID", 15),
        (b"1;ab\r\na\r\n0\r\nX:\r\nX:12\r\n", "CHUNK_INVALID", 21),
    ],
)
def test_read_body_broken_chunk_is_named_at_its_byte(data: bytes, reason: str, offset: int) -> None:
    assert read_body(data, None, BOUNDS) == BodyDefect(reason, offset)
    assert read_body(data[:offset], None, BOUNDS) is None


@pytest.mark.parametrize("length", [0, 1, 17])
def test_read_body_of_known_length_ends_there(length: int) -> None:
    data = b"x" * length
    assert read_body(data + b"tail", length, BOUNDS) == Done(length, data)
    assert length == 0 or read_body(data[:-1], length, BOUNDS) is None


@pytest.mark.parametrize(
    ("data", "reason", "offset"),
    [
        (b"\r\nH", "BAD_VERSION", 0),
        (b"h", "BAD_VERSION", 0),
        (b"HTTP/1.2", "UNSUPPORTED_VERSION", 7),
        (b"HTTP/1.10", "BAD_VERSION", 8),
        (b"HTTP/1.1  ", "BAD_VERSION", 9),
        (b"HTTP/1.1 20 ", "BAD_VERSION", 11),
        (b"HTTP/1.1 200\r", "BAD_VERSION", 12),
        (b"HTTP/1.1 2000", "BAD_VERSION", 12),
        (b"HTTP/1.1 200 \x7f", "BAD_VERSION", 13),
        (b"HTTP/1.1 200 \n", "BARE_LF", 13),
        (b"HTTP/1.1 200 \rx", "BARE_CR", 14),
        (OK + b" ", "OBS_FOLD", 17),
        (OK + b"X ", "BAD_FIELD_NAME", 18),
        (OK + b"X:\0", "BAD_FIELD_VALUE", 19),
        (OK + b"X:\n", "BARE_LF", 19),
        (OK + b"X:\rx", "BARE_CR", 20),
        (OK + b"X:\r\n" * 4 + b"X", "TOO_MANY_FIELDS", 33),
        (OK + b"X:" + b"x" * 238, "HEAD_TOO_LARGE", 256),
    ],
)
def test_read_response_broken_syntax_is_named_at_its_byte(
    data: bytes, reason: str, offset: int
) -> None:
    assert read_response(data, b"GET", LIMITS) == Defect(reason, offset, b"GET")
    assert read_response(data[:offset], b"GET", LIMITS) is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "FRAMING_CONFLICT"),
        (b"Content-Length: 1\r\nContent-Length: 1\r\n", "CONTENT_LENGTH_INVALID"),
        (b"Content-Length: 1, 1\r\n", "CONTENT_LENGTH_INVALID"),
        (b"Transfer-Encoding: gzip\r\n", "TRANSFER_ENCODING_INVALID"),
        (b"Transfer-Encoding: gzip, chunked\r\n", "TRANSFER_ENCODING_UNSUPPORTED"),
    ],
)
def test_read_response_broken_framing_counts_only_before_a_body(fields: bytes, reason: str) -> None:
    assert read_response(OK + fields + b"\r\n", b"GET", LIMITS) == Defect(reason, None, b"GET")
    bodiless = b"HTTP/1.1 204 \r\n"
    for start, method in [(OK, b"HEAD"), (bodiless, b"GET"), (OK, b"CONNECT")]:
        head = read_response(start + fields + b"\r\n", method, LIMITS)
        assert isinstance(head, Response)
        assert head.framing == "NONE"


def test_read_response_of_http_1_0_takes_no_transfer_encoding() -> None:
    data = b"HTTP/1.0 200 \r\nTransfer-Encoding: chunked\r\n\r\n"
    assert read_response(data, b"GET", LIMITS) == Defect("FRAMING_CONFLICT", None, b"GET")


@pytest.mark.parametrize(
    ("data", "method", "kind", "framing", "keeps_alive"),
    [
        (b"HTTP/1.1 100 \r\n\r\n", b"GET", "INTERIM", "NONE", True),
        (b"HTTP/1.1 101 \r\n\r\n", b"GET", "SWITCH", "NONE", True),
        (b"HTTP/1.1 200 \r\n\r\n", b"GET", "FINAL", "CLOSE", False),
        (b"HTTP/1.1 200 \r\n\r\n", b"CONNECT", "SWITCH", "NONE", True),
        (b"HTTP/1.1 300 \r\n\r\n", b"CONNECT", "FINAL", "CLOSE", False),
        (b"HTTP/1.1 304 \r\n\r\n", b"GET", "FINAL", "NONE", True),
        (b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", b"GET", "FINAL", "LENGTH", True),
        (b"HTTP/1.0 200 \r\nContent-Length: 0\r\n\r\n", b"GET", "FINAL", "LENGTH", False),
        (b"HTTP/1.0 304 \r\nConnection: Keep-Alive\r\n\r\n", b"GET", "FINAL", "NONE", True),
        (b"HTTP/1.1 304 \r\nConnection: x, Close\r\n\r\n", b"GET", "FINAL", "NONE", False),
        (b"HTTP/1.1 200 \r\nTransfer-Encoding: Chunked\r\n\r\n", b"GET", "FINAL", "CHUNKED", True),
    ],
)
def test_read_response_says_what_follows(
    data: bytes, method: bytes, kind: str, framing: str, *, keeps_alive: bool
) -> None:
    head = read_response(data, method, LIMITS)
    assert isinstance(head, Response)
    assert (head.kind, head.framing, head.keeps_alive) == (kind, framing, keeps_alive)
    assert head.size == len(data)
    assert read_response(data[:-1], method, LIMITS) is None


def test_read_exchange_skips_interim_ones_and_ends_with_the_body() -> None:
    interim = b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
    final = OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    heads, end = read_exchange(interim * 2 + final + b"HTTP/1.1", b"GET", LIMITS)
    assert [head.status for head in heads] == [103, 103, 200]
    assert end == Done(len(interim * 2 + final), b"hi")
    heads, end = read_exchange(interim + final[:-1], b"GET", LIMITS)
    assert end is None
    assert len(heads) == 2
    heads, end = read_exchange(OK + b"\r\nall", b"GET", LIMITS)
    assert end == Done(len(OK) + 5, b"all")
