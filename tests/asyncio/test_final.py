"""What fails when a decision is final leaves nobody with the connection.

In: an `on_decision` and a transport that raise, on every way that a decision can go. Out: the
connection is aborted, the decision is counted once, and nothing waits.
Not here: an `on_decision` that raises what is logged (`test_factory`), and what a fallback raises
(`test_following_faults`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import heads
import pytest
from asyncio_helpers import (
    ECHO,
    GARBAGE,
    Handlers,
    accept_echo,
    make_factory,
    serving,
    settle,
    until,
)
from fakes import Clock, Recorder, Transport

from upgrade101 import Reason
from upgrade101._connection import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from upgrade101 import Upgrade, UpgradeFactory

EXPECT = heads.upgrade("echo", "Content-Length: 4", "Expect: 100-continue")


class BrokenPipe(Transport):
    """A transport whose `write` raises."""

    def write(self, data: bytes) -> None:
        """Fail."""
        raise BrokenPipeError(data)


def cancel(*_: object) -> None:
    """Be an `on_decision` that is cancelled."""
    raise asyncio.CancelledError


def ignore(*_: object) -> None:
    """Be an `on_decision` that does nothing."""


def check_nobody(
    connection: Any,  # noqa: ANN401 - a Connection
    transport: Transport,
    factory: UpgradeFactory,
    clock: Clock,
    counted: Reason | None,
) -> None:
    """Check that the connection is aborted and counted, and that nothing waits for it."""
    assert transport.calls[-1] == "abort"
    assert "set_protocol" not in transport.calls
    assert factory.stats() == ({counted: 1} if counted else {})
    transport.lose()
    assert connection.state is State.GONE
    assert factory.pending == 0
    assert not factory.refusals
    assert clock.timers == []


WAYS = {
    "accept": (accept_echo, ECHO, Reason.SWITCHED),
    "refuse": (lambda upgrade: upgrade.refuse(403), ECHO, Reason.REFUSED),
    "reject": (accept_echo, GARBAGE, Reason.BAD_METHOD),
    "decline": (lambda upgrade: upgrade.decline(), ECHO, Reason.PROTOCOL_NOT_OFFERED),
    "no answer": (bool, ECHO, Reason.HANDLER_FAILED),
}
KINDS: list[tuple[type[Transport], Callable[..., None], type[BaseException]]] = [
    (Transport, cancel, asyncio.CancelledError),
    (BrokenPipe, ignore, BrokenPipeError),
]


@pytest.mark.parametrize(("kind", "on_decision", "error"), KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_decision_whose_end_fails_leaves_a_connection_that_is_aborted_and_counted(
    way: str,
    kind: type[Transport],
    on_decision: Callable[..., None],
    error: type[BaseException],
) -> None:
    handler, request, reason = WAYS[way]
    raised: list[BaseException] = []

    def watched(upgrade: Upgrade) -> None:
        try:
            handler(upgrade)
        except BaseException as failure:
            raised.append(failure)
            raise

    factory, clock = make_factory(watched, on_decision=on_decision, max_upgraded=9)
    transport = kind().connect(factory)
    connection = transport.protocol
    try:
        transport.receive(request)
    except error as failure:
        raised.append(failure)
    # The caller of what failed knows: the handler, or the event loop.
    assert [type(failure) for failure in raised] == [error]
    assert factory.upgraded == 0
    check_nobody(connection, transport, factory, clock, reason)


@pytest.mark.parametrize(("kind", "on_decision", "error"), KINDS)
@pytest.mark.parametrize("answer", [accept_echo, lambda upgrade: upgrade.refuse(403)])
async def test_answer_of_a_coroutine_whose_end_fails_leaves_nobody_with_the_connection(
    answer: Callable[[Upgrade], Any],
    kind: type[Transport],
    on_decision: Callable[..., None],
    error: type[BaseException],
) -> None:
    raised: list[BaseException] = []

    async def handler(upgrade: Upgrade) -> None:
        await asyncio.sleep(0)
        with pytest.raises(error) as caught:
            answer(upgrade)
        raised.append(caught.value)
        with pytest.raises(RuntimeError, match="answered"):
            upgrade.refuse(500)

    factory, clock = make_factory(handler, on_decision=on_decision)
    transport = kind().connect(factory).receive(ECHO)
    connection = transport.protocol
    await settle()
    assert raised
    (reason,) = factory.stats()
    check_nobody(connection, transport, factory, clock, reason)
    assert not factory.tasks


@pytest.mark.parametrize(("kind", "on_decision", "error"), KINDS)
@pytest.mark.parametrize("seconds", [10, 30])
async def test_timeout_whose_end_fails_leaves_nobody_with_the_connection(
    seconds: int,
    kind: type[Transport],
    on_decision: Callable[..., None],
    error: type[BaseException],
) -> None:
    factory, clock = make_factory(
        Handlers(), on_decision=on_decision, handshake_timeout=10, decision_timeout=30
    )
    transport = kind().connect(factory).receive(ECHO[:-1] if seconds == 10 else ECHO)
    connection = transport.protocol
    with pytest.raises(error):
        clock.advance(seconds)
    (reason,) = factory.stats()
    check_nobody(connection, transport, factory, clock, reason)
    await settle()
    assert not factory.tasks


@pytest.mark.parametrize(("kind", "on_decision", "error"), KINDS)
def test_close_whose_refusals_fail_ends_every_connection(
    kind: type[Transport], on_decision: Callable[..., None], error: type[BaseException]
) -> None:
    factory, clock = make_factory(accept_echo, on_decision=on_decision)
    transports = [kind().connect(factory).receive(ECHO[:1]) for _ in range(3)]
    silent = Transport().connect(factory)
    with pytest.raises(error):
        factory.close()
    assert all(transport.calls[-1] == "abort" for transport in transports)
    assert "close" in silent.calls
    assert factory.closed
    assert factory.pending == 0
    assert factory.stats() == {Reason.SHUTDOWN: 3}
    for transport in (*transports, silent):
        transport.lose()
    assert clock.timers == []


async def test_close_whose_refusals_fail_raises_the_first_and_gives_handlers_their_time() -> None:
    errors = [LookupError("first"), LookupError("second")]

    class Failing(Transport):
        def write(self, data: bytes) -> None:  # noqa: ARG002 - as every transport
            raise errors[len(failed)]

        def abort(self) -> None:
            failed.append(self)
            super().abort()

    failed: list[Transport] = []
    factory, clock = make_factory(Handlers(), shutdown_timeout=5)
    deciding = Transport().connect(factory).receive(ECHO)
    for _ in errors:
        Failing().connect(factory).receive(ECHO[:1])
    with pytest.raises(LookupError, match="first"):
        factory.close()
    assert len(failed) == 2
    assert factory.pending == 1
    clock.advance(5)
    assert deciding.written.startswith(b"HTTP/1.1 503 ")
    assert factory.pending == 0
    await settle()


def test_100_that_cannot_be_written_aborts() -> None:
    factory, clock = make_factory(accept_echo)
    transport = BrokenPipe().connect(factory)
    connection = transport.protocol
    with pytest.raises(BrokenPipeError):
        transport.receive(EXPECT)
    check_nobody(connection, transport, factory, clock, None)


async def test_100_of_a_later_request_that_cannot_be_written_aborts() -> None:
    class Breaking(Transport):
        def write(self, data: bytes) -> None:
            if data.startswith(b"HTTP/1.1 100 "):
                raise BrokenPipeError(data)
            super().write(data)

    errors: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    fallback = Recorder()
    factory, clock = make_factory(accept_echo, fallback=lambda: fallback)
    transport = Breaking().connect(factory).receive(heads.write("GET", "/"))
    connection = transport.protocol
    fallback.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
    transport.receive(EXPECT)
    await settle()
    assert [type(error["exception"]) for error in errors] == [BrokenPipeError]
    check_nobody(connection, transport, factory, clock, Reason.NO_UPGRADE)
    assert fallback.calls[-1] == "connection_lost"
    assert not factory.served


@pytest.mark.parametrize("over", ["tcp", "tls", "unix"])
@pytest.mark.parametrize("data", [ECHO, GARBAGE])
async def test_cancelled_on_decision_over_a_real_transport_ends_the_connection(
    over: str, data: bytes
) -> None:
    errors: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    async with serving(accept_echo, over=over, on_decision=cancel) as service:
        client = await service.connect()
        client.writer.write(data)
        # Never a 101 and then silence.
        await asyncio.wait_for(end_of(client.reader), 5)
        factory = service.server._factory
        await until(lambda: not (factory.pending or factory.refusals))
        assert sum(factory.stats().values()) == 1


async def end_of(reader: asyncio.StreamReader) -> bytes:
    """Return what is read up to the end, which may be a reset."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
