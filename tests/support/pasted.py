"""One sound handshake as people have it: pasted, dumped, logged, saved by a browser.

In: the handshake. Out: texts in which it stands, with the form that each has. Always: all of them
are the same request. Not here: broken ones.
"""

from __future__ import annotations

import json
from typing import Any

from explained import HANDSHAKE, head

SOUND = head()
LINES = SOUND.decode().split("\r\n")[:-2]
LF = "\n".join(LINES) + "\n"
DUMP = "".join(
    f"{at:08x}: {SOUND[at : at + 16].hex(' ', 2):<40} {'.' * 16}\n"
    for at in range(0, len(SOUND), 16)
)
CANONICAL = "".join(
    f"{at:08x}  {SOUND[at : at + 8].hex(' ')}  {SOUND[at + 8 : at + 16].hex(' ')}  |{'.' * 16}|\n"
    for at in range(0, len(SOUND), 16)
)
# IP and TCP headers of 20 bytes each.
PACKET = (
    bytes.fromhex("4500")
    + (40 + len(SOUND)).to_bytes(2, "big")
    + bytes.fromhex(
        "0001000040060000 7f000001 7f000001 c0001f90 00000001 00000001 50180200 00000000"
    )
    + SOUND
)
TCPDUMP_X = "12:00:00.1 IP 127.0.0.1.49152 > 127.0.0.1.8080: Flags [P.], length 9\n" + "".join(
    f"\t0x{at:04x}:  {PACKET[at : at + 16].hex(' ', 2)}  {'.' * 16}\n"
    for at in range(0, len(PACKET), 16)
)
TCPDUMP_A = (
    "12:00:00.1 IP 127.0.0.1.49152 > 127.0.0.1.8080: Flags [P.], length 9\n"
    f"E..(..@.@...........P.......{LF}\n12:00:00.2 IP 127.0.0.1.8080 > 127.0.0.1.49152: Flags [.]\n"
)
WIRESHARK = "Hypertext Transfer Protocol\n" + "".join(f"    {line}\\r\\n\n" for line in LINES)
CURL_V = (
    "*   Trying 127.0.0.1:8080...\n* Connected to localhost (127.0.0.1) port 8080\n"
    + "".join(f"> {line}\n" for line in LINES)
    + "> \n* Request completely sent off\n< HTTP/1.1 400 Bad Request\n< Connection: close\n"
)
LOGGED = "".join(
    f"DEBUG:websockets.server:{line}\n"
    for line in ["= connection is CONNECTING", *(f"< {line}" for line in LINES), "> HTTP/1.1 400 x"]
)
PRINTED = f"send: {SOUND!r}\nreply: 'HTTP/1.1 401 \\r\\n'\n"
OBJECT = (
    "headers: {\n" + "".join(f"  '{n.lower()}': '{v}',\n" for n, v in HANDSHAKE.items()) + "}\n"
)
PANEL = (
    "Request URL: ws://example.com/chat\nRequest Method: GET\nStatus Code: 400 Bad Request\n"
    "Response Headers\nConnection: close\nServer: nginx\nRequest Headers\n"
    + "".join(f"{name}: {value}\n" for name, value in HANDSHAKE.items())
)


def har(*entries: dict[str, Any]) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": entries}})


def entry(
    *fields: tuple[str, str], url: str = "ws://example.com/chat", **more: object
) -> dict[str, Any]:
    headers = [{"name": name, "value": value} for name, value in fields or HANDSHAKE.items()]
    request = {"method": "GET", "url": url, "httpVersion": "HTTP/1.1", "headers": headers}
    return {"request": request, **more}


# All of them are the same sound handshake.
SAME = [
    ("head", SOUND.decode()),
    ("head", LF),
    ("head", LF + "\n"),
    ("head", f"\n\n{LF}\n\n\n"),
    ("head", "".join(f"    {line}\n" for line in LINES)),
    ("head", "".join(f"\t{line}\n" for line in LINES)),
    ("head", "".join(f"> {line}\n" for line in LINES)),
    ("head", "\ufeff" + LF),
    ("head", CURL_V),
    ("head", LOGGED),
    ("head", TCPDUMP_A),
    ("head", WIRESHARK),
    ("head", OBJECT),
    ("head", PANEL),
    ("hex", SOUND.hex()),
    ("hex", SOUND.hex(" ").upper()),
    ("hex", SOUND.hex(":", 2)),
    ("hex", "\n".join(SOUND[at : at + 16].hex(" ") for at in range(0, len(SOUND), 16)) + "\n"),
    ("hex", repr(SOUND)),
    ("hex", 'b"' + repr(SOUND)[2:-1] + '"\n'),
    ("hex", "".join(f"\\x{byte:02x}" for byte in SOUND)),
    ("hex", PRINTED),
    ("hex", DUMP),
    ("hex", CANONICAL),
    ("hex", TCPDUMP_X),
    ("har", har(entry())),
    ("har", json.dumps(entry())),
    ("har", f" \n{json.dumps(entry(), indent=2)}"),
    ("curl", "curl ws://example.com/chat"),
    ("curl", "$ curl -i ws://example.com/chat\n"),
]
PASTED = [text for _, text in SAME]
