"""The planned starts of a schedule entry: `every` with `at`, or `cron`, in a zone. Pure.

Cron has its five fields (minute, hour, day of the month, month, weekday) with `*`, lists, ranges and `/n`.
Weekdays are names only: `1` is Monday in crontab and Tuesday in APScheduler. A day must match both day fields
where only one is restricted, and either where both are (crontab's rule).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from bots.errors import ScheduleError
from bots.schedule.localtime import instants_on

__all__ = ["WEEKDAYS", "Cron", "Start", "Times", "Weekly", "local_starts", "occurrences", "parse_cron"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SEARCH = timedelta(days=8 * 366 + 1)  # the rarest date, 29 February, comes back within eight years


@dataclass(frozen=True, slots=True)
class Weekly:
    """`every: [mon, wed]`, `at: 10:00`: weekdays (0 is Monday) and a local clock time."""

    days: frozenset[int]
    at: time

    def times_on(self, day: date) -> Sequence[time]:
        return (self.at,) if day.weekday() in self.days else ()

    @property
    def most_a_day(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron line, parsed; weekday 0 is Monday."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def times_on(self, day: date) -> Sequence[time]:
        if day.month not in self.months or not self._has(day):
            return ()
        return _clock_times(self.hours, self.minutes)

    @property
    def most_a_day(self) -> int:
        return len(self.hours) * len(self.minutes)

    def _has(self, day: date) -> bool:
        by_date, by_weekday = day.day in self.days, day.weekday() in self.weekdays
        if len(self.days) < 31 and len(self.weekdays) < 7:
            return by_date or by_weekday
        return by_date and by_weekday


Times = Weekly | Cron


@dataclass(frozen=True, slots=True)
class Start:
    """A planned start: the instant (aware, UTC), and the local day and clock time that mean it."""

    at: datetime
    day: date
    clock: time


def occurrences(
    times: Times,
    zone: ZoneInfo,
    *,
    after: datetime,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Iterator[datetime]:
    """Planned starts later than `after`, in order, aware UTC, each instant once; may be endless.

    A clock time in a gap starts at the first valid instant, one in an overlap at the first of the two. Ends
    after `last_day` (inclusive), or when eight years pass without a start.
    """
    return (start.at for start in local_starts(times, zone, after=after, first_day=first_day, last_day=last_day))


def local_starts(
    times: Times,
    zone: ZoneInfo,
    *,
    after: datetime,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Iterator[Start]:
    """The same as `occurrences`, with the local day and clock time; of several that mean one instant, the last."""
    day = max(after.astimezone(zone).date() - timedelta(days=1), first_day or date.min)
    previous, give_up = after, day + _SEARCH
    while day <= give_up and (last_day is None or day <= last_day):
        if clocks := times.times_on(day):  # most days have none
            for at, clock in instants_on(day, clocks, zone):
                if at > previous:
                    previous, give_up = at, day + _SEARCH
                    yield Start(at, day, clock)
        day += timedelta(days=1)


@lru_cache(maxsize=1024)
def parse_cron(text: str) -> Cron:
    """Read a cron line of five fields.

    Raises:
        ScheduleError: not five fields, a value out of range, a numeric weekday, or a date that never comes.
    """
    fields = text.lower().split()
    if len(fields) != 5:
        raise ScheduleError(text, f"a cron line has 5 fields (minute hour day month weekday), not {len(fields)}")
    minute, hour, day, month, weekday = fields
    cron = Cron(
        minutes=tuple(sorted(_field(text, minute, 0, 59))),
        hours=tuple(sorted(_field(text, hour, 0, 23))),
        days=_field(text, day, 1, 31),
        months=_field(text, month, 1, 12, {name: at for at, name in enumerate(_MONTHS, 1)}),
        weekdays=_weekdays(text, weekday),
    )
    leap_cycle = (date(2024, 1, 1) + timedelta(days=n) for n in range(4 * 366))
    if not any(islice((cron.times_on(day) for day in leap_cycle if cron.times_on(day)), 1)):
        raise ScheduleError(text, "names a date that never comes")
    return cron


@lru_cache(maxsize=256)
def _clock_times(hours: tuple[int, ...], minutes: tuple[int, ...]) -> tuple[time, ...]:
    return tuple(time(hour, minute) for hour in hours for minute in minutes)


def _weekdays(text: str, field: str) -> frozenset[int]:
    if field in ("*", "?"):
        return frozenset(range(7))
    if any(character.isdigit() for character in field.split("/", maxsplit=1)[0]) or field.startswith("*/"):
        raise ScheduleError(
            text, "weekdays are names (mon,wed or mon-fri): numbers mean different days to different tools"
        )
    return _field(text, field, 0, 6, {name: at for at, name in enumerate(WEEKDAYS)})


def _field(text: str, field: str, low: int, high: int, names: Mapping[str, int] | None = None) -> frozenset[int]:
    values: set[int] = set()
    for part in field.split(","):
        span, slash, step_text = part.partition("/")
        step = _number(text, step_text, 1, high - low + 1, {}) if slash else 1
        if span == "*":
            first, last = low, high
        else:
            first_text, dash, last_text = span.partition("-")
            first = _number(text, first_text, low, high, names or {})
            last = _number(text, last_text, low, high, names or {}) if dash else (high if slash else first)
        if first > last:
            raise ScheduleError(text, f"the range {span} runs backwards")
        values.update(range(first, last + 1, step))
    return frozenset(values)


def _number(text: str, value: str, low: int, high: int, names: Mapping[str, int]) -> int:
    if value in names:
        return names[value]
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        allowed = ", ".join(names) if names else f"{low} to {high}"
        raise ScheduleError(text, f"{value or 'nothing'!r} stands where {allowed} belongs")
    return int(value)
