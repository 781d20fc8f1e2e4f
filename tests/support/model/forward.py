"""The head as whoever serves HTTP should see it [contract 8.4].

In: a complete head, the policy, the reason of its PASS. Out: bytes. It always holds that what is
not about the upgrade stays as it was sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .grammar import OWS, elements
from .matching import matches_name
from .meaning import has_body

if TYPE_CHECKING:
    from .head import Head
    from .policy import Policy

CRLF = b"\r\n"
HOP_BY_HOP = (b"upgrade", b"http2-settings")


def forward(policy: Policy, head: Head, reason: str) -> bytes:
    """Return the request's own bytes, "with one exception"."""
    upgrades = elements(head.values(b"Upgrade"))
    ours = any(matches_name(upgrade, offer) for upgrade in upgrades for offer in policy.offers)
    decided = ours and reason != "PATH_NOT_OFFERED"
    lost = bool(head.values(b"Upgrade")) and has_body(head)
    if not decided and not lost:
        return head.raw
    lead = CRLF if head.raw.startswith(CRLF) else b""
    start, *lines = head.raw.removeprefix(CRLF).removesuffix(CRLF + CRLF).split(CRLF)
    kept = [line for line in map(_strip, lines) if line]
    return lead + CRLF.join([start, *kept]) + CRLF + CRLF


def _strip(line: bytes) -> bytes:
    """Return what is left of a field line, nothing if it is left out."""
    name, _, value = line.partition(b":")
    if name.lower() in HOP_BY_HOP:
        return b""
    if name.lower() != b"connection":
        return line
    options = [option.strip(OWS) for option in value.split(b",")]
    # "an untouched line stays as it is"
    if not any(option.lower() in HOP_BY_HOP for option in options):
        return line
    left = [option for option in options if option and option.lower() not in HOP_BY_HOP]
    return name + b": " + b", ".join(left) if left else b""


def is_same(written: bytes, expected: bytes, raw: bytes) -> bool:
    """Compare, "but for white space around the elements of a Connection line".

    Only in one "from which some were taken", which no line of the request's own bytes is; and
    "a CRLF before the request line" means nothing.
    """
    ours = expected.removeprefix(CRLF).split(CRLF)
    theirs = written.removeprefix(CRLF).split(CRLF)
    own = raw.split(CRLF)
    return len(ours) == len(theirs) and all(
        one == other or (one not in own and _bare(one) == _bare(other))
        for one, other in zip(ours, theirs, strict=True)
    )


def _bare(line: bytes) -> tuple[bytes, list[bytes]]:
    name, _, value = line.partition(b":")
    return name, [element.strip(OWS) for element in value.split(b",")]
