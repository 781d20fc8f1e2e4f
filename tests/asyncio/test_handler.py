"""The handler: what may be one, what its failures become, and the peer while it decides.

In: a handler and what happens while it runs. Out: the final decision, and what is logged.
Not here: the arguments of an answer (`test_upgrade`), and its deadline (`test_deadlines`).
"""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from asyncio_helpers import (
    ECHO,
    ECHO_ACCEPTED,
    START_TLS,
    Echo,
    Handlers,
    accept_echo,
    make_factory,
    records,
    serving,
    settle,
    until,
)
from fakes import Recorder, Transport

from upgrade101 import Reason
from upgrade101._connection import Connection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from upgrade101 import Upgrade


async def accept(upgrade: Upgrade) -> None:
    """Accept as a coroutine."""
    accept_echo(upgrade)


async def accept_with(protocol: type[asyncio.Protocol], upgrade: Upgrade) -> None:
    """Accept with a protocol of the type."""
    upgrade.accept(protocol())


class Acceptor:
    """A callable object with a coroutine method."""

    async def __call__(self, upgrade: Upgrade) -> None:
        """Accept."""
        accept_echo(upgrade)


def accept_in_future(upgrade: Upgrade) -> asyncio.Future[None]:
    """Accept in a task of its own."""
    return asyncio.ensure_future(accept(upgrade))


@pytest.mark.parametrize(
    "handler",
    [
        accept_echo,
        accept,
        functools.partial(accept_with, Echo),
        Acceptor(),
        lambda upgrade: upgrade.accept(Echo()),
        accept_in_future,
    ],
)
async def test_handler_of_any_kind_accepts(handler: Callable[[Upgrade], Any]) -> None:
    factory = make_factory(handler)[0]
    transport = Transport().connect(factory).receive(ECHO)
    await settle()
    assert transport.written == ECHO_ACCEPTED
    assert isinstance(transport.protocol, Echo)
    assert factory.pending == 0


def fail(_: Upgrade) -> None:
    raise LookupError


def cancel(_: Upgrade) -> None:
    raise asyncio.CancelledError


def forget(_: Upgrade) -> bool:
    return False


async def fail_later(_: Upgrade) -> None:
    await asyncio.sleep(0)
    raise LookupError


async def cancel_later(_: Upgrade) -> None:
    await asyncio.sleep(0)
    raise asyncio.CancelledError


async def forget_later(_: Upgrade) -> None:
    await asyncio.sleep(0)


def forget_in_ended_future(_: Upgrade) -> asyncio.Future[None]:
    # What an eager task is that awaited nothing.
    future = asyncio.get_running_loop().create_future()
    future.set_result(None)
    return future


def fail_in_ended_future(_: Upgrade) -> asyncio.Future[None]:
    future = asyncio.get_running_loop().create_future()
    future.set_exception(LookupError())
    return future


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (fail, "the handler failed"),
        (cancel, "the handler failed"),
        (forget, "the handler gave no answer"),
        (fail_later, "the handler failed"),
        (cancel_later, "the handler failed"),
        (forget_later, "the handler gave no answer"),
        (fail_in_ended_future, "the handler failed"),
        (forget_in_ended_future, "the handler gave no answer"),
    ],
)
async def test_handler_without_answer_is_500_and_logged_once(
    handler: Callable[[Upgrade], Any], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    factory = make_factory(handler)[0]
    transport = Transport().connect(factory).receive(ECHO.replace(b"/ HTTP", b"/'x HTTP"))
    await settle()
    assert transport.written.startswith(b"HTTP/1.1 500 ")
    assert factory.stats() == {Reason.HANDLER_FAILED: 1}
    assert factory.pending == 0
    (record,) = records(caplog)
    assert record.levelno == logging.ERROR
    assert record.getMessage() == f'{message}: "POST /\'x HTTP/1.1"'
    assert (record.exc_info is None) == ("no answer" in message)


async def test_handler_that_others_cancel_is_500_and_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    handlers = Handlers()
    factory = make_factory(handlers)[0]
    transport = Transport().connect(factory).receive(ECHO)
    await settle()
    (task,) = factory.tasks
    task.cancel()
    await settle()
    assert transport.written.startswith(b"HTTP/1.1 500 ")
    assert factory.stats() == {Reason.HANDLER_FAILED: 1}
    (record,) = records(caplog)
    assert record.levelno == logging.WARNING
    assert record.getMessage() == "the handler was cancelled: 'POST / HTTP/1.1'"


async def test_future_of_a_handler_that_others_cancel_is_500() -> None:
    futures: list[asyncio.Future[None]] = []

    def handler(_: Upgrade) -> asyncio.Future[None]:
        futures.append(asyncio.get_running_loop().create_future())
        return futures[-1]

    factory = make_factory(handler)[0]
    transport = Transport().connect(factory).receive(ECHO)
    futures[0].cancel()
    await settle()
    assert transport.written.startswith(b"HTTP/1.1 500 ")
    assert factory.stats() == {Reason.HANDLER_FAILED: 1}
    assert not factory.tasks


ENDING = """
import asyncio, logging, socket, sys, {module}
from upgrade101 import Negotiator, Protocol, serve

logging.basicConfig(format="%(name)s %(levelname)s %(message)s")
clients = []

async def main():
    upgrades = []
    async def handler(upgrade):
        upgrades.append(upgrade)
        await asyncio.sleep(60)
    server = await serve(Negotiator(Protocol("echo")), handler, "127.0.0.1", 0)
    for _ in range(3):
        clients.append(socket.create_connection(server.sockets[0].getsockname()))
        clients[-1].sendall({request!r})
    while len(upgrades) < 3:
        await asyncio.sleep(0.001)
    raise SystemExit("ended")

{module}.run(main())
"""


@pytest.mark.sockets
@pytest.mark.parametrize("module", ["asyncio", "uvloop"])
def test_loop_that_ends_while_handlers_wait_logs_no_error(module: str) -> None:
    program = ENDING.format(module=module, request=ECHO)
    ended = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        timeout=60,
        text=True,
    )
    line = "upgrade101 WARNING the handler was cancelled: 'POST / HTTP/1.1'"
    assert ended.stderr.splitlines() == [*[line] * 3, "ended"]


async def test_task_factory_of_the_loop_makes_the_handlers_tasks() -> None:
    made: list[asyncio.Task[Any]] = []

    def make(
        loop: asyncio.AbstractEventLoop,
        coro: Any,  # noqa: ANN401 - what asyncio passes
        **options: Any,  # noqa: ANN401 - asyncio's
    ) -> asyncio.Task[Any]:
        made.append(asyncio.Task(coro, loop=loop, **options))
        return made[-1]

    loop = asyncio.get_running_loop()
    loop.set_task_factory(make)
    try:
        factory = make_factory(accept)[0]
        transport = Transport().connect(factory).receive(ECHO)
        assert factory.tasks == set(made)
        assert len(made) == 1
        await settle()
    finally:
        loop.set_task_factory(None)
    assert transport.written == ECHO_ACCEPTED
    assert not factory.tasks


def accept_and_fail(upgrade: Upgrade) -> None:
    accept_echo(upgrade)
    raise LookupError


async def accept_and_fail_later(upgrade: Upgrade) -> None:
    accept_echo(upgrade)
    await asyncio.sleep(0)
    raise LookupError


def accept_and_return_what_fails(upgrade: Upgrade) -> Awaitable[None]:
    accept_echo(upgrade)
    return fail_later(upgrade)


@pytest.mark.parametrize(
    "handler", [accept_and_fail, accept_and_fail_later, accept_and_return_what_fails]
)
async def test_handler_that_fails_after_its_answer_is_logged_once(
    handler: Callable[[Upgrade], Any], caplog: pytest.LogCaptureFixture
) -> None:
    factory = make_factory(handler)[0]
    transport = Transport().connect(factory).receive(ECHO)
    await settle()
    assert transport.written == ECHO_ACCEPTED
    assert factory.stats() == {Reason.SWITCHED: 1}
    (record,) = records(caplog)
    assert record.exc_info is not None


async def test_handler_goes_on_undisturbed_after_its_answer() -> None:
    steps: list[str] = []

    async def handler(upgrade: Upgrade) -> None:
        accept_echo(upgrade)
        try:
            await asyncio.sleep(0.05)
            steps.append("ended")
        except asyncio.CancelledError:
            steps.append("cancelled")

    factory = make_factory(handler)[0]
    transport = Transport().connect(factory).receive(ECHO)
    await settle()
    transport.lose()
    factory.close()
    await factory.wait_closed()
    await until(lambda: steps)
    assert steps == ["ended"]


async def test_handler_that_goes_on_is_referenced_and_refers_to_nothing_that_was_kept() -> None:
    ended: list[str] = []

    async def handler(upgrade: Upgrade) -> None:
        await asyncio.sleep(0)
        accept_echo(upgrade)
        try:
            # Nothing but the task refers to this future, and nothing but the future to the task.
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("ended")

    # A transport refers to its server, and this to its factory.
    factory = make_factory(handler)[0]
    Transport().connect(factory).receive(ECHO + b"le").receive(b"ft")
    await settle()
    gc.collect()
    assert ended == []
    assert factory.pending == 0
    connections = [item for item in gc.get_objects() if isinstance(item, Connection)]
    assert [connection._kept for connection in connections] == [b""]
    assert [connection.transport for connection in connections] == [None]
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await settle()
    assert ended == ["ended"]


@pytest.mark.parametrize("lose", [Transport.end, Transport.lose])
async def test_end_of_peer_cancels_the_handler(
    lose: Callable[[Transport], None], caplog: pytest.LogCaptureFixture
) -> None:
    handlers = Handlers()
    factory, clock = make_factory(handlers)
    transport = Transport().connect(factory).receive(ECHO)
    await settle()
    assert factory.pending == 1
    lose(transport)
    assert factory.pending == 0
    await settle()
    assert handlers.cancelled == 1
    assert transport.written == b""
    assert factory.stats() == {}
    assert not records(caplog)
    if transport.protocol is not None:
        transport.lose()
    assert clock.timers == []


@pytest.mark.parametrize("over", ["tcp", "tls", "unix"])
async def test_abort_of_the_transport_cancels_the_handler(over: str) -> None:
    handlers = Handlers()
    async with serving(handlers, over=over) as service:
        client = await service.connect()
        client.writer.write(ECHO)
        await until(lambda: handlers.upgrades)
        handlers.upgrades[0].transport.abort()
        await until(lambda: handlers.cancelled)
        assert service.server.pending == 0
        assert await client.reader.read() == b""


@pytest.mark.parametrize(("over", "fact"), [("tcp", "peername"), ("tls", "sslcontext")])
async def test_handler_can_ask_its_transport_when_its_peer_has_gone(over: str, fact: str) -> None:
    facts: list[Any] = []

    async def handler(upgrade: Upgrade) -> None:
        facts.append(upgrade.transport.get_extra_info(fact))
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            facts.append(upgrade.transport.get_extra_info(fact))

    async with serving(handler, over=over) as service:
        client = await service.connect()
        client.writer.write(ECHO)
        await until(lambda: facts)
        client.writer.transport.abort()
        await until(lambda: len(facts) == 2)
        assert facts[0] is not None
        assert facts[0] == facts[1]


async def test_handler_that_outlives_its_peer_is_logged_if_it_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def handler(_: Upgrade) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise LookupError

    transport = Transport().connect(make_factory(handler)[0]).receive(ECHO)
    await settle()
    transport.lose()
    await settle()
    assert len(records(caplog)) == 1


async def test_handler_that_finds_its_peer_gone_is_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    handlers = Handlers()
    handlers.answer = lambda upgrade: upgrade.accept_streams()
    factory = make_factory(handlers)[0]
    transport = Transport().connect(factory).receive(ECHO)
    await settle()
    # As after a reset, before asyncio has called connection_lost.
    transport.closing = True
    await handlers.release()
    assert handlers.ended == 1
    assert not records(caplog)
    assert transport.written == b""
    transport.lose()
    assert factory.pending == 0
    assert factory.stats() == {}


@pytest.mark.parametrize("behind", [b"", b"lef"])
async def test_bytes_past_pending_bytes_pause_reading_until_the_answer(behind: bytes) -> None:
    protocol = Recorder()
    handlers = Handlers()
    handlers.answer = lambda upgrade: upgrade.accept(protocol)
    factory = make_factory(handlers, pending_bytes=4)[0]
    transport = Transport().connect(factory).receive(ECHO + behind)
    await settle()
    transport.receive(b"left"[len(behind) :])
    assert transport.is_reading()
    transport.receive(b"o")
    assert not transport.is_reading()
    await handlers.release()
    assert transport.is_reading()
    assert protocol.data == b"lefto"


async def test_leftover_past_pending_bytes_pauses_reading_at_once() -> None:
    transport = Transport().connect(make_factory(Handlers(), pending_bytes=3)[0])
    transport.receive(ECHO + b"left")
    assert not transport.is_reading()
    transport.lose()
    await settle()


async def test_refusal_of_paused_connection_reads_on() -> None:
    handlers = Handlers()
    handlers.answer = lambda upgrade: upgrade.refuse(403)
    transport = Transport().connect(make_factory(handlers, pending_bytes=0)[0])
    transport.receive(ECHO + b"left")
    assert not transport.is_reading()
    await handlers.release()
    assert transport.is_reading()
    transport.lose()


async def test_write_pause_is_passed_on() -> None:
    for pauses, expected in ((1, ["connection_made", "pause_writing"]), (2, ["connection_made"])):
        protocol = Recorder()
        handlers = Handlers()
        handlers.answer = lambda upgrade: upgrade.accept(protocol)  # noqa: B023 - called at once
        transport = Transport().connect(make_factory(handlers)[0]).receive(ECHO)
        transport.protocol.pause_writing()
        if pauses == 2:
            transport.protocol.resume_writing()
        await handlers.release()
        assert protocol.calls == expected


async def test_byte_before_the_switch_to_tls_is_refused() -> None:
    handlers = Handlers()
    factory = make_factory(handlers)[0]
    transport = Transport().connect(factory).receive(START_TLS)
    await settle()
    transport.receive(b"x")
    await settle()
    assert transport.written.startswith(b"HTTP/1.1 400 ")
    assert handlers.cancelled == 1
    assert factory.stats() == {Reason.TLS_LEFTOVER: 1}
