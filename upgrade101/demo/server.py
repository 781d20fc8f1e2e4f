"""The demo's server: the parts put together on one port.

In: a host and a port. Out: a listening server, its address and its decisions on stdout, until
SIGINT or SIGTERM. Always: the number of connections of each kind is bounded, a WebSocket is
opened for pages of this server only, and a request by a foreign name is refused. It does not
speak TLS.
"""

import asyncio
import errno
import ipaddress
import json
import os
import signal
import sys

from upgrade101 import (
    H2C,
    Negotiator,
    PerMessageDeflate,
    Protocol,
    Reason,
    Upgrade,
    WebSocket,
    serve,
)
from upgrade101.demo.http1 import Http1
from upgrade101.demo.http2 import Http2Session
from upgrade101.demo.journal import HANDSHAKE_PATH, Journal, describe
from upgrade101.demo.line_echo import LINE_LIMIT, LineEcho
from upgrade101.demo.page import Page
from upgrade101.demo.sessions import Sessions
from upgrade101.demo.websocket import Room, WebSocketSession

PENDING = 256
"""Connections that are being decided at a time."""
UPGRADED = 256
"""Upgraded connections at a time: WebSocket, HTTP/2 and line echo together."""
SECRET = "secret"  # noqa: S105 - it is on the page
"""A subprotocol that is offered, and that the handler then refuses to everyone."""
_GRACE = 3.0  # seconds; more than websocket.CLOSE_DEADLINE, which comes first
_LOOPBACK = {4: "127.0.0.1", 6: "[::1]"}


class CannotServeError(Exception):
    """The demo cannot be served; the text is one sentence for the user."""


def run(host: str, port: int) -> None:
    """Serve on `host` and `port` (0: a free one) until SIGINT or SIGTERM.

    Raises CannotServeError where `host` is no host or the address cannot be listened on.
    """
    asyncio.run(_run(host, port))


async def _run(host: str, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def write(line: str) -> None:
        try:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read the lines has gone (`serve | head`). What is left in the buffer goes
            # nowhere, or the interpreter would complain about it at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            stop.set()

    negotiator = negotiator_for(host)
    journal = Journal(negotiator, write)
    page = Page()
    sessions = Sessions()
    http1 = Http1(page, negotiator, journal)
    fallback = await http1.start()
    try:
        try:
            server = await serve(
                negotiator,
                _Upgrader(page, sessions).answer,
                host,
                port,
                fallback=fallback,
                max_pending=PENDING,
                max_upgraded=UPGRADED,
                on_decision=journal,
            )
        except (OSError, UnicodeError) as error:
            raise CannotServeError(_listening_error(host, port, error)) from error
        async with server:
            url = f"http://{_url_host(host)}:{server.sockets[0].getsockname()[1]}/"
            write(f"upgrade101 demo on {url} (Ctrl-C ends it)")
            await stop.wait()
        await sessions.close(_GRACE)
    finally:
        await http1.close()


def negotiator_for(host: str) -> Negotiator:
    """Return the negotiator of a server that listens on `host`.

    Raises CannotServeError where `host` is no host.
    """
    names = ["localhost", "127.0.0.1", "[::1]"]
    if not _is_every_interface(host):
        names.append(_url_host(host))
    try:
        return Negotiator(
            WebSocket(
                subprotocols=("echo", "chat", SECRET),
                # Windows of 4 KiB: a connection costs 32 KiB of zlib's memory, not 300.
                deflate=PerMessageDeflate(server_max_window_bits=12, client_max_window_bits=12),
            ),
            H2C(prior_knowledge=True),
            Protocol("echo", "1", methods=("GET",)),
            hosts=tuple(dict.fromkeys(names)),
        )
    except ValueError as error:
        raise CannotServeError(f"{host!r} is not a host: {error}") from error


class _Upgrader:
    """Gives each upgraded connection what speaks its protocol."""

    def __init__(self, page: Page, sessions: Sessions) -> None:
        self._page = page
        self._sessions = sessions
        self._room = Room()

    async def answer(self, upgrade: Upgrade) -> None:
        """Accept one upgrade, or refuse it: all that gets here is what the negotiator offers."""
        match upgrade.decision.protocol:
            case "websocket" if upgrade.decision.subprotocol == SECRET:
                upgrade.refuse(403, body=b"Nobody gets in here.\n")
            case "websocket":
                upgrade.accept(self._websocket(upgrade))
            case "h2c":
                # With prior knowledge the request is the preface, and nothing to answer.
                known = upgrade.decision.reason is Reason.HTTP2_PRIOR_KNOWLEDGE
                upgraded = None if known else upgrade.request
                upgrade.accept(Http2Session(self._page, self._sessions, upgraded))
            case _:
                # StreamReader counts without the LF.
                reader, writer = upgrade.accept_streams(limit=LINE_LIMIT - 1)
                await LineEcho(reader, writer, self._sessions).run()

    def _websocket(self, upgrade: Upgrade) -> WebSocketSession:
        decision = upgrade.decision
        request = upgrade.request
        room = self._room if decision.subprotocol == "chat" else None
        first = ""
        if request.path == HANDSHAKE_PATH:
            # The page cannot see the heads of its own handshake; here it is told.
            first = json.dumps(
                {
                    "request": request.head.decode("latin-1"),
                    "response": decision.response.decode("latin-1"),
                    "decision": describe(decision),
                }
            )
        return WebSocketSession(decision, self._sessions, room, first)


def _is_every_interface(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _url_host(host: str) -> str:
    """Return `host` as it stands in a URL; loopback where it names every interface."""
    if _is_every_interface(host):
        return _LOOPBACK[ipaddress.ip_address(host).version]
    return f"[{host}]" if ":" in host else host


def _listening_error(host: str, port: int, error: OSError | UnicodeError) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is in use; --port chooses another"
    detail = error.strerror if isinstance(error, OSError) else None
    return f"cannot listen on port {port} of {host}: {detail or error}"
