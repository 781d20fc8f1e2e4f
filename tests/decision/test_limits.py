"""Limits at their bounds [contract 7].

In: numbers in pairs, one sound and its neighbour not. Out: the attribute, or TypeError for a wrong
type and ValueError for a wrong value, never OverflowError.
"""

from __future__ import annotations

import pytest

from upgrade101 import Limits

HUGE = 10**40


class Seven:
    """An integer in all but its type."""

    def __index__(self) -> int:
        return 7


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("head", 256, 2**20), ("target", 16, 16384), ("fields", 4, 1000), ("body", 0, 2**26)],
)
def test_limit_at_its_bounds_is_taken_and_beyond_refused(name: str, least: int, most: int) -> None:
    for value in (least, most):
        assert getattr(Limits(**{name: value}), name) == value
    for value in (least - 1, most + 1, -1, -HUGE, HUGE, 2**63, 2**64, 2**64 + least):
        with pytest.raises(ValueError, match=name):
            Limits(**{name: value})


@pytest.mark.parametrize(("head", "target"), [(256, 256), (8191, 8191), (8192, 8192), (9000, 8192)])
def test_limit_of_target_by_default_is_the_lesser_of_8192_and_head(head: int, target: int) -> None:
    assert Limits(head=head).target == Limits(head=head, target=None).target == target


def test_limit_of_target_is_at_most_that_of_head() -> None:
    assert Limits(head=300, target=300).target == 300
    with pytest.raises(ValueError, match="target"):
        Limits(head=300, target=301)


@pytest.mark.parametrize("name", ["head", "target", "fields", "body"])
@pytest.mark.parametrize("value", ["512", 512.0, b"512", [512]])
def test_limit_that_is_no_int_is_refused(name: str, value: object) -> None:
    with pytest.raises(TypeError, match=f"{name} must be an int"):
        Limits(**{name: value})


def test_limit_takes_what_has_an_index() -> None:
    assert Limits(fields=Seven()).fields == 7


def test_limit_of_none_is_for_the_target_only() -> None:
    with pytest.raises(TypeError, match="head must be an int"):
        Limits(head=None)
