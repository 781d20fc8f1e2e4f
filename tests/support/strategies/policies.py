"""Negotiators of any kind that the constructors take (contract 7).

In: a source of randomness. Out: a `Policy`. It always holds that no two offers of one policy
match the same element of Upgrade. Its limits are the defaults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model import H2C, TLS, PerMessageDeflate, Policy, Protocol, WebSocket

from .choices import chance, some

if TYPE_CHECKING:
    from random import Random

    from model.policy import Offer

PROTOCOLS = [
    Protocol("tcp", methods=("POST",), body=True),
    Protocol("SPDY", "3.1", methods=("GET", "POST")),
    Protocol("spdy", "3.10", body=True),
    Protocol("connect-udp", methods=("GET",), headers=(("Capsule-Protocol", "?1"), ("X", "\xe9"))),
    Protocol("foo"),
    Protocol("foo", "bar", body=True),
    Protocol("websocket", "13"),
    Protocol("TLS", "1.10"),
    Protocol("TLS"),
]
HOSTS = ["a", "A", "example.com:80", "*.example.org", "[::1]:8080", "A:443", "*", "a:00", "*.a:80"]
ORIGINS = [
    *("http://a", "https://A:443", "null", "https://*.example.org", "http://[::1]:8080"),
    *("http://*", "https://*.example.org:8080", "chrome-extension://a"),
    *("http://example.com", "https://example.com"),
]
# More than a short list has, so that the core makes an index of them.
OTHER_HOSTS = [*(f"a{i}" for i in range(20)), *(f"*.a{i}.example.org:80" for i in range(20))]
OTHER_ORIGINS = [f"https://{host}" for host in OTHER_HOSTS]
OTHER_SUBPROTOCOLS = [f"chat.v{i}" for i in range(3, 40)]
WINDOWS = [None, None, 9, 10, 12, 14, 15]


def hide(random: Random, values: list[str], others: list[str]) -> tuple[str, ...]:
    """Return the values, one time of five somewhere among others."""
    hidden = [*values, *others] if chance(random, 2) else values
    return tuple(random.sample(hidden, len(hidden)))


def make_websocket(random: Random) -> WebSocket:
    """Make the offer of contract 4."""
    subprotocols = list(dict.fromkeys(some(random, ["chat", "chat.v2", "Chat", "y"], 3)))
    origins = hide(random, some(random, ORIGINS, 8), OTHER_ORIGINS)
    deflate = PerMessageDeflate(
        server_no_context_takeover=chance(random, 3),
        client_no_context_takeover=chance(random, 3),
        server_max_window_bits=random.choice(WINDOWS),
        client_max_window_bits=random.choice([*WINDOWS, 8]),
    )
    return WebSocket(
        subprotocols=hide(random, subprotocols, OTHER_SUBPROTOCOLS),
        subprotocol_required=bool(subprotocols) and chance(random, 1),
        origins=random.choice(["same-origin", None, origins]),
        origin_required=chance(random, 1),
        deflate=deflate if chance(random, 7) else None,
    )


def make_policy(random: Random) -> Policy:
    """Make any negotiator."""
    offers: list[Offer] = [offer for offer in PROTOCOLS if chance(random, 6)]
    if chance(random, 9):
        offers.append(make_websocket(random))
    if chance(random, 8):
        offers.append(H2C(prior_knowledge=chance(random, 5)))
    if chance(random, 6) or not offers:
        offers.append(TLS())
    random.shuffle(offers)
    if chance(random, 1):
        del offers[random.randint(1, 2) :]
    hosts = [random.choice(HOSTS) for _ in range(random.randint(1, 4))]
    return Policy(
        tuple(offers),
        required=chance(random, 1),
        hosts=hide(random, hosts, OTHER_HOSTS) if chance(random, 1) else None,
    )
