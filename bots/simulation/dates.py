"""Which session is meant: `lesson`, or `lesson on 2026-03-30`, the one that the schedule plans for that day. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from bots.errors import ConfigError
from bots.playbook import Playbook, ScheduleEntry
from bots.schedule import Planned, Skipped, instant_of, planned, zone_named

__all__ = ["session_named"]

_ON = re.compile(r"(?:(?P<id>.+?)\s+)?on\s+(?P<day>\S+)")
_SHOWN = 3  # sessions near the day that has none


def session_named(playbook: Playbook, text: str) -> tuple[str | None, datetime | None]:
    """The id of the schedule entry (None: the first) and the start of the session (None: no day is named).

    Args:
        text: `lesson`, `lesson on 2026-03-30`, `on 2026-03-30`, or nothing.

    Raises:
        ConfigError: no such entry, no such day, or no session on that day.
        ScheduleError: a clock time without a zone.
    """
    match = _ON.fullmatch(text.strip())
    name = (match["id"] if match else text.strip()) or None
    entry = _entry(playbook, name)
    if match is None:
        return name, None
    try:
        day = date.fromisoformat(match["day"])
    except ValueError:
        raise ConfigError(f"{match['day']!r} is no day; write {entry.id} on 2026-03-30") from None
    return entry.id, _start_on(playbook, entry, day)


def _entry(playbook: Playbook, name: str | None) -> ScheduleEntry:
    try:
        return playbook.entry(name)
    except KeyError:
        known = ", ".join(entry.id for entry in playbook.schedule)
        raise ConfigError(f"no schedule entry is called {name!r}; this playbook has {known}") from None


def _start_on(playbook: Playbook, entry: ScheduleEntry, day: date) -> datetime:
    if entry.every is None and entry.cron is None and not entry.also_on:
        raise ConfigError(f"{entry.id} has no days, it starts by hand only; leave “on {day}” away")
    zone = zone_named(playbook.timezone or "UTC")
    before = instant_of(day, time(), zone).astimezone(UTC) - timedelta(seconds=1)
    near: list[Planned] = []
    for one in islice(planned(playbook, entry, after=before), 400):
        is_that_day = one.starts_at.astimezone(zone).date() == day
        if is_that_day and isinstance(one, Skipped):
            raise ConfigError(f"{entry.id} is skipped on {day}: {one.reason}")
        if is_that_day:
            return one.starts_at
        if isinstance(one, Planned):
            near.append(one)
        if len(near) == _SHOWN:
            break
    days = ", ".join(str(one.starts_at.astimezone(zone).date()) for one in near)
    raise ConfigError(
        f"{entry.id} has no session on {day}; " + (f"the next are on {days}" if near else "none comes after")
    )
