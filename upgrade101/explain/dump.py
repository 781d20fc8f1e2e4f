"""Requests that stand within the output of a tool: curl -v, a debug log, tcpdump, xxd.

In: text that is none of the plain forms. Out: the bytes of the first request in it. Always: what
was taken is said in a note. Not here: heads and hex digits that stand by themselves.
"""

import re

from upgrade101.explain import panel, paste
from upgrade101.explain.found import Found

_PAIRS = r"(?:[0-9A-Fa-f]{2}){1,8}"
_HEX_LINE = re.compile(
    rf"[ \t]*(?:0x)?([0-9A-Fa-f]{{4,8}}):?[ \t]+({_PAIRS}(?:[ \t]{{1,2}}{_PAIRS}){{0,15}})"
    r"(?:[ \t]{2,}.*|[ \t]*\|.*)?\Z"
)
_PACKET = re.compile(r"(?m)^.{0,64}\bIP6? [^\n>]{1,256} > |^Hypertext Transfer Protocol|\\r\\n$")
_INSIDE = re.compile(
    r"(?m)(?:GET|POST|OPTIONS|HEAD|PUT|CONNECT|PRI) \S{1,8192} HTTP/\d\.\d(?:\r|\\r\\n)?$"
)
_FIELD = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:(?:[ \t].*|)\Z")
_MOST_LINES = 20000
_MOST_BYTES = 256 * 1024
# Loggers write where the line comes from before the mark.
_LOGGED = re.compile(r"(?:.{0,200}?\s|.{0,200}?:)?([<>]) (.*)\Z")
_LITERAL = re.compile(
    r"\bb('[A-Z]{2,16} (?:[^'\\\n]|\\.){1,65536}'|\"[A-Z]{2,16} (?:[^\"\\\n]|\\.){1,65536}\")"
)


def read(data: bytes) -> Found | None:
    """Return the first request in the output of a tool, or None."""
    text = paste.drop_colours(data[:_MOST_BYTES].decode("latin-1"))
    lines = text.split("\n")[:_MOST_LINES]
    return (
        _read_marked(lines)
        or _read_hex_dump(lines)
        or _read_literal(text)
        or _read_packet(text)
        or panel.read(text)
    )


def _read_marked(lines: list[str]) -> Found | None:
    """Return the request whose lines `curl -v` or a logger has marked with > or <."""
    for index, line in enumerate(lines):
        first = _LOGGED.match(line.rstrip("\r"))
        if first is not None and paste.is_request_line(first[2]):
            taken = [first[2]]
            for following in lines[index + 1 :]:
                match = _LOGGED.match(following.rstrip("\r"))
                if match is None or match[1] != first[1] or not _FIELD.match(match[2]):
                    break
                taken.append(match[2])
            head = "\r\n".join([*taken, "", ""]).encode("latin-1")
            return Found(
                "head", head, notes=(f"The lines that are marked with {first[1]} were taken.",)
            )
    return None


def _read_literal(text: str) -> Found | None:
    """Return the request that a Python program has printed as bytes."""
    for match in _LITERAL.finditer(text):
        data = paste.unescape(match[1][1:-1].encode("latin-1"))
        if b" HTTP/" in data.split(b"\r\n", 1)[0]:
            return Found("hex", data, notes=("The bytes were taken out of what was printed.",))
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
    """Return the head that `tcpdump -A`, Wireshark or a like tool has printed."""
    begin = _INSIDE.search(text)
    if begin is None or (begin.start() and not _PACKET.search(text)):
        return None
    lines = [_bare(line) for line in text[begin.start() :].split("\n")]
    taken = [lines[0]]
    for line in lines[1:]:
        if not _FIELD.match(line):
            break
        taken.append(line)
    head = "\r\n".join([*taken, "", ""]).encode("latin-1")
    return Found("head", head, notes=("The head was taken out of the output of a packet dump.",))


def _bare(line: str) -> str:
    return line.rstrip("\r").strip(" \t").removesuffix("\\n").removesuffix("\\r")
