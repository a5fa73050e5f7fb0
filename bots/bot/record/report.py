"""The report of a lesson: while it runs, or from what a bot has kept of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bots.bot.contract.spec import BotSpec
from bots.bot.place.presence import Presence
from bots.bot.record.attendance import attendance_of
from bots.bot.record.files import Report
from bots.bot.record.groups import groups_of
from bots.bot.record.names import Names
from bots.bot.record.record import Record

__all__ = ["kept_report", "report_at"]


def report_at(spec: BotSpec, record: Record, now: datetime) -> Report:
    """The lesson up to an instant."""
    names = Names(record.people(), spec.roster, has_names=spec.attendance.has_names)
    people = attendance_of(
        record, spec.attendance, names=names, roster=spec.roster, lesson=(spec.starts_at, spec.ends_at), now=now
    )
    return Report(spec.session, spec.starts_at, spec.ends_at, people, groups_of(record, names=names, now=now))


def kept_report(spec: BotSpec, facts: Mapping[str, Any], now: datetime) -> Report | None:
    """The lesson up to an instant, from what a bot keeps to live again; None if it has kept no record."""
    if facts.get("record") is None:
        return None
    presence = Presence(spec.id, spec.bot_ids, spec.roster)
    presence.restore(facts)
    record = Record(presence.keys)
    record.restore(facts["record"])
    return report_at(spec, record, now)
