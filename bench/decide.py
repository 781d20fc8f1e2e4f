"""Times decisions in one process: against hashing the key, against peers, and against each other.

In: the browser's head of `bench/heads`, the peers of the extra `bench`, and a number of rounds.
Out: medians, and each ratio beside the bar that it is to keep; with `--keep` all times, in
pyperf's format.
Always: the bars are those of `bench/README.md`; one that is not kept is no failure, because a
machine that is shared can break any of them.
Not here: the asyncio layer, memory, and how cost grows.
"""

from __future__ import annotations

import argparse
import sys
from base64 import b64encode
from hashlib import sha1
from pathlib import Path
from typing import Any

import peers
from gunicorn_h1c import parse_request_fast
from heads import fill, read
from rounds import Rounds, print_bar, print_time

from upgrade101 import Action, Decision, Negotiator, PerMessageDeflate, WebSocket

HEAD = read("chrome")
NEGOTIATOR = Negotiator(WebSocket(subprotocols=("chat",), deflate=PerMessageDeflate()))
NAMES: dict[str, Any] = {
    "b64encode": b64encode,
    "sha1": sha1,
    "parse_request_fast": parse_request_fast,
    "peers": peers,
    "decide": NEGOTIATOR.decide,
    "decide_request": NEGOTIATOR.decide_request,
    "HEAD": HEAD,
    "KEY": HEAD.partition(b"Key: ")[2].partition(b"\r\n")[0],
    "GUID": peers.GUID,
}

DECIDE = "decide(head).response"
SHA1 = "b64encode(sha1(key + guid).digest())"
H1C = "gunicorn_h1c.parse_request_fast(head) alone"
# What a library does with the head, and how many times as long as here it is to take.
PEERS = {
    "websockets": 100.0,
    "websockets_with_deflate": None,
    "wsproto": 150.0,
    "httptools_by_hand": 10.0,
    "aiohttp_parser": 10.0,
    "h11_parser": None,
}


def refusals() -> dict[str, tuple[bytes, bytes]]:
    """Return what is refused, each beside what is accepted and has as much to read."""
    largest = fill(HEAD, 16384)
    return {
        "TLS ClientHello": (b"\x16\x03\x01" + bytes(len(HEAD) - 3), HEAD),
        "noise": (bytes(i * 101 % 256 for i in range(len(HEAD))), HEAD),
        "control character": (HEAD[:-5] + b"\0" + HEAD[-4:], HEAD),
        "bare LF": (HEAD[:-4] + b"\n\r\n", HEAD),
        "key of 23 bytes": (HEAD.replace(b"Key: A", b"Key: "), HEAD),
        "foreign origin": (HEAD.replace(b"https://", b"https://x"), HEAD),
        "head too large": (largest[:-4] + b"x" + largest[-4:], largest),
    }


def parse(head: bytes) -> tuple[str, str, list[tuple[bytes, bytes]]]:
    """Return method, target and field lines."""
    request_line, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    method, target, _ = request_line.decode().split(" ")
    pairs = (line.partition(b": ") for line in lines)
    return method, target, [(name, value) for name, _, value in pairs]


def require(head: bytes, action: Action) -> Decision:
    """Return the decision; raise RuntimeError where it is another than it is timed for."""
    decision = NEGOTIATOR.decide(head)
    if decision is None or decision.action is not action:
        raise RuntimeError(f"{head[:200]!r} is not {action}")
    return decision


def time_peers(rounds: int) -> Rounds:
    """Time one handshake against all that others do with it."""
    accept = peers.accept_value(NAMES["KEY"])
    accepted = require(HEAD, Action.SWITCH).response
    for answer in (accepted, peers.websockets(HEAD), peers.wsproto(HEAD)):
        if accept not in answer:
            raise RuntimeError(f"{answer!r} does not have the accept value")
    statements = {
        DECIDE: "decide(HEAD).response",
        SHA1: "b64encode(sha1(KEY + GUID).digest())",
        H1C: "parse_request_fast(HEAD)",
        **{peer: f"peers.{peer}(HEAD)" for peer in PEERS},
    }
    times = Rounds(statements, NAMES, rounds)
    for name in statements:
        print_time(name, times.median(name))
    print_bar(f"{DECIDE} / {SHA1}", times.ratio(DECIDE, SHA1), most=0.8)
    print_bar(f"{DECIDE} / {H1C}", times.ratio(DECIDE, H1C), most=1)
    for peer, least in PEERS.items():
        if least is not None:
            print_bar(f"{peer} / {DECIDE}", times.ratio(peer, DECIDE), least=least)
    return times


def time_refusals(rounds: int) -> Rounds:
    """Time what is refused against what is accepted, the response of either included."""
    pairs = refusals()
    names: dict[str, Any] = {"decide": NEGOTIATOR.decide}
    statements = {}
    for i, (name, (refused, accepted)) in enumerate(pairs.items()):
        require(refused, Action.REJECT)
        require(accepted, Action.SWITCH)
        names |= {f"refused{i}": refused, f"accepted{i}": accepted}
        statements[f"refuse: {name}"] = f"decide(refused{i}).response"
        statements[f"accept beside it: {name}"] = f"decide(accepted{i}).response"
    times = Rounds(statements, names, rounds)
    for name in pairs:
        ratio = times.ratio(f"refuse: {name}", f"accept beside it: {name}")
        print_bar(f"refuse / accept: {name}", ratio, most=1)
    return times


def time_parsed(rounds: int) -> Rounds:
    """Time decide_request on a head of 14 fields against decide on its bytes."""
    end = b"Cookie: sid=31d4d96e407aad42; theme=dark\r\nSec-WebSocket-Protocol: chat\r\n\r\n"
    head = HEAD.removesuffix(b"\r\n") + end
    method, target, headers = parse(head)
    require(head, Action.SWITCH)
    names = {**NAMES, "head": head, "method": method, "target": target, "headers": headers}
    statements = {
        "decide": "decide(head).response",
        "decide_request": "decide_request(method, target, headers).response",
    }
    times = Rounds(statements, names, rounds)
    what = f"decide_request / decide, {len(headers)} fields"
    print_bar(what, times.ratio("decide_request", "decide"), most=0.8)
    return times


def feed_bytewise(data: bytes) -> None:
    """Feed one byte at a time."""
    feed = NEGOTIATOR.handshake().feed
    for i in range(len(data)):
        feed(data[i : i + 1])


def time_bytewise(rounds: int) -> Rounds:
    """Time each byte of a large head against each of a small one.

    The last byte is left out: its decision would raise the time for each byte of a small head.
    """
    small, large = fill(HEAD, 1024)[:-1], fill(HEAD, 16384)[:-1]
    names = {"feed": feed_bytewise, "small": small, "large": large}
    times = Rounds({"1 KiB": "feed(small)", "16 KiB": "feed(large)"}, names, rounds)
    per_byte = times.ratio("16 KiB", "1 KiB") * len(small) / len(large)
    print_bar("feed byte by byte, each byte: 16 KiB / 1 KiB", per_byte, most=1.2)
    return times


def main() -> None:
    """Time all, and print each ratio beside its bar."""
    parser = argparse.ArgumentParser(description="Time decisions in one process.")
    parser.add_argument("--rounds", type=int, default=41)
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help="write all times there")
    arguments = parser.parse_args()
    sys.stdout.write(f"a browser's head of {len(HEAD)} bytes, {arguments.rounds} rounds\n")
    for measure in (time_peers, time_refusals, time_parsed, time_bytewise):
        times = measure(arguments.rounds)
        if arguments.keep:
            times.keep(arguments.keep / f"{measure.__name__}.json")


if __name__ == "__main__":
    main()
