"""Which offers of a list a negotiator takes together ([contract 7], "Paths").

In: offers in order. Out: those that can be reached. It always holds that the first is among
them. Left out is also what the contract does not say: an H2C offer that only prior knowledge
could reach, and an offer of which several earlier ones cover a part each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model import H2C, TLS, Protocol, WebSocket

if TYPE_CHECKING:
    from collections.abc import Iterable

    from model.policy import Offer


def only_reachable(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """Leave out each offer for which the earlier ones leave nothing."""
    kept: list[Offer] = []
    for offer in offers:
        if not _is_covered(offer, kept):
            kept.append(offer)
    return tuple(kept)


def _is_covered(offer: Offer, earlier: list[Offer]) -> bool:
    """Tell whether "an earlier one of the same name and version" leaves nothing for it."""
    if isinstance(offer, H2C) and not offer.upgrade:
        # Only prior knowledge is left for it, and the first offer takes that.
        return any(isinstance(other, H2C) and other.prior_knowledge for other in earlier)
    named = [
        other
        for other in earlier
        if _name(other) == _name(offer) and not (isinstance(other, H2C) and not other.upgrade)
    ]
    # "has no `paths` or covers each of its patterns"
    if any(other.paths is None for other in named):
        return True
    patterns = [pattern for other in named for pattern in other.paths or ()]
    return offer.paths is not None and all(
        any(_pattern_covers(ours, theirs) for ours in patterns) for theirs in offer.paths
    )


def _name(offer: Offer) -> tuple[str, str | None]:
    if isinstance(offer, Protocol):
        return offer.name.lower(), offer.version
    if isinstance(offer, TLS):
        return "tls", "1."
    return ("websocket" if isinstance(offer, WebSocket) else "h2c"), None


def _pattern_covers(ours: str, theirs: str) -> bool:
    return ours == theirs or (ours.endswith("/*") and theirs.startswith(ours[:-1]))
