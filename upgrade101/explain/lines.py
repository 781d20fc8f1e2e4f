"""The line that has a defect, and the byte in it that shows the defect.

In: a verdict with an offset. Out: the line in visible ASCII, and the column of the byte in it.
Always: what must not be shown stands there as its size. Not here: what the defect is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from upgrade101 import Reason
from upgrade101.explain.shown import (
    LONGEST_SUBPROTOCOL,
    LONGEST_VALUE,
    SECRET_FIELDS,
    Shield,
    size_of,
    visible,
)
from upgrade101.explain.verdict import Verdict

WIDEST = 96
MOST_AFTER = 16
_QUERY_VALUE = re.compile(rb"[?&][^=&]*=([^&]*)")
_REQUEST_LINE_END = re.compile(rb"( HTTP/[0-9.]*)?[ \r]*\Z")
_PASSWORD = re.compile(rb"://[^/@:\r\n]*:([^/@\r\n]*)@")
_SECRET = re.compile(rb"(?i)(?:cookie|authorization)[\"']?[ \t]*[:=,][ \t]*([^\r\n]+)")
_MEMBER = re.compile(rb"[^,\r\n]+")


@dataclass(frozen=True)
class Defect:
    """A line, and the column in it of the byte that shows the defect."""

    line: str
    column: int

    def excerpt(self, width: int = LONGEST_VALUE) -> str:
        """Return at most so many characters of the line, the byte among them."""
        begin = max(0, min(self.column - width // 2, len(self.line) - width))
        return self.line[begin : begin + width]

    def shown(self) -> tuple[str, int]:
        """Return the line as the text has it, cut where it is too wide, and the column."""
        if len(self.line) <= WIDEST:
            return self.line, self.column
        begin = max(0, min(self.column - WIDEST // 2, len(self.line) - WIDEST))
        dots = "..." if begin else ""
        rest = "..." if begin + WIDEST < len(self.line) else ""
        return f"{dots}{self.line[begin : begin + WIDEST]}{rest}", self.column - begin + len(dots)


def defect_of(verdict: Verdict, shield: Shield) -> Defect:
    """Return the line of the decision's offset, which must not be None."""
    decision = verdict.decision
    at = 0 if decision is None or decision.offset is None else decision.offset
    data = verdict.data
    begin = data.rfind(b"\n", 0, at) + 1
    end = data.find(b"\n", at)
    # The line's own end is shown only if it is what is wrong.
    end = len(data) if end < 0 else end + (end == at)
    end = min(end, at + 4096)
    begin = max(begin, at - 65536)
    line = data[begin:end]
    if line.endswith(b"\r") and at < begin + len(line) - 1:
        line = line[:-1]
    hidden = [] if shield.open else sorted(_hidden(verdict, line, begin, at - begin))
    return _show(line, hidden, at - begin)


def _show(line: bytes, hidden: list[tuple[int, int]], at: int) -> Defect:
    texts: list[str] = []
    width = here = column = 0
    for begin, end in [*hidden, (len(line), len(line))]:
        if begin < here:
            continue
        if here <= at < begin:
            column = width + len(visible(line[here:at].decode("latin-1")))
        plain = visible(line[here:begin].decode("latin-1"))
        width += len(plain)
        if begin <= at and (at < end or begin == len(line)):
            column = width
        size = size_of(line[begin:end]) if end > begin else ""
        width += len(size)
        texts += [plain, size]
        here = end
    return Defect("".join(texts), column)


def _hidden(verdict: Verdict, line: bytes, begin: int, at: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of the line that must not be shown."""
    for pattern in (_PASSWORD, _SECRET):
        yield from (match.span(1) for match in pattern.finditer(line))
    if begin > verdict.parts.version:
        yield from _hidden_of_fields(verdict, line, begin, at)
        return
    if not verdict.data.startswith((b"\x16", b"\r\n\r\n")):
        # A CR alone may hide the end of the request line.
        first, _, rest = line.partition(b"\r")
        end = _REQUEST_LINE_END.search(first)
        query = first[: end.start() if end else len(first)]
        yield from (match.span(1) for match in _QUERY_VALUE.finditer(query) if match[1])
        if rest:
            yield (len(first) + 2, len(line))
        if (end is None or not end[1]) and len(first) > at + MOST_AFTER:
            # It is no request line, and what it is cannot be told.
            yield (at + 1, len(first))


def _hidden_of_fields(
    verdict: Verdict, line: bytes, begin: int, at: int
) -> Iterator[tuple[int, int]]:
    reason = verdict.reason
    if b"\r" in line.rstrip(b"\r"):
        # A CR alone may hide the end of a field line.
        yield (line.index(b"\r") + 2, len(line))
    name, colon, value = line.partition(b":")
    if reason is Reason.OBS_FOLD or (not colon and reason is Reason.BAD_FIELD_NAME):
        if _name_before(verdict.data, begin) in {*SECRET_FIELDS, "sec-websocket-protocol"}:
            yield (0, len(line))
        elif reason is Reason.BAD_FIELD_NAME:
            yield (min(at + 1, len(line)), len(line))
        return
    lowered = re.sub(rb"[^a-z-]", b"", name.lower()).decode("ascii")
    if lowered in SECRET_FIELDS or reason is Reason.BAD_FIELD_NAME:
        yield (len(name) + 1, len(line))
    elif lowered == "sec-websocket-protocol":
        for member in _MEMBER.finditer(value):
            if len(member[0].strip()) > LONGEST_SUBPROTOCOL:
                yield (len(name) + 1 + member.start(), len(name) + 1 + member.end())
    else:
        for match in _QUERY_VALUE.finditer(value):
            yield (len(name) + 1 + match.start(1), len(name) + 1 + match.end(1))


def _name_before(data: bytes, begin: int) -> str:
    """Return the name of the last field line before this index that has one."""
    for line in reversed(data[max(0, begin - 65536) : begin].split(b"\n")):
        name, colon, _ = line.partition(b":")
        if colon and not line.startswith((b" ", b"\t")):
            return name.strip().lower().decode("latin-1")
    return ""
