"""The files of a report, as text: CSV for spreadsheets, JSON for programs. Pure."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bots.bot.record.attendance import Attendance
from bots.bot.record.groups import Attended

__all__ = ["FILES", "Report"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Report:
    """What the files tell of one lesson."""

    session: str
    starts_at: datetime
    ends_at: datetime
    people: Sequence[Attendance]
    rounds: Sequence[Attended]


def _people_csv(report: Report) -> str:
    """Who came: a head, and a line for each; instants in UTC."""
    rows = [
        (one.name, one.id, one.role, _yes(one.is_bot), _instant(one.first_in), _instant(one.last_out), _minutes(one))
        for one in report.people
        if one.status != "absent"
    ]
    return _csv(("name", "id", "role", "is_bot", "first_in", "last_out", "minutes"), rows)


def _attendance_csv(report: Report) -> str:
    """Who was there, and who was not."""
    head = (
        "id", "name", "role", "is_bot", "status", "first_in", "last_out", "minutes", "seconds", "late",
        "late_seconds", "reconnects", "rounds",
    )  # fmt: skip
    rows = [
        (
            one.id, one.name, one.role, _yes(one.is_bot), one.status, _instant(one.first_in), _instant(one.last_out),
            _minutes(one), round(one.seconds), _yes(one.late_s is not None), _seconds(one.late_s), one.reconnects,
            one.rounds,
        )
        for one in report.people
    ]  # fmt: skip
    return _csv(head, rows)


def _groups_csv(report: Report) -> str:
    """Who was with whom: a line for each person in each round."""
    head = (
        "rotation", "round", "began_at", "ended_at", "id", "name", "planned", "actual", "seconds", "partners",
        "invite", "waited_seconds",
    )  # fmt: skip
    rows = [
        (
            one.rotation, one.round, _instant(one.began_at), _instant(one.ended_at), one.id, one.name, one.planned,
            "; ".join(one.groups), round(one.seconds), "; ".join(one.partners), one.answer, _seconds(one.waited_s),
        )
        for one in report.rounds
    ]  # fmt: skip
    return _csv(head, rows)


def _attendance_json(report: Report) -> str:
    people = [
        {
            "id": one.id, "name": one.name or None, "role": one.role, "is_bot": one.is_bot, "status": one.status,
            "first_in": _json_instant(one.first_in), "last_out": _json_instant(one.last_out),
            "seconds": round(one.seconds, 3), "late_seconds": None if one.late_s is None else round(one.late_s, 3),
            "reconnects": one.reconnects, "rounds": one.rounds,
            "stays": [[_json_instant(since), _json_instant(until)] for since, until in one.stays],
        }
        for one in report.people
    ]  # fmt: skip
    return _json(report, people=people)


def _groups_json(report: Report) -> str:
    rounds: dict[tuple[str, datetime], dict[str, Any]] = {}
    for one in report.rounds:
        found = rounds.setdefault(
            (one.rotation, one.began_at),
            {
                "rotation": one.rotation, "round": one.round, "began_at": _json_instant(one.began_at),
                "ended_at": _json_instant(one.ended_at), "people": [],
            },
        )  # fmt: skip
        found["people"].append(
            {
                "id": one.id, "name": one.name or None, "planned": one.planned or None,
                "stays": [
                    {"group": group, "from": _json_instant(since), "to": _json_instant(until)}
                    for group, since, until in one.stays
                ],
                "seconds": round(one.seconds, 3),
                "partners": [{"id": other, "seconds": round(seconds, 3)} for other, seconds in one.partners.items()],
                "invite": one.answer or None,
                "waited_seconds": None if one.waited_s is None else round(one.waited_s, 3),
            }
        )  # fmt: skip
    return _json(report, rounds=list(rounds.values()))


FILES: dict[str, Callable[[Report], str]] = {
    "people.csv": _people_csv,
    "attendance.csv": _attendance_csv,
    "attendance.json": _attendance_json,
    "groups.csv": _groups_csv,
    "groups.json": _groups_json,
}
"""Each file that a report can have, and how it is written."""


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_harmless(value) if isinstance(value, str) else value for value in row] for row in rows)
    return out.getvalue()


def _json(report: Report, **parts: object) -> str:
    head = {
        "session": report.session,
        "starts_at": _json_instant(report.starts_at),
        "ends_at": _json_instant(report.ends_at),
    }
    return json.dumps({**head, **parts}, ensure_ascii=False, indent=1) + "\n"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _minutes(one: Attendance) -> str:
    return f"{one.seconds / 60:.1f}" if one.first_in is not None else ""


def _seconds(value: float | None) -> int | str:
    return "" if value is None else round(value)


def _instant(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _json_instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _harmless(text: str) -> str:
    """A text that a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text
