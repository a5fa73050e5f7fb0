"""Local search: exchanges of people between the rooms of a round, annealed. Hard rules are never broken.

The cost of a plan is, over all pairs, weight * meetings + ONE * meetings * (meetings - 1) / 2: a second meeting costs
ONE, a third two more. A pair kept apart costs so much that no exchange that brings it together is ever taken.
"""

from collections.abc import Sequence
from math import exp
from random import Random

from bots.rotation.rules import ONE, Rules
from bots.rotation.searching.budget import Budget
from bots.rotation.searching.seating import seated_anyhow

__all__ = ["Table", "anneal"]

_HOT, _COLD, _COOL = 0.45, 0.2, 0.13  # temperatures, in repeats
_BATCH = 1000
_MOST = 12 * ONE  # a change that costs more is never taken
_REBUILDS = 60  # people in all rounds that are seated anew in a batch, where there are rules
_BLOCKS = 0.1  # share of moves that move people who stay together


class Table:
    """Rounds of rooms of people, and what one more meeting of each pair would cost.

    Attributes:
        rooms: rooms[round][room] are the people in it.
        at: at[round][person] is the room.
        price: price[a][b] is the cost of one more meeting of a and b.
        cost: of all meetings.
        is_linear: every meeting makes the next one of the pair dearer by ONE.
    """

    is_linear = True

    def __init__(self, lines: Sequence[Sequence[int]], rooms: Sequence[int], costs: list[list[int]]) -> None:
        self.at: list[list[int]] = []
        self.rooms: list[list[list[int]]] = []
        self.price = costs
        self.cost = 0
        for line, count in zip(lines, rooms, strict=True):
            self.add(line, count)

    def add(self, line: Sequence[int], rooms: int) -> None:
        """One more round, with the room of every person; -1 for nowhere yet."""
        inside: list[list[int]] = [[] for _ in range(rooms)]
        self.rooms.append(inside)
        self.at.append(list(line))
        for person, room in enumerate(line):
            if room < 0:
                continue
            prices = self.price[person]
            for other in inside[room]:
                self.cost += prices[other]
                prices[other] += ONE
                self.price[other][person] += ONE
            inside[room].append(person)

    def copy(self) -> list[list[int]]:
        """The rooms of all people in all rounds."""
        return [line[:] for line in self.at]

    def exchange(self, number: int, one: int, two: int) -> int:
        """Let two people of a round change rooms; returns the change of the cost."""
        here, there = self.at[number][one], self.at[number][two]
        change = self.leave(number, one) + self.leave(number, two)
        return change + self.enter(number, one, there) + self.enter(number, two, here)

    def move(self, number: int, person: int, room: int) -> int:
        """Put a person of a round into another room; returns the change of the cost."""
        return self.leave(number, person) + self.enter(number, person, room)

    def reseat(self, number: int, line: Sequence[int]) -> int:
        """Put everybody of a round where the line says; returns the change of the cost."""
        now = self.at[number]
        return sum([self.move(number, person, room) for person, room in enumerate(line) if now[person] != room])

    def leave(self, number: int, person: int) -> int:
        """Take a person out of their room; returns the change of the cost."""
        inside = self.rooms[number][self.at[number][person]]
        inside.remove(person)
        prices, change = self.price[person], 0
        for other in inside:
            prices[other] -= ONE
            self.price[other][person] -= ONE
            change -= prices[other]
        return change

    def enter(self, number: int, person: int, room: int) -> int:
        """Put a person who is in no room into one; returns the change of the cost."""
        inside = self.rooms[number][room]
        prices, change = self.price[person], 0
        for other in inside:
            change += prices[other]
            prices[other] += ONE
            self.price[other][person] += ONE
        inside.append(person)
        self.at[number][person] = room
        return change


def anneal(
    table: Table,
    rules: Rules,
    rng: Random,
    budget: Budget,
    *,
    target: int,
    moves: int,
    rounds: Sequence[int] = (),
    is_cool: bool = False,
) -> tuple[list[list[int]], int]:
    """Search for cheaper rounds.

    Args:
        table: where to begin; keeps every hard rule, and is changed.
        rules: the rules.
        rng: the source of every choice.
        budget: where moves are taken from.
        target: a cost that need not be undercut.
        moves: at most this many of the budget.
        rounds: only these may change; all if empty.
        is_cool: the start is good, stay near it.

    Returns:
        The cheapest rounds seen, and their cost.
    """
    search = _Annealing(table, rules, rng, rounds)
    cycle = max(1, min(moves, max(40_000, moves // 5)))
    done = 0
    while search.least > target and search.can_move and done < moves:
        given = budget.take(min(_BATCH, moves - done))
        if not given:
            break
        search.run(given, _COOL if is_cool else _HOT * (_COLD / _HOT) ** (done % cycle / cycle))
        done += given
    return search.best, search.least


class _Annealing:
    def __init__(self, table: Table, rules: Rules, rng: Random, rounds: Sequence[int]) -> None:
        self._table = table
        self._rounds = [number for number in list(rounds) or range(len(table.at)) if len(table.rooms[number]) > 1]
        self._rules, self._rng, self._random = rules, rng, rng.random
        is_free = len(rules.units) == len(rules.people) and not any(rules.apart) and not rules.room_of
        self._rebuilds = 0 if is_free else _REBUILDS // len(rules.people)
        free = [members for unit, members in enumerate(rules.units) if unit not in rules.room_of]
        self._singles = [members[0] for members in free if len(members) == 1]
        self._is_single = [False] * len(rules.people)
        for person in self._singles:
            self._is_single[person] = True
        self._blocks = [members for members in free if len(members) > 1]
        self._is_uneven = [len({len(room) for room in rooms}) > 1 for rooms in table.rooms]
        self.can_move = bool(self._singles or self._blocks) and bool(self._rounds)
        self.least = table.cost
        self.best = table.copy()

    def run(self, moves: int, temperature: float) -> None:
        """Try this many exchanges; the cheapest rounds on the way are the new `best`."""
        rnd, table = self._random, self._table
        odds = [exp(-worse / (ONE * temperature)) for worse in range(_MOST)]
        for _ in range(self._rebuilds):
            self._try_rebuilding(odds)
        hot = self._hot() if self._singles else []
        block_share = 0.0 if not self._blocks else _BLOCKS if self._singles else 1.0
        for _ in range(moves):
            if block_share and rnd() < block_share:
                self._try_block(odds)
            else:
                number, person = hot[int(rnd() * len(hot))]
                if self._is_uneven[number] and rnd() < _BLOCKS:
                    self._try_move(number, person, odds)
                else:
                    self._try_exchange(number, person, odds)
            if table.cost < self.least:
                self._note()

    def _note(self) -> None:
        self.least = self._table.cost
        self.best = self._table.copy()

    def _hot(self) -> list[tuple[int, int]]:
        """Where somebody meets at a price: exchanges begin there."""
        price, found = self._table.price, []
        for number in self._rounds:
            for inside in self._table.rooms[number]:
                for person in inside:
                    if self._is_single[person]:
                        prices = price[person]
                        if sum([prices[other] for other in inside]) - prices[person] > ONE * (len(inside) - 1):
                            found.append((number, person))
        return found or [(number, person) for number in self._rounds for person in self._singles]

    def _is_taken(self, change: int, odds: list[float]) -> bool:
        return change <= 0 or (change < _MOST and self._random() < odds[change])

    def _try_exchange(self, number: int, one: int, odds: list[float]) -> None:
        table = self._table
        two = self._singles[int(self._random() * len(self._singles))]
        at = table.at[number]
        if at[one] == at[two]:
            return
        if not table.is_linear:
            change = table.exchange(number, one, two)
            if self._is_taken(change, odds):
                table.cost += change
            else:
                table.exchange(number, one, two)
            return
        here, there = table.rooms[number][at[one]], table.rooms[number][at[two]]
        mine, yours = table.price[one], table.price[two]
        change = ONE * (len(here) + len(there) - 2) - 2 * mine[two] + mine[one] + yours[two]
        for other in there:
            change += mine[other] - yours[other]
        for other in here:
            change += yours[other] - mine[other]
        if self._is_taken(change, odds):
            table.cost += table.exchange(number, one, two)

    def _try_move(self, number: int, person: int, odds: list[float]) -> None:
        """From a larger room to a smaller one."""
        table = self._table
        rooms = table.rooms[number]
        here, room = rooms[table.at[number][person]], int(self._random() * len(rooms))
        there = rooms[room]
        if len(here) <= len(there):
            return
        before = table.at[number][person]
        change = table.move(number, person, room)
        if self._is_taken(change, odds):
            table.cost += change
        else:
            table.move(number, person, before)

    def _try_rebuilding(self, odds: list[float]) -> None:
        """Seat a round anew: where rules are tight, no single exchange may be possible."""
        table = self._table
        number = self._rounds[int(self._random() * len(self._rounds))]
        before = table.at[number][:]
        line = seated_anyhow(self._rules, len(table.rooms[number]), table.price, self._rng)
        if line is None:
            return
        change = table.reseat(number, line)
        if self._is_taken(change, odds):
            table.cost += change
            if table.cost < self.least:
                self._note()
        else:
            table.reseat(number, before)

    def _try_block(self, odds: list[float]) -> None:
        """People who stay together change rooms with as many others, who may stay together too."""
        rnd, table = self._random, self._table
        number = self._rounds[int(rnd() * len(self._rounds))]
        block = self._blocks[int(rnd() * len(self._blocks))]
        at = table.at[number]
        here, there = at[block[0]], int(rnd() * len(table.rooms[number]))
        if here == there:
            return
        others = [person for person in table.rooms[number][there] if self._is_single[person]]
        twins = [other for other in self._blocks if len(other) == len(block) and at[other[0]] == there]
        if twins and (len(others) < len(block) or rnd() < 0.5):
            partners = list(twins[int(rnd() * len(twins))])
        elif len(others) >= len(block):
            partners = [others.pop(int(rnd() * len(others))) for _ in block]
        else:
            return
        change = sum(table.exchange(number, one, two) for one, two in zip(block, partners, strict=True))
        if self._is_taken(change, odds):
            table.cost += change
            return
        for one, two in zip(block, partners, strict=True):
            table.exchange(number, one, two)
