"""Broken handshakes, and what the server answers to them.

In: the name of a case, or a request of a client's own. Out: the bytes sent, the bytes answered and
the decision. Always: the answer to a case is a real one, given to a real connection from this
process to its own port; each case is one edit away from a handshake that is accepted. It does not
send what a client gives it: such a request is decided, and nothing else is done with it.
"""

import asyncio
from dataclasses import dataclass

from upgrade101 import Decision, Negotiator
from upgrade101.demo.journal import Journal, describe
from upgrade101.explain import Server, explain, to_text

REQUEST_LIMIT = 65536
"""The longest request of a client's own that is decided, in bytes."""
_AT_ONCE = 4
_DEADLINE = 5.0
_ANSWER_LIMIT = 65536

_SOUND = (
    "GET /handshake HTTP/1.1\r\n"
    "Host: {host}\r\n"
    "Connection: Upgrade\r\n"
    "Upgrade: websocket\r\n"
    "Origin: http://{host}\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: echo\r\n"
    "\r\n"
)


@dataclass(frozen=True)
class Case:
    """A broken handshake: a sound one in which `old`, found once, became `new`."""

    name: str
    title: str
    about: str
    old: str
    new: str

    def edit(self, host: str) -> tuple[bytes, int, int]:
        """Return the request to `host`, and where in it the defect begins and ends."""
        before, _, after = _SOUND.partition(self.old)
        begin, defect, end = (part.format(host=host).encode() for part in (before, self.new, after))
        return begin + defect + end, len(begin), len(begin) + len(defect)


CASES = {
    case.name: case
    for case in (
        Case(
            "no-key",
            "No key",
            "Nothing to answer: Sec-WebSocket-Key is left out.",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            "",
        ),
        Case(
            "short-key",
            "Short key",
            "The key is base64 of 15 bytes where 16 are due.",
            "dGhlIHNhbXBsZSBub25jZQ==",
            "dGhlIHNhbXBsZSBub25j",
        ),
        Case(
            "old-version",
            "Draft version",
            "Version 8 is a draft that was spoken before the RFC.",
            "Version: 13",
            "Version: 8",
        ),
        Case(
            "foreign-origin",
            "Another site",
            "A page from elsewhere tries to use the browser's access.",
            "Origin: http://{host}",
            "Origin: https://evil.example",
        ),
        Case(
            "foreign-host",
            "DNS rebinding",
            "A foreign name was made to point at this address.",
            "Host: {host}\r\n",
            "Host: rebound.example\r\n",
        ),
        Case(
            "two-hosts",
            "Host twice",
            "Two servers on the way might take either for the name that is meant.",
            "Host: {host}\r\n",
            "Host: {host}\r\nHost: other.example\r\n",
        ),
        Case(
            "two-subprotocols",
            "Subprotocol twice",
            "One subprotocol is offered two times.",
            "Protocol: echo",
            "Protocol: echo, echo",
        ),
        Case(
            "bare-lf",
            "Bare LF",
            "A line ends without its CR, which some proxies read otherwise.",
            "Upgrade: websocket\r\n",
            "Upgrade: websocket\n",
        ),
        Case(
            "space-before-colon",
            "Space before colon",
            "The classic of request smuggling.",
            "Upgrade: websocket",
            "Upgrade : websocket",
        ),
        Case(
            "two-lengths",
            "Two framings",
            "Two answers to where the request ends: smuggling again.",
            "Sec-WebSocket-Protocol: echo\r\n",
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        ),
    )
}
"""The cases by name, in the order in which they are shown."""


def decide(negotiator: Negotiator, sent: bytes) -> dict[str, object]:
    """Return what is decided on the bytes of a client, as `Prober.probe` does, and every check.

    `decision` is None if more bytes are needed; `forward` is what goes on to HTTP/1.1.
    `explanation` is text: each check, the likely cause and what to change.
    """
    server = Server(negotiator.offers, negotiator.hosts, negotiator.limits)
    found = explain(sent, server=server)
    if found.has_request and found.form != "curl":
        # What is decided on is these very bytes: nothing is repaired.
        found = explain(sent, form="raw", server=server)
    return show(sent, negotiator.decide(sent)) | {"explanation": to_text(found)}


def show(sent: bytes, decision: Decision | None) -> dict[str, object]:
    """Return an exchange as a JSON object: bytes are text, a character for each (latin-1)."""
    return {
        "sent": sent.decode("latin-1"),
        "received": decision.response.decode("latin-1") if decision else "",
        "forward": decision.forward.decode("latin-1") if decision else "",
        "decision": describe(decision) if decision else None,
    }


class NoAnswerError(Exception):
    """The server has not answered a connection of its own."""


class Prober:
    """Sends broken handshakes to the server that `journal` belongs to."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def probe(self, case: Case, address: tuple[str, int]) -> dict[str, object]:
        """Send `case` to `address` (host, port), and return the exchange as a JSON object.

        It has what `show` has, and where the edit begins and ends. Raises NoAnswerError.
        """
        sent, begin, end = case.edit(f"127.0.0.1:{address[1]}")
        try:
            async with self._slots, asyncio.timeout(_DEADLINE):
                reader, writer = await asyncio.open_connection(*address, limit=_ANSWER_LIMIT)
                try:
                    decision = await self._journal.decision_for(
                        writer.get_extra_info("sockname"), lambda: writer.write(sent)
                    )
                    answer = await reader.read()
                finally:
                    writer.transport.abort()
        except OSError as error:  # TimeoutError is one
            raise NoAnswerError(f"no answer from {address[0]}:{address[1]}") from error
        return {
            **show(sent, decision),
            "received": answer.decode("latin-1"),
            "name": case.name,
            "title": case.title,
            "about": case.about,
            "defect": [begin, end],
        }
