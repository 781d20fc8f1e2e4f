"""Each conformance vector, in each way that its bytes can reach a decision.

In: the vectors, and the negotiator of each policy. Out: what README.md of the vectors says is
compared, for the bytes at once, whole, cut in two at every byte, byte by byte, with a tail, and
as a head that was parsed before; and what comes of the caller's answers.
Always: the decision on bytes does not depend on how they were cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import Vector, make_negotiator, read_policies, read_vectors
from expected import check, check_answer, check_forward

from upgrade101 import Action, Decision

if TYPE_CHECKING:
    from collections.abc import Iterable

VECTORS = read_vectors()
CUTTABLE = [vector for vector in VECTORS if vector.cuttable]
SEQUENCES = [vector for vector in VECTORS if not vector.cuttable]
ANSWERED = [vector for vector in VECTORS if vector.answers]
# `decide` is about the first request of a connection.
FIRST = [vector for vector in CUTTABLE if vector.first]
# What follows a request for TLS is a defect of its own.
TAILED = [
    vector
    for vector in CUTTABLE
    if vector.expect["action"] is not None
    and not any(offer["type"] == "TLS" for offer in read_policies()[vector.policy]["offers"])
]
TAIL = b"\x00\xff\r\n\r\nGET / HTTP/1.1\r\n"

# What the bytes of a head show and its parts do not.
UNPARSED = {
    "HEAD_TOO_LARGE",
    "HTTP2_PREFACE",
    "HTTP2_PRIOR_KNOWLEDGE",
    "OBS_FOLD",
    "TLS_CLIENT_HELLO",
    "TLS_LEFTOVER",
    "BODY_AWAITED",
    # A body is the caller's to read.
    "CHUNK_INVALID",
}


def by_id(vector: Vector) -> str:
    return vector.id


def check_vector(
    vector: Vector, decision: Decision | None, unfed: bytes = b"", **changed: str
) -> None:
    """Compare with the vector's last decision, of which some keys have `changed`."""
    check(decision, vector.expect | changed, make_negotiator(vector.policy).offers, unfed)


def feed_pieces(vector: Vector, pieces: Iterable[bytes]) -> tuple[Decision | None, bytes]:
    """Return the decision and what was not fed."""
    negotiator = make_negotiator(vector.policy)
    handshake = negotiator.handshake(secure=vector.secure, first=vector.first)
    decision = None
    unfed = b""
    for piece in pieces:
        if decision is None:
            decision = handshake.feed(piece)
        else:
            unfed += piece
    return decision, unfed


@pytest.mark.parametrize("case", FIRST, ids=by_id)
def test_vector_at_once_is_decided_as_expected(case: Vector) -> None:
    decision = make_negotiator(case.policy).decide(case.request, secure=case.secure)
    check_vector(case, decision)


@pytest.mark.parametrize("case", CUTTABLE, ids=by_id)
def test_vector_fed_whole_is_decided_as_expected(case: Vector) -> None:
    decision, unfed = feed_pieces(case, [case.request])
    check_vector(case, decision, unfed)


@pytest.mark.parametrize("case", CUTTABLE, ids=by_id)
def test_vector_cut_in_two_at_any_byte_is_decided_as_expected(case: Vector) -> None:
    for cut in range(len(case.request) + 1):
        decision, unfed = feed_pieces(case, [case.request[:cut], case.request[cut:]])
        check_vector(case, decision, unfed)


@pytest.mark.parametrize("case", CUTTABLE, ids=by_id)
def test_vector_byte_by_byte_is_decided_as_expected(case: Vector) -> None:
    pieces = [case.request[i : i + 1] for i in range(len(case.request))]
    decision, unfed = feed_pieces(case, pieces)
    check_vector(case, decision, unfed)


@pytest.mark.parametrize("case", TAILED, ids=by_id)
def test_vector_with_a_tail_has_it_in_its_leftover(case: Vector) -> None:
    leftover = case.expect.get("leftover", "") + TAIL.decode("latin-1")
    for pieces in ([case.request + TAIL], [case.request, TAIL]):
        decision, unfed = feed_pieces(case, pieces)
        check_vector(case, decision, unfed, leftover=leftover)


@pytest.mark.parametrize("case", SEQUENCES, ids=by_id)
def test_vector_of_feeds_is_decided_as_expected_at_each(case: Vector) -> None:
    negotiator = make_negotiator(case.policy)
    handshake = negotiator.handshake(secure=case.secure, first=case.first)
    for data, expect in case.feeds:
        check(handshake.feed(data), expect, negotiator.offers)


def parse(request: bytes) -> tuple[list[bytes], list[tuple[bytes, bytes]]] | None:
    """Return the request line's parts and the field lines, or None where that is not clear."""
    head, end, _ = request.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    request_line, *lines = head.split(b"\r\n")
    parts = request_line.split(b" ")
    if not end or b"\r" in request_line:
        return None
    if len(parts) != 3 or not parts[2].startswith(b"HTTP/"):
        return None
    parts[2] = parts[2].removeprefix(b"HTTP/")
    fields = [line.partition(b":") for line in lines]
    if not all(colon for _, colon, _ in fields):
        return None
    return parts, [(name, value.strip(b" \t")) for name, _, value in fields]


PARSED = [
    vector
    for vector in CUTTABLE
    if vector.expect.get("reason", "BODY_AWAITED") not in UNPARSED
    and parse(vector.request)
    # Found in a chunk.
    and not (vector.expect["reason"] == "BODY_TOO_LARGE" and "offset" in vector.expect)
]


def decide_parsed(vector: Vector) -> Decision:
    parsed = parse(vector.request)
    assert parsed is not None
    (method, target, version), fields = parsed
    return make_negotiator(vector.policy).decide_request(
        method, target, fields, version=version, secure=vector.secure
    )


@pytest.mark.parametrize("case", PARSED, ids=by_id)
def test_vector_parsed_before_is_decided_as_expected(case: Vector) -> None:
    decision = decide_parsed(case)
    check_answer(decision, case.expect, make_negotiator(case.policy).offers)
    check_forward(decision, case.expect, parsed=True)
    assert decision.offset is None
    assert decision.body == decision.leftover == b""
    if decision.action is Action.SWITCH and not case.expect.get("body"):
        assert decision.response == case.expect["response"].encode("latin-1")
    parsed = parse(case.request)
    if decision.request is not None and parsed is not None:
        assert list(decision.request.headers) == parsed[1]


def check_given(vector: Vector, decision: Decision, answer: dict[str, Any]) -> None:
    """Give one answer and compare what comes of it."""
    name = "accept" if "accept" in answer else "reject"
    arguments = dict(answer[name])
    if "body" in arguments:
        arguments["body"] = arguments["body"].encode("latin-1")
    give = getattr(decision, name)
    if "raises" in answer:
        assert answer["raises"] == "ValueError"
        # Of `accept` "a RuntimeError will do as well", if the decision is no SWITCH.
        late = name == "accept" and decision.action is not Action.SWITCH
        with pytest.raises((ValueError, RuntimeError) if late else ValueError):
            give(**arguments)
    else:
        check(give(**arguments), answer["gives"], make_negotiator(vector.policy).offers)


@pytest.mark.parametrize("case", ANSWERED, ids=by_id)
def test_vector_answered_by_the_caller_gives_what_is_expected(case: Vector) -> None:
    decision, _ = feed_pieces(case, [case.request])
    assert decision is not None
    for answer in case.answers:
        check_given(case, decision, answer)


@pytest.mark.parametrize("case", [vector for vector in PARSED if vector.answers], ids=by_id)
def test_vector_parsed_before_and_answered_gives_what_is_expected(case: Vector) -> None:
    decision = decide_parsed(case)
    for answer in case.answers:
        check_given(case, decision, answer)
