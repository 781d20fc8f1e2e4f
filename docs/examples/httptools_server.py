"""An HTTP/1.1 server on httptools whose connections may become an echo at any request.

In: connections to 127.0.0.1. Out: a greeting or the body of a POST, and after an upgrade an echo.

Always: requests are answered in their order, so that a 101 follows the answers to those before it;
nothing is read while one is served, so that what came behind it is in one place when the
connection is handed over; and each wait for the client has a deadline, until it is an echo.

Not here: TLS, and a bound on the number of connections.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import cast

import httptools

from upgrade101 import Action, Negotiator, Protocol, hand_over

LOGGER = logging.getLogger(__name__)
NEGOTIATOR = Negotiator(Protocol("echo"))
REQUEST_LIMIT = 65536  # bytes of a request, head and body, that one read may pass
REQUEST_DEADLINE = 10.0  # seconds for one answer to be taken and the next request to be there
END_DEADLINE = 1.0  # seconds for the client to close after its last answer


@dataclass
class Request:
    """A request as httptools tells of it, part by part."""

    target: bytes = b""
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    method: bytes = b""
    version: str = ""
    body: bytes = b""
    is_last: bool = False
    asks_for_upgrade: bool = False


async def respond(request: Request) -> bytes:
    """Return the content of a response; an application may take its time here."""
    return request.body if request.method == b"POST" else b"hello\n"


def write_head(status: HTTPStatus, length: int, *, is_last: bool) -> bytes:
    """Return the head of a response."""
    first = f"HTTP/1.1 {status.value} {status.phrase}", f"Date: {formatdate(usegmt=True)}"
    last = ("Connection: close",) if is_last else ()
    return "\r\n".join((*first, f"Content-Length: {length}", *last, "", "")).encode()


class Requests:
    """The requests of a connection, from its bytes."""

    def __init__(self) -> None:
        self.whole: deque[Request] = deque()
        self.leftover = b""
        """What is behind the last of `whole`, where that one asks for an upgrade."""
        self.is_broken = False
        """Whether the next one is none, or is too long."""
        self.is_awaited = False
        """Whether the body of the next one is sent once it is asked for [RFC 9110 10.1.1]."""
        self._size = 0
        self._parser = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self.leftover = data[upgrade.args[0] :]
        except httptools.HttpParserError:
            self.is_broken = True
        if self._size > REQUEST_LIMIT:
            self.is_broken = True

    def decline(self, request: Request) -> None:
        """Go on in HTTP behind a request that asked for an upgrade, which comes again.

        httptools reads no body where an upgrade is asked for, granted or not. So it is shown the
        head again without that, and what is behind it.
        """
        lines = [b"%s %s HTTP/%s" % (request.method, request.target, request.version.encode())]
        lines += [b"%s: %s" % line for line in request.fields if line[0].lower() != b"upgrade"]
        self._parser = httptools.HttpRequestParser(self)
        self.feed(b"\r\n".join((*lines, b"", b"")) + self.leftover)

    def on_message_begin(self) -> None:
        self._request = Request()

    def on_url(self, part: bytes) -> None:
        self._request.target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._request.method:  # what comes behind a body is no part of the head
            self._request.fields.append((name, value))

    def on_headers_complete(self) -> None:
        self._request.method = self._parser.get_method()
        self._request.version = self._parser.get_http_version()
        self._request.asks_for_upgrade = self._parser.should_upgrade()
        self.is_awaited = any(
            name.lower() == b"expect" and value.lower() == b"100-continue"
            for name, value in self._request.fields
        )

    def on_body(self, part: bytes) -> None:
        self.is_awaited = False
        self._request.body += part

    def on_message_complete(self) -> None:
        is_old = self._request.version != "1.1"
        self._request.is_last = is_old or not self._parser.should_keep_alive()
        self.whole.append(self._request)
        self.is_awaited = False
        self._size = 0


class Echo(asyncio.Protocol):
    """A connection that has become an echo."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)

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
        self._requests = Requests()
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def data_received(self, data: bytes) -> None:
        self._transport.pause_reading()  # until all that is whole is answered
        self._requests.feed(data)
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
                while not self._requests.whole:
                    if self._requests.is_broken:
                        return write_head(HTTPStatus.BAD_REQUEST, 0, is_last=True)
                    if self._requests.is_awaited:
                        self._requests.is_awaited = False
                        self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                    self._arrived.clear()
                    self._transport.resume_reading()
                    await self._arrived.wait()
            request = self._requests.whole.popleft()
            decision = NEGOTIATOR.decide_request(
                request.method, request.target, request.fields, version=request.version
            )
            if decision.action is Action.REJECT:
                return decision.response
            if decision.action is Action.SWITCH:
                # Nothing is awaited from here on, so that nothing more can arrive.
                self._transport.write(decision.response)
                hand_over(self._transport, Echo(), self._requests.leftover)
                return None
            if request.method not in {b"GET", b"HEAD", b"POST"}:
                # CONNECT too, which httptools takes for an upgrade.
                return decision.reject(501).response
            if request.asks_for_upgrade:
                self._requests.decline(request)
                continue
            content = await respond(request)
            head = write_head(HTTPStatus.OK, len(content), is_last=request.is_last)
            self._transport.write(head if request.method == b"HEAD" else head + content)
            if request.is_last:
                return b""


async def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Upgrade: echo, on 127.0.0.1")
    parser.add_argument("--port", type=int, default=8112)
    port = parser.parse_args().port
    server = await asyncio.get_running_loop().create_server(HttpConnection, "127.0.0.1", port)
    print("http://{}:{}/".format(*server.sockets[0].getsockname()), flush=True)
    # Not serve_forever, whose end waits for every connection from Python 3.12 on.
    await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
