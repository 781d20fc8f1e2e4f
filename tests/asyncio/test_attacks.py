"""The attacks on a handover, each over real sockets and each in a test of its name.

In: a client that is slow, silent, gone, half gone, in a hurry or one of very many, or a handler
that answers when it must not. Out: what the client and the protocol get, and that nothing is left
of it.
Always: a deadline is short here; true seconds pass by a fake clock (`test_deadlines`).
Not here: what is injected before TLS (`test_tls`), and requests that are wrong.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import heads
import pytest
from asyncio_helpers import (
    ECHO,
    ECHO_ACCEPTED,
    Echo,
    Handlers,
    accept_echo,
    kept_by,
    serving,
    states,
    until,
)
from crowd import crowd, descriptors, reset
from crowd_server import TIMEOUT
from fakes import Recorder

from upgrade101 import Reason
from upgrade101._connection import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncio_helpers import Service

    from upgrade101 import Upgrade

OVER = ["tcp", "tls", "unix"]
HALF_CLOSES = ["tcp", "unix"]
COUNT = 10_000
HEAD = heads.websocket()


def peer_of(service: Service) -> socket.socket:
    """Return a client that does at once what it is told, and nothing when the loop runs."""
    return socket.create_connection(service.server.sockets[0].getsockname())


def collect_errors() -> list[dict[str, Any]]:
    """Return a list that gets what is raised in the loop where nobody catches it."""
    errors: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    return errors


@pytest.mark.parametrize("over", OVER)
async def test_slow_head_is_answered_408_while_its_bytes_arrive(over: str) -> None:
    # One byte a second against 10 s, at twenty times the speed: the whole head would take 4 s.
    async with serving(accept_echo, over=over, handshake_timeout=0.5) as service:
        client = await service.connect()
        answer = asyncio.ensure_future(client.reader.readuntil(b"\r\n"))
        for byte in ECHO:
            client.writer.write(bytes([byte]))
            await asyncio.sleep(0.05)
            if answer.done():
                break
        assert (await answer).startswith(b"HTTP/1.1 408 ")
        assert service.server.stats() == {Reason.HANDSHAKE_TIMEOUT: 1}
        assert service.server.pending == 0


@pytest.mark.parametrize("over", OVER)
async def test_silent_client_is_closed_without_a_word(over: str) -> None:
    async with serving(accept_echo, over=over, handshake_timeout=0.5) as service:
        client = await service.connect()
        assert await client.reader.read() == b""
        assert service.server.stats() == {}
        assert service.server.pending == 0


@pytest.mark.parametrize("over", OVER)
async def test_reset_after_the_head_cancels_the_handler(over: str) -> None:
    handlers = Handlers()
    async with serving(handlers, over=over) as service:
        client = await service.connect()
        client.writer.write(ECHO)
        await until(lambda: handlers.upgrades)
        client.reset()
        await until(lambda: handlers.cancelled)
        assert service.server.pending == 0
        assert service.server.stats() == {}


@pytest.mark.parametrize("reads_first", [False, True])
async def test_reset_after_the_head_of_plain_handler_harms_nobody(
    reads_first: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    errors = collect_errors()
    protocols: list[Recorder] = []

    def handler(upgrade: Upgrade) -> None:
        protocols.append(Recorder())
        upgrade.accept(protocols[-1])

    async with serving(handler) as service:
        peer = peer_of(service)
        peer.sendall(ECHO)
        if reads_first:
            await until(lambda: protocols)
        reset(peer)
        await (await service.connect()).ask(ECHO)
        # What was sent before a reset can still be read after it.
        assert len(protocols) == 2
        await until(lambda: protocols[0].calls[-1] == "connection_lost")
        assert protocols[0].calls == ["connection_made", "connection_lost"]
        assert service.server.pending == 0
    assert errors == []


@pytest.mark.parametrize("over", HALF_CLOSES)
async def test_half_close_after_the_head_cancels_the_handler(over: str) -> None:
    handlers = Handlers()
    async with serving(handlers, over=over) as service:
        client = await service.connect()
        client.writer.write(ECHO)
        await until(lambda: handlers.upgrades)
        client.writer.write_eof()
        assert await client.reader.read() == b""
        await until(lambda: handlers.cancelled)
        assert handlers.upgrades[0].accept(Echo()) is False
        assert service.server.pending == 0
        assert service.server.stats() == {}


@pytest.mark.parametrize("over", HALF_CLOSES)
async def test_half_close_before_the_head_is_complete_closes(over: str) -> None:
    async with serving(accept_echo, over=over) as service:
        client = await service.connect()
        client.writer.write(ECHO[:-1])
        client.writer.write_eof()
        assert await client.reader.read() == b""
        assert service.server.pending == 0
        assert service.server.stats() == {}


@pytest.mark.parametrize("over", HALF_CLOSES)
async def test_half_close_after_the_head_of_plain_handler_is_the_protocols(over: str) -> None:
    protocol = Recorder()
    async with serving(lambda upgrade: upgrade.accept(protocol), over=over) as service:
        client = await service.connect()
        client.writer.write(ECHO + b"left")
        client.writer.write_eof()
        assert await client.reader.read() == ECHO_ACCEPTED
        await until(lambda: protocol.calls[-1] == "connection_lost")
        assert protocol.calls == [
            "connection_made",
            "data_received",
            "eof_received",
            "connection_lost",
        ]


@pytest.mark.parametrize("over", OVER)
async def test_4_mib_behind_the_head_while_the_handler_waits_are_not_kept(over: str) -> None:
    handlers = Handlers()
    async with serving(handlers, over=over) as service:
        client = await service.connect()
        data = bytes(4 << 20)
        client.writer.write(ECHO + data)
        await until(lambda: handlers.upgrades)
        await until(lambda: not handlers.upgrades[0].transport.is_reading())
        kept = kept_by(handlers.upgrades[0])
        # One read may pass the bound.
        assert 65536 < len(kept) <= 65536 + (256 << 10)
        await handlers.release()
        assert await client.ask(b"") == ECHO_ACCEPTED
        assert await client.reader.readexactly(len(data)) == data


async def test_accept_after_reset_that_was_seen_is_false_and_reaches_nobody() -> None:
    errors = collect_errors()
    handlers, protocol = Handlers(), Recorder()
    async with serving(handlers) as service:
        peer = peer_of(service)
        peer.sendall(ECHO)
        await until(lambda: handlers.upgrades)
        reset(peer)
        await until(lambda: handlers.cancelled)
        for _ in range(2):
            assert handlers.upgrades[0].accept(protocol) is False
        assert protocol.calls == []
        assert service.server.stats() == {}
    assert errors == []


async def test_accept_after_reset_that_was_not_seen_yet_is_the_protocols_to_see() -> None:
    errors = collect_errors()
    handlers, protocol = Handlers(), Recorder()
    async with serving(handlers) as service:
        peer = peer_of(service)
        peer.sendall(ECHO)
        await until(lambda: handlers.upgrades)
        # The loop does not run in between.
        reset(peer)
        assert handlers.upgrades[0].accept(protocol) is True
        await until(lambda: protocol.calls[-1] == "connection_lost")
        assert protocol.calls == ["connection_made", "connection_lost"]
        assert service.server.pending == 0
        await handlers.release()
    assert errors == []


async def check_second_answer(over: str, answer: Callable[[Upgrade], Any]) -> None:
    """Check that an answer after an accept with an echo raises, and that the echo goes on."""
    handlers = Handlers()
    async with serving(handlers, over=over) as service:
        client = await service.connect()
        client.writer.write(ECHO + b"left")
        await until(lambda: handlers.upgrades)
        await handlers.release()
        with pytest.raises(RuntimeError, match="answered"):
            answer(handlers.upgrades[0])
        client.writer.write(b"live")
        expected = ECHO_ACCEPTED + b"leftlive"
        assert await client.reader.readexactly(len(expected)) == expected
        with pytest.raises(RuntimeError, match="answered"):
            answer(handlers.upgrades[0])
        assert await client.ask(b"\r\n\r\n") == b"\r\n\r\n"
        assert service.server.stats() == {Reason.SWITCHED: 1}


@pytest.mark.parametrize("over", OVER)
async def test_accept_twice_raises_and_harms_nobody(over: str) -> None:
    second = Recorder()
    await check_second_answer(over, lambda upgrade: upgrade.accept(second))
    assert second.calls == []


@pytest.mark.parametrize("over", OVER)
async def test_refuse_after_accept_raises_and_harms_nobody(over: str) -> None:
    await check_second_answer(over, lambda upgrade: upgrade.refuse(403))


@pytest.mark.parametrize("over", OVER)
async def test_shutdown_while_pending_is_answered_503_unless_nothing_was_sent(over: str) -> None:
    handlers = Handlers()
    async with serving(handlers, over=over, shutdown_timeout=0) as service:
        silent, slow, deciding = [await service.connect() for _ in range(3)]
        slow.writer.write(ECHO[:-1])
        deciding.writer.write(ECHO)
        await until(lambda: handlers.upgrades and State.READING in states(service))
        assert service.server.pending == 3
        service.server.close()
        await service.server.wait_closed()
        # A browser's spare connection would take it for the answer to its next request.
        assert await silent.reader.read() == b""
        for client in (slow, deciding):
            assert (await client.reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 503 ")
        await until(lambda: handlers.cancelled)
        assert service.server.stats() == {Reason.SHUTDOWN: 2}


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("size", [0, 16 << 20])
async def test_client_that_never_reads_its_refusal_is_cut_off(over: str, size: int) -> None:
    transports: list[asyncio.Transport] = []
    async with serving(
        lambda upgrade: upgrade.refuse(403, body=bytes(size)),
        over=over,
        refusal_timeout=0.05,
        on_decision=lambda _, transport: transports.append(transport),
    ) as service:
        client = await service.connect()
        own: Any = client.writer.transport
        own.pause_reading()
        client.writer.write(ECHO)
        await until(lambda: transports)
        # It never ends the connection itself.
        await until(transports[0].is_closing)
        assert service.server.stats() == {Reason.REFUSED: 1}
        own.resume_reading()
        with suppress(ConnectionResetError):
            # What the kernel took is below this: the rest was not kept until it would be read.
            assert len(await client.reader.read()) < (12 << 20)


def test_10_000_half_open_connections_cost_less_than_3_kib_each(
    loop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # This process and each server has one for each connection, and a few more.
    with descriptors(COUNT + 200):
        with crowd("nothing", loop) as idle:
            start = idle.memory()
            idle.connect(COUNT)
            beside = (idle.memory() - start) / COUNT
        with crowd("upgrades", loop) as served:
            files = served.descriptors()
            cost = {}

            def measure(state: str) -> None:
                cost[state] = (served.memory() - start) / COUNT

            start = served.memory()
            served.connect(COUNT)
            assert served.wait(0) == COUNT
            measure("silent")
            half = HEAD[: len(HEAD) // 2]
            for connection in served.sockets:
                connection.sendall(half)
            measure("half a head")
            assert served.wait(TIMEOUT) == 0
            measure("refused, not read")
            for connection in served.sockets:
                assert connection.recv(4096).startswith(b"HTTP/1.1 408 ")
            # They do not end their connections: the server does.
            served.wait(TIMEOUT)
            served.until_descriptors(files)
            measure("gone")
            served.close()
            served.connect(COUNT)
            for connection in served.sockets:
                connection.sendall(half)
            measure("half a head, once more")
    with capsys.disabled():
        print(f"\nbytes per connection, {loop}, idle, with asyncio alone: {beside:.0f}")  # noqa: T201 - to be seen
        for state, size in cost.items():
            print(f"{state}: {size:.0f}")  # noqa: T201 - as above
    assert max(cost.values()) - beside < 3 << 10
    # What the first left is used again.
    assert cost["half a head, once more"] - cost["half a head"] < 256
