"""The log of the asyncio layer: the logger `upgrade101`.

In: a final decision and its transport, or what failed. Out: one record.
Always: bytes of a request appear escaped, and no more than `_SHOWN` of them. Of each query value a
record has only the size, unless the logger is at DEBUG: tokens stand there. Nothing is formatted
if no handler of the level wants it.
Not here: what is done about it.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from upgrade101._core import Action, Decision, Reason

if TYPE_CHECKING:
    import asyncio

LOGGER = logging.getLogger("upgrade101")
_SHOWN = 200
"""Characters of the request line that a record shows."""
_VALUE = re.compile(r"(?<==)[^&#\s'\"]+")


def _shown(text: str) -> str:
    """Return `text` as the logger may show it."""
    if LOGGER.isEnabledFor(logging.DEBUG):
        return text
    before, mark, query = text.partition("?")
    return before + mark + _VALUE.sub(lambda value: f"<{len(value[0])}>", query)


def request_line(decision: Decision) -> str:
    """Return the request line, escaped; empty if there is none."""
    request = decision.request
    if request is None:
        return ""
    line = f"{request.method} {request.target} HTTP/{request.version}"
    return _shown(line).encode("unicode_escape").decode("ascii")[:_SHOWN]


def note(decision: Decision, transport: asyncio.Transport) -> None:
    """Log a final decision: at INFO if it refuses, else at DEBUG."""
    refused = decision.action is Action.REJECT
    level = logging.INFO if refused else logging.DEBUG
    # HANDLER_FAILED has a record of its own, with its traceback.
    if decision.reason is Reason.HANDLER_FAILED or not LOGGER.isEnabledFor(level):
        return
    LOGGER.log(
        level,
        "%s: %s %r %s %s: %s",
        transport.get_extra_info("peername"),
        decision.action.name,
        request_line(decision),
        decision.status,
        decision.reason.name,
        _shown(decision.detail),
        extra={"upgrade101": decision},
    )


def report(
    failure: str,
    decision: Decision | None,
    error: BaseException | None = None,
    level: int = logging.ERROR,
) -> None:
    """Log that `failure` happened to the request, with the traceback of `error`."""
    line = "" if decision is None else request_line(decision)
    LOGGER.log(level, "%s: %r", failure, line, exc_info=error, extra={"upgrade101": decision})
