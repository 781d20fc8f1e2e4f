"""Which offer an element of Upgrade asks for ([contract 3.5], [contract 7] "Paths").

In: an element, an offer, the target. Out: yes or no. It always holds that the path is compared
apart from the name and version. What the offer's rules say is not known here.
"""

from __future__ import annotations

import re

from .grammar import split_path
from .policy import H2C, TLS, Offer, Protocol, WebSocket


def matches_name(element: bytes, offer: Offer) -> bool:
    """Match "the name without regard to letter case, the version exactly".

    "An offer without a version matches only an element without one."
    """
    name, slash, version = element.partition(b"/")
    name = name.lower()
    if isinstance(offer, TLS):
        return name == b"tls" and re.fullmatch(rb"1\.[0-9]", version) is not None
    if isinstance(offer, Protocol):
        ours = None if offer.version is None else offer.version.encode()
        theirs = version if slash else None
        return name == offer.name.lower().encode() and ours == theirs
    # [contract 5] Without `upgrade` the offer "is no offer for 3".
    if isinstance(offer, H2C) and not offer.upgrade:
        return False
    return not slash and name == (b"websocket" if isinstance(offer, WebSocket) else b"h2c")


def matches_path(target: bytes, offer: Offer) -> bool:
    """Match the target's path "byte for byte" with `paths`."""
    if offer.paths is None:
        return True
    path, _ = split_path(target)
    # "other forms have no path and match only offers without `paths`"
    return path is not None and any(_covers(pattern.encode(), path) for pattern in offer.paths)


def _covers(pattern: bytes, path: bytes) -> bool:
    """Match one pattern: "one that ends in `/*` matches what begins with what is before `*`"."""
    if pattern.endswith(b"/*"):
        return path.startswith(pattern.removesuffix(b"*"))
    return path == pattern
