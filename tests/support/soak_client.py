"""A process of clients for `soak`, which a server shares neither descriptors nor memory with.

In: one JSON object a line, the arguments of `connect`. Out: a line when its clients are done.
Always: at most `batch` of them are open at a time. They wait as long as whoever started them lets
them, for sockets with a timeout take twice the system calls.
Not here: what the server should have done.
"""

from __future__ import annotations

import json
import socket
import struct
import sys

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER's value for a close that discards what is not sent, and says so to the peer."""


def connect(
    *, port: int, count: int, batch: int, data: str, reads: str | None, reset: bool
) -> None:
    """Make `count` connections, each of which sends `data`, reads up to `reads` and closes.

    `reads` is the end of what is read, None for the end of the connection. A `reset` is how it
    closes.
    """
    end = None if reads is None else reads.encode("latin-1")
    for start in range(0, count, batch):
        peers = [socket.socket() for _ in range(min(batch, count - start))]
        for peer in peers:
            peer.connect(("127.0.0.1", port))
            peer.sendall(data.encode("latin-1"))
        for peer in peers:
            read(peer, end)
        for peer in peers:
            if reset:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            peer.close()


def read(peer: socket.socket, end: bytes | None) -> None:
    """Read until `end` has come, and no byte of a connection whose `end` is empty."""
    answer = b""
    while end is None or not answer.endswith(end):
        data = peer.recv(4096)
        if not data:
            break
        answer += data
    if end and not answer.endswith(end):
        raise EOFError(f"{end!r} is not the end of {answer!r}")


if __name__ == "__main__":
    for line in sys.stdin:
        connect(**json.loads(line))
        sys.stdout.write("done\n")
        sys.stdout.flush()
