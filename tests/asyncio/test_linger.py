"""A refused connection: the peer reads its answer, and is not waited for longer than agreed.

In: a refusal and a peer that reads, sends on, stays silent or goes. Out: the transport's end.
Not here: what is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asyncio_helpers import GARBAGE, accept_echo, make_factory, serving, until
from fakes import Clock, Transport

if TYPE_CHECKING:
    from upgrade101 import UpgradeFactory


def refused() -> tuple[Transport, UpgradeFactory, Clock]:
    """Return a transport whose request was refused, its factory and its clock."""
    factory, clock = make_factory(accept_echo, refusal_timeout=1)
    return Transport().connect(factory).receive(GARBAGE), factory, clock


def test_refusal_is_followed_by_a_half_close() -> None:
    transport, factory, _ = refused()
    assert transport.calls == ["write", "write_eof"]
    assert factory.pending == 0


def test_refusal_over_tls_is_followed_by_no_half_close() -> None:
    transport = Transport()
    transport.half_closes = False
    transport.connect(make_factory(accept_echo)[0]).receive(GARBAGE)
    assert transport.calls == ["write"]


def test_bytes_after_a_refusal_are_discarded_and_do_not_move_its_deadline() -> None:
    transport, _, clock = refused()
    written = transport.written
    for _ in range(9):
        clock.advance(0.1)
        transport.receive(bytes(65536))
    assert transport.calls[-1] == "write_eof"
    assert transport.written == written
    clock.advance(0.1)
    assert transport.calls[-1] == "abort"
    assert clock.timers == []
    transport.lose()


def test_end_of_peer_after_a_refusal_closes() -> None:
    transport, _, clock = refused()
    transport.end()
    assert transport.calls == ["write", "write_eof", "close"]
    transport.lose()
    assert clock.timers == []


def test_loss_of_peer_after_a_refusal_ends_its_deadline() -> None:
    transport, _, clock = refused()
    assert len(clock.timers) == 1
    transport.lose(ConnectionResetError())
    assert clock.timers == []


def test_half_close_of_peer_that_was_reset_aborts() -> None:
    class Reset(Transport):
        def write_eof(self) -> None:
            raise OSError("Transport endpoint is not connected")

    transport = Reset().connect(make_factory(accept_echo)[0]).receive(GARBAGE)
    assert transport.calls == ["write", "abort"]


def test_peer_that_was_lost_by_the_write_is_not_half_closed() -> None:
    class Broken(Transport):
        def write(self, data: bytes) -> None:
            super().write(data)
            self.closing = True

    transport = Broken().connect(make_factory(accept_echo)[0]).receive(GARBAGE)
    assert transport.calls == ["write"]


@pytest.mark.parametrize("over", ["tcp", "tls", "unix"])
async def test_client_that_sends_10_mib_at_a_refusing_server_reads_its_answer(over: str) -> None:
    # The client reads only when all is sent: a reset before that would lose the answer.
    async with serving(accept_echo, over=over, refusal_timeout=30) as service:
        client = await service.connect()
        for _ in range(10):
            client.writer.write(GARBAGE * (1 << 20))
            await client.writer.drain()
        head = await client.ask(b"")
        assert head.startswith(b"HTTP/1.1 400 ")
        assert b"\r\nConnection: close\r\n" in head


async def test_refused_client_reads_the_end_at_once() -> None:
    async with serving(accept_echo, refusal_timeout=30) as service:
        client = await service.connect()
        client.writer.write(GARBAGE)
        assert (await client.reader.read()).startswith(b"HTTP/1.1 400 ")


async def test_silent_tls_client_is_cut_off_though_it_does_not_close() -> None:
    # asyncio waits 30 s for the peer's end of TLS.
    async with serving(
        accept_echo, over="tls", handshake_timeout=0.5, refusal_timeout=0.05
    ) as service:
        client = await service.connect()
        heads, refusals = service.server._factory.heads, service.server._factory.refusals
        # Connected on the server's side too.
        await until(lambda: any(each.transport for each in heads))  # type: ignore[attr-defined]
        client.writer.transport.pause_reading()
        await until(lambda: not service.server.pending)
        assert refusals
        await until(lambda: not refusals)
