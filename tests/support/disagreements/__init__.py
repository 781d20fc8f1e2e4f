"""Where other implementations decide otherwise, and which section decides between us.

In: some bytes, and what we and a peer make of them. Out: the differences, and the entries
that cover each. It always holds that an entry has an example that no other entry covers, so
that one that is out of date is found (`test_disagreement_example_*`), and that each has a row
in `docs/disagreements.md`. Nothing here asks a peer anything.
"""

from __future__ import annotations

from .difference import ACCEPTS, REFUSES, WAITS, Answer, Difference, Disagreement, differences
from .h2 import OF_H2
from .h11 import OF_H11
from .websockets import OF_WEBSOCKETS

__all__ = [
    "ACCEPTS",
    "DISAGREEMENTS",
    "REFUSES",
    "WAITS",
    "Answer",
    "Difference",
    "Disagreement",
    "assert_shown",
    "differences",
    "entries_of",
    "uncovered",
]

DISAGREEMENTS = [*OF_H11, *OF_WEBSOCKETS, *OF_H2]


def entries_of(peer: str) -> list[Disagreement]:
    """Return the entries about a peer."""
    return [entry for entry in DISAGREEMENTS if entry.peer == peer]


def uncovered(peer: str, found: list[Difference]) -> list[Difference]:
    """Return the differences from a peer that no entry covers."""
    return [one for one in found if not any(entry.covers(one) for entry in entries_of(peer))]


def assert_shown(entry: Disagreement, found: list[Difference]) -> None:
    """Expect of what the two sides say of an entry's example to differ as no other entry says."""
    covering = [one.name for one in entries_of(entry.peer) if any(map(one.covers, found))]
    assert covering == [entry.name], f"found {found}"
