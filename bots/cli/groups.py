"""`bots groups`: who meets whom, how good that is, and the proof."""

import csv
import io
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from bots.cli.exits import Exit
from bots.cli.files import counted
from bots.cli.options import inputs_of
from bots.errors import ConfigError, PlaybookError
from bots.playbook import Playbook, RosterEntry, Rotation, examine_file, plain_name, read
from bots.rotation import Plan, Problem, most_rounds, rooms_for, solve

__all__ = ["Asked", "group_people"]

_NAMED = 12  # pairs that are named one by one


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options say; 0 and "" where one is not given."""

    people: int = 0
    group_size: int = 0
    rooms: int = 0
    rounds: int = 0
    roster: str = ""


def group_people(
    playbook: str, asked: Asked, *, seed: int | None, inputs: Sequence[str], csv_file: str, as_json: bool
) -> int:
    """Plan the rotations of a playbook, or one for a number of people or a roster, and print them.

    Raises:
        typer.BadParameter: an option is missing or contradicts another.
        PlaybookError: the playbook or the roster has errors.
        RotationError: the people cannot be grouped as asked; names those concerned.
        ConfigError: the CSV file cannot be written.
    """
    if asked.people and asked.roster:
        raise typer.BadParameter("write one of --people and --roster", param_hint="--roster")
    roster = _read_roster(asked.roster) if asked.roster else ()
    if playbook:
        if asked.group_size or asked.rooms or asked.rounds:
            raise typer.BadParameter("sizes and rounds are the playbook's own", param_hint="--group-size")
        examined = examine_file(playbook, inputs=inputs_of(inputs))
        if examined.playbook is None:
            raise PlaybookError(examined.problems)
        problems = _remembering(examined.playbook, _problems_of(examined.playbook, roster, asked.people))
        seed = examined.playbook.seed if seed is None else seed
    else:
        problems = {"": _problem_of(asked, roster)}
    _tell(problems, seed=seed or 0, csv_file=csv_file, as_json=as_json)
    return Exit.DONE


def _read_roster(file: str) -> Sequence[RosterEntry]:
    """The people of a CSV file, read as a playbook beside it would."""
    path = Path(file)
    if not path.is_file() or path.suffix.lower() != ".csv":
        what = f"is no .csv file; save it as {path.stem}.csv" if path.is_file() else "is not there, or is no file"
        raise typer.BadParameter(f"{file} {what}", param_hint="--roster")
    name = json.dumps(path.name, ensure_ascii=False)
    text = f"{{playbook: 1, name: x, room: {{id: x}}, bots: {{x: {{}}}}, schedule: [{{length: 1m}}], roster: {name}}}"
    return read(text, file=str(path.parent / "roster"), folder=path.parent.resolve()).roster


def _taking_part(roster: Sequence[RosterEntry]) -> tuple[str, ...]:
    return tuple(entry.id for entry in roster if entry.role == "participant")


def _problem_of(asked: Asked, roster: Sequence[RosterEntry]) -> Problem:
    people = _taking_part(roster) if roster else _numbered(asked.people)
    if not people or not asked.rounds:
        raise typer.BadParameter(
            "write a PLAYBOOK, or --people N --group-size K --rounds R (or --rooms M, --roster FILE)",
            param_hint="--people",
        )
    if bool(asked.group_size) == bool(asked.rooms):
        raise typer.BadParameter("write one of --group-size and --rooms", param_hint="--group-size")
    rooms = asked.rooms or rooms_for(len(people), asked.group_size)
    return Problem(people=people, rooms=rooms, rounds=asked.rounds)


def _numbered(people: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(1, people + 1))


def _problems_of(playbook: Playbook, roster: Sequence[RosterEntry], people: int) -> dict[str, Problem]:
    """The rotations of a playbook: for its roster, or its bots who are participants, or for so many others."""
    if not playbook.rotations:
        raise typer.BadParameter("this playbook has no rotations", param_hint="PLAYBOOK")
    roster = roster or playbook.roster
    names = _taking_part(roster)
    if people:
        names = _numbered(people)
    elif not names:
        names = tuple(one.id for one in playbook.instances() if playbook.bots[one.bot_id].role == "participant")
    if not names:
        raise typer.BadParameter("nobody of this playbook takes part; write --people N", param_hint="--people")
    planned = {name: rotation for name, rotation in playbook.rotations.items() if rotation.groups is None}
    if not planned:
        raise typer.BadParameter("the rotations of this playbook name their groups themselves", param_hint="PLAYBOOK")
    return {name: _asked(rotation, names, roster) for name, rotation in planned.items()}


def _remembering(playbook: Playbook, problems: dict[str, Problem]) -> dict[str, Problem]:
    """The same, knowing who met in earlier lessons, for rotations that say so."""
    if all(rotation.memory == "session" for rotation in playbook.rotations.values()):
        return problems
    from bots.cli.memory import memory_of_user  # with the fleet comes the media stack: only for who asks for it
    from bots.fleet import histories, session_times

    times = session_times(playbook, datetime.now(UTC))
    met = histories(playbook, memory_of_user(), times, None)
    return {
        name: replace(problem, history={(one, other): often for one, other, often in met.get(name, ())})
        for name, problem in problems.items()
    }


def _asked(rotation: Rotation, people: tuple[str, ...], roster: Sequence[RosterEntry]) -> Problem:
    """A rotation as the solver's problem; the playbook counts rooms from 1, and calls people by any name."""
    ids = {plain_name(name): entry.id for entry in roster for name in (*entry.aliases, entry.name, entry.id)}

    def known(person: str) -> str:
        return ids.get(plain_name(person), person)

    def groups(named: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(map(known, group)) for group in named)

    return Problem(
        people=people,
        rooms=rotation.rooms or rooms_for(len(people), rotation.group_size or 2, never_alone=rotation.never_alone),
        rounds=rotation.rounds,
        pattern=rotation.pattern,
        keep_apart=groups(rotation.keep_apart),
        keep_together=groups(rotation.keep_together),
        anchors={
            known(person): place - 1 if isinstance(place, int) else known(place)
            for person, place in rotation.anchors.items()
        },
        balance=tuple(tuple(entry.id for entry in roster if tag in entry.tags) for tag in rotation.balance),
        never_alone=rotation.never_alone,
    )


def _tell(problems: dict[str, Problem], *, seed: int, csv_file: str, as_json: bool) -> None:
    plans: dict[str, tuple[Plan, float]] = {}
    for name, problem in problems.items():
        began = time.perf_counter()
        plan = solve(problem, seed=seed)
        plans[name] = (plan, time.perf_counter() - began)
    if csv_file:
        _write(csv_file, _csv({name: plan for name, (plan, _) in plans.items()}))
    if as_json:
        told = {name: _json(plan, seconds) for name, (plan, seconds) in plans.items()}
        typer.echo(json.dumps(told.get("", told), ensure_ascii=False))
        return
    for number, (name, (plan, seconds)) in enumerate(plans.items()):
        typer.echo(("\n" if number else "") + (f"{name}\n" if name else ""), nl=False)
        _show(plan, seconds)


def _write(file: str, text: str) -> None:
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write the groups to {file}: {error.strerror}") from error


def _json(plan: Plan, seconds: float) -> dict[str, Any]:
    return {
        "rounds": [[list(group) for group in groups] for groups in plan.rounds],
        "repeats": plan.repeats,
        "bound": plan.bound,
        "seconds": round(seconds, 6),
        "method": plan.method,
        "cut": plan.is_cut,
        "never_met": [list(pair) for pair in plan.never_met()],
        "met_before": len(plan.problem.history),
        "not_here": _absent(plan.problem),
        "rules": [{"rule": rule, "kept": kept} for rule, kept in _rules(plan)],
    }


def _csv(plans: dict[str, Plan]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["rotation", "round", "room", "person"])
    for name, plan in plans.items():
        for number, groups in enumerate(plan.rounds, 1):
            for room, group in enumerate(groups, 1):
                writer.writerows([name, number, room, person] for person in group)
    return out.getvalue()


def _show(plan: Plan, seconds: float) -> None:
    heads = ["round", *(f"room {room}" for room in range(1, max(map(len, plan.rounds)) + 1))]
    rows = [[str(number), *(", ".join(group) for group in groups)] for number, groups in enumerate(plan.rounds, 1)]
    _table(heads, rows)
    typer.echo(f"\n{_judged(plan)}; {plan.method}, {seconds * 1000:.1f} ms")
    if plan.is_cut:
        typer.echo("the time was over before the search was; another run may find another plan")
    typer.echo(_most_said(plan.problem))
    typer.echo(_never_said(plan))
    if plan.problem.history:
        typer.echo(_again_said(plan))
    if absent := _absent(plan.problem):
        typer.echo(f"nobody here is called {', '.join(absent)}; their rules have no effect")
    for rule, kept in _rules(plan):
        typer.echo(f"{'kept' if kept else 'BROKEN'}: {rule}")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*heads)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        Console().print(table)
        return
    filled = [[*row, *[""] * (len(heads) - len(row))] for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *filled, strict=True)]
    for row in (heads, *filled):
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _judged(plan: Plan) -> str:
    best = "best possible" if plan.repeats == plan.bound else f"no plan has fewer than {plan.bound}"
    return f"{plan.repeats} repeats, {best}"


def _most_said(problem: Problem) -> str:
    count, least = len(problem.people), len(problem.people) // problem.rooms
    most = most_rounds(count, problem.rooms)
    if most is None or problem.pattern not in ("mix", "pairs"):
        rooms, rounds = counted(problem.rooms, "room"), counted(problem.rounds, "round")
        return f"{counted(count, 'person', 'people')}, {rooms}, {rounds}"
    sizes = f"{least}" if count % problem.rooms == 0 else f"{least} to {least + 1}"
    times = counted(most, "time")
    return f"{count} people in groups of {sizes} can rotate at most {times} without repeats; {problem.rounds} asked"


def _never_said(plan: Plan) -> str:
    never = plan.never_met()
    if not never:
        return "everybody meets everybody"
    some = ", ".join(f"{one}-{two}" for one, two in never[:_NAMED])
    return f"{len(never)} pairs never meet: {some}{', …' if len(never) > _NAMED else ''}"


def _again_said(plan: Plan) -> str:
    """How many meetings of the plan are of pairs who met in earlier lessons."""
    known = {frozenset(pair) for pair in plan.problem.history}
    again = sum(often for pair, often in plan.meetings().items() if frozenset(pair) in known)
    met = sum(set(pair) <= set(plan.problem.people) for pair in plan.problem.history)
    return f"{met} of these pairs met in earlier lessons; {again} of the meetings here are theirs"


def _absent(problem: Problem) -> list[str]:
    """People whom rules name, and who are not there."""
    named = [person for group in (*problem.keep_apart, *problem.keep_together) for person in group]
    named += [*problem.anchors, *(place for place in problem.anchors.values() if isinstance(place, str))]
    return sorted(set(named).difference(problem.people))


def _rules(plan: Plan) -> list[tuple[str, bool]]:
    """Each hard rule about people who are there, and whether every round keeps it."""
    problem = plan.problem
    where = [{person: room for room, group in enumerate(groups) for person in group} for groups in plan.rounds]
    here = set(problem.people)
    told: list[tuple[str, bool]] = []
    for group in problem.keep_apart:
        present = [person for person in group if person in here]
        if len(present) < 2:
            continue
        kept = all(len({line[person] for person in present}) == len(present) for line in where)
        told.append((f"{', '.join(present)} apart", kept))
    for group in problem.keep_together:
        present = [person for person in group if person in here]
        if len(present) > 1:
            told.append((f"{', '.join(present)} together", all(len({line[p] for p in present}) == 1 for line in where)))
    for person, room in problem.anchors.items():
        if person not in here or (isinstance(room, str) and room not in here):
            continue
        if isinstance(room, str):
            told.append((f"{person} with {room}", all(line[person] == line[room] for line in where)))
        else:
            told.append((f"{person} in room {room + 1}", all(line[person] == room for line in where)))
    if problem.pattern != "carousel":  # its adults come on top of the groups
        sizes = [[len(group) for group in groups if group] for groups in plan.rounds]
        least, most = min(map(min, sizes)), max(map(max, sizes))
        said = f"groups of {least}" if least == most else f"groups of {least} to {most}"
        told.append((said, all(max(line) - min(line) <= 1 for line in sizes)))
    return told
