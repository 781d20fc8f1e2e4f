"""What a fallback owes: the responses to the requests that went on to it [contract 8.2].

In: each request that goes on, then the bytes that the fallback writes. Out: how many responses are
due, and what the bytes mean for the connection.

Always: bytes are read and not kept. What cannot be read, or is not due, makes the connection
unfollowed for good: nothing is concluded from a response any more.

Not here: writing the bytes, and what becomes of the connection.
"""

from __future__ import annotations

import logging
from collections import deque

from upgrade101._core import Limits, ResponseReader
from upgrade101._log import report

_LIMITS = Limits(head=1 << 20, fields=1000)
"""A fallback is trusted with larger heads than a client; the bound is of memory."""
_END_OF_HEAD = b"\r\n\r\n"


class Answers:
    """The responses that are due, in order."""

    __slots__ = ("_due", "_reader", "followed", "over", "switched")

    def __init__(self) -> None:
        self._due: deque[tuple[str, bool]] = deque()
        self._reader: ResponseReader | None = None
        self.followed = True
        """Whether it is known where each response ends."""
        self.over = False
        """Whether a response has ended the connection [RFC 9112 9.6]."""
        self.switched = False
        """Whether a 101, or a 2xx to CONNECT, has ended HTTP."""

    @property
    def due(self) -> int:
        """The number of requests that are not answered whole."""
        return len(self._due)

    @property
    def settled(self) -> bool:
        """Whether each request is known to be answered whole."""
        return self.followed and not self._due

    @property
    def begun(self) -> bool:
        """Whether the response that is due next has begun; a whole 1xx begins none."""
        return self._reader is not None

    def expect(self, method: str, *, may_switch: bool) -> None:
        """Note a request that went on; `may_switch`: it has Upgrade, or its method is CONNECT."""
        if self.followed:
            self._due.append((method, may_switch))

    def read(self, data: bytes | bytearray | memoryview) -> None:
        """Read on in what the fallback writes."""
        while data and self.followed and not self.switched:
            if self._reader is None:
                if not self._due or self.over:
                    self._lose("a response that was not asked for")
                    return
                self._reader = ResponseReader(self._due[0][0], limits=_LIMITS)
            read = self._reader.skip(data)
            self._note(self._reader, data)
            if read == len(data):
                return
            data = memoryview(data)[read:]

    def end(self) -> None:
        """Note that the fallback has ended its side: no response follows."""
        self.over = True

    def _note(self, reader: ResponseReader, data: bytes | bytearray | memoryview) -> None:
        if reader.reason is not None:
            self._lose(f"a response that cannot be read ({reader.reason.name})")
        elif reader.switched and not self._due[0][1]:
            self._lose("a switch that was not asked for")
        elif reader.switched:
            self.switched = True
        elif reader.done:
            self._due.popleft()
            self.over = not reader.keeps_alive
            self._reader = None
        elif reader.until_close:
            # It ends with the connection: nothing is decided after it.
            self.over = True
        elif reader.response is None and bytes(data[-4:]) == _END_OF_HEAD:
            # A 1xx: the response itself has not begun.
            self._reader = None

    def _lose(self, what: str) -> None:
        """Conclude nothing any more: bytes still pass."""
        self.followed = False
        self._due.clear()
        self._reader = None
        report(f"the fallback has written {what}", None, level=logging.WARNING)
