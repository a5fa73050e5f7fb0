"""One round that keeps every hard rule: found greedily, or by exhaustive search, or proven impossible."""

from collections.abc import Sequence
from random import Random

from bots.errors import RotationError
from bots.rotation.rules import Rules

__all__ = ["NODES", "check_possible", "seated", "seated_anyhow"]

NODES = 3_000
"""Branches that the exhaustive search tries before it gives up."""


class _GaveUp(Exception):
    """The exhaustive search took too long; nothing is proven."""


def seated(
    rules: Rules, rooms: int, costs: Sequence[Sequence[int]], rng: Random, *, is_quick: bool = False
) -> list[int]:
    """The room of every person: cheap by `costs`, every hard rule kept, sizes as even as possible.

    With `is_quick`, people without rules go anywhere.

    Raises:
        RotationError: it cannot be done, or was not found.
    """
    order = _constrained(rules, rng)
    placed = _greedily(rules, order, rooms, costs, rng)
    if placed is None:
        placed = _at_random(rules, order, rooms, rng)
        if placed is None:
            raise RotationError("no seating that keeps every rule was found", rules.names(order))
    return _filled(rules, placed, rooms, costs, rng, is_quick=is_quick)


def seated_anyhow(rules: Rules, rooms: int, costs: Sequence[Sequence[int]], rng: Random) -> list[int] | None:
    """Like `seated`, but people with rules go anywhere they may, whatever it costs; None if nothing was found."""
    placed = _at_random(rules, _constrained(rules, rng), rooms, rng)
    return None if placed is None else _filled(rules, placed, rooms, costs, rng)


def _at_random(rules: Rules, order: Sequence[int], rooms: int, rng: Random) -> dict[int, int] | None:
    try:
        return _exhaustively(rules, order, rooms, rng)
    except _GaveUp:
        return None


def check_possible(rules: Rules, rooms: int) -> None:
    """Is there a round at all that keeps the rules?

    Raises:
        RotationError: there is none, or none was found; names a smallest set of people who cannot be seated.
    """
    rng = Random(0)
    order = _constrained(rules, rng)
    try:
        if _exhaustively(rules, order, rooms, rng) is not None:
            return
    except _GaveUp:
        names = rules.names(sorted(order))
        said = f"no seating in {rooms} rooms was found that keeps every rule about {_listed(names)}; ease some of them"
        raise RotationError(said, names) from None
    names = rules.names(sorted(_culprits(rules, order, rooms, rng)))
    size = -(-len(rules.people) // rooms)
    said = f"{_listed(names)} cannot be seated in {rooms} rooms of at most {size}: their rules exclude each other"
    raise RotationError(said, names)


def _culprits(rules: Rules, order: Sequence[int], rooms: int, rng: Random) -> list[int]:
    """Units that cannot be seated, without any that can be spared."""
    culprits = list(order)
    for unit in order:
        fewer = [other for other in culprits if other != unit]
        try:
            if _exhaustively(rules, fewer, rooms, rng) is None:
                culprits = fewer
        except _GaveUp:
            continue  # not proven without this one: it stays among those named
    return culprits


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _constrained(rules: Rules, rng: Random) -> list[int]:
    """Units that rules are about: fixed ones first, then the large and the much excluded."""
    found = [
        unit
        for unit, members in enumerate(rules.units)
        if unit in rules.room_of or len(members) > 1 or rules.apart[unit]
    ]
    rng.shuffle(found)
    return sorted(found, key=lambda unit: (unit not in rules.room_of, -len(rules.units[unit]), -len(rules.apart[unit])))


class _Rooms:
    """Rooms that fill: all may have `size` people, so many that the others keep `size - 1` or the sizes are even."""

    def __init__(self, rules: Rules, rooms: int) -> None:
        count = len(rules.people)
        size = -(-count // rooms)
        self.rules = rules
        self.free = [size] * rooms
        self.units: list[set[int]] = [set() for _ in range(rooms)]
        self.short = rooms * size - count  # rooms that end with one person less

    def takes(self, unit: int, room: int) -> bool:
        if self.free[room] < len(self.rules.units[unit]) or not self.rules.apart[unit].isdisjoint(self.units[room]):
            return False
        full = self.free[room] == len(self.rules.units[unit])
        return not full or sum(free > 0 for free in self.free) > self.short

    def put(self, unit: int, room: int) -> None:
        self.units[room].add(unit)
        self.free[room] -= len(self.rules.units[unit])

    def take_out(self, unit: int, room: int) -> None:
        self.units[room].discard(unit)
        self.free[room] += len(self.rules.units[unit])

    def choices(self, unit: int) -> list[int]:
        """Rooms that take the unit; of the empty rooms only one, they are alike."""
        fixed = self.rules.room_of.get(unit)
        if fixed is not None:
            return [fixed] if self.takes(unit, fixed) else []
        untouched = False
        found = []
        for room, inside in enumerate(self.units):
            if (inside or not untouched) and self.takes(unit, room):
                found.append(room)
            untouched = untouched or not inside
        return found


def _greedily(
    rules: Rules, order: Sequence[int], rooms: int, costs: Sequence[Sequence[int]], rng: Random
) -> dict[int, int] | None:
    """Each unit into its cheapest room; None if one finds none."""
    table = _Rooms(rules, rooms)
    placed: dict[int, int] = {}
    for unit in order:
        fixed = rules.room_of.get(unit)
        choices = [room for room in ([fixed] if fixed is not None else range(rooms)) if table.takes(unit, room)]
        if not choices:
            return None
        inside = [[p for other in table.units[room] for p in rules.units[other]] for room in choices]
        price = [sum(costs[a][b] for a in rules.units[unit] for b in people) for people in inside]
        best = min(range(len(choices)), key=lambda at: (price[at], -table.free[choices[at]], rng.random()))
        placed[unit] = choices[best]
        table.put(unit, choices[best])
    return placed


def _exhaustively(rules: Rules, order: Sequence[int], rooms: int, rng: Random) -> dict[int, int] | None:
    """The first seating of these units that keeps the rules; None if there is none.

    Raises:
        _GaveUp: it would take more than NODES branches.
    """
    table = _Rooms(rules, rooms)
    placed: dict[int, int] = {}
    nodes = 0

    def place(waiting: list[int]) -> bool:
        nonlocal nodes
        if not waiting:
            return True
        nodes += 1
        if nodes > NODES:
            raise _GaveUp
        options = {unit: table.choices(unit) for unit in waiting}
        # Fixed units first: until they are placed, empty rooms are not alike.
        unit = min(waiting, key=lambda one: (one not in rules.room_of, len(options[one]), -len(rules.units[one])))
        rng.shuffle(options[unit])
        for room in options[unit]:
            table.put(unit, room)
            placed[unit] = room
            if place([other for other in waiting if other != unit]):
                return True
            table.take_out(unit, room)
            del placed[unit]
        return False

    return placed if place(list(order)) else None


def _filled(
    rules: Rules,
    placed: dict[int, int],
    rooms: int,
    costs: Sequence[Sequence[int]],
    rng: Random,
    *,
    is_quick: bool = False,
) -> list[int]:
    """Everybody else, one by one, into the cheapest room with a place."""
    size = -(-len(rules.people) // rooms)
    inside: list[list[int]] = [[] for _ in range(rooms)]
    for unit, room in placed.items():
        inside[room] += rules.units[unit]
    short = rooms * size - len(rules.people)
    free = [size - len(people) for people in inside]
    for room in sorted(range(rooms), key=lambda at: (-free[at], rng.random()))[:short]:
        free[room] -= 1  # this one stays a person smaller
    rest = [members[0] for unit, members in enumerate(rules.units) if unit not in placed]
    for person in rng.sample(rest, len(rest)):
        row = costs[person]
        choices = [room for room in range(rooms) if free[room] > 0]
        if is_quick:
            room = rng.choice(choices)
        else:
            room = min(choices, key=lambda at: (sum(map(row.__getitem__, inside[at])), -free[at], rng.random()))
        inside[room].append(person)
        free[room] -= 1
    result = [0] * len(rules.people)
    for room, people in enumerate(inside):
        for person in people:
            result[person] = room
    return result
