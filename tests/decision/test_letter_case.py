"""Letter case is that of ASCII: what Unicode folds to a name is not that name.

In: names with a letter that Unicode folds to one of ASCII, as bytes and as text. Out: decisions.
Always: the same head with the letter of ASCII, in either case, switches.
Not here: which names are compared letter case aside (the vectors).
"""

from __future__ import annotations

import heads
import pytest

from upgrade101 import Negotiator, Reason, WebSocket

NEGOTIATOR = Negotiator(WebSocket(origins=("https://kiosk.example",)))
ORIGIN = "Origin: https://kiosk.example"
LONG_S = "\u017f"
KELVIN = "\u212a"


def decide(head: bytes) -> Reason:
    decision = NEGOTIATOR.decide(head)
    assert decision is not None
    return decision.reason


def replace(old: str, new: str) -> bytes:
    """Return a handshake with this in the place of that."""
    head = heads.websocket(ORIGIN)
    assert head.count(old.encode()) == 1
    return head.replace(old.encode(), new.encode())


def test_letters_of_these_tests_fold_to_ascii() -> None:
    assert (LONG_S + KELVIN).casefold() == "sk"


@pytest.mark.parametrize(
    ("old", "new"),
    [("Host:", "HOST:"), ("Sec-WebSocket-Key", "SEC-WEBSOCKET-KEY"), (" websocket", " WEBSOCKET")],
)
def test_name_in_another_case_of_ascii_is_that_name(old: str, new: str) -> None:
    assert decide(replace(old, new)) is Reason.SWITCHED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Host:", f"Ho{LONG_S}t:"),
        ("Sec-WebSocket-Key", f"Sec-WebSocket-{KELVIN}ey"),
        ("Sec-WebSocket-Version", f"{LONG_S}ec-WebSocket-Version"),
    ],
)
def test_name_that_folds_to_another_is_not_that_name(old: str, new: str) -> None:
    assert decide(replace(old, new)) is Reason.BAD_FIELD_NAME


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (" websocket", f" web{LONG_S}ocket", Reason.UPGRADE_INVALID),
        (" websocket", f" websoc{KELVIN}et", Reason.UPGRADE_INVALID),
        ("//kiosk", f"//kio{LONG_S}k", Reason.WS_ORIGIN_FORBIDDEN),
        ("//kiosk", f"//{KELVIN}iosk", Reason.WS_ORIGIN_FORBIDDEN),
    ],
)
def test_value_that_folds_to_another_is_not_that_value(old: str, new: str, reason: Reason) -> None:
    assert decide(replace(old, new)) is reason


def test_text_that_folds_to_a_name_is_not_that_name() -> None:
    decision = NEGOTIATOR.decide_request("GET", "/", [(f"Ho{LONG_S}t", "a")])
    assert decision.reason is Reason.BAD_FIELD_NAME
