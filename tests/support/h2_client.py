"""An HTTP/2 client for tests, by `h2`.

In: a running demo, and requests without a body. Out: the answers, by stream. Always: windows are
opened again only as data is read. Not here: requests with a body.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from demo_process import DEADLINE, upgrade_head
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded
from h2.settings import SettingCodes

if TYPE_CHECKING:
    from demo_process import Demo


class H2Client:
    """An HTTP/2 client of one connection, by h2."""

    def __init__(self, window: int = 65535) -> None:
        self.h2 = H2Connection(H2Configuration(header_encoding="utf-8"))
        self.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.h2.clear_outbound_data_buffer()
        self.fields: dict[int, dict[str, str]] = {}
        self.bodies: dict[int, bytes] = {}

    async def open(self, demo: Demo, upgrade: bytes = b"") -> None:
        """Connect, with the upgrade of a request or with prior knowledge."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", demo.port)
        if upgrade:
            settings = self.h2.initiate_upgrade_connection()
            self.writer.write(upgrade.replace(b"SETTINGS", settings))
            answer = await self.reader.readuntil(b"\r\n\r\n")
            assert answer == (
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
            )
        else:
            self.h2.initiate_connection()
        self.writer.write(self.h2.data_to_send())

    def ask(self, stream: int, method: str, path: str) -> None:
        """Send a request without a body."""
        fields = [(":method", method), (":path", path), (":scheme", "http"), (":authority", "x")]
        self.h2.send_headers(stream, fields, end_stream=True)
        self.writer.write(self.h2.data_to_send())

    async def answered(self, *streams: int) -> None:
        """Read until these streams have ended."""
        waiting = set(streams)
        async with asyncio.timeout(DEADLINE):
            while waiting:
                data = await self.reader.read(65536)
                assert data, "the connection has ended"
                for event in self.h2.receive_data(data):
                    if isinstance(event, ResponseReceived):
                        self.fields[event.stream_id] = dict(event.headers)
                    elif isinstance(event, DataReceived):
                        body = self.bodies.get(event.stream_id, b"")
                        self.bodies[event.stream_id] = body + event.data
                        self.h2.acknowledge_received_data(
                            event.flow_controlled_length, event.stream_id
                        )
                    elif isinstance(event, StreamEnded):
                        waiting.discard(event.stream_id)
                self.writer.write(self.h2.data_to_send())

    def close(self) -> None:
        """Close the connection."""
        self.writer.transport.abort()


def h2c_head(demo: Demo, method: bytes = b"GET") -> bytes:
    fields = ("Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: SETTINGS")
    return upgrade_head(demo, "h2c", *fields).replace(b"GET", method, 1)
