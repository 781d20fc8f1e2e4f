"""Requests near the border of the contract, and policies to try them against.

In: hypothesis' choices. Out: strategies for a `Case` (policy, transport, bytes), for a
`ParsedCase` (the same as the parts that others have parsed) and for an `AnsweredCase` (the same
with what the caller answers). It always holds that a
request starts as one that a client would send and then loses its way in a few places, so
that each rule is met from both sides. Nothing here knows what the verdict is.
"""

from __future__ import annotations

from hypothesis import strategies as st

from .answers import AnsweredCase, make_answered_case
from .cases import Case, ParsedCase, make_case, make_parsed_case
from .shorten import shorten

__all__ = [
    "AnsweredCase",
    "Case",
    "ParsedCase",
    "answered_cases",
    "cases",
    "parsed_cases",
    "shorten",
]

# Hypothesis draws a seed and no more: choosing each part by itself takes it ten times as
# long for one request. `shorten` makes up for its shrinking.
_SEEDS = st.randoms(use_true_random=True)


def cases() -> st.SearchStrategy[Case]:
    """Return a strategy of what one connection sends."""
    return _SEEDS.map(make_case)


def parsed_cases() -> st.SearchStrategy[ParsedCase]:
    """Return a strategy of heads that others have parsed."""
    return _SEEDS.map(make_parsed_case)


def answered_cases() -> st.SearchStrategy[AnsweredCase]:
    """Return a strategy of what one connection sends and the caller answers."""
    return _SEEDS.map(make_answered_case)
