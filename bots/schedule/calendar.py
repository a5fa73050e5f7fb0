"""The sessions of a schedule entry, and the days that have none. Pure, but for the calendar files that it names."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bots.errors import ScheduleError
from bots.playbook import Holidays, Playbook, ScheduleEntry, SkippedDays, read_holidays
from bots.schedule.localtime import Oddity, instant_of, oddity_of, zone_named
from bots.schedule.occurrences import WEEKDAYS, Start, Times, Weekly, local_starts, parse_cron

__all__ = ["Planned", "Skipped", "clashes", "most_a_day", "planned"]


@dataclass(frozen=True, slots=True)
class Planned:
    """A session to come.

    Attributes:
        playbook: its name.
        entry: id of its schedule entry.
        room: what tells its room from others; None for a room of its own.
        starts_at, ends_at: aware, UTC.
        zone: of its clock times.
        start: with the clock time that is written, before a gap moved it.
    """

    playbook: str
    entry: str
    room: str | None
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    start: Start

    @property
    def oddity(self) -> Oddity:
        """Is its clock time in a gap (moved) or an overlap (the first of two)?"""
        return oddity_of(self.start.day, self.start.clock, self.zone)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A start that `skip_on` leaves out, and why."""

    playbook: str
    entry: str
    starts_at: datetime
    zone: ZoneInfo
    reason: str


def planned(playbook: Playbook, entry: ScheduleEntry, *, after: datetime) -> Iterator[Planned | Skipped]:
    """The starts of an entry later than `after`, in order, each instant once; may be endless.

    A day of `also_on` has its session whatever `skip_on`, `from` and `until` say.

    Raises:
        ScheduleError: a calendar file that was there when the playbook was read is not there any more.
    """
    zone = zone_named(playbook.timezone or "UTC")
    closed = _Closed(entry.skip_on, Path(playbook.folder) if playbook.folder else None)
    extra = _extra(entry, zone, after)
    extra_at = {start.at for start in extra}
    starts = _regular(entry, zone, after)
    if extra:  # seldom; and of thousands of entries each keeps what it comes from
        starts = heapq.merge(extra, (one for one in starts if one.at not in extra_at), key=lambda one: one.at)
    for start in starts:
        reason = None if start.at in extra_at else closed.reason(start.day)
        if reason is not None:
            yield Skipped(playbook.name, entry.id, start.at, zone, reason)
            continue
        ends_at = start.at + timedelta(seconds=entry.length_s)
        yield Planned(playbook.name, entry.id, playbook.room.id, start.at, ends_at, zone, start)


def most_a_day(entry: ScheduleEntry) -> int:
    """How many starts a day of this entry can have."""
    return (1 if entry.cron is None else parse_cron(entry.cron).most_a_day) + min(1, len(entry.also_on))


def clashes(sessions: Iterable[Planned]) -> list[tuple[Planned, Planned]]:
    """Pairs of sessions that are in one room at the same time, by their starts."""
    found: list[tuple[Planned, Planned]] = []
    running: dict[str, list[Planned]] = {}
    for session in sorted((one for one in sessions if one.room), key=lambda one: one.starts_at):
        before = [one for one in running.get(session.room or "", []) if one.ends_at > session.starts_at]
        found += [(one, session) for one in before]
        running[session.room or ""] = [*before, session]
    return found


class _Closed:
    """The days of `skip_on`; its calendar files are read once."""

    def __init__(self, skipped: Iterable[SkippedDays], folder: Path | None) -> None:
        self._skipped = tuple(skipped)
        self._calendars: dict[str, Holidays] = {}
        for one in self._skipped:
            if one.file is not None and folder is not None:
                self._calendars[one.file] = _read(folder / one.file)

    def reason(self, day: date) -> str | None:
        for one in self._skipped:
            if one.has(day):
                return "skip_on " + (f"{one.first}" if one.first == one.last else f"{one.first}..{one.last}")
            name = self._calendars[one.file].name_on(day) if one.file in self._calendars else None
            if name is not None:
                return f"{name} ({one.file})"
        return None


def _read(path: Path) -> Holidays:
    try:
        return read_holidays(path)
    except (OSError, ValueError) as cause:
        raise ScheduleError(path.name, f"cannot be read: {cause}") from cause


def _regular(entry: ScheduleEntry, zone: ZoneInfo, after: datetime) -> Iterator[Start]:
    times: Times
    if entry.cron is not None:
        times = parse_cron(entry.cron)
    elif entry.every is not None and entry.at is not None:
        times = Weekly(frozenset(WEEKDAYS.index(day) for day in entry.every), entry.at)
    else:
        return iter(())
    return local_starts(times, zone, after=after, first_day=entry.first_day, last_day=entry.last_day)


def _extra(entry: ScheduleEntry, zone: ZoneInfo, after: datetime) -> list[Start]:
    clocks = [(one.day, one.at or entry.at) for one in entry.also_on]
    starts = {instant_of(day, at, zone): Start(instant_of(day, at, zone), day, at) for day, at in clocks if at}
    return sorted((one for at, one in starts.items() if at > after.astimezone(UTC)), key=lambda one: one.at)
