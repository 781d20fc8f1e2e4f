"""The extension against `h11` and `websockets` on generated requests.

`U101_FUZZ_EXAMPLES=N` tries N requests chosen anew; without it the same few thousand run
each time. What the two sides say differently has to be in the list of `disagreements`; each
entry of it is shown by its example, so that none outlives what it is about, and has its row in
`docs/disagreements.md`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import h11
import pytest
from disagreements import (
    ACCEPTS,
    DISAGREEMENTS,
    REFUSES,
    WAITS,
    Answer,
    Difference,
    Disagreement,
    assert_shown,
    differences,
    entries_of,
    uncovered,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import Case, cases, shorten
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.headers import parse_extension
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

import upgrade101

EXAMPLES = int(os.environ.get("U101_FUZZ_EXAMPLES", "0"))
profile = settings(
    max_examples=EXAMPLES or 2000,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
Compare = Callable[[bytes], list[Difference]]
DOCS = Path(__file__).parent.parent.parent / "docs" / "disagreements.md"

# ---- h11: is it a request, and which? -----------------------------------------------------

# Nobody asks for this protocol: what is left of a decision is whether the request is sound.
READER = upgrade101.Negotiator(upgrade101.Protocol("asked-for-by-nobody"))


def _answer_as_reader(data: bytes) -> Answer:
    decision = READER.decide(data)
    if decision is None:
        return Answer(WAITS)
    if decision.action is upgrade101.Action.REJECT:
        return Answer(REFUSES, decision.reason.name)
    request = decision.request
    assert request is not None
    agreed = {
        "method": request.method.encode("latin-1"),
        "target": request.target.encode("latin-1"),
        "version": request.version.encode("latin-1"),
        "headers": request.headers,
    }
    return Answer(ACCEPTS, decision.reason.name, agreed)


def _answer_of_h11(data: bytes) -> Answer:
    connection = h11.Connection(h11.SERVER)
    # To h11 no bytes are the end of the connection.
    if data:
        connection.receive_data(data)
    try:
        event = connection.next_event()
    except h11.RemoteProtocolError as error:
        return Answer(REFUSES, str(error))
    if event is h11.NEED_DATA:
        return Answer(WAITS)
    assert isinstance(event, h11.Request)
    agreed = {
        "method": event.method,
        "target": event.target,
        "version": event.http_version,
        "headers": tuple(event.headers.raw_items()),
    }
    return Answer(ACCEPTS, agreed=agreed)


def _compare_with_h11(data: bytes) -> list[Difference]:
    return differences(data, _answer_as_reader(data), _answer_of_h11(data))


# ---- websockets: is it a handshake, and what is agreed? -------------------------------------

SUBPROTOCOLS = [Subprotocol("chat.v2"), Subprotocol("chat")]
Arguments = dict[str, Any]
DEFLATES: list[Arguments] = [
    {},
    {"server_max_window_bits": 12, "client_max_window_bits": 12},
    {"server_no_context_takeover": True, "server_max_window_bits": 15},
    {"client_no_context_takeover": True, "client_max_window_bits": 15},
]


def _negotiator(offer: upgrade101.WebSocket) -> upgrade101.Negotiator:
    # A server that speaks nothing else refuses what asks for something else.
    return upgrade101.Negotiator(offer, required=True)


def _choose(_: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Choose as we do where none is required."""
    return next((ours for ours in SUBPROTOCOLS if ours in offered), None)


def _deflating(arguments: Arguments) -> tuple[upgrade101.Negotiator, Arguments]:
    offer = upgrade101.WebSocket(
        subprotocols=SUBPROTOCOLS,
        origins=None,
        deflate=upgrade101.PerMessageDeflate(**arguments),
    )
    return _negotiator(offer), {
        "subprotocols": SUBPROTOCOLS,
        "select_subprotocol": _choose,
        "extensions": [ServerPerMessageDeflateFactory(**arguments)],
    }


SERVERS: list[tuple[upgrade101.Negotiator, Arguments]] = [
    *map(_deflating, DEFLATES),
    (
        _negotiator(
            upgrade101.WebSocket(
                subprotocols=SUBPROTOCOLS, subprotocol_required=True, origins=None
            ),
        ),
        {"subprotocols": SUBPROTOCOLS},
    ),
]
"""Our negotiator and the arguments of a `ServerProtocol` that is configured as it is."""


def _agreed(accept: str | None, subprotocol: str | None, extensions: str | None) -> Answer:
    agreed: dict[str, object] = {"accept": accept, "subprotocol": subprotocol}
    for name, parameters in parse_extension(extensions) if extensions else ():
        agreed["extension"] = name
        agreed |= {key: int(value) if value else True for key, value in parameters}
    return Answer(ACCEPTS, "SWITCHED", agreed)


def _answer_as_server(negotiator: upgrade101.Negotiator, data: bytes) -> Answer:
    decision = negotiator.decide(data)
    if decision is None:
        return Answer(WAITS)
    if decision.action is not upgrade101.Action.SWITCH:
        return Answer(REFUSES, decision.reason.name)
    accept = re.search(rb"\r\nSec-WebSocket-Accept: (.*)\r\n", decision.response)
    assert accept is not None
    return _agreed(accept[1].decode(), decision.subprotocol, decision.extensions)


def _answer_of_websockets(arguments: Arguments, data: bytes) -> Answer:
    protocol = ServerProtocol(**arguments)
    protocol.receive_data(data)
    if protocol.handshake_exc is not None:
        return Answer(REFUSES, str(protocol.handshake_exc))
    events = protocol.events_received()
    if not events:
        return Answer(WAITS)
    # Behind it may be frames, which are none of this test's.
    assert isinstance(events[0], Request)
    response = protocol.accept(events[0])
    if response.status_code != 101:
        return Answer(REFUSES, str(protocol.handshake_exc))
    names = ("Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions")
    return _agreed(*(response.headers.get(name) for name in names))


def _compare_with_websockets(index: int, data: bytes) -> list[Difference]:
    negotiator, arguments = SERVERS[index]
    return differences(
        data, _answer_as_server(negotiator, data), _answer_of_websockets(arguments, data)
    )


def _compare_with_each_websockets(data: bytes) -> list[Difference]:
    return [one for index in range(len(SERVERS)) for one in _compare_with_websockets(index, data)]


# ---- the tests ----------------------------------------------------------------------------

COMPARISONS = {"h11": _compare_with_h11, "websockets": _compare_with_each_websockets}


def _assert_listed(peer: str, compare: Compare, case: Case) -> None:
    """Expect of all differences to be in the list; else show a short request that has one."""
    if uncovered(peer, compare(case.data)):
        short = shorten(case, lambda case: bool(uncovered(peer, compare(case.data))))
        assert uncovered(peer, compare(short.data)) == []


@given(case=cases())
@profile
def test_negotiator_generated_request_differs_from_h11_as_listed(case: Case) -> None:
    _assert_listed("h11", _compare_with_h11, case)


def _is_about_websocket(case: Case) -> bool:
    return b"websocket" in case.data.lower()


@given(case=cases().filter(_is_about_websocket), index=st.integers(0, len(SERVERS) - 1))
@profile
def test_negotiator_generated_handshake_differs_from_websockets_as_listed(
    case: Case, index: int
) -> None:
    _assert_listed("websockets", partial(_compare_with_websockets, index), case)


@pytest.mark.parametrize(
    "entry",
    [entry for peer in COMPARISONS for entry in entries_of(peer)],
    ids=lambda entry: f"{entry.peer}-{entry.name}",
)
def test_disagreement_example_is_covered_by_its_entry_alone(entry: Disagreement) -> None:
    assert_shown(entry, COMPARISONS[entry.peer](entry.example))


def test_disagreements_have_a_row_each_in_the_docs() -> None:
    rows = re.findall(
        r"^\| (\S+) \| `(\S+)` \| .+ \| .+ \| (RFC \S+ \S+) \|$",
        DOCS.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert rows == [(entry.peer, entry.name, entry.rfc) for entry in DISAGREEMENTS]
