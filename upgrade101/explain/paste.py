"""Heads, hex digits and escapes as people paste them.

In: the input. Out: the bytes that were sent, as far as can be told, and what was repaired.
Always: input that has a CR was not typed or pasted, and keeps its bytes. Not here: other forms.
"""

import re
from dataclasses import dataclass

_WORD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_METHODS = (
    "ACL|BASELINE-CONTROL|BIND|CHECKIN|CHECKOUT|CONNECT|COPY|DELETE|GET|HEAD|LABEL|LINK|LOCK|MERGE|"
    "MKACTIVITY|MKCALENDAR|MKCOL|MKREDIRECTREF|MKWORKSPACE|MOVE|OPTIONS|ORDERPATCH|PATCH|POST|PRI|"
    "PROPFIND|PROPPATCH|PUT|QUERY|REBIND|REPORT|SEARCH|TRACE|UNBIND|UNCHECKOUT|UNLINK|UNLOCK|"
    "UPDATE|UPDATEREDIRECTREF|VERSION-CONTROL"
)
REQUEST_LINE = re.compile(
    rf"(?:{_WORD} (?:[^\r\n]{{0,65536}} )?HTTP/[0-9](?:\.[0-9])?[ \t]*|PROXY [^\r\n]*|"
    rf"(?:{_METHODS}) /[^\r\n]*)\Z"
)
_NOT_HEX = re.compile(rb"[^0-9A-Fa-f\s:]")
_BETWEEN = re.compile(rb"[\s:]+")
_LITERAL = re.compile(rb"\s*[bB](?:'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\")\s*", re.DOTALL)
_LITERALS = re.compile(
    rb"(?:" + _LITERAL.pattern.replace(b"((?:", b"(?:(?:") + rb"){1,500}", re.DOTALL
)
_MOST_LITERAL = 4 * 1024 * 1024
_MOST_ESCAPED = 1024 * 1024
_ESCAPED = re.compile(rb"\s*(?=\\x[0-9A-Fa-f]{2})")
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|([rnt\\'\"]))")
_NAMED = {b"r": b"\r", b"n": b"\n", b"t": b"\t"}
# A control character but HTAB, LF, CR and ESC.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")
_COLOUR = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])?")
_PREFACE = b"PRI * HTTP/2.0"


@dataclass(frozen=True)
class Pasted:
    """The bytes of a head, and what was repaired in it."""

    data: bytes
    notes: tuple[str, ...] = ()


def drop_colours(text: str) -> str:
    """Return the text of a terminal without its colour codes."""
    return _COLOUR.sub("", text) if "\x1b" in text else text


def is_raw(data: bytes) -> bool:
    """Tell whether these are bytes and no text."""
    if _CONTROL.search(data):
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def read_hex(data: bytes) -> bytes | None:
    """Return the bytes that hex digits or escapes stand for, or None if these are neither."""
    if _NOT_HEX.search(data) is None:
        groups = _BETWEEN.split(data)
        if all(len(group) % 2 == 0 for group in groups) and any(groups):
            return bytes.fromhex(b"".join(groups).decode("ascii"))
    if _LITERALS.fullmatch(data[:_MOST_LITERAL]):
        return b"".join(unescape(m[1] or m[2] or b"") for m in _LITERAL.finditer(data))
    begin = _ESCAPED.match(data)
    # What is beyond is more than a head may have.
    return unescape(data[begin.end() : _MOST_ESCAPED].rstrip(b"\r\n")) if begin else None


def unescape(data: bytes) -> bytes:
    r"""Return the bytes that \xNN, \r, \n, \t, \\, \' and \" stand for; all else stays."""

    def plain(match: re.Match[bytes]) -> bytes:
        if match[1]:
            return bytes.fromhex(match[1].decode("ascii"))
        return _NAMED.get(match[2], match[2])

    return _ESCAPE.sub(plain, data)


def is_request_line(line: str) -> bool:
    """Tell whether this is the first line of a request."""
    return REQUEST_LINE.match(line) is not None


def read_head(data: bytes) -> Pasted | None:
    """Return the bytes of a pasted head, or None if the first line is not that of a request."""
    begin = len(data) - len(data.lstrip(b"\r\n \t"))
    line = data[begin : begin + 70000].split(b"\n", 1)[0].decode("latin-1").rstrip("\r")
    marked = line.startswith("> ")
    if not is_request_line(line.removeprefix("> ")):
        return None
    if marked:
        return _read_marked(data)
    return repair_head(data)


def _read_marked(data: bytes) -> Pasted:
    """Return the head whose lines begin with the mark of `curl -v`."""
    lines = [line.rstrip("\r") for line in data.decode("latin-1").split("\n")]
    taken = take_marked([line.lstrip(" \t") for line in lines])
    repaired = repair_head("\n".join(taken).encode("latin-1"))
    return Pasted(repaired.data, ("The marks of curl -v were taken off.", *repaired.notes))


def take_marked(lines: list[str]) -> list[str]:
    """Return the lines of the first request that `curl -v` has printed, without their marks."""
    taken: list[str] = []
    for line in lines:
        if line.startswith(">") and line[1:2] in {"", " "}:
            text = line[2:]
            if not taken and not text:
                continue
            if not text:
                break
            taken.append(text)
        elif taken and line and line[0] in "<{}":
            break
    return taken


def repair_head(data: bytes) -> Pasted:
    """Return the bytes of a head with its line ends and the blank line that ends it."""
    notes: list[str] = []
    if b"\r" not in data:
        data = _write_lines(data.decode("latin-1").split("\n"), notes)
        if data.rstrip(b"\r\n") in {_PREFACE, _PREFACE + b"\r\n\r\nSM"}:
            notes.append("The rest of the HTTP/2 preface was added.")
            return Pasted(_PREFACE + b"\r\n\r\nSM\r\n\r\n", tuple(notes))
    begin = len(data) - len(data.lstrip(b"\r\n"))
    if b"\r\n\r\n" not in data[begin:]:
        data += b"\r\n" if data.endswith(b"\r\n") else b"\r\n\r\n"
        notes.append("The blank line that ends a head was added.")
    return Pasted(data, tuple(notes))


def _write_lines(lines: list[str], notes: list[str]) -> bytes:
    """Return pasted lines with CRLF, without their indentation and blank lines around them."""
    while lines and not lines[0].strip():
        del lines[0]
    margin = _margin(lines)
    if margin:
        lines = [line[margin:] for line in lines]
        notes.append("The indentation that all lines share was taken off.")
    notes.append("The input was pasted: LF was made CRLF.")
    end = next((index for index, line in enumerate(lines) if not line.strip()), len(lines))
    if any(line.strip() for line in lines[end:]):
        lines = [*lines[:end], "", *lines[end + 1 :]]
    else:
        # A further blank line would be the beginning of what follows the request.
        lines = [*lines[:end], *["", ""][: max(1, len(lines) - end)]]
    return "\r\n".join(lines).encode("latin-1")


def _margin(lines: list[str]) -> int:
    """Return how many characters of white space all lines that are not blank begin with."""
    if any(line[:1] not in {"", " ", "\t", "\r"} for line in lines):
        return 0
    margins = [line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line.strip()]
    shared = min(margins, key=len, default="")
    while shared and not all(margin.startswith(shared) for margin in margins):
        shared = shared[:-1]
    return len(shared)
