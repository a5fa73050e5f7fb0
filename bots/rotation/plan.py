"""The answer: who is in which room in which round, how good that is, and the proof."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from bots.rotation.constructing.fields import Ints
from bots.rotation.problem import Problem

__all__ = ["Group", "Plan", "meetings_of", "repeats_of"]

Group = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Seats and who holds them.

    A seat is an itinerary: one room a round. Seat number i is held by `problem.people[i]`; whoever takes over a seat
    takes over the itinerary, and the plan stays as good as it was.

    Attributes:
        problem: what was asked, for the people who hold the seats.
        rooms: rooms[round][seat], numbers from 0.
        bound: no plan for this problem has fewer repeats; proven.
        method: how the plan was made.
        is_cut: the time was over before the search was; another machine may find another plan.
    """

    problem: Problem
    rooms: tuple[tuple[int, ...], ...]
    bound: int
    method: str
    is_cut: bool = False

    def groups(self, number: int) -> tuple[Group, ...]:
        """The groups of a round, from 0; a group for every room, in the order of the rooms."""
        line = self.rooms[number]
        groups: list[list[str]] = [[] for _ in range(max(self.problem.rooms, max(line) + 1))]
        for person, room in zip(self.problem.people, line, strict=True):
            groups[room].append(person)
        return tuple(map(tuple, groups))

    @property
    def rounds(self) -> tuple[tuple[Group, ...], ...]:
        """The groups of all rounds."""
        return tuple(self.groups(number) for number in range(len(self.rooms)))

    @property
    def repeats(self) -> int:
        """Meetings of a pair beyond its first, over all pairs."""
        return repeats_of(np.array(self.rooms))

    def meetings(self) -> Mapping[tuple[str, str], int]:
        """How often each pair meets, those who never do left out; the pair in the order of the people."""
        counts = meetings_of(np.array(self.rooms))
        people = self.problem.people
        return {(people[a], people[b]): int(counts[a, b]) for a, b in np.argwhere(counts)}

    def never_met(self) -> list[tuple[str, str]]:
        """Pairs that never share a room."""
        met = self.meetings()
        return [pair for pair in combinations(self.problem.people, 2) if pair not in met]


def meetings_of(rooms: Ints) -> Ints:
    """How often seats a < b share a room, at [a, b]; from an array of shape (rounds, seats)."""
    seats = rooms.shape[1]
    order = np.argsort(rooms, axis=1, kind="stable")
    lines = np.take_along_axis(rooms, order, axis=1)
    counts = np.zeros(seats * seats, dtype=np.int64)
    for step in range(1, seats):
        same = lines[:, step:] == lines[:, :-step]
        if not same.any():
            break
        counts += np.bincount(order[:, :-step][same] * seats + order[:, step:][same], minlength=seats * seats)
    return counts.reshape(seats, seats)


def repeats_of(rooms: Ints) -> int:
    """Meetings of a pair beyond its first; from an array of shape (rounds, seats)."""
    counts = meetings_of(rooms)
    return int(counts.sum() - np.count_nonzero(counts))
