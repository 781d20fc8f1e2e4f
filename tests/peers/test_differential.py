"""The extension against the model on generated requests near the border.

`U101_FUZZ_EXAMPLES=N` tries N requests chosen anew; without it the same few thousand run
each time. Each request is decided whole, fed whole, in pieces and byte by byte, and, in the
second test, as the parts that others have parsed. A request on which the two disagree is
made as short as it can be before it is shown.
"""

from __future__ import annotations

import os
from functools import lru_cache
from itertools import accumulate, cycle, islice
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import HealthCheck, given, note, settings
from model import Policy, Verdict, WebSocket, decide, decide_parsed
from model.head import Head, read_head
from strategies import Case, ParsedCase, cases, parsed_cases, shorten

import upgrade101

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T", Case, ParsedCase)

EXAMPLES = int(os.environ.get("U101_FUZZ_EXAMPLES", "0"))
profile = settings(
    max_examples=EXAMPLES or 3000,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def _make_negotiator(policy: Policy) -> upgrade101.Negotiator:
    """Make the extension's negotiator of the model's policy: all names are the same."""
    offers = []
    for offer in policy.offers:
        arguments = dict(vars(offer))
        if isinstance(offer, WebSocket) and offer.deflate is not None:
            arguments["deflate"] = upgrade101.PerMessageDeflate(**vars(offer.deflate))
        offers.append(getattr(upgrade101, type(offer).__name__)(**arguments))
    return upgrade101.Negotiator(
        *offers,
        required=policy.required,
        hosts=policy.hosts,
        limits=upgrade101.Limits(**vars(policy.limits)),
    )


def _assert_refusal(response: bytes, reason: upgrade101.Reason, verdict: Verdict) -> None:
    """Expect a complete response with the fields of contract 1 and those of its reason."""
    head, _, body = response.partition(b"\r\n\r\n")
    start, *lines = head.decode("ascii").split("\r\n")
    fields = [tuple(line.split(": ", 1)) for line in lines]
    assert start.startswith(f"HTTP/1.1 {verdict.status} ")
    written = dict(fields)
    assert len(written) == len(fields)
    assert {"Date", "Content-Type", "Content-Length"} <= written.keys()
    assert sorted(field for field in fields if field[0] not in _OF_EVERY_REFUSAL) == sorted(
        verdict.fields
    )
    if verdict.bodiless:
        assert body == b""
        assert int(written["Content-Length"]) > 0
    else:
        assert len(body) == int(written["Content-Length"])
        assert len(body.decode("ascii").splitlines()) == 1
        assert reason.text in body.decode("ascii")


_OF_EVERY_REFUSAL = ("Date", "Content-Type", "Content-Length")


def _assert_same(decision: upgrade101.Decision | None, verdict: Verdict | None) -> None:
    if verdict is None:
        assert decision is None
        return
    assert decision is not None
    assert (decision.action.name, decision.reason.name) == (verdict.action, verdict.reason)
    assert decision.reason.status == verdict.status
    if verdict.action == "REJECT":
        _assert_refusal(decision.response, decision.reason, verdict)
        return
    assert decision.response == verdict.response
    assert decision.protocol == verdict.protocol
    assert decision.subprotocol == verdict.subprotocol
    assert decision.extensions == verdict.extensions
    assert decision.settings == verdict.settings
    assert decision.body == verdict.body
    assert decision.leftover == verdict.leftover
    assert (decision.deflate is None) == (verdict.deflate is None)
    if verdict.deflate is not None:
        for name, agreed in vars(verdict.deflate).items():
            assert getattr(decision.deflate, name) == agreed


@lru_cache(maxsize=16)
def _decide(case: Case, size: int, *, continued: bool) -> Verdict | None:
    """Ask the model about the first bytes; several ways of feeding ask about the same."""
    data = case.data[:size]
    return decide(case.policy, data, secure=case.secure, already_continued=continued)


def _assert_request(decision: upgrade101.Decision, case: Case, size: int) -> None:
    """Expect of a head that was completed to be told as it was sent."""
    head = read_head(case.data[:size], case.policy.limits)
    if not isinstance(head, Head):
        assert decision.request is None
        return
    request = decision.request
    assert request is not None
    assert request.head == case.data[: head.size]
    assert request.method == head.method.decode("latin-1")
    assert request.target == head.target.decode("latin-1")
    assert request.version == head.version.decode("latin-1")
    assert request.headers == head.fields


def _assert_fed(negotiator: upgrade101.Negotiator, case: Case, cuts: Iterable[int]) -> None:
    """Feed up to each cut in turn; after each the model knows the bytes so far as one."""
    handshake = negotiator.handshake(secure=case.secure)
    fed, continued = 0, False
    for cut in cuts:
        decision = handshake.feed(case.data[fed:cut])
        fed = cut
        verdict = _decide(case, fed, continued=continued)
        _assert_same(decision, verdict)
        if verdict is None:
            continue
        if verdict.action == "CONTINUE":
            continued = True
            continue
        _assert_request(decision, case, fed)
        with pytest.raises(RuntimeError):
            handshake.feed(b"")
        return


def _assert_fed_byte_by_byte(negotiator: upgrade101.Negotiator, case: Case) -> None:
    """Like `_assert_fed` with a cut at every byte, for an extension that is silent often.

    The model is asked where the extension speaks, one byte before, and at the end:
    what is undecided there was undecided at every byte before
    (`test_model_bytes_after_the_deciding_one_change_nothing_but_leftover`).
    """
    handshake = negotiator.handshake(secure=case.secure)
    continued = False
    for size in range(1, len(case.data) + 1):
        decision = handshake.feed(case.data[size - 1 : size])
        if decision is None and size < len(case.data):
            continue
        assert _decide(case, size - 1, continued=continued) is None
        verdict = _decide(case, size, continued=continued)
        _assert_same(decision, verdict)
        if verdict is not None and verdict.action != "CONTINUE":
            return
        continued = continued or verdict is not None


def _assert_agrees(case: Case) -> None:
    negotiator = _make_negotiator(case.policy)
    size = len(case.data)
    decision = negotiator.decide(case.data, secure=case.secure)
    _assert_same(decision, _decide(case, size, continued=False))
    if decision is not None:
        _assert_request(decision, case, size)
    _assert_fed(negotiator, case, [size])
    _assert_fed(negotiator, case, [*accumulate(_pieces(case)), size])
    _assert_fed_byte_by_byte(negotiator, case)


def _pieces(case: Case) -> Iterator[int]:
    """Repeat the case's pieces while they fit, but ask the slow model no more than 50 times."""
    left = len(case.data)
    for piece in islice(cycle(case.pieces), 50):
        if piece > left:
            return
        left -= piece
        yield piece


def _assert_or_shorten(case: T, assert_agrees: Callable[[T], None]) -> None:
    """Assert, and where that fails assert it of the shortest case that fails."""

    def disagrees(case: T) -> bool:
        try:
            assert_agrees(case)
        except AssertionError:
            return True
        return False

    if disagrees(case):
        shortest = shorten(case, disagrees)
        note(f"shortest: {shortest!r}")
        assert_agrees(shortest)


@given(case=cases())
@profile
def test_negotiator_generated_request_however_it_is_cut_agrees(case: Case) -> None:
    _assert_or_shorten(case, _assert_agrees)


def _in_bytes(text: bytes | str) -> bytes:
    """Encode as latin-1; "a character above U+00FF" is as bad as NUL wherever it stands."""
    if isinstance(text, bytes):
        return text
    return bytes(ord(character) if ord(character) <= 0xFF else 0 for character in text)


def _assert_parsed_agrees(case: ParsedCase) -> None:
    decision = _make_negotiator(case.policy).decide_request(
        case.method, case.target, case.fields, version=case.version, secure=case.secure
    )
    verdict = decide_parsed(
        case.policy,
        (_in_bytes(case.method), _in_bytes(case.target), _in_bytes(case.version)),
        [(_in_bytes(name), _in_bytes(value)) for name, value in case.fields],
        secure=case.secure,
    )
    _assert_same(decision, verdict)


@given(case=parsed_cases())
@profile
def test_negotiator_generated_parsed_request_agrees(case: ParsedCase) -> None:
    _assert_or_shorten(case, _assert_parsed_agrees)
