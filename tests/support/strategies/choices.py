"""The small choices that requests and policies are made of.

In: a source of randomness. Out: what it chose. Nothing here knows what it chooses among.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

T = TypeVar("T")


def chance(random: Random, tenths: int) -> bool:
    """Say yes `tenths` times of ten."""
    return random.randrange(10) < tenths


def some(random: Random, pool: Sequence[T], most: int) -> list[T]:
    """Choose up to `most` values, the same one more than once perhaps."""
    return [random.choice(pool) for _ in range(random.randint(0, most))]


def mostly(random: Random, pool: Sequence[T], good: int) -> T:
    """Choose one of the first `good` values of a pool three times of four."""
    return random.choice(pool[:good] if random.randrange(4) else pool)
