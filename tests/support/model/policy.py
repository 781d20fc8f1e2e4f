"""What a negotiator is made of, as plain records named as its arguments.

In: arguments, or the object of `vectors/policies.json`. Out: records. It always holds that
a record is hashable and equal to one of the same arguments. They check nothing: what the
real constructors refuse [contract 7] is not the model's business.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class PerMessageDeflate:
    """Arguments of the deflate offer, or the parameters agreed (7692 7.1)."""

    server_no_context_takeover: bool = False
    client_no_context_takeover: bool = False
    server_max_window_bits: int | None = None
    client_max_window_bits: int | None = None
    require_client_max_window_bits: bool = False


@dataclass(frozen=True)
class WebSocket:
    """The offer of [contract 4]."""

    subprotocols: tuple[str, ...] = ()
    subprotocol_required: bool = False
    origins: str | tuple[str, ...] | None = "same-origin"
    origin_required: bool = False
    deflate: PerMessageDeflate | None = None
    paths: tuple[str, ...] | None = None


@dataclass(frozen=True)
class H2C:
    """The offer of [contract 5]."""

    upgrade: bool = True
    prior_knowledge: bool = False
    paths: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Protocol:
    """Any other offer of [contract 6]."""

    name: str
    version: str | None = None
    methods: tuple[str, ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bool = False
    paths: tuple[str, ...] | None = None


@dataclass(frozen=True)
class TLS:
    """The offer of [contract 6] for RFC 2817."""

    paths: tuple[str, ...] | None = None


Offer = WebSocket | H2C | Protocol | TLS


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, `fields` in lines [contract 2, contract 6]."""

    head: int = 16384
    target: int = 8192
    fields: int = 100
    body: int = 65536


@dataclass(frozen=True)
class Policy:
    """Everything one negotiator was made with."""

    offers: tuple[Offer, ...]
    required: bool = False
    hosts: tuple[str, ...] | None = None
    limits: Limits = Limits()


def _tuples(items: list[Any]) -> tuple[Any, ...]:
    """Turn lists into tuples, at every depth."""
    return tuple(_tuples(item) if isinstance(item, list) else item for item in items)


def _offer(described: dict[str, Any]) -> Offer:
    arguments = dict(zip(described, _tuples(list(described.values())), strict=True))
    kind = arguments.pop("type")
    if arguments.get("deflate") is not None:
        arguments["deflate"] = PerMessageDeflate(**arguments["deflate"])
    kinds = {"WebSocket": WebSocket, "H2C": H2C, "Protocol": Protocol, "TLS": TLS}
    offer: Offer = kinds[kind](**arguments)
    return offer


def load_policies(path: Path) -> dict[str, Policy]:
    """Read `policies.json`: a policy for each name in it."""
    return {
        name: Policy(
            offers=tuple(_offer(offer) for offer in described["offers"]),
            required=described["required"],
            hosts=tuple(described["hosts"]) if "hosts" in described else None,
            limits=Limits(**described["limits"]),
        )
        for name, described in json.loads(path.read_text(encoding="utf-8")).items()
    }
