"""What a fallback owes: the responses to the requests that went on to it [contract 8.2].

In: each request that goes on, then the bytes that the fallback writes. Out: how many responses are
due, and what the bytes mean for the connection.

Always: bytes are read and not kept. What cannot be read, or is not due, makes the connection
unfollowed for good: nothing is concluded from a response any more.

Not here: writing the bytes, and what becomes of the connection.
"""

from __future__ import annotations

import logging

from upgrade101._core import Limits, ResponseReader
from upgrade101._log import report

_LIMITS = Limits(head=1 << 20, fields=1000)
"""A fallback is trusted with larger heads than a client; the bound is of memory."""
_END_OF_HEAD = b"\r\n\r\n"


class Answers:
    """The responses that are due, in order."""

    __slots__ = ("_asked", "_reader", "due", "followed", "over", "switched")

    def __init__(self) -> None:
        self._asked: list[tuple[str, bool]] = []
        """Of each request that is not answered whole: its method, and whether it may switch."""
        self.due = 0
        """The number of requests that are not answered whole."""
        self._reader: ResponseReader | None = None
        self.followed = True
        """Whether it is known where each response ends."""
        self.over = False
        """Whether a response has ended the connection [RFC 9112 9.6]."""
        self.switched = False
        """Whether a 101, or a 2xx to CONNECT, has ended HTTP."""

    @property
    def settled(self) -> bool:
        """Whether each request is known to be answered whole."""
        return self.followed and not self.due

    @property
    def begun(self) -> bool:
        """Whether the response that is due next has begun; a whole 1xx begins none."""
        return self._reader is not None

    def expect(self, method: str, *, may_switch: bool) -> None:
        """Note a request that went on; `may_switch`: it has Upgrade, or its method is CONNECT."""
        if self.followed:
            self._asked.append((method, may_switch))
            self.due += 1

    def read(self, data: bytes | bytearray | memoryview) -> bool:
        """Read on in what the fallback writes; return whether it ends anything."""
        ends = False
        while data and self.followed and not self.switched:
            reader = self._reader
            if reader is None:
                if not self.due or self.over:
                    self._lose("a response that was not asked for")
                    return True
                reader = self._reader = ResponseReader(self._asked[0][0], limits=_LIMITS)
            read = reader.skip(data)
            in_body = reader.response is not None and not reader.until_close
            if reader.done or not in_body or reader.reason is not None:
                self._note(reader, data)
                ends = True
            if read == len(data):
                break
            data = memoryview(data)[read:]
        return ends

    def end(self) -> None:
        """Note that the fallback has ended its side: no response follows."""
        self.over = True

    def _note(self, reader: ResponseReader, data: bytes | bytearray | memoryview) -> None:
        """Look at a response that is not on its way through a body whose end is known."""
        if reader.reason is not None:
            self._lose(f"a response that cannot be read ({reader.reason.name})")
        elif reader.switched and not self._asked[0][1]:
            self._lose("a switch that was not asked for")
        elif reader.switched:
            self.switched = True
        elif reader.done:
            del self._asked[0]
            self.due -= 1
            self.over = not reader.keeps_alive
            self._reader = None
        elif reader.until_close:
            # It ends with the connection: nothing is decided after it.
            self.over = True
        elif bytes(data[-4:]) == _END_OF_HEAD:
            # A 1xx: the response itself has not begun.
            self._reader = None

    def _lose(self, what: str) -> None:
        """Conclude nothing any more: bytes still pass."""
        self.followed = False
        self._asked.clear()
        self.due = 0
        self._reader = None
        report(f"the fallback has written {what}", None, level=logging.WARNING)
