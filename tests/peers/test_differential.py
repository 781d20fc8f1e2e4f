"""The extension against the model on generated requests near the border.

`U101_FUZZ_EXAMPLES=N` tries N requests chosen anew; without it the same few thousand run
each time. Each request is decided whole, fed whole, in pieces and byte by byte, and, in the
second test, as the parts that others have parsed; in the third the caller answers. A request on
which the two disagree is made as short as it can be before it is shown. That the requests reach
each rule from both sides is held by `test_strategies`.
"""

from __future__ import annotations

import os
from functools import lru_cache
from itertools import accumulate, cycle, islice
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import HealthCheck, given, note, settings
from model import Policy, Verdict, WebSocket, decide, decide_parsed
from model.last_word import RefusedError, accept, reject
from same import assert_same, assert_same_deflate
from strategies import (
    AnsweredCase,
    Case,
    ParsedCase,
    answered_cases,
    cases,
    parsed_cases,
    shorten,
)

import upgrade101

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T", Case, ParsedCase, AnsweredCase)

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


@lru_cache(maxsize=16)
def _decide(case: Case, size: int, *, continued: bool) -> Verdict | None:
    """Ask the model about the first bytes; several ways of feeding ask about the same."""
    data = case.data[:size]
    return decide(
        case.policy, data, secure=case.secure, first=case.first, already_continued=continued
    )


def _assert_same_offer(
    negotiator: upgrade101.Negotiator, decision: upgrade101.Decision, verdict: Verdict
) -> None:
    if verdict.offer is not None:
        assert decision.offer is negotiator.offers[verdict.offer]
    assert_same_deflate(decision, verdict)


def _assert_fed(negotiator: upgrade101.Negotiator, case: Case, cuts: Iterable[int]) -> None:
    """Feed up to each cut in turn; after each the model knows the bytes so far as one."""
    handshake = negotiator.handshake(secure=case.secure, first=case.first)
    fed, continued = 0, False
    for cut in cuts:
        decision = handshake.feed(case.data[fed:cut])
        fed = cut
        verdict = _decide(case, fed, continued=continued)
        assert_same(decision, verdict)
        if verdict is None:
            continue
        if verdict.action == "CONTINUE":
            continued = True
            continue
        with pytest.raises(RuntimeError):
            handshake.feed(b"")
        return


def _assert_fed_byte_by_byte(negotiator: upgrade101.Negotiator, case: Case) -> None:
    """Like `_assert_fed` with a cut at every byte, for an extension that is silent often.

    The model is asked where the extension speaks, one byte before, and at the end:
    what is undecided there was undecided at every byte before
    (`test_model_bytes_after_the_deciding_one_change_nothing_but_leftover`).
    """
    handshake = negotiator.handshake(secure=case.secure, first=case.first)
    continued = False
    for size in range(1, len(case.data) + 1):
        decision = handshake.feed(case.data[size - 1 : size])
        if decision is None and size < len(case.data):
            continue
        assert _decide(case, size - 1, continued=continued) is None
        verdict = _decide(case, size, continued=continued)
        assert_same(decision, verdict)
        if verdict is not None and verdict.action != "CONTINUE":
            return
        continued = continued or verdict is not None


def _assert_agrees(case: Case) -> None:
    negotiator = _make_negotiator(case.policy)
    size = len(case.data)
    if case.first:
        verdict = _decide(case, size, continued=False)
        decision = negotiator.decide(case.data, secure=case.secure)
        assert_same(decision, verdict)
        if decision is not None and verdict is not None:
            _assert_same_offer(negotiator, decision, verdict)
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
    negotiator = _make_negotiator(case.policy)
    decision = negotiator.decide_request(
        case.method, case.target, case.fields, version=case.version, secure=case.secure
    )
    verdict = decide_parsed(
        case.policy,
        (_in_bytes(case.method), _in_bytes(case.target), _in_bytes(case.version)),
        [(_in_bytes(name), _in_bytes(value)) for name, value in case.fields],
        secure=case.secure,
    )
    assert_same(decision, verdict)
    _assert_same_offer(negotiator, decision, verdict)


@given(case=parsed_cases())
@profile
def test_negotiator_generated_parsed_request_agrees(case: ParsedCase) -> None:
    _assert_or_shorten(case, _assert_parsed_agrees)


def _answer(verdict: Verdict, case: AnsweredCase) -> Verdict:
    if case.status is None:
        return accept(verdict, case.headers, **case.arguments)
    return reject(
        case.policy, verdict, case.status, case.headers, secure=case.secure, **case.arguments
    )


def _assert_answer_agrees(case: AnsweredCase) -> None:
    """Expect both to refuse the caller's answer, or to make the same of it."""
    decision = _make_negotiator(case.policy).decide(case.data, secure=case.secure)
    verdict = decide(case.policy, case.data, secure=case.secure)
    assert_same(decision, verdict)
    if decision is None or verdict is None:
        return
    try:
        expected = _answer(verdict, case)
    except RefusedError:
        with pytest.raises((ValueError, RuntimeError)):
            _give(decision, case)
    else:
        assert_same(_give(decision, case), expected)
    # "The decision can be used again."
    assert_same(decision, verdict)


def _give(decision: upgrade101.Decision, case: AnsweredCase) -> upgrade101.Decision:
    if case.status is None:
        return decision.accept(case.headers, **case.arguments)
    return decision.reject(case.status, case.headers, **case.arguments)


@given(case=answered_cases())
@profile
def test_decision_generated_answer_of_the_caller_agrees(case: AnsweredCase) -> None:
    _assert_or_shorten(case, _assert_answer_agrees)
