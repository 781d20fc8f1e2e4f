"""The order of the checks: csrc/checks.def and the core say the same.

In: for each row a way to fail it. Out: which check fails, what comes before and after it, and what
would fail next. Always: each two neighbours of the table are tried together, so that a table with
two rows exchanged, or a core without one of its checks, fails here.
Not here: how the checks are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

import pytest
from explained import as_json, explained, head
from heads import KEY, PREFACE

from upgrade101 import Reason
from upgrade101.explain.checks import OF_A_PART, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

SERVER_REASONS = {
    *("SWITCHED", "HTTP2_PRIOR_KNOWLEDGE", "REFUSED", "UPGRADE_REQUIRED", "INTERNAL_ERROR"),
    *("HANDLER_FAILED", "HANDSHAKE_TIMEOUT", "DECISION_TIMEOUT", "CAPACITY", "SHUTDOWN"),
}


@dataclass(frozen=True)
class Sent:
    """What is sent, and what the server offers."""

    spec: str
    method: str = "GET"
    target: str = "/chat"
    version: str = "HTTP/1.1"
    lead: str = ""
    fields: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    raw: str = ""
    tail: str = ""
    secure: bool = False

    def bytes(self) -> bytes:
        """Return the bytes of the request and what follows it."""
        lines = [f"{self.lead}{self.method} {self.target} {self.version}"]
        for name, value in self.fields.items():
            values = (value,) if isinstance(value, str) else value
            lines += [f"{name}: {one}" for one in values]
        if self.raw:
            lines.append(self.raw)
        return ("\r\n".join([*lines, "", ""]) + self.tail).encode("latin-1")

    def having(self, **fields: str | tuple[str, ...] | None) -> Sent:
        """Return the same with fields changed or, with None, left out."""
        changed = {name.replace("_", "-"): value for name, value in fields.items()}
        rest = {k: v for k, v in self.fields.items() if k not in changed}
        added = {name: value for name, value in changed.items() if value is not None}
        return replace(self, fields=rest | added)


def start(spec: str, upgrade: str, **fields: str) -> Sent:
    """Return a request that would switch."""
    own = {"Host": "example.com", "Upgrade": upgrade, "Connection": "Upgrade"}
    return Sent(spec, fields=own | {n.replace("_", "-"): v for n, v in fields.items()})


BASES = {
    "websocket": start(
        "websocket,paths=/chat,subprotocols=a,subprotocol_required",
        "websocket",
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Key=KEY,
        Sec_WebSocket_Protocol="a",
    ),
    "h2c": start("h2c,paths=/chat", "h2c", HTTP2_Settings="AAMAAABk").having(
        Connection="Upgrade, HTTP2-Settings"
    ),
    "own": replace(start("x,paths=/chat,methods=POST,body", "x"), method="POST"),
    "tls": start("tls,paths=/chat", "TLS/1.2"),
}


def _with_body(sent: Sent) -> Sent:
    return replace(sent.having(Content_Length="5"), tail="hello")


# How each check fails, without a word about the others.
FAILURES: dict[str, Callable[[Sent], Sent]] = {
    "opening": lambda s: replace(s, lead="\x16\x03"),
    "method": lambda s: replace(s, method="G(T"),
    "target": lambda s: replace(s, target="chat"),
    "version": lambda s: replace(s, version="HTTP/3.0"),
    "fields": lambda s: replace(s, raw="No colon"),
    "host": lambda s: s.having(Host=("example.com", "example.com")),
    "hosts": lambda s: s.having(Host="other.example"),
    "framing": lambda s: s.having(Content_Length="5", Transfer_Encoding="chunked"),
    "asked": lambda s: s.having(Upgrade=None),
    "http-1.1": lambda s: replace(s, version="HTTP/1.0"),
    "not-connect": lambda s: replace(s, method="CONNECT", target="example.com:80"),
    "connection": lambda s: s.having(Connection="close"),
    "upgrade": lambda s: s.having(Upgrade="web socket"),
    "offered": lambda s: replace(s, target="/elsewhere"),
    "ws-method": lambda s: replace(s, method="POST"),
    "ws-body": _with_body,
    "ws-version": lambda s: s.having(Sec_WebSocket_Version="8"),
    "ws-key": lambda s: s.having(Sec_WebSocket_Key="short"),
    "ws-origin": lambda s: s.having(Origin="http://other.example"),
    "ws-subprotocol": lambda s: s.having(Sec_WebSocket_Protocol="b"),
    "ws-extensions": lambda s: s.having(Sec_WebSocket_Extensions="a;;"),
    "h2c-transport": lambda s: replace(s, secure=True),
    "h2c-body": _with_body,
    "h2c-settings": lambda s: s.having(HTTP2_Settings="!"),
    "own-method": lambda s: replace(s, method="PUT"),
    "own-body": lambda s: s.having(Content_Length="99999"),
    "tls-transport": lambda s: replace(s, secure=True),
    "tls-body": _with_body,
    "tls-leftover": lambda s: replace(s, tail=s.tail + "early"),
    "expect": lambda s: s.having(Expect="100-continue, more"),
    "body": lambda s: replace(s.having(Transfer_Encoding="chunked"), tail="x\r\n"),
}
# Two failures of one field would undo each other.
TOGETHER: dict[tuple[str, str], Callable[[Sent], Sent]] = {
    ("host", "hosts"): lambda s: s.having(Host=("other.example", "other.example")),
}


def rows(path: str, *, hosts: bool = True) -> list[str]:
    names = [row.name for row in TABLE if row.path in {"", path}]
    if path != "own":
        names.remove("body")
    return names if hosts else [name for name in names if name != "hosts"]


def ask(sent: Sent) -> dict[str, Any]:
    return as_json(
        sent.bytes(),
        sent.spec,
        hosts=("example.com",),
        form="raw",
        secure=sent.secure,
    )


def reasons_of(name: str) -> set[str]:
    (row,) = (row for row in TABLE if row.name == name)
    return {*row.reasons, *({"BARE_LF", "BARE_CR"} if name == "fields" else set())}


PAIRS = [(path, *pair) for path in BASES for pair in pairwise(rows(path))]


def test_every_reason_of_a_request_belongs_to_a_row() -> None:
    listed = [reason for row in TABLE for reason in row.reasons]
    assert {*listed} == {r.name for r in Reason} - SERVER_REASONS - {r.name for r in OF_A_PART}
    # By its length a body is too large at once, by its chunks later.
    assert sorted(name for name in listed if listed.count(name) > 1) == ["BODY_TOO_LARGE"] * 2


def test_rows_of_one_path_stand_together() -> None:
    assert [path for path, _ in groupby(TABLE, key=lambda row: row.path)] == ["", *BASES, ""]


@pytest.mark.parametrize("path", BASES)
def test_sound_request_passes_all_checks_of_its_path(path: str) -> None:
    found = ask(BASES[path])
    assert found["action"] == "SWITCH"
    assert [check["name"] for check in found["checks"]] == [
        name for name in rows(path) if name != "body"
    ]
    assert {check["state"] for check in found["checks"]} == {"ok"}


@pytest.mark.parametrize(("path", "name"), [(p, n) for p in BASES for n in rows(p)])
def test_check_that_fails_is_the_only_one_and_divides_the_others(path: str, name: str) -> None:
    found = ask(FAILURES[name](BASES[path]))
    assert found["reason"] in reasons_of(name)
    states = [check["state"] for check in found["checks"]]
    names = [check["name"] for check in found["checks"]]
    before = names.index(name)
    assert states == ["ok"] * before + ["failed"] + ["not reached"] * (len(names) - before - 1)
    failed = found["checks"][before]
    assert (failed["rfc"], failed["text"]) == (
        Reason[found["reason"]].rfc,
        Reason[found["reason"]].text,
    )


@pytest.mark.parametrize(("path", "first", "second"), PAIRS)
def test_of_two_checks_that_fail_the_earlier_one_decides(
    path: str, first: str, second: str
) -> None:
    both = TOGETHER.get((first, second), lambda s: FAILURES[second](FAILURES[first](s)))
    found = ask(both(BASES[path]))
    assert found["reason"] in reasons_of(first), found["reason"]
    failed = [check["name"] for check in found["checks"] if check["state"] == "failed"]
    assert failed == [first]


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (b"\rGET / HTTP/1.1\r\n\r\n", "opening"),
        (b"\r\nGET / HTTP/1.1\n\r\n", "version"),
        (b"GET / HTTP/1.1\rHost: a\r\n\r\n", "version"),
        (b"GET / HTTP/1.1\r\nHost: a\n\r\n", "fields"),
        (b"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", "fields"),
        (b"GET /" + b"a" * 7000 + b" HTTP/1.1\r\nA: " + b"b" * 10000, "fields"),
    ],
)
def test_line_end_and_size_belong_to_the_part_that_was_being_read(data: bytes, row: str) -> None:
    found = as_json(data, form="raw")
    assert [check["name"] for check in found["checks"] if check["state"] == "failed"] == [row]


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (b"", "opening"),
        (b"\r\n", "opening"),
        (b"PRI * HTTP/2.0\r\n", "opening"),
        (b"GE", "method"),
        (b"GET /ch", "target"),
        (b"GET / HTT", "version"),
        (b"GET / HTTP/1.1\r\nHo", "fields"),
    ],
)
def test_head_that_is_not_complete_waits_at_the_part_that_is_missing(data: bytes, row: str) -> None:
    found = as_json(data, form="raw")
    assert (found["action"], found["reason"], found["cause"], found["response"]) == (None,) * 4
    names = [check["name"] for check in found["checks"]]
    states = [check["state"] for check in found["checks"]]
    assert states == ["ok"] * names.index(row) + ["not reached"] * (len(names) - names.index(row))


def test_body_that_is_awaited_waits_at_the_body() -> None:
    sent = BASES["own"].having(Content_Length="5")
    found = ask(sent)
    assert found["action"] is None
    assert found["checks"][-1]["name"] == "body"
    assert [check["state"] for check in found["checks"]][-2:] == ["ok", "not reached"]
    asked = ask(sent.having(Expect="100-continue"))
    assert (asked["action"], asked["reason"]) == ("CONTINUE", "BODY_AWAITED")
    assert asked["checks"][-1]["state"] == "failed"
    whole = ask(replace(sent, tail="hello"))
    assert [check["name"] for check in whole["checks"]][-1] == "body"
    assert {check["state"] for check in whole["checks"]} == {"ok"}


def test_prior_knowledge_has_the_opening_alone() -> None:
    found = as_json(PREFACE, "h2c,prior_knowledge")
    assert found["reason"] == "HTTP2_PRIOR_KNOWLEDGE"
    assert [(check["name"], check["state"]) for check in found["checks"]] == [("opening", "ok")]
    assert (found["status"], found["response"], found["elements"]) == (None, "", [])


def test_hosts_is_checked_only_where_the_server_has_names() -> None:
    assert "hosts" in {c["name"] for c in as_json(head(), hosts=("example.com",))["checks"]}
    assert "hosts" not in {c["name"] for c in as_json(head())["checks"]}


def test_nothing_matched_lists_the_rows_of_the_first_offer_not_reached() -> None:
    data = head(but={"Upgrade": "foo"})
    found = as_json(data, "h2c", "websocket")
    states = {c["name"]: c["state"] for c in found["checks"]}
    assert {n: s for n, s in states.items() if n.startswith("h2c-")} == {
        "h2c-transport": "not reached",
        "h2c-body": "not reached",
        "h2c-settings": "not reached",
    }
    assert not any(name.startswith("ws-") for name in states)


def test_rows_are_those_of_the_match_that_decided() -> None:
    data = head(but={"Upgrade": "h2c, websocket", "Sec-WebSocket-Key": "x"})
    found = as_json(data, "h2c", "websocket")
    assert found["reason"] == "WS_KEY_INVALID"
    assert [(e["element"], e["offer"], e["reason"]) for e in found["elements"]] == [
        ("h2c", "h2c", "H2C_SETTINGS_MISSING"),
        ("websocket", "websocket", "WS_KEY_INVALID"),
    ]
    assert "ws-key" in {check["name"] for check in found["checks"]}


def test_element_has_its_offer_and_reason_whatever_else_is_wrong() -> None:
    data = head(but={"Upgrade": "foo, WebSocket", "Host": "a b"})
    assert [(e["element"], e["offer"], e["reason"]) for e in as_json(data)["elements"]] == [
        ("foo", None, "HOST_INVALID"),
        ("WebSocket", "websocket", "HOST_INVALID"),
    ]
    alone = as_json(head(but={"Upgrade": "foo, WebSocket"}))["elements"]
    assert [element["reason"] for element in alone] == ["PROTOCOL_NOT_OFFERED", "SWITCHED"]


FURTHER = [
    (head(but={"Host": None, "Connection": "close"}), ["CONNECTION_OPTION_MISSING"]),
    (head("Origin: http://a.example", but={"Host": None}), []),
    (
        head(but={"Host": "a b", "Connection": "(", "Sec-WebSocket-Key": "x"}),
        ["CONNECTION_INVALID", "WS_KEY_INVALID"],
    ),
    (head("Host: b", but={"Sec-WebSocket-Version": None}), ["WS_VERSION_MISSING"]),
    (head(start="GET http://b/ HTTP/1.1", but={"Sec-WebSocket-Key": "x"}), ["WS_KEY_INVALID"]),
    (
        head("Content-Length: 5", "Transfer-Encoding: chunked", but={"Upgrade": None}),
        ["WS_UPGRADE_MISSING"],
    ),
    (head("Content-Length: x", but={"Sec-WebSocket-Key": "x"}), ["WS_KEY_INVALID"]),
    (
        head("Transfer-Encoding: gzip, chunked", but={"Connection": "x"}),
        ["CONNECTION_OPTION_MISSING"],
    ),
    (head("Transfer-Encoding: gzip", but={"Connection": "x"}), ["CONNECTION_OPTION_MISSING"]),
    (
        head(start="GET / HTTP/1.0", but={"Upgrade": None, "Connection": "close"}),
        ["UPGRADE_ON_HTTP_1_0", "CONNECTION_OPTION_MISSING"],
    ),
    (head(start="GET / HTTP/1.0", but={"Host": None}), []),
    (head(but={"Upgrade": "a b", "Sec-WebSocket-Version": "8"}), ["WS_VERSION_UNSUPPORTED"]),
    (head(but={"Upgrade": "upgrade", "Sec-WebSocket-Key": None}), ["WS_KEY_MISSING"]),
    (
        head("Content-Length: 1", start="POST / HTTP/1.1", but={"Sec-WebSocket-Version": "8"}),
        ["WS_BODY", "WS_VERSION_UNSUPPORTED"],
    ),
    (
        head("Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {KEY}", "Expect: x"),
        ["WS_KEY_DUPLICATE", "EXPECTATION_FAILED"],
    ),
    (
        head("Origin: http://b", "Origin: http://b", "Sec-WebSocket-Protocol: a b"),
        ["WS_ORIGIN_FORBIDDEN", "WS_SUBPROTOCOL_INVALID"],
    ),
    (
        head("Sec-WebSocket-Protocol: a, a", "Sec-WebSocket-Extensions: ="),
        ["WS_EXTENSIONS_INVALID"],
    ),
    (head("Sec-WebSocket-Extensions: =", "Expect: x"), ["EXPECTATION_FAILED"]),
    # No repair: of a defect in the bytes, and of what asks for no upgrade.
    (head(start="GET x HTTP/1.1", but={"Sec-WebSocket-Key": "x"}), []),
    (head(but={"Upgrade": None, "Sec-WebSocket-Key": None}), []),
]


@pytest.mark.parametrize(("data", "expected"), FURTHER)
def test_further_faults_are_those_of_the_repaired_request(data: bytes, expected: list[str]) -> None:
    assert as_json(data)["further"] == expected


def test_further_without_a_subprotocol_in_common_takes_the_servers_first() -> None:
    found = as_json(
        head("Sec-WebSocket-Extensions: =", "Sec-WebSocket-Protocol: b"),
        "websocket,subprotocols=a,subprotocol_required",
    )
    assert (found["reason"], found["further"]) == (
        "WS_SUBPROTOCOL_REQUIRED",
        ["WS_EXTENSIONS_INVALID"],
    )


@pytest.mark.parametrize(("path", "name"), [(p, n) for p in BASES for n in rows(p)])
def test_repair_of_a_row_leads_to_a_later_reason_or_none(path: str, name: str) -> None:
    found = ask(FAILURES[name](BASES[path]))
    order = {reason: index for index, row in enumerate(TABLE) for reason in row.reasons}
    places = [order[reason] for reason in [found["reason"], *found["further"]]]
    assert places == sorted(places)


def test_value_is_visible_ascii_of_at_most_60_characters() -> None:
    data = head("Origin: http://" + "\xe9" * 70, "Sec-WebSocket-Extensions: \xe9\t")
    found = explained(data)
    values = {check.row.name: check.value for check in found.checks}
    assert values["ws-origin"] == ("http://" + r"\xe9" * 70)[:57] + "..."
    assert all(v is None or (v.isascii() and v.isprintable()) for v in values.values())
