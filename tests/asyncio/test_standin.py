"""The transport that a fallback holds: all of asyncio's, before and after its end.

In: the calls of an unmodified server. Out: the same calls on the real transport, and word of them
to the connection; after its end, nothing.
Not here: what the connection makes of it (`test_following*`).
"""

from __future__ import annotations

import asyncio
import io
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from asyncio_helpers import PLAIN, accept_echo, serving, until
from fakes import Recorder, Transport

from upgrade101._standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
FACTS: dict[str, Any] = {
    "peername": ("192.0.2.1", 1),
    "sockname": ("192.0.2.2", 80),
    "socket": object(),
    "sslcontext": object(),
    "ssl_object": object(),
    "cipher": ("AES", "TLSv1.3", 256),
    "compression": "none",
    "peercert": {"subject": ()},
}


class Real(Transport):
    """A real transport that takes all calls, with what they were given."""

    def __init__(self) -> None:
        super().__init__(**FACTS)
        self.given: list[Any] = []
        self.size = 5

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Note the very object."""
        super().write(bytes(data))
        self.given.append(data)

    def writelines(self, list_of_data: Any) -> None:  # noqa: ANN401 - any iterable
        """Note the pieces."""
        self.calls.append("writelines")
        pieces = list(list_of_data)
        self.given += pieces
        self.written += b"".join(pieces)


class Follower:
    """What is told of a stand-in."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def fallback_wrote(self) -> None:
        """Note it."""
        self.told.append("wrote")

    def fallback_reads(self) -> None:
        """Note it."""
        self.told.append("reads")

    def fallback_closed(self) -> None:
        """Note it."""
        self.told.append("closed")


class Stage:
    """A stand-in between a fallback's protocol and a real transport."""

    def __init__(self) -> None:
        self.follower = Follower()
        self.real = Real()
        self.protocol = Recorder()
        self.standin = StandIn(self.follower, self.real, self.protocol)
        self.standin.answers.expect("GET", may_switch=False)

    def detached(self) -> Stage:
        """End it."""
        self.standin.end(None)
        return self

    def passing(self) -> Stage:
        """Have it be the real transport from now on."""
        self.standin.pass_through()
        return self


def test_standin_is_a_transport_of_asyncios_kind() -> None:
    standin = Stage().standin
    assert isinstance(standin, asyncio.Transport)
    public = {name for name in dir(asyncio.Transport) if not name.startswith("_")}
    inherited = {name for name in public if name not in vars(StandIn)}
    assert inherited == set()
    assert weakref.ref(standin)() is standin


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_write_passes_the_very_object(kind: type[bytes]) -> None:
    stage = Stage()
    data = kind(OK)
    stage.standin.write(data)
    assert stage.real.given[0] is data
    assert stage.follower.told == ["wrote"]
    assert stage.standin.answers.due == 0


def test_write_that_fails_is_not_followed() -> None:
    class Failing(Real):
        def write(self, data: object) -> None:
            raise TypeError(data)

    follower = Follower()
    standin = StandIn(follower, Failing(), Recorder())
    standin.answers.expect("GET", may_switch=False)
    for write in (standin.write, lambda data: standin.writelines([data])):
        with pytest.raises(TypeError):
            write(OK if write == standin.write else "text")  # type: ignore[list-item]
    assert follower.told == []
    assert standin.answers.due == 1


def test_writelines_passes_the_pieces_and_follows_them() -> None:
    stage = Stage()
    pieces = [OK[:9], bytearray(OK[9:20]), memoryview(OK[20:])]
    stage.standin.writelines(iter(pieces))
    assert stage.real.calls == ["writelines"]
    assert all(given is piece for given, piece in zip(stage.real.given, pieces, strict=True))
    assert stage.standin.answers.due == 0
    assert stage.follower.told == ["wrote"]


def test_write_eof_is_passed_and_ends_the_answers() -> None:
    stage = Stage()
    stage.standin.write_eof()
    assert stage.real.calls == ["write_eof"]
    assert stage.standin.answers.over
    assert stage.follower.told == ["wrote"]


@pytest.mark.parametrize("half_closes", [False, True])
def test_can_write_eof_is_the_real_ones(half_closes: bool) -> None:  # noqa: FBT001
    stage = Stage()
    stage.real.half_closes = half_closes
    assert stage.standin.can_write_eof() is half_closes
    assert stage.detached().standin.can_write_eof() is False


@pytest.mark.parametrize("how", ["close", "abort"])
def test_closing_is_passed_and_told(how: str) -> None:
    stage = Stage()
    assert not stage.standin.is_closing()
    getattr(stage.standin, how)()
    assert stage.real.calls == [how]
    assert stage.follower.told == ["closed"]
    assert stage.standin.is_closing()
    assert not stage.standin.is_reading()


def test_reading_is_told_and_left_to_the_connection() -> None:
    stage = Stage()
    assert stage.standin.is_reading()
    stage.standin.pause_reading()
    assert not stage.standin.is_reading()
    stage.standin.resume_reading()
    assert stage.standin.is_reading()
    assert stage.follower.told == ["reads", "reads"]
    assert stage.real.calls == []


def test_protocol_is_the_fallbacks_own_affair() -> None:
    stage = Stage()
    assert stage.standin.get_protocol() is stage.protocol
    other = Recorder()
    stage.standin.set_protocol(other)
    assert stage.standin.get_protocol() is other
    assert stage.standin.protocol is other
    assert stage.real.calls == []


def test_write_buffer_is_the_real_ones() -> None:
    stage = Stage()
    assert stage.standin.get_write_buffer_size() == 5
    stage.standin.set_write_buffer_limits(high=7, low=3)
    assert stage.real.limits == (3, 7)
    assert stage.standin.get_write_buffer_limits() == (3, 7)


@pytest.mark.parametrize("name", FACTS)
def test_extra_info_is_the_real_ones_and_is_told_after_the_end(name: str) -> None:
    stage = Stage()
    assert stage.standin.get_extra_info(name) is FACTS[name]
    assert stage.detached().standin.get_extra_info(name) is FACTS[name]
    assert stage.standin.get_extra_info(name, "default") is FACTS[name]


def test_extra_info_that_is_not_there_is_the_default() -> None:
    stage = Stage()
    stage.real._extra.clear()  # type: ignore[attr-defined]
    for each in (stage, stage.detached()):
        assert each.standin.get_extra_info("sslcontext") is None
        assert each.standin.get_extra_info("peername", "default") == "default"
        assert each.standin.get_extra_info("no such thing", 1) == 1


CALLS: dict[str, Callable[[StandIn], object]] = {
    "write": lambda standin: standin.write(OK),
    "writelines": lambda standin: standin.writelines([OK]),
    "write_eof": lambda standin: standin.write_eof(),
    "close": lambda standin: standin.close(),
    "abort": lambda standin: standin.abort(),
    "pause_reading": lambda standin: standin.pause_reading(),
    "resume_reading": lambda standin: standin.resume_reading(),
    "set_protocol": lambda standin: standin.set_protocol(Recorder()),
    "set_write_buffer_limits": lambda standin: standin.set_write_buffer_limits(high=1, low=0),
}


@pytest.mark.parametrize("name", CALLS)
def test_detached_standin_does_nothing(name: str) -> None:
    stage = Stage().detached()
    CALLS[name](stage.standin)
    assert stage.real.calls == []
    assert stage.real.written == b""
    assert stage.real.limits == (16384, 65536)
    assert stage.follower.told == []
    assert stage.standin.is_closing()
    assert not stage.standin.is_reading()
    assert stage.standin.get_write_buffer_size() == 0
    assert stage.standin.get_write_buffer_limits() == (0, 0)


@pytest.mark.parametrize("name", CALLS)
def test_standin_that_passes_through_is_the_real_transport(name: str) -> None:
    stage = Stage().passing()
    assert stage.real.protocol is stage.protocol
    CALLS[name](stage.standin)
    if name == "set_write_buffer_limits":
        assert stage.real.limits == (0, 1)
    else:
        assert stage.real.calls == ["set_protocol", name]
    assert stage.follower.told == []
    assert stage.standin.answers.due == 1
    assert not stage.standin.answers.over


def test_standin_that_passes_through_reads_as_the_real_transport() -> None:
    stage = Stage().passing()
    stage.real.paused = True
    assert not stage.standin.is_reading()
    stage.real.paused = False
    assert stage.standin.is_reading()
    stage.real.closing = True
    assert not stage.standin.is_reading()
    assert stage.standin.is_closing()


def test_standin_that_passes_through_refers_to_no_protocol_of_its_own() -> None:
    stage = Stage().passing()
    assert stage.standin.get_protocol() is stage.protocol
    other = Recorder()
    stage.standin.set_protocol(other)
    assert stage.standin.get_protocol() is other
    assert stage.real.protocol is other
    protocol = weakref.ref(stage.protocol)
    del stage.protocol
    assert protocol() is None


def test_detached_standin_refers_to_nothing_of_the_connection() -> None:
    stage = Stage().detached()
    assert stage.protocol.calls == ["connection_lost"]
    refs = [*map(weakref.ref, (stage.follower, stage.real, stage.protocol))]
    standin = stage.standin
    del stage
    assert [ref() for ref in refs] == [None, None, None]
    assert standin.get_extra_info("peername") == FACTS["peername"]


async def test_sendfile_is_not_implemented_and_a_server_may_copy() -> None:
    class Sending(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.task = asyncio.get_running_loop().create_task(self.send())

        async def send(self) -> None:
            loop = asyncio.get_running_loop()
            with pytest.raises(NotImplementedError):
                await loop.sendfile(self.transport, io.BytesIO(b"file"))
            self.transport.write(OK)

    made: list[Sending] = []

    def make() -> Sending:
        made.append(Sending())
        return made[-1]

    async with serving(accept_echo, fallback=make) as service:
        client = await service.connect()
        client.writer.write(PLAIN)
        assert await client.reader.readexactly(len(OK)) == OK
        await made[0].task


@pytest.mark.parametrize("over", ["tcp", "tls", "unix"])
async def test_standin_over_a_real_transport_tells_its_facts_after_its_end(over: str) -> None:
    made: list[Recorder] = []

    def make() -> Recorder:
        made.append(Recorder())
        return made[-1]

    async with serving(accept_echo, over=over, fallback=make) as service:
        client = await service.connect()
        client.writer.write(PLAIN)
        await until(lambda: made and made[0].data == PLAIN)
        transport = made[0].transport
        names = ("peername", "sockname", "sslcontext", "cipher")
        before = {name: transport.get_extra_info(name) for name in names}
        assert (before["cipher"] is not None) == (over == "tls")
        client.writer.transport.abort()
        await until(lambda: made[0].calls[-1] == "connection_lost")
        assert {name: transport.get_extra_info(name) for name in names} == before
        assert transport.get_extra_info("socket") is not None
