"""Days without a session, from a calendar file (.ics): its all-day events, also the recurring ones.

Source: RFC 5545. An event with a clock time closes no day. An end day is not in the event (section 3.6.1).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

__all__ = ["Holiday", "Holidays", "read_holidays"]

_MOST_BYTES = 5_000_000
_DAILY = re.compile(r"FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY)\b")
_UNTIL = re.compile(r"UNTIL=(\d{8})T?\w*")


@dataclass(frozen=True, slots=True)
class Holiday:
    """One event: its first day, how many days it is, and the rule by which it comes back (iCalendar RRULE)."""

    name: str
    first: date
    days: int
    rule: str | None = None
    extra: frozenset[date] = frozenset()
    without: frozenset[date] = frozenset()
    recurrence: Any = field(default=None, compare=False, repr=False)

    def has(self, day: date) -> bool:
        """Is this day in it?"""
        earliest = day - timedelta(days=self.days - 1)
        return any(first not in self.without for first in self._begins(earliest, day))

    def _begins(self, earliest: date, latest: date) -> Iterator[date]:
        yield from (first for first in (self.first, *self.extra) if earliest <= first <= latest)
        if self.recurrence is not None and latest >= self.first:
            limits = (datetime.combine(at, time()) for at in (earliest, latest))
            yield from (at.date() for at in self.recurrence.between(*limits, inc=True))


@dataclass(frozen=True, slots=True)
class Holidays:
    """All holidays of a calendar."""

    holidays: tuple[Holiday, ...] = ()

    def name_on(self, day: date) -> str | None:
        """The name of the holiday on a day; None if it has none."""
        return next((one.name for one in self.holidays if one.has(day)), None)


def read_holidays(path: Path) -> Holidays:
    """Read a calendar file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no calendar.
    """
    from icalendar import Calendar  # only where a playbook names a calendar

    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("it is larger than 5 MB")
    try:
        events = Calendar.from_ical(path.read_bytes()).walk("VEVENT")
        moved = _moved(events)
        found = [_holiday(event, moved) for event in events if _is_whole_day(event)]
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError) as cause:
        raise ValueError(str(cause)) from cause
    return Holidays(tuple(found))


def _is_whole_day(event: Any) -> bool:
    begins = event["DTSTART"].dt
    return not isinstance(begins, datetime) and str(event.get("STATUS", "")).upper() != "CANCELLED"


def _moved(events: list[Any]) -> dict[str, set[date]]:
    """By the id of a recurring event, its days that another event stands for."""
    moved: dict[str, set[date]] = {}
    for event in events:
        if "RECURRENCE-ID" in event:
            moved.setdefault(str(event.get("UID")), set()).add(_day(event["RECURRENCE-ID"].dt))
    return moved


def _holiday(event: Any, moved: dict[str, set[date]]) -> Holiday:
    first: date = event["DTSTART"].dt
    length = event["DTEND"].dt - first if "DTEND" in event else timedelta(days=1)
    if "DURATION" in event:
        length = event["DURATION"].dt
    is_master = "RECURRENCE-ID" not in event
    rule = event["RRULE"].to_ical().decode() if "RRULE" in event and is_master else None
    return Holiday(
        name=str(event.get("SUMMARY", "")).strip()[:100] or "holiday",
        first=first,
        days=max(1, length.days),
        rule=rule,
        extra=frozenset(_days(event, "RDATE")),
        without=frozenset(_days(event, "EXDATE")) | (moved.get(str(event.get("UID")), set()) if is_master else set()),
        recurrence=None if rule is None else _recurrence(rule, first),
    )


def _recurrence(rule: str, first: date) -> Any:
    from dateutil.rrule import rrulestr

    if not _DAILY.search(rule):
        raise ValueError("an all-day event comes back daily, weekly, monthly or yearly")
    return rrulestr(_UNTIL.sub(r"UNTIL=\1", rule), dtstart=datetime.combine(first, time()), cache=True)


def _days(event: Any, name: str) -> Iterator[date]:
    values = event.get(name, [])
    for value in values if isinstance(values, list) else [values]:
        yield from (_day(one.dt[0] if isinstance(one.dt, tuple) else one.dt) for one in value.dts)


def _day(at: date) -> date:
    return at.date() if isinstance(at, datetime) else at
