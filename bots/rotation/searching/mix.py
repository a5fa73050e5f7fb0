"""Rounds in which as few pairs as possible meet again: constructed where algebra can, searched for elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from bots.rotation.bounds import bound, least_coincidences
from bots.rotation.constructing.blocks import developed
from bots.rotation.constructing.catalogue import FORCED
from bots.rotation.constructing.designs import design_of
from bots.rotation.plan import repeats_of
from bots.rotation.rules import ONE, Rules
from bots.rotation.searching.budget import Budget
from bots.rotation.searching.crowded import CrowdedTable
from bots.rotation.searching.labels import labelled
from bots.rotation.searching.search import Table, anneal
from bots.rotation.searching.seating import check_possible, seated

__all__ = ["Lines", "mixed"]

_FEW = 100  # people: so many are seated in milliseconds, with half of the repeats of a shuffle, or fewer
_CROWDED = 4  # of all moves, one part in four goes twice into fewer repeats where some are forced

Lines = list[list[int]]
"""lines[round][person] is a room."""


def mixed(rules: Rules, rooms: Sequence[int], seed: int, budget: Budget) -> tuple[Lines, str]:
    """Rounds that keep every hard rule, and how they were made.

    Args:
        rules: the rules.
        rooms: how many rooms each round has.
        seed: of every choice; the same seed and budget of moves give the same rounds.
        budget: moves to try.

    Raises:
        RotationError: no round can keep the rules; names the people.
    """
    for count in sorted(set(rooms)):
        check_possible(rules, count)
    return _Mixing(rules, rooms, seed, budget).best()


@dataclass(frozen=True, slots=True)
class _Found:
    lines: Lines
    cost: int
    method: str


class _Mixing:
    """The attempts at one problem, each from another start; all of them share one budget."""

    def __init__(self, rules: Rules, rooms: Sequence[int], seed: int, budget: Budget) -> None:
        self._rules, self._rooms, self._budget = rules, rooms, budget
        self._rng = Random(seed)
        self._least = bound(rooms, len(rules.people), always=rules.always, never=rules.never)
        self._is_forced = self._least > 0 and not rules.weights
        if self._is_forced:
            budget.left -= 2 * (budget.left // _CROWDED)
        self._moves = budget.left
        self._shortest = least_coincidences(rooms, len(rules.people), always=rules.always, never=rules.never)
        self._target = ONE * self._shortest + rules.least * len(rooms)

    def best(self) -> tuple[Lines, str]:
        """The cheapest rounds of all attempts; the first attempt that nothing can beat is the last."""
        found: list[_Found] = []
        for attempt in (self._constructed, self._turned, self._extended, self._from_scratch):
            one = attempt()
            if one is None:
                continue
            if one.cost <= self._target and not self._is_forced:
                return one.lines, one.method
            found.append(one)
        cheapest = min(found, key=lambda one: one.cost)
        return self._fewest(cheapest) if self._is_forced else (cheapest.lines, cheapest.method)

    def _fewest(self, found: _Found) -> tuple[Lines, str]:
        """Fewer repeats where some are forced, from the best rounds so far."""
        fewest, repeats = found.lines, repeats_of(np.array(found.lines))
        for is_cool in (True, False):
            if repeats <= self._least:
                break
            self._budget.left += self._moves // _CROWDED
            table = CrowdedTable(fewest, self._rooms, self._rules.costs())
            lines, _ = anneal(
                table, self._rules, self._rng, self._budget,
                target=ONE * self._least, moves=self._moves // _CROWDED, is_cool=is_cool,
            )  # fmt: skip
            if (now := repeats_of(np.array(lines))) < repeats:
                fewest, repeats = lines, now
        return fewest, found.method

    def _constructed(self) -> _Found | None:
        """A design for all rounds, with people on the places that suit the other rules."""
        if self._shortest:
            return None
        return self._from_design(len(self._rooms), self._moves // 3)

    def _from_design(self, rounds: int, moves: int) -> _Found | None:
        people = len(self._rules.people)
        if len(set(self._rooms)) > 1 or len(self._rules.units) < people:
            return None
        design = design_of(people, self._rooms[0], rounds)
        if design is None:
            return None
        target = self._rules.least * rounds
        placed = labelled(design, self._rules, self._rng, self._budget, target=target, moves=moves)
        if placed is None:
            return None
        numbers = np.array(range(self._rooms[0]), dtype=object)  # one int for each room, not for each seat
        lines: Lines = numbers[placed].tolist()
        if self._rules.is_plain:
            return _Found(lines, 0, design.method)
        return _Found(lines, self._table(lines).cost, design.method)

    def _turned(self) -> _Found | None:
        """A starter of the catalogue that becomes all rounds by turning, with as few repeats as there can be."""
        people, rounds = len(self._rules.people), len(self._rooms)
        starter = FORCED.get((people, people // self._rooms[0], rounds))
        if starter is None or not self._rules.is_plain or len(set(self._rooms)) > 1 or people % self._rooms[0]:
            return None
        lines: Lines = developed(starter, people)[:, self._rng.sample(range(people), people)].tolist()
        return _Found(lines, self._table(lines).cost, "catalogue")

    def _extended(self) -> _Found | None:
        """A design for as many of the rounds as there is one, at least half, and others searched for."""
        rounds = len(self._rooms)
        first = rounds if not self._shortest else rounds - 1
        for count in range(first, max(1, rounds // 2), -1):
            if self._budget.is_over():
                return None
            begun = self._from_design(count, self._moves // 6)
            if begun is None:
                continue
            table = self._greedy(begun.lines)
            if count == rounds:
                return self._searched(table, begun.method, self._moves // 2, is_cool=True)
            method = f"{begun.method} for {count} rounds"
            found = self._searched(table, method, self._moves // 4, rounds=range(count, rounds))
            if found.cost <= self._target:
                return found
            return self._searched(self._table(found.lines), method, self._moves // 4, is_cool=True)
        return None

    def _from_scratch(self) -> _Found:
        return self._searched(self._greedy([]), "", self._budget.left)

    def _table(self, lines: Lines) -> Table:
        return Table(lines, self._rooms[: len(lines)], self._rules.costs())

    def _greedy(self, lines: Lines) -> Table:
        """Rounds after those given, each as cheap as it can be seated one by one."""
        table = self._table(lines)
        for count in self._rooms[len(lines) :]:
            quick = self._budget.is_over() and len(self._rules.people) > _FEW
            table.add(seated(self._rules, count, table.price, self._rng, is_quick=quick), count)
        return table

    def _searched(
        self, table: Table, begun: str, moves: int, *, rounds: Sequence[int] = (), is_cool: bool = False
    ) -> _Found:
        lines, cost = anneal(
            table, self._rules, self._rng, self._budget,
            target=self._target, moves=moves, rounds=rounds, is_cool=is_cool,
        )  # fmt: skip
        return _Found(lines, cost, f"{begun}, search" if begun else "search")
