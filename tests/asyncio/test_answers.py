"""What a fallback owes: the responses to the requests that went on to it [contract 8.2].

In: requests and the bytes of responses, whole, cut at every byte, and several in one piece.
Out: how many responses are due, and what the bytes mean for the connection.
Not here: what a connection makes of it (`test_following_answers`).
"""

from __future__ import annotations

import logging

import pytest
from asyncio_helpers import records

from upgrade101._answers import Answers

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\nbody\r\n0\r\nT: t\r\n\r\n"
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\n\r\nbody"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
CLOSE = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody"
OLD = b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody"
OLD_KEPT = b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nbody"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
ESTABLISHED = b"HTTP/1.1 200 OK\r\n\r\n"

ENDING = [
    ("GET", LENGTH),
    ("GET", CHUNKED),
    ("GET", NO_CONTENT),
    ("GET", NOT_MODIFIED),
    ("HEAD", HEAD),
    ("GET", EARLY_HINTS + LENGTH),
    ("GET", EARLY_HINTS + EARLY_HINTS + CHUNKED),
    ("GET", OLD_KEPT),
    ("CONNECT", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nbody"),
]
"""A method and a response after which another may follow."""


def owing(*methods: str, may_switch: bool = False) -> Answers:
    """Return the answers to requests that have gone on."""
    answers = Answers()
    for method in methods:
        answers.expect(method, may_switch=may_switch)
    return answers


@pytest.mark.parametrize(("method", "response"), ENDING)
def test_response_ends_where_it_ends_in_any_cuts(method: str, response: bytes) -> None:
    for cut in range(1, len(response)):
        answers = owing(method, "GET")
        answers.read(response[:cut])
        assert answers.due == 2
        answers.read(response[cut:])
        assert answers.due == 1
        assert (answers.followed, answers.over, answers.switched) == (True, False, False)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_responses_of_one_piece_are_told_apart(kind: type[bytes]) -> None:
    answers = owing(*(method for method, _ in ENDING), "GET")
    answers.read(kind(b"".join(response for _, response in ENDING)))
    assert answers.due == 1
    assert answers.followed
    assert not answers.begun


def test_responses_one_byte_at_a_time_are_told_apart() -> None:
    answers = owing(*(method for method, _ in ENDING))
    due = [answers.due]
    for byte in b"".join(response for _, response in ENDING):
        answers.read(bytes([byte]))
        due.append(answers.due)
    assert sorted(set(due)) == list(range(len(ENDING) + 1))
    assert due == sorted(due, reverse=True)
    assert answers.settled


@pytest.mark.parametrize("response", [CLOSE, OLD])
def test_response_that_ends_the_connection_is_over_at_its_end(response: bytes) -> None:
    answers = owing("GET", "GET")
    answers.read(response[:-1])
    assert not answers.over
    answers.read(response[-1:])
    assert answers.over
    assert answers.followed
    assert answers.due == 1


def test_response_after_one_that_ends_the_connection_is_not_followed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answers = owing("GET", "GET")
    answers.read(CLOSE + LENGTH)
    assert not answers.followed
    assert "not asked for" in records(caplog)[0].getMessage()


def test_response_until_close_is_over_at_its_head_and_never_done() -> None:
    answers = owing("GET", "GET")
    answers.read(UNTIL_CLOSE)
    answers.read(LENGTH)
    assert answers.over
    assert answers.followed
    assert answers.due == 2


def test_end_of_the_fallbacks_side_is_over() -> None:
    answers = owing("GET")
    answers.end()
    assert answers.over


@pytest.mark.parametrize(
    ("method", "response"), [("GET", SWITCH), ("CONNECT", ESTABLISHED), ("CONNECT", SWITCH)]
)
def test_switch_that_was_asked_for_ends_http(method: str, response: bytes) -> None:
    answers = owing(method, may_switch=True)
    answers.read(EARLY_HINTS + response + b"\0 no HTTP")
    assert answers.switched
    assert answers.followed
    answers.read(LENGTH)
    assert answers.switched
    assert answers.followed


def test_connect_that_is_refused_is_no_switch() -> None:
    answers = owing("CONNECT", may_switch=True)
    answers.read(b"HTTP/1.1 300 Multiple Choices\r\nContent-Length: 0\r\n\r\n")
    assert not answers.switched
    assert answers.settled


@pytest.mark.parametrize(
    ("response", "what"),
    [
        (b"HTTP/2.0 200 OK\r\n\r\n", "cannot be read (UNSUPPORTED_VERSION)"),
        (b"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", "cannot be read (BARE_LF)"),
        (b"HTTP/1.1 200 OK\r\nNo colon\r\n\r\n", "cannot be read (BAD_FIELD_NAME)"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz",
            "cannot be read (CHUNK_INVALID)",
        ),
        (LENGTH + b"more", "not asked for"),
        (CLOSE + b"more", "not asked for"),
        (SWITCH, "a switch that was not asked for"),
    ],
)
def test_what_cannot_be_followed_is_one_warning_and_not_read_any_more(
    response: bytes, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    answers = owing("GET")
    answers.read(response)
    answers.read(response)
    assert not answers.followed
    assert not answers.settled
    assert not answers.begun
    (record,) = records(caplog)
    assert record.levelno == logging.WARNING
    assert what in record.getMessage()


def test_unfollowed_answers_owe_nothing_however_many_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answers = owing("GET", "GET")
    answers.read(b"\0")
    answers.expect("GET", may_switch=True)
    answers.read(SWITCH)
    assert answers.due == 0
    assert not answers.switched
    assert not answers.settled
    assert len(records(caplog)) == 1


def test_bytes_before_any_request_are_not_followed(caplog: pytest.LogCaptureFixture) -> None:
    answers = Answers()
    answers.read(b"")
    assert answers.followed
    answers.read(b"H")
    assert not answers.followed
    assert len(records(caplog)) == 1


def test_response_has_begun_from_its_first_byte_to_its_last() -> None:
    answers = owing("GET")
    assert not answers.begun
    for byte in LENGTH[:-1]:
        answers.read(bytes([byte]))
        assert answers.begun
    answers.read(LENGTH[-1:])
    assert not answers.begun


def test_whole_interim_response_begins_none() -> None:
    answers = owing("GET")
    answers.read(EARLY_HINTS)
    assert not answers.begun
    answers.read(EARLY_HINTS[:-1])
    assert answers.begun
    # An end that is cut is taken for a part of a response: no refusal is written within one.
    answers.read(EARLY_HINTS[-1:])
    assert answers.begun
    answers.read(LENGTH)
    assert answers.settled


def test_large_head_of_a_response_is_read() -> None:
    answers = owing("GET")
    fields = b"".join(b"Set-Cookie: %s\r\n" % (b"a" * 1000) for _ in range(900))
    answers.read(b"HTTP/1.1 200 OK\r\n" + fields + b"Content-Length: 0\r\n\r\n")
    assert answers.settled
