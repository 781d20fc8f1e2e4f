"""The line echo of `Upgrade: echo/1`, over raw streams.

In: lines of at most LINE_LIMIT bytes, LF included. Out: the same lines. Always: no more than
one read is kept, for reading waits until what was read is written. It does not speak for ever
to a peer that sends a longer line: that gets one line that says so, and the end.
"""

import asyncio
import contextlib

from upgrade101.demo.sessions import Sessions

LINE_LIMIT = 1024
"""The longest line that is echoed, its LF included, in bytes."""


class LineEcho:
    """One connection that echoes lines; awaiting `run` is its whole life."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sessions: Sessions
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._sessions = sessions

    async def run(self) -> None:
        """Echo until the peer ends its side, sends too long a line, or is gone."""
        self._sessions.add(self)
        try:
            # A peer that is gone has nobody left to tell.
            with contextlib.suppress(ConnectionError):
                await self._echo()
                self._writer.close()
                await self._writer.wait_closed()
        finally:
            self.abort()
            self._sessions.remove(self)

    async def _echo(self) -> None:
        while True:
            try:
                line = await self._reader.readline()
            except ValueError:
                # What StreamReader raises for a line above its limit.
                self._writer.write(b"a line has at most %d bytes\n" % LINE_LIMIT)
                return
            if not line:
                return
            self._writer.write(line)
            await self._writer.drain()

    def leave(self) -> None:
        """End after what has been written."""
        self._writer.close()

    def abort(self) -> None:
        """End at once."""
        self._writer.transport.abort()
