"""An HTTP/1.1 server on h11 whose connections may become WebSocket (wsproto) at any request.

In: connections to 127.0.0.1. Out: a greeting or the body of a POST, and after an upgrade an echo.

Always: requests are answered in their order, so that a 101 follows the answers to those before it;
nothing is read while one is served, so that h11 has all that came behind it when the connection
is handed over; and each wait for the client has a deadline, until it is a WebSocket.

Not here: TLS, and a bound on the number of connections.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from contextlib import suppress
from email.utils import formatdate
from typing import cast

import h11
from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Message, Ping

from upgrade101 import Action, Negotiator, WebSocket, hand_over

LOGGER = logging.getLogger(__name__)
NEGOTIATOR = Negotiator(WebSocket())
BODY_LIMIT = 65536  # bytes
REQUEST_DEADLINE = 10.0  # seconds for one answer to be taken and the next request to be there
END_DEADLINE = 1.0  # seconds for the client to close after its last answer


async def respond(request: h11.Request, body: bytes) -> bytes:
    """Return the content of a response; an application may take its time here."""
    return body if request.method == b"POST" else b"hello\n"


class WebSocketEcho(asyncio.Protocol):
    """A connection that has become a WebSocket."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._websocket = Connection(ConnectionType.SERVER)

    def data_received(self, data: bytes) -> None:
        self._websocket.receive_data(data)
        for event in self._websocket.events():
            if isinstance(event, Message):
                # In the pieces that it comes in: a message may be longer than memory.
                self._transport.write(self._websocket.send(event))
            elif isinstance(event, Ping):
                self._transport.write(self._websocket.send(event.response()))
            elif isinstance(event, CloseConnection):
                self._transport.write(self._websocket.send(event.response()))
                hand_over(self._transport, Ending())
                return

    def pause_writing(self) -> None:
        self._transport.pause_reading()  # a client that does not read is not read either

    def resume_writing(self) -> None:
        self._transport.resume_reading()


class Ending(asyncio.Protocol):
    """A connection after its last answer, which closing at once might destroy [RFC 9112 9.6]."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast("asyncio.Transport", transport)
        transport.write_eof()
        self._deadline = asyncio.get_running_loop().call_later(END_DEADLINE, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.cancel()


class HttpConnection(asyncio.Protocol):
    """A connection while it speaks HTTP/1.1."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._http = h11.Connection(h11.SERVER)
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def data_received(self, data: bytes) -> None:
        self._transport.pause_reading()  # until h11 needs more
        self._http.receive_data(data)
        self._arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._task.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def _run(self) -> None:
        try:
            answer = await self._serve()
        except TimeoutError:
            answer = b""
        except h11.RemoteProtocolError as error:
            fields = [("Content-Length", "0"), ("Connection", "close")]
            refusal = h11.Response(status_code=error.error_status_hint, headers=fields)
            answer = self._http.send(refusal)
        except Exception:
            LOGGER.exception("a connection is given up")
            self._transport.abort()
            return
        if answer is not None:
            self._transport.write(answer)
            hand_over(self._transport, Ending())

    async def _serve(self) -> bytes | None:
        """Answer requests; return the last answer, or None where the connection is upgraded."""
        while True:
            async with asyncio.timeout(REQUEST_DEADLINE):
                await self._writable.wait()
                request = cast("h11.Request", await self._next_event())
                decision = NEGOTIATOR.decide_request(
                    request.method,
                    request.target,
                    request.headers.raw_items(),
                    version=request.http_version,
                )
                if decision.action is Action.REJECT:
                    return decision.response
                if decision.action is Action.SWITCH:
                    # Nothing is awaited from here on, so that nothing more can arrive.
                    leftover, _ = self._http.trailing_data
                    self._transport.write(decision.response)
                    hand_over(self._transport, WebSocketEcho(), leftover)
                    return None
                if request.method not in {b"GET", b"HEAD", b"POST"}:
                    # CONNECT too, whose 200 h11 would take for a switch.
                    return decision.reject(501).response
                body = await self._read_body()
                if len(body) > BODY_LIMIT:
                    return decision.reject(413).response
            content = await respond(request, body)
            fields = [("Date", formatdate(usegmt=True)), ("Content-Length", str(len(content)))]
            self._send(h11.Response(status_code=200, headers=fields))
            if request.method != b"HEAD":
                self._send(h11.Data(data=content))
            self._send(h11.EndOfMessage())
            if self._http.our_state is h11.MUST_CLOSE:
                return b""
            # To h11, an upgrade that was asked for is declined by the response.
            self._http.start_next_cycle()

    async def _read_body(self) -> bytes:
        """Return the body, or what there is of it when it passes the limit."""
        body = bytearray()
        if self._http.they_are_waiting_for_100_continue:
            self._send(h11.InformationalResponse(status_code=100, headers=[]))
        while len(body) <= BODY_LIMIT and isinstance(event := await self._next_event(), h11.Data):
            body += event.data
        return bytes(body)

    async def _next_event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._arrived.clear()
            self._transport.resume_reading()
            await self._arrived.wait()
        return event

    def _send(self, event: h11.Event) -> None:
        self._transport.write(self._http.send(event) or b"")


async def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Try: python -m websockets ws://127.0.0.1:8111/")
    parser.add_argument("--port", type=int, default=8111)
    port = parser.parse_args().port
    server = await asyncio.get_running_loop().create_server(HttpConnection, "127.0.0.1", port)
    print("http://{}:{}/".format(*server.sockets[0].getsockname()), flush=True)
    # Not serve_forever, whose end waits for every connection from Python 3.12 on.
    await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
