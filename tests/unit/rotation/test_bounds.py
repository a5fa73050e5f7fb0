"""Lower bounds: never above an optimum that exhaustive search has found, and sharp where counting is."""

import pytest

from bots.rotation.bounds import bound, least_coincidences, most_rounds


@pytest.mark.parametrize(
    ("people", "rooms", "rounds", "expected"),
    [
        (30, 6, 6, 0),
        (15, 5, 8, 15),  # more meetings than pairs
        (24, 6, 8, 12),
        (24, 4, 6, 84),  # larger rooms than there are rooms
        (30, 3, 6, 375),
        (12, 4, 5, 1),  # proven impossible, though counting allows it
        (20, 5, 6, 1),
        (25, 5, 7, 50),
    ],
)
def test_bounds_of_known_shapes(people: int, rooms: int, rounds: int, expected: int) -> None:
    assert expected == bound([rooms] * rounds, people)


def test_people_kept_apart_and_together_raise_the_bound() -> None:
    assert 0 == bound([3, 3, 3], 9)
    assert 2 == bound([3, 3, 3], 9, always=1)
    assert 3 == bound([4] * 7, 8, never=3)


def test_different_numbers_of_rooms() -> None:
    assert 0 == bound([6, 4], 24)
    assert 6 == bound([3, 2], 12)  # six people from three rooms: three pairs, in each of two rooms


def test_coincidences_count_a_third_meeting_twice() -> None:
    assert 3 == least_coincidences([1, 1, 1], 2)
    assert 120 == least_coincidences([4] * 6, 24)
    assert 75 == least_coincidences([5] * 6, 30)


@pytest.mark.parametrize(
    ("people", "rooms", "expected"),
    [(24, 6, 7), (30, 6, 6), (36, 6, 3), (10, 5, 9), (26, 7, 9), (12, 2, 1), (6, 6, None)],
)
def test_most_rounds_without_a_repeat(people: int, rooms: int, expected: int | None) -> None:
    assert expected == most_rounds(people, rooms)
