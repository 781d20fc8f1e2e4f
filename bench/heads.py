"""The request heads of `bench/heads`, and heads of a size.

In: a name, or a head. Out: the bytes of a head.
Always: a field line that only fills is one that no decision looks at.
"""

from __future__ import annotations

from pathlib import Path

LINE = 200  # bytes of a field line that fills, about


def read(name: str) -> bytes:
    """Return the head of that name."""
    return Path(__file__).parent.joinpath("heads", name).read_bytes()


def insert(head: bytes, sizes: list[int]) -> bytes:
    """Return the head with field lines of these sizes in bytes behind its request line."""
    request_line, rest = head.split(b"\r\n", 1)
    lines = [b"X: " + b"x" * (size - len("X: \r\n")) for size in sizes]
    return b"\r\n".join([request_line, *lines, rest])


def fill(head: bytes, size: int) -> bytes:
    """Return the head with field lines inserted so that it has `size` bytes."""
    room = size - len(head)
    count = max(1, room // LINE)
    return insert(head, [room // count] * (count - 1) + [room - room // count * (count - 1)])
