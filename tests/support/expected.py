"""A decision beside what a vector expects of it.

In: a decision of the extension, and the `expect` of a vector. Out: an assertion that fails if
they differ in anything that README.md of the vectors says is compared.
Always: what is not given is expected to be empty or None.
Not here: how the bytes of a vector reach the decision.
"""

from __future__ import annotations

import email.utils
import re
from typing import TYPE_CHECKING, Any

from model.forward import is_same

from upgrade101 import Action, Decision, Request

if TYPE_CHECKING:
    from upgrade101 import H2C, TLS, Protocol, WebSocket

LISTS = {"upgrade", "connection", "allow"}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TEXT = re.compile(r"[A-Z0-9_]+: [ -~]+ \[RFC \d+ [\d.]+\]\.\n")
# [RFC 9110 8.6, 15.3.5, 15.4.5] A 204 has no length, and a 304 would tell it of another response.
NO_CONTENT, NOT_MODIFIED = 204, 304
MOST_DETAIL = 200


def split_list(value: str) -> list[str]:
    return [element.strip() for element in value.split(",")]


def take_apart(response: bytes) -> tuple[int | None, tuple[tuple[bytes, bytes], ...], bytes]:
    """Return status, fields and content of the last response, `None` and nothing of none."""
    if not response:
        return None, (), b""
    if response != CONTINUE:
        response = response.removeprefix(CONTINUE)
    head, blank, content = response.partition(b"\r\n\r\n")
    assert blank
    start, *lines = head.split(b"\r\n")
    assert re.fullmatch(rb"HTTP/1\.1 [1-5][0-9]{2} [ -~]*", start)
    fields = []
    for line in lines:
        name, colon, value = line.partition(b": ")
        assert colon
        fields.append((name, value))
    return int(start[9:12]), tuple(fields), content


def check_refusal(decision: Decision, expect: dict[str, Any]) -> None:
    status, lines, content = take_apart(decision.response)
    assert status == expect["status"]
    fields = {name.decode().lower(): value.decode() for name, value in lines}
    assert len(fields) == len(lines)
    assert (
        email.utils.format_datetime(email.utils.parsedate_to_datetime(fields["date"]), usegmt=True)
        == fields["date"]
    )
    assert "close" in split_list(fields["connection"])
    to_head = decision.request is not None and decision.request.method == "HEAD"
    assert status == NOT_MODIFIED or fields["content-type"]
    if status in (NO_CONTENT, NOT_MODIFIED):
        assert "content-length" not in fields
    elif content or not to_head:
        assert int(fields["content-length"]) == len(content)
    else:
        assert fields["content-length"].isdigit()
    if decision.reason.name != "REFUSED":
        assert fields["content-type"].startswith("text/plain")
        assert content == b"" if to_head else TEXT.fullmatch(content.decode("ascii"))
    if "content" in expect:
        assert content == expect["content"].encode("latin-1")
    for name, value in expect.get("response_has", ()):
        found = fields[name.lower()]
        if name.lower() == "connection":
            assert split_list(found.lower()) == split_list(value.lower())
        elif name.lower() in LISTS:
            assert split_list(found) == split_list(value)
        else:
            assert found == value


def check_request(request: Request, expect: dict[str, Any]) -> None:
    assert request.path == expect.get("path", request.path)
    if "query" in expect:
        assert request.query == expect["query"]
    for name, listed in expect.get("lists", {}).items():
        assert request.get_list(name) == tuple(listed)


def check_answer(
    decision: Decision,
    expect: dict[str, Any],
    offers: tuple[WebSocket | H2C | Protocol | TLS, ...],
) -> None:
    """Compare what does not depend on the bytes behind the head, nor on where a byte stands."""
    assert decision.action is Action[expect["action"]]
    assert decision.reason.name == expect["reason"]
    assert re.fullmatch(rf"[ -~]{{0,{MOST_DETAIL}}}", decision.detail)
    for piece in expect.get("detail_has", ()):
        assert piece in decision.detail
    assert (decision.status, decision.headers, decision.content) == take_apart(decision.response)
    if decision.request is not None:
        check_request(decision.request, expect)
    else:
        assert not expect.keys() & {"path", "query", "lists"}
    if decision.action is Action.REJECT:
        check_refusal(decision, expect)
    elif decision.action is Action.SWITCH:
        assert decision.status == (101 if expect["response"] else None)
        assert decision.protocol == expect.get("protocol", decision.protocol)
        assert decision.protocol is not None
        assert decision.offer in offers
        if "offer" in expect:
            assert decision.offer is offers[expect["offer"]]
        assert decision.subprotocol == expect.get("subprotocol")
        assert decision.extensions == expect.get("extensions")
        assert list(decision.settings or ()) == [tuple(pair) for pair in expect.get("settings", ())]
    elif decision.action is Action.PASS:
        assert decision.response == b""
    if decision.action is not Action.PASS:
        assert decision.forward == b""


def check_forward(decision: Decision, expect: dict[str, Any], *, parsed: bool = False) -> None:
    """Compare the head as whoever serves HTTP should see it [contract 8.4]."""
    if decision.action is not Action.PASS:
        return
    assert decision.request is not None
    own = decision.request.head
    expected = expect["forward"].encode("latin-1") if "forward" in expect else own
    if parsed:
        # A head that was parsed is written anew, with one space behind each colon.
        start, *lines = expected.removeprefix(b"\r\n").split(b"\r\n")
        pairs = [line.partition(b":") for line in lines]
        anew = [
            name + colon + b" " * bool(colon) + value.strip(b" \t") for name, colon, value in pairs
        ]
        expected = b"\r\n".join([start, *anew])
    assert is_same(decision.forward, expected, own)


def check(
    decision: Decision | None,
    expect: dict[str, Any],
    offers: tuple[WebSocket | H2C | Protocol | TLS, ...],
    unfed: bytes = b"",
) -> None:
    """Compare a decision, behind which `unfed` was not fed, with what a vector expects."""
    if expect["action"] is None:
        assert decision is None
        return
    assert decision is not None
    check_answer(decision, expect, offers)
    check_forward(decision, expect)
    assert decision.offset == expect.get("offset")
    if decision.action is Action.REJECT:
        assert decision.leftover == b""
        return
    assert decision.response == expect.get("response", "").encode("latin-1")
    assert decision.leftover + unfed == expect.get("leftover", "").encode("latin-1")
    assert decision.body == expect.get("body", "").encode("latin-1")
