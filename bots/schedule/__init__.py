"""When: which starts are planned, what is due and what was missed, and an alarm clock to wait for it."""

from bots.schedule.due import PUNCTUAL, Due, due, is_misfired
from bots.schedule.engine import AlarmClock, Alarms, wait_until
from bots.schedule.localtime import Oddity, instant_of, oddity_of, zone_named
from bots.schedule.occurrences import WEEKDAYS, Cron, Times, Weekly, occurrences, parse_cron
from bots.schedule.window import SessionTimes, Window, instant_at

__all__ = [
    "PUNCTUAL",
    "WEEKDAYS",
    "AlarmClock",
    "Alarms",
    "Cron",
    "Due",
    "Oddity",
    "SessionTimes",
    "Times",
    "Weekly",
    "Window",
    "due",
    "instant_at",
    "instant_of",
    "is_misfired",
    "occurrences",
    "oddity_of",
    "parse_cron",
    "wait_until",
    "zone_named",
]
