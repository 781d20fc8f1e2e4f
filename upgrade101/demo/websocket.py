"""WebSocket, its frames by `websockets`.

In: a connection whose handshake has been accepted, with what was agreed in it. Out: each
message back to who sent it (echo), or to everyone in the room (chat). Always: a message has at
most MESSAGE_LIMIT bytes, compressed or not; a peer that does not read is not read from, and
what the room says meanwhile passes it by; a closing handshake ends within CLOSE_DEADLINE. It
does not decide about the handshake: that is over.
"""

import asyncio
from collections.abc import Iterable
from typing import cast

from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import SEND_EOF, Protocol, Side, State

import upgrade101
from upgrade101.demo.sessions import Sessions

MESSAGE_LIMIT = 65536
"""The longest message that is taken, in bytes, once it is inflated; others get 1009."""
CLOSE_DEADLINE = 2.0
"""Seconds that a peer has to end its side once this one wants to close."""
_READ = 1024
"""Bytes read at a time. All frames in them are inflated before the first is looked at, a
thousand bytes out of one, so that a read of asyncio's usual size might become 256 MiB."""


class Room:
    """The chat: whoever is in it gets every message."""

    def __init__(self) -> None:
        self.members: set[WebSocketSession] = set()


class WebSocketSession(asyncio.BufferedProtocol):
    """One WebSocket connection, opened by `decision`.

    Its messages go to everyone in `room`, or back to it alone where there is none. `first`, if
    not empty, is a text message sent at once.
    """

    _transport: asyncio.Transport

    def __init__(
        self, decision: upgrade101.Decision, sessions: Sessions, room: Room | None, first: str
    ) -> None:
        self._frames = Protocol(Side.SERVER, state=State.OPEN, max_size=MESSAGE_LIMIT)
        if decision.deflate is not None:
            self._frames.extensions = [_agreed(decision.deflate)]
        self._sessions = sessions
        self._room = room
        self._first = first
        self._buffer = bytearray(_READ)
        self._message = bytearray()
        self._is_text = False
        self._abort: asyncio.TimerHandle | None = None
        self.paused = False
        """Whether the peer is behind with reading."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Enter the room."""
        self._transport = cast("asyncio.Transport", transport)
        self._sessions.add(self)
        if self._room is not None:
            self._room.members.add(self)
        if self._first:
            self.send(self._first.encode(), is_text=True)

    def get_buffer(self, _sizehint: int) -> bytearray:
        """Return where the next bytes are read to."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take frames."""
        self._frames.receive_data(self._buffer[:nbytes])
        try:
            for frame in self._frames.events_received():
                self._take(cast("Frame", frame))
        except UnicodeDecodeError as error:
            # [RFC 6455 8.1]
            self._frames.fail(CloseCode.INVALID_DATA, error.reason)
        self._flush()

    def eof_received(self) -> None:
        """Take the end of the peer's side; the transport closes itself once all is written."""
        self._frames.receive_eof()
        self._flush()
        self._end_soon()

    def pause_writing(self) -> None:
        """Stop reading what would have to be answered."""
        self.paused = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self.paused = False
        self._transport.resume_reading()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Leave the room."""
        if self._abort is not None:
            self._abort.cancel()
        if self._room is not None:
            self._room.members.discard(self)
        self._sessions.remove(self)

    def send(self, message: bytes, *, is_text: bool) -> None:
        """Send one message, unless the connection is about to close."""
        if self._frames.state is not State.OPEN:
            return
        if is_text:
            self._frames.send_text(message)
        else:
            self._frames.send_binary(message)
        self._flush()

    def leave(self) -> None:
        """Begin the closing handshake [RFC 6455 7.1.2]."""
        if self._frames.state is State.OPEN:
            self._frames.send_close(CloseCode.GOING_AWAY)
            self._flush()

    def abort(self) -> None:
        """End at once."""
        self._transport.abort()

    def _take(self, frame: Frame) -> None:
        """Take one frame; pings and closes are answered by `websockets` itself."""
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._is_text = frame.opcode is Opcode.TEXT
        elif frame.opcode is not Opcode.CONT:
            return
        self._message += frame.data
        if not frame.fin:
            return
        message = bytes(self._message)
        self._message.clear()
        if self._is_text:
            message.decode()  # only to find that it can be
        for receiver in self._receivers():
            receiver.send(message, is_text=self._is_text)

    def _receivers(self) -> Iterable["WebSocketSession"]:
        if self._room is None:
            return (self,)
        return [member for member in self._room.members if not member.paused]

    def _flush(self) -> None:
        writes = self._frames.data_to_send()
        if self._transport.is_closing():
            return
        if data := b"".join(writes):
            self._transport.write(data)
        if SEND_EOF in writes:
            # Half a close: what the peer still sends is read, so that it can read ours.
            self._transport.write_eof()
        if self._frames.close_expected():
            self._end_soon()

    def _end_soon(self) -> None:
        if self._abort is None:
            loop = asyncio.get_running_loop()
            self._abort = loop.call_later(CLOSE_DEADLINE, self._transport.abort)


def _agreed(deflate: upgrade101.PerMessageDeflate) -> PerMessageDeflate:
    """Return the codec of the agreed parameters; a window that was not agreed has 15 bits."""
    return PerMessageDeflate(
        remote_no_context_takeover=bool(deflate.client_no_context_takeover),
        local_no_context_takeover=bool(deflate.server_no_context_takeover),
        remote_max_window_bits=deflate.client_max_window_bits or 15,
        local_max_window_bits=deflate.server_max_window_bits or 15,
        compress_settings={"memLevel": 5},
    )
