"""What two sides make of the same bytes, and an entry that covers where they differ.

In: two answers. Out: their differences. It always holds that what was agreed is compared only
where both sides accept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACCEPTS, REFUSES, WAITS = "accepts", "refuses", "waits"
"""The verdicts: `WAITS` is that more bytes are needed."""


@dataclass(frozen=True)
class Answer:
    """What one side makes of some bytes."""

    verdict: str
    reason: str = ""
    """The name of our reason, or the words of a peer."""
    agreed: Mapping[str, object] = field(default_factory=dict)
    """What an accepted request says or was promised, by name."""


@dataclass(frozen=True)
class Difference:
    """One thing that the two sides say differently."""

    data: bytes
    aspect: str
    """`verdict`, or a name of what was agreed."""
    ours: object
    theirs: object
    reason: str
    """The name of our reason."""


@dataclass(frozen=True)
class Disagreement:
    """An entry of the list: what `covers` says yes to is a difference that is known."""

    peer: str
    name: str
    rfc: str
    covers: Callable[[Difference], bool]
    example: bytes
    """The shortest that shows it, or nearly."""


def differences(data: bytes, ours: Answer, theirs: Answer) -> list[Difference]:
    """List what the two sides say differently about `data`."""
    if ours.verdict != theirs.verdict:
        return [Difference(data, "verdict", ours.verdict, theirs.verdict, ours.reason)]
    return [
        Difference(data, name, ours.agreed.get(name), theirs.agreed.get(name), ours.reason)
        for name in sorted(ours.agreed.keys() | theirs.agreed.keys())
        if ours.agreed.get(name) != theirs.agreed.get(name)
    ]


def verdict_differs(
    ours: str, theirs: str, *reasons: str, shown: Callable[[bytes], bool]
) -> Callable[[Difference], bool]:
    """Return what covers these verdicts, for one of our reasons, where the bytes show why."""

    def covers(one: Difference) -> bool:
        return (
            (one.aspect, one.ours, one.theirs) == ("verdict", ours, theirs)
            and (not reasons or one.reason in reasons)
            and shown(one.data)
        )

    return covers


def refused_here(*reasons: str, shown: Callable[[bytes], bool]) -> Callable[[Difference], bool]:
    """Return what covers that a peer accepts what we refuse, for one of these reasons."""
    return verdict_differs(REFUSES, ACCEPTS, *reasons, shown=shown)
