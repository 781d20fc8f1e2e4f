"""The causes of an origin that is not allowed.

In: a verdict with WS_ORIGIN_FORBIDDEN. Out: the cause that fits. Always: Origin and Host are
compared as the contract does, letter case aside. Not here: whether an origin is allowed.
"""

import re
from dataclasses import dataclass

from upgrade101.explain import remedies
from upgrade101.explain.rules import Case, Cause, Rule, rule
from upgrade101.explain.shown import cut

_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:/?#@]*)(?::([0-9]*))?\Z")
_ADDRESS = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[.*\])\Z")
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True)
class Place:
    """Host and port of Origin or Host, in lower case; both empty if there are none."""

    host: str = ""
    port: str = ""

    @classmethod
    def of(cls, authority: str) -> "Place":
        """Return the parts of an authority."""
        match = _AUTHORITY.match(authority.strip().lower())
        return cls() if match is None else cls(match[1], match[2] or "")


def _origin(case: Case) -> Place:
    _, mark, authority = case.head.get("origin").partition("://")
    return Place.of(authority.rstrip("/")) if mark else Place()


def _host(case: Case) -> Place:
    return Place.of(case.head.get("host"))


def _list_it(case: Case) -> str:
    origin = cut(case.shield.text(case.head.get("origin")), 100)
    return f'origins=["same-origin", "{origin}"]'


def _no_origin(case: Case) -> Cause | None:
    if case.head.has("origin"):
        return None
    return Cause(
        "no-origin",
        "A client that is no browser sends no Origin, and this server demands one "
        "(origin_required)",
        "Client: Origin: https://app.example (curl: -H 'Origin: ...'; websockets: "
        "connect(origin=...)); or server: origin_required=False",
        case.seen("Origin"),
    )


def _null_origin(case: Case) -> Cause | None:
    if case.head.get("origin") != "null":
        return None
    return Cause(
        "null-origin",
        "The page has no origin of its own: it is a file, in a sandboxed frame, or reached by a "
        "redirect",
        'Serve the page by HTTP (python -m http.server), or list it: origins=["same-origin", '
        '"null"], which admits every such page',
        case.seen("Origin"),
    )


def _lost_port(case: Case) -> Cause | None:
    origin, host = _origin(case), _host(case)
    if not host.host or origin.host != host.host or host.port or not origin.port:
        return None
    return Cause(
        "host-lost-its-port",
        "Host has lost its port on the way: nginx's $host has none",
        'nginx: proxy_set_header Host $http_host; or server: origins="same-host"',
        (*case.seen("Origin", "Host"), *case.proxied),
    )


def _localhost_names(case: Case) -> Cause | None:
    origin, host = _origin(case).host, _host(case).host
    if origin == host or not {origin, host} <= LOCAL_NAMES:
        return None
    return Cause(
        "localhost-names",
        f"{origin} and {host} are two names of one machine, so two origins",
        f"Open the page as {host}, or the WebSocket as {origin}: the same name in both; or "
        f"{_list_it(case)}",
        case.seen("Origin", "Host"),
    )


def _www(case: Case) -> Cause | None:
    origin, host = _origin(case).host, _host(case).host
    if origin == host or origin.removeprefix("www.") != host.removeprefix("www."):
        return None
    return Cause(
        "www",
        "Origin and Host differ by www. only",
        f"List both: {_list_it(case)}; or redirect one name to the other",
        case.seen("Origin", "Host"),
    )


def _upstream(case: Case) -> Cause | None:
    origin, host = _origin(case), _host(case)
    forwarded = Place.of(case.head.get("x-forwarded-host").rpartition(",")[2])
    is_bare = bool(_ADDRESS.match(host.host)) or (host.host != "" and "." not in host.host)
    is_other = origin.host not in {"", host.host}
    # A proxy on the same machine differs in the port alone, and tells what it was asked for.
    if not (is_other and (is_bare or forwarded.host not in {"", host.host})) and not (
        forwarded.host and forwarded == origin != host
    ):
        return None
    facts = case.seen("Origin", "Host")
    if forwarded.host:
        facts += case.seen("X-Forwarded-Host")
    return Cause(
        "host-is-the-upstream",
        "A proxy sends its upstream's name as Host, so that the page's own origin is another",
        f"Keep Host:\n{remedies.KEEP_HOST}\nor list the origin: {_list_it(case)}",
        (*facts, *case.proxied),
    )


def _cross_origin(case: Case) -> Cause:
    return Cause(
        "cross-origin",
        "A page of another origin has opened the WebSocket, or a client that sets Origin itself; "
        "Access-Control-Allow-Origin has no say in WebSocket",
        f"If the page is yours: {_list_it(case)}",
        case.seen("Origin", "Host"),
    )


ORIGIN_RULES: tuple[Rule, ...] = tuple(
    rule(name, "WS_ORIGIN_FORBIDDEN", find)
    for name, find in (
        ("no-origin", _no_origin),
        ("null-origin", _null_origin),
        ("host-lost-its-port", _lost_port),
        ("localhost-names", _localhost_names),
        ("www", _www),
        ("host-is-the-upstream", _upstream),
        ("cross-origin", _cross_origin),
    )
)
