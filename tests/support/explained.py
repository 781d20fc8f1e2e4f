"""Explanations as the tests of `upgrade101 explain` look at them.

In: an input and SPECs of offers. Out: the explanation, as an object or as JSON. Always: what is
offered is said as on the command line. Not here: the command itself.
"""

from __future__ import annotations

from typing import Any

from heads import KEY

from upgrade101.explain import Explanation, Server, explain, to_json
from upgrade101.explain.offers import read_limits, read_offer

HANDSHAKE = {
    "Host": "example.com",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
}


def head(
    *lines: str, start: str = "GET /chat HTTP/1.1", but: dict[str, str | None] | None = None
) -> bytes:
    """Return a WebSocket handshake with fields changed, left out (None) and added."""
    fields = HANDSHAKE | (but or {})
    own = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join([start, *own, *lines, "", ""]).encode("latin-1")


def explained(
    data: bytes | str,
    *specs: str,
    hosts: tuple[str, ...] | None = None,
    limits: str | None = None,
    **options: Any,  # noqa: ANN401 -- those of explain()
) -> Explanation:
    """Return the explanation of an input by a server with these offers."""
    offers = tuple(read_offer(spec) for spec in specs or ["websocket,deflate"])
    server = Server(offers, hosts, None if limits is None else read_limits(limits))
    text = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return explain(text, server=server, **options)


def as_json(data: bytes | str, *specs: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the same as JSON has it."""
    return to_json(explained(data, *specs, **options))
