"""Whom a step can mean."""

import pytest

from bots.playbook.people import copy_ids


@pytest.mark.parametrize(
    ("expected", "count"), [(("a",), 1), (("a-01", "a-02"), 2), (("a-001",), 100)], ids=["one", "two", "hundred"]
)
def test_copies_are_numbered_with_as_many_digits_as_the_count(expected: tuple[str, ...], count: int) -> None:
    assert expected == copy_ids("a", count)[: len(expected)]
    assert count == len(set(copy_ids("a", count)))
