"""The log of the asyncio layer: the logger `upgrade101`.

In: what failed, and the decision about its request. Out: one record.
Always: bytes of a request appear escaped, and no more of them than its request line.
Not here: what is done about the failure.
"""

import logging

from upgrade101._core import Decision

LOGGER = logging.getLogger("upgrade101")
_SHOWN = 256
"""Bytes of the request line that a record shows."""


def head_of(decision: Decision) -> bytes:
    """Return the exact bytes of the request's head; of an HTTP/2 connection there are none."""
    return b"" if decision.request is None else decision.request.head


def report(
    failure: str,
    decision: Decision,
    error: BaseException | None = None,
    level: int = logging.ERROR,
) -> None:
    """Log that `failure` happened to the request, with the traceback of `error`."""
    line = head_of(decision).lstrip(b"\r\n").partition(b"\r\n")[0][:_SHOWN]
    LOGGER.log(level, "%s: %r", failure, line, exc_info=error)
