"""The upgraded connections that are open.

In: each connection, when it begins and when it ends. Out: nothing but their end, all at once,
when the demo ends. Always: a connection that does not end when asked to is aborted. It does
not limit their number: `upgrade101.serve(max_upgraded=...)` does.
"""

import asyncio
from typing import Protocol


class Session(Protocol):
    """An upgraded connection that can be asked to end."""

    def leave(self) -> None:
        """Begin to end in the way of the protocol spoken."""

    def abort(self) -> None:
        """End at once."""


class Sessions:
    """The open connections."""

    def __init__(self) -> None:
        self._open: set[Session] = set()
        self._ended = asyncio.Event()

    def add(self, session: Session) -> None:
        """Note that `session` has begun."""
        self._open.add(session)

    def remove(self, session: Session) -> None:
        """Note that `session` has ended."""
        self._open.discard(session)
        if not self._open:
            self._ended.set()

    async def close(self, grace: float) -> None:
        """Ask every session to leave; after `grace` seconds abort those that have not."""
        for session in tuple(self._open):
            session.leave()
        if self._open:
            self._ended.clear()
            try:
                await asyncio.wait_for(self._ended.wait(), grace)
            except TimeoutError:
                for session in tuple(self._open):
                    session.abort()
