"""What would fail next: the failed check repaired, and the core asked again.

In: a verdict. Out: the reasons that follow. Always: each of them is the core's, of a request whose
earlier faults are repaired as the table says. Not here: what a user should change.
"""

from collections.abc import Callable
from dataclasses import replace

from upgrade101 import Action, WebSocket
from upgrade101.explain.heads import Head
from upgrade101.explain.verdict import Server, Verdict

MOST = 12
SOUND_KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # the sample of [RFC 6455 1.3]
Repair = Callable[[Head, Server], Head | None]


def further(verdict: Verdict) -> list[str]:
    """Return the reasons that would come next, each once."""
    if verdict.request is None or verdict.reason is None or verdict.switches:
        return []
    head: Head = verdict.head
    reasons = [verdict.reason.name]
    for _ in range(MOST):
        repair = REPAIRS.get(reasons[-1])
        repaired = repair(head, verdict.server) if repair is not None else None
        if repaired is None:
            break
        head = repaired
        decision = verdict.ask(head)
        if decision.action is Action.SWITCH or decision.reason.name in reasons:
            break
        reasons.append(decision.reason.name)
    return reasons[1:]


def _authority(target: str) -> str:
    return target.partition("://")[2].partition("/")[0].partition("?")[0]


def _repair_host(head: Head, _: Server) -> Head:
    origin = _authority(head.get("origin"))
    return head.with_field("Host", origin or "localhost")


def _speak_1_1(head: Head, server: Server) -> Head:
    # HTTP/1.0 has no need of Host.
    named = head if head.has("host") else _repair_host(head, server)
    return replace(named, version="1.1")


def _first(name: str) -> Repair:
    return lambda head, _: head.with_field(name, head.lines(name.lower())[0])


def _set(name: str, value: str) -> Repair:
    return lambda head, _: head.with_field(name, value)


def _drop(*names: str) -> Repair:
    return lambda head, _: head.without(*names)


def _ask_for_websocket(head: Head, server: Server) -> Head | None:
    wanted = head.has("sec-websocket-key") or head.has("sec-websocket-version")
    offered = any(isinstance(offer, WebSocket) for offer in server.offers)
    return head.with_field("Upgrade", "websocket") if wanted and offered else None


def _list_upgrade(head: Head, _: Server) -> Head:
    listed = {option.lower() for option in head.elements("connection")}
    settings = ", HTTP2-Settings" if "http2-settings" in listed else ""
    return head.with_field("Connection", f"Upgrade{settings}")


def _own_subprotocol(head: Head, server: Server) -> Head | None:
    offer = server.websocket
    if offer is None or not offer.subprotocols:
        return None
    return head.with_field("Sec-WebSocket-Protocol", offer.subprotocols[0])


REPAIRS: dict[str, Repair] = {
    "HOST_MISSING": _repair_host,
    "HOST_INVALID": _repair_host,
    "HOST_DUPLICATE": _first("Host"),
    "HOST_MISMATCH": lambda head, _: head.with_field("Host", _authority(head.target)),
    "FRAMING_CONFLICT": _drop("transfer-encoding", "content-length"),
    "TRANSFER_ENCODING_INVALID": _drop("transfer-encoding", "content-length"),
    "TRANSFER_ENCODING_UNSUPPORTED": _drop("transfer-encoding", "content-length"),
    "CONTENT_LENGTH_INVALID": _drop("transfer-encoding", "content-length"),
    "WS_UPGRADE_MISSING": _set("Upgrade", "websocket"),
    "UPGRADE_ON_HTTP_1_0": _speak_1_1,
    "CONNECTION_INVALID": _list_upgrade,
    "CONNECTION_OPTION_MISSING": _list_upgrade,
    "UPGRADE_INVALID": _ask_for_websocket,
    "PROTOCOL_NOT_OFFERED": _ask_for_websocket,
    "WS_METHOD": lambda head, _: replace(head, method="GET"),
    "WS_BODY": _drop("transfer-encoding", "content-length"),
    "WS_VERSION_MISSING": _set("Sec-WebSocket-Version", "13"),
    "WS_VERSION_DUPLICATE": _set("Sec-WebSocket-Version", "13"),
    "WS_VERSION_UNSUPPORTED": _set("Sec-WebSocket-Version", "13"),
    "WS_KEY_MISSING": _set("Sec-WebSocket-Key", SOUND_KEY),
    "WS_KEY_DUPLICATE": _set("Sec-WebSocket-Key", SOUND_KEY),
    "WS_KEY_INVALID": _set("Sec-WebSocket-Key", SOUND_KEY),
    "WS_ORIGIN_DUPLICATE": _first("Origin"),
    "WS_ORIGIN_FORBIDDEN": _drop("origin"),
    "WS_SUBPROTOCOL_INVALID": _drop("sec-websocket-protocol"),
    "WS_SUBPROTOCOL_REQUIRED": _own_subprotocol,
    "WS_EXTENSIONS_INVALID": _drop("sec-websocket-extensions"),
    "EXPECTATION_FAILED": _drop("expect"),
}
