"""People leave, stay away, come late: the rounds to come are repaired, and as few as possible change their rooms.

A newcomer takes over the seat of somebody who left, with its whole itinerary; the plan stays as good as it was. Only
where there is no such seat, or a room would be too small or too large, somebody is placed anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from random import Random

import numpy as np

from bots.rotation.bounds import bound
from bots.rotation.plan import Plan, meetings_of
from bots.rotation.problem import Problem
from bots.rotation.repair import Repair
from bots.rotation.rules import FORBIDDEN, Rules, rules_of

__all__ = ["Regrouped", "regroup"]


@dataclass(frozen=True, slots=True)
class Regrouped:
    """The rounds to come, and what it cost to keep them.

    Attributes:
        plan: the rounds to come, for the people who are here; its history knows the rounds before.
        moved: who stays, but changes rooms in these rounds (numbers of the new plan).
        kept: share of the seats of people who stay that are as they were; 1.0 is all of them.
        repeats: meetings in the rounds to come of people who met in any round before.
    """

    plan: Plan
    moved: Mapping[str, tuple[int, ...]]
    kept: float
    repeats: int


def regroup(plan: Plan, people: Iterable[str], *, played: int = 0, seed: int = 0) -> Regrouped:
    """Fit the rounds to come to the people who are here now.

    Args:
        plan: what was planned.
        people: who is here now; in any order.
        played: how many rounds of the plan are over and stay as they were.
        seed: of every choice.

    Raises:
        RotationError: the people who are here cannot be grouped by the rules; names those concerned.
        ValueError: no round is left.
    """
    if not 0 <= played < len(plan.rooms):
        raise ValueError(f"{played} of {len(plan.rooms)} rounds are played; none is left")
    here = tuple(dict.fromkeys(people))
    problem = _problem(plan, here, played)
    rules = rules_of(problem)
    lines = _lines(plan, problem, rules, played, seed)
    return _told(plan, problem, rules, lines, played)


def _problem(plan: Plan, here: tuple[str, ...], played: int) -> Problem:
    """What is left to plan; people who stay are in the order of their seats."""
    old = plan.problem
    present, before = set(here), set(old.people)
    ordered = [person for person in old.people if person in present]
    ordered += [person for person in here if person not in before]
    rooms = max(1, min(old.rooms, len(here) // 2 if old.never_alone else len(here)))
    history: dict[tuple[str, str], float] = defaultdict(float)
    met = [pair for number in range(played) for group in plan.groups(number) for pair in combinations(group, 2)]
    for (one, two), weight in [*old.history.items(), *((pair, 1.0) for pair in met)]:
        history[min(one, two), max(one, two)] += weight
    rounds = len(plan.rooms) - played
    return replace(old, people=tuple(ordered), rooms=rooms, rounds=rounds, history=dict(history))


def _heirs(plan: Plan, problem: Problem, rules: Rules, played: int) -> dict[int, int]:
    """Newcomer -> the seat they take over: where most are missing, then where it costs least."""
    seat_of = {person: seat for seat, person in enumerate(plan.problem.people)}
    taken = {number: seat_of[person] for number, person in enumerate(problem.people) if person in seat_of}
    vacant = sorted(set(range(len(plan.problem.people))).difference(taken.values()))
    newcomers = [number for number, person in enumerate(problem.people) if person not in seat_of]
    if not vacant or not newcomers:
        return {}
    seats = _Seats(plan.rooms[played:], taken, rules)
    heirs: dict[int, int] = {}
    for newcomer in sorted(newcomers, key=lambda one: not rules.has_rules(one)):
        offers = [(*offer, seat) for seat in vacant if (offer := seats.offer(newcomer, seat)) is not None]
        if offers:
            seat = min(offers)[-1]
            heirs[newcomer] = seat
            seats.take(newcomer, seat)
            vacant.remove(seat)
    return heirs


class _Seats:
    """Who sits where in the rounds to come, while vacant seats find heirs."""

    def __init__(self, coming: Sequence[Sequence[int]], taken: Mapping[int, int], rules: Rules) -> None:
        self._coming, self._rules, self._costs = coming, rules, rules.costs()
        self._seat_of: dict[int, int] = {}
        self._inside: list[dict[int, list[int]]] = [defaultdict(list) for _ in coming]
        for person, seat in taken.items():
            self.take(person, seat)

    def take(self, person: int, seat: int) -> None:
        """The seat is this person's now."""
        self._seat_of[person] = seat
        for line, inside in zip(self._coming, self._inside, strict=True):
            inside[line[seat]].append(person)

    def offer(self, newcomer: int, seat: int) -> tuple[int, int] | None:
        """How many share the seat's rooms, and what that costs the newcomer; None if a rule forbids it."""
        unit = self._rules.unit_of[newcomer]
        mates = [self._seat_of[other] for other in self._rules.units[unit] if other in self._seat_of]
        prices = self._costs[newcomer]
        size = price = 0
        for line, inside in zip(self._coming, self._inside, strict=True):
            room = line[seat]
            if self._rules.room_of.get(unit, room) != room or any(line[mate] != room for mate in mates):
                return None
            size += len(inside[room])
            price += sum([prices[other] for other in inside[room]])
        return None if price >= FORBIDDEN // 2 else (size, price)


def _lines(plan: Plan, problem: Problem, rules: Rules, played: int, seed: int) -> list[list[int]]:
    """The rounds to come: seats kept and taken over, everybody else placed, sizes made even."""
    seat_of = {person: seat for seat, person in enumerate(plan.problem.people)}
    heirs = _heirs(plan, problem, rules, played)
    seats = [seat_of.get(person, heirs.get(number)) for number, person in enumerate(problem.people)]
    stays = frozenset(number for number, person in enumerate(problem.people) if person in seat_of)
    coming = [[-1 if seat is None else line[seat] for seat in seats] for line in plan.rooms[played:]]
    if problem.pattern != "carousel":
        rooms = [max(line) + 1 for line in plan.rooms[played:]]
        return Repair(rules, coming, rooms, stays, Random(seed), never_alone=problem.never_alone).lines()
    movers = frozenset(range(len(seats))) - {person for unit in rules.room_of for person in rules.units[unit]}
    (home,) = Repair(
        rules, coming[:1], [problem.rooms], stays, Random(seed), never_alone=problem.never_alone, counted=movers
    ).lines()
    return [
        [(room + turn) % problem.rooms if person in movers else room for person, room in enumerate(home)]
        for turn in range(len(coming))
    ]


def _told(plan: Plan, problem: Problem, rules: Rules, lines: list[list[int]], played: int) -> Regrouped:
    seat_of = {person: seat for seat, person in enumerate(plan.problem.people)}
    moved: dict[str, tuple[int, ...]] = {}
    staying = 0
    for number, person in enumerate(problem.people):
        if person not in seat_of:
            continue
        staying += len(lines)
        old = [line[seat_of[person]] for line in plan.rooms[played:]]
        changed = tuple(turn for turn, line in enumerate(lines) if line[number] != old[turn])
        if changed:
            moved[person] = changed
    least = bound([len(set(line)) for line in lines], len(problem.people), always=rules.always, never=rules.never)
    rooms = tuple(map(tuple, lines))
    coming = Plan(problem, rooms, least, f"{plan.method}, regrouped")
    number_of = {person: number for number, person in enumerate(problem.people)}
    counts = meetings_of(np.array(lines))
    again = 0
    for (one, two), weight in problem.history.items():
        if weight >= 1.0 and one in number_of and two in number_of:
            a, b = sorted((number_of[one], number_of[two]))
            again += bool(counts[a, b])
    kept = 1.0 - sum(map(len, moved.values())) / max(1, staying)
    return Regrouped(coming, moved, kept, coming.repeats + again)
