"""Explanations of whatever comes: nothing is raised, and the verdict is the core's.

In: mutated heads, texts and bytes. Out: an explanation whose reason is that of `decide`, in JSON
and as text. `U101_FUZZ_EXAMPLES=N` tries N of them.
Not here: whether the cause is right.
"""

from __future__ import annotations

import contextlib
import json
import os
from random import Random

import pytest
from explained import explained, head
from model import WebSocket
from pasted import PASTED
from strategies.cases import Case, make_case

import upgrade101
from upgrade101.explain import CannotReadError, Explanation, Server, explain, to_json, to_text
from upgrade101.explain.forms import FORMS

EXAMPLES = int(os.environ.get("U101_FUZZ_EXAMPLES", "3000"))
BATCHES = 10
KEYS = [
    *("version", "form", "notes", "offers", "action", "reason", "status", "offset", "checks"),
    *("elements", "further", "cause", "remedy", "response"),
]
PIECES = [
    *(
        "'",
        '"',
        "\\",
        "$(",
        "`",
        "^",
        "\n",
        "\r\n",
        "\0",
        "\x1b[",
        "\u2019",
        "\ud800",
        "{",
        "}",
        ":",
    ),
    *(
        "> ",
        "< ",
        "curl ",
        "-H ",
        "-d @",
        "-u a:b ",
        "http://[",
        "HTTP/1.1",
        "PROXY ",
        "PRI * ",
        "b'",
    ),
    *(
        "\\x16\\x03",
        "16 03 ",
        "0x0000:  4500 ",
        "origin ",
        "Upgrade: ",
        "Cookie: ",
        "?a=",
        "://",
        "=>",
    ),
]


def make_server(case: Case) -> Server:
    """Return a server with the offers of the model's policy: all names are the same."""
    offers = []
    for offer in case.policy.offers:
        arguments = dict(vars(offer))
        if isinstance(offer, WebSocket) and offer.deflate is not None:
            arguments["deflate"] = upgrade101.PerMessageDeflate(**vars(offer.deflate))
        offers.append(getattr(upgrade101, type(offer).__name__)(**arguments))
    limits = upgrade101.Limits(**vars(case.policy.limits))
    return Server(tuple(offers), case.policy.hosts, limits)


def assert_whole(found: Explanation) -> None:
    """Check what holds of each explanation."""
    written = to_json(found)
    assert list(written) == KEYS
    json.dumps(written)
    shown = to_text(found, colour=True, verbose=True)
    assert shown.endswith("\n")
    assert found.exit_status in {0, 10, 11, 12, 13, 14}
    states = [check.state for check in found.checks]
    assert states == sorted(states, key=["ok", "failed", "not reached"].index)
    assert states.count("failed") <= 1
    assert (found.cause is None) == (written["remedy"] is None)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_explanation_of_a_mutated_head_has_the_reason_of_decide(batch: int) -> None:
    for number in range(batch, EXAMPLES, BATCHES):
        case = make_case(Random(number))  # noqa: S311
        server = make_server(case)
        found = explain(case.data, form="raw", server=server, secure=case.secure)
        decision = server.negotiator.decide(case.data, secure=case.secure)
        expected = None if decision is None else decision.reason.name
        assert (found.reason, found.has_request) == (expected, True), number
        assert (found.decision is None) == (decision is None)
        assert_whole(found)
        if decision is not None and decision.action is not upgrade101.Action.SWITCH:
            failed = [check.row for check in found.checks if check.state == "failed"]
            assert len(failed) == 1, number
        explained_again = explain(case.data, server=server)
        assert_whole(explained_again)


def make_text(random: Random) -> str:
    """Write a text of some form, broken in some places."""
    text = random.choice(PASTED)
    for _ in range(random.randint(1, 6)):
        begin = random.randint(0, len(text))
        end = min(len(text), begin + random.choice([0, 0, 1, 1, 5, 60]))
        text = text[:begin] + random.choice([*PIECES, ""]) + text[end:]
    return text


@pytest.mark.parametrize("batch", range(BATCHES))
def test_explanation_of_broken_text_raises_nothing(batch: int) -> None:
    for number in range(batch, EXAMPLES, BATCHES):
        random = Random(number)  # noqa: S311
        data = make_text(random).encode("utf-8", "surrogatepass")
        if not random.randrange(10):
            data = random.randbytes(random.randrange(200))
        assert_whole(explain(data))
        form = random.choice(FORMS)
        # What cannot be read in a form that is given is said, and nothing else is raised.
        with contextlib.suppress(CannotReadError):
            assert_whole(explain(data, form=form))


def test_every_key_of_the_schema_is_there_whatever_the_input() -> None:
    for data in (b"", b"HTTP/1.1 101 x\r\n", b"hello", b"missing Upgrade header", head(), b"GET"):
        assert_whole(explained(data))


@pytest.mark.parametrize("options", [{}, {"form": "raw"}, {"form": "head"}])
def test_request_of_each_piece_of_a_head_is_explained(options: dict[str, str]) -> None:
    data = head("Origin: http://b", "Sec-WebSocket-Protocol: a b", "Content-Length: 3") + b"abc"
    for size in range(len(data)):
        assert_whole(explained(data[:size], **options))
        assert_whole(explained(data[size:], **options))
