"""The rules of gap and overlap, for every zone and the next ten years, against instants counted one by one.

The oracle knows nothing but what `zoneinfo` says of an instant: it walks over the minutes of UTC around each change of
offset, writes down what the wall clock shows, and finds the first minute at which it has reached the clock time.
"""

import os
import time as time_of_c
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from itertools import takewhile
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bots.schedule import Weekly, instant_of, occurrences, parse_cron

FIRST, YEARS = datetime(2026, 1, 1, tzinfo=UTC), 10
LAST = FIRST.replace(year=FIRST.year + YEARS)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
STEP = timedelta(days=7)  # no zone changes its clocks and back within it
CLOCKS = 6  # around each change


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The first instants with a new offset, to the minute."""
    at, offset = FIRST, FIRST.astimezone(zone).utcoffset()
    while at < LAST:
        after = at + STEP
        if (new := after.astimezone(zone).utcoffset()) != offset:
            low, high = at, after
            while high - low > MINUTE:
                middle = low + ((high - low) // 2 // MINUTE) * MINUTE
                low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
            yield high
        at, offset = after, new


@cache
def zones_by_changes() -> dict[tuple[tuple[datetime, timedelta, timedelta], ...], list[str]]:
    """All zones of the database, those that change alike together: one computation stands for all of them."""
    found: dict[tuple[tuple[datetime, timedelta, timedelta], ...], list[str]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        zone = ZoneInfo(name)
        offset = FIRST.astimezone(zone).utcoffset() or timedelta(0)
        marks = [(FIRST, offset, offset)]
        for at in changes(zone):
            before, after = ((at + by).astimezone(zone).utcoffset() or timedelta(0) for by in (-MINUTE, timedelta(0)))
            marks.append((at, before, after))
        found.setdefault(tuple(marks), []).append(name)
    return found


@cache
def first_minutes(zone: ZoneInfo, around: datetime) -> dict[datetime, datetime]:
    """For each local minute near a change, the first instant at which the wall clock shows it or has gone past it."""
    first: dict[datetime, datetime] = {}
    at, shown = around - timedelta(hours=4), datetime.min  # noqa: DTZ901 -- a wall clock
    while at < around + timedelta(hours=4):
        wall = at.astimezone(zone).replace(tzinfo=None)
        missed = shown + MINUTE
        while shown > datetime.min and missed < wall:  # noqa: DTZ901 -- a wall clock
            first.setdefault(missed, at)
            missed += MINUTE
        first.setdefault(wall, at)
        shown, at = max(shown, wall), at + MINUTE
    return first


def clock_times(
    first: dict[datetime, datetime], around: datetime, before: timedelta, after: timedelta
) -> set[datetime]:
    """The edges of what is odd, and some times in and beside it."""
    low, high = sorted((around + before, around + after))
    low, high = low.replace(tzinfo=None), high.replace(tzinfo=None)
    edges = [low - MINUTE, low, high - MINUTE, high, high + MINUTE]
    inside = Random(str(around)).sample(sorted(first), CLOCKS)
    return {wall for wall in [*edges, low + (high - low) // 2, *inside] if wall in first and wall.second == 0}


def check(zone: ZoneInfo, around: datetime, before: timedelta, after: timedelta) -> int:
    first = first_minutes(zone, around)
    count = 0
    for wall in clock_times(first, around, before, after):
        expected, day, clock = first[wall], wall.date(), wall.time()
        assert expected == instant_of(day, clock, zone), (zone.key, wall)
        assert_once(expected, day, clock, zone)
        count += 1
    return count


def assert_once(expected: datetime, day: date, clock: time, zone: ZoneInfo) -> None:
    """`every` with `at`, and `cron`, start at the instant, and only then, on this day."""
    lines = (Weekly(frozenset({day.weekday()}), clock), parse_cron(f"{clock.minute} {clock.hour} {day.day} * *"))
    for times in lines:
        found = list(occurrences(times, zone, after=expected - timedelta(days=2), first_day=day, last_day=day))
        assert [expected] == found, (zone.key, day, clock, times)


def test_every_zone_that_changes_its_clocks_starts_once_and_at_the_first_valid_instant() -> None:
    checked = sum(
        check(ZoneInfo(names[0]), *change) for marks, names in zones_by_changes().items() for change in marks[1:]
    )
    assert zoneinfo.available_timezones() == {name for names in zones_by_changes().values() for name in names}
    assert checked > 500


def test_a_cron_line_starts_at_every_first_sight_of_its_clock_times_around_every_change() -> None:
    times, three_hours = parse_cron("*/20 * * * *"), timedelta(hours=3)
    for marks, names in zones_by_changes().items():
        zone = ZoneInfo(names[0])
        for around, *_ in marks[1:]:
            low, high = around - three_hours, around + three_hours
            first = first_minutes(zone, around)
            expected = sorted({at for wall, at in first.items() if wall.minute % 20 == 0 and low < at <= high})
            found = takewhile(high.__ge__, occurrences(times, zone, after=low))
            assert expected == list(found), (zone.key, around)


@pytest.fixture
def c_zone() -> Iterator[Callable[[str], None]]:
    """Sets the zone of the C library's `localtime` by name; the process gets its own back."""
    before = os.environ.get("TZ")
    places = [*map(Path, zoneinfo.TZPATH), Path(str(files("tzdata"))) / "zoneinfo"]

    def choose(name: str) -> None:
        os.environ["TZ"] = f":{next(place / name for place in places if (place / name).is_file())}"
        time_of_c.tzset()

    yield choose
    os.environ.pop("TZ", None)
    os.environ.update({} if before is None else {"TZ": before})
    time_of_c.tzset()


def test_every_zone_changes_when_the_c_library_says(c_zone: Callable[[str], None]) -> None:
    """Another reader of the same database: every eighth day, and the minutes around every change."""
    days = [FIRST + DAY * n for n in range(0, 365 * YEARS, 8)]
    for marks, names in zones_by_changes().items():
        instants = [*days, *(at + by for at, *_ in marks[1:] for by in (-MINUTE, timedelta(0)))]
        for name in names:
            c_zone(name)
            zone = ZoneInfo(name)
            told = [timedelta(seconds=time_of_c.localtime(at.timestamp()).tm_gmtoff) for at in instants]
            assert told == [at.astimezone(zone).utcoffset() for at in instants], name


@pytest.mark.parametrize("line", ["*/7 * * * *", "30 2 * * *", "0 0 * * *", "15 23,1 * * mon,sat,sun"])
def test_no_start_is_there_twice_and_their_order_is_that_of_time(line: str) -> None:
    for name in ("Europe/Madrid", "America/Nuuk", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Beirut"):
        for around, *_ in next(marks for marks, names in zones_by_changes().items() if name in names)[1:5]:
            found = [
                at
                for at, _ in zip(
                    occurrences(parse_cron(line), ZoneInfo(name), after=around - DAY), range(400), strict=False
                )
            ]
            assert sorted(set(found)) == found
