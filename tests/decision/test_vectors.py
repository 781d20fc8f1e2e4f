"""Each conformance vector, in each way that its bytes can reach a decision.

In: the vectors, and the negotiator of each policy. Out: what README.md of the vectors says is
compared, for the bytes at once, whole, cut in two at every byte, byte by byte, with a tail, and
as a head that was parsed before.
Always: the decision on bytes does not depend on how they were cut.
"""

from __future__ import annotations

import email.utils
import re
from typing import TYPE_CHECKING, Any

import pytest
from conftest import Vector, make_negotiator, read_vectors

from upgrade101 import TLS, Action, Decision

if TYPE_CHECKING:
    from collections.abc import Iterable

VECTORS = read_vectors()
CUTTABLE = [vector for vector in VECTORS if vector.cuttable]
SEQUENCES = [vector for vector in VECTORS if not vector.cuttable]
# What follows a request for TLS is a defect of its own.
TAILED = [
    vector
    for vector in CUTTABLE
    if vector.expect["action"] is not None
    and not any(type(offer) is TLS for offer in make_negotiator(vector.policy).offers)
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
}
LISTS = {"upgrade", "connection", "allow"}


def by_id(vector: Vector) -> str:
    return vector.id


def split_list(value: str) -> list[str]:
    return [element.strip() for element in value.split(",")]


def check_refusal(response: bytes, expect: dict[str, Any]) -> None:
    head, _, body = response.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("ascii").split("\r\n")
    assert re.fullmatch(rf"HTTP/1\.1 {expect['status']} [A-Z][ -~]+", status_line)
    fields = {}
    for line in lines:
        name, _, value = line.partition(": ")
        assert name.lower() not in fields
        fields[name.lower()] = value
    assert (
        email.utils.format_datetime(email.utils.parsedate_to_datetime(fields["date"]), usegmt=True)
        == fields["date"]
    )
    assert fields["content-type"].startswith("text/plain")
    assert "close" in split_list(fields["connection"])
    text = body.decode("ascii")
    assert text == "" or re.fullmatch(r"[A-Z0-9_]+: [ -~]+ \[RFC \d+ [\d.]+\]\.\n", text)
    if text:
        assert int(fields["content-length"]) == len(body)
    for name, value in expect.get("response_has", ()):
        found = fields[name.lower()]
        if name.lower() in LISTS:
            assert split_list(found) == split_list(value)
        else:
            assert found == value


def check_answer(decision: Decision, expect: dict[str, Any]) -> None:
    """Compare what does not depend on the bytes behind the head."""
    assert decision.action is Action[expect["action"]]
    assert decision.reason.name == expect["reason"]
    if decision.action is Action.REJECT:
        check_refusal(decision.response, expect)
    elif decision.action is Action.SWITCH:
        assert decision.protocol == expect.get("protocol", decision.protocol)
        assert decision.protocol is not None
        assert decision.subprotocol == expect.get("subprotocol")
        assert decision.extensions == expect.get("extensions")
        assert list(decision.settings or ()) == [tuple(pair) for pair in expect.get("settings", ())]


def check(decision: Decision | None, expect: dict[str, Any], unfed: bytes = b"") -> None:
    """Compare a decision, behind which `unfed` was not fed, with what a vector expects."""
    if expect["action"] is None:
        assert decision is None
        return
    assert decision is not None
    check_answer(decision, expect)
    if decision.action is Action.REJECT:
        assert decision.leftover == b""
        return
    assert decision.response == expect.get("response", "").encode("latin-1")
    assert decision.leftover + unfed == expect.get("leftover", "").encode("latin-1")
    assert decision.body == expect.get("body", "").encode("latin-1")


def feed_pieces(vector: Vector, pieces: Iterable[bytes]) -> tuple[Decision | None, bytes]:
    """Return the decision and what was not fed."""
    handshake = make_negotiator(vector.policy).handshake(secure=vector.secure)
    decision = None
    unfed = b""
    for piece in pieces:
        if decision is None:
            decision = handshake.feed(piece)
        else:
            unfed += piece
    return decision, unfed


@pytest.mark.parametrize("case", CUTTABLE, ids=by_id)
def test_vector_at_once_is_decided_as_expected(case: Vector) -> None:
    decision = make_negotiator(case.policy).decide(case.request, secure=case.secure)
    check(decision, case.expect)


@pytest.mark.parametrize("case", CUTTABLE, ids=by_id)
def test_vector_fed_whole_is_decided_as_expected(case: Vector) -> None:
    decision, unfed = feed_pieces(case, [case.request])
    check(decision, case.expect, unfed)


@pytest.mark.parametrize("case", CUTTABLE, ids=by_id)
def test_vector_cut_in_two_at_any_byte_is_decided_as_expected(case: Vector) -> None:
    for cut in range(len(case.request) + 1):
        decision, unfed = feed_pieces(case, [case.request[:cut], case.request[cut:]])
        check(decision, case.expect, unfed)


@pytest.mark.parametrize("case", CUTTABLE, ids=by_id)
def test_vector_byte_by_byte_is_decided_as_expected(case: Vector) -> None:
    pieces = [case.request[i : i + 1] for i in range(len(case.request))]
    decision, unfed = feed_pieces(case, pieces)
    check(decision, case.expect, unfed)


@pytest.mark.parametrize("case", TAILED, ids=by_id)
def test_vector_with_a_tail_has_it_in_its_leftover(case: Vector) -> None:
    expect = dict(case.expect)
    expect["leftover"] = expect.get("leftover", "") + TAIL.decode("latin-1")
    for pieces in ([case.request + TAIL], [case.request, TAIL]):
        decision, unfed = feed_pieces(case, pieces)
        check(decision, expect, unfed)


@pytest.mark.parametrize("case", SEQUENCES, ids=by_id)
def test_vector_of_feeds_is_decided_as_expected_at_each(case: Vector) -> None:
    handshake = make_negotiator(case.policy).handshake(secure=case.secure)
    for data, expect in case.feeds:
        check(handshake.feed(data), expect)


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
    if vector.expect.get("reason", "BODY_AWAITED") not in UNPARSED and parse(vector.request)
]


@pytest.mark.parametrize("case", PARSED, ids=by_id)
def test_vector_parsed_before_is_decided_as_expected(case: Vector) -> None:
    parsed = parse(case.request)
    assert parsed is not None
    (method, target, version), fields = parsed
    decision = make_negotiator(case.policy).decide_request(
        method, target, fields, version=version, secure=case.secure
    )
    check_answer(decision, case.expect)
    assert decision.body == decision.leftover == b""
    if decision.action is Action.SWITCH and not case.expect.get("body"):
        assert decision.response == case.expect["response"].encode("latin-1")
    if decision.request is not None:
        assert list(decision.request.headers) == fields
