"""A listening server of upgrades.

In: what `UpgradeFactory` and the event loop's `create_server` take. Out: a server that listens.
Always: closing does not wait for upgraded connections, on any version of Python.
Not here: what is done with a connection.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from upgrade101._deadlines import RESOLUTION
from upgrade101._factory import UpgradeFactory

if TYPE_CHECKING:
    import ssl as tls
    from collections import Counter
    from collections.abc import Sequence
    from socket import socket
    from types import TracebackType

    from upgrade101._core import Negotiator, Reason
    from upgrade101._types import Admit, Fallback, OnDecision
    from upgrade101._upgrade import Handler


_ROUNDS = 3
"""Times that the event loop goes round from an accept to `connection_made`."""


class Server:
    """A listening server, as `serve` returns it; an asynchronous context that closes it."""

    __slots__ = ("_factory", "_forever", "_listener")

    def __init__(self, listener: asyncio.Server, factory: UpgradeFactory) -> None:
        self._listener = listener
        self._factory = factory
        self._forever: asyncio.Future[None] | None = None

    @property
    def sockets(self) -> tuple[socket, ...]:
        """The sockets that are listened on, none once it is closed."""
        return tuple(self._listener.sockets)

    @property
    def pending(self) -> int:
        """The number of connections without a final decision."""
        return self._factory.pending

    @property
    def upgraded(self) -> int | None:
        """The number of upgraded connections that are open; None without `max_upgraded`."""
        return self._factory.upgraded

    def stats(self) -> Counter[Reason]:
        """Return how many connections each reason has decided; one that has not is 0."""
        return self._factory.stats()

    async def serve_forever(self) -> None:
        """Serve until it is cancelled, which closes the server, until it is closed, or drained.

        Returns when a drain has ended. Raises `asyncio.CancelledError` if it is cancelled or
        closed, as asyncio's own does, when nothing is pending any more; `RuntimeError` on a closed
        server, and if it is awaited already.
        """
        if self._forever is not None:
            raise RuntimeError("serve_forever() is being awaited already")
        if not self._listener.sockets:
            raise RuntimeError("the server is closed")
        self._forever = asyncio.get_running_loop().create_future()
        try:
            await self._listener.start_serving()
            await self._forever
        except asyncio.CancelledError:
            self.close()
            await self.wait_closed()
            raise
        finally:
            self._forever = None

    def close(self) -> None:
        """Stop listening at once, and do what `UpgradeFactory.close` does. It may be repeated."""
        self._listener.close()
        self._factory.close()
        if self._forever is not None:
            self._forever.cancel()

    async def wait_closed(self) -> None:
        """Wait until the server is closed and no connection is pending.

        Unlike asyncio's own from Python 3.12 on, it does not wait for upgraded connections.
        """
        await self._factory.wait_closed()

    async def drain(self, timeout: float | None = 10.0, notice: float = 0.0) -> bool:  # noqa: ASYNC109 - what is left is told
        """Stop accepting, decide what was accepted, and refuse nobody; before `close`.

        For `notice` seconds before it stops accepting, `health` answers 503, so that a balancer
        looks elsewhere. A connection of the fallback's is closed after the request that it serves,
        an idle one at once. Upgraded connections are left alone.

        Returns True when nothing is pending, False after `timeout` seconds.
        """
        self._factory.unhealthy = True
        await asyncio.sleep(notice)
        await self._stop_accepting()
        drained = await self._factory.drain(timeout)
        if self._forever is not None and not self._forever.done():
            self._forever.set_result(None)
        return drained

    async def _stop_accepting(self) -> None:
        """Listen no more, without losing what the event loop has accepted.

        Up to Python 3.12, asyncio's `Server.close` drops a connection that it has accepted and made
        no transport for yet.
        """
        loop = asyncio.get_running_loop()
        if isinstance(loop, asyncio.SelectorEventLoop):
            for listening in self._listener.sockets:
                loop.remove_reader(listening.fileno())
            for _ in range(_ROUNDS):
                await asyncio.sleep(0)
        self._listener.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        # The event loop may end with this, and refusals with it that are still being read.
        await self._factory.wait_lingered()


async def serve(  # noqa: PLR0913 - the settings of a server, each with its default
    negotiator: Negotiator,
    handler: Handler,
    host: str | Sequence[str] | None = None,
    port: int | None = None,
    *,
    fallback: Fallback | None = None,
    handshake_timeout: float | None = 10.0,
    decision_timeout: float | None = 30.0,
    refusal_timeout: float | None = 1.0,
    shutdown_timeout: float | None = 5.0,
    pending_bytes: int = 65536,
    max_pending: int | None = None,
    max_upgraded: int | None = None,
    on_decision: OnDecision | None = None,
    health: str | None = None,
    admit: Admit | None = None,
    backlog: int = 4096,
    ssl: tls.SSLContext | None = None,
    **options: Any,  # noqa: ANN401 - as many types as create_server has arguments
) -> Server:
    """Listen, negotiate each connection and hand it over; see `UpgradeFactory` for the settings.

    `host`, `port`, `ssl` and `options` are those of `loop.create_server`; with `path` among them,
    of `loop.create_unix_server`. `ssl_handshake_timeout` is `handshake_timeout` by default.

    Raises `TypeError` and `ValueError` for the arguments and `OSError` if the address cannot be
    listened on.
    """
    factory = UpgradeFactory(
        negotiator,
        handler,
        fallback=fallback,
        handshake_timeout=handshake_timeout,
        decision_timeout=decision_timeout,
        refusal_timeout=refusal_timeout,
        shutdown_timeout=shutdown_timeout,
        pending_bytes=pending_bytes,
        max_pending=max_pending,
        max_upgraded=max_upgraded,
        on_decision=on_decision,
        health=health,
        admit=admit,
    )
    if ssl is not None:
        # A connection is no protocol's before its TLS handshake has ended.
        soon = RESOLUTION if handshake_timeout == 0 else handshake_timeout
        options.setdefault("ssl_handshake_timeout", soon)
    loop = asyncio.get_running_loop()
    # To ask each transport about TLS is dear with uvloop.
    factory.plain = ssl is None
    options["backlog"] = backlog
    if "path" not in options:
        listener = await loop.create_server(factory, host, port, ssl=ssl, **options)
    elif host is None and port is None:
        listener = await loop.create_unix_server(factory, ssl=ssl, **options)
    else:
        raise ValueError("path and host or port cannot be given together")
    return Server(listener, factory)
