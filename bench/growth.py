"""Shows how the cost of a decision grows with what is sent and with what is configured.

In: a number of rounds. Out: a table in Markdown; with `--json` and `--svg`, the same as data and as
a chart. Each panel varies one size: of the head, of its parts, or of the negotiator.
Always: the request asks for what is configured last, which is the worst place in a list, and is
accepted; the panels that make a negotiator time its offers too, without a decision.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from growth_chart import draw
from heads import fill, insert, read
from rounds import Rounds

from upgrade101 import Action, Negotiator, Protocol, WebSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZES = (64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384)
FIELDS = (3, 8, 16, 32, 64, 100)  # Host, Connection and Upgrade are the least
OFFERS = (1, 2, 4, 8, 16)
CONFIGURED = (1, 10, 100, 1000, 10000)

MINIMAL = read("minimal")
# 57 bytes: a handshake of WebSocket does not fit into 64.
SMALLEST = b"GET / HTTP/1.1\r\nHost:a\r\nConnection:Upgrade\r\nUpgrade:x\r\n\r\n"


class Case(NamedTuple):
    """What is timed for one point of a panel: `call(argument)`, or its `response` too."""

    panel: str
    size: int
    call: Callable[[Any], object]
    argument: object
    suffix: str = ""


def decision(panel: str, size: int, negotiator: Negotiator, head: bytes) -> Case:
    """Return the case of a decision with its response."""
    made = negotiator.decide(head)
    if made is None or made.action is not Action.SWITCH:
        raise RuntimeError(f"{panel} {size}: the request is not accepted")
    return Case(panel, size, negotiator.decide, head, ".response")


def heads() -> Iterator[Case]:
    """Vary what is sent."""
    protocol = Negotiator(Protocol("x"))
    for size in SIZES:
        yield decision("bytes of the head", size, protocol, fill(SMALLEST, size))
    lines = SMALLEST.count(b"\r\n") - 2
    for count in FIELDS:
        head = insert(SMALLEST, [32] * (count - lines))
        yield decision("field lines of 32 bytes", count, protocol, head)


def offers() -> Iterator[Case]:
    """Vary the number of protocols."""
    for count in OFFERS:
        negotiator = Negotiator(*(Protocol(f"x{i}") for i in range(count)))
        head = SMALLEST.replace(b":x", f":x{count - 1}".encode())
        yield decision("offers", count, negotiator, head)


def lists() -> Iterator[Case]:
    """Vary the lists of a WebSocket offer and of hosts."""
    for count in CONFIGURED:
        names = tuple(f"v{i}.example" for i in range(count))
        origins = tuple(f"https://{name}" for name in names)
        last = names[-1].encode()
        head = MINIMAL.replace(b"Host: server.example.com", b"Host: " + last)
        end = MINIMAL.removesuffix(b"\r\n")

        chosen = end + b"Sec-WebSocket-Protocol: " + last + b"\r\n\r\n"
        negotiator = Negotiator(WebSocket(subprotocols=names))
        yield decision("configured subprotocols", count, negotiator, chosen)

        foreign = end + b"Origin: https://" + last + b"\r\n\r\n"
        negotiator = Negotiator(WebSocket(origins=origins))
        yield decision("configured origins", count, negotiator, foreign)

        negotiator = Negotiator(WebSocket(), hosts=names)
        yield decision("configured hosts", count, negotiator, head)


def make_subprotocols(names: tuple[str, ...]) -> Negotiator:
    """Make a negotiator with subprotocols."""
    return Negotiator(WebSocket(subprotocols=names))


def make_origins(names: tuple[str, ...]) -> Negotiator:
    """Make a negotiator with origins."""
    return Negotiator(WebSocket(origins=names))


def makings() -> Iterator[Case]:
    """Vary the lists of a negotiator that is made."""
    for count in CONFIGURED:
        names = tuple(f"v{i}.example" for i in range(count))
        origins = tuple(f"https://{name}" for name in names)
        yield Case("making: subprotocols", count, make_subprotocols, names)
        yield Case("making: origins", count, make_origins, origins)


def measure(rounds: int) -> dict[str, dict[int, float]]:
    """Return the median of the microseconds of each point of each panel."""
    names: dict[str, Any] = {}
    statements = {}
    cases = [*heads(), *offers(), *lists(), *makings()]
    for i, case in enumerate(cases):
        names |= {f"call{i}": case.call, f"argument{i}": case.argument}
        statements[str(i)] = f"call{i}(argument{i}){case.suffix}"
    times = Rounds(statements, names, rounds)
    panels: dict[str, dict[int, float]] = {}
    for i, case in enumerate(cases):
        panels.setdefault(case.panel, {})[case.size] = times.median(str(i)) * 1e6
    return panels


def write_table(panels: dict[str, dict[int, float]]) -> str:
    """Return a table: for each panel, its sizes with the microseconds they take."""
    rows = ["| what grows | to, and the microseconds it then takes |", "| --- | --- |"]
    for panel, points in panels.items():
        times = ", ".join(f"{size}: {time:.2f}" for size, time in points.items())
        rows.append(f"| {panel} | {times} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    """Measure, and write what is asked for."""
    parser = argparse.ArgumentParser(description="Show how the cost of a decision grows.")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--svg", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    panels = measure(arguments.rounds)
    sys.stdout.write(write_table(panels))
    if arguments.json:
        arguments.json.write_text(json.dumps(panels, indent=1) + "\n", encoding="utf-8")
    if arguments.svg:
        arguments.svg.write_text(draw(panels), encoding="utf-8")


if __name__ == "__main__":
    main()
