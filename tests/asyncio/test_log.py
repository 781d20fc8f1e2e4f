"""The log: the logger `upgrade101`, one record for each decision [docs/design.md].

In: requests, refused and not, and handlers that fail. Out: the records.
Always: what is secret in a request stands in a query, in a field, or in a body.
Not here: what is done about a failure.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import heads
import pytest
from asyncio_helpers import Handlers, accept_echo, make_factory, records, settle
from fakes import Transport
from following import GET, Site

from upgrade101 import Action, Negotiator, Protocol, Reason, WebSocket, _log

if TYPE_CHECKING:
    from collections.abc import Callable

    from upgrade101 import Decision, Upgrade

SAME_ORIGIN = Negotiator(
    WebSocket(subprotocols=("chat",)), Protocol("echo", body=True), hosts=("example.com",)
)
PEER = ("192.0.2.7", 50123)
SOUND = heads.websocket()
SECRET = "5ecret"  # noqa: S105 - what a record must not show


def told(record: logging.LogRecord) -> Decision:
    """Return the decision of a record."""
    decision: Decision = vars(record)["upgrade101"]
    return decision


def log_of(
    caplog: pytest.LogCaptureFixture,
    request: bytes,
    level: int = logging.INFO,
    handler: Callable[[Upgrade], Any] = accept_echo,
    *,
    peer: object = PEER,
    negotiator: Negotiator = SAME_ORIGIN,
) -> list[logging.LogRecord]:
    """Return the records of one connection, with the logger at a level."""
    caplog.clear()
    with caplog.at_level(level, "upgrade101"):
        Transport(peername=peer).connect(make_factory(handler, negotiator)[0]).receive(request)
    return records(caplog)


# ---- one INFO record for each refusal


def test_log_of_twelve_handshakes_of_which_ten_are_refused_has_ten_records(
    caplog: pytest.LogCaptureFixture,
) -> None:
    refused = {
        heads.websocket("Origin: https://evil.example"): Reason.WS_ORIGIN_FORBIDDEN,
        heads.websocket("Origin: http://example.com:1"): Reason.WS_ORIGIN_FORBIDDEN,
        heads.websocket("Sec-WebSocket-Version: 8"): Reason.WS_VERSION_DUPLICATE,
        heads.websocket("Sec-WebSocket-Protocol: a, a"): Reason.WS_SUBPROTOCOL_INVALID,
        heads.websocket(key="short"): Reason.WS_KEY_INVALID,
        heads.websocket("Host: example.com"): Reason.HOST_DUPLICATE,
        SOUND.replace(b"example.com", b"rebound.example"): Reason.HOST_FORBIDDEN,
        SOUND.replace(b"Upgrade: w", b"Upgrade : w"): Reason.BAD_FIELD_NAME,
        heads.websocket(method="POST"): Reason.WS_METHOD,
        heads.upgrade("echo", "Content-Length: 65537"): Reason.BODY_TOO_LARGE,
    }
    seen: list[Decision] = []
    factory = make_factory(
        accept_echo, SAME_ORIGIN, on_decision=lambda decision, _: seen.append(decision)
    )[0]
    with caplog.at_level(logging.INFO, "upgrade101"):
        for request in (SOUND, *refused, SOUND):
            Transport(peername=PEER).connect(factory).receive(request)

    assert len(seen) == 12
    assert [record.levelno for record in records(caplog)] == [logging.INFO] * 10
    assert [told(record).reason for record in records(caplog)] == list(refused.values())
    assert [told(record) for record in records(caplog)] == seen[1:-1]


def test_log_of_refusal_has_peer_request_line_status_reason_and_detail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    (record,) = log_of(caplog, heads.websocket("Origin: https://evil.example"))
    assert record.getMessage() == (
        "192.0.2.7:50123 'GET /chat HTTP/1.1' 403 WS_ORIGIN_FORBIDDEN: "
        "Origin 'https://evil.example' is not same-origin with Host 'example.com'"
    )
    assert told(record).action is Action.REJECT
    # The message is one for all refusals, so that they can be counted by it.
    assert record.msg == log_of(caplog, b"\0")[0].msg


@pytest.mark.parametrize(
    ("peer", "shown"),
    [(("::1", 80, 0, 0), "[::1]:80 "), ("", "- "), (None, "- "), (b"\0name", "- ")],
)
def test_log_of_refusal_writes_any_peer(
    peer: object, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    (record,) = log_of(caplog, GET, peer=peer)
    assert record.getMessage().startswith(f"{shown}'GET / HTTP/1.1' 426 UPGRADE_REQUIRED: ")


def test_log_of_head_that_is_not_complete_has_no_request_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    (record,) = log_of(caplog, b"GET / HTTP/1.1\r\nName : x")
    assert record.getMessage() == (
        "192.0.2.7:50123 - 400 BAD_FIELD_NAME: "
        "A field name is not a token followed by a colon: "
        "offset 20, byte 0x20 after 'Name'"
    )


def test_log_of_handlers_refusal_is_one_info_record(caplog: pytest.LogCaptureFixture) -> None:
    (record,) = log_of(caplog, SOUND, handler=lambda upgrade: upgrade.refuse(401))
    assert record.levelno == logging.INFO
    assert (told(record).reason, told(record).status) == (Reason.REFUSED, 401)
    assert "'GET /chat HTTP/1.1' 401 REFUSED: " in record.getMessage()


async def test_log_of_what_the_time_refuses_is_one_info_record_each(
    caplog: pytest.LogCaptureFixture,
) -> None:
    factory, clock = make_factory(Handlers(), handshake_timeout=10, decision_timeout=30)
    with caplog.at_level(logging.INFO, "upgrade101"):
        Transport().connect(factory).receive(heads.upgrade("echo"))
        Transport().connect(factory).receive(b"GET / HT")
        Transport().connect(factory)
        await settle()
        clock.advance(30)
        factory.close()
        Transport().connect(factory)
    assert [(record.levelno, told(record).reason) for record in records(caplog)] == [
        (logging.INFO, Reason.HANDSHAKE_TIMEOUT),
        (logging.INFO, Reason.DECISION_TIMEOUT),
        (logging.INFO, Reason.SHUTDOWN),
    ]


async def test_log_of_refusal_that_waits_for_its_turn_is_one_info_record(
    caplog: pytest.LogCaptureFixture,
) -> None:
    site = Site(negotiator=SAME_ORIGIN)
    with caplog.at_level(logging.INFO, "upgrade101"):
        site.receive(GET + heads.websocket("Origin: https://evil.example"))
        assert not records(caplog)
        await site.answer()
    (record,) = records(caplog)
    assert told(record) is site.decisions[-1]


def test_log_of_refusal_is_there_if_on_decision_fails(caplog: pytest.LogCaptureFixture) -> None:
    def on_decision(_: Decision, __: object) -> None:
        raise LookupError

    factory = make_factory(accept_echo, on_decision=on_decision)[0]
    with caplog.at_level(logging.INFO, "upgrade101"):
        Transport().connect(factory).receive(b"\0")
    assert [record.levelno for record in records(caplog)] == [logging.INFO, logging.ERROR]


# ---- escaped, and at most 200 characters


@pytest.mark.parametrize("room", [0, 1])
def test_log_shows_200_characters_of_the_request_line(
    room: int, caplog: pytest.LogCaptureFixture
) -> None:
    # 'GET / HTTP/1.1' in its quotes has 16.
    target = "/" + "x" * (184 + room)
    (record,) = log_of(caplog, heads.write("GET", target))
    shown = record.getMessage().split(" 426 ")[0].removeprefix("192.0.2.7:50123 ")
    assert len(shown) == 200
    whole = f"'GET {target} HTTP/1.1'"
    assert shown == (f"{whole[:196]}...'" if room else whole)


def test_log_escapes_what_the_client_sent(caplog: pytest.LogCaptureFixture) -> None:
    request = heads.websocket(
        "Origin: https://evil.example\x80'" + "x" * 300, target="/\\'\"" + "y" * 9
    )
    (record,) = log_of(caplog, request)
    line, _, detail = record.getMessage().partition(" 403 WS_ORIGIN_FORBIDDEN: ")
    assert line == "192.0.2.7:50123 'GET /\\\\\\'\"yyyyyyyyy HTTP/1.1'"
    assert detail.startswith("Origin 'https://evil.example\\x80\\'xxx")
    assert len(detail) <= 200
    assert record.getMessage().isascii()
    assert record.getMessage().isprintable()


# ---- values of queries

QUERY = f"?token={SECRET}'{SECRET}&room=5"
HIDDEN = [
    (heads.write("GET", f"/{QUERY}"), "'GET /?token=<13>&room=<1> HTTP/1.1' 426"),
    (heads.write("GET", f"/?{SECRET}"), "'GET /?<6> HTTP/1.1' 426"),
    (heads.write("GET", f"/?{SECRET}=="), "'GET /?<8> HTTP/1.1' 426"),
    (heads.write("GET", f"/?a={SECRET}=="), "'GET /?a=<8> HTTP/1.1' 426"),
    (heads.write("GET", f"/?a=?b={SECRET}"), "'GET /?a=<9> HTTP/1.1' 426"),
    (heads.write("GET", f"/?&a=&{SECRET}&"), "'GET /?&<2>&<6>& HTTP/1.1' 426"),
    (heads.write("GET", f"http://example.com{QUERY}"), "example.com?token=<13>&room=<1> HTTP"),
    (heads.write("GET", f"http://b{QUERY}"), "target 'http://b?token=<14>&room=<1>', Host 'exam"),
    (heads.websocket(f"Origin: https://e{QUERY}"), "Origin 'https://e?token=<14>&room=<1>' is"),
    (heads.websocket(f"Origin: https://e/?{SECRET * 50}"), "Origin 'https://e/?<"),
    (f"GET /?token={SECRET}\1".encode(), "byte 0x01 after 'GET /?token=<6>'"),
    (f"GET /{'x' * 40}?token={SECRET}\1".encode(), "byte 0x01 after <40>"),
    (f"GET /?token={SECRET * 20}\1".encode(), "byte 0x01 after <40>"),
    (f"GET /?token={SECRET}\\\1".encode(), "byte 0x01 after 'GET /?token=<8>'"),
    (f"GET / HTTP/1.1\r\nReferer: /?{SECRET}\1".encode(), "byte 0x01 after 'Referer' <10>"),
    (f"GET / HTTP/1.1\r\nA: Bearer {SECRET}\n".encode(), "byte 0x0a after 'A' <15>"),
    (f"GET / HTTP/1.1\r\nA: \x80{SECRET}\n".encode("latin-1"), "byte 0x0a after 'A' <9>"),
    (
        heads.upgrade("echo", "Transfer-Encoding: chunked") + f"6\r\n{SECRET}!".encode(),
        "byte 0x21 after <6>",
    ),
]


@pytest.mark.parametrize(("request_", "shown"), HIDDEN)
def test_log_has_of_query_values_only_their_sizes(
    request_: bytes, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    (record,) = log_of(caplog, request_)
    assert record.levelno == logging.INFO
    assert SECRET not in record.getMessage()
    assert shown in record.getMessage()

    (record,) = log_of(caplog, request_, logging.DEBUG)
    assert record.levelno == logging.INFO
    assert SECRET in record.getMessage() or "..." in record.getMessage()


@pytest.mark.parametrize(
    ("offered", "shown"),
    [
        (f"bearer, {'t' * 41}", "Protocol 'bearer, <41>'"),
        (f"bearer, {'t' * 40}", f"Protocol 'bearer, {'t' * 40}'"),
        (f"a b{'t' * 41}", "Protocol 'a <42>'"),
        ("t" * 300, "Protocol '<...>"),
    ],
)
def test_log_has_of_long_subprotocols_only_their_sizes(
    offered: str, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    request = heads.websocket(f"Sec-WebSocket-Protocol: {offered}")
    negotiator = Negotiator(WebSocket(subprotocols=("chat",), subprotocol_required=True))
    (record,) = log_of(caplog, request, negotiator=negotiator)
    assert record.getMessage().endswith(shown)

    (record,) = log_of(caplog, request, logging.DEBUG, negotiator=negotiator)
    assert "t" * 40 in record.getMessage()


def test_log_of_failure_has_of_query_values_only_their_sizes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    request = heads.websocket(target=f"/{QUERY}")
    (record,) = log_of(caplog, request, handler=lambda _: None)
    assert record.getMessage() == (
        "the handler gave no answer: 'GET /?token=<13>&room=<1> HTTP/1.1'"
    )


# ---- DEBUG for every other decision


def test_log_of_other_decisions_is_one_debug_record_each(
    caplog: pytest.LogCaptureFixture,
) -> None:
    site = Site()
    with caplog.at_level(logging.DEBUG, "upgrade101"):
        site.receive(GET)
        passed = records(caplog)
    switched = log_of(caplog, SOUND, logging.DEBUG)
    body = heads.upgrade("echo", "Content-Length: 1", "Expect: 100-continue")
    awaited = log_of(caplog, body, logging.DEBUG)

    assert [(record.levelno, told(record).reason) for record in (*passed, *switched)] == [
        (logging.DEBUG, Reason.NO_UPGRADE),
        (logging.DEBUG, Reason.SWITCHED),
    ]
    assert passed[0].getMessage().startswith("- 'GET / HTTP/1.1' - NO_UPGRADE: ")
    # A CONTINUE is not final.
    assert awaited == []
    assert log_of(caplog, SOUND, logging.INFO) == []


def test_log_has_nothing_of_a_health_check(caplog: pytest.LogCaptureFixture) -> None:
    factory = make_factory(lambda upgrade: upgrade.refuse(404), health="/healthz")[0]
    with caplog.at_level(logging.DEBUG, "upgrade101"):
        for target in ("/healthz", "/healthz?full"):
            transport = Transport().connect(factory).receive(heads.write("GET", target))
            assert transport.written.startswith(b"HTTP/1.1 200 OK\r\n")
        assert records(caplog) == []
        assert factory.stats() == {}
        Transport().connect(factory).receive(heads.upgrade("echo"))
    assert [told(record).reason for record in records(caplog)] == [Reason.REFUSED]
    assert factory.stats() == {Reason.REFUSED: 1}


# ---- nothing is formatted if the level is off


@pytest.mark.parametrize(("level", "request_"), [(logging.WARNING, b"\0"), (logging.INFO, SOUND)])
def test_log_at_a_higher_level_formats_nothing(
    level: int,
    request_: bytes,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    formatted: list[object] = []
    for name in ("request_line", "_peer", "_detail_without_values", "_shows_values"):
        monkeypatch.setattr(_log, name, formatted.append)
    assert log_of(caplog, request_, level) == []
    assert formatted == []


def test_log_at_critical_formats_nothing_of_a_failure(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    formatted: list[object] = []
    monkeypatch.setattr(_log, "request_line", formatted.append)
    assert log_of(caplog, SOUND, logging.CRITICAL, lambda _: None) == []
    assert formatted == []
    assert len(log_of(caplog, SOUND, logging.ERROR, lambda _: None)) == 1
    assert len(formatted) == 1


# ---- HANDLER_FAILED


def fail(_: Upgrade) -> None:
    raise LookupError


def forget(_: Upgrade) -> None:
    """Give no answer."""


@pytest.mark.parametrize(
    ("handler", "failure"), [(fail, "the handler failed"), (forget, "the handler gave no answer")]
)
@pytest.mark.parametrize("level", [logging.DEBUG, logging.ERROR])
def test_log_of_handler_that_failed_is_one_error_record(
    level: int,
    handler: Callable[[Upgrade], None],
    failure: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (record,) = log_of(caplog, SOUND, level, handler)
    assert record.levelno == logging.ERROR
    assert record.getMessage() == f"{failure}: 'GET /chat HTTP/1.1'"
    assert (record.exc_info is not None) == (handler is fail)
    assert told(record).reason is Reason.HANDLER_FAILED
    assert told(record).status == 500
