"""All-day events of calendar files, once and again."""

from datetime import date
from pathlib import Path

import pytest

from bots.playbook import Holidays, read_holidays


def calendar(tmp_path: Path, *events: str) -> Holidays:
    inner = "".join(f"BEGIN:VEVENT\nUID:u\nSUMMARY:Free\n{event}\nEND:VEVENT\n" for event in events)
    path = tmp_path / "c.ics"
    path.write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{inner}END:VCALENDAR\n")
    return read_holidays(path)


def free(found: Holidays, *days: str) -> list[bool]:
    return [found.name_on(date.fromisoformat(day)) is not None for day in days]


def test_the_end_day_of_an_event_is_not_in_it(tmp_path: Path) -> None:
    found = calendar(tmp_path, "DTSTART;VALUE=DATE:20260401\nDTEND;VALUE=DATE:20260403")
    assert [False, True, True, False] == free(found, "2026-03-31", "2026-04-01", "2026-04-02", "2026-04-03")


def test_an_event_with_a_clock_time_closes_no_day(tmp_path: Path) -> None:
    assert [False] == free(calendar(tmp_path, "DTSTART:20260401T100000Z\nDTEND:20260401T110000Z"), "2026-04-01")


def test_a_yearly_holiday_comes_back_until_its_end(tmp_path: Path) -> None:
    found = calendar(tmp_path, "DTSTART;VALUE=DATE:20200501\nRRULE:FREQ=YEARLY;UNTIL=20270601T000000Z")
    assert [True, False, True, False] == free(found, "2026-05-01", "2026-05-02", "2027-05-01", "2028-05-01")


def test_days_taken_out_moved_and_added_are_followed(tmp_path: Path) -> None:
    found = calendar(
        tmp_path,
        "DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY\nEXDATE;VALUE=DATE:20260112\nRDATE;VALUE=DATE:20260114",
        "RECURRENCE-ID;VALUE=DATE:20260119\nDTSTART;VALUE=DATE:20260120",
    )
    days = ("2026-01-05", "2026-01-12", "2026-01-14", "2026-01-19", "2026-01-20", "2026-01-26")
    assert [True, False, True, False, True, True] == free(found, *days)


def test_a_cancelled_event_closes_no_day(tmp_path: Path) -> None:
    assert [False] == free(calendar(tmp_path, "DTSTART;VALUE=DATE:20260401\nSTATUS:CANCELLED"), "2026-04-01")


@pytest.mark.parametrize("event", ["RRULE:FREQ=DAILY", "DTSTART;VALUE=DATE:20260401\nRRULE:FREQ=SECONDLY"])
def test_an_event_that_means_nothing_is_an_error(tmp_path: Path, event: str) -> None:
    with pytest.raises(ValueError):
        calendar(tmp_path, event)
