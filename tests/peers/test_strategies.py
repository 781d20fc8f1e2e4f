"""The generated requests reach each reason and each rule from both sides.

In: the requests of one seed, and the model's verdicts on them. Out: a failure that names what is
met from one side only, so that agreement on generated requests means something.
Always: the same requests each time.
Not here: whether the verdicts are right.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import pytest
from model import H2C, WebSocket, decide
from model.grammar import elements, is_token, split_absolute_form, split_host, split_path
from model.negotiate import PREFACE
from model.origin import split_origin
from model.verdict import PASS, STATUS
from strategies.cases import make_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from model import Verdict
    from model.head import Head
    from strategies import Case

SEED, COUNT = 101, 30_000
# No byte apart from these is a request that is served.
NEVER_ONE_BYTE_APART = {"TLS_CLIENT_HELLO", "HTTP2_PREFACE", "HTTP2_PRIOR_KNOWLEDGE"}
# A PASS of the name that has another one as a refusal, and what is decided with no PASS.
RENAMED = {"NO_UPGRADE"}


@dataclass(frozen=True)
class Met:
    """A case and what the model says of it; `twin` is what it says one byte apart."""

    case: Case
    verdict: Verdict | None
    twin: Verdict | None


def _decide(case: Case, data: bytes) -> Verdict | None:
    return decide(case.policy, data, secure=case.secure, first=case.first)


@cache
def meet() -> list[Met]:
    random = Random(SEED)  # noqa: S311 - the same requests each time
    cases = [make_case(random) for _ in range(COUNT)]
    return [
        Met(
            case,
            _decide(case, case.data),
            None if case.twin is None else _decide(case, case.twin),
        )
        for case in cases
    ]


def test_cases_of_one_seed_reach_each_reason_that_a_request_can_give() -> None:
    reached = {met.verdict.reason for met in meet() if met.verdict is not None}
    assert sorted(STATUS.keys() - reached) == []
    assert any(met.verdict is None for met in meet())


def test_cases_of_one_seed_reach_each_pass_as_a_refusal_too() -> None:
    reached = defaultdict(set)
    for met in meet():
        if met.verdict is not None:
            reached[met.verdict.action].add(met.verdict.reason)
    assert sorted(PASS - reached["PASS"]) == []
    assert sorted(PASS - RENAMED - reached["REJECT"]) == []


def test_cases_of_one_seed_are_served_one_byte_apart_from_each_reason() -> None:
    apart = set()
    for met in meet():
        for one, other in ((met.verdict, met.twin), (met.twin, met.verdict)):
            served = other is not None and other.action in ("SWITCH", "PASS")
            if one is not None and other is not None and served and one.reason != other.reason:
                apart.add(one.reason)
    assert sorted(STATUS.keys() - NEVER_ONE_BYTE_APART - apart) == []


def _accepted(met: Met, *reasons: str) -> bool:
    """Tell whether it is none of these defects, and no earlier one."""
    return met.verdict is not None and met.verdict.reason not in reasons


def _side(met: Met, yes: str, no: str) -> Iterator[bool]:
    """Tell which of two reasons it is, if it is one of them."""
    if met.verdict is not None and met.verdict.reason in (yes, no):
        yield met.verdict.reason == yes


def websocket(met: Met) -> WebSocket | None:
    """Return the WebSocket offer that decided for a switch, or the only one there is."""
    if met.verdict is None:
        return None
    if met.verdict.offer is not None:
        offer = met.case.policy.offers[met.verdict.offer]
        return offer if isinstance(offer, WebSocket) else None
    offers = [offer for offer in met.case.policy.offers if isinstance(offer, WebSocket)]
    return offers[0] if len(offers) == 1 else None


def ip_future(met: Met, head: Head) -> Iterator[bool]:
    values = head.values(b"Host")
    if len(values) == 1 and values[0][:2].lower() == b"[v":
        yield _accepted(met, "HOST_INVALID")


def host_by_parts(met: Met, head: Head) -> Iterator[bool]:
    absolute, values = split_absolute_form(head.target), head.values(b"Host")
    if absolute is None or len(values) != 1 or values[0].lower() == absolute[1].lower():
        return
    if _accepted(met, "HOST_INVALID", "HOST_DUPLICATE"):
        yield _accepted(met, "HOST_MISMATCH")


def port_of_no_default(met: Met, head: Head) -> Iterator[bool]:
    absolute = split_absolute_form(head.target)
    if absolute is not None and absolute[0] == b"foo":
        yield from host_by_parts(met, head)


def trailing_dot(met: Met, head: Head) -> Iterator[bool]:
    values = head.values(b"Host")
    host = split_host(values[0]) if len(values) == 1 else None
    if met.case.policy.hosts is not None and host is not None and host[0].endswith(b"."):
        yield _accepted(met, "HOST_FORBIDDEN")


def coding_parameter(met: Met, head: Head) -> Iterator[bool]:
    if any(b";" in value for value in head.values(b"Transfer-Encoding")):
        yield from _side(met, "TRANSFER_ENCODING_UNSUPPORTED", "TRANSFER_ENCODING_INVALID")


def path_of_absolute_form(met: Met, head: Head) -> Iterator[bool]:
    if split_absolute_form(head.target) is not None:
        yield from path_matched(met, head)


def path_matched(met: Met, head: Head) -> Iterator[bool]:
    verdict = met.verdict
    if verdict is None or split_path(head.target)[0] is None:
        return
    if verdict.reason == "PATH_NOT_OFFERED":
        yield False
    elif verdict.offer is not None and met.case.policy.offers[verdict.offer].paths:
        yield True


def no_path(met: Met, head: Head) -> Iterator[bool]:
    if head.target == b"*":
        yield from _side(met, "SWITCHED", "PATH_NOT_OFFERED")


def second_offer_of_a_name(met: Met, _: Head) -> Iterator[bool]:
    """Tell whether a later WebSocket offer is taken where an earlier one is for another path."""
    if met.verdict is not None and met.verdict.offer is not None:
        offers = met.case.policy.offers
        if isinstance(offers[met.verdict.offer], WebSocket):
            yield any(isinstance(offer, WebSocket) for offer in offers[: met.verdict.offer])


def empty_lists(met: Met, head: Head) -> Iterator[bool]:
    """Tell whether a request that lists nothing is taken where nothing is demanded."""
    for name in (b"Sec-WebSocket-Protocol", b"Sec-WebSocket-Extensions"):
        if head.values(name) and not elements(head.values(name)):
            yield from _side(met, "SWITCHED", "WS_SUBPROTOCOL_REQUIRED")


def empty_upgrade(met: Met, head: Head) -> Iterator[bool]:
    if head.values(b"Upgrade"):
        yield from _side(met, "NO_UPGRADE", "WS_UPGRADE_MISSING")


def name_that_is_no_token(met: Met, head: Head) -> Iterator[bool]:
    names = elements(head.values(b"Sec-WebSocket-Protocol"))
    if websocket(met) is not None and not all(is_token(name) for name in names):
        yield from _side(met, "SWITCHED", "WS_SUBPROTOCOL_INVALID")


def _by_origin(met: Met, head: Head, test: Callable[[str], bool]) -> Iterator[bool]:
    """Tell whether an origin is taken where all entries are of a kind."""
    offer = websocket(met)
    if offer is None or offer.origins is None or not head.values(b"Origin"):
        return
    entries = (offer.origins,) if isinstance(offer.origins, str) else offer.origins
    assert met.verdict is not None
    if entries and all(map(test, entries)) and met.verdict.reason == "WS_ORIGIN_FORBIDDEN":
        yield False
    elif entries and all(map(test, entries)) and met.verdict.protocol == "websocket":
        yield True


def same_origin_of_ws(met: Met, head: Head) -> Iterator[bool]:
    if any(value.lower().startswith(b"ws") for value in head.values(b"Origin")):
        yield from _by_origin(met, head, lambda entry: entry == "same-origin")


def same_host(met: Met, head: Head) -> Iterator[bool]:
    yield from _by_origin(met, head, lambda entry: entry == "same-host")


def any_port(met: Met, head: Head) -> Iterator[bool]:
    yield from _by_origin(met, head, lambda entry: entry.endswith(":*"))


def exact_origin(met: Met, head: Head) -> Iterator[bool]:
    yield from _by_origin(met, head, lambda entry: entry != "null" and _is_exact(entry))


def null_origin(met: Met, head: Head) -> Iterator[bool]:
    yield from _by_origin(met, head, lambda entry: entry == "null")


def _is_exact(entry: str) -> bool:
    named = entry in ("same-origin", "same-host")
    return not named and "*" not in entry and split_origin(entry.encode()) is None


def bound_of_client_window(met: Met, head: Head) -> Iterator[bool]:
    offer = websocket(met)
    if offer is None or offer.deflate is None or met.verdict is None:
        return
    offered = b"".join(head.values(b"Sec-WebSocket-Extensions"))
    if offer.deflate.require_client_max_window_bits and offered == b"permessage-deflate":
        yield met.verdict.deflate is not None
    elif offer.deflate.require_client_max_window_bits and met.verdict.deflate is not None:
        yield True


def chunked_body(met: Met, head: Head) -> Iterator[bool]:
    if head.values(b"Transfer-Encoding") and met.verdict is not None:
        if met.verdict.action == "SWITCH" and met.verdict.body:
            yield True
        elif met.verdict.reason == "CHUNK_INVALID":
            yield False


def chunked_body_bound(met: Met, head: Head) -> Iterator[bool]:
    if head.values(b"Transfer-Encoding") and met.verdict is not None:
        if met.verdict.action == "SWITCH" and met.verdict.body:
            yield len(met.verdict.body) < met.case.policy.limits.body
        if met.verdict.reason == "BODY_TOO_LARGE":
            yield False


def chunk_extension(met: Met, head: Head) -> Iterator[bool]:
    if b";" in met.case.data[len(head.raw) :]:
        yield from chunked_body(met, head)


def trailer_section(met: Met, head: Head) -> Iterator[bool]:
    if b"0\r\nX" in met.case.data[len(head.raw) :]:
        yield from chunked_body(met, head)


def forwarded_as_sent(met: Met, head: Head) -> Iterator[bool]:
    if met.verdict is not None and met.verdict.action == "PASS":
        yield met.verdict.forward == head.raw


def refusal_lists_all_offers(met: Met, _: Head) -> Iterator[bool]:
    if met.verdict is not None and met.verdict.status == 426:
        listed = dict(met.verdict.fields)["Upgrade"]
        yield len(listed.split(", ")) == len(met.case.policy.offers)


def upgrade_by_prior_knowledge_alone(met: Met, head: Head) -> Iterator[bool]:
    """Tell whether `h2c` is taken where an offer is there that is for prior knowledge alone."""
    alone = any(isinstance(offer, H2C) and not offer.upgrade for offer in met.case.policy.offers)
    if alone and b"h2c" in elements(head.values(b"Upgrade")):
        yield from _side(met, "SWITCHED", "PROTOCOL_NOT_OFFERED")


RULES = [
    *(ip_future, host_by_parts, port_of_no_default, trailing_dot, coding_parameter),
    *(path_matched, path_of_absolute_form, no_path, second_offer_of_a_name, empty_lists),
    *(empty_upgrade, name_that_is_no_token, same_origin_of_ws, same_host, any_port, exact_origin),
    null_origin,
    *(bound_of_client_window, chunked_body, chunked_body_bound, chunk_extension, trailer_section),
    *(forwarded_as_sent, refusal_lists_all_offers, upgrade_by_prior_knowledge_alone),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_cases_of_one_seed_reach_each_rule_of_a_head_from_both_sides(
    rule: Callable[[Met, Head], Iterator[bool]],
) -> None:
    sides = {
        side
        for met in meet()
        if met.verdict is not None and met.verdict.head is not None
        for side in rule(met, met.verdict.head)
    }
    assert sides == {True, False}


def test_cases_of_one_seed_have_the_preface_first_and_later() -> None:
    reasons = {
        (met.case.first, met.verdict.reason, met.verdict.offer not in (None, 0))
        for met in meet()
        if met.verdict is not None and met.case.data.startswith(PREFACE)
    }
    assert (True, "HTTP2_PRIOR_KNOWLEDGE", True) in reasons
    assert (True, "HTTP2_PREFACE", False) in reasons
    assert (False, "HTTP2_PREFACE", False) in reasons
    assert (False, "HTTP2_PRIOR_KNOWLEDGE", True) not in reasons


@pytest.mark.parametrize("begin", [b"PROXY ", b"\r\nPROXY ", b"\r\n\r\n\0"])
def test_cases_of_one_seed_have_a_proxy_header_first_and_later(begin: bytes) -> None:
    sides = {
        (met.case.first, met.verdict.reason == "PROXY_PROTOCOL")
        for met in meet()
        if met.verdict is not None and met.case.data.startswith(begin)
    }
    assert {(True, True), (False, False)} <= sides
