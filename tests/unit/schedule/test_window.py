"""Moments and windows of one session."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bots.errors import ScheduleError
from bots.playbook import Offset
from bots.schedule import SessionTimes, Window, instant_at, zone_named

MADRID = zone_named("Europe/Madrid")
LESSON = SessionTimes(datetime(2026, 3, 30, 8, 0, tzinfo=UTC), datetime(2026, 3, 30, 8, 50, tzinfo=UTC), MADRID)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (Offset(anchor="start"), "08:00"),
        (Offset(anchor="start", offset_s=-120), "07:58"),
        (Offset(anchor="start", offset_s=480), "08:08"),
        (Offset(anchor="end", offset_s=-300), "08:45"),
        (Offset(anchor="end"), "08:50"),
        (Offset(anchor="clock", clock=time(10, 15)), "08:15"),
        (Offset(anchor="clock", clock=time(9, 55)), "07:55"),
        (Offset(anchor="clock", clock=time(11, 0)), "09:00"),
    ],
)
def test_a_moment_is_an_instant(moment: Offset, expected: str) -> None:
    assert expected == instant_at(moment, LESSON).strftime("%H:%M")


def test_a_session_over_midnight_finds_its_clock_time_on_the_next_day() -> None:
    starts_at = datetime(2026, 7, 1, 21, 30, tzinfo=UTC)
    night = SessionTimes(starts_at, starts_at + timedelta(hours=1), MADRID)
    assert datetime(2026, 7, 1, 22, 10, tzinfo=UTC) == instant_at(Offset(anchor="clock", clock=time(0, 10)), night)


def test_offsets_are_elapsed_time_over_the_change_of_clocks() -> None:
    starts_at = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    night = SessionTimes(starts_at, starts_at + timedelta(hours=2), MADRID)
    assert datetime(2026, 3, 29, 1, 30, tzinfo=UTC) == instant_at(Offset(anchor="start", offset_s=3600), night)
    assert datetime(2026, 3, 29, 1, 0, tzinfo=UTC) == instant_at(Offset(anchor="clock", clock=time(2, 30)), night)


def test_a_clock_time_without_a_zone_is_an_error() -> None:
    session = SessionTimes(LESSON.starts_at, LESSON.ends_at)
    with pytest.raises(ScheduleError, match="timezone"):
        instant_at(Offset(anchor="clock", clock=time(10, 15)), session)


def test_a_window_is_not_yet_open_then_open_then_over() -> None:
    window = Window(LESSON.starts_at, LESSON.ends_at)
    instants = [LESSON.starts_at - timedelta(seconds=1), LESSON.starts_at, LESSON.ends_at]
    assert ["not_yet", "open", "over"] == [window.state(at) for at in instants]


def test_a_window_without_limits_is_always_open() -> None:
    assert "open" == Window().state(LESSON.starts_at)
