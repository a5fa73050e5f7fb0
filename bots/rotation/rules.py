"""The rules of a problem in numbers: who moves as one, who is fixed, who excludes whom, and what a meeting costs."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from math import comb

from bots.errors import RotationError
from bots.rotation.problem import Problem
from bots.rotation.sizes import room_sizes

__all__ = ["FORBIDDEN", "ONE", "Rules", "rules_of"]

ONE = 4
"""What one repeated meeting costs; costs are whole numbers, so that every machine adds up the same."""
FORBIDDEN = 10**7
_UNEVEN = 5 * ONE  # two people of one balanced set in a room: more than some repeats, so that spreading wins


@dataclass(frozen=True, slots=True)
class Rules:
    """A problem for people 0 to count - 1.

    Attributes:
        people: their ids.
        units: people who always share a room; everybody is in exactly one.
        unit_of: the unit of each person.
        room_of: the fixed rooms of units.
        apart: for each unit, the units it never shares a room with.
        weights: what a first meeting of a pair (a < b) costs beyond a repeat's: its history, and balance.
        least: what the weights cost at least in a round, whatever the plan.
    """

    people: tuple[str, ...]
    units: tuple[tuple[int, ...], ...]
    unit_of: tuple[int, ...]
    room_of: dict[int, int]
    apart: tuple[frozenset[int], ...]
    weights: dict[tuple[int, int], int]
    least: int

    @property
    def is_plain(self) -> bool:
        """Is there no rule at all?"""
        return len(self.units) == len(self.people) and not self.room_of and not self.weights and not any(self.apart)

    def has_rules(self, person: int) -> bool:
        """Is there a hard rule about this person?"""
        unit = self.unit_of[person]
        return unit in self.room_of or len(self.units[unit]) > 1 or bool(self.apart[unit])

    def costs(self) -> list[list[int]]:
        """What a first meeting of two people costs; FORBIDDEN if they are kept apart. Symmetric, the caller's own."""
        costs = [[0] * len(self.people) for _ in self.people]
        for (a, b), weight in self.weights.items():
            costs[a][b] = costs[b][a] = weight
        for unit, others in enumerate(self.apart):
            for a in self.units[unit]:
                for other in others:
                    for b in self.units[other]:
                        costs[a][b] = FORBIDDEN
        return costs

    @property
    def always(self) -> int:
        """Pairs that share a room in every round."""
        rooms: dict[int, int] = defaultdict(int)
        for unit, room in self.room_of.items():
            rooms[room] += len(self.units[unit])
        free = [len(members) for unit, members in enumerate(self.units) if unit not in self.room_of]
        return sum(size * (size - 1) // 2 for size in [*free, *rooms.values()])

    @property
    def never(self) -> int:
        """Pairs that never share one."""
        apart = {(a, b) for a, others in enumerate(self.apart) for b in others if a < b}
        apart |= {(a, b) for a, b in combinations(sorted(self.room_of), 2) if self.room_of[a] != self.room_of[b]}
        return sum(len(self.units[a]) * len(self.units[b]) for a, b in apart)

    def names(self, units: Iterable[int]) -> list[str]:
        """The ids of the people in these units."""
        return [self.people[person] for unit in units for person in self.units[unit]]


def rules_of(problem: Problem) -> Rules:
    """The rules that concern people who are there.

    Raises:
        RotationError: two rules contradict each other; names the people.
    """
    number = {person: index for index, person in enumerate(problem.people)}
    units, unit_of = _units(problem, number)
    room_of = _fixed(problem, number, units, unit_of)
    apart: list[set[int]] = [set() for _ in units]
    for group in problem.keep_apart:
        for a, b in combinations(dict.fromkeys(person for person in group if person in number), 2):
            one, two = unit_of[number[a]], unit_of[number[b]]
            if one == two:
                chain = ", ".join(problem.people[person] for person in units[one])
                raise RotationError(f"{a} and {b} are to be kept apart, and always together ({chain})", (a, b))
            if one in room_of and room_of.get(one) == room_of.get(two):
                raise RotationError(
                    f"{a} and {b} are to be kept apart, and both stay in room {room_of[one] + 1}", (a, b)
                )
            apart[one].add(two)
            apart[two].add(one)
    _check_sizes(problem, units, room_of)
    weights, least = _weights(problem, number)
    frozen = tuple(frozenset(others) for others in apart)
    return Rules(problem.people, units, tuple(unit_of), room_of, frozen, weights, least)


def _units(problem: Problem, number: dict[str, int]) -> tuple[tuple[tuple[int, ...], ...], list[int]]:
    """Join people who stay together, directly or through others."""
    leader = list(range(len(number)))

    def find(person: int) -> int:
        while leader[person] != person:
            person = leader[person]
        return person

    stays = [(person, other) for person, other in problem.anchors.items() if isinstance(other, str)]
    for group in [*problem.keep_together, *stays]:
        present = [number[person] for person in group if person in number]
        for person in present[1:]:
            low, high = sorted((find(present[0]), find(person)))
            leader[high] = low
    members: dict[int, list[int]] = {}
    for person in range(len(number)):
        members.setdefault(find(person), []).append(person)
    units = tuple(map(tuple, members.values()))
    unit_of = [0] * len(number)
    for unit, inside in enumerate(units):
        for person in inside:
            unit_of[person] = unit
    return units, unit_of


def _fixed(
    problem: Problem, number: dict[str, int], units: tuple[tuple[int, ...], ...], unit_of: list[int]
) -> dict[int, int]:
    """The fixed rooms of units."""
    room_of: dict[int, int] = {}
    for person, room in problem.anchors.items():
        if isinstance(room, str) or person not in number:
            continue
        if not 0 <= room < problem.rooms:
            raise RotationError(f"{person} is to stay in room {room + 1}, only {problem.rooms} are open", (person,))
        unit = unit_of[number[person]]
        if room_of.setdefault(unit, room) != room:
            both = [problem.people[other] for other in units[unit]]
            said = f"{', '.join(both)} stay together, and in rooms {room_of[unit] + 1} and {room + 1}"
            raise RotationError(said, both)
    return room_of


def _check_sizes(problem: Problem, units: tuple[tuple[int, ...], ...], room_of: dict[int, int]) -> None:
    for unit in units:
        if len(unit) > problem.size:
            names = [problem.people[person] for person in unit]
            said = f"{', '.join(names)} ({len(unit)} people) stay together; the largest group has {problem.size}"
            raise RotationError(said, names)
    for room in range(problem.rooms):
        names = [problem.people[person] for unit in room_of if room_of[unit] == room for person in units[unit]]
        if len(names) > problem.size:
            said = f"{', '.join(names)} ({len(names)} people) all stay in room {room + 1}; it holds {problem.size}"
            raise RotationError(said, names)


def _weights(problem: Problem, number: dict[str, int]) -> tuple[dict[tuple[int, int], int], int]:
    """The weights of pairs, and what balance costs at least in a round."""
    weights: dict[tuple[int, int], int] = defaultdict(int)
    for (one, two), weight in problem.history.items():
        if one in number and two in number and one != two and round(weight * ONE):
            a, b = sorted((number[one], number[two]))
            weights[a, b] += round(weight * ONE)
    least = 0
    for tagged in problem.balance:
        present = sorted({number[person] for person in tagged if person in number})
        for a, b in combinations(present, 2):
            weights[a, b] += _UNEVEN
        least += _UNEVEN * sum(comb(size, 2) for size in room_sizes(len(present), problem.rooms))
    return dict(weights), least
