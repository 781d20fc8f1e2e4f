"""`accept_tls`: TLS in mid-connection, and what is sent in plaintext where it must not be.

In: a request for TLS, the client's TLS handshake, and bytes before, between and in them. Out: what
the protocol gets, which is only ever what was inside TLS.
Not here: the arguments of `accept_tls` (`test_upgrade`).
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any

import heads
import pytest
from asyncio_helpers import (
    START_TLS,
    Service,
    client_tls,
    server_tls,
    serving,
    settle,
    until,
)
from fakes import BufferedRecorder, Recorder
from tls_site import Visits

from upgrade101 import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from upgrade101 import Upgrade

INJECTED = heads.write("GET", "/admin")


async def upgrade_to_tls(service: Service, request: bytes = START_TLS) -> asyncio.StreamWriter:
    """Return the writer of a client that speaks TLS after the 101."""
    client = await service.connect()
    head = await client.ask(request)
    assert b"\r\nUpgrade: TLS/1.2, HTTP/1.1\r\n" in head
    await client.writer.start_tls(client_tls(), server_hostname="localhost")
    return client.writer


@pytest.mark.parametrize("over", ["tcp", "unix"])
@pytest.mark.parametrize("make", [Recorder, lambda: BufferedRecorder(3)])
async def test_accept_tls_hands_over_what_is_inside(over: str, make: Callable[[], Any]) -> None:
    protocol = make()
    transports: list[Any] = []
    raised: list[BaseException] = []

    async def handler(upgrade: Upgrade) -> None:
        transports.append(await upgrade.accept_tls(server_tls(), protocol, [("X-Node", "7")]))
        with pytest.raises(RuntimeError, match="answered") as caught:
            upgrade.refuse(403)
        raised.append(caught.value)

    async with serving(handler, over=over) as service:
        writer = await upgrade_to_tls(service)
        writer.write(b"inside")
        await until(lambda: protocol.data == b"inside" and raised)
        assert protocol.calls[0] == "connection_made"
        assert transports == [protocol.transport]
        assert protocol.transport.get_extra_info("sslcontext") is not None
        protocol.transport.write(b"answer")
        protocol.transport.close()
        assert service.server.stats() == {Reason.SWITCHED: 1}
        writer.transport.abort()


class EagerClient(asyncio.Protocol):
    """A TLS client that sends data and its end in the flight that ends the TLS handshake."""

    def __init__(self, *, ends: bool) -> None:
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.tls = client_tls().wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")
        self.ends = ends
        self.done = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for TLS."""
        self.transport: Any = transport
        self.transport.write(START_TLS)

    def data_received(self, data: bytes) -> None:
        """Go on with the handshake, and send all else with its last flight."""
        if data.startswith(b"HTTP/1.1 101 "):
            data = data.partition(b"\r\n\r\n")[2]
        self.incoming.write(data)
        if not self.done:
            self.shake_hands()
        self.transport.write(self.outgoing.read())

    def shake_hands(self) -> None:
        """Do what can be done of the handshake."""
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        self.done = True
        self.tls.write(b"inside")
        if self.ends:
            with pytest.raises(ssl.SSLWantReadError):
                self.tls.unwrap()


@pytest.mark.parametrize("ends", [False, True])
async def test_accept_tls_of_data_with_the_handshake_delivers_it_after_connection_made(
    ends: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    protocol = Recorder()

    async def handler(upgrade: Upgrade) -> None:
        await upgrade.accept_tls(server_tls(), protocol)

    async with serving(handler) as service:
        loop = asyncio.get_running_loop()
        host, port = service.server.sockets[0].getsockname()
        transport, _ = await loop.create_connection(lambda: EagerClient(ends=ends), host, port)
        await until(lambda: protocol.data == b"inside")
        assert protocol.calls[:2] == ["connection_made", "data_received"]
        if not ends:
            transport.abort()
        await until(lambda: protocol.calls[-1] == "connection_lost")
        assert protocol.calls.count("connection_made") == 1
        assert protocol.calls.count("data_received") == 1
        if ends:
            assert protocol.calls[2] == "eof_received"
        transport.abort()


@pytest.mark.parametrize("answer", [b"\x16\x03no TLS", b""])
async def test_accept_tls_of_peer_without_tls_raises(
    answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    raised: list[BaseException] = []

    async def handler(upgrade: Upgrade) -> None:
        with pytest.raises((ssl.SSLError, ConnectionResetError)) as caught:
            await upgrade.accept_tls(server_tls(), Recorder())
        raised.append(caught.value)

    async with serving(handler) as service:
        client = await service.connect()
        await client.ask(START_TLS)
        client.writer.write(answer)
        client.writer.write_eof()
        await until(lambda: raised)
        assert await client.reader.read() is not None
    assert not [record for record in caplog.records if record.name == "upgrade101"]


async def test_accept_tls_of_silent_peer_ends_by_its_timeout() -> None:
    raised: list[BaseException] = []

    async def handler(upgrade: Upgrade) -> None:
        with pytest.raises(ConnectionError) as caught:
            await upgrade.accept_tls(server_tls(), Recorder(), ssl_handshake_timeout=0.01)
        raised.append(caught.value)

    async with serving(handler) as service:
        client = await service.connect()
        await client.ask(START_TLS)
        assert await client.reader.read() == b""
        await until(lambda: raised)


@pytest.mark.parametrize("injected", [INJECTED[:1], INJECTED])
async def test_plaintext_behind_a_request_for_tls_is_refused(injected: bytes) -> None:
    protocol = Recorder()

    async def handler(upgrade: Upgrade) -> None:
        await asyncio.sleep(60)
        await upgrade.accept_tls(server_tls(), protocol)

    async with serving(handler) as service:
        for pieces in ([START_TLS + injected], [START_TLS, injected]):
            client = await service.connect()
            for piece in pieces:
                client.writer.write(piece)
                await settle()
            assert (await client.reader.read()).startswith(b"HTTP/1.1 400 ")
        assert service.server.stats() == {Reason.TLS_LEFTOVER: 2}
    assert protocol.calls == []


async def test_request_for_tls_is_answered_inside_it_and_so_is_the_next() -> None:
    # The answer to the request is the first thing inside TLS [RFC 2817 3.3].
    visits = Visits()
    async with serving(visits) as service:
        client = await service.connect()
        assert (await client.ask(START_TLS)).startswith(b"HTTP/1.1 101 ")
        await client.writer.start_tls(client_tls(), server_hostname="localhost")
        assert (await client.ask(b"")).endswith(b"X-Target: /\r\n\r\n")
        assert (await client.ask(INJECTED)).endswith(b"X-Target: /admin\r\n\r\n")
        assert visits.ends == [None]
        assert visits.sites[0].requests == [START_TLS, INJECTED]
        assert visits.sites[0].transport.get_extra_info("cipher") is not None


@pytest.mark.parametrize("injected", [INJECTED, INJECTED[:1]])
@pytest.mark.parametrize("speaks_tls", [False, True])
async def test_plaintext_between_the_101_and_tls_ends_the_connection(
    injected: bytes,
    speaks_tls: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    # After its 101 a server speaks TLS and nothing else [RFC 2817 3.3].
    visits = Visits()
    async with serving(visits) as service:
        client = await service.connect()
        assert (await client.ask(START_TLS)).startswith(b"HTTP/1.1 101 ")
        client.writer.write(injected)
        if speaks_tls:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await client.writer.start_tls(client_tls(), server_hostname="localhost")
        else:
            client.writer.write_eof()
            # An alert of TLS at most.
            assert b"HTTP" not in await client.reader.read()
        await until(lambda: visits.ends)
        assert visits.ends != [None]
        assert visits.sites[0].requests == []
        assert service.server.stats() == {Reason.SWITCHED: 1}
