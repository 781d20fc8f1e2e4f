"""The decision, in the order of [contract 2] and [contract 3].

In: see the package. Out: a `Verdict`, or `None`. It always holds that syntax comes before
meaning and meaning before choosing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import h2c, meaning, protocol, websocket
from .answer import No, Yes
from .body import BodyDefect, Bounds, read_body
from .forward import forward
from .grammar import OWS, elements, is_token
from .head import Defect, Head, check_parsed, read_head
from .matching import matches_name, matches_path
from .policy import H2C, TLS, Policy, WebSocket
from .verdict import PASS, Verdict, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .policy import Offer

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CLIENT_HELLO = b"\x16\x03"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
MOST_UPGRADES = 16
# The request that the preface writes.
PREFACE_HEAD = Head(b"PRI", b"*", b"2.0", (), PREFACE[:18])


def decide(
    policy: Policy,
    data: bytes,
    *,
    secure: bool = False,
    first: bool = True,
    already_continued: bool = False,
) -> Verdict | None:
    """Decide on every byte of one request received so far; `None`: more bytes are needed."""
    if data.startswith(CLIENT_HELLO):
        offset = len(CLIENT_HELLO) - 1
        return refusal(policy, None, "TLS_CLIENT_HELLO", secure=secure, offset=offset)
    if data.startswith(PREFACE):
        return _preface(policy, data, secure=secure, first=first)
    if CLIENT_HELLO.startswith(data) or PREFACE.startswith(data):
        return None
    head = read_head(data, policy.limits, first=first)
    if isinstance(head, Defect):
        return refusal(policy, head.method, head.reason, secure=secure, offset=head.offset)
    if head is None:
        return None
    return _decide_head(
        policy, head, data[len(head.raw) :], secure=secure, already_continued=already_continued
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
    method, target, version = start
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in trimmed)
    raw = method + b" " + target + b" HTTP/" + version + b"\r\n" + lines + b"\r\n"
    head = Head(method, target, version, trimmed, raw)
    defect = check_parsed(head, policy.limits)
    if defect is not None:
        return refusal(policy, defect.method, defect.reason, secure=secure)
    chosen = _choose(policy, head, b"", secure=secure)
    if isinstance(chosen, Verdict):
        return chosen
    # A body is the caller's to ask for and to read.
    asked = bool(elements(head.values(b"Expect"))) and chosen.body_length == 0
    return _switch(chosen, head, CONTINUE if asked else b"")


def _preface(policy: Policy, data: bytes, *, secure: bool, first: bool) -> Verdict:
    """[RFC 9113 3.3, 3.4]; "on a later head the preface is HTTP2_PREFACE, whatever is offered"."""
    for index, offer in enumerate(policy.offers if first else ()):
        if isinstance(offer, H2C) and offer.prior_knowledge:
            return Verdict(
                "SWITCH",
                "HTTP2_PRIOR_KNOWLEDGE",
                offer=index,
                protocol="h2" if secure else "h2c",
                leftover=data,
                head=PREFACE_HEAD,
            )
    offset = len(PREFACE) - 1
    return refusal(policy, b"PRI", "HTTP2_PREFACE", secure=secure, offset=offset, head=PREFACE_HEAD)


def _decide_head(
    policy: Policy, head: Head, arrived: bytes, *, secure: bool, already_continued: bool
) -> Verdict | None:
    """[contract 3.7] from its second sentence on, and [contract 3.8, RFC 9110 7.8, 10.1.1]."""
    chosen = _choose(policy, head, arrived, secure=secure)
    if isinstance(chosen, Verdict):
        return chosen
    # What is left in Expect is 100-continue.
    asked = bool(elements(head.values(b"Expect"))) and not already_continued
    if asked and chosen.body_length != 0 and not arrived:
        return Verdict("CONTINUE", "BODY_AWAITED", 100, response=CONTINUE, head=head)
    # "A body is read whole before the SWITCH."
    limits = policy.limits
    body = read_body(arrived, chosen.body_length, Bounds(limits.head, limits.fields, limits.body))
    if body is None:
        return None
    if isinstance(body, BodyDefect):
        offset = len(head.raw) + body.offset
        return refusal(policy, head.method, body.reason, secure=secure, offset=offset, head=head)
    before = CONTINUE if asked else b""
    return _switch(chosen, head, before, body.content, arrived[body.end :])


def _switch(
    chosen: Yes, head: Head, before: bytes, body: bytes = b"", leftover: bytes = b""
) -> Verdict:
    lines = "".join(f"{name}: {value}\r\n" for name, value in chosen.response)
    response = f"HTTP/1.1 101 Switching Protocols\r\n{lines}\r\n".encode("latin-1")
    return Verdict(
        "SWITCH",
        "SWITCHED",
        101,
        response=before + response,
        offer=chosen.offer,
        protocol=chosen.protocol,
        subprotocol=chosen.subprotocol,
        extensions=chosen.extensions,
        deflate=chosen.deflate,
        settings=chosen.settings,
        body=body,
        leftover=leftover,
        head=head,
    )


def _choose(policy: Policy, head: Head, arrived: bytes, *, secure: bool) -> Yes | Verdict:
    """Return the winner, or the verdict where there is none."""
    defect = meaning.defect(policy, head, secure=secure)
    reason = defect or next(_not_asked(policy, head), None)
    answer = No(reason) if reason else _compare(policy, head, arrived, secure=secure)
    if isinstance(answer, Yes):
        return answer
    reason = answer.reason
    if reason in PASS and not policy.required:
        own = forward(policy, head, reason)
        return Verdict("PASS", reason, leftover=arrived, forward=own, head=head)
    # "NO_UPGRADE becomes UPGRADE_REQUIRED"
    reason = "UPGRADE_REQUIRED" if reason == "NO_UPGRADE" else reason
    return refusal(policy, head.method, reason, answer.fields, secure=secure, head=head)


def _not_asked(policy: Policy, head: Head) -> Iterator[str]:
    """[contract 3.1] to [contract 3.4]: name what applies, in order."""
    # 1
    upgrades = elements(head.values(b"Upgrade"))
    if not upgrades:
        # "a proxy has removed the hop-by-hop fields"
        websocket_offered = any(isinstance(offer, WebSocket) for offer in policy.offers)
        key = head.values(b"Sec-WebSocket-Key")
        yield "WS_UPGRADE_MISSING" if websocket_offered and key else "NO_UPGRADE"
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
    if not all(_is_protocol(upgrade) for upgrade in upgrades):
        yield "UPGRADE_INVALID"
    if len(upgrades) > MOST_UPGRADES:
        yield "UPGRADE_INVALID"


def _compare(policy: Policy, head: Head, arrived: bytes, *, secure: bool) -> Yes | No:
    """[contract 3.5], [contract 3.6] and the first sentence of [contract 3.7]."""
    # 5 "Each element, in the client's order, is matched with the offers"
    answers: list[Yes | No] = []
    elsewhere = False
    for upgrade in elements(head.values(b"Upgrade")):
        named = [
            (index, offer)
            for index, offer in enumerate(policy.offers)
            if matches_name(upgrade, offer)
        ]
        matched = [(index, offer) for index, offer in named if matches_path(head.target, offer)]
        elsewhere = elsewhere or bool(named)
        # "The first offer that matches is the element's."
        for index, offer in matched[:1]:
            answer = _check(policy, offer, upgrade, head, arrived, secure=secure)
            answers.append(replace(answer, offer=index) if isinstance(answer, Yes) else answer)
    # 6 "The first yes wins. With no yes, the first broken one decides; with none broken,
    # the first PASS reason does."
    winners = [answer for answer in answers if isinstance(answer, Yes)]
    losers = [answer for answer in answers if isinstance(answer, No)]
    broken = [answer for answer in losers if answer.reason not in PASS]
    if not winners:
        nobody = No("PATH_NOT_OFFERED" if elsewhere else "PROTOCOL_NOT_OFFERED")
        return [*broken, *losers, nobody][0]
    # 7 "looked at only once there is a winner"
    expected = [member.lower() for member in elements(head.values(b"Expect"))]
    if any(member != b"100-continue" for member in expected):
        return No("EXPECTATION_FAILED")
    return winners[0]


def _check(
    policy: Policy, offer: Offer, upgrade: bytes, head: Head, arrived: bytes, *, secure: bool
) -> Yes | No:
    """Ask the offer's own rules."""
    if isinstance(offer, WebSocket):
        return websocket.check(offer, head)
    if isinstance(offer, H2C):
        return h2c.check(head, secure=secure)
    if isinstance(offer, TLS):
        version = upgrade.partition(b"/")[2]
        return protocol.check_tls(head, version, arrived, secure=secure)
    return protocol.check(offer, policy.limits, head)


def _is_protocol(element: bytes) -> bool:
    """Tell `token ["/" token]` [RFC 9110 7.8]."""
    name, slash, version = element.partition(b"/")
    return is_token(name) and (is_token(version) if slash else True)
