"""The caller's last word on a decision [contract 7].

In: decisions of each action, and answers in pairs, one sound and its neighbour not. Out: a new
decision, or TypeError or ValueError with the decision as it was.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest
from decisions import WEBSOCKET, awaiting, decide, refusal, switch
from heads import PREFACE, upgrade, websocket, write

from upgrade101 import (
    Action,
    Decision,
    Limits,
    Negotiator,
    PerMessageDeflate,
    Reason,
)

HUGE = 10**40


# ---- accepting


def test_accept_adds_fields_and_makes_a_new_decision() -> None:
    decision = switch()
    before = decision.response
    accepted = decision.accept([("X-Node", "7"), (b"Set-Cookie", b"a=\xff")])
    assert accepted is not decision
    assert accepted.response == before[:-2] + b"X-Node: 7\r\nSet-Cookie: a=\xff\r\n\r\n"
    assert decision.response is before
    for name in ("action", "reason", "protocol", "offer", "subprotocol", "leftover", "body"):
        assert getattr(accepted, name) == getattr(decision, name)
    assert accepted.request is not None
    assert accepted.accept().response == before


@pytest.mark.parametrize(
    ("subprotocol", "answered"),
    [(..., "chat"), (None, None), ("superchat", "superchat"), ("chat", "chat")],
)
def test_accept_with_an_offered_subprotocol_answers_it(
    subprotocol: object, answered: str | None
) -> None:
    decision = switch().accept(subprotocol=subprotocol)
    assert decision.subprotocol == answered
    line = f"Sec-WebSocket-Protocol: {answered}\r\n".encode()
    assert (line in decision.response) == (answered is not None)
    assert (b"Sec-WebSocket-Protocol" in decision.response) == (answered is not None)
    assert decision.accept().subprotocol == answered
    assert decision.accept(subprotocol="superchat").subprotocol == "superchat"


@pytest.mark.parametrize("subprotocol", ["chat.v2", "Chat", "", "chat ", "\u0101"])
def test_accept_with_another_subprotocol_is_refused(subprotocol: str) -> None:
    decision = switch()
    with pytest.raises(ValueError, match="subprotocol"):
        decision.accept(subprotocol=subprotocol)
    assert decision.accept().subprotocol == "chat"


@pytest.mark.parametrize("subprotocol", [b"chat", 7, ["chat"]])
def test_accept_with_a_subprotocol_of_a_wrong_type_is_refused(subprotocol: object) -> None:
    with pytest.raises(TypeError, match="subprotocol must be a str"):
        switch().accept(subprotocol=subprotocol)


def test_accept_with_a_subprotocol_where_none_was_offered_is_refused() -> None:
    assert decide(websocket()).accept(subprotocol=None).subprotocol is None
    with pytest.raises(ValueError, match="subprotocol"):
        decide(websocket()).accept(subprotocol="chat")
    with pytest.raises(ValueError, match="subprotocol"):
        decide(upgrade("tcp/1", "Sec-WebSocket-Protocol: chat")).accept(subprotocol="chat")


OFFERING = (
    "Sec-WebSocket-Extensions: x-mine; a=1, permessage-deflate; client_max_window_bits",
    'Sec-WebSocket-Extensions: x-mine; a="2", x-other',
)


def offering() -> Decision:
    return decide(websocket(*OFFERING))


@pytest.mark.parametrize(
    ("extensions", "answered", "deflate"),
    [
        (..., "permessage-deflate", PerMessageDeflate()),
        (None, None, None),
        ("permessage-deflate", "permessage-deflate", PerMessageDeflate()),
        (
            "permessage-deflate; server_max_window_bits=9",
            "permessage-deflate; server_max_window_bits=9",
            PerMessageDeflate(server_max_window_bits=9),
        ),
        ("x-mine", "x-mine", None),
        ('x-other; a; b="c", x-mine', 'x-other; a; b="c", x-mine', None),
    ],
)
def test_accept_with_offered_extensions_answers_them(
    extensions: object, answered: str | None, deflate: PerMessageDeflate | None
) -> None:
    decision = offering().accept(extensions=extensions)
    for accepted in (decision, decision.accept(), decision.accept([("X", "1")])):
        assert (accepted.extensions, accepted.deflate) == (answered, deflate)
        found = dict(accepted.headers).get(b"Sec-WebSocket-Extensions")
        assert found == (answered.encode() if answered else None)
    assert decision.accept(extensions="x-other").extensions == "x-other"
    assert decision.reject(403).extensions is None


@pytest.mark.parametrize(
    "extensions",
    ["x-none", "X-Mine", "", " ", ",", "x-mine,", "x-mine; ", "x-mine; a=", 'x-mine; a="', "x\n"],
)
def test_accept_with_other_extensions_is_refused(extensions: str) -> None:
    decision = offering()
    with pytest.raises(ValueError, match="extensions"):
        decision.accept(extensions=extensions)
    with pytest.raises(ValueError, match="extensions"):
        decide(upgrade("tcp/1", *OFFERING)).accept(extensions=extensions)
    assert decision.accept().extensions == "permessage-deflate"


UNSOUND_FIELDS = [
    ("X Y", "1"),
    ("", "1"),
    ("X", "a\r\nY: b"),
    ("X", "a\0"),
    ("X", " a"),
    ("X", "a\t"),
    ("X", "\u0100"),
    (b"X\xff", b"1"),
    ("upgrade", "x"),
    ("Connection", "x"),
    ("Content-Length", "1"),
    ("Transfer-Encoding", "x"),
    ("Trailer", "x"),
    ("sec-websocket-accept", "x"),
]


@pytest.mark.parametrize("field", UNSOUND_FIELDS)
def test_answer_with_an_unsound_field_is_refused_and_changes_nothing(field: object) -> None:
    decision = switch()
    before = decision.response
    sound = ("X-Sound", "a\tb \xff")
    for answer in (
        decision.accept,
        lambda fields: decision.reject(403, fields),
    ):
        assert b"X-Sound: a\tb \xff\r\n" in answer([sound]).response
        with pytest.raises(ValueError, match="headers"):
            answer([sound, field])
    assert decision.response is before


@pytest.mark.parametrize("headers", ["X", b"X", 7, None, ["ab"], [("X",)], [("X", 1)], [7]])
def test_answer_with_headers_of_a_wrong_type_is_refused(headers: object) -> None:
    with pytest.raises(TypeError):
        switch().accept(headers)
    with pytest.raises(TypeError):
        switch().reject(403, headers)


def test_accept_of_what_is_no_switch_is_refused() -> None:
    for decision in (refusal(), awaiting(), decide(write("GET", "/")), switch().reject(403)):
        with pytest.raises(ValueError, match="SWITCH"):
            decision.accept()


def test_accept_of_the_preface_takes_no_fields() -> None:
    assert decide(PREFACE).accept().response == b""
    with pytest.raises(ValueError, match="headers: a switch without a response takes none"):
        decide(PREFACE).accept([("X", "1")])


def test_accept_with_wrong_arguments_is_refused() -> None:
    with pytest.raises(TypeError, match="at most 3 arguments by position, not 4"):
        switch().accept((), None, None, 1)
    with pytest.raises(TypeError, match="has no argument 'fields'"):
        switch().accept(fields=())


# ---- refusing


@pytest.mark.parametrize(
    "make", [switch, refusal, lambda: decide(write("GET", "/")), lambda: switch().reject(500)]
)
def test_reject_makes_a_refusal_of_any_decision_that_is_not_over(make: object) -> None:
    decision = make()
    refused = decision.reject(403, [("X-Why", "7")], b"no")
    assert (refused.action, refused.reason) == (Action.REJECT, Reason.REFUSED)
    assert (refused.leftover, refused.body, refused.protocol) == (b"", b"", None)
    assert refused.request is not None
    head, _, body = refused.response.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert b"\r\nX-Why: 7" in head
    assert b"\r\nContent-Length: 2" in head
    assert b"\r\nConnection: close" in head
    assert body == b"no"


def test_reject_of_a_continue_is_refused() -> None:
    with pytest.raises(ValueError, match="CONTINUE"):
        awaiting().reject(403)


@pytest.mark.parametrize("status", [200, 299, 300, 599])
def test_reject_with_a_status_at_its_bounds_is_taken(status: int) -> None:
    assert switch().reject(status).response.startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize("status", [199, 600, 101, 0, -1, -403, HUGE, -HUGE, 2**32 + 403])
def test_reject_with_a_status_beyond_is_refused(status: int) -> None:
    with pytest.raises(ValueError, match="status"):
        switch().reject(status)


@pytest.mark.parametrize("status", ["403", 403.0, None])
def test_reject_with_a_status_that_is_no_int_is_refused(status: object) -> None:
    with pytest.raises(TypeError, match="status must be an int"):
        switch().reject(status)
    with pytest.raises(TypeError, match="needs the argument status"):
        switch().reject()


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_reject_takes_any_bytes_like_body_and_gives_it_back(kind: object) -> None:
    body = kind(b"no way")
    refused = switch().reject(status=403, body=body)
    if isinstance(body, bytearray):
        body[:] = b""
    assert refused.response.endswith(b"\r\nContent-Length: 6\r\n\r\nno way")


@pytest.mark.parametrize("body", ["no", None, 7, [1]])
def test_reject_with_a_body_that_is_not_bytes_like_is_refused(body: object) -> None:
    with pytest.raises(TypeError, match="body must be a bytes-like object"):
        switch().reject(403, body=body)


@pytest.mark.parametrize(("without", "with_body"), [(204, 203), (205, 206), (304, 303)])
def test_reject_with_a_status_that_has_no_content_takes_no_body(
    without: int, with_body: int
) -> None:
    refused = switch().reject(without)
    assert refused.response.startswith(b"HTTP/1.1 %d " % without)
    assert refused.content == b""
    assert without != 204 or b"Content-Length" not in dict(refused.headers)
    with pytest.raises(ValueError, match="body must be empty with status 204, 205 and 304"):
        switch().reject(without, body=b"x")
    assert switch().reject(with_body, body=b"x").content == b"x"


def test_reject_with_the_callers_date_and_type_replaces_the_librarys() -> None:
    plain = switch().reject(403).response
    assert plain.count(b"\r\nDate: ") == plain.count(b"\r\nContent-Type: ") == 1
    date = plain.partition(b"\r\nDate: ")[2].partition(b"\r\n")[0]
    assert parsedate_to_datetime(date.decode()) is not None
    own = [("dATE", "Thu, 01 Jan 1970 00:00:00 GMT"), ("content-type", "text/html")]
    response = switch().reject(403, own).response
    assert response.lower().count(b"\r\ndate: ") == response.lower().count(b"content-type") == 1
    assert b"dATE: Thu, 01 Jan 1970 00:00:00 GMT\r\n" in response
    assert b"content-type: text/html\r\n" in response


def test_reject_to_head_has_no_body_and_with_426_the_offers() -> None:
    response = decide(write("HEAD", "/")).reject(403, body=b"no").response
    assert response.endswith(b"\r\n\r\n")
    response = decide(write("GET", "/")).reject(426).response
    assert b"\r\nUpgrade: websocket, h2c, tcp/1, TLS/1.0\r\n" in response
    assert b"\r\nConnection: Upgrade, close\r\n" in response


def test_decision_of_a_negotiator_that_requires_is_a_426_of_the_same_reason() -> None:
    negotiator = Negotiator(WEBSOCKET, required=True, limits=Limits())
    for data, reason in (
        (write("GET", "/"), Reason.UPGRADE_REQUIRED),
        (upgrade("h2c"), Reason.PROTOCOL_NOT_OFFERED),
    ):
        decision = decide(data, negotiator)
        assert (decision.action, decision.reason) == (Action.REJECT, reason)
        assert decision.response.startswith(b"HTTP/1.1 426 Upgrade Required\r\n")


# ---- refusals of the server's own


@pytest.mark.parametrize("make", [switch, refusal, awaiting, lambda: switch().accept([("X", "1")])])
def test_refusal_of_a_decision_is_a_complete_response(make: object) -> None:
    decision = make()
    before = decision.response
    refused = decision._refusal(Reason.DECISION_TIMEOUT)
    assert (refused.action, refused.reason) == (Action.REJECT, Reason.DECISION_TIMEOUT)
    assert refused.response.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"\r\nX: 1" not in refused.response
    assert (refused.leftover, refused.body) == (b"", b"")
    assert refused.request is not None
    assert decision.response is before
    with pytest.raises(TypeError, match="reason must be a Reason"):
        decision._refusal("DECISION_TIMEOUT")
