"""HTTP/2 without TLS, spoken by `h2`.

In: a connection that was upgraded from HTTP/1.1, whose request is stream 1, or one whose
client knew beforehand that HTTP/2 is spoken. Out: the page, on as many streams as asked for.
Always: no more of a body is written than the client's windows and its reading allow, and no
stream has a copy of it. It does not look at request bodies: only the page is served here.
"""

import asyncio
from email.utils import formatdate
from typing import cast

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, DataReceived, Event, RequestReceived, StreamReset
from h2.exceptions import ProtocolError, StreamClosedError

from upgrade101 import Request
from upgrade101.demo.frame_limit import FrameLimit
from upgrade101.demo.page import Page
from upgrade101.demo.sessions import Sessions

_PLAIN = ("content-type", "text/plain; charset=utf-8")


class Http2Session(asyncio.Protocol):
    """One HTTP/2 connection; `upgraded` is the HTTP/1.1 request that it began with, if any."""

    _transport: asyncio.Transport

    def __init__(self, page: Page, sessions: Sessions, upgraded: Request | None) -> None:
        self._page = page
        self._sessions = sessions
        self._upgraded = upgraded
        # Without an encoding h2 hands over bytes, and no client can make the decoding fail.
        self._h2 = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        self._limit = FrameLimit()
        self._unsent: dict[int, memoryview] = {}
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the server's preface, and answer the upgraded request on stream 1."""
        self._transport = cast("asyncio.Transport", transport)
        self._sessions.add(self)
        try:
            if self._upgraded is None:
                self._h2.initiate_connection()
            else:
                settings = self._upgraded.get("HTTP2-Settings") or ""
                self._h2.initiate_upgrade_connection(settings.encode("ascii"))
                # [RFC 7540 3.2] the request sent before the upgrade is stream 1.
                self._respond(
                    1, self._upgraded.method.encode(), _path(self._upgraded.target.encode())
                )
        except ProtocolError as error:
            # h2 knows settings that are none of RFC 7540's, and refuses values of theirs.
            self._h2.close_connection(error.error_code)
            self._fail()
            return
        self._pump()

    def data_received(self, data: bytes) -> None:
        """Take frames."""
        try:
            if self._limit.is_exceeded_by(data):
                self._h2.close_connection(ErrorCodes.FRAME_SIZE_ERROR)
                self._fail()
                return
            for event in self._h2.receive_data(data):
                self._take(event)
        except ProtocolError:
            self._fail()
            return
        self._pump()

    def pause_writing(self) -> None:
        """Stop answering, and reading what would have to be answered."""
        self._paused = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self._paused = False
        self._transport.resume_reading()
        self._pump()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Let the connection go."""
        self._sessions.remove(self)

    def leave(self) -> None:
        """End with GOAWAY."""
        self._h2.close_connection()
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        """End at once."""
        self._transport.abort()

    def _take(self, event: Event) -> None:
        match event:
            case RequestReceived(stream_id=int(stream), headers=list(headers)):
                fields = dict(headers)
                self._respond(stream, fields[b":method"], fields.get(b":path", b""))
            case DataReceived(stream_id=int(stream), flow_controlled_length=int(length)):
                # Thrown away, but counted: the client's other streams share the window.
                self._h2.acknowledge_received_data(length, stream)
            case StreamReset(stream_id=int(stream)):
                self._unsent.pop(stream, None)
            case ConnectionTerminated():
                # h2 sends nothing after a GOAWAY, so the streams that are open end too.
                self._unsent.clear()
                self._transport.close()

    def _respond(self, stream: int, method: bytes, path: bytes) -> None:
        body = memoryview(self._page.body)
        fields = [(":status", "200"), *self._page.fields]
        if path.partition(b"?")[0] != b"/":
            body = memoryview(b"404: over HTTP/2 there is / only\n")
            fields = [(":status", "404"), _PLAIN, ("content-length", str(len(body)))]
        elif method not in (b"GET", b"HEAD"):
            body = memoryview(b"405: over HTTP/2 there is GET and HEAD only\n")
            fields = [(":status", "405"), ("allow", "GET, HEAD"), _PLAIN]
            fields.append(("content-length", str(len(body))))
        fields.append(("date", formatdate(usegmt=True)))
        try:
            self._h2.send_headers(stream, fields, end_stream=method == b"HEAD")
        except StreamClosedError:
            # Asked for and reset in one read.
            return
        if method != b"HEAD":
            self._unsent[stream] = body

    def _pump(self) -> None:
        """Write what may be written of each body."""
        self._flush()
        for stream in tuple(self._unsent):
            self._send_body(stream)

    def _send_body(self, stream: int) -> None:
        body = self._unsent[stream]
        while body and not self._paused:
            # [RFC 9113 6.9.1] the windows of the stream and of the connection, the lesser.
            size = min(
                self._h2.local_flow_control_window(stream),
                self._h2.max_outbound_frame_size,
                len(body),
            )
            if size <= 0:
                break
            chunk, body = body[:size], body[size:]
            self._h2.send_data(stream, bytes(chunk), end_stream=not body)
            self._flush()
        if body:
            self._unsent[stream] = body
        else:
            del self._unsent[stream]

    def _flush(self) -> None:
        data = self._h2.data_to_send()
        if data and not self._transport.is_closing():
            self._transport.write(data)

    def _fail(self) -> None:
        """Send what h2 holds, the GOAWAY of an error in it [RFC 9113 5.4.1], and close."""
        self._unsent.clear()
        self._flush()
        self._transport.close()


def _path(target: bytes) -> bytes:
    """Return the path and query of a target, of one in absolute-form too [RFC 9112 3.2.2]."""
    if target.startswith(b"/") or b"://" not in target:
        return target
    return b"/" + target.partition(b"://")[2].partition(b"/")[2]
