"""`bots plan`: the sessions to come, of one playbook or of a folder of them."""

import heapq
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

import typer

from bots import __version__
from bots.cli.exits import Exit
from bots.cli.files import playbooks_in
from bots.cli.options import inputs_of
from bots.errors import ScheduleError
from bots.playbook import Playbook, examine_file, format_duration, render
from bots.schedule import Planned, Skipped, clashes, instant_of, planned, zone_named

__all__ = ["plan_paths"]

_HORIZON = timedelta(days=3 * 366)  # a schedule without a session in three years has none to come
_HEADS = ("local", "", "UTC", "length", "session", "notes")


@dataclass(slots=True)
class _Plan:
    sessions: list[Planned] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)

    def notes(self, session: Planned) -> list[str]:
        found = []
        if session.oddity == "gap":
            found.append(f"{session.start.clock:%H:%M} does not exist that day: clocks go forward")
        if session.oddity == "overlap":
            found.append(f"{session.start.clock:%H:%M} is there twice that day: the first one")
        for pair in clashes(self.sessions):
            if session in pair:
                other = pair[1] if session is pair[0] else pair[0]
                found.append(f"overlaps {other.playbook}/{other.entry} in room {session.room}")
        return found


def plan_paths(
    paths: Sequence[str], *, count: int, first_day: str, inputs: Sequence[str], as_json: bool, as_ics: bool
) -> int:
    """Print the next sessions of all playbooks; 3 if one of them is broken.

    Raises:
        typer.BadParameter: a day or a path is wrong.
    """
    if as_json and as_ics:
        raise typer.BadParameter("choose one of --json and --ics", param_hint="--ics")
    plan = _planned(paths, count=count, first=_day(first_day), inputs=inputs_of(inputs))
    if as_json:
        typer.echo(_json(plan))
    elif as_ics:
        typer.echo(_ics(plan), nl=False)
    else:
        _show(plan)
    if not as_json:
        for file, reason in plan.broken.items():
            typer.echo(f"{file} cannot be planned:\n{reason}", err=as_ics)
    return Exit.PLAYBOOK if plan.broken else Exit.DONE


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 1970 <= found.year <= 2200:
        raise typer.BadParameter(f"{text!r} is no day from 1970 to 2200; write 2026-05-01", param_hint="--from")
    return found


def _planned(paths: Sequence[str], *, count: int, first: date | None, inputs: dict[str, str]) -> _Plan:
    plan = _Plan()
    coming: list[Iterator[Planned | Skipped]] = []
    for file in playbooks_in(paths):
        examined = examine_file(file, inputs=inputs)
        if examined.playbook is None:
            plan.broken[str(file)] = render(examined.problems)
            continue
        try:
            coming += _coming(examined.playbook, first, count)
        except ScheduleError as error:
            plan.broken[str(file)] = str(error)
    skipped: dict[tuple[str, str, date], Skipped] = {}
    for one in heapq.merge(*coming, key=lambda each: each.starts_at):
        if isinstance(one, Planned):
            plan.sessions.append(one)
            if len(plan.sessions) >= count:
                break
        else:
            skipped.setdefault((one.playbook, one.entry, one.starts_at.astimezone(one.zone).date()), one)
    plan.skipped = list(skipped.values())
    return plan


def _coming(playbook: Playbook, first: date | None, count: int) -> list[Iterator[Planned | Skipped]]:
    zone = zone_named(playbook.timezone or "UTC")
    after = datetime.now(UTC) if first is None else instant_of(first, time(), zone) - timedelta(seconds=1)
    return [iter(list(_until(planned(playbook, entry, after=after), after, count))) for entry in playbook.schedule]


def _until(found: Iterable[Planned | Skipped], after: datetime, count: int) -> Iterator[Planned | Skipped]:
    sessions = 0
    for one in found:
        if one.starts_at > after + _HORIZON:
            return
        yield one
        sessions += isinstance(one, Planned)
        if sessions >= count:
            return


def _rows(plan: _Plan) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    both: list[Planned | Skipped] = [*plan.sessions, *plan.skipped]
    for one in sorted(both, key=lambda each: each.starts_at):
        local = one.starts_at.astimezone(one.zone)
        if isinstance(one, Planned):
            length = format_duration((one.ends_at - one.starts_at).total_seconds())
            note = "; ".join(plan.notes(one))
        else:
            length, note = "-", f"skipped: {one.reason}"
        name = f"{one.playbook}/{one.entry}"
        rows.append((f"{local:%a %Y-%m-%d %H:%M}", one.zone.key, f"{one.starts_at:%m-%d %H:%MZ}", length, name, note))
    return rows


def _show(plan: _Plan) -> None:
    rows = _rows(plan)
    if not rows:
        typer.echo("no sessions to come")
    elif sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*_HEADS)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        Console().print(table)
    else:
        widths = [max(map(len, column)) for column in zip(_HEADS, *rows, strict=True)]
        for row in (_HEADS, *rows):
            typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _json(plan: _Plan) -> str:
    sessions = [
        _values(one)
        | {
            "ends_at": _utc(one.ends_at),
            "length_s": (one.ends_at - one.starts_at).total_seconds(),
            "room": one.room,
            "dst": one.oddity,
            "written": f"{one.start.day}T{one.start.clock}",
            "notes": plan.notes(one),
        }
        for one in plan.sessions
    ]
    skipped = [_values(one) | {"reason": one.reason} for one in plan.skipped]
    broken = [{"file": file, "reason": reason} for file, reason in plan.broken.items()]
    return json.dumps({"sessions": sessions, "skipped": skipped, "broken": broken}, indent=2, ensure_ascii=False)


def _values(one: Planned | Skipped) -> dict[str, Any]:
    return {
        "playbook": one.playbook,
        "session": one.entry,
        "starts_at": _utc(one.starts_at),
        "local": one.starts_at.astimezone(one.zone).isoformat(),
        "timezone": one.zone.key,
    }


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _ics(plan: _Plan) -> bytes:
    """A calendar of the sessions, in UTC; the same session has the same UID every time."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("PRODID", f"-//playbots//bots {__version__}//EN")
    calendar.add("VERSION", "2.0")
    for one in plan.sessions:
        event = Event()
        digest = sha256(f"{one.playbook}/{one.entry}@{one.starts_at.isoformat()}".encode()).hexdigest()
        event.add("UID", f"{digest[:32]}@playbots")
        event.add("DTSTAMP", datetime.now(UTC))
        event.add("DTSTART", one.starts_at)
        event.add("DTEND", one.ends_at)
        event.add("SUMMARY", f"{one.playbook} ({one.entry})")
        if notes := plan.notes(one):
            event.add("DESCRIPTION", "\n".join(notes))
        calendar.add_component(event)
    return bytes(calendar.to_ical())
