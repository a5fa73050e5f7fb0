"""`bots sessions` and `bots report`: what has been, from the journal; and how it is forgotten."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import typer

from bots.bot import FILES, Provider, Report, kept_report
from bots.cli.exits import Exit
from bots.cli.files import counted
from bots.cli.journal import end_past, kept_journal
from bots.cli.memory import memory_of_user
from bots.cli.programs import print_json
from bots.cli.trace import forget_traces
from bots.errors import ConfigError, JournalError
from bots.fleet import Script
from bots.journal import Journal, SessionRecord
from bots.playbook.values.meant import did_you_mean

__all__ = ["forget_sessions", "list_sessions", "report_session", "session_named", "traces_of_session"]

MOST = 100_000  # sessions that an id is looked for in
_NOBODY = Provider("", "", "")

T = TypeVar("T")


def list_sessions(*, store: str, count: int, as_json: bool) -> int:
    """Print the newest sessions: what came of them, or who runs them.

    Raises:
        ConfigError, JournalError: the journal cannot be read.
    """

    async def read(journal: Journal) -> list[dict[str, Any]]:
        held = journal.held()
        return [_summary(one, str(held.get(one.id, ""))) for one in journal.listed(count)]

    found = _with_journal(store, read)
    if as_json:
        print_json(found)
    elif not found:
        typer.echo("no session is in the journal yet; bots run keeps each there")
    for one in found if not as_json else ():
        what = one["outcome"] or (f"running: {one['run_by']}" if one["run_by"] else _cut_off(one["ends_at"]))
        reason = f" ({one['reason']})" if one["reason"] else ""
        typer.echo(f"{one['starts_at']}  {one['session']}  {what}{reason}")
    return Exit.DONE


def _cut_off(ends_at: str) -> str:
    is_over = datetime.fromisoformat(ends_at) <= datetime.now(UTC)
    return "cut off, and its time is over" if is_over else "cut off; bots run --resume goes on"


def report_session(name: str, *, store: str, as_json: bool) -> int:
    """Print who was there, and who was with whom.

    Raises:
        ConfigError: no session has this id, or several.
        JournalError: the journal cannot be read.
    """

    async def read(journal: Journal) -> tuple[SessionRecord, Report | None]:
        record = session_named(journal, name)
        return record, _report(record, await journal.facts_of(record.id))

    record, report = _with_journal(store, read)
    files = (
        {} if report is None else {one: json.loads(FILES[one](report)) for one in ("attendance.json", "groups.json")}
    )
    people = files["attendance.json"]["people"] if files else []
    rounds = files["groups.json"]["rounds"] if files else []
    if as_json:
        values = {**_summary(record, ""), "result": record.result, "people": people, "rounds": rounds}
        print_json(values)
        return Exit.DONE
    for line in _told(record, people, rounds):
        typer.echo(line)
    return Exit.DONE


def forget_sessions(name: str, *, store: str, before: str, person: str, as_json: bool) -> int:
    """Remove sessions from the journal, with their traces; of a person, their meetings of earlier lessons too.

    Raises:
        typer.BadParameter: nothing is named, or more than one thing.
        ConfigError: no session has this id, or it runs.
        JournalError: the journal cannot be written.
    """
    if sum(map(bool, (name, before, person))) != 1:
        raise typer.BadParameter("name one session, or --before DATE, or --person ID", param_hint="ID")

    async def forget(journal: Journal) -> Sequence[SessionRecord]:
        await end_past(journal)
        if before:
            return await journal.forget(_day(before))
        if person:
            return await journal.forget_person(person)
        record = session_named(journal, name)
        if record.state == "open":
            raise ConfigError(f"{record.id} has not ended: bots run {record.file} --resume goes on with it")
        return await journal.forget_session(record.id)

    gone = _with_journal(store, forget)
    forget_traces([trace for one in gone for trace in one.traces])
    memory = memory_of_user()
    if person and memory is not None:
        memory.erase(playbook="", person=person)
    if as_json:
        print_json({"sessions": [one.id for one in gone]})
    else:
        typer.echo(f"{counted(len(gone), 'session')} forgotten")
    return Exit.DONE


def traces_of_session(name: str, *, store: str) -> tuple[str, ...]:
    """The ids of the traces of the only session whose id begins so; none if there is none, or no journal.

    Raises:
        ConfigError: there are several, or there is no journal where one was asked for.
        JournalError: the journal that was asked for cannot be read.
    """

    async def read() -> tuple[str, ...]:
        async with kept_journal(store) as journal:
            found = [] if journal is None else journal.listed(MOST)
            is_there = any(one.id.startswith(name) for one in found)
            return session_named(journal, name).traces if journal is not None and is_there else ()

    try:
        return asyncio.run(read())
    except JournalError:
        if store:
            raise
        return ()  # it was asked for a trace, and only perhaps for a session


def session_named(journal: Journal, name: str) -> SessionRecord:
    """The session with this id, or the only one whose id begins so.

    Raises:
        ConfigError: there is none, or there are several.
        JournalError: the journal cannot be read.
    """
    found = journal.listed(MOST)
    like = [one for one in found if one.id == name] or [one for one in found if one.id.startswith(name)]
    if len(like) == 1:
        return like[0]
    if like:
        raise ConfigError(f"{name!r} fits {len(like)} sessions: {', '.join(one.id for one in like[:5])}")
    hint = did_you_mean(name, [one.id for one in found])
    raise ConfigError(f"no session is called {name!r}{hint or '; bots sessions shows them'}")


def _with_journal(store: str, work: Callable[[Journal], Awaitable[T]]) -> T:
    async def opened() -> T:
        async with kept_journal(store) as journal:
            if journal is None:
                raise ConfigError("there is no home folder, so no journal; write --store URL")
            return await work(journal)

    return asyncio.run(opened())


def _day(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write 2026-03-30", param_hint="--before") from None


def _report(record: SessionRecord, facts: Any) -> Report | None:
    """Of the first bot that has kept a record."""
    if record.plan is None:
        return None
    now = record.ended_at or datetime.now(UTC)
    specs = Script.unpacked(record.plan, _NOBODY, room_id=record.room_id or "").specs
    reports = (kept_report(spec, facts.get(spec.id, {}), now) for spec in specs)
    return next((one for one in reports if one is not None), None)


def _summary(record: SessionRecord, run_by: str) -> dict[str, Any]:
    return {
        "session": record.id, "file": record.file, "starts_at": f"{record.starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "ends_at": f"{record.ends_at:%Y-%m-%dT%H:%M:%SZ}", "state": record.state, "outcome": record.outcome,
        "reason": record.reason, "run_by": run_by or None, "traces": list(record.traces),
    }  # fmt: skip


def _told(record: SessionRecord, people: Sequence[Any], rounds: Sequence[Any]) -> list[str]:
    result = record.result or {}
    lines = [f"{record.id}: {record.outcome or 'not ended'}{f' ({record.reason})' if record.reason else ''}"]
    lines += [
        f"  {'met' if one['is_met'] else 'NOT met'}: {one['counter']} {one['wanted']}, counted {one['value']}"
        for one in result.get("expectations", [])
    ]
    lines += [f"  nobody knows whether this was done: {one}" for one in result.get("unknown", [])]
    if not people:
        return [*lines, "  no attendance was kept: bots that rotate groups or save files keep it"]
    for one in people:
        late = f", {one['late_seconds'] / 60:.0f} min late" if one["late_seconds"] else ""
        lines.append(f"  {one['id']:20} {one['status']:8} {one['seconds'] / 60:5.1f} min{late}")
    for one in rounds:
        lines.append(f"  {one['rotation']}, round {one['round']}")
        groups: dict[str, list[str]] = {}
        for person in one["people"]:
            groups.setdefault(person["planned"] or "came later", []).append(person["id"])
        lines += [f"    {group}: {', '.join(ids)}" for group, ids in groups.items()]
    return lines
