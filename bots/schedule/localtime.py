"""Local clock times as instants: each exists exactly once, on every day of the year.

A clock time in a gap (clocks go forward) is the first instant after the gap; one in an overlap (clocks go
back) is the first of the two. Source: design section 3; the same as Vixie cron does with daily jobs.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bots.errors import ScheduleError

__all__ = ["Oddity", "instant_of", "instants_on", "oddity_of", "zone_named"]

Oddity = Literal["none", "gap", "overlap"]

FEW = 8  # clock times, for which looking at the whole day does not pay


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of this name.

    Raises:
        ScheduleError: no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as cause:
        raise ScheduleError(
            name, "is not an IANA time zone; write one like Europe/Madrid or America/New_York"
        ) from cause


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The one instant, aware, UTC, at which a clock in `zone` is first at or past `at` on `day`."""
    local = datetime.combine(day, at, zone)
    first = local.replace(fold=0).astimezone(UTC)
    if oddity_of(day, at, zone) != "gap":
        return first
    return _change_between(local.replace(fold=1).astimezone(UTC), first, zone)


def instants_on(day: date, clocks: Sequence[time], zone: ZoneInfo) -> list[tuple[datetime, time]]:
    """The instants of clock times of a day, which are in order; each instant once, with the last time that means it."""
    if len(clocks) < FEW or (offset := _offset_all_of(day, zone)) is None:
        return sorted({instant_of(day, clock, zone): clock for clock in clocks}.items())
    midnight = datetime.combine(day, time.min, UTC) - offset
    return [(midnight + timedelta(hours=one.hour, minutes=one.minute, seconds=one.second), one) for one in clocks]


def _offset_all_of(day: date, zone: ZoneInfo) -> timedelta | None:
    """How far local time is ahead of UTC, if that does not change on that day, nor right before or after it."""
    midnights = (datetime.combine(day + timedelta(days=days), time.min, zone) for days in (-1, 0, 1, 2))
    offsets = {midnight.utcoffset() for midnight in midnights}
    return offsets.pop() if len(offsets) == 1 else None


def oddity_of(day: date, at: time, zone: ZoneInfo) -> Oddity:
    """Is this clock time missing on that day (gap), there twice (overlap), or ordinary (none)?"""
    local = datetime.combine(day, at, zone)
    first, second = local.replace(fold=0), local.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return "none"
    back = first.astimezone(UTC).astimezone(zone)
    return "overlap" if back.replace(tzinfo=None) == local.replace(tzinfo=None) else "gap"


def _change_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the zone's offset changes, between two instants (UTC) around one change."""
    before = low.astimezone(zone).utcoffset()
    low, high = low.replace(microsecond=0), high.replace(microsecond=0)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
