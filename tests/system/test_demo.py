"""The demo: its page, HTTP/1.1, the broken handshakes, the line echo and the printed lines.

In: a demo in a process of its own. Out: what it answers and prints. Not here: WebSocket, HTTP/2
and the command line (`test_demo_*.py`), and clients that are no Python packages.
"""

from __future__ import annotations

import asyncio
import io
import re
import secrets
from typing import TYPE_CHECKING, Any

import aiohttp
import heads
import pytest
from demo_process import Demo, exchange, started, upgrade_head
from fakes import Transport

from upgrade101 import Action
from upgrade101.demo.broken import CASES, REQUEST_LIMIT
from upgrade101.demo.http1 import BODY_LIMIT, CONNECTIONS
from upgrade101.demo.journal import KEPT, Journal
from upgrade101.demo.line_echo import LINE_LIMIT
from upgrade101.demo.page import Page
from upgrade101.demo.server import UPGRADED, CannotServeError, negotiator_for

if TYPE_CHECKING:
    from collections.abc import Iterator

REASONS = {
    "no-key": "WS_KEY_MISSING",
    "short-key": "WS_KEY_INVALID",
    "old-version": "WS_VERSION_UNSUPPORTED",
    "foreign-origin": "WS_ORIGIN_FORBIDDEN",
    "foreign-host": "HOST_FORBIDDEN",
    "two-hosts": "HOST_DUPLICATE",
    "two-subprotocols": "WS_SUBPROTOCOL_INVALID",
    "bare-lf": "BARE_LF",
    "space-before-colon": "BAD_FIELD_NAME",
    "two-lengths": "FRAMING_CONFLICT",
}


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """Return a demo that the tests of this module share."""
    with started() as running:
        yield running


# ---- the page, over HTTP/1.1 -------------------------------------------------


async def test_http1_get_gives_the_page(demo: Demo) -> None:
    async with aiohttp.ClientSession() as session, session.get(demo.url) as answer:
        assert answer.status == 200
        assert await answer.read() == Page().body
        assert (
            dict(Page().fields).items() <= {k.lower(): v for k, v in answer.headers.items()}.items()
        )


async def test_http1_head_gives_its_fields_only(demo: Demo) -> None:
    answer = await exchange(
        demo, f"HEAD / HTTP/1.1\r\nHost: {demo.host}\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"content-length: %d\r\n" % len(Page().body) in answer.lower()
    assert answer.endswith(b"\r\n\r\n")


async def test_http1_unknown_path_is_not_found(demo: Demo) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{demo.url}/x") as answer:
        assert answer.status == 404


def test_page_loads_nothing_from_elsewhere() -> None:
    page = Page()
    assert b" src=" not in page.body
    assert re.findall(rb'<link[^>]* href="(?!data:)', page.body) == []
    policy = dict(page.fields)["content-security-policy"]
    assert policy.startswith("default-src 'none'; img-src data:; connect-src 'self';")
    assert policy.count("sha256-") == 2


async def test_http1_post_with_an_h2c_offer_gets_its_body_back(demo: Demo) -> None:
    body = bytes(range(256)) * 64
    fields = {
        "Connection": "Upgrade, HTTP2-Settings",
        "Upgrade": "h2c",
        "HTTP2-Settings": "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{demo.url}/echo", data=body, headers=fields) as answer,
    ):
        assert (answer.status, answer.version) == (200, aiohttp.HttpVersion11)
        assert await answer.read() == body
    assert '"POST /echo HTTP/1.1" PASS H2C_BODY - ' in demo.decision("H2C_BODY")


# Of the limit itself aiohttp's versions differ.
@pytest.mark.parametrize(("size", "status"), [(BODY_LIMIT - 1, 200), (BODY_LIMIT + 1, 413)])
async def test_http1_echo_bounds_the_body(demo: Demo, size: int, status: int) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{demo.url}/echo", data=io.BytesIO(bytes(size))) as answer,
    ):
        assert answer.status == status


# ---- broken handshakes -------------------------------------------------------


def test_broken_every_case_has_an_expected_reason() -> None:
    assert list(REASONS) == list(CASES)


def test_broken_handshake_without_the_edit_is_accepted() -> None:
    case = CASES["no-key"]
    broken, begin, _ = case.edit("127.0.0.1:8101")
    sound = broken[:begin] + case.old.encode() + broken[begin:]
    decision = negotiator_for("127.0.0.1").decide(sound)
    assert decision is not None
    assert decision.action is Action.SWITCH


async def test_broken_lists_the_cases(demo: Demo) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{demo.url}/broken") as answer:
        assert [case["name"] for case in await answer.json()] == list(CASES)


@pytest.mark.parametrize("name", CASES)
async def test_broken_case_shows_the_exchange_and_its_reason(demo: Demo, name: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{demo.url}/broken/{name}") as answer,
    ):
        assert answer.status == 200
        shown = await answer.json()
    sent, begin, end = CASES[name].edit(demo.host)
    decision = negotiator_for("127.0.0.1").decide(sent)
    assert shown["sent"].encode("latin-1") == sent
    assert shown["defect"] == [begin, end]
    assert shown["decision"]["action"] == "REJECT"
    assert shown["decision"]["reason"] == decision.reason.name == REASONS[name]
    assert shown["decision"]["rfc"] == decision.reason.rfc
    assert shown["decision"]["offset"] == decision.offset
    assert shown["decision"]["detail"] == decision.detail
    if decision.offset is not None:
        assert begin <= decision.offset < end
    assert shown["received"].startswith(f"HTTP/1.1 {decision.reason.status} ")
    assert decision.reason.rfc in shown["received"]
    assert f" REJECT {REASONS[name]} - " in demo.decision(REASONS[name])


async def test_broken_unknown_case_is_not_found(demo: Demo) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{demo.url}/broken/x") as answer:
        assert answer.status == 404


# ---- a request of a client's own ---------------------------------------------


async def decided(demo: Demo, body: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return what the demo decides on a request."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{demo.url}/decide", data=body) as answer,
    ):
        assert answer.status == 200
        return await answer.json()


@pytest.mark.parametrize(
    "request_",
    [
        heads.websocket("Host: example.com"),
        heads.websocket().replace(b"example.com", b"localhost"),
        heads.upgrade("h2c", "\xe9: \xff").replace(b"example.com", b"localhost"),
        b"GET / HTTP/1.1\n",
        b"\x16\x03\x01",
    ],
)
async def test_decide_shows_what_the_negotiator_decides(demo: Demo, request_: bytes) -> None:
    decision = negotiator_for("127.0.0.1").decide(request_)
    shown = await decided(demo, request_)
    assert shown["sent"].encode("latin-1") == request_
    assert shown["decision"]["reason"] == decision.reason.name
    assert shown["decision"]["offset"] == decision.offset
    assert shown["received"].partition("Date: ")[0].encode() in decision.response


async def test_decide_explains_each_check_cause_and_remedy(demo: Demo) -> None:
    request = heads.websocket("Origin: null").replace(b"example.com", b"localhost")
    shown = (await decided(demo, request))["explanation"]
    assert re.search(r"(?m)^  ok    Sec-WebSocket-Key ", shown)
    assert re.search(r"(?m)^  FAIL  Origin +null +RFC 6455 4.2.2$", shown)
    assert "[null-origin]" in shown
    assert (
        "[log-status]" in (await decided(demo, b"Unexpected server response: 502"))["explanation"]
    )
    # These very bytes: no blank line is added.
    assert "more bytes" in (await decided(demo, b"GET / HTTP/1.1\r\n"))["explanation"]


async def test_decide_shows_what_goes_on_to_http(demo: Demo) -> None:
    request = heads.websocket(method="POST").replace(b"example.com", b"localhost")
    shown = await decided(demo, request)
    assert shown["decision"]["reason"] == "WS_METHOD"
    assert shown["received"] == ""
    assert shown["forward"].startswith("POST /chat HTTP/1.1\r\n")
    assert "Upgrade" not in shown["forward"]


async def test_decide_that_needs_more_bytes_has_no_decision(demo: Demo) -> None:
    assert (await decided(demo, b"GET / HTTP/1.1\r\n"))["decision"] is None


@pytest.mark.parametrize(("size", "status"), [(REQUEST_LIMIT, 200), (REQUEST_LIMIT + 1, 413)])
async def test_decide_bounds_the_request(demo: Demo, size: int, status: int) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{demo.url}/decide", data=bytes(size)) as answer,
    ):
        assert answer.status == status


# ---- what was decided on a handshake of the page ------------------------------


async def test_decisions_tell_a_page_of_its_failed_handshake(demo: Demo) -> None:
    name = secrets.token_hex(16)
    target = f"/handshake?{name}"
    request = heads.websocket("Origin: https://evil.example", target=target)
    request = request.replace(b"example.com", demo.host.encode())
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{demo.url}/decisions/{name}") as answer:
            assert answer.status == 404
        response = await exchange(demo, request)
        async with session.get(f"{demo.url}/decisions/{name}") as answer:
            shown = await answer.json()
    assert shown["sent"].encode("latin-1") == request
    assert shown["received"].encode("latin-1") == response
    assert shown["decision"]["reason"] == "WS_ORIGIN_FORBIDDEN"
    assert shown["decision"]["detail"].startswith(
        "Origin 'https://evil.example' is not same-origin"
    )


async def test_handler_refuses_the_secret_subprotocol(demo: Demo) -> None:
    request = heads.websocket("Sec-WebSocket-Protocol: secret")
    answer = await exchange(demo, request.replace(b"example.com", demo.host.encode()))
    assert answer.startswith(b"HTTP/1.1 403 ")
    demo.decision("REFUSED")


def test_journal_keeps_few_decisions_and_of_the_page_only() -> None:
    negotiator = negotiator_for("127.0.0.1")
    journal = Journal(negotiator, lambda _: None)
    names = [f"{number:032x}" for number in range(KEPT + 1)]
    queries = [*names, "x" * 32, "a" * 31, "a" * 33]
    targets = [f"/handshake?{query}" for query in queries]
    for target in (*targets, f"/other?{names[-1]}0", "/handshake"):
        decision = negotiator.decide(heads.write("GET", target))
        assert decision is not None
        journal(decision, Transport())
    kept = [query for query in queries if journal.kept(query) is not None]
    assert kept == names[1:]


# ---- echo/1 ------------------------------------------------------------------

ECHO_101 = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo/1\r\nConnection: Upgrade\r\n\r\n"


async def test_line_echo_sends_lines_back(demo: Demo) -> None:
    data = upgrade_head(demo, "echo/1") + b"one\r\ntwo\nno end"
    assert await exchange(demo, data, ends=True) == ECHO_101 + b"one\r\ntwo\nno end"
    assert '"GET / HTTP/1.1" SWITCH SWITCHED echo/1 ' in demo.decision("echo/1")


async def test_line_echo_ends_at_a_line_above_the_limit(demo: Demo) -> None:
    longest = b"x" * (LINE_LIMIT - 1) + b"\n"
    head = upgrade_head(demo, "echo/1")
    assert await exchange(demo, head + longest, ends=True) == ECHO_101 + longest
    answer = await exchange(demo, head + b"x" + longest)
    assert answer == ECHO_101 + b"a line has at most %d bytes\n" % LINE_LIMIT


# ---- the decisions, printed --------------------------------------------------


async def test_journal_prints_a_request_escaped(demo: Demo) -> None:
    target = '/"\\' + "y" * 200
    await exchange(demo, f"GET {target} HTTP/1.1\r\nHost: evil.example\r\n\r\n".encode())
    line = demo.decision("HOST_FORBIDDEN")
    pattern = r"""\d\d:\d\d:\d\d\.\d{3} 127\.0\.0\.1:\d+ "GET /\\"\\\\y+\.\.\." """
    assert re.fullmatch(pattern + r"REJECT HOST_FORBIDDEN - \d+\.\dus", line)
    assert len(line) < 250


async def test_journal_has_no_request_line_for_garbage(demo: Demo) -> None:
    answer = await exchange(demo, b"\x00\x1b[31m\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert demo.decision("BAD_METHOD").endswith(" - REJECT BAD_METHOD - -")


# ---- bounds ------------------------------------------------------------------


async def test_demo_bounds_its_connections() -> None:
    with started() as demo:
        plain = f"GET /x HTTP/1.1\r\nHost: {demo.host}\r\n\r\n".encode()
        for request, limit, served in (
            (plain, CONNECTIONS, b"HTTP/1.1 404 "),
            (upgrade_head(demo, "echo/1"), UPGRADED, b"HTTP/1.1 101 "),
        ):
            writers = []
            try:
                for number in range(limit + 1):
                    reader, writer = await asyncio.open_connection("127.0.0.1", demo.port)
                    writers.append(writer)
                    writer.write(request)
                    answer = await reader.readexactly(len(served))
                    assert answer == (served if number < limit else b"HTTP/1.1 503 ")
            finally:
                for writer in writers:
                    writer.transport.abort()
        # Once this is answered, those have ended too.
        await exchange(demo, plain, ends=True)


# ---- whom it answers to -----------------------------------------------------


@pytest.mark.parametrize(
    ("listening", "host", "reason"),
    [
        ("127.0.0.1", "localhost:1", "NO_UPGRADE"),
        ("127.0.0.1", "[::1]", "NO_UPGRADE"),
        ("127.0.0.1", "10.0.0.1", "HOST_FORBIDDEN"),
        ("10.0.0.1", "10.0.0.1:8101", "NO_UPGRADE"),
        ("::1", "[::1]:8101", "NO_UPGRADE"),
        ("fe80::1", "[fe80::1]", "NO_UPGRADE"),
        ("0.0.0.0", "127.0.0.1", "NO_UPGRADE"),  # noqa: S104 - what is tested
        ("0.0.0.0", "0.0.0.0", "HOST_FORBIDDEN"),  # noqa: S104 - what is tested
        ("::", "10.0.0.1", "HOST_FORBIDDEN"),
    ],
)
def test_negotiator_for_a_host_answers_to_its_names(listening: str, host: str, reason: str) -> None:
    decision = negotiator_for(listening).decide(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert decision is not None
    assert decision.reason.name == reason


def test_negotiator_for_what_is_no_host_cannot_serve() -> None:
    with pytest.raises(CannotServeError, match="'a b' is not a host"):
        negotiator_for("a b")
