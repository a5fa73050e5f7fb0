"""Clock times in gaps and overlaps, in two zones."""

from datetime import UTC, date, datetime, time

import pytest

from bots.errors import ScheduleError
from bots.schedule import instant_of, oddity_of, zone_named

BERLIN = zone_named("Europe/Berlin")
NEW_YORK = zone_named("America/New_York")
LORD_HOWE = zone_named("Australia/Lord_Howe")


@pytest.mark.parametrize(
    ("day", "at", "zone", "expected"),
    [
        pytest.param(date(2026, 3, 28), time(2, 30), BERLIN, "2026-03-28T01:30Z", id="berlin, ordinary winter day"),
        pytest.param(date(2026, 3, 29), time(1, 59), BERLIN, "2026-03-29T00:59Z", id="berlin, before the gap"),
        pytest.param(date(2026, 3, 29), time(2, 0), BERLIN, "2026-03-29T01:00Z", id="berlin, gap begins"),
        pytest.param(date(2026, 3, 29), time(2, 30), BERLIN, "2026-03-29T01:00Z", id="berlin, in the gap"),
        pytest.param(date(2026, 3, 29), time(3, 0), BERLIN, "2026-03-29T01:00Z", id="berlin, gap is over"),
        pytest.param(date(2026, 10, 25), time(2, 30), BERLIN, "2026-10-25T00:30Z", id="berlin, first of two"),
        pytest.param(date(2026, 10, 25), time(3, 0), BERLIN, "2026-10-25T02:00Z", id="berlin, overlap is over"),
        pytest.param(date(2026, 3, 8), time(2, 30), NEW_YORK, "2026-03-08T07:00Z", id="new york, in the gap"),
        pytest.param(date(2026, 11, 1), time(1, 30), NEW_YORK, "2026-11-01T05:30Z", id="new york, first of two"),
        pytest.param(date(2026, 10, 4), time(2, 15), LORD_HOWE, "2026-10-03T15:30Z", id="half-hour gap"),
    ],
)
def test_a_clock_time_is_one_instant(day: date, at: time, zone: object, expected: str) -> None:
    assert datetime.fromisoformat(expected) == instant_of(day, at, zone)  # type: ignore[arg-type]  # a ZoneInfo


def test_an_instant_is_in_utc() -> None:
    assert UTC == instant_of(date(2026, 7, 1), time(10), BERLIN).tzinfo


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 3, 29), "gap"), (date(2026, 10, 25), "overlap"), (date(2026, 7, 1), "none")],
)
def test_an_odd_day_is_named(day: date, expected: str) -> None:
    assert expected == oddity_of(day, time(2, 30), BERLIN)


@pytest.mark.parametrize("name", ["Europe/Berlinn", "", "../etc", "CEST!"])
def test_an_unknown_zone_is_an_error_that_says_what_to_write(name: str) -> None:
    with pytest.raises(ScheduleError, match="Europe/Madrid"):
        zone_named(name)
