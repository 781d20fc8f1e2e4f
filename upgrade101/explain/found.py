"""A request that was found within other text.

In: what was found. Out: the same. Always: notes say what was taken and what was made up. Not here:
how it is found.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """The bytes of a request, its form, and how it was found."""

    form: str
    data: bytes
    secure: bool = False
    notes: tuple[str, ...] = ()
