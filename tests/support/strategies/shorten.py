"""The shortest case that still shows what a long one shows.

In: a case, and a question about cases that it answers with yes. Out: a case that answers
with yes too and of which no part can be left out. It always ends, for each step makes the
case smaller. Hypothesis does not do this: what it shrinks is the seed of a case.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from .answers import AnsweredCase
from .cases import Case, ParsedCase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T", Case, ParsedCase, AnsweredCase)


def shorten(case: T, shows: Callable[[T], bool]) -> T:
    """Take the first smaller case that shows it, until there is none."""
    smaller = next((one for one in _smaller(case) if shows(one)), None)
    while smaller is not None:
        case = smaller
        smaller = next((one for one in _smaller(case) if shows(one)), None)
    return case


def _smaller(case: T) -> Iterator[T]:
    """List what is smaller by one part, the great parts first."""
    policy = case.policy
    for index in range(len(policy.offers) if len(policy.offers) > 1 else 0):
        offers = policy.offers[:index] + policy.offers[index + 1 :]
        yield replace(case, policy=replace(policy, offers=offers))
    for plain in (
        replace(policy, required=False),
        replace(policy, hosts=None),
        replace(policy, limits=type(policy.limits)()),
    ):
        if plain != policy:
            yield replace(case, policy=plain)
    if case.secure:
        yield replace(case, secure=False)
    for changed in _smaller_input(case):
        yield replace(case, **changed)


def _smaller_input(case: Case | ParsedCase | AnsweredCase) -> Iterator[dict[str, Any]]:
    if isinstance(case, Case) and not case.first:
        yield {"first": True}
    if isinstance(case, AnsweredCase):
        for index in range(len(case.headers)):
            yield {"headers": case.headers[:index] + case.headers[index + 1 :]}
        for name in case.arguments:
            left = {other: case.arguments[other] for other in case.arguments if other != name}
            yield {"arguments": left}
    if isinstance(case, ParsedCase):
        for index in range(len(case.fields)):
            yield {"fields": case.fields[:index] + case.fields[index + 1 :]}
        return
    for size in (4096, 512, 64, 8, 1):
        for start in range(0, len(case.data), size):
            yield {"data": case.data[:start] + case.data[start + size :]}
