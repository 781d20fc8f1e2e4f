"""`Upgrade`: what a handler may answer, when, and what each answer does.

In: a request that asks for an upgrade and a handler. Out: what the peer and the protocol get
[RFC 9110 15.5].
Not here: handlers that give no answer, and a peer that does not wait (`test_connection`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import heads
import pytest
from asyncio_helpers import (
    ECHO,
    ECHO_ACCEPTED,
    START_TLS,
    WEBSOCKET,
    Echo,
    make_factory,
    server_tls,
    serving,
    settle,
    until,
)
from fakes import Recorder, Transport

from upgrade101 import Negotiator, PerMessageDeflate, Reason, WebSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from upgrade101 import Upgrade

OVER = ["tcp", "tls", "unix"]


def answered(handler: Callable[[Upgrade], Any], request: bytes = ECHO) -> Transport:
    """Return the transport of a connection whose request `handler` has answered.

    What the handler raises is raised here, and not only logged.
    """
    raised: list[BaseException] = []

    def watched(upgrade: Upgrade) -> Any:  # noqa: ANN401 - what a handler returns
        try:
            return handler(upgrade)
        except BaseException as error:
            raised.append(error)
            raise

    transport = Transport().connect(make_factory(watched)[0]).receive(request)
    for error in raised:
        raise error
    return transport


def test_accept_writes_before_it_hands_over() -> None:
    protocol = Recorder()
    transport = answered(lambda upgrade: upgrade.accept(protocol), ECHO + b"left")
    assert transport.calls == ["write", "set_protocol"]
    assert transport.written == ECHO_ACCEPTED
    assert transport.protocol is protocol
    assert protocol.calls == ["connection_made", "data_received"]
    assert protocol.data == b"left"


def test_accept_returns_true_and_shows_the_request() -> None:
    seen: list[Any] = []

    def handler(upgrade: Upgrade) -> None:
        seen.extend((upgrade.request, upgrade.decision, upgrade.transport))
        seen.append(upgrade.accept(Recorder()))

    transport = answered(handler)
    request, decision, seen_transport, result = seen
    assert request is decision.request
    assert request.head == ECHO
    assert decision.protocol == "echo"
    assert seen_transport is transport
    assert result is True


def test_accept_with_headers_and_subprotocol_writes_them() -> None:
    transport = answered(
        lambda upgrade: upgrade.accept(Recorder(), [("X-Node", "7")], subprotocol="talk"),
        WEBSOCKET,
    )
    assert b"\r\nSec-WebSocket-Protocol: talk\r\nX-Node: 7\r\n\r\n" in transport.written


DEFLATE = heads.websocket("Sec-WebSocket-Extensions: permessage-deflate, x-other")


@pytest.mark.parametrize(
    ("extensions", "line"),
    [
        (..., b"\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"),
        ("x-other; a=1", b"\r\nSec-WebSocket-Extensions: x-other; a=1\r\n"),
        (None, None),
    ],
)
def test_accept_with_extensions_writes_them(
    extensions: Any,  # noqa: ANN401 - str, None or ...
    line: bytes | None,
) -> None:
    negotiator = Negotiator(WebSocket(origins=None, deflate=PerMessageDeflate()))
    factory = make_factory(
        lambda upgrade: upgrade.accept(Recorder(), extensions=extensions), negotiator
    )[0]
    written = Transport().connect(factory).receive(DEFLATE).written
    assert written.startswith(b"HTTP/1.1 101 ")
    assert line in written if line else b"Extensions" not in written


def test_accept_with_a_decision_writes_it_and_counts_it() -> None:
    made: list[Any] = []
    seen: list[Any] = []

    def handler(upgrade: Upgrade) -> None:
        made.append(upgrade.decision.accept([("X-Node", "7")], subprotocol="talk"))
        assert upgrade.accept(protocol, decision=made[0]) is True

    protocol = Recorder()
    factory = make_factory(handler, on_decision=lambda decision, _: seen.append(decision))[0]
    transport = Transport().connect(factory).receive(WEBSOCKET + b"left")
    assert transport.written == made[0].response
    assert b"\r\nSec-WebSocket-Protocol: talk\r\nX-Node: 7\r\n\r\n" in transport.written
    assert seen == made
    assert protocol.data == b"left"
    assert factory.stats() == {Reason.SWITCHED: 1}


def test_decline_without_a_fallback_is_refused_as_not_offered() -> None:
    declined: list[bool] = []
    factory = make_factory(lambda upgrade: declined.append(upgrade.decline()))[0]
    transport = Transport().connect(factory).receive(ECHO)
    assert transport.written.startswith(b"HTTP/1.1 426 ")
    assert transport.calls == ["write", "write_eof"]
    assert declined == [True]
    assert factory.stats() == {Reason.PROTOCOL_NOT_OFFERED: 1}


def test_decline_of_prior_knowledge_is_refused_as_the_preface() -> None:
    factory = make_factory(lambda upgrade: upgrade.decline())[0]
    transport = Transport().connect(factory).receive(heads.PREFACE)
    assert transport.written.startswith(b"HTTP/1.1 505 ")
    assert factory.stats() == {Reason.HTTP2_PREFACE: 1}


def test_request_of_prior_knowledge_is_what_the_preface_writes() -> None:
    seen: list[Any] = []

    def handler(upgrade: Upgrade) -> None:
        seen.append(upgrade.request)
        upgrade.accept(Recorder())

    answered(handler, heads.PREFACE)
    (request,) = seen
    assert (request.method, request.target, request.version) == ("PRI", "*", "2.0")
    assert request.headers == ()


def test_accept_without_subprotocol_writes_none() -> None:
    transport = answered(lambda upgrade: upgrade.accept(Recorder(), subprotocol=None), WEBSOCKET)
    assert transport.written.startswith(b"HTTP/1.1 101 ")
    assert b"Sec-WebSocket-Protocol" not in transport.written


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("protocol", lambda upgrade: upgrade.accept(Recorder)),
        ("protocol", lambda upgrade: upgrade.accept(None)),
        ("headers", lambda upgrade: upgrade.accept(Recorder(), None)),
        ("headers", lambda upgrade: upgrade.accept(Recorder(), [("A", 1)])),
        ("subprotocol", lambda upgrade: upgrade.accept(Recorder(), (), 1)),
        ("extensions", lambda upgrade: upgrade.accept(Recorder(), (), extensions=1)),
        ("decision", lambda upgrade: upgrade.accept(Recorder(), decision=upgrade)),
        (
            "decision",
            lambda upgrade: upgrade.accept(Recorder(), [], "chat", decision=upgrade.decision),
        ),
        ("status", lambda upgrade: upgrade.refuse("403")),
        ("body", lambda upgrade: upgrade.refuse(403, body="text")),
    ],
)
def test_answer_with_wrong_type_leaves_the_upgrade_open(
    name: str, wrong: Callable[[Upgrade], Any]
) -> None:
    def handler(upgrade: Upgrade) -> None:
        with pytest.raises(TypeError, match=name):
            wrong(upgrade)
        assert upgrade.transport.calls == []  # type: ignore[attr-defined]
        upgrade.accept(Recorder())

    assert answered(handler).written == ECHO_ACCEPTED


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("headers", lambda upgrade: upgrade.accept(Recorder(), [("A:", "")])),
        ("subprotocol", lambda upgrade: upgrade.accept(Recorder(), (), "chat")),
        ("extensions", lambda upgrade: upgrade.accept(Recorder(), extensions="x-other")),
        (
            "decision",
            lambda upgrade: upgrade.accept(Recorder(), decision=upgrade.decision.reject(403)),
        ),
        ("[Ll]imit", lambda upgrade: upgrade.accept_streams(limit=0)),
        ("status", lambda upgrade: upgrade.refuse(199)),
    ],
)
async def test_answer_with_wrong_value_leaves_the_upgrade_open(
    name: str, wrong: Callable[[Upgrade], Any]
) -> None:
    def handler(upgrade: Upgrade) -> None:
        with pytest.raises(ValueError, match=name):
            wrong(upgrade)
        assert upgrade.transport.calls == []  # type: ignore[attr-defined]
        upgrade.accept(Recorder())

    assert answered(handler).written == ECHO_ACCEPTED


@pytest.mark.parametrize("first", ["accept", "refuse", "decline"])
@pytest.mark.parametrize("second", ["accept", "accept_streams", "accept_tls", "decline", "refuse"])
async def test_second_answer_raises(first: str, second: str) -> None:
    answers: dict[str, Callable[[Upgrade], Any]] = {
        "accept": lambda upgrade: upgrade.accept(Recorder()),
        "accept_streams": lambda upgrade: upgrade.accept_streams(),
        "accept_tls": lambda upgrade: upgrade.accept_tls(server_tls(), Recorder()).send(None),
        "decline": lambda upgrade: upgrade.decline(),
        "refuse": lambda upgrade: upgrade.refuse(403),
    }

    def handler(upgrade: Upgrade) -> None:
        assert answers[first](upgrade)
        transport: Any = upgrade.transport
        written = transport.written
        with pytest.raises(RuntimeError, match="answered"):
            answers[second](upgrade)
        assert transport.written == written

    answered(handler, START_TLS)


@pytest.mark.parametrize(
    "answer",
    [
        lambda upgrade, headers: upgrade.accept(Recorder(), headers),
        lambda upgrade, headers: upgrade.accept_streams(headers),
        lambda upgrade, headers: upgrade.accept_tls(server_tls(), Recorder(), headers).send(None),
        lambda upgrade, headers: upgrade.refuse(403, headers),
    ],
)
async def test_answer_whose_headers_answer_raises(answer: Callable[[Upgrade, Any], Any]) -> None:
    def handler(upgrade: Upgrade) -> None:
        def headers() -> Iterator[tuple[str, str]]:
            assert upgrade.refuse(410)
            yield "X", "1"

        with pytest.raises(RuntimeError, match="answered"):
            answer(upgrade, headers())

    transport = answered(handler, START_TLS)
    assert transport.written.startswith(b"HTTP/1.1 410 ")
    assert transport.written.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("lose", [Transport.lose, Transport.abort, Transport.end])
async def test_late_answer_is_false_and_writes_nothing(lose: Callable[[Transport], None]) -> None:
    upgrades: list[Upgrade] = []

    async def handler(upgrade: Upgrade) -> None:
        upgrades.append(upgrade)
        await asyncio.Event().wait()

    transport = answered(handler)
    await asyncio.sleep(0)
    lose(transport)
    (upgrade,) = upgrades
    for _ in range(2):
        assert upgrade.accept(Recorder()) is False
        assert upgrade.refuse(403) is False
        assert upgrade.decline() is False
        with pytest.raises(ConnectionResetError):
            upgrade.accept_streams()
    assert transport.written == b""
    if transport.protocol is not None:
        transport.lose()
    await settle()


async def test_late_accept_tls_raises() -> None:
    results: list[BaseException] = []

    async def handler(upgrade: Upgrade) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            with pytest.raises(ConnectionResetError) as caught:
                await upgrade.accept_tls(server_tls(), Recorder())
            results.append(caught.value)

    transport = answered(handler, START_TLS)
    await asyncio.sleep(0)
    transport.lose()
    await until(lambda: results)
    assert transport.written == b""


def test_refuse_writes_and_closes_lingeringly() -> None:
    transport = answered(
        lambda upgrade: upgrade.refuse(401, [("WWW-Authenticate", "Bearer")], b"who?")
    )
    assert transport.calls == ["write", "write_eof"]
    head, _, body = transport.written.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 401 ")
    assert b"\r\nWWW-Authenticate: Bearer" in head
    assert body == b"who?"


def test_accept_that_the_protocol_raises_in_aborts(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            raise LookupError(transport)

    def handler(upgrade: Upgrade) -> None:
        with pytest.raises(LookupError):
            upgrade.accept(Broken())
        with pytest.raises(RuntimeError):
            upgrade.refuse(500)

    transport = answered(handler)
    assert transport.calls == ["write", "set_protocol", "abort"]
    assert not caplog.records


async def echo_once(upgrade: Upgrade) -> None:
    """Echo what was read first, by streams, with a limit of 8 bytes."""
    await asyncio.sleep(0)
    reader, writer = upgrade.accept_streams([("X-Node", "7")], limit=8)
    with pytest.raises(asyncio.LimitOverrunError):
        await reader.readuntil(b"\n")
    writer.write(await reader.readexactly(20))
    await writer.drain()
    writer.close()


@pytest.mark.parametrize("over", OVER)
async def test_accept_streams_gives_leftover_and_what_follows(over: str) -> None:
    async with serving(echo_once, over=over) as service:
        client = await service.connect()
        head = await client.ask(ECHO + b"0123456789")
        assert b"\r\nX-Node: 7\r\n" in head
        client.writer.write(b"0123456789")
        assert await client.reader.read() == b"0123456789" * 2


async def test_accept_tls_of_other_upgrade_raises_and_leaves_it_open() -> None:
    raised: list[BaseException] = []

    async def handler(upgrade: Upgrade) -> None:
        with pytest.raises(ValueError, match="echo does not start TLS") as caught:
            await upgrade.accept_tls(server_tls(), Recorder())
        raised.append(caught.value)
        upgrade.accept(Echo())

    transport = answered(handler)
    await until(lambda: raised)
    assert transport.written == ECHO_ACCEPTED


@pytest.mark.parametrize(
    ("context", "timeout", "error"),
    [(None, None, TypeError), (server_tls(), 0, ValueError)],
)
async def test_accept_tls_with_wrong_argument_leaves_the_upgrade_open(
    context: Any,  # noqa: ANN401 - what is no context
    timeout: float | None,  # noqa: ASYNC109 - the argument that is tested
    error: type[Exception],
) -> None:
    raised: list[BaseException] = []

    async def handler(upgrade: Upgrade) -> None:
        with pytest.raises(error) as caught:
            await upgrade.accept_tls(context, Recorder(), ssl_handshake_timeout=timeout)
        raised.append(caught.value)
        upgrade.refuse(403)

    transport = answered(handler, START_TLS)
    await until(lambda: raised)
    assert transport.written.startswith(b"HTTP/1.1 403 ")


async def test_accept_tls_of_peer_that_goes_at_the_end_of_the_handshake_raises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raised: list[BaseException] = []

    async def start_tls(*_: object, **options: object) -> None:
        assert options["server_side"]

    async def handler(upgrade: Upgrade) -> None:
        with pytest.raises(ConnectionResetError) as caught:
            await upgrade.accept_tls(server_tls(), Recorder())
        raised.append(caught.value)

    # asyncio returns None where the connection was lost in between.
    monkeypatch.setattr(type(asyncio.get_running_loop()), "start_tls", start_tls)
    answered(handler, START_TLS)
    await until(lambda: raised)
