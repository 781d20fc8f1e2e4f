"""Policies that list what a request has, so that one byte of it decides.

In: a source of randomness, a policy and a draft. Out: a policy. It always holds that what is
listed is what a constructor takes [contract 7]. Whether the request matches it is not known
here: it may differ in letter case or by a port.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from model import Policy, WebSocket

if TYPE_CHECKING:
    from random import Random

    from .drafts import Draft

_HOST = re.compile(rb"[A-Za-z0-9.-]+(?::[0-9]{1,4})?")
_ORIGIN = re.compile(rb"[\x21-\x29\x2b-\x7e]+")
_SUBPROTOCOL = re.compile(rb"[\x21\x23-\x2b\x2d-\x3a\x3c-\x7e]+")


def list_own(random: Random, policy: Policy, draft: Draft) -> Policy:
    """List the draft's own host, origin or subprotocols, if they can be listed."""
    return random.choice([_list_host, _list_origin, _list_subprotocols])(policy, draft)


def _value(draft: Draft, name: bytes) -> bytes:
    index = draft.find(name)
    return b"" if index is None else draft.fields[index][1]


def _with_websocket(policy: Policy, **changed: object) -> Policy:
    offers = tuple(
        replace(offer, **changed) if isinstance(offer, WebSocket) else offer  # type: ignore[arg-type]
        for offer in policy.offers
    )
    return replace(policy, offers=offers)


def _list_host(policy: Policy, draft: Draft) -> Policy:
    host = _value(draft, b"Host")
    if _HOST.fullmatch(host) is None:
        return policy
    return replace(policy, hosts=(host.decode(),))


def _list_origin(policy: Policy, draft: Draft) -> Policy:
    origin = _value(draft, b"Origin")
    if _ORIGIN.fullmatch(origin) is None:
        return policy
    return _with_websocket(policy, origins=origin.decode())


def _list_subprotocols(policy: Policy, draft: Draft) -> Policy:
    names = [name.strip() for name in _value(draft, b"Sec-WebSocket-Protocol").split(b",")]
    sound = [name.decode() for name in names if _SUBPROTOCOL.fullmatch(name)]
    if not sound:
        return policy
    return _with_websocket(policy, subprotocols=tuple(dict.fromkeys(sound)))
