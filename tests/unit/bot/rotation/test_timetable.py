"""Rounds as planned, shorter, fewer; the end holds."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.bot.rotation.timetable import timetable


def lengths(now_s: float, *, rounds: int = 3, end_s: float = 26 * 60) -> list[float]:
    return [
        round(one.length_s, 3) for one in timetable(now_s, rounds, length_s=480, shortest_s=300, gap_s=60, end_s=end_s)
    ]


def test_a_rotation_in_time_has_its_whole_rounds_with_the_gap_between() -> None:
    rounds = timetable(0, 3, length_s=480, shortest_s=300, gap_s=60, end_s=26 * 60)
    assert [(0, 480), (540, 1020), (1080, 1560)] == [(one.starts_s, one.ends_s) for one in rounds]


def test_more_time_than_needed_makes_no_round_longer() -> None:
    assert [480, 480, 480] == lengths(0, end_s=10_000)


@pytest.mark.parametrize(("late_s", "expected"), [(180, [420] * 3), (540, [300] * 3), (541, [479.5] * 2)])
def test_a_late_start_shortens_all_rounds_alike_then_drops_one(late_s: float, expected: list[float]) -> None:
    assert expected == lengths(late_s)


def test_too_late_for_one_round_there_is_none() -> None:
    assert [300] == lengths(26 * 60 - 300)
    assert [] == lengths(26 * 60 - 299)


def test_a_round_that_is_shorter_than_the_shortest_is_played_as_it_is() -> None:
    assert 1 == len(timetable(0, 1, length_s=60, shortest_s=120, gap_s=0, end_s=60))


@given(
    now_s=st.floats(0, 5000), rounds=st.integers(1, 12), length_s=st.floats(1, 3600),
    share=st.floats(0.1, 1), gap_s=st.floats(0, 300), end_s=st.floats(0, 20_000),
)  # fmt: skip
def test_no_round_is_outside_its_limits_and_none_overlaps(
    now_s: float, rounds: int, length_s: float, share: float, gap_s: float, end_s: float
) -> None:
    found = timetable(now_s, rounds, length_s=length_s, shortest_s=length_s * share, gap_s=gap_s, end_s=end_s)
    assert len(found) <= rounds
    for one in found:
        assert length_s * share - 1e-3 <= one.length_s <= length_s + 1e-3
        assert now_s <= one.starts_s
        assert one.ends_s <= end_s + 1e-3
    for before, after in itertools.pairwise(found):
        assert gap_s == pytest.approx(after.starts_s - before.ends_s, abs=1e-3)
