"""The server of README.md, as a process that tells how it is.

In: a line on stdin for each question; the end of it ends the server, as SIGTERM does. Out: its
port, then for each question one JSON line: how many connections are pending, and what has been
logged how often.
Always: the example runs as it is printed, but for its port.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import upgrade101

PAGE = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[0]


class Records(logging.Handler):
    """Counts the records of every logger."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Count by the message without its arguments and the type of the exception."""
        error = record.exc_info[0].__name__ if record.exc_info else "no exception"
        self.counts[f"{record.name}: {record.msg} ({error})"] += 1


def say(line: object) -> None:
    """Write a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def answer(server: upgrade101.Server, records: Records) -> None:
    """Answer the next question."""
    if not sys.stdin.readline():
        asyncio.get_running_loop().remove_reader(sys.stdin)
        os.kill(os.getpid(), signal.SIGTERM)
        return
    say(json.dumps({"pending": server.pending, "records": records.counts}))


def main() -> None:
    """Run the example."""
    serve = upgrade101.serve
    records = Records()
    logging.basicConfig(handlers=[records], level=logging.INFO)

    async def serve_there(*arguments: Any) -> upgrade101.Server:  # noqa: ANN401 - those of `serve`
        server = await serve(*arguments[:-1], 0)
        asyncio.get_running_loop().add_reader(sys.stdin, answer, server, records)
        say(server.sockets[0].getsockname()[1])
        return server

    upgrade101.serve = serve_there
    exec(compile(EXAMPLE, "README.md", "exec"), {"__name__": "__main__"})  # noqa: S102


if __name__ == "__main__":
    main()
