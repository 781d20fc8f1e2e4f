"""What is served inside TLS that a request asked for.

In: a request for TLS, and requests inside it. Out: their answers, and how each TLS handshake ended.
Not here: what sends them.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any

from asyncio_helpers import START_TLS, server_tls

if TYPE_CHECKING:
    from upgrade101 import Upgrade


class Site(asyncio.Protocol):
    """Answers the request for TLS, and each of those that come inside it."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer the request that asked for TLS."""
        self.transport: Any = transport
        self.answer(START_TLS)

    def data_received(self, data: bytes) -> None:
        """Answer what a test sends in one piece."""
        self.answer(data)

    def answer(self, request: bytes) -> None:
        """Note a request and say its target."""
        self.requests.append(request)
        target = request.split(b" ")[1]
        self.transport.write(b"HTTP/1.1 200 OK\r\nX-Target: %s\r\n\r\n" % target)


class Visits:
    """A handler that starts TLS, and notes the sites that it made and how each ended."""

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.ends: list[BaseException | None] = []

    async def __call__(self, upgrade: Upgrade) -> None:
        """Start TLS."""
        self.sites.append(Site())
        try:
            await upgrade.accept_tls(server_tls(), self.sites[-1])
        except (ssl.SSLError, ConnectionError) as error:
            self.ends.append(error)
        else:
            self.ends.append(None)
