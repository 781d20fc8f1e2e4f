"""Fallbacks that fail, and what is left of a connection that one has served.

In: a fallback that raises in each of its calls, from asyncio's call and from ours; connections on
each way to their end. Out: the connection aborted, as asyncio would, and nothing left of it.
Not here: sound fallbacks.
"""

from __future__ import annotations

import asyncio
import gc
import weakref
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pytest
from asyncio_helpers import ECHO, ECHO_ACCEPTED, PLAIN, Handlers, records, serving, settle, until
from fakes import Recorder
from following import (
    CHUNKED,
    CLOSES,
    CONNECT,
    FOREIGN,
    GET,
    LAST,
    OK,
    POST,
    SWITCHES,
    Site,
)

from upgrade101 import Reason, Upgrade
from upgrade101._connection import State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Failing(Recorder):
    """A protocol that raises in one of its calls, once it is told to."""

    where = ""

    def _fail(self, where: str) -> None:
        if self.where == where:
            raise LookupError(where)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note it, and fail."""
        super().connection_made(transport)
        self._fail("connection_made")

    def data_received(self, data: bytes) -> None:
        """Note it, and fail."""
        super().data_received(data)
        self._fail("data_received")

    def eof_received(self) -> None:
        """Note it, and fail."""
        super().eof_received()
        self._fail("eof_received")

    def connection_lost(self, exc: Exception | None) -> None:
        """Note it, and fail."""
        super().connection_lost(exc)
        self._fail("connection_lost")


def failing(where: str) -> Callable[[], Failing]:
    """Return what makes a protocol that raises there."""

    def make() -> Failing:
        protocol = Failing()
        protocol.where = where
        return protocol

    return make


@pytest.fixture
def errors(loop: str) -> list[dict[str, Any]]:  # noqa: ARG001 - a test in a loop
    """Return what the loop's exception handler is called with, once `watch` was called."""
    return []


def watch(errors: list[dict[str, Any]]) -> None:
    """Have the loop report there."""
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))


# ---- a fallback that fails


async def test_factory_of_fallbacks_that_raises_is_500(caplog: pytest.LogCaptureFixture) -> None:
    def make() -> asyncio.Protocol:
        raise LookupError

    site = Site(make=make).receive(POST + b"body" + GET)
    assert site.transport.written.startswith(b"HTTP/1.1 500 ")
    assert site.reasons == [Reason.HANDLER_FAILED]
    assert site.state is State.REFUSED
    assert site.factory.served == set()
    assert len(records(caplog)) == 1


async def test_factory_of_fallbacks_that_raises_on_a_decline_is_500() -> None:
    def make() -> asyncio.Protocol:
        raise LookupError

    def decline(upgrade: Upgrade) -> None:
        assert upgrade.decline() is True

    site = Site(decline, make=make).receive(ECHO + GET)
    assert site.transport.written.startswith(b"HTTP/1.1 500 ")
    assert site.reasons == [Reason.HANDLER_FAILED]


@pytest.mark.parametrize("where", ["connection_made", "data_received"])
async def test_fallback_that_raises_on_a_request_is_asyncios_to_end(where: str) -> None:
    site = Site(make=failing(where))
    # Asyncio's transport aborts if `data_received` raises, and then tells of the end.
    with pytest.raises(LookupError):
        site.receive(GET)
    assert site.reasons == [Reason.NO_UPGRADE]
    site.transport.lose(LookupError())
    assert site.fallback.calls[-1] == "connection_lost"
    assert site.factory.served == set()
    assert site.factory.pending == 0


async def test_fallback_that_raises_on_a_body_is_asyncios_to_end() -> None:
    site = Site(make=Failing).receive(POST)
    site.fallback.where = "data_received"
    with pytest.raises(LookupError):
        site.receive(b"body")
    site.transport.lose(LookupError())
    assert site.fallback.calls[-1] == "connection_lost"


@pytest.mark.parametrize("stream", [FOREIGN + GET, CONNECT + POST + b"body", 65 * GET])
async def test_fallback_that_raises_on_what_was_kept_is_aborted_and_reported(
    stream: bytes, errors: list[dict[str, Any]]
) -> None:
    watch(errors)
    site = Site(make=Failing).receive(stream)
    site.fallback.where = "data_received"
    await site.answer()
    assert site.transport.calls[-1] == "abort"
    assert [type(error["exception"]) for error in errors] == [LookupError]
    site.transport.lose()
    assert site.fallback.calls[-1] == "connection_lost"


@pytest.mark.parametrize("where", ["connection_made", "data_received"])
async def test_fallback_that_raises_on_a_decline_is_aborted_and_reported(
    where: str, caplog: pytest.LogCaptureFixture
) -> None:
    def decline(upgrade: Upgrade) -> None:
        with pytest.raises(LookupError):
            upgrade.decline()
        raise LookupError

    site = Site(decline, make=failing(where)).receive(ECHO + GET)
    assert site.transport.calls[-1] == "abort"
    assert site.reasons == [Reason.PROTOCOL_NOT_OFFERED]
    (record,) = records(caplog)
    assert record.exc_info is not None
    site.transport.lose()
    assert site.fallback.calls[-1] == "connection_lost"


async def test_fallback_that_raises_on_the_end_of_file_is_asyncios_to_end() -> None:
    site = Site(make=failing("eof_received")).receive(GET)
    with pytest.raises(LookupError):
        site.transport.end()
    assert site.state is State.LAST


@pytest.mark.parametrize("answer", [OK, SWITCHES])
async def test_fallback_that_raises_on_an_end_of_file_that_was_kept_is_aborted(
    answer: bytes, errors: list[dict[str, Any]]
) -> None:
    watch(errors)
    site = Site(make=failing("eof_received")).receive(FOREIGN + GET)
    site.transport.end()
    await site.answer(answer)
    assert site.fallback.data == FOREIGN + GET
    assert site.transport.calls[-1] == "abort"
    assert [type(error["exception"]) for error in errors] == [LookupError]


@pytest.mark.parametrize("later", [ECHO, b"\0"])
async def test_fallback_that_raises_on_its_end_does_not_cost_the_client_its_answer(
    later: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    site = Site(make=failing("connection_lost")).receive(GET + later)
    await site.answer()
    assert len(site.decisions) == 2
    assert site.transport.written.removeprefix(OK) == site.decisions[1].response
    assert "abort" not in site.transport.calls
    (record,) = [each for each in records(caplog) if each.exc_info]
    assert record.getMessage().startswith("the fallback failed at its end")
    assert site.factory.served == set()


async def test_fallback_that_raises_on_the_loss_leaves_nothing() -> None:
    site = Site(make=failing("connection_lost")).receive(GET)
    with pytest.raises(LookupError):
        site.transport.lose()
    assert site.state is State.GONE
    assert site.factory.served == set()


async def test_fallback_that_closes_as_it_gets_a_body_gets_no_more() -> None:
    class Closing(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if data == b"body":
                self.transport.close()

    site = Site(make=Closing).receive(POST + b"body" + GET)
    assert site.fallback.data == POST + b"body"
    assert site.reasons == [Reason.NO_UPGRADE]
    assert site.state is State.LAST


@pytest.mark.parametrize("how", ["close", "abort"])
async def test_fallback_that_closes_as_it_is_made_gets_nothing(how: str) -> None:
    class Closing(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            getattr(transport, how)()

    site = Site(make=Closing).receive(POST + b"body" + GET)
    await settle(3)
    assert site.fallback.calls == ["connection_made"]
    assert site.state is State.LAST
    assert site.reasons == [Reason.NO_UPGRADE]
    site.transport.lose()
    assert site.fallback.calls == ["connection_made", "connection_lost"]


@pytest.mark.parametrize("where", ["connection_made", "data_received", "connection_lost"])
async def test_failing_fallback_over_a_real_transport_ends_its_connection(
    where: str, errors: list[dict[str, Any]]
) -> None:
    watch(errors)
    made: list[Failing] = []

    def make() -> Failing:
        made.append(failing(where)())
        return made[-1]

    async with serving(lambda upgrade: upgrade.refuse(403), fallback=make) as service:
        client = await service.connect()
        client.writer.write(PLAIN)
        if where == "connection_lost":
            await until(lambda: made)
            client.writer.write_eof()
        assert await client.reader.read() == b""
        await until(lambda: made[0].calls[-1] == "connection_lost")
        assert len(errors) == 1
        assert service.server._factory.served == set()


@pytest.mark.parametrize("kept", [b"", GET])
async def test_observer_that_raises_on_a_pass_ends_the_connection(kept: bytes) -> None:
    site = Site().receive(GET)
    site.factory.on_decision = _raise_base
    await site.answer()
    with pytest.raises(KeyboardInterrupt):
        site.receive(GET + kept)
    assert site.transport.calls[-1] == "abort"
    site.transport.lose()
    assert site.fallback.calls[-1] == "connection_lost"


def _raise_base(_: object, __: object) -> None:
    raise KeyboardInterrupt


# ---- contexts

CLIENT: ContextVar[str] = ContextVar("CLIENT", default="nobody")


async def test_handler_does_not_run_in_the_context_of_a_fallbacks_task() -> None:
    seen: list[str] = []

    def handler(upgrade: Upgrade) -> None:
        seen.append(CLIENT.get())
        upgrade.refuse(403)

    site = Site(handler).receive(GET + ECHO)

    async def serve() -> None:
        CLIENT.set("alice")
        site.write(OK)

    await asyncio.create_task(serve())
    await settle(3)
    assert seen == ["nobody"]


async def test_fallback_does_not_run_in_the_context_of_the_handler_that_declined() -> None:
    seen: list[str] = []

    class Looking(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            seen.append(CLIENT.get())

    async def handler(upgrade: Upgrade) -> None:
        CLIENT.set("alice")
        upgrade.decline()

    site = Site(handler, make=Looking).receive(ECHO + GET)
    await settle(3)
    await site.answer()
    assert site.fallback.data == ECHO + GET
    assert seen == ["nobody", "nobody"]


async def test_what_was_kept_is_not_read_in_the_context_of_a_fallbacks_task() -> None:
    seen: list[str] = []

    class Looking(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            seen.append(CLIENT.get())

    for answer in (OK, SWITCHES):
        site = Site(make=Looking).receive(FOREIGN + GET)

        async def serve(site: Site = site, answer: bytes = answer) -> None:
            CLIENT.set("alice")
            site.write(answer)

        await asyncio.create_task(serve())
        await settle(3)
        assert site.fallback.data == FOREIGN + GET
    assert seen == ["nobody"] * 4


# ---- what is left


async def _served(site: Site) -> None:
    site.receive(GET)
    await site.answer()
    site.transport.lose()


async def _in_body(site: Site) -> None:
    site.receive(POST + b"bo")
    site.transport.lose(ConnectionResetError())


async def _switched(site: Site) -> None:
    site.receive(GET)
    await site.answer()
    site.receive(ECHO + b"behind")
    await settle(3)
    assert site.transport.written == OK + ECHO_ACCEPTED


async def _refused(site: Site) -> None:
    site.receive(GET + b"\0")
    await site.answer()
    site.clock.advance(5)
    assert site.transport.calls[-1] == "abort"
    site.transport.lose()


async def _held(site: Site) -> None:
    site.receive(GET + ECHO + b"behind").receive(b"more")
    site.transport.lose()


async def _given_away(site: Site) -> None:
    site.receive(FOREIGN + b"behind")
    await site.answer(SWITCHES)
    assert site.state is State.GONE
    site.transport.lose()


async def _asked(site: Site) -> None:
    site.receive(FOREIGN + b"behind").receive(b"more")
    site.transport.end()
    site.transport.lose()


async def _full(site: Site) -> None:
    site.receive(70 * GET)
    site.transport.lose()


async def _last(site: Site) -> None:
    site.receive(LAST)
    await site.answer(CLOSES)
    site.fallback.transport.close()
    site.transport.lose()


async def _unfollowed(site: Site) -> None:
    site.receive(GET)
    await site.answer(b"\0")
    site.receive(ECHO)
    await settle(3)
    site.transport.lose()


async def _broken_body(site: Site) -> None:
    site.receive(CHUNKED + b"!")
    await settle(3)
    site.transport.end()
    site.transport.lose()


async def _timeout(site: Site) -> None:
    site.receive(GET + GET[:4])
    site.clock.advance(11)
    await site.answer()
    site.clock.advance(5)
    site.transport.lose()


async def _ended(site: Site) -> None:
    site.receive(POST)
    site.transport.end()
    site.transport.lose()


async def _closed(site: Site) -> None:
    site.receive(GET)
    await site.answer()
    site.factory.close()
    site.transport.lose()


WAYS = [
    _served,
    _in_body,
    _switched,
    _refused,
    _held,
    _given_away,
    _asked,
    _full,
    _last,
    _unfollowed,
    _broken_body,
    _timeout,
    _ended,
    _closed,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__[1:])
async def test_connection_of_a_fallback_leaves_nothing(
    way: Callable[[Site], Awaitable[None]],
) -> None:
    site = Site()
    gc.collect()
    gc.disable()
    try:
        await way(site)
        await settle(5)
        site.clock.advance(100)
        assert site.factory.served == set()
        assert site.factory.pending == 0
        assert len(site.factory.refusals) == 0
        assert site.clock.timers == []
        assert site.state is State.GONE
        # The connection goes by reference counting alone, though the fallback goes on.
        connection = weakref.ref(site.connection)
        site.decisions.clear()
        site.connection = None  # type: ignore[assignment]
        assert connection() is None
        # So does the fallback, with its transport.
        protocol = weakref.ref(site.fallback)
        standin = weakref.ref(site.fallback.transport)
        site.made.clear()
        assert protocol() is None
        assert standin() is None
    finally:
        gc.enable()


async def test_declined_upgrade_leaves_nothing() -> None:
    handlers = Handlers()
    handlers.answer = Upgrade.decline
    site = Site(handlers).receive(ECHO)
    assert site.factory.pending == 1
    await handlers.release()
    assert site.factory.pending == 0
    assert site.fallback.data == ECHO
    await site.answer()
    site.transport.lose()
    handlers.upgrades.clear()
    site.decisions.clear()
    connection = weakref.ref(site.connection)
    site.connection = None  # type: ignore[assignment]
    await settle(3)
    assert connection() is None
    assert site.factory.tasks == set()
