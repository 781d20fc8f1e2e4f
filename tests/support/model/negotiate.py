"""The decision, in the order of contract 2 and 3.

In: see the package. Out: a `Verdict`, or `None`. It always holds that syntax comes before
meaning and meaning before choosing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import h2c, meaning, protocol, websocket
from .answer import No, Yes
from .grammar import OWS, elements, is_token
from .head import Defect, Head, check_parsed, read_head
from .policy import H2C, TLS, Policy, Protocol, WebSocket
from .verdict import PASS, Verdict, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .policy import Offer

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CLIENT_HELLO = b"\x16\x03"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
MOST_UPGRADES = 16


def decide(
    policy: Policy, data: bytes, *, secure: bool = False, already_continued: bool = False
) -> Verdict | None:
    """Decide on every byte received so far; `None`: more bytes are needed."""
    if data.startswith(CLIENT_HELLO):
        return refusal(policy, None, "TLS_CLIENT_HELLO", secure=secure)
    if data.startswith(PREFACE):
        return _prior_knowledge(policy, data, secure=secure)
    if CLIENT_HELLO.startswith(data) or PREFACE.startswith(data):
        return None
    head = read_head(data, policy.limits)
    if isinstance(head, Defect):
        return refusal(policy, head.method, head.reason, secure=secure)
    if head is None:
        return None
    return _decide_head(
        policy, head, data[head.size :], secure=secure, already_continued=already_continued
    )


def decide_parsed(
    policy: Policy,
    start: tuple[bytes, bytes, bytes],
    fields: Iterable[tuple[bytes, bytes]],
    *,
    secure: bool = False,
) -> Verdict:
    """Decide on a head that others have parsed, `start` being (method, target, version)."""
    trimmed = tuple((name, value.strip(OWS)) for name, value in fields)
    head = Head(*start, trimmed, size=0)
    defect = check_parsed(head, policy.limits)
    if defect is not None:
        return refusal(policy, defect.method, defect.reason, secure=secure)
    chosen = _choose(policy, head, b"", secure=secure)
    if isinstance(chosen, Verdict):
        return chosen
    # A body is the caller's to ask for and to read.
    asked = bool(elements(head.values(b"Expect"))) and chosen.body_length == 0
    return _switch(chosen, CONTINUE if asked else b"")


def _prior_knowledge(policy: Policy, data: bytes, *, secure: bool) -> Verdict:
    """[RFC 9113 3.3, 3.4]."""
    if H2C(prior_knowledge=True) not in policy.offers:
        return refusal(policy, None, "HTTP2_PREFACE", secure=secure)
    name = "h2" if secure else "h2c"
    return Verdict("SWITCH", "HTTP2_PRIOR_KNOWLEDGE", 101, protocol=name, leftover=data)


def _decide_head(
    policy: Policy, head: Head, arrived: bytes, *, secure: bool, already_continued: bool
) -> Verdict | None:
    """Contract 3, its 7 from the second sentence on, and its 8 [RFC 9110 7.8, 10.1.1]."""
    chosen = _choose(policy, head, arrived, secure=secure)
    if isinstance(chosen, Verdict):
        return chosen
    # What is left in Expect is 100-continue.
    asked = bool(elements(head.values(b"Expect"))) and not already_continued
    if asked and chosen.body_length > 0 and not arrived:
        return Verdict("CONTINUE", "BODY_AWAITED", 100, response=CONTINUE)
    # "A body is read whole before the SWITCH."
    if len(arrived) < chosen.body_length:
        return None
    body, leftover = arrived[: chosen.body_length], arrived[chosen.body_length :]
    return _switch(chosen, CONTINUE if asked else b"", body, leftover)


def _switch(chosen: Yes, before: bytes, body: bytes = b"", leftover: bytes = b"") -> Verdict:
    lines = "".join(f"{name}: {value}\r\n" for name, value in chosen.response)
    response = f"HTTP/1.1 101 Switching Protocols\r\n{lines}\r\n".encode("latin-1")
    return Verdict(
        "SWITCH",
        "SWITCHED",
        101,
        response=before + response,
        protocol=chosen.protocol,
        subprotocol=chosen.subprotocol,
        extensions=chosen.extensions,
        deflate=chosen.deflate,
        settings=chosen.settings,
        body=body,
        leftover=leftover,
    )


def _choose(policy: Policy, head: Head, arrived: bytes, *, secure: bool) -> Yes | Verdict:
    """Return the winner, or the verdict where there is none."""
    defect = meaning.defect(policy, head, secure=secure)
    reason = defect or next(_not_asked(head), None)
    answer = No(reason) if reason else _compare(policy, head, arrived, secure=secure)
    if isinstance(answer, Yes):
        return answer
    reason = answer.reason
    if reason in PASS and not policy.required:
        return Verdict("PASS", reason, 426, leftover=arrived)
    # "for NO_UPGRADE the name UPGRADE_REQUIRED"
    reason = "UPGRADE_REQUIRED" if reason == "NO_UPGRADE" else reason
    return refusal(policy, head.method, reason, answer.fields, secure=secure)


def _not_asked(head: Head) -> Iterator[str]:
    """Contract 3.1 to 3.4: name what applies; one is looked at only where none before does."""
    # 1
    if not head.values(b"Upgrade"):
        yield "NO_UPGRADE"
    # 2
    if head.version == b"1.0":
        yield "UPGRADE_ON_HTTP_1_0"
    if head.method == b"CONNECT":
        yield "UPGRADE_ON_CONNECT"
    # 3 [RFC 9110 7.6.1]
    options = elements(head.values(b"Connection"))
    if not all(is_token(option) for option in options):
        yield "CONNECTION_INVALID"
    if b"upgrade" not in [option.lower() for option in options]:
        yield "CONNECTION_OPTION_MISSING"
    # 4
    upgrades = elements(head.values(b"Upgrade"))
    if not all(_is_protocol(upgrade) for upgrade in upgrades):
        yield "UPGRADE_INVALID"
    if not 1 <= len(upgrades) <= MOST_UPGRADES:
        yield "UPGRADE_INVALID"


def _compare(policy: Policy, head: Head, arrived: bytes, *, secure: bool) -> Yes | No:
    """Contract 3.5, 3.6 and the first sentence of 3.7."""
    # 5 "Each element, in the client's order, is matched with the offers"
    answers = []
    for upgrade in elements(head.values(b"Upgrade")):
        for offer in policy.offers:
            if _matches(upgrade, offer):
                if isinstance(offer, WebSocket):
                    answers.append(websocket.check(offer, head))
                elif isinstance(offer, H2C):
                    answers.append(h2c.check(head, secure=secure))
                elif isinstance(offer, TLS):
                    version = upgrade.partition(b"/")[2]
                    answers.append(protocol.check_tls(head, version, arrived, secure=secure))
                else:
                    answers.append(protocol.check(offer, policy.limits, head))
    # 6 "The first yes wins. With no yes, the first broken one decides; with none broken,
    # the first PASS reason does."
    winners = [answer for answer in answers if isinstance(answer, Yes)]
    losers = [answer for answer in answers if isinstance(answer, No)]
    broken = [answer for answer in losers if answer.reason not in PASS]
    if not winners:
        return [*broken, *losers, No("PROTOCOL_NOT_OFFERED")][0]
    # 7 "looked at only once there is a winner"
    expected = [member.lower() for member in elements(head.values(b"Expect"))]
    if any(member != b"100-continue" for member in expected):
        return No("EXPECTATION_FAILED")
    return winners[0]


def _is_protocol(element: bytes) -> bool:
    """Tell `token ["/" token]` [RFC 9110 7.8]."""
    name, slash, version = element.partition(b"/")
    return is_token(name) and (is_token(version) if slash else True)


def _matches(element: bytes, offer: Offer) -> bool:
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
    return not slash and name == (b"websocket" if isinstance(offer, WebSocket) else b"h2c")
