"""Who takes which place of a design: any choice keeps it free of repeats, so the choice serves the other rules."""

from collections.abc import Sequence
from math import exp
from random import Random

from bots.rotation.constructing.designs import Design
from bots.rotation.constructing.fields import Ints
from bots.rotation.rules import FORBIDDEN, ONE, Rules
from bots.rotation.searching.budget import Budget

__all__ = ["labelled"]

_TEMPERATURE = 1.5 * ONE
_BATCH = 250
_MOVE = 4  # moves of the budget that one exchange of places costs: it looks at every partner of every round


def labelled(design: Design, rules: Rules, rng: Random, budget: Budget, *, target: int, moves: int) -> Ints | None:
    """The design with people on its places; shape (rounds, people), like the design's own.

    Args:
        design: the plan for points.
        rules: of people who are all units of their own.
        rng: the source of every choice.
        budget: where moves are taken from.
        target: a cost of all weights that need not be undercut.
        moves: at most this many of the budget.

    Returns:
        The rooms of the people, or None if the rules about rooms or about pairs kept apart do not fit the design.
    """
    fixed = {rules.units[unit][0]: room for unit, room in rules.room_of.items()}
    if fixed and (not design.is_still or len(set(fixed.values())) < len(fixed)):
        return None
    places = _places(rules, fixed, rng)
    if rules.weights or any(rules.apart):
        search = _Places(design, rules, places, rng, fixed)
        done = 0
        while search.least > target and done < moves and (given := budget.take(_BATCH * _MOVE)):
            search.run(given // _MOVE)
            done += given
        if search.least >= FORBIDDEN // 2:
            return None
        places = search.best
    return design.rooms[:, places]


def _places(rules: Rules, fixed: dict[int, int], rng: Random) -> list[int]:
    """A first place for everybody; people who count alike are neighbours, so that they fill the columns one by one."""
    count = len(rules.people)
    spare = [place for place in range(count) if place not in set(fixed.values())]
    others = [person for person in rng.sample(range(count), count) if person not in fixed]
    likes: dict[int, int] = {}
    for a, b in rules.weights:
        likes.setdefault(a, a)
        likes.setdefault(b, likes[a])
    others.sort(key=lambda person: likes.get(person, count))
    places = [fixed.get(person, -1) for person in range(count)]
    for person, place in zip(others, spare, strict=True):
        places[person] = place
    return places


class _Places:
    def __init__(self, design: Design, rules: Rules, places: Sequence[int], rng: Random, fixed: dict[int, int]) -> None:
        self._random = rng.random
        self._costs = rules.costs()
        self._partners = _partners(design)
        self._place = list(places)
        self._who = [0] * len(self._place)
        for person, place in enumerate(self._place):
            self._who[place] = person
        self._movable = [person for person in range(len(self._place)) if person not in fixed]
        self.least = self._cost = sum(self._paid(p, place) for p, place in enumerate(self._place)) // 2
        self.best = list(self._place)

    def _paid(self, person: int, place: int) -> int:
        costs, who = self._costs[person], self._who
        return sum([costs[who[other]] for other in self._partners[place]])

    def run(self, moves: int) -> None:
        """Try this many exchanges of two people's places."""
        rnd = self._random
        paid = {person: self._paid(person, self._place[person]) for person in self._movable}
        hot = [person for person in paid if paid[person] >= FORBIDDEN] or [person for person in paid if paid[person]]
        if not hot:
            return
        for _ in range(moves):
            one, two = hot[int(rnd() * len(hot))], self._movable[int(rnd() * len(self._movable))]
            here, there = self._place[one], self._place[two]
            before = self._paid(one, here) + self._paid(two, there)
            self._swap(one, two)
            change = self._paid(one, there) + self._paid(two, here) - before
            if change > 0 and rnd() >= exp(-min(change, 10**4) / _TEMPERATURE):
                self._swap(one, two)
                continue
            self._cost += change
            if self._cost < self.least:
                self.least = self._cost
                self.best = list(self._place)

    def _swap(self, one: int, two: int) -> None:
        here, there = self._place[one], self._place[two]
        self._place[one], self._place[two] = there, here
        self._who[here], self._who[there] = two, one


def _partners(design: Design) -> list[list[int]]:
    """Whom each place meets, over all rounds."""
    partners: list[list[int]] = [[] for _ in range(design.rooms.shape[1])]
    for line in design.rooms.tolist():
        inside: dict[int, list[int]] = {}
        for place, room in enumerate(line):
            inside.setdefault(room, []).append(place)
        for places in inside.values():
            for place in places:
                partners[place] += [other for other in places if other != place]
    return partners
