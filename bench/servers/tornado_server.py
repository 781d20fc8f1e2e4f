"""tornado with an empty handler; it does not compress unless asked to."""

from __future__ import annotations

from runner import BACKLOG, HOST, run
from tornado.web import Application
from tornado.websocket import WebSocketHandler


class Empty(WebSocketHandler):
    """Accepts, and drops messages."""

    def check_origin(self, origin: str) -> bool:  # noqa: ARG002 -- tornado's signature
        """Take any origin, as the other servers do."""
        return True

    def on_message(self, message: str | bytes) -> None:
        """Drop a message."""


async def start(port: int) -> object:
    """Listen."""
    return Application([(r"/.*", Empty)]).listen(port, HOST, backlog=BACKLOG)


if __name__ == "__main__":
    run(start)
