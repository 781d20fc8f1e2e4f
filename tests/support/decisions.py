"""Decisions of each action, for the tests of what a decision says and is answered.

In: nothing. Out: a negotiator with an offer of each kind, and what it decides.
Always: each is made anew.
"""

from __future__ import annotations

from heads import upgrade, websocket

from upgrade101 import H2C, TLS, Decision, Negotiator, PerMessageDeflate, Protocol, WebSocket

WEBSOCKET = WebSocket(subprotocols=["chat.v2", "chat"], deflate=PerMessageDeflate())
TCP = Protocol("tcp", "1", methods=["POST"], headers=[("X-Always", "1")], body=True)
ALL = Negotiator(WEBSOCKET, H2C(prior_knowledge=True), TCP, TLS())


def decide(data: bytes, negotiator: Negotiator = ALL, *, secure: bool = False) -> Decision:
    """Return the decision, which must be made."""
    decision = negotiator.decide(data, secure=secure)
    assert decision is not None
    return decision


def switch() -> Decision:
    """Return a SWITCH with a subprotocol, another that was offered, and a leftover."""
    return decide(websocket("Sec-WebSocket-Protocol: superchat, chat") + b"tail")


def refusal() -> Decision:
    """Return a REJECT of a head that was completed."""
    return decide(websocket("Origin: https://elsewhere.example"))


def awaiting() -> Decision:
    """Return a CONTINUE."""
    return decide(upgrade("tcp/1", "Content-Length: 1", "Expect: 100-continue"))
