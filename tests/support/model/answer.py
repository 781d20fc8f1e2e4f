"""What the rules of one protocol say about one element of Upgrade [contract 3.6].

In and out: records only. It always holds that an answer is a `Yes` or a `No`.
"""

from dataclasses import dataclass

from .policy import PerMessageDeflate
from .verdict import Fields


@dataclass(frozen=True)
class Yes:
    """The protocol can be switched to; `response` are the fields of its 101, in order."""

    protocol: str
    response: Fields
    subprotocol: str | None = None
    extensions: str | None = None
    deflate: PerMessageDeflate | None = None
    settings: tuple[tuple[int, int], ...] | None = None
    body_length: int | None = 0  # `None`: chunked
    offer: int | None = None


@dataclass(frozen=True)
class No:
    """Not here, or broken, as the reason says; `fields` go into a refusal."""

    reason: str
    fields: Fields = ()
