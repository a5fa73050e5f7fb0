"""Durations, shares, ranges, moments and names, as people write them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bots.playbook import Offset, Range, format_duration, parse_duration
from bots.playbook.values.scalars import parse_clock, parse_share


@pytest.mark.parametrize(
    ("expected_s", "text"),
    [(90.0, "90s"), (480.0, "8m"), (5400.0, "1h30m"), (0.5, "500ms"), (1.5, "1.5s"), (0.0, "0s"), (3661.0, "1h1m1s")],
)
def test_a_duration_has_units(expected_s: float, text: str) -> None:
    assert expected_s == parse_duration(text)


@pytest.mark.parametrize("text", ["", "5", "s", "5 m", "m5", "1m1h", "-5s", "5d", "٣s", "1e3s", "99999999s"])
def test_other_texts_are_no_durations(text: str) -> None:
    assert parse_duration(text) is None


@given(st.integers(0, 10**9))
def test_a_duration_is_read_back_as_it_was_shown(thousandths: int) -> None:
    assert thousandths / 1000 == pytest.approx(parse_duration(format_duration(thousandths / 1000)))


@pytest.mark.parametrize(
    ("expected", "text"), [(0.3, "30%"), (0.0, "0%"), (1.0, "100 %"), (None, "101%"), (None, "30"), (None, "-1%")]
)
def test_a_share_is_a_percentage(expected: float | None, text: str) -> None:
    assert expected == parse_share(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [(time(10), "10:00"), (time(9, 30, 15), "9:30:15"), (None, "24:00"), (None, "10"), (None, "10:60")],
)
def test_a_clock_time_has_hours_and_minutes(expected: time | None, text: str) -> None:
    assert expected == parse_clock(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (Offset(), "start"), (Offset(offset_s=-120), "start - 2m"), (Offset(offset_s=480), "start+8m"),
        (Offset(anchor="end", offset_s=-300), "end - 5m"), (Offset(anchor="clock", clock=time(10, 15)), "10:15"),
    ],
)  # fmt: skip
def test_a_moment_is_read_and_shown_alike(expected: Offset, text: str) -> None:
    found = Offset.model_validate(text)
    assert expected == found
    assert found == Offset.model_validate(str(found))


@pytest.mark.parametrize("text", ["", "begin", "start + 8", "start 8m", "start * 8m", "8m", "end -", "25:00"])
def test_other_texts_are_no_moments(text: str) -> None:
    with pytest.raises(ValidationError, match="is not a moment"):
        Offset.model_validate(text)


@pytest.mark.parametrize(("expected_s", "text"), [(480.0, "start + 8m"), (2700.0, "end - 5m"), (None, "10:15")])
def test_a_moment_knows_its_seconds_after_the_start_of_a_session(expected_s: float | None, text: str) -> None:
    assert expected_s == Offset.model_validate(text).after_start_s(3000)


def test_a_range_is_drawn_from_low_to_high() -> None:
    found = Range.model_validate("2s..12s")
    assert [2.0, 7.0, 12.0] == [found.at(share) for share in (0, 0.5, 1)]
    assert Range(low_s=5, high_s=5) == Range.model_validate("5s")


@pytest.mark.parametrize("text", ["", "..", "2s..", "12s..2s", "2..12"])
def test_other_texts_are_no_ranges(text: str) -> None:
    with pytest.raises(ValidationError, match="is not a range"):
        Range.model_validate(text)
