"""Context variables: what one connection's code sets, no other connection's code sees.

In: handlers, `on_decision` and `admit` that set a variable to what only their client may know.
Out: what each of them, and the protocol that is handed the connection, finds it set to.
Not here: the fallback's code (`test_following_faults`).
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pytest
from asyncio_helpers import (
    ECHO,
    ECHO_ACCEPTED,
    START_TLS,
    client_tls,
    server_tls,
    serving,
    settle,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from upgrade101 import Upgrade

OVER = ["tcp", "tls", "unix"]
NOBODY = "nobody"
SERVER = "the server's"
USER: ContextVar[str] = ContextVar("user", default=NOBODY)


class Target(asyncio.Protocol):
    """Notes the user that each of its callbacks finds."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the user."""
        self.transport: Any = transport
        self.seen["connection_made"] = USER.get()

    def data_received(self, data: bytes) -> None:
        """Note the user, by what was sent."""
        for each in data.split():
            self.seen[each.decode()] = USER.get()
        self.data += data

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Note the user."""
        self.seen["connection_lost"] = USER.get()


def accept_at_once(upgrade: Upgrade, target: Target) -> None:
    """Accept as a plain handler."""
    USER.set("alice")
    upgrade.accept(target)


async def accept_later(upgrade: Upgrade, target: Target) -> None:
    """Accept as a coroutine, when all that comes early is there."""
    USER.set("alice")
    await settle()
    upgrade.accept(target)


async def accept_paused(upgrade: Upgrade, target: Target) -> None:
    """Accept while reading is paused, which ends with it."""
    USER.set("alice")
    await settle()
    upgrade.transport.pause_reading()
    upgrade.accept(target)


HANDLERS: dict[str, Callable[[Upgrade, Target], Any]] = {
    "at once": accept_at_once,
    "later": accept_later,
    "paused": accept_paused,
}


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("name", HANDLERS)
@pytest.mark.parametrize("early", [[ECHO], [ECHO + b"early "], [ECHO, b"early "]])
@pytest.mark.parametrize("pending_bytes", [0, 65536])
async def test_protocol_finds_the_servers_values_whatever_comes_early(
    over: str, name: str, early: list[bytes], pending_bytes: int
) -> None:
    target = Target()
    token = USER.set(SERVER)
    async with serving(
        lambda upgrade: HANDLERS[name](upgrade, target), over=over, pending_bytes=pending_bytes
    ) as service:
        USER.reset(token)
        client = await service.connect()
        for piece in early:
            client.writer.write(piece)
            await settle(5)
        assert await client.reader.readuntil(b"\r\n\r\n") == ECHO_ACCEPTED
        client.writer.write(b"live ")
        await until(lambda: target.data.endswith(b"live "))
        client.writer.close()
        await until(lambda: "connection_lost" in target.seen)
        assert set(target.seen.values()) == {SERVER}
        assert ("early" in target.seen) == (b"early" in b"".join(early))


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("kind", ["plain", "coroutine"])
async def test_handler_finds_nothing_of_another_connections(over: str, kind: str) -> None:
    found: list[str] = []

    def handler(upgrade: Upgrade) -> None:
        found.append(USER.get())
        USER.set(upgrade.request.get("Authorization") or "")
        upgrade.refuse(403)

    async def handler_later(upgrade: Upgrade) -> None:
        await asyncio.sleep(0)
        handler(upgrade)

    async with serving(handler if kind == "plain" else handler_later, over=over) as service:
        for _ in range(3):
            client = await service.connect()
            head = ECHO[:-2] + b"Authorization: alice\r\n\r\n"
            assert (await client.ask(head)).startswith(b"HTTP/1.1 403 ")
    assert found == [NOBODY] * 3


class Answer:
    """What can be awaited and is no coroutine: notes the user, and refuses."""

    def __init__(self, upgrade: Upgrade, found: list[str]) -> None:
        self.upgrade = upgrade
        self.found = found

    def __await__(self) -> Generator[None, None, None]:
        """Answer."""
        self.found.append(USER.get())
        yield
        self.upgrade.refuse(403)


async def answer(upgrade: Upgrade, found: list[str]) -> None:
    """Do as `Answer`."""
    await Answer(upgrade, found)


@pytest.mark.parametrize("kind", [Answer, answer])
async def test_what_a_handler_returns_finds_what_it_has_set(kind: Callable[..., Any]) -> None:
    found: list[str] = []

    def handler(upgrade: Upgrade) -> Any:  # noqa: ANN401 - whatever can be awaited
        USER.set("alice")
        return kind(upgrade, found)

    async with serving(handler) as service:
        assert (await (await service.connect()).ask(ECHO)).startswith(b"HTTP/1.1 403 ")
    assert found == ["alice"]
    assert USER.get() == NOBODY


@pytest.mark.parametrize("over", OVER)
async def test_admit_and_on_decision_find_nothing_of_another_connections(over: str) -> None:
    found: list[tuple[str, str]] = []

    def note(what: str) -> None:
        found.append((what, USER.get()))
        USER.set(what)

    def admit(_: object) -> bool:
        note("admit")
        return True

    def handler(upgrade: Upgrade) -> None:
        note("handler")
        upgrade.refuse(403)

    async with serving(
        handler, over=over, admit=admit, on_decision=lambda *_: note("on_decision")
    ) as service:
        for _ in range(2):
            client = await service.connect()
            await client.ask(ECHO)
            await (await service.connect()).ask(b"\0")
    # What answers within the handler is called within its context.
    once = [("admit", NOBODY), ("handler", NOBODY), ("on_decision", "handler")]
    assert sorted(found) == sorted([*once, ("admit", NOBODY), ("on_decision", NOBODY)] * 2)


async def test_protocol_inside_tls_finds_one_value_from_its_beginning_to_its_end() -> None:
    target = Target()

    async def handler(upgrade: Upgrade) -> None:
        USER.set("alice")
        await upgrade.accept_tls(server_tls(), target)

    async with serving(handler) as service:
        client = await service.connect()
        await client.ask(START_TLS)
        await client.writer.start_tls(client_tls(), server_hostname="localhost")
        for word in (b"first ", b"second "):
            client.writer.write(word)
            await until(lambda: target.data.endswith(word))  # noqa: B023 - awaited at once
        client.writer.close()
        await until(lambda: "connection_lost" in target.seen)
    assert set(target.seen) == {"connection_made", "first", "second", "connection_lost"}
    assert set(target.seen.values()) == {NOBODY}
