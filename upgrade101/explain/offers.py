"""What the server offers, as the command line says it.

In: texts such as `websocket,paths=/chat+/rooms/*,deflate`. Out: offers and limits.
Always: what cannot be made is a ValueError whose text names the part. Not here: what an offer may
be, which the offers themselves know.
"""

from typing import Any

from upgrade101 import H2C, TLS, Limits, PerMessageDeflate, Protocol, WebSocket

Offer = WebSocket | H2C | TLS | Protocol

DEFAULT = "websocket,deflate"
_LISTS = frozenset({"paths", "subprotocols", "origins", "methods"})
_PARTS = {
    "websocket": frozenset(
        {"paths", "subprotocols", "subprotocol_required", "origins", "origin_required", "deflate"}
    ),
    "h2c": frozenset({"paths", "prior_knowledge"}),
    "tls": frozenset({"paths"}),
}
_OWN_PARTS = frozenset({"paths", "methods", "body"})


def _read_parts(spec: str) -> tuple[str, dict[str, Any]]:
    name, *texts = spec.split(",")
    allowed = _PARTS.get(name.lower(), _OWN_PARTS)
    parts: dict[str, Any] = {}
    for text in texts:
        key, mark, value = text.partition("=")
        if key not in allowed:
            raise ValueError(f"{key!r} is no part of {name!r}, only {', '.join(sorted(allowed))}")
        if key in parts:
            raise ValueError(f"{key!r} stands twice")
        if (key in _LISTS) != bool(mark):
            raise ValueError(f"{key!r} takes {'a value' if key in _LISTS else 'no value'}")
        parts[key] = value.split("+") if mark else True
    return name, parts


def read_offer(spec: str) -> Offer:
    """Return the offer that a SPEC describes.  Raises ValueError if none can be made of it."""
    try:
        return _make(*_read_parts(spec))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{spec[:80]!r} is no offer: {error}") from error


def _make(name: str, parts: dict[str, Any]) -> Offer:
    if name.lower() == "websocket":
        if parts.pop("deflate", False):
            parts["deflate"] = PerMessageDeflate()
        if parts.get("origins") == ["any"]:
            parts["origins"] = None
        return WebSocket(**parts)
    if name.lower() == "h2c":
        return H2C(**parts)
    if name.lower() == "tls":
        return TLS(**parts)
    protocol, mark, version = name.partition("/")
    return Protocol(protocol, version if mark else None, **parts)


def read_limits(text: str) -> Limits:
    """Return the limits of a text such as `head=32768,fields=200`.  Raises ValueError."""
    values: dict[str, int] = {}
    for part in text.split(","):
        key, _, value = part.partition("=")
        if key not in {"head", "target", "fields", "body"} or not value.isdecimal():
            raise ValueError(
                f"{part[:80]!r} is no limit: head, target, fields or body, and a number"
            )
        values[key] = int(value[:30])
    return Limits(**values)


def read_hosts(text: str) -> tuple[str, ...]:
    """Return the hosts of a text that separates them by commas."""
    return tuple(part.strip() for part in text.split(","))
