"""The planned starts of `every` and `cron`, also where clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest

from bots.errors import ScheduleError
from bots.schedule import Times, Weekly, occurrences, parse_cron, zone_named

BERLIN = zone_named("Europe/Berlin")
NEW_YORK = zone_named("America/New_York")


def starts(times: Times, after: str, count: int = 3, zone_name: str = "Europe/Berlin", **days: date) -> list[str]:
    found = occurrences(
        times, zone_named(zone_name), after=datetime.fromisoformat(after),
        first_day=days.get("first_day"), last_day=days.get("last_day"),
    )  # fmt: skip
    return [at.strftime("%m-%d %H:%MZ") for at in islice(found, count)]


def test_every_monday_and_wednesday_at_ten_keeps_its_clock_time_over_the_change() -> None:
    lesson = Weekly(frozenset({0, 2}), time(10))
    assert ["03-25 09:00Z", "03-30 08:00Z", "04-01 08:00Z"] == starts(lesson, "2026-03-25T08:00Z")


def test_a_start_is_later_than_the_instant_asked_for() -> None:
    lesson = Weekly(frozenset({0}), time(10))
    assert ["04-06 08:00Z"] == starts(lesson, "2026-03-30T08:00Z", 1)


def test_the_last_day_is_included_and_the_first_too() -> None:
    lesson = Weekly(frozenset({0}), time(10))
    assert ["04-06 08:00Z", "04-13 08:00Z"] == starts(
        lesson, "2026-03-01T08:00Z", 9, first_day=date(2026, 4, 6), last_day=date(2026, 4, 13)
    )


@pytest.mark.parametrize(
    ("zone_name", "after", "expected"),
    [
        ("Europe/Berlin", "2026-03-28T12:00Z", ["03-29 01:00Z", "03-30 00:30Z"]),
        ("Europe/Berlin", "2026-10-24T12:00Z", ["10-25 00:30Z", "10-26 01:30Z"]),
        ("America/New_York", "2026-03-07T12:00Z", ["03-08 07:00Z", "03-09 06:30Z"]),
    ],
)
def test_a_daily_half_past_two_runs_once_a_day_also_in_gap_and_overlap(
    zone_name: str, after: str, expected: list[str]
) -> None:
    assert expected == starts(parse_cron("30 2 * * *"), after, 2, zone_name)


def test_several_times_in_one_gap_are_one_start() -> None:
    assert ["03-29 00:30Z", "03-29 01:00Z", "03-29 01:30Z"] == starts(parse_cron("*/30 * * * *"), "2026-03-29T00:00Z")


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
def test_a_year_of_any_daily_time_has_a_start_a_day(zone: object) -> None:
    for minute in ("0 2", "30 2", "30 1", "59 2", "0 3"):
        found = list(
            islice(
                occurrences(parse_cron(f"{minute} * * *"), zone, after=datetime(2026, 1, 1, tzinfo=UTC)),  # type: ignore[arg-type]  # a ZoneInfo
                365,
            )
        )
        assert all(timedelta(hours=22) < b - a < timedelta(hours=26) for a, b in pairwise(found))


def test_weekday_names_and_ranges_are_understood() -> None:
    assert ["03-30 08:30Z", "03-31 08:30Z", "04-01 08:30Z"] == starts(
        parse_cron("30 10 * * MON-fri"), "2026-03-28T00:00Z"
    )


@pytest.mark.parametrize("weekday", ["1", "1-5", "0,3", "*/2"])
def test_a_numeric_weekday_is_refused(weekday: str) -> None:
    with pytest.raises(ScheduleError, match="names"):
        parse_cron(f"0 9 * * {weekday}")


def test_day_and_weekday_together_mean_either_as_in_crontab() -> None:
    assert ["03-13 08:00Z", "03-20 08:00Z", "03-27 08:00Z", "04-03 07:00Z"] == starts(
        parse_cron("0 9 13 * fri"), "2026-03-07T00:00Z", 4
    )


def test_steps_lists_and_month_names_are_understood() -> None:
    assert ["06-01 06:05Z", "06-01 06:25Z", "06-01 06:45Z"] == starts(
        parse_cron("5/20 8,9 1 jun,dec *"), "2026-03-07T00:00Z"
    )


def test_the_29th_of_february_is_found_years_ahead() -> None:
    found = next(occurrences(parse_cron("0 12 29 2 *"), BERLIN, after=datetime(2026, 1, 1, tzinfo=UTC)))
    assert date(2028, 2, 29) == found.date()


@pytest.mark.parametrize(
    "text", ["* * * *", "60 * * * *", "0 9 31 2 *", "a * * * *", "0 9 5-3 * *", "*/0 * * * *", "² * * * *"]
)
def test_a_line_that_means_nothing_is_an_error(text: str) -> None:
    with pytest.raises(ScheduleError):
        parse_cron(text)
