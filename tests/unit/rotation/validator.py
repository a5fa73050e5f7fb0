"""What a plan must keep, checked without any code of the solver: plain loops over lists of groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Wanted", "faults", "repeats"]

Rounds = Sequence[Sequence[Sequence[str]]]


@dataclass(frozen=True)
class Wanted:
    """The hard rules of a plan, in the test's own words."""

    people: Sequence[str]
    rooms: int
    rounds: int
    apart: Sequence[Sequence[str]] = ()
    together: Sequence[Sequence[str]] = ()
    fixed: Mapping[str, int] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)


def faults(rounds: Rounds, wanted: Wanted) -> list[str]:
    """Everything that is wrong with the rounds; empty if every hard rule is kept."""
    found = []
    if len(rounds) != wanted.rounds:
        found.append(f"{len(rounds)} rounds")
    for number, groups in enumerate(rounds):
        seated = [person for group in groups for person in group]
        if sorted(seated) != sorted(wanted.people):
            found.append(f"round {number}: not everybody exactly once")
            continue
        sizes = [len(group) for group in groups]
        if len(groups) != wanted.rooms or max(sizes) - min(sizes) > 1:
            found.append(f"round {number}: sizes {sizes}")
        where = {person: room for room, group in enumerate(groups) for person in group}
        for group in wanted.apart:
            rooms = [where[person] for person in group if person in where]
            if len(set(rooms)) < len(rooms):
                found.append(f"round {number}: {group} not apart")
        found += [
            f"round {number}: {group} not together"
            for group in wanted.together
            if len({where[person] for person in group if person in where}) > 1
        ]
        found += [f"round {number}: {one} left" for one, room in wanted.fixed.items() if where.get(one, room) != room]
        for one, two in wanted.beside.items():
            if one in where and two in where and where[one] != where[two]:
                found.append(f"round {number}: {one} not beside {two}")
    return found


def _times_met(rounds: Rounds) -> dict[frozenset[str], int]:
    met: dict[frozenset[str], int] = {}
    for groups in rounds:
        for group in groups:
            for one in group:
                for two in group:
                    if one < two:
                        pair = frozenset((one, two))
                        met[pair] = met.get(pair, 0) + 1
    return met


def repeats(rounds: Rounds) -> int:
    """Meetings of a pair beyond its first."""
    return sum(times - 1 for times in _times_met(rounds).values())
