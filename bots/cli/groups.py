"""`bots groups`: who meets whom, how good that is, and the proof."""

import csv
import io
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from bots.cli.exits import Exit
from bots.rotation import Plan, Problem, most_rounds, rooms_for, solve

__all__ = ["group_people"]

_NAMED = 12  # pairs that are named one by one


def group_people(
    *, people: int, group_size: int, rooms: int, rounds: int, seed: int, csv_file: str, as_json: bool
) -> int:
    """Plan rotations for a number of people and print them.

    Raises:
        typer.BadParameter: an option is missing or contradicts another.
        RotationError: the numbers cannot be.
    """
    if not people or not rounds:
        raise typer.BadParameter("write --people N --group-size K --rounds R (or --rooms M)", param_hint="--people")
    if bool(group_size) == bool(rooms):
        raise typer.BadParameter("write one of --group-size and --rooms", param_hint="--group-size")
    names = tuple(str(number) for number in range(1, people + 1))
    problem = Problem(people=names, rooms=rooms or rooms_for(people, group_size), rounds=rounds)
    _tell({"": problem}, seed=seed, csv_file=csv_file, as_json=as_json)
    return Exit.DONE


def _tell(problems: dict[str, Problem], *, seed: int, csv_file: str, as_json: bool) -> None:
    plans: dict[str, tuple[Plan, float]] = {}
    for name, problem in problems.items():
        began = time.perf_counter()
        plan = solve(problem, seed=seed)
        plans[name] = (plan, time.perf_counter() - began)
    if csv_file:
        Path(csv_file).write_text(_csv({name: plan for name, (plan, _) in plans.items()}), encoding="utf-8")
    if as_json:
        told = {name: _json(plan, seconds) for name, (plan, seconds) in plans.items()}
        typer.echo(json.dumps(told.get("", told), ensure_ascii=False))
        return
    for number, (name, (plan, seconds)) in enumerate(plans.items()):
        typer.echo(("\n" if number else "") + (f"{name}\n" if name else ""), nl=False)
        _show(plan, seconds)


def _json(plan: Plan, seconds: float) -> dict[str, Any]:
    return {
        "rounds": [[list(group) for group in groups] for groups in plan.rounds],
        "repeats": plan.repeats,
        "bound": plan.bound,
        "seconds": round(seconds, 6),
        "method": plan.method,
        "cut": plan.is_cut,
        "never_met": [list(pair) for pair in plan.never_met()],
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
    count, size = len(problem.people), len(problem.people) // problem.rooms
    if size < 2 or problem.pattern not in ("mix", "pairs"):
        return f"{count} people, {problem.rooms} rooms, {problem.rounds} rounds"
    most = most_rounds(count, size)
    return f"{count} people in groups of {size} can rotate at most {most} times without repeats; {problem.rounds} asked"


def _never_said(plan: Plan) -> str:
    never = plan.never_met()
    if not never:
        return "everybody meets everybody"
    some = ", ".join(f"{one}-{two}" for one, two in never[:_NAMED])
    return f"{len(never)} pairs never meet: {some}{', …' if len(never) > _NAMED else ''}"


def _rules(plan: Plan) -> list[tuple[str, bool]]:
    """Each hard rule about people who are there, and whether every round keeps it."""
    problem = plan.problem
    where = [{person: room for room, group in enumerate(groups) for person in group} for groups in plan.rounds]
    here = set(problem.people)
    told: list[tuple[str, bool]] = []
    for group in problem.keep_apart:
        present = [person for person in group if person in here]
        kept = all(len({line[person] for person in present}) == len(present) for line in where)
        told.append((f"{', '.join(group)} apart", kept))
    for group in problem.keep_together:
        present = [person for person in group if person in here]
        told.append((f"{', '.join(group)} together", all(len({line[p] for p in present}) <= 1 for line in where)))
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
