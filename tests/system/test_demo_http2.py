"""The demo's HTTP/2: upgraded and with prior knowledge, flow control, the ends of a connection.

In: a demo in a process of its own. Out: its answers, frame by frame. Not here: which offers of
h2c are accepted (the vectors).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from demo_process import DEADLINE, Demo, exchange, started
from h2.events import ConnectionTerminated
from h2_client import H2Client, h2c_head

from upgrade101.demo.frame_limit import FRAME_LIMIT, FrameLimit
from upgrade101.demo.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """Return a demo that the tests of this module share."""
    with started() as running:
        yield running


@pytest.mark.parametrize("window", [65535, 100])
async def test_http2_upgraded_request_is_answered_on_stream_1(demo: Demo, window: int) -> None:
    client = H2Client(window)
    await client.open(demo, h2c_head(demo))
    await client.answered(1)
    assert client.fields[1][":status"] == "200"
    assert dict(Page().fields).items() <= client.fields[1].items()
    assert client.bodies[1] == Page().body
    client.close()
    assert '"GET / HTTP/1.1" SWITCH SWITCHED h2c ' in demo.decision("h2c")


async def test_http2_connection_goes_on_after_stream_1(demo: Demo) -> None:
    client = H2Client()
    await client.open(demo, h2c_head(demo, b"HEAD"))
    client.ask(3, "GET", "/?again")
    client.ask(5, "GET", "/x")
    client.ask(7, "POST", "/")
    client.ask(9, "HEAD", "/")
    await client.answered(1, 3, 5, 7, 9)
    statuses = {stream: fields[":status"] for stream, fields in client.fields.items()}
    assert statuses == {1: "200", 3: "200", 5: "404", 7: "405", 9: "200"}
    assert client.fields[7]["allow"] == "GET, HEAD"
    assert client.bodies.keys() == {3, 5, 7}
    assert client.bodies[3] == Page().body
    client.close()


async def test_http2_prior_knowledge_is_answered(demo: Demo) -> None:
    client = H2Client()
    await client.open(demo)
    client.ask(1, "GET", "/")
    await client.answered(1)
    assert client.bodies[1] == Page().body
    client.close()
    line = demo.decision("HTTP2_PRIOR_KNOWLEDGE")
    assert '"PRI * HTTP/2.0" SWITCH HTTP2_PRIOR_KNOWLEDGE h2c ' in line


async def test_http2_request_body_is_taken_beyond_the_first_window(demo: Demo) -> None:
    client = H2Client()
    await client.open(demo)
    fields = [(":method", "POST"), (":path", "/"), (":scheme", "http"), (":authority", "x")]
    client.h2.send_headers(1, fields)
    left = 3 * 65535
    async with asyncio.timeout(DEADLINE):
        while left:
            size = min(left, client.h2.local_flow_control_window(1), 16384)
            client.h2.send_data(1, bytes(size), end_stream=size == left)
            client.writer.write(client.h2.data_to_send())
            left -= size
            if client.h2.local_flow_control_window(1) == 0:
                client.h2.receive_data(await client.reader.read(65536))
    client.ask(3, "GET", "/")
    await client.answered(3)
    assert client.bodies[3] == Page().body
    client.close()


async def test_http2_goaway_of_the_client_ends_the_connection(demo: Demo) -> None:
    client = H2Client()
    await client.open(demo)
    client.h2.close_connection()
    client.writer.write(client.h2.data_to_send())
    async with asyncio.timeout(DEADLINE):
        await client.reader.read()
    client.close()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x00\x00\x08\x06" + bytes(5) + bytes(8), None),  # PING
        (b"\x00\x00\x08\x06" + bytes(4) + b"\x01" + bytes(8), 1),  # PING on a stream
        (b"\x00\x40\x01\x00" + bytes(5), 6),  # longer than a frame may be
    ],
)
async def test_http2_broken_frame_ends_with_goaway(
    demo: Demo, frame: bytes, code: int | None
) -> None:
    client = H2Client()
    await client.open(demo)
    client.writer.write(frame)
    client.writer.write_eof()
    async with asyncio.timeout(DEADLINE):
        events = client.h2.receive_data(await client.reader.read())
    client.close()
    codes = [event.error_code for event in events if isinstance(event, ConnectionTerminated)]
    assert codes == ([] if code is None else [code])


@pytest.mark.parametrize(("settings", "code"), [("AAgAAAAB", None), ("AAgAAAAC", 1)])
async def test_http2_upgrade_with_settings_that_h2_refuses_ends_with_goaway(
    demo: Demo, settings: str, code: int | None
) -> None:
    # SETTINGS_ENABLE_CONNECT_PROTOCOL [RFC 8441 3], which h2c knows nothing of, is 1, then 2.
    request = h2c_head(demo).replace(b"SETTINGS\r", settings.encode() + b"\r")
    head, _, frames = (await exchange(demo, request, ends=True)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    client = H2Client()
    client.h2.initiate_upgrade_connection()
    events = client.h2.receive_data(frames)
    codes = [event.error_code for event in events if isinstance(event, ConnectionTerminated)]
    assert codes == ([] if code is None else [code])


@pytest.mark.parametrize(("size", "exceeded"), [(FRAME_LIMIT, False), (FRAME_LIMIT + 1, True)])
@pytest.mark.parametrize("step", [1, 2, 3, 10, 100_000])
def test_frame_limit_is_passed_by_one_byte(size: int, step: int, *, exceeded: bool) -> None:
    limit = FrameLimit()
    data = PREFACE + bytes(9) + size.to_bytes(3, "big") + bytes(6 + size) + bytes(9)
    verdicts = [limit.is_exceeded_by(data[i : i + step]) for i in range(0, len(data), step)]
    assert any(verdicts) is exceeded
