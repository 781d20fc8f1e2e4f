"""HTTP/1.1: what is served where nothing is upgraded.

In: requests that were passed on. Out: the page, exchanges and decisions as JSON, and POST bodies
as they came. Always: a body is read whole or refused, within BODY_LIMIT and BODY_DEADLINE, and at
most CONNECTIONS are served. It does not upgrade: that was decided before a request gets here.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web

from upgrade101 import Negotiator
from upgrade101.demo.broken import CASES, REQUEST_LIMIT, NoAnswerError, Prober, decide, show
from upgrade101.demo.journal import Journal
from upgrade101.demo.page import Page

CONNECTIONS = 256
"""HTTP/1.1 connections served at a time; others get 503."""
BODY_LIMIT = 1 << 20
"""The largest body that is echoed, in bytes; a larger one gets 413."""
BODY_DEADLINE = 30.0
"""Seconds that a body may take to arrive; a slower one gets 408."""
_KEEP_ALIVE = 30.0
_FIELDS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"Retry-After: 1\r\n"
    b"Content-Length: 0\r\n"
    b"Connection: close\r\n"
    b"\r\n"
)


class Http1:
    """The HTTP/1.1 side; `factory` makes the protocol of a connection."""

    def __init__(self, page: Page, negotiator: Negotiator, journal: Journal) -> None:
        self._page = page
        self._negotiator = negotiator
        self._journal = journal
        self._prober = Prober(journal)
        application = web.Application(client_max_size=BODY_LIMIT)
        application.add_routes(
            [
                web.get("/", self._get_page),
                web.post("/echo", self._post_echo),
                web.post("/decide", self._post_decide),
                web.get("/decisions/{name}", self._get_decision),
                web.get("/broken", self._get_cases),
                web.get("/broken/{name}", self._get_case),
            ]
        )
        self._runner = web.AppRunner(
            application, access_log=None, keepalive_timeout=_KEEP_ALIVE, shutdown_timeout=1.0
        )

    async def start(self) -> Callable[[], asyncio.Protocol]:
        """Begin to serve; return the factory of protocols."""
        await self._runner.setup()
        server = self._runner.server
        assert server is not None  # noqa: S101 - setup has made it

        def factory() -> asyncio.Protocol:
            return server() if len(server.connections) < CONNECTIONS else _Busy()

        return factory

    async def close(self) -> None:
        """Close every connection, the idle ones at once."""
        await self._runner.cleanup()

    async def _get_page(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._page.body, headers=self._page.fields)

    async def _post_echo(self, request: web.Request) -> web.Response:
        body = await _read(request)
        # Never the type that the client names: what it sent must not run as a page of ours.
        return web.Response(body=body, content_type="application/octet-stream", headers=_FIELDS)

    async def _post_decide(self, request: web.Request) -> web.Response:
        body = await _read(request)
        if len(body) > REQUEST_LIMIT:
            raise web.HTTPRequestEntityTooLarge(REQUEST_LIMIT, len(body))
        return web.json_response(decide(self._negotiator, body), headers=_FIELDS)

    async def _get_decision(self, request: web.Request) -> web.Response:
        decision = self._journal.kept(request.match_info["name"])
        if decision is None or decision.request is None:
            raise web.HTTPNotFound
        return web.json_response(show(decision.request.head, decision), headers=_FIELDS)

    async def _get_cases(self, _request: web.Request) -> web.Response:
        cases = [
            {"name": case.name, "title": case.title, "about": case.about} for case in CASES.values()
        ]
        return web.json_response(cases, headers=_FIELDS)

    async def _get_case(self, request: web.Request) -> web.Response:
        case = CASES.get(request.match_info["name"])
        if case is None or request.transport is None:
            raise web.HTTPNotFound
        # The address of ours that this very request came to is one where the server listens.
        address = request.transport.get_extra_info("sockname")
        try:
            exchange = await self._prober.probe(case, address[:2])
        except NoAnswerError as error:
            raise web.HTTPGatewayTimeout(text=str(error)) from error
        return web.json_response(exchange, headers=_FIELDS)


async def _read(request: web.Request) -> bytes:
    """Return the body of a request, which has its time to arrive."""
    try:
        async with asyncio.timeout(BODY_DEADLINE):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except ConnectionError:
        # The client has gone: for nobody, and so that it is not logged as a failure.
        raise web.HTTPBadRequest from None


class _Busy(asyncio.Protocol):
    """A connection above the bound: its request is answered so, and it is closed."""

    _transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - it is what protocols get
        self._transport = transport

    def data_received(self, _data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(_BUSY)
            self._transport.close()
