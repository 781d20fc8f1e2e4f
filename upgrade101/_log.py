"""The log of the asyncio layer: the logger `upgrade101`.

In: a final decision and its transport, or what failed. Out: one record.
Always: bytes of a request appear escaped, and no more than `_SHOWN` of them. Of each query value,
and of each long subprotocol, a record has only the size, unless the logger is at DEBUG: tokens
stand there. Nothing is formatted if the logger's level is above the record's.
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
# Looked up once, for each request is noted.
_INFO, _DEBUG, _REJECT = logging.INFO, logging.DEBUG, Action.REJECT
_SHOWN = 200
"""Characters of the request line that a record shows, escaped."""
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)('|$)")
"""What a client sent, as `Decision.detail` quotes it; at its end it may be cut."""
_BEFORE_DEFECT = re.compile(r"(?<= after )'((?:[^'\\]|\\.)*)('|$)")
"""What stands before a defect, as `Decision.detail` quotes it."""
_ESCAPED = re.compile(r"\\x..|\\.")
_NAME = re.compile(r"[^\s:]+(?=:)")
_LONG_MEMBER = re.compile(r"[^\s,]{41,}")
"""A subprotocol that may be a token: browsers can send one nowhere else."""
_CUT = 40
"""Bytes that `Decision.detail` shows of a line before a defect: so many may lack its beginning."""
_IN_BODY = frozenset({Reason.CHUNK_INVALID, Reason.BODY_TOO_LARGE})
"""Reasons whose defect is in no line of the head."""


def request_line(decision: Decision) -> str:
    """Return the request line, quoted and escaped; `-` if no head was complete."""
    request = decision.request
    if request is None:
        return "-"
    target = request.target if _shows_values() else _without_values(request.target)
    line = ascii(f"{request.method} {target} HTTP/{request.version}")
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 4]}...{line[0]}"


def note(decision: Decision, transport: asyncio.Transport) -> None:
    """Log a final decision: at INFO if it refuses, else at DEBUG."""
    level = _INFO if decision.action is _REJECT else _DEBUG
    if not LOGGER.isEnabledFor(level) or decision.reason is Reason.HANDLER_FAILED:
        # That one has a record already, with its traceback.
        return
    LOGGER.log(
        level,
        "%s %s %s %s: %s",
        _peer(transport.get_extra_info("peername")),
        request_line(decision),
        decision.status or "-",
        decision.reason.name,
        decision.detail if _shows_values() else _detail_without_values(decision),
        extra={"upgrade101": decision},
    )


def report(
    failure: str,
    decision: Decision | None,
    error: BaseException | None = None,
    level: int = logging.ERROR,
) -> None:
    """Log that something failed, with the traceback of `error`."""
    if not LOGGER.isEnabledFor(level):
        return
    extra = {"upgrade101": decision}
    if decision is None:
        LOGGER.log(level, "%s", failure, exc_info=error, extra=extra)
    else:
        LOGGER.log(level, "%s: %s", failure, request_line(decision), exc_info=error, extra=extra)


def _peer(address: object) -> str:
    """Return a peer's address as text; that of a Unix socket has no name."""
    if isinstance(address, tuple) and len(address) >= 2:  # noqa: PLR2004 - host and port
        host, port = address[:2]
        return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"
    return "-"


def _shows_values() -> bool:
    return LOGGER.isEnabledFor(logging.DEBUG)


def _without_values(text: str) -> str:
    """Return a target, or another URI, with each value of its query as its size.

    What has no name is a value too: a token may be all of the query.
    """
    before, mark, query = text.partition("?")
    if not query:
        return text
    return before + mark + "&".join(map(_without_value, query.split("&")))


def _without_value(pair: str) -> str:
    name, mark, value = pair.partition("=")
    if not value.strip("="):
        # No name, or the padding of base64.
        name, mark, value = "", "", pair
    return f"{name}{mark}<{len(value)}>" if value else ""


def _detail_without_values(decision: Decision) -> str:
    """Return the detail with each value of a query in it, and each long subprotocol, as its size.

    Of a field's line before a defect only the name is shown: a credential may stand there.
    """
    detail = decision.detail
    if decision.reason.field == "Sec-WebSocket-Protocol":
        return _QUOTED.sub(
            lambda quoted: f"'{_LONG_MEMBER.sub(_size, quoted[1])}{quoted[2]}", detail
        )
    if decision.offset is not None:
        return _BEFORE_DEFECT.sub(lambda quoted: _line_before_defect(decision, quoted[1]), detail)
    return _QUOTED.sub(lambda quoted: f"'{_without_values(quoted[1])}{quoted[2]}", detail)


def _size(member: re.Match[str]) -> str:
    """Return the size of a member, as far as it is known."""
    cut = member[0].endswith("...")
    return "<...>" if cut else f"<{len(_ESCAPED.sub('-', member[0]))}>"


def _line_before_defect(decision: Decision, line: str) -> str:
    """Return what may be shown of the beginning of a line."""
    size = len(_ESCAPED.sub("-", line))
    if size >= _CUT or decision.reason in _IN_BODY:
        return f"<{size}>"
    name = _NAME.match(line)
    if name is not None:
        return f"'{name[0]}' <{size - len(name[0])}>"
    return f"'{_without_values(line)}'"
