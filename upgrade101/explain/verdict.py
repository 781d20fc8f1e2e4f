"""The verdict on one request: the core's, asked as often as it takes.

In: the bytes of a request and what the server offers. Out: the decision, the request's head, each
element of Upgrade by itself, and the offers as a response names them.

Always: each reason comes from the core. Not here: which check a reason belongs to, and why.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from upgrade101 import (
    H2C,
    TLS,
    Action,
    Decision,
    Limits,
    Negotiator,
    Protocol,
    Reason,
    Request,
    WebSocket,
)
from upgrade101.explain.heads import Head, Parts, head_of, head_of_bytes, parts_of
from upgrade101.explain.offers import Offer

# One more than an Upgrade field may have [contract 3.4].
MOST_ELEMENTS = 17


@dataclass(frozen=True)
class Server:
    """What a server offers, and on which terms."""

    offers: tuple[Offer, ...]
    hosts: tuple[str, ...] | None = None
    limits: Limits | None = None

    @cached_property
    def negotiator(self) -> Negotiator:
        """The negotiator of these offers.  Raises TypeError or ValueError if there is none."""
        return Negotiator(*self.offers, hosts=self.hosts, limits=self.limits)

    def make(self) -> None:
        """Make the negotiator now.  Raises TypeError or ValueError if it cannot be made."""
        _ = self.negotiator

    @cached_property
    def any_host(self) -> Negotiator:
        """The same for any Host, and with a refusal of what asks for no upgrade."""
        return Negotiator(*self.offers, required=True, limits=self.limits)

    def offer_names(self, *, secure: bool) -> list[str]:
        """Return the offers as a 426 lists them [contract 3.1]."""
        refusal = self.any_host.decide_request("GET", "/", [("Host", "")], secure=secure)
        listed = dict(refusal.headers).get(b"Upgrade", b"").decode("latin-1")
        return listed.split(", ")

    @property
    def websocket(self) -> WebSocket | None:
        """The first offer of WebSocket."""
        return next((offer for offer in self.offers if isinstance(offer, WebSocket)), None)


@dataclass(frozen=True)
class Element:
    """What one element of Upgrade would have by itself."""

    element: str
    offer: str | None
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What the core decides on some bytes, and what it was asked about."""

    server: Server
    data: bytes
    secure: bool
    decision: Decision | None

    @cached_property
    def request(self) -> Request | None:
        """The request, if its head is complete; also while its body is awaited."""
        if self.decision is not None:
            return self.decision.request
        # An offer without a body is decided as soon as the head is complete.
        alone = Negotiator(Protocol("none"), limits=self.server.limits).decide(self.data)
        return alone.request if alone is not None else None

    @cached_property
    def head(self) -> Head:
        """The head, or of a defect in its bytes what can be told apart."""
        if self.request is None:
            return head_of_bytes(self.data[: self.server.negotiator.limits.head])
        return head_of(self.request)

    @cached_property
    def parts(self) -> Parts:
        """Where the parts of the head's bytes end."""
        return parts_of(self.data)

    @property
    def reason(self) -> Reason | None:
        """The reason of the decision."""
        return None if self.decision is None else self.decision.reason

    @property
    def switches(self) -> bool:
        """Whether the connection switches."""
        return self.decision is not None and self.decision.action is Action.SWITCH

    @cached_property
    def offer(self) -> Offer | None:
        """The offer that decided; of a body that is awaited, the offer that awaits it."""
        if self.decision is not None:
            return self.decision.offer
        return None if self.request is None else self.ask(self.head).offer

    def ask(self, head: Head) -> Decision:
        """Return the decision on another head, as others would have parsed it."""
        return self.server.negotiator.decide_request(
            head.method, head.target, head.fields, version=head.version, secure=self.secure
        )

    def elements(self) -> list[Element]:
        """Return each element of Upgrade in the client's order, at most MOST_ELEMENTS."""
        if self.request is None or self.reason in {Reason.HTTP2_PREFACE, PRIOR_KNOWLEDGE}:
            return []
        listed = self.request.get_list("Upgrade")[:MOST_ELEMENTS]
        return [self._element(element) for element in listed]

    def _element(self, element: str) -> Element:
        decision = self.ask(replace(self.head.with_field("Upgrade", element)))
        offer = self._offer_of(element)
        return Element(element, None if offer is None else name_of(offer), decision.reason.name)

    def _offer_of(self, element: str) -> Offer | None:
        """Return the offer that the element matches at this path, whatever else is wrong."""
        path = self.request.path if self.request is not None else ""
        method, target = ("GET", path) if path else ("OPTIONS", "*")
        fields = [("Host", ""), ("Connection", "Upgrade"), ("Upgrade", element)]
        return self.server.any_host.decide_request(method, target, fields).offer


PRIOR_KNOWLEDGE = Reason.HTTP2_PRIOR_KNOWLEDGE


def decide(server: Server, data: bytes, *, secure: bool) -> Verdict:
    """Return the verdict on the bytes of one request."""
    return Verdict(server, data, secure, server.negotiator.decide(data, secure=secure))


def name_of(offer: Offer) -> str:
    """Return the name of an offer as a 426 has it [contract 3.1]."""
    if isinstance(offer, WebSocket):
        return "websocket"
    if isinstance(offer, H2C):
        return "h2c"
    if isinstance(offer, TLS):
        return "TLS/1.0"
    return offer.name if offer.version is None else f"{offer.name}/{offer.version}"
