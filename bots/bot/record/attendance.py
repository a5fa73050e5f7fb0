"""Attendance: who came, when first, when last, how long, how late, how often again. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bots.bot.contract.attendance import AttendancePlan
from bots.bot.record.names import Names
from bots.bot.record.record import Record
from bots.bot.record.stays import Span, seconds_of, shared_s
from bots.playbook import RosterEntry

__all__ = ["Attendance", "attendance_of"]

Status = Literal["present", "partly", "absent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """One person's lesson.

    Attributes:
        id: of the roster, of the bot, or made for the report.
        name: empty unless the playbook wants names.
        status: `present` with enough of the lesson, `partly` with less, `absent` who never came.
        first_in, last_out: None for who never came; `last_out` also for who is still there.
        seconds: in the room, all stays together, also before and after the lesson.
        late_s: after the start of the lesson, if that was too late.
        reconnects: how often they were gone and came back.
        rounds: in how many rounds of rotations they were in a group.
        stays: when they were in the room.
    """

    id: str
    name: str
    role: str
    is_bot: bool
    status: Status
    first_in: datetime | None = None
    last_out: datetime | None = None
    seconds: float = 0.0
    late_s: float | None = None
    reconnects: int = 0
    rounds: int = 0
    stays: tuple[Span, ...] = ()


def attendance_of(
    record: Record, plan: AttendancePlan, *, names: Names, roster: Sequence[RosterEntry], lesson: Span, now: datetime
) -> list[Attendance]:
    """A row for everybody of the roster, in its order, then for everybody else who came, in the order of coming.

    Args:
        lesson: its planned start and end; what was missed after `now` is not missed yet.
    """
    people = {person.id: person for person in record.people()}
    rounds = [set(record.in_groups(one, now)) for one in record.rounds]
    expected = {entry.id: entry for entry in roster}
    rows = []
    for key in [*expected, *(key for key in people if key not in expected)]:
        person, entry = people.get(key), expected.get(key)
        spans = record.spans(key, now)
        rows.append(
            Attendance(
                id=names.id_of(key),
                name=names.name_of(key),
                role=person.role if person is not None else entry.role if entry is not None else "",
                is_bot=person is not None and person.is_bot,
                status=_status(spans, plan, lesson, now),
                first_in=spans[0][0] if spans else None,
                last_out=None if record.is_here(key) or not spans else spans[-1][1],
                seconds=seconds_of(spans),
                late_s=_late_s(spans, plan, lesson),
                reconnects=max(0, len(spans) - 1),
                rounds=sum(key in inside for inside in rounds),
                stays=tuple(spans),
            )
        )
    return rows


def _status(spans: Sequence[Span], plan: AttendancePlan, lesson: Span, now: datetime) -> Status:
    if not spans:
        return "absent"
    start, end = lesson
    length_s = (min(end, now) - start).total_seconds()
    is_enough = length_s <= 0 or shared_s(spans, [lesson]) >= plan.present_needs * length_s
    return "present" if is_enough else "partly"


def _late_s(spans: Sequence[Span], plan: AttendancePlan, lesson: Span) -> float | None:
    if not spans:
        return None
    late_s = (spans[0][0] - lesson[0]).total_seconds()
    return late_s if late_s > plan.late_after_s else None
