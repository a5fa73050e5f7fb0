"""When: which starts are planned, what is due and what was missed, and an alarm clock to wait for it."""

from bots.schedule.calendar import Planned, Skipped, clashes, most_a_day, planned
from bots.schedule.due import PUNCTUAL, Due, Overlap, due, is_misfired, when_running
from bots.schedule.engine import AlarmClock, Alarms, wait_until
from bots.schedule.localtime import Oddity, instant_of, oddity_of, zone_named
from bots.schedule.occurrences import WEEKDAYS, Cron, Start, Times, Weekly, local_starts, occurrences, parse_cron
from bots.schedule.window import SessionTimes, Window, instant_at

__all__ = [
    "PUNCTUAL",
    "WEEKDAYS",
    "AlarmClock",
    "Alarms",
    "Cron",
    "Due",
    "Oddity",
    "Overlap",
    "Planned",
    "SessionTimes",
    "Skipped",
    "Start",
    "Times",
    "Weekly",
    "Window",
    "clashes",
    "due",
    "instant_at",
    "instant_of",
    "is_misfired",
    "local_starts",
    "most_a_day",
    "occurrences",
    "oddity_of",
    "parse_cron",
    "planned",
    "wait_until",
    "when_running",
    "zone_named",
]
