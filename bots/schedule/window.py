"""Moments of a session as instants: `start + 8m`, `end - 5m`, `10:15`; and windows between two of them. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bots.errors import ScheduleError
from bots.playbook import Offset
from bots.schedule.localtime import instant_of

__all__ = ["SessionTimes", "Window", "instant_at"]


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """When a session is: aware instants, and the zone of its clock times (None if the playbook names none)."""

    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time: open from its first instant up to and without its last; None is no limit."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None

    def state(self, now: datetime) -> Literal["not_yet", "open", "over"]:
        if self.closes_at is not None and now >= self.closes_at:
            return "over"
        if self.opens_at is not None and now < self.opens_at:
            return "not_yet"
        return "open"


def instant_at(moment: Offset, session: SessionTimes) -> datetime:
    """The instant, aware, UTC, of a moment of one session.

    `start` and `end` count elapsed time. A clock time is the one nearest to the session: inside it if it can be,
    so a session over midnight finds its `00:10`.

    Raises:
        ScheduleError: a clock time, and the session has no zone.
    """
    if moment.anchor == "clock":
        return _nearest(moment, session)
    anchor = session.starts_at if moment.anchor == "start" else session.ends_at
    return anchor + timedelta(seconds=moment.offset_s)


def _nearest(moment: Offset, session: SessionTimes) -> datetime:
    if session.zone is None or moment.clock is None:
        raise ScheduleError(str(moment), "a clock time needs the playbook's timezone: Europe/Madrid, …")
    first_day = session.starts_at.astimezone(session.zone).date() - timedelta(days=1)
    days = (session.ends_at - session.starts_at).days + 4
    candidates = [instant_of(first_day + timedelta(days=n), moment.clock, session.zone) for n in range(days)]
    return min(candidates, key=lambda at: (_distance(at, session), at))


def _distance(at: datetime, session: SessionTimes) -> timedelta:
    return max(session.starts_at - at, at - session.ends_at, timedelta(0))
