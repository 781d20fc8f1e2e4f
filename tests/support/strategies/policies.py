"""Negotiators of any kind that the constructors take [contract 7].

In: a source of randomness. Out: a `Policy`. It always holds that each of its offers can be
reached. Its limits are the defaults.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from model import H2C, TLS, PerMessageDeflate, Policy, Protocol, WebSocket

from .choices import chance, some
from .reachable import only_reachable

if TYPE_CHECKING:
    from random import Random

    from model.policy import Offer

PROTOCOLS = [
    Protocol("tcp", methods=("POST",), body=True),
    Protocol("TCP", body=True),
    Protocol("SPDY", "3.1", methods=("GET", "POST")),
    Protocol("spdy", "3.10", body=True),
    Protocol("connect-udp", methods=("GET",), headers=(("Capsule-Protocol", "?1"), ("X", "\xe9"))),
    Protocol("foo"),
    Protocol("foo", "bar", body=True),
    Protocol("Foo", "Bar"),
    Protocol("h2c", methods=("POST",), body=True),
    Protocol("H2C"),
]
PATHS = ["/", "/*", "/chat", "/chat/*", "/rooms/*", "/rooms/vip", "/rooms/"]
HOSTS = [
    *("a", "A", "example.com:80", "*.example.org", "[::1]:8080", "A:443", "*", "a:00", "*.a:80"),
    *("a.", "Example.com.", "*.example.org.:80", "[V1.a:b]", "[v1.a:b]:80"),
]
ORIGINS = [
    *("http://a", "https://A:443", "null", "https://*.example.org", "http://[::1]:8080"),
    *("http://*", "https://*.example.org:8080", "chrome-extension://a", "same-origin"),
    *("http://example.com", "https://example.com", "same-host", "file://", "http://a:*"),
    *("https://*:*", "ws://A:80", "wss://example.com", "http://a/", "https://a:08443", "a:80"),
    *("Null", "http://[v1.a:b]:*", "https://*.example.org:*", "foo://a:*"),
]
ONE_ORIGIN = ["same-origin", "same-origin", "same-host", "null", "http://a:*"]
# More than a short list has, so that the core makes an index of them.
OTHER_HOSTS = [*(f"a{i}" for i in range(20)), *(f"*.a{i}.example.org:80" for i in range(20))]
OTHER_ORIGINS = [f"https://{host}" for host in OTHER_HOSTS]
OTHER_SUBPROTOCOLS = [f"chat.v{i}" for i in range(3, 40)]
WINDOWS = [None, None, 9, 10, 12, 14, 15]


def hide(random: Random, values: list[str], others: list[str]) -> tuple[str, ...]:
    """Return the values, one time of five somewhere among others."""
    hidden = [*values, *others] if chance(random, 2) else values
    return tuple(random.sample(hidden, len(hidden)))


def make_paths(random: Random, chances: int = 3) -> tuple[str, ...] | None:
    """Make the `paths` of an offer [contract 7], none `10 - chances` times of ten."""
    if not chance(random, chances):
        return None
    return tuple(random.sample(PATHS, random.randint(1, 3)))


def make_deflate(random: Random) -> PerMessageDeflate:
    """Make the deflate offer of [contract 4]."""
    client = random.choice([*WINDOWS, 8])
    return PerMessageDeflate(
        server_no_context_takeover=chance(random, 3),
        client_no_context_takeover=chance(random, 3),
        server_max_window_bits=random.choice(WINDOWS),
        client_max_window_bits=client,
        require_client_max_window_bits=client is not None and chance(random, 3),
    )


def make_websocket(random: Random) -> WebSocket:
    """Make the offer of [contract 4]."""
    names = ["chat", "chat.v2", "Chat", "y", "a/b", "SPDY/3.1+x", "@"]
    subprotocols = list(dict.fromkeys(some(random, names, 3)))
    origins = hide(random, some(random, ORIGINS, 8), OTHER_ORIGINS)
    alone = random.choice(ORIGINS)
    return WebSocket(
        subprotocols=hide(random, subprotocols, OTHER_SUBPROTOCOLS),
        subprotocol_required=bool(subprotocols) and chance(random, 1),
        origins=random.choice([*ONE_ORIGIN, None, None, origins, origins, alone]),
        origin_required=chance(random, 1),
        deflate=make_deflate(random) if chance(random, 7) else None,
        paths=make_paths(random),
    )


def make_h2c(random: Random) -> H2C:
    """Make the offer of [contract 5]."""
    upgrade = chance(random, 8)
    return H2C(
        upgrade=upgrade,
        prior_knowledge=not upgrade or chance(random, 5),
        paths=make_paths(random, 2),
    )


def make_policy(random: Random) -> Policy:
    """Make any negotiator."""
    offers: list[Offer] = [
        replace(offer, paths=make_paths(random, 2)) for offer in PROTOCOLS if chance(random, 5)
    ]
    if chance(random, 9):
        offers += [make_websocket(random) for _ in range(random.choice([1, 1, 1, 2, 3]))]
    if chance(random, 8):
        offers += [make_h2c(random) for _ in range(random.choice([1, 1, 2]))]
    if chance(random, 6) or not offers:
        offers += [TLS(make_paths(random)) for _ in range(random.choice([1, 1, 2]))]
    random.shuffle(offers)
    if chance(random, 1):
        del offers[random.randint(1, 2) :]
    hosts = [random.choice(HOSTS) for _ in range(random.randint(1, 6))]
    return Policy(
        only_reachable(offers),
        required=chance(random, 2),
        hosts=hide(random, hosts, OTHER_HOSTS) if not random.randrange(20) else None,
    )
