"""Which offers of a list a negotiator takes together (contract 7, "Paths").

In: offers in order. Out: those that can be reached. It always holds that the first is among
them. An H2C offer that could be reached by prior knowledge alone is left out where the
contract does not say whether that is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model import H2C, TLS, Protocol, WebSocket

if TYPE_CHECKING:
    from collections.abc import Iterable

    from model.policy import Offer


def only_reachable(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """Leave out each offer that an earlier one covers."""
    kept: list[Offer] = []
    for offer in offers:
        if not any(_covers(earlier, offer) for earlier in kept):
            kept.append(offer)
    return tuple(kept)


def _covers(earlier: Offer, later: Offer) -> bool:
    """Tell whether "an earlier one of the same name and version" leaves nothing for a later."""
    if isinstance(later, H2C) and not later.upgrade:
        # Only prior knowledge is left for it, and the first offer takes that.
        return isinstance(earlier, H2C) and earlier.prior_knowledge
    if isinstance(earlier, H2C) and not earlier.upgrade:
        return False
    if _name(earlier) != _name(later):
        return False
    # "has no `paths` or covers each of its patterns"
    if earlier.paths is None:
        return True
    return later.paths is not None and all(
        any(_pattern_covers(ours, theirs) for ours in earlier.paths) for theirs in later.paths
    )


def _name(offer: Offer) -> tuple[str, str | None]:
    if isinstance(offer, Protocol):
        return offer.name.lower(), offer.version
    if isinstance(offer, TLS):
        return "tls", "1."
    return ("websocket" if isinstance(offer, WebSocket) else "h2c"), None


def _pattern_covers(ours: str, theirs: str) -> bool:
    return ours == theirs or (ours.endswith("/*") and theirs.startswith(ours[:-1]))
