"""Requests that stand within the output of a tool: curl -v, tcpdump, xxd, a browser's panel.

In: text that is none of the plain forms. Out: the bytes of the first request in it. Always: what
was taken is said in a note. Not here: heads and hex digits that stand by themselves.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from upgrade101.explain import paste

_HEX_LINE = re.compile(
    r"[ \t]*(?:0x)?([0-9A-Fa-f]{4,8}):?[ \t]+((?:[0-9A-Fa-f]{2}){1,8}(?:[ \t]{1,2}(?:[0-9A-Fa-f]{2}){1,8}){0,15})"
    r"(?:[ \t]{2,}.*|[ \t]*\|.*)?\Z"
)
_PACKET = re.compile(r"(?m)^.{0,64}\bIP6? [^\n>]{1,256} > ")
_INSIDE = re.compile(r"(?m)(?:GET|POST|OPTIONS|HEAD|PUT|CONNECT|PRI) \S{1,8192} HTTP/\d\.\d\r?$")
_FIELD = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:(?:[ \t].*|)\Z")
_PANEL_URL = re.compile(r"(?im)^\s*Request URL:?\s*(\S+)")
_PANEL_METHOD = re.compile(r"(?im)^\s*Request Method:?\s*([A-Z]+)\b")
_PANEL_FIELD = re.compile(r"^\s*([A-Za-z][A-Za-z0-9-]*):[ \t]*(\S.*)?$")
_PANEL_SKIPPED = frozenset({"request url", "request method", "status code", "remote address"})
_MOST_LINES = 20000


@dataclass(frozen=True)
class Found:
    """The bytes of a request, and how they were found."""

    form: str
    data: bytes
    secure: bool = False
    notes: tuple[str, ...] = field(default=())


def read(data: bytes) -> Found | None:
    """Return the first request in the output of a tool, or None."""
    text = paste.drop_colours(data[: 1 << 20].decode("latin-1"))
    lines = text.split("\n")[:_MOST_LINES]
    return _read_marked(lines) or _read_hex_dump(lines) or _read_packet(text) or _read_panel(text)


def _read_marked(lines: list[str]) -> Found | None:
    """Return the request of `curl -v`, whose lines begin with `> `."""
    for index, line in enumerate(lines):
        if line.startswith("> ") and paste.is_request_line(line[2:].rstrip("\r")):
            stripped = [one.rstrip("\r") for one in lines[index:]]
            taken = "\n".join(paste.take_marked(stripped)).encode("latin-1")
            note = "The lines that curl -v marks with > were taken."
            return Found("head", paste.repair_head(taken).data, notes=(note,))
    return None


def _read_hex_dump(lines: list[str]) -> Found | None:
    """Return the bytes of the first run of lines of a hex dump, without headers of IP and TCP."""
    rows: list[bytes] = []
    packets: list[bytes] = []
    expected = 0
    for line in [*lines, ""]:
        match = _HEX_LINE.match(line.rstrip("\r"))
        row = bytes.fromhex(re.sub(r"\s", "", match[2])) if match is not None else b""
        if match is not None and int(match[1], 16) == expected and len(row) <= 16:  # noqa: PLR2004
            rows.append(row)
            expected += len(row)
            continue
        if rows:
            packets.append(b"".join(rows))
        rows, expected = [], 0
        if match is not None and int(match[1], 16) == 0:
            rows, expected = [row], len(row)
    payloads = [payload for payload in map(_payload_of, packets) if payload]
    if not payloads:
        return None
    first = next((p for p in payloads if re.match(rb"[A-Z]+ |\x16\x03|\r\n", p)), payloads[0])
    return Found("hex", first, notes=("The bytes of a hex dump were taken.",))


def _payload_of(packet: bytes) -> bytes:
    """Return what TCP carries, if the packet begins with a header of IP [RFC 9293 3.1]."""
    for begin in (0, 14):  # of IP itself, or after a header of Ethernet
        rest = packet[begin:]
        if len(rest) >= 40 and rest[0] >> 4 == 4 and rest[9] == 6:  # noqa: PLR2004 -- IPv4, TCP
            length = int.from_bytes(rest[2:4], "big")
            rest = rest[:length][(rest[0] & 15) * 4 :]
            return rest[(rest[12] >> 4) * 4 :] if len(rest) > 12 else b""  # noqa: PLR2004
        if len(rest) >= 60 and rest[0] >> 4 == 6 and rest[6] == 6:  # noqa: PLR2004 -- IPv6, TCP
            rest = rest[40:]
            return rest[(rest[12] >> 4) * 4 :]
    return packet


def _read_packet(text: str) -> Found | None:
    """Return the head that `tcpdump -A` or a like tool has printed after other bytes."""
    begin = _INSIDE.search(text)
    if begin is None or (begin.start() and not _PACKET.search(text)):
        return None
    lines = text[begin.start() :].split("\n")
    taken = [lines[0].rstrip("\r")]
    for line in lines[1:]:
        bare = line.rstrip("\r").lstrip(" \t")
        if not _FIELD.match(bare):
            break
        taken.append(bare)
    head = "\r\n".join([*taken, "", ""]).encode("latin-1")
    return Found("head", head, notes=("The head was taken out of the output of tcpdump.",))


def _read_panel(text: str) -> Found | None:
    """Return the request of a browser's network panel, which lists fields without a first line."""
    url = _PANEL_URL.search(text)
    if url is None:
        return None
    asked = re.search(r"(?im)^\s*Request Headers\b.*$", text)
    part = text[asked.end() :] if asked is not None else text
    answer = re.search(r"(?im)^\s*Response Headers\b", part)
    fields = []
    for line in (part[: answer.start()] if answer is not None else part).split("\n"):
        match = _PANEL_FIELD.match(line.rstrip("\r"))
        if match is not None and match[1].lower() not in {"connection-id", "view"}:
            fields.append((match[1], (match[2] or "").strip()))
    fields = [one for one in fields if one[0].lower() not in {"referrer", "status"}]
    if not any(name.lower().startswith(("sec-websocket-", "upgrade")) for name, _ in fields):
        return None
    return _write_panel(url[1], _PANEL_METHOD.search(text), fields)


def _write_panel(
    url: str, method: re.Match[str] | None, fields: list[tuple[str, str]]
) -> Found | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not any(name.lower() == "host" for name, _ in fields):
        fields = [("Host", parts.netloc.rpartition("@")[2]), *fields]
    start = f"{method[1] if method is not None else 'GET'} {target} HTTP/1.1"
    lines = [start, *(f"{name}: {value}" for name, value in fields), "", ""]
    note = "The fields were taken from a browser's panel; its first line was made from the URL."
    data = "\r\n".join(lines).encode("latin-1")
    return Found("head", data, parts.scheme in {"https", "wss"}, (note,))
