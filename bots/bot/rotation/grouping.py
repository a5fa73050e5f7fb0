"""Who is with whom: the plan of a rotation, kept as people come and go. Deterministic."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations, product
from typing import Any, TypedDict

from bots.bot.contract.rotation import RotationPlan
from bots.bot.place.keys import Keys
from bots.bot.rotation.kept import kept_plan, plan_of
from bots.bot.rotation.terms import MOST_ROOMS
from bots.errors import RotationError
from bots.rotation import Plan, Problem, regroup, rooms_for, solve

__all__ = ["Grouping"]

LIMIT_S = 5.0  # for a search; its moves are what bounds it, so that one seed is one plan on every machine


class _Rules(TypedDict):
    """The rules of a `Problem`."""

    keep_apart: tuple[tuple[str, ...], ...]
    keep_together: tuple[tuple[str, ...], ...]
    anchors: dict[str, int | str]
    balance: tuple[tuple[str, ...], ...]


class Grouping:
    """The groups of each round.

    The plan is made when the first round begins, for those who are there then. Later rounds keep it as far as they
    can: a newcomer takes the seat of somebody who has left, and as few people as possible move. Where so many more
    have come that the rooms are too few, the rounds to come are planned anew; who met before is remembered.

    Args:
        keys: know whom the names in the rules mean. Where a name fits two people, both are kept apart from others;
            the other rules hold for nobody then.

    Attributes:
        left_out: who has no place in the groups that were asked for last, and the people whose rules exclude each
            other; nobody, where the rooms are full.
    """

    def __init__(self, plan: RotationPlan, keys: Keys) -> None:
        self._terms = plan
        self._keys = keys
        self._plan: Plan | None = None
        self._first = 1  # the round that the plan begins with
        self._past = {(min(one, other), max(one, other)): often for one, other, often in plan.met}
        self._given: dict[int, tuple[tuple[str, ...], ...]] = {}
        self.left_out: dict[str, tuple[str, ...]] = {}
        self._apart: frozenset[frozenset[str]] = frozenset()
        self._apart_revision = -1

    @property
    def plan(self) -> Plan | None:
        """The plan of the rounds to come; None before the first round."""
        return self._plan

    def kept(self) -> dict[str, Any]:
        """What must be known to go on in another process; JSON."""
        return {
            "plan": kept_plan(self._plan), "first": self._first,
            "given": {str(number): groups for number, groups in self._given.items()},
            "past": [[*pair, often] for pair, often in self._past.items()],
        }  # fmt: skip

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on where an earlier life was."""
        self._plan, self._first = plan_of(kept["plan"]), kept["first"]
        self._given = {int(number): tuple(map(tuple, groups)) for number, groups in kept["given"].items()}
        self._past = {(one, other): often for one, other, often in kept["past"]}

    def is_apart(self, person: str, others: Collection[str]) -> bool:
        """Is this person kept apart from one of those?"""
        if self._apart_revision != self._keys.revision:
            self._apart, self._apart_revision = frozenset(self._pairs_apart()), self._keys.revision
        return any(frozenset((person, other)) in self._apart for other in others)

    def is_anchored(self, person: str) -> bool:
        """Does this person belong to a group whatever their role in the room?"""
        return any(person in self._keys.called(name) for name in self._terms.anchors)

    def renamed(self, old: str, new: str) -> None:
        """Somebody has said who they are: their key is another one now."""
        self._apart_revision = -1
        self._given = {
            number: tuple(tuple(new if one == old else one for one in group) for group in groups)
            for number, groups in self._given.items()
        }
        if self._plan is None or old not in self._plan.problem.people or new in self._plan.problem.people:
            return
        people = tuple(new if person == old else person for person in self._plan.problem.people)
        self._plan = replace(self._plan, problem=replace(self._plan.problem, people=people))

    def groups_of(self, number: int, here: Collection[str]) -> tuple[tuple[str, ...], ...]:
        """The groups of a round, from 1, of those who are here; rounds are asked for in their order.

        A class that the rules or the rooms do not allow is grouped without those whom it cannot seat: `left_out`.
        Asked for again, a round has its groups of before, unless too few of them are here by now.
        """
        self.left_out = {}
        if self._terms.groups is not None:
            return _only(here, map(self._known, self._terms.groups))
        if not any(len(group) >= self._fewest for group in _only(here, self._given.get(number, ()))):
            self._given[number] = self._grouped(number, here)
        return _only(here, self._given[number])

    @property
    def _fewest(self) -> int:
        """Of a group."""
        return 2 if self._terms.never_alone else 1

    def begin(self) -> None:
        """The rotation is played from its first round, perhaps again: then those who met are mixed anew."""
        if self._terms.pattern in ("mix", "pairs"):
            self._past, self._plan = self._met(), None
            self._given.clear()

    def _grouped(self, number: int, here: Collection[str]) -> tuple[tuple[str, ...], ...]:
        people = self._fitting(list(here))
        while len(people) >= self._fewest:
            try:
                return self._split(self._planned(number, tuple(people)))
            except RotationError as cause:
                last = max(cause.people, key=people.index, default=people[-1])
                self.left_out[last] = cause.people
                people.remove(last)
        return ()

    def _fitting(self, people: list[str]) -> list[str]:
        """As many as the breakouts of EnableX take; who came last is left out."""
        most = (self._terms.rooms or MOST_ROOMS) * self._terms.terms.capacity
        for person in people[most:]:
            self.left_out[person] = ()
        return people[:most]

    def _planned(self, number: int, people: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        if self._plan is None or self._rooms_for(people) > self._plan.problem.rooms:
            self._plan, self._first = self._solved(people, number), number
        elif set(people) != set(self._plan.problem.people):
            before = replace(self._plan, problem=replace(self._plan.problem, **self._rules(self._plan.problem.rooms)))
            kept = regroup(before, people, played=number - self._first, seed=self._terms.seed)
            self._plan, self._first = kept.plan, number
        return self._plan.groups(number - self._first)

    def _split(self, groups: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
        """Groups that no breakout can hold (experts of a large class) meet in several, as far as there are rooms."""
        found = list(groups)
        while found and not found[-1]:
            found.pop()
        for number, group in enumerate(tuple(found)):
            count = -(-len(group) // self._terms.terms.capacity)
            first, *others = self._parts(group, min(count, 1 + MOST_ROOMS - len(found)))
            found[number] = first
            found += others
        return tuple(found)

    def _parts(self, group: tuple[str, ...], count: int) -> list[tuple[str, ...]]:
        """A group in so many parts, as even as those allow who stay together."""
        together = [set(self._known(names)) for names in self._terms.keep_together]
        parts: list[list[str]] = [[] for _ in range(max(1, count))]
        for person in group:
            unit = [one for one in group if one == person or any({one, person} <= people for people in together)]
            if not any(person in part for part in parts):
                min(parts, key=len).extend(unit)
        return [tuple(part) for part in parts]

    def _solved(self, people: tuple[str, ...], number: int) -> Plan:
        """A plan in as few rooms as the group size asks for, or in as many more as the rules need."""
        people = tuple(sorted(people))  # the same people are seated the same way, whoever of them was quicker to join
        rooms = self._rooms_for(people)
        most = rooms if self._terms.rooms is not None else max(rooms, min(MOST_ROOMS, len(people) // 2))
        for more in range(rooms, most):
            try:
                return solve(self._problem(people, number, more), seed=self._terms.seed, seconds=LIMIT_S)
            except RotationError:
                continue
        return solve(self._problem(people, number, most), seed=self._terms.seed, seconds=LIMIT_S)

    def _met(self) -> dict[tuple[str, str], float]:
        """How often who was with whom, up to now."""
        met = dict(self._past)
        for group in chain.from_iterable(self._given.values()):
            for pair in combinations(sorted(group), 2):
                met[pair] = met.get(pair, 0.0) + 1.0
        return met

    def _problem(self, people: tuple[str, ...], number: int, rooms: int) -> Problem:
        return Problem(
            people=people, rooms=rooms, rounds=max(1, self._terms.terms.rounds - number + 1), history=self._met(),
            pattern=self._terms.pattern, never_alone=self._terms.never_alone, **self._rules(rooms),
        )  # fmt: skip

    def _rules(self, rooms: int) -> _Rules:
        """What the rules of the playbook mean for those who are known now; a room that is not open binds nobody."""
        anchors = self._anchors()
        return _Rules(
            keep_apart=tuple(sorted((min(pair), max(pair)) for pair in self._pairs_apart())),
            keep_together=tuple(self._known(group) for group in self._terms.keep_together),
            anchors={one: place for one, place in anchors.items() if isinstance(place, str) or place < rooms},
            balance=self._terms.balance,
        )

    def _pairs_apart(self) -> Iterable[frozenset[str]]:
        for group in self._terms.keep_apart:
            for one, other in combinations(group, 2):
                both = product(self._keys.called(one), self._keys.called(other))
                yield from (frozenset(pair) for pair in both if pair[0] != pair[1])

    def _known(self, names: Sequence[str]) -> tuple[str, ...]:
        """The keys of these people; without those whose name is not theirs alone."""
        called = [self._keys.called(name) for name in names]
        return tuple(dict.fromkeys(key for keys in called if len(keys) == 1 for key in keys))

    def _anchors(self) -> dict[str, int | str]:
        found: dict[str, int | str] = {}
        for person, where in self._terms.anchors.items():
            place = where if isinstance(where, int) else next(iter(self._known([where])), None)
            for key in self._known([person]):
                if place is not None:
                    found[key] = place
        return found

    def _rooms_for(self, people: tuple[str, ...]) -> int:
        terms = self._terms
        if terms.rooms is not None:
            fitting = len(people) // 2 if terms.never_alone else len(people)
            return max(1, min(terms.rooms, fitting))
        return min(MOST_ROOMS, rooms_for(len(people), terms.group_size or 2, never_alone=terms.never_alone))


def _only(here: Collection[str], groups: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The groups without those who are not here."""
    return tuple(tuple(one for one in group if one in here) for group in groups)
