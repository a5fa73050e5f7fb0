"""Who is with whom: the plan of a rotation, kept as people come and go. Deterministic."""

from collections.abc import Collection
from itertools import combinations

from bots.bot.contract.rotation import RotationPlan
from bots.errors import RotationError
from bots.rotation import Plan, Problem, regroup, rooms_for, solve

__all__ = ["Grouping"]

MOST_ROOMS = 10  # breakouts of one parent at once; breakouts.md section 1, rule 4


class Grouping:
    """The groups of each round.

    The plan is made when the first round begins, for those who are there then. Later rounds keep it as far as they
    can: a newcomer takes the seat of somebody who has left, and as few people as possible move. Where so many more
    have come that the rooms are too few, the rounds to come are planned anew; who met before is remembered.
    """

    def __init__(self, plan: RotationPlan) -> None:
        self._terms = plan
        self._plan: Plan | None = None
        self._first = 1  # the round that the plan begins with
        self._met: dict[tuple[str, str], float] = {}
        self._apart = {frozenset(pair) for people in plan.keep_apart for pair in combinations(people, 2)}

    @property
    def plan(self) -> Plan | None:
        """The plan of the rounds to come; None before the first round."""
        return self._plan

    def is_apart(self, person: str, others: Collection[str]) -> bool:
        """Is this person kept apart from one of those?"""
        return any(frozenset((person, other)) in self._apart for other in others)

    def groups_of(self, number: int, here: Collection[str]) -> tuple[tuple[str, ...], ...]:
        """The groups of a round, from 1, of those who are here; rounds are asked for in their order.

        Raises:
            RotationError: the rules exclude each other for these people; names them.
        """
        if self._terms.groups is not None:
            return tuple(tuple(one for one in group if one in here) for group in self._terms.groups)
        people = tuple(here)
        if len(people) < (2 if self._terms.never_alone else 1):
            return ()
        if self._plan is None or self._rooms_for(people) > self._plan.problem.rooms:
            self._remember(number)
            self._plan, self._first = solve(self._problem(people, number), seed=self._terms.seed), number
        elif set(people) != set(self._plan.problem.people):
            self._remember(number)
            kept = regroup(self._plan, people, played=number - self._first, seed=self._terms.seed)
            self._plan, self._first = kept.plan, number
        return self._plan.groups(number - self._first)

    def _remember(self, number: int) -> None:
        """Who met in the rounds of the plan that are over."""
        if self._plan is None:
            return
        self._met = dict(self._plan.problem.history)
        for played in range(number - self._first):
            for group in self._plan.groups(played):
                for one, other in combinations(sorted(group), 2):
                    self._met[one, other] = self._met.get((one, other), 0.0) + 1.0

    def _problem(self, people: tuple[str, ...], number: int) -> Problem:
        terms = self._terms
        return Problem(
            people=people, rooms=self._rooms_for(people), rounds=max(1, terms.terms.rounds - number + 1),
            pattern=terms.pattern, keep_apart=terms.keep_apart, keep_together=terms.keep_together,
            anchors=terms.anchors, balance=terms.balance, history=self._met, never_alone=terms.never_alone,
        )  # fmt: skip

    def _rooms_for(self, people: tuple[str, ...]) -> int:
        terms = self._terms
        if terms.rooms is not None:
            fitting = len(people) // 2 if terms.never_alone else len(people)
            return max(1, min(terms.rooms, fitting))
        rooms = rooms_for(len(people), terms.group_size or 2, never_alone=terms.never_alone)
        if rooms > MOST_ROOMS:
            raise RotationError(f"{len(people)} people need {rooms} rooms; EnableX allows {MOST_ROOMS}")
        return rooms
